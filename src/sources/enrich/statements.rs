//! What VEX documents say of one vulnerability, found by the products that they say it of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::name::Name;
use super::product::{Known, Match, Met, meets};
use crate::sources::{Assertion, Status};
use crate::time::{Instant, parse_instant};

/// A statement, its names read.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) assertion: Arc<Assertion>,
    pub(super) at: Option<Instant>,
    products: Vec<Name>,
    within: Vec<Name>,
}

/// The statements about a vulnerability.
#[derive(Debug, Default)]
pub(super) struct Statements {
    all: Vec<Statement>,
    /// Places of statements, and of products in them.
    by_name: HashMap<String, Vec<(usize, usize)>>,
    /// Places of those that may be about any product.
    of_any: Vec<usize>,
}

impl Statements {
    pub(super) fn new(assertions: &[Arc<Assertion>]) -> Self {
        let read = |names: &[String]| names.iter().map(|name| Name::read(name)).collect::<Vec<Name>>();
        let mut statements = Self::default();
        for assertion in assertions {
            let place = statements.all.len();
            let products = read(&assertion.products);
            for (product, name) in products.iter().enumerate() {
                for key in name.keys() {
                    statements.by_name.entry(key).or_default().push((place, product));
                }
            }
            if products.is_empty() {
                statements.of_any.push(place);
            }
            statements.all.push(Statement {
                at: assertion.at.as_deref().and_then(|at| parse_instant(at).ok()),
                within: read(&assertion.within),
                assertion: Arc::clone(assertion),
                products,
            });
        }
        statements
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many names there are.
    pub(super) fn size(&self) -> usize {
        self.all.iter().map(|statement| statement.products.len().saturating_add(statement.within.len())).sum()
    }

    /// The statements that are or may be about a finding, and how they meet it.
    pub(super) fn about(&self, known: &Known<'_>) -> Vec<(&Statement, Met)> {
        let mut found: Vec<(&Statement, Met)> = Vec::new();
        for (place, products) in self.candidates(known) {
            let Some(statement) = self.all.get(place) else { continue };
            let products: Vec<&Name> = products.iter().filter_map(|at| statement.products.get(*at)).collect();
            let quiet = matches!(statement.assertion.status, Status::NotAffected | Status::Fixed);
            let met = meets(&products, &statement.within, quiet, known);
            if met.how != Match::No {
                found.push((statement, met));
            }
        }
        // What takes a finding away has to be about it.
        let of_any = self.of_any.iter().filter_map(|place| self.all.get(*place));
        let of_any = of_any.filter(|it| matches!(it.assertion.status, Status::Affected | Status::UnderInvestigation));
        found.extend(of_any.map(|statement| (statement, Met::by(Match::Perhaps))));
        found
    }

    /// The products that have a name in common with a finding, by their statements: those of others meet it in no way.
    pub(super) fn candidates(&self, known: &Known<'_>) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut candidates: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (place, product) in known.keys().iter().filter_map(|key| self.by_name.get(key)).flatten() {
            candidates.entry(*place).or_default().insert(*product);
        }
        candidates
    }
}
