//! `waiver`: an exception for a time, and why one can never be applied.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name, Path};
use crate::syntax::source::Span;
use crate::syntax::tree::{Statement, Waiver as Tree, WaiverDates};
use crate::time::{TimeValue, parse_time};

use super::checker::{Checker, Item, Symbol};
use super::codes;
use super::env::Env;
use super::head::{self, Edge};
use super::program::{Head, VarId, Waivable, Waiver};

/// The microseconds of a day of 24 hours.
const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

/// From when until when a waiver runs.
struct Run {
    from: i64,
    until: i64,
    /// Its length in microseconds; between two days it is whole days of 24 hours.
    length: i64,
}

impl Checker {
    pub(super) fn declare_waiver(&mut self, unit: usize, statement: &Statement, name: &Name) -> u16 {
        let head = self.bare_head(unit, name, statement, head::WAIVER.effect);
        self.program.waivers.push(Waiver {
            head,
            waives: Vec::new(),
            from: 0,
            until: 0,
            by: Vec::new(),
            provided: None,
            refused: Vec::new(),
        });
        self.place_of_last(self.program.waivers.len(), name.span, "waivers")
    }

    /// Checks a waiver; what it is for has been checked before.
    pub(super) fn waiver(&mut self, unit: usize, statement: &Statement, index: u16, tree: &Tree) {
        let place = head::WAIVER.place;
        self.once(&tree.waives, |paths| paths.first().map(|path| path.span).unwrap_or_default(), "waives");
        self.once(&tree.dates, |dates| dates.span, "from");
        self.once(&tree.by, |roles| roles.first().map(|role| role.span).unwrap_or_default(), "by");
        self.once(&tree.provided, |expr| expr.span, "provided");
        let waives: Vec<(Waivable, Span)> =
            tree.waives.iter().flatten().filter_map(|path| self.waivable_named(path, unit)).collect();
        let of_triage = waives.iter().any(|(target, _)| matches!(target, Waivable::Triage(_)));
        let env = if of_triage {
            Env { place: "a `waiver` of a triage", ..Env::triage(unit) }
        } else {
            Env::all(unit, place)
        };
        let Some(mut head) = self.head(unit, statement, &head::WAIVER, &env) else { return };
        if of_triage {
            self.waivers_of_triages.insert(head.name.clone());
        }
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        self.readers.push(Item::Decided("waiver", head.name.clone()));
        let provided = tree.provided.first().map(|expr| self.condition(expr, &env));
        self.readers.pop();
        for (missing, clause, example) in [
            (tree.waives.is_empty(), "what it is for", "waives no_eol"),
            (tree.dates.is_empty(), "how long it runs", "from 2026-11-01 until 2027-03-31"),
            (tree.by.is_empty(), "who granted it", "by \"ciso\""),
        ] {
            if missing {
                self.report(
                    Diagnostic::error(codes::MISSING_CLAUSE, name, format!("this waiver does not say {clause}"))
                        .help(format!("write it as `{example}`")),
                );
            }
        }
        let by = tree.by.first().and_then(|roles| self.roles(roles)).unwrap_or_default();
        let run = tree.dates.first().and_then(|dates| self.run_of(unit, dates));
        head.vars = self.vars_of_all(head.scope.iter().copied().chain(head.except).chain(provided).collect::<Vec<_>>());
        if head.vars.contains(&VarId::FINDING) {
            self.of_findings(&waives);
        }
        let refused: Vec<Option<String>> = match &run {
            Some(run) if !by.is_empty() => {
                waives.iter().map(|(target, span)| self.refused(*target, run, &by, *span)).collect()
            }
            _ => vec![None; waives.len()],
        };
        let (from, until) = run.map_or((0, 0), |run| (run.from, run.until));
        let waives = waives.into_iter().map(|(target, _)| target).collect();
        if let Some(waiver) = self.program.waivers.get_mut(usize::from(index)) {
            *waiver = Waiver { head, waives, from, until, by, provided, refused };
        }
    }

    /// The statement that a path of `waives` or `waived(…)` names.
    pub(super) fn waivable_named(&mut self, path: &Path, unit: usize) -> Option<(Waivable, Span)> {
        let fits = |symbol: &Symbol| matches!(symbol, Symbol::Rule(_) | Symbol::Obligation(_) | Symbol::Triage(_));
        let (symbol, span) = self.statement_named(path, unit, ("rule, obligation or triage", false), &fits)?;
        let target = match symbol {
            Symbol::Rule(index) => Waivable::Rule(index),
            Symbol::Obligation(index) => Waivable::Obligation(index),
            Symbol::Triage(index) => Waivable::Triage(index),
            _ => return None,
        };
        Some((target, span))
    }

    pub(super) fn head_of(&self, target: Waivable) -> Option<&Head> {
        match target {
            Waivable::Rule(index) => self.program.rules.get(usize::from(index)).map(|rule| &rule.head),
            Waivable::Obligation(index) => self.program.obligations.get(usize::from(index)).map(|duty| &duty.head),
            Waivable::Triage(index) => self.program.triages.get(usize::from(index)).map(|triage| &triage.head),
        }
    }

    /// Reports what is not about single findings, where the waiver names one.
    fn of_findings(&mut self, waives: &[(Waivable, Span)]) {
        for (target, span) in waives {
            let Some(head) = self.head_of(*target) else { continue };
            let each = match target {
                Waivable::Triage(_) => true,
                Waivable::Rule(_) | Waivable::Obligation(_) => head.vars.contains(&VarId::FINDING),
            };
            if !each {
                let name = head.name.clone();
                self.report(
                    Diagnostic::error(
                        codes::SUBJECT,
                        *span,
                        format!("this waiver names `finding`, and `{name}` is not decided for each finding"),
                    )
                    .help("write `any f in asset.findings where …`, or put the condition into a waiver of its own"),
                );
            }
        }
    }

    fn run_of(&mut self, unit: usize, dates: &WaiverDates) -> Option<Run> {
        let from = self.instant(unit, &dates.from, Edge::Start);
        let until = self.instant(unit, &dates.until, Edge::End);
        let (from, until) = (from?, until?);
        if until <= from {
            self.ends_first(dates.span);
            return None;
        }
        let length = match (day(&dates.from), day(&dates.until)) {
            (Some(first), Some(last)) => last.saturating_sub(first).saturating_add(1).saturating_mul(DAY),
            _ => until.saturating_sub(from),
        };
        Some(Run { from, until, length })
    }

    /// Why a waiver can never be applied to a statement.
    fn refused(&mut self, target: Waivable, run: &Run, by: &[String], span: Span) -> Option<String> {
        let head = self.head_of(target)?;
        let name = &head.name;
        let (declared, pack) = (head.span, head.pack);
        let (why, help) = match &head.waivable {
            None => {
                let help = if pack {
                    "a pack's statement is waived only as the pack says: change the waiver".to_owned()
                } else {
                    format!("say so in `{name}`, if that is meant: `waivable by \"ciso\" up to 180d`")
                };
                (format!("`{name}` is not waivable"), help)
            }
            Some((roles, _)) if !by.iter().any(|role| roles.contains(role)) => (
                format!("`{name}` is waivable by {}, not by {}", listed(roles), listed(by)),
                "let one of these roles grant it".to_owned(),
            ),
            Some((_, Some(most))) if run.length > *most => (
                format!("it runs for {}, and `{name}` is waivable for {} at most", length(run.length), short(*most)),
                "let it end earlier, and grant it anew then".to_owned(),
            ),
            Some(_) => return None,
        };
        self.report(
            Diagnostic::warning(codes::WAIVER_REFUSED, span, "this waiver is never applied")
                .label(why.clone())
                .also(declared, "this is what it is for")
                .help(help),
        );
        Some(why)
    }
}

/// The day that is written out.
fn day(expr: &Expr) -> Option<i64> {
    let ExprKind::Time(text) = &expr.kind else { return None };
    match parse_time(text) {
        Ok(TimeValue::Date(date)) => Some(date.days()),
        _ => None,
    }
}

fn listed(roles: &[String]) -> String {
    let quoted: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
    quoted.join(" or ")
}

/// A length in words.
fn length(micros: i64) -> String {
    let counted = |n: i64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match micros {
        _ if micros % DAY == 0 => counted(micros / DAY, "day"),
        _ if micros > DAY => format!("more than {}", counted(micros / DAY, "day")),
        _ => counted((micros / HOUR).max(1), "hour"),
    }
}

/// A length as people write it.
pub(super) fn short(micros: i64) -> String {
    match micros {
        _ if micros % DAY == 0 => format!("{}d", micros / DAY),
        _ if micros % HOUR == 0 => format!("{}h", micros / HOUR),
        _ if micros % MINUTE == 0 => format!("{}min", micros / MINUTE),
        _ => format!("{}s", micros / 1_000_000),
    }
}
