//! The part of the standard vocabulary that random policies read, the fields that they add, and values to put into them.

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ent {
    Asset,
    Finding,
    Change,
    Evidence,
    Notice,
    Software,
    Vote,
    Person,
    Delegation,
    Service,
    Incident,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ty {
    Bool,
    /// With its least and greatest value.
    Int(i64, i64),
    Number,
    Percent,
    /// With texts to put into it.
    Str(&'static [&'static str]),
    Date,
    Time,
    Duration,
    Zone,
    Cvss,
    /// The values in ascending order, and whether the order means anything.
    Enum(&'static [&'static str], bool),
    Set(&'static [&'static str]),
    List(Ent),
}

/// What an absent key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    Unknown,
    Empty,
    None,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub ty: Ty,
    pub or_none: bool,
    pub absent: Absent,
    /// It can only be past.
    pub past: bool,
    /// Data write a fraction.
    pub fraction: bool,
    /// The policy adds it.
    pub extended: bool,
}

const fn field(name: &'static str, ty: Ty) -> Field {
    Field { name, ty, or_none: false, absent: Absent::Unknown, past: false, fraction: false, extended: false }
}

const fn past(name: &'static str) -> Field {
    Field { past: true, ..field(name, Ty::Time) }
}

const fn or_none(field: Field) -> Field {
    Field { or_none: true, ..field }
}

const fn absent_empty(field: Field) -> Field {
    Field { absent: Absent::Empty, ..field }
}

const fn absent_none(field: Field) -> Field {
    Field { absent: Absent::None, ..field }
}

const fn extended(field: Field) -> Field {
    Field { extended: true, ..field }
}

pub const TEAMS: &[&str] = &["finance", "retail", "markets", "it"];
pub const TAGS: &[&str] = &["pilot", "kiosk", "edge", "pci"];
pub const PEOPLE: &[&str] = &["ann", "bob", "cy"];
pub const CVES: &[&str] = &["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003", "CVE-2026-1004"];
pub const MODELS: &[&str] = &["db-minor", "os-patch", "db-major", "web-1"];
pub const SERVICES: &[&str] = &["payments", "identity", "mail"];
pub const TEXTS: &[&str] = &["", " ", "yes, see wiki", "n/a"];
pub const KINDS: &[&str] = &["test", "review", "staging"];
pub const ZONES: &[&str] = &[
    "UTC",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Africa/Casablanca",
];
/// Zones whose clocks change, by an hour or by less, at midnight and over it, and two at the date line.
pub const CHANGING_ZONES: &[&str] = &[
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "America/St_Johns",
    "America/Havana",
    "America/Nuuk",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Atlantic/Azores",
    "Antarctica/Troll",
    "Europe/Dublin",
    "Pacific/Easter",
];
/// Who votes; two of them differ only in case.
pub const VOTERS: &[&str] = &["ann", "bob", "cy", "dee", "Ann"];
pub const ROLES: &[&str] = &["cab", "ciso", "owner"];
pub const LOW_HIGH: &[&str] = &["low", "medium", "high"];

const ASSET: &[Field] = &[
    field("id", Ty::Str(&["a1", "a2", "a3", "a4"])),
    field(
        "kind",
        Ty::Enum(
            &["server", "workstation", "network_device", "mobile", "appliance", "container", "cloud_service"],
            false,
        ),
    ),
    field("tier", Ty::Int(1, 4)),
    field("environment", Ty::Enum(&["prod", "staging", "dev", "test"], false)),
    field("exposure", Ty::Enum(&["internet", "internal", "isolated"], false)),
    or_none(field("os.eol", Ty::Date)),
    field("os.family", Ty::Str(&["linux", "windows"])),
    field("business_unit", Ty::Str(TEAMS)),
    field("timezone", Ty::Zone),
    field("tags", Ty::Set(TAGS)),
    field("data_classification", Ty::Enum(&["public", "internal", "confidential", "restricted"], true)),
    field("owner", Ty::Str(&["ann", "bob", ""])),
    past("last_patched"),
    field("pending_reboot", Ty::Bool),
    past("backup.last_success"),
    field("backup.verified", Ty::Bool),
    field("disk_free", Ty::Percent),
    field("software", Ty::List(Ent::Software)),
    field("findings", Ty::List(Ent::Finding)),
    extended(field("cost", Ty::Number)),
    extended(field("slots", Ty::Int(i64::MIN, i64::MAX))),
    extended(or_none(field("grace", Ty::Duration))),
    extended(absent_empty(field("patches", Ty::Set(&["KB1", "KB2", "KB3"])))),
    extended(field("go_live", Ty::Date)),
    extended(absent_none(field("sponsor", Ty::Str(PEOPLE)))),
    extended(field("scope", Ty::Enum(&["inside", "connected", "outside"], false))),
];

const FINDING: &[Field] = &[
    field("cve", Ty::Str(CVES)),
    field("cvss", Ty::Cvss),
    field("vendor_severity", Ty::Enum(&["low", "medium", "high", "critical"], true)),
    Field { fraction: true, ..field("epss", Ty::Percent) },
    field("kev", Ty::Bool),
    or_none(field("kev_added", Ty::Date)),
    field("ransomware", Ty::Bool),
    field("exploitation", Ty::Enum(&["none", "poc", "active"], false)),
    field("automatable", Ty::Bool),
    field("technical_impact", Ty::Enum(&["partial", "total"], false)),
    or_none(past("patch_available_at")),
    past("published"),
    past("detected"),
    field("state", Ty::Enum(&["open", "mitigated", "accepted", "not_affected", "false_positive", "fixed"], false)),
    field("package", Ty::Str(&["openssl", "curl"])),
    extended(field("weight", Ty::Int(0, 10))),
    extended(field("effort", Ty::Duration)),
];

const CHANGE: &[Field] = &[
    field("id", Ty::Str(&["C1", "C2", "C3"])),
    field("model", Ty::Str(MODELS)),
    field("type", Ty::Str(&["standard", "normal"])),
    field("security", Ty::Bool),
    field("requester", Ty::Str(PEOPLE)),
    field("implementer", Ty::Str(PEOPLE)),
    field("impact", Ty::Enum(LOW_HIGH, true)),
    field("urgency", Ty::Enum(LOW_HIGH, true)),
    field("start", Ty::Time),
    field("end", Ty::Time),
    absent_none(field("duration", Ty::Duration)),
    absent_none(field("backout_time", Ty::Duration)),
    past("submitted_at"),
    or_none(past("started_at")),
    field("services", Ty::Set(SERVICES)),
    absent_empty(field("fixes", Ty::Set(CVES))),
    field("reboot", Ty::Bool),
    field("backout_plan", Ty::Str(TEXTS)),
    field("evidence", Ty::List(Ent::Evidence)),
    field("notices", Ty::List(Ent::Notice)),
    extended(field("budget", Ty::Number)),
    extended(absent_none(field("risk_level", Ty::Enum(&["minor", "major"], true)))),
];

const EVIDENCE: &[Field] = &[
    field("kind", Ty::Str(KINDS)),
    field("result", Ty::Enum(&["passed", "failed"], false)),
    field("by", Ty::Str(PEOPLE)),
    past("at"),
];

const NOTICE: &[Field] = &[field("kind", Ty::Str(KINDS)), field("audience", Ty::Str(&["users", "desk"])), past("at")];

const SOFTWARE: &[Field] = &[
    field("vendor", Ty::Str(&["acme", "globex"])),
    field("name", Ty::Str(&["openssl", "curl", "nginx"])),
    or_none(field("eol", Ty::Date)),
];

/// What only policies that speak of people and duties read of an asset.
const ASSET_MORE: &[Field] = &[field("services", Ty::Set(SERVICES))];

/// The same of a change.
const CHANGE_MORE: &[Field] =
    &[past("updated_at"), or_none(past("finished_at")), absent_empty(field("approvals", Ty::List(Ent::Vote)))];

const VOTE: &[Field] = &[
    field("role", Ty::Str(ROLES)),
    field("by", Ty::Str(VOTERS)),
    absent_none(field("on_behalf_of", Ty::Str(VOTERS))),
    field("scope", Ty::Set(SERVICES)),
    past("at"),
    field("decision", Ty::Enum(&["approve", "reject", "pending", "abstain"], false)),
];

const PERSON: &[Field] = &[
    field("id", Ty::Str(VOTERS)),
    field("name", Ty::Str(&["Ann A.", "Bob B."])),
    field("roles", Ty::Set(ROLES)),
    field("delegations", Ty::List(Ent::Delegation)),
];

const DELEGATION: &[Field] = &[
    field("to", Ty::Str(VOTERS)),
    absent_none(field("role", Ty::Str(ROLES))),
    field("from", Ty::Time),
    or_none(field("until", Ty::Time)),
];

const SERVICE: &[Field] = &[
    field("id", Ty::Str(SERVICES)),
    field("name", Ty::Str(&["Payments", "Mail"])),
    or_none(field("owner", Ty::Str(VOTERS))),
    field("tier", Ty::Int(1, 4)),
];

const INCIDENT: &[Field] = &[
    field("id", Ty::Str(&["I1", "I2"])),
    past("opened"),
    or_none(past("closed")),
    field("severity", Ty::Enum(&["low", "medium", "high", "critical"], true)),
    field("assets", Ty::Set(&["a1", "a2", "a3"])),
    field("services", Ty::Set(SERVICES)),
];

/// The entity whose id a field, or each element of a set, holds.
pub fn refers(ent: Ent, name: &str) -> Option<Ent> {
    Some(match (ent, name) {
        (Ent::Asset, "owner")
        | (Ent::Change, "requester" | "implementer")
        | (Ent::Vote, "by" | "on_behalf_of")
        | (Ent::Evidence, "by")
        | (Ent::Delegation, "to")
        | (Ent::Service, "owner") => Ent::Person,
        (Ent::Asset | Ent::Change | Ent::Incident, "services") => Ent::Service,
        (Ent::Incident, "assets") => Ent::Asset,
        _ => return None,
    })
}

/// The further fields of a record that policies which speak of people and duties read.
pub fn more(ent: Ent) -> &'static [Field] {
    match ent {
        Ent::Asset => ASSET_MORE,
        Ent::Change => CHANGE_MORE,
        _ => &[],
    }
}

/// The fields of a record.
pub fn fields(ent: Ent) -> &'static [Field] {
    match ent {
        Ent::Asset => ASSET,
        Ent::Finding => FINDING,
        Ent::Change => CHANGE,
        Ent::Evidence => EVIDENCE,
        Ent::Notice => NOTICE,
        Ent::Software => SOFTWARE,
        Ent::Vote => VOTE,
        Ent::Person => PERSON,
        Ent::Delegation => DELEGATION,
        Ent::Service => SERVICE,
        Ent::Incident => INCIDENT,
    }
}

/// A field by its name.
pub fn find(ent: Ent, name: &str) -> &'static Field {
    fields(ent)
        .iter()
        .chain(more(ent))
        .find(|field| field.name == name)
        .unwrap_or_else(|| panic!("no field {name} in {ent:?}"))
}

/// The `extend` statements, one for each entity.
pub fn extend_texts() -> Vec<String> {
    [(Ent::Asset, "asset"), (Ent::Finding, "finding"), (Ent::Change, "change")]
        .into_iter()
        .map(|(ent, name)| {
            let lines: Vec<String> = fields(ent).iter().filter(|f| f.extended).map(declaration).collect();
            format!("extend {name} {{\n{}\n}}\n", lines.join("\n"))
        })
        .collect()
}

fn declaration(field: &Field) -> String {
    let ty = match field.ty {
        Ty::Bool => "bool".to_owned(),
        Ty::Int(i64::MIN, _) => "int".to_owned(),
        Ty::Int(low, high) => format!("int {low}..{high}"),
        Ty::Number => "number".to_owned(),
        Ty::Percent => "percent".to_owned(),
        Ty::Str(_) => "string".to_owned(),
        Ty::Date => "date".to_owned(),
        Ty::Time => "time".to_owned(),
        Ty::Duration => "duration".to_owned(),
        Ty::Zone => "timezone".to_owned(),
        Ty::Cvss => "cvss".to_owned(),
        Ty::Enum(words, ordered) => words.join(if ordered { " < " } else { " | " }),
        Ty::Set(_) => "set<string>".to_owned(),
        Ty::List(_) => unreachable!("no list is added"),
    };
    let none = if field.or_none { " or none" } else { "" };
    let absent = match field.absent {
        Absent::Unknown => "",
        Absent::Empty => " absent empty",
        Absent::None => " absent none",
    };
    format!("  {}: {ty}{none}{absent}", field.name)
}
