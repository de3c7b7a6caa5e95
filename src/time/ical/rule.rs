//! Recurrence rules as they stand in calendars.

use super::ReadError;
use super::lines::{Line, shown};
use crate::time::{Instant, LocalDateTime, RRule, RRuleUntil};

/// The rule of a line; `local` says what its clock shows at the instant of an UNTIL that is given in UTC, so that the
/// rule can be expanded on that clock alone.
pub(super) fn read(line: &Line, local: impl Fn(Instant) -> Option<LocalDateTime>) -> Result<RRule, ReadError> {
    let rule = parse(line)?;
    match rule.until() {
        Some(RRuleUntil::Utc(until)) => {
            let until = local(until).map(|until| format!("UNTIL={}", basic(until)));
            let text = text(line);
            let is_until = |part: &str| part.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("UNTIL="));
            // An end beyond the year 9999 is none.
            let parts =
                text.split(';').filter_map(|part| if is_until(part) { until.clone() } else { Some(part.into()) });
            let parts: Vec<String> = parts.collect();
            RRule::parse(&parts.join(";")).map_err(|error| line.error(error.message))
        }
        _ => Ok(rule),
    }
}

/// The rule of a line as it is.
pub(super) fn parse(line: &Line) -> Result<RRule, ReadError> {
    let text = text(line);
    RRule::parse(&text).map_err(|error| line.error(format!("`{}` is not a rule: {}", shown(&text), error.message)))
}

/// Space and an empty part at the end are forgiven: both come from programs in wide use.
fn text(line: &Line) -> String {
    let text: String = line.value.chars().filter(|c| !c.is_whitespace()).collect();
    text.trim_end_matches(';').to_owned()
}

/// `20260131T090000`.
fn basic(local: LocalDateTime) -> String {
    local.to_string().chars().filter(|c| *c != '-' && *c != ':').take(15).collect()
}
