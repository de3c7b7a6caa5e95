//! The standard vocabulary: the entities and fields that every policy and pack can rely on.

use std::sync::Arc;

use super::schema::{Absent, FieldDef, FieldId, Schema, Shape, TableDef, TableId};
use super::types::{EnumDef, Type};

/// Builds the tables of the standard vocabulary.
#[must_use]
pub fn standard() -> Schema {
    let mut schema = Schema { tables: Vec::new() };
    for (name, parent) in [
        ("asset", None),
        ("finding", Some(TableId::ASSET)),
        ("change", None),
        ("incident", None),
        ("person", None),
        ("service", None),
        ("sample", None),
        ("approval", Some(TableId::CHANGE)),
        ("evidence", Some(TableId::CHANGE)),
        ("notice", Some(TableId::CHANGE)),
        ("asset.software", Some(TableId::ASSET)),
        ("person.delegations", Some(TableId::PERSON)),
        ("waiver", None),
        ("duty", None),
    ] {
        schema.tables.push(TableDef { name: name.to_owned(), parent, key: None, fields: Vec::new() });
    }
    for (table, lines) in [
        (TableId::ASSET, ASSET),
        (TableId::FINDING, FINDING),
        (TableId::CHANGE, CHANGE),
        (TableId::INCIDENT, INCIDENT),
        (TableId::PERSON, PERSON),
        (TableId::SERVICE, SERVICE),
        (TableId::SAMPLE, SAMPLE),
        (TableId::APPROVAL, APPROVAL),
        (TableId::EVIDENCE, EVIDENCE),
        (TableId::NOTICE, NOTICE),
        (TableId::SOFTWARE, SOFTWARE),
        (TableId::DELEGATION, DELEGATION),
        (TableId::WAIVER, WAIVER),
        (TableId::DUTY, DUTY),
    ] {
        for (name, ty, doc) in lines {
            add_standard(&mut schema, table, name, ty, doc);
        }
        let key = ["id", "cve", "name", "role", "kind", "metric"]
            .iter()
            .find_map(|key| schema.find(table, key).map(|(id, _)| id));
        if let Some(def) = schema.tables.get_mut(usize::from(table.0)) {
            def.key = key;
        }
    }
    schema
}

/// Adds a field; a set becomes a table of its own. Returns its id.
pub fn add_field(schema: &mut Schema, table: TableId, mut field: FieldDef, set_of: Option<Type>) -> Option<FieldId> {
    if let Some(element) = set_of {
        let owner = schema.table(table)?.name.clone();
        let id = TableId(u16::try_from(schema.tables.len()).ok()?);
        let value = FieldDef {
            name: "value".to_owned(),
            shape: Shape::Scalar(element),
            range: field.range.take(),
            required: false,
            or_none: false,
            absent: Absent::Unknown,
            past: false,
            fraction: false,
            doc: "",
            extended: field.extended,
        };
        schema.tables.push(TableDef {
            name: format!("{owner}.{}", field.name),
            parent: Some(table),
            key: Some(FieldId(0)),
            fields: vec![value],
        });
        field.shape = Shape::Set(id);
    }
    let def = schema.tables.get_mut(usize::from(table.0))?;
    let id = FieldId(u16::try_from(def.fields.len()).ok()?);
    def.fields.push(field);
    Some(id)
}

fn add_standard(schema: &mut Schema, table: TableId, name: &str, ty: &str, doc: &'static str) {
    let mut field = FieldDef {
        name: name.to_owned(),
        shape: Shape::Scalar(Type::String),
        range: None,
        required: false,
        or_none: false,
        absent: Absent::Unknown,
        past: false,
        fraction: false,
        doc,
        extended: false,
    };
    let mut set_of = None;
    let mut rest = ty;
    while let Some((shorter, apply)) =
        ATTRIBUTES.iter().find_map(|(suffix, apply)| Some((rest.strip_suffix(suffix)?, apply)))
    {
        apply(&mut field);
        rest = shorter;
    }
    let owner = schema.table(table).map(|t| t.name.clone()).unwrap_or_default();
    match rest {
        "set" => set_of = Some(Type::String),
        "assets" => set_of = Some(Type::Row(TableId::ASSET)),
        "services" => set_of = Some(Type::Row(TableId::SERVICE)),
        "findings" => field.shape = Shape::List(TableId::FINDING),
        "software" => field.shape = Shape::List(TableId::SOFTWARE),
        "approvals" => field.shape = Shape::List(TableId::APPROVAL),
        "evidence" => field.shape = Shape::List(TableId::EVIDENCE),
        "notices" => field.shape = Shape::List(TableId::NOTICE),
        "delegations" => field.shape = Shape::List(TableId::DELEGATION),
        _ => {
            let (base, range) = scalar(rest, &format!("{owner}.{name}"));
            field.shape = Shape::Scalar(base);
            field.range = range;
        }
    }
    add_field(schema, table, field, set_of);
}

/// What an attribute does to a field.
type Attribute = fn(&mut FieldDef);

/// The attributes that the lines below use.
const ATTRIBUTES: &[(&str, Attribute)] = &[
    (" absent empty", |f| f.absent = Absent::Empty),
    (" absent none", |f| f.absent = Absent::None),
    (" or none", |f| f.or_none = true),
    (" required", |f| f.required = true),
    (" past", |f| f.past = true),
    (" fraction", |f| f.fraction = true),
];

fn scalar(text: &str, name: &str) -> (Type, Option<(i64, i64)>) {
    let plain = |ty| (ty, None);
    match text {
        "bool" => plain(Type::Bool),
        "int" => plain(Type::Int),
        "tier" => (Type::Int, Some((1, 4))),
        "number" => plain(Type::Number),
        "percent" => plain(Type::Percent),
        "part" => (Type::Percent, Some((0, 100))),
        "date" => plain(Type::Date),
        "time" => plain(Type::Time),
        "duration" => plain(Type::Duration),
        "timezone" => plain(Type::Zone),
        "version" => plain(Type::Version),
        "cvss" => plain(Type::Cvss),
        "string" => plain(Type::String),
        "asset" => plain(Type::Row(TableId::ASSET)),
        "person" => plain(Type::Row(TableId::PERSON)),
        words => {
            let ordered = words.contains('<');
            let values = words.split(['<', '|']).map(|word| word.trim().to_owned()).collect();
            plain(Type::Enum(Arc::new(EnumDef { name: name.to_owned(), values, ordered, descending: false })))
        }
    }
}

type Line = (&'static str, &'static str, &'static str);

const ASSET: &[Line] = &[
    ("id", "string required", "The asset's identifier, unique in the inventory"),
    ("hostname", "string", "Its host name"),
    ("kind", "server | workstation | network_device | mobile | appliance | container | cloud_service", "What it is"),
    ("tier", "tier", "Business criticality, 1 the highest"),
    ("environment", "prod | staging | dev | test", "Where it stands in the delivery chain"),
    ("exposure", "internet | internal | isolated", "From where it can be reached"),
    ("os.family", "string", "The operating system's family"),
    ("os.name", "string", "The operating system's name"),
    ("os.version", "version", "The operating system's version"),
    ("os.eol", "date or none", "The last day of vendor support; none: no end is announced"),
    ("business_unit", "string", "The part of the organisation that it serves"),
    ("region", "string", "Where it stands"),
    ("timezone", "timezone", "The IANA time zone of its users"),
    ("tags", "set", "Free labels"),
    ("data_classification", "public < internal < confidential < restricted", "The most sensitive data on it"),
    ("owner", "person", "The team or person that answers for it"),
    ("services", "services", "The services that it is part of"),
    ("depends_on", "assets", "The assets that it needs"),
    ("redundancy_group", "string", "Assets that stand in for each other"),
    ("first_seen", "time past", "When it was discovered"),
    ("last_scanned", "time past", "When it was last scanned for vulnerabilities"),
    ("last_patched", "time past", "When it was last patched"),
    ("pending_reboot", "bool", "A restart is pending"),
    ("backup.last_success", "time past", "When the last backup succeeded"),
    ("backup.verified", "bool", "Whether a restore from it was tested"),
    ("disk_free", "part", "Free space, in percent"),
    ("software", "software", "What is installed"),
    ("findings", "findings", "Its vulnerabilities and misconfigurations"),
];

const SOFTWARE: &[Line] = &[
    ("vendor", "string", "Who makes it"),
    ("name", "string", "Its name"),
    ("version", "version", "Its version"),
    ("purl", "string", "Its package URL"),
    ("cpe", "string", "Its CPE 2.3 name"),
    ("eol", "date or none", "The last day of vendor support; none: no end is announced"),
];

const FINDING: &[Line] = &[
    ("cve", "string", "The CVE identifier"),
    ("cvss", "cvss", "One or several CVSS vectors, a score, or both"),
    ("vendor_severity", "low < medium < high < critical", "The vendor's own rating"),
    ("epss", "part fraction", "The EPSS probability; data write a fraction"),
    ("epss_model", "string", "The version of the EPSS model"),
    ("kev", "bool", "In CISA's catalogue of known exploited vulnerabilities"),
    ("kev_added", "date or none", "When it was added to that catalogue; none: it is not in it"),
    ("kev_due", "date or none", "The catalogue's own due date; none: it has none"),
    ("ransomware", "bool", "Known to be used in ransomware campaigns"),
    ("exploitation", "none | poc | active", "SSVC exploitation"),
    ("automatable", "bool", "SSVC automatable"),
    ("technical_impact", "partial | total", "SSVC technical impact"),
    ("patch_available", "bool", "The vendor has a fix"),
    ("patch_available_at", "time or none past", "When the fix was released; none: there is none yet"),
    ("mitigation_at", "time or none past", "When a mitigation was published; none: there is none yet"),
    ("published", "time past", "When the vulnerability was published"),
    ("detected", "time past", "When it was found on the asset"),
    ("evaluated", "time past", "When it was evaluated"),
    ("state", "open | mitigated | accepted | not_affected | false_positive | fixed", "Where its treatment stands"),
    ("kind", "os | application | online_service | driver | firmware | configuration", "What has to be changed"),
    ("family", "string", "The product family"),
    ("patch", "string", "The patch or advisory that fixes it"),
    ("package", "string", "The affected package"),
    ("version", "version", "The installed version"),
    ("fixed_version", "version", "The first version with the fix"),
    ("source", "string", "The scanner or feed that reported it"),
];

const CHANGE: &[Line] = &[
    ("id", "string required", "The change's identifier"),
    ("title", "string", "One line on what is done"),
    ("description", "string", "What is done"),
    ("justification", "string", "Why it is done"),
    ("model", "string", "The change model that it follows"),
    ("type", "string", "The category that the requester claims"),
    ("state", "string", "The ticket's state"),
    ("priority", "string", "The ticket's priority"),
    ("security", "bool", "It fixes a vulnerability"),
    ("requester", "person", "Who asks for it"),
    ("implementer", "person", "Who carries it out"),
    ("assignment_group", "string", "The group that carries it out"),
    ("impact", "low < medium < high", "The impact that the requester states"),
    ("urgency", "low < medium < high", "The urgency that the requester states"),
    ("start", "time", "The planned start"),
    ("end", "time", "The planned end"),
    ("duration", "duration absent none", "How long it takes"),
    ("backout_time", "duration absent none", "How long backing out takes"),
    ("submitted_at", "time past", "When it was submitted"),
    ("updated_at", "time past", "When its content last changed"),
    ("started_at", "time or none past", "When work began; none: it has not"),
    ("finished_at", "time or none past", "When work ended; none: it has not"),
    ("outcome", "string", "How it ended"),
    ("services", "services", "The services that it touches"),
    ("fixes", "set absent empty", "The CVE identifiers that it fixes"),
    ("reboot", "bool", "It restarts the assets"),
    ("backout_plan", "string", "How it is undone"),
    ("test_plan", "string", "How it is tested"),
    ("communication_plan", "string", "Who is told what and when"),
    ("security_impact", "string", "What it does to security"),
    ("approvals", "approvals absent empty", "The votes"),
    ("evidence", "evidence", "Tests, reviews and other records"),
    ("notices", "notices", "What was announced"),
    ("ring", "string", "The rollout ring that it is for"),
];

const APPROVAL: &[Line] = &[
    ("role", "string", "The role voted in"),
    ("by", "person", "Who voted"),
    ("on_behalf_of", "person absent none", "For whom"),
    ("scope", "set", "The items that the vote is for"),
    ("at", "time past", "When"),
    ("decision", "approve | reject | pending | abstain", "The vote"),
];

const EVIDENCE: &[Line] = &[
    ("kind", "string", "What kind of record"),
    ("result", "passed | failed", "How it came out"),
    ("by", "person", "Whose record"),
    ("at", "time past", "When"),
    ("url", "string", "Where it is kept"),
];

const NOTICE: &[Line] = &[
    ("kind", "string", "What kind of notice"),
    ("audience", "string", "To whom"),
    ("at", "time past", "When it was sent"),
];

const INCIDENT: &[Line] = &[
    ("id", "string required", "The incident's identifier"),
    ("opened", "time past", "When it was opened"),
    ("closed", "time or none past", "When it was closed; none: it is open"),
    ("severity", "low < medium < high < critical", "How bad it is"),
    ("assets", "assets", "The assets concerned"),
    ("services", "services", "The services concerned"),
];

const PERSON: &[Line] = &[
    ("id", "string required", "The person's identifier"),
    ("name", "string", "The name"),
    ("roles", "set", "The roles held"),
    ("delegations", "delegations", "Who may stand in for this person"),
];

const DELEGATION: &[Line] = &[
    ("to", "person", "Who stands in"),
    ("role", "string absent none", "In which role; none: in every role"),
    ("from", "time", "From when"),
    ("until", "time or none", "Until when, excluded; none: until it is withdrawn"),
];

const WAIVER: &[Line] = &[
    ("id", "string required", "The waiver's identifier"),
    ("waives", "set", "The statements that it is for"),
    ("assets", "set absent empty", "The assets that it is for; empty: whatever the others say"),
    ("changes", "set absent empty", "The changes that it is for; empty: whatever the others say"),
    ("findings", "set absent empty", "The CVE identifiers that it is for; empty: whatever the others say"),
    ("from", "date", "Its first day"),
    ("until", "date", "Its last day"),
    ("by", "string", "The role that granted it"),
    ("because", "string absent none", "Why it was granted"),
];

const DUTY: &[Line] = &[
    ("id", "string required", "The duty's identifier: its kind, statement, change, asset and subject"),
    ("rule", "string", "The statement that asks for it"),
    ("kind", "approval | review | obligation", "What kind of duty"),
    ("change", "string or none", "The change; none: it is about the estate"),
    ("asset", "string or none", "The asset; none: it is about the whole change"),
    ("subject", "string or none", "The finding or item; none: it has none"),
    ("role", "string or none", "Who has to do it; none: it is not said"),
    ("missing", "int", "How many are missing; 0: it is done"),
    ("due", "time or none", "By when; none: no deadline"),
];

const SERVICE: &[Line] = &[
    ("id", "string required", "The service's identifier"),
    ("name", "string", "The name"),
    ("owner", "person or none", "Who answers for it; none: nobody does"),
    ("tier", "tier", "Business criticality, 1 the highest"),
];

const SAMPLE: &[Line] = &[
    ("id", "string required", "Worked out, never given: all that tells it apart but its value"),
    ("metric", "string", "The name of the series"),
    ("at", "time past", "When it was measured"),
    ("value", "number", "What was measured; a number, or the text of one"),
    ("asset", "asset absent none", "On which asset; none: it is about no single one"),
    ("labels", "set absent empty", "Further labels: a record of texts"),
];
