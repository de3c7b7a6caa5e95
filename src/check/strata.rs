//! Who may read what: a decided statement reads lower strata only, so that nothing is decided by itself.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

use super::checker::{Checker, Item};
use super::codes;

/// The strata of the kinds that this build decides.
fn stratum(item: &Item) -> Option<u8> {
    match item {
        Item::Triage(_) | Item::Decided("triage", _) => Some(2),
        Item::Categorise(_) | Item::Decided("categorise", _) => Some(4),
        Item::Decided("blackout" | "window", _) => Some(5),
        Item::Decided(..) | Item::Except(..) => Some(8),
        Item::Inline(_) | Item::Param(_) | Item::Import(_) | Item::Test => None,
    }
}

impl Checker {
    /// Reports every decided statement that reads one of its own stratum or above.
    pub(super) fn strata(&mut self) {
        let mut decided: Vec<Item> =
            self.reads.keys().filter(|item| matches!(item, Item::Decided(..) | Item::Except(..))).cloned().collect();
        decided.sort_unstable();
        for item in decided {
            let Some(own) = stratum(&item) else { continue };
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
                    Item::Triage(_) | Item::Categorise(_)
                        if stratum(&target).is_some_and(|read| read >= own) && seen.insert(target.clone()) =>
                    {
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
        let itself = match (start, target) {
            (Item::Decided("triage", name), Item::Triage(block)) => block
                .is_none_or(|block| self.program.triages.get(usize::from(block)).is_some_and(|t| t.head.name == *name)),
            (Item::Decided("categorise", name), Item::Categorise(block)) => {
                self.program.categorises.get(usize::from(*block)).is_some_and(|c| c.head.name == *name)
            }
            _ => false,
        };
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
        self.report(error.help("facts and tables come first, then triages, then categories, then blackouts and windows, then rules: each reads only what comes before it"));
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
            Item::Param(id) => {
                format!("param `{}`", self.params.get(*id).map(|param| param.name.as_str()).unwrap_or_default())
            }
            Item::Import(_) | Item::Test => String::new(),
        }
    }
}
