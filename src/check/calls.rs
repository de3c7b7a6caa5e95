//! What is read of statements by their names: `approved(cab)`, `met(x)`, `waived(x)`, `risk.change_risk.band`, `c overlaps change`.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name, Path};
use crate::syntax::source::Span;

use super::checker::{Checker, Item, Symbol};
use super::codes;
use super::env::{Env, Needs};
use super::path::Thing;
use super::program::{ApprovalField, NodeId, Op, RiskField, VarId, Waivable};
use super::schema::TableId;
use super::suggest;
use super::types::{Ty, Type};

/// The functions over lists, which are read by the parser.
const OVER_LISTS: &[&str] = &["count", "share", "min", "max", "sum", "avg"];
/// The functions that ask about a statement.
pub(super) const ABOUT: &[&str] = &["approved", "cleared", "met", "waived", "overlaps"];
/// The functions of the language that this build does not have.
const LATER: &[&str] = &["dependents", "dependencies", "baseline"];

impl Checker {
    /// A call by name.
    pub(super) fn call(&mut self, path: &Path, arguments: &[Expr], env: &Env, span: Span) -> NodeId {
        let name = path.text();
        if ABOUT.contains(&name.as_str()) {
            let Some(named) = self.one_name(&name, arguments, span) else { return self.failed(span) };
            return self.about(&name, &named, env, span).unwrap_or_else(|| self.failed(span));
        }
        if LATER.contains(&name.as_str()) {
            self.later(span, &format!("`{name}(…)`"));
        } else if path.parts.len() > 1 {
            return self.plugin_call(path, arguments, env, span).unwrap_or_else(|| self.failed(span));
        } else if let (true, [list]) = (OVER_LISTS.contains(&name.as_str()), arguments) {
            self.nameless_element(&name, list, span);
        } else {
            let known = ABOUT.iter().chain(LATER).chain(OVER_LISTS).copied();
            let error = Diagnostic::error(codes::UNKNOWN_NAME, path.span, format!("there is no function `{name}`"));
            self.report(match suggest::nearest(&name, known) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("the functions are `approved`, `cleared`, `met`, `waived` and `overlaps`, each of a statement's name, and `count`, `share`, `min`, `max`, `sum` and `avg`, each over a list: `count(f in asset.findings where …)`"),
            });
        }
        self.failed(span)
    }

    /// `count(inventory)`: what looks through a list names its element.
    fn nameless_element(&mut self, function: &str, list: &Expr, span: Span) {
        let shown = self.shown(list.span);
        let last = shown.rsplit('.').next().filter(|word| *word != "inventory").unwrap_or("a");
        let element = last.chars().next().filter(char::is_ascii_lowercase).unwrap_or('x');
        let help = match function {
            "count" => format!("write `count({element} in {shown})`, or `count({element} in {shown} where …)`"),
            "share" => format!("write `share({element} in {shown} where …)`"),
            _ => format!("write `{function}({element}.… for {element} in {shown})`"),
        };
        let message = format!("`{function}` looks through a list, element by element");
        let error = Diagnostic::error(codes::UNKNOWN_NAME, span, message);
        self.report(error.label("an element has no name here").help(help));
    }

    /// The one name that a call takes.
    fn one_name(&mut self, function: &str, arguments: &[Expr], span: Span) -> Option<Path> {
        if let [argument] = arguments
            && let Some(path) = expr_as_path(argument)
        {
            return Some(path);
        }
        let (what, example) = match function {
            "overlaps" => ("a blackout or window", "overlaps(year_end)"),
            "met" => ("an obligation", "met(forensic_triage)"),
            "waived" => ("a rule, obligation or triage", "waived(no_eol)"),
            "cleared" => ("an approval", "cleared(cab)"),
            _ => ("an approval", "approved(cab)"),
        };
        self.report(
            Diagnostic::error(codes::BAD_CALL, span, format!("`{function}` takes the name of {what}"))
                .help(format!("write it as `{example}`")),
        );
        None
    }

    fn about(&mut self, function: &str, named: &Path, env: &Env, span: Span) -> Option<NodeId> {
        let ty = Ty::plain(Type::Bool);
        match function {
            "approved" | "cleared" => {
                let fits = |symbol: &Symbol| matches!(symbol, Symbol::Approval(_));
                let (Symbol::Approval(index), _) = self.statement_named(named, env.unit, ("approval", true), &fits)?
                else {
                    return None;
                };
                self.ensure_approval(index);
                self.reading(Item::Approval(index), span);
                let each =
                    self.program.approvals.get(usize::from(index)).is_some_and(|a| a.head.vars.contains(&VarId::ASSET));
                self.about_here(each, env, span)?;
                let field = if function == "approved" { ApprovalField::Approved } else { ApprovalField::Cleared };
                Some(self.push(Op::Approval(index, field), ty, span))
            }
            "met" => {
                let fits = |symbol: &Symbol| matches!(symbol, Symbol::Obligation(_));
                let (Symbol::Obligation(index), _) =
                    self.statement_named(named, env.unit, ("obligation", true), &fits)?
                else {
                    return None;
                };
                self.reading(Item::Obligation(index), span);
                self.about_here(true, env, span)?;
                Some(self.push(Op::Met(index), ty, span))
            }
            "overlaps" => self.overlaps(named, env, span),
            _ => {
                let (target, _) = self.waivable_named(named, env.unit)?;
                self.reading(Item::Waived(target), span);
                let finding = match target {
                    Waivable::Triage(_) => Some(self.finding_here(named, env, span)?),
                    Waivable::Rule(_) | Waivable::Obligation(_) => {
                        self.about_here(true, env, span)?;
                        None
                    }
                };
                Some(self.push(Op::Waived(target, finding), ty, span))
            }
        }
    }

    /// Whether the subjects are there that a decision is about, and are the statement's own; reports where they are not.
    pub(super) fn about_here(&mut self, each_asset: bool, env: &Env, span: Span) -> Option<()> {
        self.need(Needs { asset: each_asset, change: true, assets: true, finding: false, own_asset: each_asset });
        let missing = match (env.change, env.asset) {
            (None, _) => "change",
            (_, None) if each_asset => "asset",
            (Some(change), _) if change != VarId::CHANGE || !env.assets => {
                self.of_another("change", span);
                return None;
            }
            (_, Some(asset)) if each_asset && asset != VarId::ASSET => {
                self.of_another("asset", span);
                return None;
            }
            _ => return Some(()),
        };
        self.no_subject(missing, span, env);
        None
    }

    /// Reports what is asked of another change or asset than the one at hand.
    pub(super) fn of_another(&mut self, subject: &str, span: Span) {
        let shown = self.shown(span);
        self.report(
            Diagnostic::error(codes::SUBJECT, span, format!("`{shown}` is not known of another {subject}"))
                .label("it is decided with the change and asset at hand")
                .help("ask for it outside the quantifier, without `of`"),
        );
    }

    /// The finding that a waiver of a triage is about.
    fn finding_here(&mut self, named: &Path, env: &Env, span: Span) -> Option<VarId> {
        self.need(Needs { asset: true, finding: true, ..Needs::default() });
        if env.finding.is_none() {
            let name = named.text();
            let place = env.place;
            self.report(
                Diagnostic::error(
                    codes::SUBJECT,
                    span,
                    format!("a triage is waived for a finding, and {place} is not decided for each `finding`"),
                )
                .help(format!(
                    "write `let excused = waived({name})`, and here `any f in asset.findings where excused of f`"
                )),
            );
        }
        env.finding
    }

    /// The statement that a path names, of the kinds that fit; reports one that there is not, or of another kind, which may have been
    /// asked about with the wrong word.
    pub(super) fn statement_named(
        &mut self,
        path: &Path,
        unit: usize,
        (wanted, asked): (&str, bool),
        fits: &dyn Fn(&Symbol) -> bool,
    ) -> Option<(Symbol, Span)> {
        let mut unit = unit;
        for (n, name) in path.parts.iter().enumerate() {
            let last = n + 1 == path.parts.len();
            let found = self.units.get(unit).and_then(|unit| unit.names.get(&name.text)).map(|d| d.symbol.clone());
            match found {
                Some(symbol) if last && fits(&symbol) => return Some((symbol, path.span)),
                Some(Symbol::Import(inner)) if !last => {
                    self.reading(Item::Import(inner), name.span);
                    unit = inner;
                }
                Some(symbol) if last => {
                    self.wrong_kind(path, &symbol, wanted, asked);
                    return None;
                }
                _ => {
                    self.no_statement(unit, name, wanted, fits);
                    return None;
                }
            }
        }
        None
    }

    fn wrong_kind(&mut self, path: &Path, symbol: &Symbol, wanted: &str, asked: bool) {
        let kind = match symbol.kind() {
            "import" => "pack",
            kind => kind,
        };
        let name = path.text();
        let help = match symbol {
            Symbol::Import(_) => format!("name a statement of it: `{name}.…`"),
            Symbol::Approval(_) if asked => format!("of an approval one asks `approved({name})` or `cleared({name})`"),
            Symbol::Obligation(_) if asked => format!("of an obligation one asks `met({name})`"),
            Symbol::Risk(_) if asked => format!("of a risk one asks `risk.{name}.band`"),
            _ => format!("name {} {wanted}", article(wanted)),
        };
        self.report(
            Diagnostic::error(
                codes::BAD_CALL,
                path.span,
                format!("`{name}` is {} {kind} and no {wanted}", article(kind)),
            )
            .help(help),
        );
    }

    fn no_statement(&mut self, unit: usize, name: &Name, wanted: &str, fits: &dyn Fn(&Symbol) -> bool) {
        let known: Vec<String> = self
            .units
            .get(unit)
            .into_iter()
            .flat_map(|unit| &unit.names)
            .filter(|(_, declared)| fits(&declared.symbol))
            .map(|(name, _)| name.clone())
            .collect();
        let error = Diagnostic::error(codes::UNKNOWN_NAME, name.span, format!("there is no {wanted} `{}`", name.text));
        self.report(error.help(suggest::help(&name.text, "there are", known.iter().map(String::as_str))));
    }

    /// Reports a statement that stands where a value has to.
    pub(super) fn no_value_by_itself(&mut self, word: &str, symbol: &Symbol, span: Span) {
        let kind = symbol.kind();
        let help = match symbol {
            Symbol::Approval(_) => {
                format!("write `approved({word})`, or `cleared({word})` where it need not be required")
            }
            Symbol::Obligation(_) => format!("write `met({word})`"),
            Symbol::Risk(_) => format!("write `risk.{word}.band` or `risk.{word}.score`"),
            _ => "ask for what it is for: `waived(NAME)`".to_owned(),
        };
        let message = format!("`{word}` is {} {kind} and no value", article(kind));
        self.report(Diagnostic::error(codes::WRONG_TYPE, span, message).help(help));
    }

    /// Whether `risk.…` reads a risk here: nothing else of that name can be read.
    pub(super) fn means_risk(&self, word: &str, env: &Env) -> bool {
        word == "risk" && !self.is_name(word, env) && {
            let declared = self.units.get(env.unit).and_then(|unit| unit.names.get(word));
            !declared.is_some_and(|declared| matches!(declared.symbol, Symbol::Import(_)))
        }
    }

    /// `risk.change_risk.score`, `risk.itil.change_risk.band`: the names behind `risk`.
    pub(super) fn risk_reading(&mut self, names: &[&Name], env: &Env, span: Span) -> Option<NodeId> {
        let (last, path) = names.split_last()?;
        let field = match last.text.as_str() {
            "score" => Some(RiskField::Score),
            "band" => Some(RiskField::Band),
            _ => None,
        };
        let fits = |symbol: &Symbol| matches!(symbol, Symbol::Risk(_));
        let (Some(field), false) = (field, path.is_empty()) else {
            let whole = if path.is_empty() { names } else { path };
            let named = Path {
                parts: whole.iter().copied().cloned().collect(),
                span: whole.first().map_or(span, |first| first.span.to(last.span)),
            };
            self.statement_named(&named, env.unit, ("risk", true), &fits)?;
            let shown = named.text();
            let message = if path.is_empty() {
                format!("`risk.{shown}` alone is no value")
            } else {
                format!("a risk has no `{}`", last.text)
            };
            self.report(
                Diagnostic::error(codes::UNKNOWN_FIELD, last.span, message)
                    .help(format!("write `risk.{shown}.score` or `risk.{shown}.band`")),
            );
            return None;
        };
        let named = Path {
            parts: path.iter().copied().cloned().collect(),
            span: path.first().zip(path.last()).map_or(span, |(first, last)| first.span.to(last.span)),
        };
        let (Symbol::Risk(index), _) = self.statement_named(&named, env.unit, ("risk", true), &fits)? else {
            return None;
        };
        self.reading(Item::Risk(index), span);
        self.about_here(false, env, span)?;
        let ty = match field {
            RiskField::Score => Type::Number,
            RiskField::Band => Type::Enum(Arc::clone(&self.program.risks.get(usize::from(index))?.bands)),
        };
        Some(self.push(Op::Risk(index, field), Ty::or_none(ty), span))
    }

    /// `c overlaps change`: whether two changes go at one time.
    pub(super) fn changes_meet(&mut self, sides: (&Expr, &Expr), env: &Env, span: Span) -> NodeId {
        let (left, right) = (self.change_at(sides.0, env), self.change_at(sides.1, env));
        let (Some(left), Some(right)) = (left, right) else { return self.failed(span) };
        if left == right {
            self.report(
                Diagnostic::warning(codes::CONSTANT_COMPARISON, span, "a change always overlaps itself")
                    .help("compare it with another: `any c in changes where c overlaps change`"),
            );
        }
        self.push(Op::Meets(left, right), Ty::plain(Type::Bool), span)
    }

    fn change_at(&mut self, expr: &Expr, env: &Env) -> Option<VarId> {
        if let Some(path) = expr_as_path(expr)
            && let Some(kind) = self.period_named(&path, env.unit)
        {
            let name = path.text();
            self.report(
                Diagnostic::error(
                    codes::BAD_CALL,
                    expr.span,
                    format!("`{name}` is a {} and no change", Symbol::Period(kind).kind()),
                )
                .help(format!("whether the change meets it is `overlaps({name})`")),
            );
            return None;
        }
        let thing = match &expr.kind {
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Paren(_) => self.thing(expr, env),
            _ => Thing::Node(self.lower(expr, env, None)),
        };
        match thing {
            Thing::Row(var, TableId::CHANGE, prefix) if prefix.is_empty() => return Some(var),
            Thing::Failed => return None,
            Thing::Node(node) if self.is_error(node) => return None,
            _ => {}
        }
        let shown = self.shown(expr.span);
        self.report(
            Diagnostic::error(codes::BAD_CALL, expr.span, format!("`{shown}` is no change"))
                .help("`overlaps` stands between two changes: `any c in changes where c overlaps change`"),
        );
        None
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// An expression that is a path of names.
pub(super) fn expr_as_path(expr: &Expr) -> Option<Path> {
    let mut parts = Vec::new();
    let mut base = expr;
    while let ExprKind::Field(inner, name) = &base.kind {
        parts.push(name.clone());
        base = inner;
    }
    let ExprKind::Name(first) = &base.kind else { return None };
    parts.push(Name { text: first.clone(), span: base.span });
    parts.reverse();
    Some(Path { parts, span: expr.span })
}
