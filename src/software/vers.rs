//! Ranges of versions: `vers:scheme/constraint|constraint`, the specification beside that of package URLs.
//!
//! A constraint is a version with `<`, `<=`, `>`, `>=`, `!=` or `=` before it, which may be left out; `*` alone is every version. Constraints stand in the
//! order of their versions here, wherever they stand in the text.

use std::cmp::Ordering;

use super::Affected;
use super::ecosystem::order_of_type;
use super::osv::comparable;
use super::purl;
use super::version::{self, Order};

/// How many constraints a range may have.
const MOST: usize = 100_000;

/// A range of versions, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    order: Option<Order>,
    versions: Versions,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Versions {
    All,
    None,
    /// In the order of their versions, each of which stands once.
    Of {
        all: Vec<Constraint>,
        bounds: Vec<Constraint>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Constraint {
    sign: Sign,
    version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Sign {
    fn is_upper(self) -> bool {
        matches!(self, Sign::Less | Sign::AtMost)
    }

    fn is_lower(self) -> bool {
        matches!(self, Sign::More | Sign::AtLeast)
    }
}

/// The longer signs first.
const SIGNS: [(&str, Sign); 6] = [
    ("<=", Sign::AtMost),
    (">=", Sign::AtLeast),
    ("!=", Sign::NotEqual),
    ("<", Sign::Less),
    (">", Sign::More),
    ("=", Sign::Equal),
];

impl Range {
    /// Reads a range.
    ///
    /// # Errors
    ///
    /// Why it cannot be told which versions are in it: it is no `vers:`, its scheme has no order that is known, a version is none in that order, or its
    /// constraints contradict each other.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let shown = || super::quoted(&text);
        let (head, rest) = text.split_once(':').unwrap_or_default();
        let (true, Some((scheme, constraints))) = (head.eq_ignore_ascii_case("vers"), rest.split_once('/')) else {
            return Err(format!("{} is a range in no known form; expected `vers:`", shown()));
        };
        let scheme = scheme.to_ascii_lowercase();
        match (scheme.as_str(), constraints) {
            (_, "") => return Err(format!("the range {} has no constraint", shown())),
            ("none", "*") => return Ok(Self { order: None, versions: Versions::None }),
            ("all", "*") => return Ok(Self { order: None, versions: Versions::All }),
            _ => {}
        }
        let Some(order) = order_of(&scheme) else {
            return Err(format!("the order of versions of {} is not known", shown()));
        };
        if constraints == "*" {
            return Ok(Self { order: Some(order), versions: Versions::All });
        }
        let parts = || constraints.split('|').filter(|part| !part.is_empty());
        if parts().nth(MOST).is_some() {
            return Err(format!("the range {} has more than {MOST} constraints", shown()));
        }
        let mut all = parts().map(|part| constraint(part, order)).collect::<Result<Vec<Constraint>, String>>()?;
        let compare = |one: &Constraint, other: &Constraint| {
            version::compare(order, &one.version, &other.version).unwrap_or(Ordering::Equal)
        };
        all.sort_by(compare);
        if all.windows(2).any(|pair| matches!(pair, [one, other] if compare(one, other).is_eq())) {
            return Err(format!("the range {} names a version twice", shown()));
        }
        let is_bound = |constraint: &&Constraint| constraint.sign.is_upper() || constraint.sign.is_lower();
        let bounds: Vec<Constraint> = all.iter().filter(is_bound).cloned().collect();
        if bounds.windows(2).any(|pair| matches!(pair, [one, other] if one.sign.is_lower() == other.sign.is_lower())) {
            return Err(format!("the bounds of the range {} contradict each other", shown()));
        }
        Ok(Self { order: Some(order), versions: Versions::Of { all, bounds } })
    }

    /// Whether a version of a package of a type (`npm`, `deb`) is in the range.
    #[must_use]
    pub fn contains(&self, kind: &str, version: Option<&str>) -> Affected {
        let (all, bounds) = match &self.versions {
            Versions::None => return Affected::No,
            Versions::All => return Affected::Yes,
            Versions::Of { all, bounds } => (all, bounds),
        };
        let Some(order) = self.order.filter(|order| order_of_type(kind) == Some(*order)) else {
            return Affected::Unknown(format!(
                "the range is not one of the versions of packages of the type {}",
                super::quoted(kind)
            ));
        };
        let Some(version) = version else {
            return Affected::Unknown("the package's version is not known".to_owned());
        };
        if let Err(error) = comparable(order, version) {
            return Affected::Unknown(error);
        }
        let place = |constraints: &[Constraint]| {
            constraints.binary_search_by(|constraint| {
                version::compare(order, &constraint.version, version).unwrap_or(Ordering::Less)
            })
        };
        if let Some(same) = place(all).ok().and_then(|at| all.get(at)) {
            return match same.sign {
                Sign::Equal | Sign::AtMost | Sign::AtLeast => Affected::Yes,
                Sign::NotEqual | Sign::Less | Sign::More => Affected::No,
            };
        }
        let (Ok(after) | Err(after)) = place(bounds);
        let before = after.checked_sub(1).and_then(|at| bounds.get(at));
        match (before, bounds.get(after)) {
            (Some(before), _) if before.sign.is_lower() => Affected::Yes,
            (None, Some(after)) if after.sign.is_upper() => Affected::Yes,
            (None, None) if all.iter().all(|constraint| constraint.sign == Sign::NotEqual) => {
                Affected::Unknown("a range that only leaves versions out does not say which are in it".to_owned())
            }
            _ => Affected::No,
        }
    }
}

fn constraint(text: &str, order: Order) -> Result<Constraint, String> {
    let sign = SIGNS.into_iter().find_map(|(sign, meaning)| Some((text.strip_prefix(sign)?, meaning)));
    let (version, sign) = sign.unwrap_or((text, Sign::Equal));
    let version = purl::decoded(version).map_err(|problem| format!("in a range, {problem}"))?;
    if !version.contains(|c: char| c.is_ascii_digit()) {
        return Err(format!("in a range, {} has no number in it", super::quoted(&version)));
    }
    version::check(order, &version).map_err(|error| format!("in a range, {error}"))?;
    Ok(Constraint { sign, version })
}

/// The order of a scheme: most are types of package URLs.
fn order_of(scheme: &str) -> Option<Order> {
    match scheme {
        "alpine" => Some(Order::Apk),
        "semver" => Some(Order::Semver),
        scheme => order_of_type(scheme),
    }
}

#[cfg(test)]
mod tests;
