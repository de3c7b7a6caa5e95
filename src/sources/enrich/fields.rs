//! Whose word counts, field by field.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Catalogue, Presence, Remark};
use crate::sources::feeds::Kind;
use crate::sources::{Advisory, Fields};

/// What happens where the scanner has a value of its own.
#[derive(Clone, Copy)]
enum Against {
    /// The scanner's stays.
    Keep,
    /// The feed's counts.
    Yield,
    /// The more urgent one counts.
    Urgent,
}

/// A field, the feeds that tell it, strongest first, and what the scanner's own value is worth.
struct Rule {
    field: &'static str,
    feeds: &'static [Kind],
    against: Against,
}

const RULES: [Rule; 9] = [
    Rule { field: "kev_added", feeds: &[Kind::Kev, Kind::Nvd, Kind::Cve], against: Against::Yield },
    Rule { field: "kev_due", feeds: &[Kind::Kev, Kind::Nvd, Kind::Cve], against: Against::Yield },
    Rule { field: "forensic_triage", feeds: &[Kind::Kev], against: Against::Yield },
    Rule { field: "ransomware", feeds: &[Kind::Kev], against: Against::Urgent },
    Rule { field: "exploitation", feeds: &[Kind::Cve, Kind::Nvd], against: Against::Urgent },
    Rule { field: "automatable", feeds: &[Kind::Cve, Kind::Nvd], against: Against::Urgent },
    Rule { field: "technical_impact", feeds: &[Kind::Cve, Kind::Nvd], against: Against::Urgent },
    Rule { field: "vendor_severity", feeds: &[Kind::Csaf, Kind::Osv, Kind::Cve], against: Against::Keep },
    Rule { field: "published", feeds: &[Kind::Nvd, Kind::Cve, Kind::Osv, Kind::Csaf], against: Against::Keep },
];

/// Joins the fields of [`RULES`] and the EPSS score with its model.
pub(super) fn join(finding: &mut Fields, name: &str, records: &Firsts, remarks: &mut Vec<Remark>) {
    for rule in &RULES {
        let Some((record, value)) = first(records, rule.feeds, rule.field) else { continue };
        // The dates of a catalogue are of use only where the finding is in it.
        if rule.field.starts_with("kev_") && finding.get("kev") != Some(&Value::Bool(true)) {
            continue;
        }
        let Some(own) = given(finding, rule.field) else {
            finding.insert(rule.field.to_owned(), value.clone());
            continue;
        };
        if same(own, value) {
            continue;
        }
        let replaces = match rule.against {
            Against::Keep => false,
            Against::Yield => true,
            Against::Urgent => more_urgent(rule.field, value, own),
        };
        if replaces {
            remarks.push(replaced(name, rule.field, own, value, record));
            finding.insert(rule.field.to_owned(), value.clone());
        }
    }
    let Some((record, score)) = first(records, &[Kind::Epss], "epss") else { return };
    if let Some(own) = given(finding, "epss")
        && !same(own, score)
    {
        remarks.push(replaced(name, "epss", own, score, record));
    }
    finding.insert("epss".to_owned(), score.clone());
    // A score says little without its model, so the model of another score does not stay beside it.
    match record.fields.get("epss_model") {
        Some(model) => finding.insert("epss_model".to_owned(), model.clone()),
        None => finding.remove("epss_model"),
    };
}

/// Joins what records say of a vulnerability that has others, which were not looked up: only what none of those could say more urgently.
pub(super) fn join_part(finding: &mut Fields, name: &str, records: &Firsts) {
    let mut joined = finding.clone();
    join(&mut joined, name, records, &mut Vec::new());
    for (field, value) in joined {
        if order(&field).is_some_and(|order| rank(order, &value) == order.len().checked_sub(1)) {
            finding.insert(field, value);
        }
    }
}

/// Says whether the finding is in CISA's catalogue; `has_cve`: it has an identifier that could be in it.
pub(super) fn catalogue(
    finding: &mut Fields,
    name: &str,
    records: &Firsts,
    (catalogue, has_cve): (&Catalogue<'_>, bool),
    remarks: &mut Vec<Remark>,
) {
    let own = given(finding, "kev").and_then(Value::as_bool);
    let listed = first(records, &[Kind::Kev], "kev").map(|(record, _)| record);
    let carried = first(records, &[Kind::Nvd, Kind::Cve], "kev").map(|(record, _)| record);
    let added_since = |record: &&Advisory| {
        let added = record.fields.get("kev_added").and_then(Value::as_str);
        // On the catalogue's own day it may have been added after it; of one without a date nobody knows.
        match (added, catalogue.made.and_then(|made| made.get(..10))) {
            (Some(added), Some(made)) => added >= made,
            _ => true,
        }
    };
    let said = match (listed, catalogue.presence) {
        (Some(record), _) => Some((true, Some(record))),
        // Others carry the catalogue's word, and may have a later edition of it.
        (None, Presence::Whole) => match carried.filter(added_since) {
            Some(record) => Some((true, Some(record))),
            // What contradicts itself or cannot be read may have been a yes.
            None => (has_cve && (own.is_some() || given(finding, "kev").is_none())).then_some((false, None)),
        },
        // Without a whole catalogue others can say that it is in it, and nobody that it is not.
        (None, Presence::Part | Presence::Absent) => carried.map(|record| (true, Some(record))),
    };
    let Some((said, record)) = said else { return };
    if let Some(own) = own
        && own != said
    {
        let says = |yes: bool| if yes { "is" } else { "is not" };
        remarks.push(Remark {
            name: "kev_disagrees",
            about: name.to_owned(),
            message: format!(
                "the scanner says that `{name}` {} in the catalogue of exploited vulnerabilities, the feed that it {}: it counts as exploited",
                says(own),
                says(said)
            ),
            origin: record.map(|record| record.origin.clone()),
        });
    }
    let counts = said || own == Some(true);
    finding.insert("kev".to_owned(), Value::Bool(counts));
    if !counts {
        finding.insert("kev_added".to_owned(), Value::from("none"));
        finding.insert("kev_due".to_owned(), Value::from("none"));
    } else if own != Some(true) {
        // Dates that said `none` cannot be those of a listed one.
        for field in ["kev_added", "kev_due"] {
            if finding.get(field).and_then(Value::as_str) == Some("none") {
                finding.remove(field);
            }
        }
    }
}

/// The records that count, by field and feed: of several records of one feed, that with the most urgent value.
#[derive(Debug, Default)]
pub(super) struct Firsts(BTreeMap<&'static str, BTreeMap<&'static str, Arc<Advisory>>>);

impl Firsts {
    pub(super) fn of(records: &[Arc<Advisory>]) -> Self {
        let mut firsts = Self::default();
        let names = || RULES.iter().map(|rule| rule.field).chain(["kev", "epss"]);
        for record in records.iter().filter(|record| !record.fields.is_empty()) {
            for (field, value) in names().filter_map(|field| Some((field, record.fields.get(field)?))) {
                let known = firsts.0.entry(field).or_default().entry(record.feed).or_insert_with(|| Arc::clone(record));
                if known.fields.get(field).is_some_and(|known| more_urgent(field, value, known)) {
                    *known = Arc::clone(record);
                }
            }
        }
        firsts
    }

    pub(super) fn tells(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }
}

/// The value of the strongest feed that has one.
fn first<'r>(records: &'r Firsts, feeds: &[Kind], field: &str) -> Option<(&'r Advisory, &'r Value)> {
    let told = records.0.get(field)?;
    feeds
        .iter()
        .find_map(|feed| told.get(feed.name()).and_then(|record| Some((record.as_ref(), record.fields.get(field)?))))
}

/// Whether a value is more urgent than another of the same field: a higher one of an order, a higher number, an earlier date. Than one that the field
/// cannot have only the most urgent is: it may have stood for any.
fn more_urgent(field: &str, value: &Value, than: &Value) -> bool {
    match field {
        "kev_added" | "kev_due" | "published" => return plain(value) < plain(than),
        "epss" => return value.as_f64() > than.as_f64(),
        _ => {}
    }
    let Some(order) = order(field) else { return false };
    match (rank(order, value), rank(order, than)) {
        (Some(value), Some(than)) => value > than,
        (Some(value), None) => value.saturating_add(1) == order.len(),
        (None, _) => false,
    }
}

/// What a field may say, the most urgent last.
fn order(field: &str) -> Option<&'static [&'static str]> {
    Some(match field {
        "exploitation" => &["none", "poc", "active"],
        "technical_impact" => &["partial", "total"],
        "vendor_severity" => &["low", "medium", "high", "critical"],
        "ransomware" | "automatable" | "forensic_triage" => &["false", "true"],
        _ => return None,
    })
}

/// The place of a value in an order, exactly as facts have to be written.
fn rank(order: &[&str], value: &Value) -> Option<usize> {
    let said = match value {
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::String(text) if !matches!(text.as_str(), "true" | "false") => text,
        _ => return None,
    };
    order.iter().position(|word| *word == said)
}

/// A value that is there.
fn given<'f>(finding: &'f Fields, field: &str) -> Option<&'f Value> {
    finding.get(field).filter(|value| !value.is_null())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_ascii_lowercase)
}

/// Whether two values say the same: texts as they are, numbers by their value.
fn same(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

fn replaced(name: &str, field: &str, own: &Value, value: &Value, record: &Advisory) -> Remark {
    Remark {
        name: "feed_replaced",
        about: name.to_owned(),
        message: format!(
            "`{field}` of `{name}` is {} in {}, not {} as the scanner has it",
            plain(value),
            record.feed,
            plain(own)
        ),
        origin: Some(record.origin.clone()),
    }
}
