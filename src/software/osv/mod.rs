//! Whether one element of an OSV record's `affected` speaks of a package: the evaluation of the OSV schema.

use std::cmp::Ordering;

use serde_json::Value;

use super::Affected;
use super::ecosystem::{Ecosystem, Package};
use super::version::{self, BadVersion, Order};

/// Whether an element of `affected` speaks of a package in its version.
///
/// It does if the version is listed in `versions` or lies in a range; a range of commits (`GIT`) answers nothing, and counts only where no other
/// range does. Without a version, only a range of all versions can answer.
#[must_use]
pub fn affected(entry: &Value, package: &Package) -> Affected {
    match same_package(entry, package) {
        Affected::No => Affected::No,
        same => same.and(in_versions(entry, package)),
    }
}

/// Whether it speaks of the package in any version.
fn same_package(entry: &Value, package: &Package) -> Affected {
    let text = |key: &str| entry.pointer(key).and_then(Value::as_str);
    let (Some(ecosystem), Some(name)) = (text("/package/ecosystem"), text("/package/name")) else {
        return Affected::Unknown("the entry names no package".to_owned());
    };
    let said = Package::new(Ecosystem::from_osv(ecosystem), name, None);
    if said.name() != package.name() { Affected::No } else { said.ecosystem().covers(package.ecosystem()) }
}

fn in_versions(entry: &Value, package: &Package) -> Affected {
    let list = |key: &str| entry.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (versions, ranges) = (list("versions"), list("ranges"));
    let is_odd = |key: &&'static str| entry.get(*key).is_some_and(|value| !value.is_null() && !value.is_array());
    let unread = match ["versions", "ranges"].into_iter().find(is_odd) {
        Some(key) => Affected::Unknown(format!("`{key}` of the entry is no list")),
        None => Affected::No,
    };
    let order = package.ecosystem().order();
    if versions.is_empty() && ranges.is_empty() {
        return Affected::Unknown("the entry names no versions".to_owned());
    }
    let listed = listed(versions, package.version(), order).or(unread);
    if listed == Affected::Yes {
        return Affected::Yes;
    }
    let kind = |range: &Value| range.get("type").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
    let (commits, ranges): (Vec<&Value>, Vec<&Value>) = ranges.iter().partition(|range| kind(range) == "GIT");
    if ranges.is_empty() && !commits.is_empty() {
        return Affected::Unknown("the entry has ranges of commits alone".to_owned());
    }
    ranges.into_iter().fold(listed, |answer, range| {
        let order = match kind(range).as_str() {
            "SEMVER" => Some(Order::Semver),
            "ECOSYSTEM" => order,
            _ => return answer.or(Affected::Unknown("a range has no type that is known".to_owned())),
        };
        answer.or(in_range(range, package.version(), order))
    })
}

/// Whether the version is in the list, as the same text or as the same version.
fn listed(versions: &[Value], version: Option<&str>, order: Option<Order>) -> Affected {
    if versions.is_empty() {
        return Affected::No;
    }
    let Some(version) = version else { return no_version() };
    let mut texts = versions.iter().filter_map(Value::as_str);
    if texts.clone().any(|text| text == version) {
        return Affected::Yes;
    }
    let Some(order) = order else { return no_order() };
    if let Err(error) = comparable(order, version) {
        return Affected::Unknown(error);
    }
    match texts.any(|text| version::compare(order, version, text) == Ok(Ordering::Equal)) {
        true => Affected::Yes,
        false if !versions.iter().all(Value::is_string) => {
            Affected::Unknown("an element of `versions` is no text".to_owned())
        }
        false => Affected::No,
    }
}

fn no_version() -> Affected {
    Affected::Unknown("the package's version is not known".to_owned())
}

fn no_order() -> Affected {
    Affected::Unknown("the order of the ecosystem's versions is not known".to_owned())
}

/// Some orders take any text, as their tools do; but a text without a digit (`unknown`, `dev-main`) says nothing of where it stands.
pub(super) fn comparable(order: Order, version: &str) -> Result<(), String> {
    if !version.contains(|c: char| c.is_ascii_digit()) {
        return Err(format!("the package's version {} has no number in it", super::quoted(version)));
    }
    version::check(order, version).map_err(|error| format!("the package's version {error}"))
}

/// What an event of a range says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event<'a> {
    Introduced(&'a str),
    Fixed(&'a str),
    LastAffected(&'a str),
    Limit(&'a str),
}

impl<'a> Event<'a> {
    fn read(event: &'a Value) -> Option<Self> {
        let text = |key: &str| event.get(key).and_then(Value::as_str);
        text("introduced")
            .map(Self::Introduced)
            .or_else(|| text("fixed").map(Self::Fixed))
            .or_else(|| text("last_affected").map(Self::LastAffected))
            .or_else(|| text("limit").map(Self::Limit))
    }
}

fn in_range(range: &Value, version: Option<&str>, order: Option<Order>) -> Affected {
    let events = range.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let Some(events) = events.iter().map(Event::read).collect::<Option<Vec<_>>>() else {
        return Affected::Unknown("an event of a range cannot be read".to_owned());
    };
    if !events.iter().any(|event| matches!(event, Event::Introduced(_))) {
        return Affected::Unknown("a range has no `introduced`".to_owned());
    }
    if events.iter().all(|event| matches!(event, Event::Introduced("0") | Event::Limit("*"))) {
        return Affected::Yes;
    }
    let Some(version) = version else { return no_version() };
    let Some(order) = order else { return no_order() };
    if let Err(error) = comparable(order, version) {
        return Affected::Unknown(error);
    }
    match walk(
        &events,
        |event| if event == "0" { Ok(Ordering::Greater) } else { version::compare(order, version, event) },
        |a, b| version::compare(order, a, b),
    ) {
        Ok(true) => Affected::Yes,
        Ok(false) => Affected::No,
        Err(error) => Affected::Unknown(format!("in a range, {error}")),
    }
}

/// The first version after the package's own in which the entry says that it is mended; nothing where that cannot be said.
#[must_use]
pub fn fixed_in(entry: &Value, package: &Package) -> Option<String> {
    let version = package.version()?;
    let mut first: Option<(&str, Order)> = None;
    for range in entry.get("ranges").and_then(Value::as_array)? {
        let order = match range.get("type").and_then(Value::as_str) {
            Some("SEMVER") => Order::Semver,
            Some("ECOSYSTEM") => package.ecosystem().order()?,
            _ => continue,
        };
        for event in range.get("events").and_then(Value::as_array)? {
            let Some(Event::Fixed(fixed)) = Event::read(event) else { continue };
            if !version::compare(order, version, fixed).is_ok_and(Ordering::is_lt) {
                continue;
            }
            let earlier =
                |(other, with)| with == order && version::compare(order, fixed, other).is_ok_and(Ordering::is_lt);
            if first.is_none_or(earlier) {
                first = Some((fixed, order));
            }
        }
    }
    first.map(|(fixed, _)| fixed.to_owned())
}

/// Walks the events in the order of their versions. Of those that the version has reached the last one decides, so that they need not be sorted:
/// of two at the same version, what ends a range with it (`last_affected`) comes after the rest, and otherwise what is written later.
fn walk<'a>(
    events: &[Event<'a>],
    against: impl Fn(&'a str) -> Result<Ordering, BadVersion>,
    between: impl Fn(&'a str, &'a str) -> Result<Ordering, BadVersion>,
) -> Result<bool, BadVersion> {
    let (mut limited, mut within) = (false, false);
    let mut last: Option<(&'a str, bool, bool)> = None;
    for event in events {
        let (at, ends_after, affected, reached) = match *event {
            Event::Limit(limit) => {
                limited = true;
                within |= limit == "*" || against(limit)?.is_lt();
                continue;
            }
            Event::Introduced(at) => (at, false, true, against(at)?.is_ge()),
            Event::Fixed(at) => (at, false, false, against(at)?.is_ge()),
            Event::LastAffected(at) => (at, true, false, against(at)?.is_gt()),
        };
        if !reached {
            continue;
        }
        let later = match last {
            None => true,
            Some((other, other_ends_after, _)) => {
                let order = match (at == "0", other == "0") {
                    (true, true) => Ordering::Equal,
                    (true, false) => Ordering::Less,
                    (false, true) => Ordering::Greater,
                    (false, false) => between(at, other)?,
                };
                order.then(ends_after.cmp(&other_ends_after)).is_ge()
            }
        };
        if later {
            last = Some((at, ends_after, affected));
        }
    }
    Ok((within || !limited) && last.is_some_and(|(_, _, affected)| affected))
}

#[cfg(test)]
mod tests;
