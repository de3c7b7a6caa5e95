//! What the CVSS facts amount to under a policy's order of preference.

use crate::check::decimal::Decimal;
use crate::check::program::{ContextId, CvssPart, Program};
use crate::check::types::Type;
use crate::cvss::{Tenths, Vector, parse};
use crate::facts::table::{CvssEntry, CvssFact, Facts};

use super::env::Env;
use super::value::Raw;

/// The entries that count, parsed once for each distinct fact and each context.
#[derive(Debug, Default)]
pub struct Scores {
    /// By context, then by fact.
    counting: Vec<Vec<Option<Counting>>>,
}

/// The entry of a fact that counts: a vector, or only a score.
#[derive(Clone, Copy, Debug)]
struct Counting {
    vector: Option<Vector>,
    score: Option<Tenths>,
}

impl Scores {
    /// Picks and parses the entries that count.
    #[must_use]
    pub fn new(program: &Program, facts: &Facts) -> Self {
        let counting = program
            .contexts
            .iter()
            .map(|context| facts.cvss.iter().map(|fact| choose(fact, &context.cvss, None)).collect())
            .collect();
        Self { counting }
    }
}

/// The first preferred version that is there; none where it is malformed, or where a malformed entry may be any version.
fn choose(fact: &CvssFact, preference: &[&'static str], only: Option<&str>) -> Option<Counting> {
    if fact.entries.iter().any(|e| e.malformed && e.version.is_none()) {
        return None;
    }
    let wanted = preference.iter().filter(|v| only.is_none_or(|prefix| v.starts_with(prefix)));
    for version in wanted {
        let mut entries = fact.entries.iter().filter(|e| e.version == Some(*version));
        if let Some(first) = entries.next() {
            // Two vectors of one version that differ are not one fact.
            let same = entries.all(|e| e.vector == first.vector && e.malformed == first.malformed);
            return if first.malformed || !same { None } else { counting(first) };
        }
    }
    if only.is_some() {
        return None;
    }
    let mut bare = fact.entries.iter().filter(|e| e.version.is_none() && e.vector.is_none());
    let first = bare.next()?;
    if bare.all(|e| e.score == first.score) { counting(first) } else { None }
}

fn counting(entry: &CvssEntry) -> Option<Counting> {
    let vector = match &entry.vector {
        Some(text) => Some(parse(text).ok()?),
        None => None,
    };
    let score = vector.map(|v| v.score()).or_else(|| entry.score.and_then(Tenths::new));
    Some(Counting { vector, score })
}

/// What is asked of a CVSS fact.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Only vectors of the versions that begin so.
    pub only: Option<&'a str>,
    /// The part.
    pub part: &'a CvssPart,
    /// Whose order of preference counts.
    pub context: ContextId,
    /// The type of the answer.
    pub ty: &'a Type,
}

impl Scores {
    /// A part of fact number `id`; none where it is not known.
    #[must_use]
    pub fn part(&self, env: &Env<'_>, id: i64, question: &Question<'_>) -> Option<Raw> {
        let Question { only, part, context, ty } = *question;
        let at = usize::try_from(id).ok()?;
        let entry = match only {
            None => (*self.counting.get(usize::from(context.0))?.get(at)?)?,
            Some(prefix) => {
                let preference = &env.program.contexts.get(usize::from(context.0))?.cvss;
                let every = ["4.0", "3.1", "3.0", "2.0"];
                let order: Vec<&'static str> =
                    preference.iter().copied().chain(every.into_iter().filter(|v| !preference.contains(v))).collect();
                choose(env.facts.cvss.get(at)?, &order, Some(prefix))?
            }
        };
        let tenths = |t: Tenths| Raw::Decimal(Decimal::from_tenths(t.tenths()).raw());
        let word = |text: &str| match ty {
            Type::Enum(def) => def.code(text).map(Raw::Int),
            _ => Some(Raw::Int(env.symbol(text))),
        };
        match part {
            CvssPart::Score => entry.score.map(tenths),
            CvssPart::Base => entry.vector.map(|v| tenths(v.base())),
            CvssPart::Severity => match entry.vector {
                Some(vector) => word(vector.severity().as_str()),
                // A score alone is rated on the scale of the current versions.
                None => word(entry.score?.severity(crate::cvss::Version::V31).as_str()),
            },
            CvssPart::Version => word(entry.vector?.version().as_str()),
            CvssPart::Metric(name) => word(entry.vector?.metric(name)?),
        }
    }
}
