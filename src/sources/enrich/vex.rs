//! What VEX documents say of a finding's product: the latest word counts, and in doubt the one that leaves the finding open.

use std::cmp::Ordering;

use serde_json::Value;

use super::product::{Known, Match, Met};
use super::statements::Statements;
use super::{Remark, Subject};
use crate::sources::feeds::document::shown;
use crate::sources::{Assertion, At, Fields, Origin, Status};
use crate::time::Instant;

/// The states of a finding that is dealt with.
const CLOSED: [&str; 5] = ["mitigated", "accepted", "not_affected", "false_positive", "fixed"];

/// A statement that is about a finding.
struct Word<'a> {
    at: Option<Instant>,
    assertion: &'a Assertion,
    met: Match,
    /// What there is to doubt of it.
    why: Option<String>,
}

impl Word<'_> {
    /// Whether it takes the finding away. `fixed` of a product without a version does not: every version would be fixed then.
    fn is_quiet(&self) -> bool {
        match self.assertion.status {
            Status::NotAffected => self.met >= Match::AnyVersion,
            Status::Fixed => self.met >= Match::InRange,
            Status::Affected | Status::UnderInvestigation => false,
        }
    }

    /// Whether it would take the finding away, were it known to be about it.
    fn is_doubtful(&self) -> bool {
        self.met == Match::Perhaps && matches!(self.assertion.status, Status::NotAffected | Status::Fixed)
    }

    /// Whether it leaves nothing of one that takes the finding away: it is as late, or of no known date. A document that names the very version, or
    /// a range of versions, is not contradicted by what it says of all of them.
    fn revokes(&self, quiet: &Word<'_>) -> bool {
        let same = || document(&self.assertion.origin) == document(&quiet.assertion.origin);
        let exception = match quiet.met {
            Match::Exact => self.met < Match::InRange,
            Match::InRange => self.met == Match::AnyVersion,
            Match::No | Match::Perhaps | Match::AnyVersion => false,
        };
        let excepted = self.at == quiet.at && exception && same();
        !excepted && (self.at.is_none() || self.at >= quiet.at)
    }

    /// That it may be about the finding, and why that is not known.
    fn doubt(&self, name: &str) -> Remark {
        let product = self.assertion.products.first().map_or("a product", String::as_str);
        let what = if self.assertion.status == Status::Fixed { "to be fixed in" } else { "not to affect" };
        let why = self.why.as_deref().unwrap_or("its version is not known");
        let message =
            format!("`{name}` is said {what} `{}`, and whether that is this one is not known: {why}", shown(product));
        Remark { name: "vex_in_doubt", about: name.to_owned(), message, origin: Some(self.assertion.origin.clone()) }
    }

    /// What counts first in the end, whatever the order of the files: the latest, then the worst.
    fn rank(&self, other: &Word<'_>) -> Ordering {
        let worst = |status: Status| match status {
            Status::Affected => 3,
            Status::UnderInvestigation => 2,
            Status::Fixed => 1,
            Status::NotAffected => 0,
        };
        let (mine, others) = (self.assertion, other.assertion);
        let place = |origin: &Origin| match &origin.at {
            At::File => (0, String::new()),
            At::Line(line) => (*line, String::new()),
            At::Pointer(pointer) => (0, pointer.clone()),
        };
        let key = |word: &Word<'_>| (word.at, worst(word.assertion.status), word.met);
        key(self)
            .cmp(&key(other))
            .then_with(|| mine.products.cmp(&others.products))
            .then_with(|| mine.justification.cmp(&others.justification))
            .then_with(|| others.origin.file.cmp(&mine.origin.file))
            .then_with(|| place(&others.origin).cmp(&place(&mine.origin)))
    }
}

/// The document that a place is in: the file, or one of its lines or of the list that it is.
fn document(origin: &Origin) -> (&str, Option<u32>, &str) {
    let (line, first) = match &origin.at {
        At::File => (None, ""),
        At::Line(line) => (Some(*line), ""),
        At::Pointer(pointer) => (None, pointer.split('/').nth(1).unwrap_or_default()),
    };
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    (&origin.file, line, if is_number { first } else { "" })
}

/// Applies the statements that are about the finding's very product.
///
/// Of several the latest counts, of equals the one that leaves the finding open. One without a time is older than all others where it takes the
/// finding away, and later than all where it does not. `not_affected` and `fixed` set the state of a finding that is open or has none; the
/// others only are remarked, and revoke what was said before even of a product that only may be the same.
pub(super) fn apply(
    finding: &mut Fields,
    name: &str,
    said: &Statements,
    subject: &Subject<'_>,
    remarks: &mut Vec<Remark>,
) {
    if said.is_empty() {
        return;
    }
    let met = said.about(&Known::of(finding, subject));
    let mut words: Vec<Word<'_>> = met
        .into_iter()
        .map(|(statement, Met { how, why })| Word { at: statement.at, assertion: &statement.assertion, met: how, why })
        .collect();
    words.sort_by(|one, other| other.rank(one));
    tell(finding, &words);
    let (doubtful, words): (Vec<&Word<'_>>, Vec<&Word<'_>>) = words.iter().partition(|word| word.is_doubtful());
    let (quiet, loud): (Vec<&Word<'_>>, Vec<&Word<'_>>) = words.into_iter().partition(|word| word.is_quiet());
    let standing = standing(&quiet, &loud);
    let open = match finding.get("state") {
        None | Some(Value::Null) => true,
        Some(state) => state == "open",
    };
    if standing.is_none()
        && open
        && let Some(word) = self::standing(&doubtful, &loud)
    {
        remarks.push(word.doubt(name));
    }
    // What only may be about the finding is told where it revokes something.
    let heard = loud.iter().find(|word| word.met > Match::Perhaps || !quiet.is_empty()).copied();
    let Some(Word { assertion, met, .. }) = standing.or(heard) else { return };
    let product = assertion.products.first().map_or("the product", String::as_str);
    let why = assertion.justification.as_deref().map_or_else(String::new, |why| format!(": {why}"));
    let (kind, message, state) = match assertion.status {
        Status::NotAffected => {
            ("vex_not_affected", format!("`{name}` does not affect `{product}`{why}"), Some("not_affected"))
        }
        Status::Fixed if *met >= Match::InRange => {
            ("vex_fixed", format!("`{name}` is fixed in `{product}`"), Some("fixed"))
        }
        Status::Fixed => (
            "vex_without_version",
            format!("`{name}` is said to be fixed in `{product}`, in no version in particular: it stays as it is"),
            None,
        ),
        Status::Affected => ("vex_affected", format!("`{name}` affects `{product}`"), None),
        Status::UnderInvestigation => {
            ("vex_under_investigation", format!("whether `{name}` affects `{product}` is under investigation"), None)
        }
    };
    let own = finding.get("state").filter(|own| !own.is_null());
    if own.is_some_and(|own| state.is_some() && !CLOSED.iter().any(|closed| own == closed) && own != "open") {
        // A state that is none stays unknown, and it is told where it stands.
        return;
    }
    if let Some(state) = state.filter(|_| open) {
        finding.insert("state".to_owned(), Value::from(state));
    }
    let origin = Some(assertion.origin.clone());
    remarks.push(Remark { name: kind, about: name.to_owned(), message, origin });
}

/// The first of those that would take a finding away that no other revokes.
fn standing<'w, 'a>(quiet: &[&'w Word<'a>], loud: &[&Word<'_>]) -> Option<&'w Word<'a>> {
    // One without a date revokes all; of the others the latest revokes most.
    quiet.iter().find(|word| !loud.iter().any(|other| other.revokes(word))).copied()
}

/// What statements tell of a finding beside its standing, the latest that does; the scanner's own value stays.
fn tell(finding: &mut Fields, words: &[Word<'_>]) {
    let missing = |finding: &Fields, field: &str| finding.get(field).is_none_or(Value::is_null);
    let certain = || words.iter().filter(|word| word.met > Match::Perhaps);
    // The latest one, and of equals the one that `first` puts first.
    let latest = |field: &str, first: &dyn Fn(&Fields, &Fields) -> Ordering| {
        let telling = certain().filter(|word| !missing(&word.assertion.fields, field));
        let order = |one: &&Word<'_>, other: &&Word<'_>| {
            other.at.cmp(&one.at).then_with(|| first(&one.assertion.fields, &other.assertion.fields))
        };
        telling.min_by(order).map(|word| &word.assertion.fields)
    };
    let text = |fields: &Fields, field: &str| fields.get(field).map(Value::to_string);
    // A fix that there is stands before a word that there is none, and the earlier one before the later.
    let fix = latest("patch_available", &|one, other| {
        let key = |fields: &Fields| {
            let lacks = fields.get("patch_available") != Some(&Value::Bool(true));
            let undated = missing(fields, "patch_available_at");
            (lacks, undated, text(fields, "patch_available_at"), text(fields, "patch"))
        };
        key(one).cmp(&key(other))
    });
    if let Some(fix) = fix
        && (missing(finding, "patch_available") || finding.get("patch_available") == fix.get("patch_available"))
    {
        put(finding, fix, &["patch_available", "patch_available_at", "patch"]);
    }
    for field in ["mitigation_at", "vendor_severity"] {
        if let Some(fields) = latest(field, &|one, other| text(one, field).cmp(&text(other, field))) {
            put(finding, fields, &[field]);
        }
    }
}

/// Puts in what a finding does not have.
fn put(finding: &mut Fields, told: &Fields, fields: &[&str]) {
    for field in fields {
        if let Some(value) = told.get(*field)
            && finding.get(*field).is_none_or(Value::is_null)
        {
            finding.insert((*field).to_owned(), value.clone());
        }
    }
}
