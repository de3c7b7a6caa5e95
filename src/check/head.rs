//! The clauses that any decided statement takes.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, Name};
use crate::syntax::source::Span;
use crate::syntax::tree::{Common, Statement};
use crate::time::Role;

use super::checker::{Checker, Item};
use super::codes;
use super::env::Env;
use super::program::{Const, Effect, Head, NodeId};
use super::suggest;

/// What a kind of statement takes.
pub(super) struct Kind {
    /// Its keyword.
    pub(super) keyword: &'static str,
    /// The keyword with its article, for messages.
    pub(super) place: &'static str,
    /// The common clauses that it takes.
    pub(super) takes: &'static [&'static str],
    /// The effects that it can have.
    pub(super) effects: &'static [(&'static str, Effect)],
    /// The effect where it says nothing.
    pub(super) effect: Effect,
}

const ALL: &[&str] = &[
    "for",
    "when",
    "except",
    "because",
    "ref",
    "owner",
    "effective",
    "trial",
    "effect",
    "unknown",
    "assumes",
    "waivable",
];

pub(super) const RULE: Kind =
    Kind { keyword: "rule", place: "a `rule`", takes: ALL, effects: EFFECTS, effect: Effect::Deny };

/// The effects of what waits for people or for a fact.
const EFFECTS: &[(&str, Effect)] =
    &[("deny", Effect::Deny), ("hold", Effect::Hold), ("warn", Effect::Warn), ("report", Effect::Report)];

const UNDECIDED: &[&str] = &["for", "when", "except", "because", "ref", "owner", "effective", "assumes"];

pub(super) const RISK: Kind =
    Kind { keyword: "risk", place: "a `risk`", takes: UNDECIDED, effects: &[], effect: Effect::Report };

pub(super) const WAIVER: Kind = Kind { keyword: "waiver", place: "a `waiver`", ..RISK };

pub(super) const APPROVAL: Kind =
    Kind { keyword: "approval", place: "an `approval`", takes: PERIOD_CLAUSES, effects: EFFECTS, effect: Effect::Hold };

pub(super) const OBLIGATION: Kind =
    Kind { keyword: "obligation", place: "an `obligation`", takes: ALL, effects: EFFECTS, effect: Effect::Hold };

const PERIOD_CLAUSES: &[&str] =
    &["for", "when", "except", "because", "ref", "owner", "effective", "trial", "effect", "unknown", "assumes"];

const PERIOD_EFFECTS: &[(&str, Effect)] = &[
    ("deny", Effect::Deny),
    ("defer", Effect::Defer),
    ("hold", Effect::Hold),
    ("warn", Effect::Warn),
    ("report", Effect::Report),
];

pub(super) const BLACKOUT: Kind = Kind {
    keyword: "blackout",
    place: "a `blackout`",
    takes: PERIOD_CLAUSES,
    effects: PERIOD_EFFECTS,
    effect: Effect::Defer,
};

pub(super) const WINDOW: Kind = Kind { keyword: "window", place: "a `window`", ..BLACKOUT };

pub(super) const TRIAGE: Kind = Kind {
    keyword: "triage",
    place: "a `triage`",
    takes: &["for", "when", "except", "because", "ref", "owner", "effective", "assumes", "waivable"],
    effects: &[],
    effect: Effect::Report,
};

pub(super) const CATEGORISE: Kind = Kind {
    keyword: "categorise",
    place: "a `categorise`",
    takes: &["because", "ref", "owner", "assumes"],
    effects: &[],
    effect: Effect::Report,
};

impl Checker {
    /// A head that names the statement and says nothing else.
    pub(super) fn bare_head(&self, unit: usize, name: &Name, statement: &Statement, effect: Effect) -> Head {
        let (prefix, pack) = self.units.get(unit).map(|unit| (unit.prefix.clone(), unit.pack)).unwrap_or_default();
        Head {
            name: format!("{prefix}{}", name.text),
            title: statement.title.as_ref().and_then(crate::syntax::expr::StrLit::plain),
            span: statement.span,
            scope: Vec::new(),
            except: None,
            because: None,
            refs: Vec::new(),
            owner: None,
            effective_from: None,
            effective_until: None,
            trial_until: None,
            assumes: None,
            effect,
            unknown: effect,
            vars: Vec::new(),
            pack,
            waivable: None,
            muted: false,
        }
    }

    /// Reads the common clauses of a decided statement.
    pub(super) fn head(&mut self, unit: usize, statement: &Statement, kind: &Kind, env: &Env) -> Option<Head> {
        let name = statement.name.as_ref()?;
        let common = &statement.common;
        let mut head = self.bare_head(unit, name, statement, kind.effect);
        if let Some(title) = &statement.title {
            self.plain_text(title, "a title");
        }
        self.common_not_here(common, kind.place, kind.takes);
        self.each_once(common);
        let takes = |clause: &str| kind.takes.contains(&clause);
        self.readers.push(Item::Decided(kind.keyword, head.name.clone()));
        for (expr, clause) in [(common.scope.first(), "for"), (common.when.first(), "when")] {
            if let (Some(expr), true) = (expr, takes(clause)) {
                let node = self.condition(expr, env);
                head.scope.push(node);
            }
        }
        self.readers.pop();
        if let (Some(except), true) = (common.except.first(), takes("except")) {
            let item = match kind.keyword {
                "rule" | "blackout" | "window" => Item::Except(kind.keyword, head.name.clone()),
                _ => Item::Decided(kind.keyword, head.name.clone()),
            };
            self.readers.push(item);
            head.except = Some(self.condition(except, env));
            self.readers.pop();
        }
        if let (Some(because), true) = (common.because.first(), takes("because")) {
            self.readers.push(Item::Test);
            head.because = Some(self.text(because, env));
            self.readers.pop();
        }
        head.refs = common.refs.iter().filter_map(|text| self.plain_text(text, "ref")).collect();
        head.owner = common.owner.first().and_then(|text| self.plain_text(text, "owner"));
        head.assumes = common.assumes.first().and_then(|text| self.plain_text(text, "assumes"));
        if takes("effective") {
            self.effective(unit, common, &mut head);
        }
        if let (Some(trial), true) = (common.trial.first(), takes("trial")) {
            head.trial_until = self.instant(unit, trial, Edge::End);
        }
        if takes("effect") {
            self.effects(common, kind, &mut head);
        }
        if let (Some(waivable), true) = (common.waivable.first(), takes("waivable")) {
            let roles: Vec<String> = waivable.by.iter().filter_map(|role| self.plain_text(role, "waivable")).collect();
            let longest = waivable.up_to.as_ref().and_then(|length| self.length(unit, length));
            head.waivable = Some((roles, longest));
        }
        Some(head)
    }

    fn effective(&mut self, unit: usize, common: &Common, head: &mut Head) {
        let Some(effective) = common.effective.first() else { return };
        head.effective_from = effective.from.as_ref().and_then(|from| self.instant(unit, from, Edge::Start));
        head.effective_until = effective.until.as_ref().and_then(|until| self.instant(unit, until, Edge::End));
        if let (Some(from), Some(until)) = (head.effective_from, head.effective_until)
            && until <= from
        {
            self.ends_first(effective.span);
        }
    }

    pub(super) fn ends_first(&mut self, span: Span) {
        self.report(
            Diagnostic::error(codes::ENDS_BEFORE_START, span, "this ends before it starts")
                .help("exchange the two, or check the year"),
        );
    }

    fn effects(&mut self, common: &Common, kind: &Kind, head: &mut Head) {
        if let Some(word) = common.effect.first()
            && let Some(effect) = self.effect_word(word, kind)
        {
            head.effect = effect;
        }
        head.unknown = head.effect;
        let Some(word) = common.unknown.first() else { return };
        let Some(unknown) = self.effect_word(word, kind) else { return };
        let blocks = head.effect >= Effect::Hold;
        if unknown < head.effect && !(blocks && unknown == Effect::Hold) {
            let effect = effect_name(head.effect);
            let help = if blocks {
                format!("write `unknown hold`, or leave it out: then it is `{effect}` as well")
            } else {
                format!("leave it out: then it is `{effect}` as well")
            };
            self.report(
                Diagnostic::error(
                    codes::WEAK_UNKNOWN,
                    word.span,
                    format!("a missing fact would turn `{effect}` into `{}`", word.text),
                )
                .help(help),
            );
            return;
        }
        head.unknown = unknown;
    }

    fn effect_word(&mut self, word: &Name, kind: &Kind) -> Option<Effect> {
        if let Some((_, effect)) = kind.effects.iter().find(|(name, _)| *name == word.text) {
            return Some(*effect);
        }
        let error =
            Diagnostic::error(codes::BAD_EFFECT, word.span, format!("{} has no effect `{}`", kind.place, word.text));
        let known = |name: &str| kind.effects.iter().any(|(known, _)| *known == name);
        let names = kind.effects.iter().map(|(name, _)| *name);
        let mut by_strength: Vec<_> = kind.effects.iter().collect();
        by_strength.sort_by_key(|(_, effect)| std::cmp::Reverse(*effect));
        let shown: Vec<String> = by_strength.iter().map(|(name, _)| format!("`{name}`")).collect();
        let shown = shown.join(", ");
        let help = match word.text.to_lowercase().as_str() {
            "defer" => {
                "`defer` says that another time would do: it is for blackouts and windows; write `hold` or `deny`"
                    .to_owned()
            }
            "block" | "blocked" | "reject" | "refuse" | "forbid" | "fail" | "stop" | "error" if known("deny") => {
                "write `deny`".to_owned()
            }
            "wait" | "pause" | "review" | "approve" if known("hold") => "write `hold`".to_owned(),
            "info" | "log" | "audit" | "notify" if known("report") => "write `report`".to_owned(),
            "allow" | "permit" | "pass" => {
                "no effect lets a change go: it goes unless something stops it; what is let off is said by `except`"
                    .to_owned()
            }
            _ => match suggest::nearest(&word.text, names.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the effects are {shown}"),
            },
        };
        self.report(error.label(format!("expected one of {shown}")).help(help));
        None
    }

    /// A constant date or time as an instant; a date is its whole day.
    pub(super) fn instant(&mut self, unit: usize, expr: &Expr, edge: Edge) -> Option<i64> {
        let env = Env::bare(unit, "this date");
        let node = self.lower(expr, &env, None);
        if self.is_error(node) {
            return None;
        }
        match self.constant(node).cloned() {
            Some(Const::Time(instant)) => Some(instant),
            Some(Const::Date(days)) => {
                let Some(zone) = self.own_zone(unit) else {
                    let text = self.shown(expr.span);
                    self.no_zone(&text, expr.span);
                    return None;
                };
                let bound = crate::time::Bound::Date(crate::time::Date::from_days(i64::from(days))?);
                let rules = self.rules(zone);
                Some(match edge {
                    Edge::Start => bound.start(&rules).micros(),
                    Edge::End => bound.end(&rules, Role::Blackout).micros(),
                })
            }
            _ => {
                self.report(
                    Diagnostic::error(codes::NOT_CONSTANT, expr.span, "a date or time is written out here")
                        .help("write it as `2026-12-18` or `2026-12-18T18:00`"),
                );
                None
            }
        }
    }

    /// A constant length in microseconds.
    pub(super) fn length(&mut self, unit: usize, expr: &Expr) -> Option<i64> {
        let env = Env::bare(unit, "this length");
        let node = self.lower(expr, &env, None);
        if self.is_error(node) {
            return None;
        }
        match self.constant(node) {
            Some(Const::Duration(length)) => Some(*length),
            _ => {
                self.report(
                    Diagnostic::error(codes::NOT_CONSTANT, expr.span, "an exact length is written out here")
                        .help("write it as `180d` or `72h`"),
                );
                None
            }
        }
    }

    /// Reports the common clauses that a kind of statement does not take.
    pub(super) fn common_not_here(&mut self, common: &Common, place: &str, takes: &[&str]) {
        for (clause, span) in written(common) {
            if !takes.contains(&clause) {
                let help = match clause {
                    "trial" => {
                        "only what restricts a change can be on trial: an `approval`, `obligation`, `rule`, `blackout` or `window`"
                    }
                    "effect" | "unknown" => {
                        "only what restricts a change has an effect: an `approval`, `obligation`, `rule`, `blackout` or `window`"
                    }
                    "waivable" => "rules, obligations and triages can be waived",
                    _ => "take it out, or put it into the statement that uses this one",
                };
                self.report(
                    Diagnostic::error(codes::CLAUSE_NOT_HERE, span, format!("{place} takes no `{clause}`")).help(help),
                );
            }
        }
        for later in &common.later {
            self.later(later.span, &later.what);
        }
    }

    /// Reports the common clauses that stand more than once.
    pub(super) fn each_once(&mut self, common: &Common) {
        self.once(&common.scope, |expr| expr.span, "for");
        self.once(&common.when, |expr| expr.span, "when");
        self.once(&common.except, |expr| expr.span, "except");
        self.once(&common.because, |text| text.span, "because");
        self.once(&common.owner, |text| text.span, "owner");
        self.once(&common.effective, |clause| clause.span, "effective");
        self.once(&common.trial, |expr| expr.span, "trial");
        self.once(&common.effect, |name| name.span, "effect");
        self.once(&common.unknown, |name| name.span, "unknown");
        self.once(&common.assumes, |text| text.span, "assumes");
        self.once(&common.waivable, |clause| clause.span, "waivable");
    }

    /// Reports a clause that stands more than once.
    pub(super) fn once<T>(&mut self, all: &[T], span: impl Fn(&T) -> Span, clause: &str) {
        if let [first, more @ ..] = all {
            for next in more {
                self.double(clause, span(next), span(first));
            }
        }
    }

    pub(super) fn double(&mut self, clause: &str, span: Span, earlier: Span) {
        let help = match clause {
            "for" | "when" => "join the conditions with `and`",
            "except" => "join the conditions with `or`",
            _ => "leave one of them out",
        };
        self.report(
            Diagnostic::error(codes::DUPLICATE_CLAUSE, span, format!("`{clause}` stands here twice"))
                .also(earlier, "the first stands here")
                .help(help),
        );
    }

    /// The variables that a statement is decided for.
    pub(super) fn vars_of_all(&self, nodes: impl IntoIterator<Item = NodeId>) -> Vec<super::program::VarId> {
        let mut vars: Vec<_> = nodes.into_iter().flat_map(|node| self.vars_of_node(node)).collect();
        vars.sort_unstable();
        vars.dedup();
        vars
    }
}

/// Which end of an interval a date stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Its day begins it.
    Start,
    /// Its day is the last of it.
    End,
}

/// The word of an effect.
pub(super) fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Report => "report",
        Effect::Warn => "warn",
        Effect::Hold => "hold",
        Effect::Defer => "defer",
        Effect::Deny => "deny",
    }
}

/// The common clauses that are written, each with the place of its first.
fn written(common: &Common) -> Vec<(&'static str, Span)> {
    let found = [
        ("for", common.scope.first().map(|x| x.span)),
        ("when", common.when.first().map(|x| x.span)),
        ("except", common.except.first().map(|x| x.span)),
        ("because", common.because.first().map(|x| x.span)),
        ("ref", common.refs.first().map(|x| x.span)),
        ("owner", common.owner.first().map(|x| x.span)),
        ("effective", common.effective.first().map(|x| x.span)),
        ("trial", common.trial.first().map(|x| x.span)),
        ("effect", common.effect.first().map(|x| x.span)),
        ("unknown", common.unknown.first().map(|x| x.span)),
        ("assumes", common.assumes.first().map(|x| x.span)),
        ("waivable", common.waivable.first().map(|x| x.span)),
    ];
    found.into_iter().filter_map(|(clause, span)| Some((clause, span?))).collect()
}
