//! Who may read what: a decided statement reads lower strata only, so that nothing is decided by itself.

use std::collections::{HashMap, VecDeque};

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

use super::checker::{Checker, Item};
use super::codes;
use super::program::{PeriodId, Waivable};

/// The most items on the way back from a decision to its reader: what people write has a few.
const MOST_STEPS: usize = 10_000;

impl Checker {
    /// The stratum of a decision; none is that of whoever reads it, or a test's.
    fn stratum(&self, item: &Item) -> Option<u8> {
        match item {
            Item::Waived(Waivable::Triage(_)) => Some(1),
            Item::Decided("waiver", name) if self.waivers_of_triages.contains(name) => Some(1),
            Item::Triage(_) | Item::Decided("triage", _) => Some(2),
            Item::Risk(_) | Item::Decided("risk", _) => Some(3),
            Item::Categorise(_) | Item::Decided("categorise", _) => Some(4),
            Item::Period(_) | Item::Waived(_) | Item::Decided("blackout" | "window" | "waiver", _) => Some(5),
            Item::Approval(_) | Item::Decided("approval", _) => Some(6),
            Item::Obligation(_) | Item::Decided("obligation", _) => Some(7),
            Item::Decided(..) | Item::Except(..) => Some(8),
            Item::Inline(_)
            | Item::Calendar(_)
            | Item::Metric(_)
            | Item::Plugin(_)
            | Item::Param(_)
            | Item::Import(_)
            | Item::Test => None,
        }
    }

    /// The statement whose decision is read.
    fn decided(&self, item: &Item) -> Option<Item> {
        let head = match item {
            Item::Triage(Some(index)) => {
                self.program.triages.get(usize::from(*index)).map(|found| ("triage", &found.head))
            }
            Item::Risk(index) => self.program.risks.get(usize::from(*index)).map(|found| ("risk", &found.head)),
            Item::Categorise(index) => {
                self.program.categorises.get(usize::from(*index)).map(|found| ("categorise", &found.head))
            }
            Item::Approval(index) => {
                self.program.approvals.get(usize::from(*index)).map(|found| ("approval", &found.head))
            }
            Item::Obligation(index) => {
                self.program.obligations.get(usize::from(*index)).map(|found| ("obligation", &found.head))
            }
            Item::Period(id @ PeriodId::Blackout(_)) => self.period_of(*id).map(|found| ("blackout", &found.head)),
            Item::Period(id @ PeriodId::Window(_)) => self.period_of(*id).map(|found| ("window", &found.head)),
            _ => None,
        };
        head.map(|(kind, head)| Item::Decided(kind, head.name.clone()))
    }

    /// Reports every decided statement that reads one of its own stratum or above.
    pub(super) fn strata(&mut self) {
        let mut decided: Vec<Item> =
            self.reads.keys().filter(|item| matches!(item, Item::Decided(..) | Item::Except(..))).cloned().collect();
        decided.sort_unstable();
        for item in decided {
            let Some(own) = self.stratum(&item) else { continue };
            self.reads_below(&item, own);
        }
    }

    /// Follows what a statement reads, through `let`s and tables, to the decisions.
    fn reads_below(&mut self, start: &Item, own: u8) {
        let mut seen = std::collections::HashSet::new();
        let mut stack: Vec<(Item, Vec<(Item, Span)>)> = vec![(start.clone(), Vec::new())];
        while let Some((item, path)) = stack.pop() {
            for (target, span) in self.reads.get(&item).cloned().unwrap_or_default() {
                let mut path = path.clone();
                path.push((target.clone(), span));
                match &target {
                    Item::Inline(_) if seen.insert(target.clone()) => stack.push((target, path)),
                    Item::Inline(_) => {}
                    _ if self.stratum(&target).is_some_and(|read| read >= own) && seen.insert(target.clone()) => {
                        self.above(start, &target, &path);
                    }
                    _ => {}
                }
            }
        }
    }

    fn above(&mut self, start: &Item, target: &Item, path: &[(Item, Span)]) {
        let Some((_, first)) = path.first() else { return };
        let names: Vec<String> =
            std::iter::once(self.item_name(start)).chain(path.iter().map(|(item, _)| self.item_name(item))).collect();
        let every_triage = matches!((start, target), (Item::Decided("triage", _), Item::Triage(None)));
        let mut names = names;
        let mut itself = every_triage || self.decided(target).as_ref() == Some(start);
        if !itself && let Some(back) = self.way_back(target, start) {
            itself = true;
            for item in back {
                let name = self.item_name(&item);
                if names.last() != Some(&name) {
                    names.push(name);
                }
            }
        }
        let mut error = if itself {
            Diagnostic::error(codes::CYCLE, *first, format!("{} is decided by itself", self.item_name(start)))
        } else {
            Diagnostic::error(
                codes::STRATUM,
                *first,
                format!("{} reads what is decided no earlier", self.item_name(start)),
            )
        };
        error = error.label(names.join(" → "));
        for (_, span) in path.iter().skip(1) {
            error = error.also(*span, "by way of this");
        }
        self.report(error.help("facts and tables come first, then triages, risks, categories, then blackouts, windows and waivers, then approvals, obligations, and rules with the exceptions: each reads only what comes before it"));
    }

    /// What lies between a decision that is read and a statement that it hangs on in turn, that statement at its end.
    fn way_back(&self, from: &Item, to: &Item) -> Option<Vec<Item>> {
        let mut before: HashMap<Item, Item> = HashMap::new();
        let mut queue = VecDeque::from([from.clone()]);
        while let Some(item) = queue.pop_front().filter(|_| before.len() < MOST_STEPS) {
            for next in self.hangs_on(&item) {
                if next == *to {
                    let mut way = vec![next, item.clone()];
                    let mut at = &item;
                    while let Some(earlier) = before.get(at) {
                        way.push(earlier.clone());
                        at = earlier;
                    }
                    way.reverse();
                    return Some(way);
                }
                if next != *from && !before.contains_key(&next) {
                    before.insert(next.clone(), item.clone());
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// What an item hangs on: the statement that decides it, or what this reads.
    fn hangs_on(&self, item: &Item) -> Vec<Item> {
        if let Item::Waived(target) = item {
            let waivers = self.program.waivers.iter().filter(|waiver| waiver.waives.contains(target));
            return waivers.map(|waiver| Item::Decided("waiver", waiver.head.name.clone())).collect();
        }
        match self.decided(item) {
            Some(statement) => vec![statement],
            None => self.reads.get(item).into_iter().flatten().map(|(read, _)| read.clone()).collect(),
        }
    }

    fn item_name(&self, item: &Item) -> String {
        match item {
            Item::Decided(kind, name) => format!("{kind} `{name}`"),
            Item::Except(kind, name) => format!("the exception of {kind} `{name}`"),
            Item::Inline(id) => {
                let inline = self.inlines.get(*id);
                let kind = if inline.is_some_and(|inline| inline.table.is_some()) { "table" } else { "let" };
                format!("{kind} `{}`", inline.map(|inline| inline.name.as_str()).unwrap_or_default())
            }
            Item::Triage(None) => "every triage".to_owned(),
            Item::Triage(Some(block)) => {
                let name = self.program.triages.get(usize::from(*block)).map(|t| t.head.name.clone());
                format!("triage `{}`", name.unwrap_or_default())
            }
            Item::Categorise(block) => {
                let name = self.program.categorises.get(usize::from(*block)).map(|c| c.head.name.clone());
                format!("categorise `{}`", name.unwrap_or_default())
            }
            Item::Risk(_) | Item::Approval(_) | Item::Obligation(_) | Item::Period(_) => match self.decided(item) {
                Some(Item::Decided(kind, name)) => format!("{kind} `{name}`"),
                _ => String::new(),
            },
            Item::Waived(target) => {
                let name = self.head_of(*target).map(|head| head.name.clone());
                format!("the waivers of `{}`", name.unwrap_or_default())
            }
            Item::Param(id) => {
                format!("param `{}`", self.params.get(*id).map(|param| param.name.as_str()).unwrap_or_default())
            }
            Item::Calendar(index) => {
                let named = self.program.calendars.get(usize::from(*index));
                format!("calendar `{}`", named.map(|named| named.name.as_str()).unwrap_or_default())
            }
            Item::Metric(index) => {
                let named = self.program.metrics.get(usize::from(*index));
                format!("metric `{}`", named.map(|named| named.name.as_str()).unwrap_or_default())
            }
            Item::Plugin(index) => {
                let named = self.program.plugins.get(usize::from(*index));
                format!("plugin `{}`", named.map(|named| named.name.as_str()).unwrap_or_default())
            }
            Item::Import(_) | Item::Test => String::new(),
        }
    }
}
