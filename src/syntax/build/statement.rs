//! Statements: common clauses, and those of each kind.

use super::super::expr::{ExprKind, Name, StrLit};
use super::super::grammar::Rule;
use super::super::source::Span;
use super::super::tree::{
    Approval, Body, Categorise, Common, Demand, Effective, Extend, FieldDecl, Import, Later, Metric, Obligation, Param,
    Plugin, Risk, Setting, Statement, Table, Test, Triage, TypeExpr, TypeKind, Waivable, Waiver,
};
use super::{Builder, Pair};

/// A statement in the making: its head is known, clauses are added one by one.
pub(crate) struct StatementParts {
    /// The name, where the kind has one.
    pub name: Option<Name>,
    /// The title.
    pub title: Option<StrLit>,
    common: Common,
    body: Body,
}

/// What people call the kinds that this build does not evaluate.
pub(crate) fn later_kind(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "rollout" => "`rollout` statements",
        "rollback" => "`rollback` statements",
        _ => return None,
    })
}

fn empty_type(span: Span) -> TypeExpr {
    let kind = TypeKind::Named(Name { text: String::new(), span });
    TypeExpr { span, kind, required: false, or_none: false, absent_empty: false, absent_none: false }
}

impl StatementParts {
    /// An empty statement of the kind that its keyword names.
    pub(crate) fn new(kind: &str, span: Span) -> Self {
        let body = match kind {
            "policy" => Body::Policy(Vec::new()),
            "import" => Body::Import(Import {
                pack: false,
                path: StrLit { span, parts: Vec::new() },
                alias: None,
                with: Vec::new(),
            }),
            "param" => Body::Param(Param { ty: empty_type(span), default: None }),
            "extend" => Body::Extend(Extend { entity: Name { text: String::new(), span }, fields: Vec::new() }),
            "let" => Body::Let(super::Expr { span, kind: ExprKind::Bool(false) }),
            "triage" => Body::Triage(Triage::default()),
            "table" => Body::Table(Table::default()),
            "categorise" => Body::Categorise(Categorise { each: None, arms: Vec::new() }),
            "rule" => Body::Rule(Vec::new()),
            "blackout" => Body::Blackout(Vec::new()),
            "window" => Body::Window(Vec::new()),
            "risk" => Body::Risk(Risk::default()),
            "approval" => Body::Approval(Approval::default()),
            "obligation" => Body::Obligation(Obligation::default()),
            "waiver" => Body::Waiver(Waiver::default()),
            "calendar" => Body::Calendar(Vec::new()),
            "metric" => Body::Metric(Metric::default()),
            "plugin" => Body::Plugin(Plugin::default()),
            "test" => Body::Test(Test::default()),
            other => {
                let what = later_kind(other).map_or_else(|| format!("`{other}` statements"), str::to_owned);
                Body::Later(Later { span, what, tokens: Vec::new() })
            }
        };
        Self { name: None, title: None, common: Common::default(), body }
    }

    /// Has the name that its kind wants.
    pub(crate) fn named(&self) -> bool {
        self.name.is_some() || matches!(self.body, Body::Extend(_))
    }

    /// The finished statement.
    pub(crate) fn finish(self, span: Span, doc: Vec<String>) -> Statement {
        Statement { span, name: self.name, title: self.title, doc, common: self.common, body: self.body }
    }
}

impl Builder<'_> {
    /// A whole statement that the grammar read.
    pub(crate) fn statement(&mut self, pair: Pair<'_>, doc: Vec<String>) -> Option<Statement> {
        let span = self.tight(&pair);
        let inner = pair.into_inner().next()?;
        let kind = inner.as_str().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_owned();
        let mut parts = StatementParts::new(&kind, span);
        if let Body::Later(later) = &mut parts.body {
            later.tokens = self.later(span, "").tokens;
        }
        for child in inner.into_inner() {
            self.part(&mut parts, child);
        }
        Some(parts.finish(span, doc))
    }

    /// Adds one child of a statement: of its head, or a clause.
    pub(crate) fn part(&mut self, parts: &mut StatementParts, pair: Pair<'_>) {
        if self.common_clause(&mut parts.common, pair.clone()) {
            return;
        }
        match pair.as_rule() {
            Rule::name if parts.name.is_none() => {
                let name = self.name(&pair);
                match &mut parts.body {
                    Body::Extend(extend) => extend.entity = name,
                    _ => parts.name = Some(name),
                }
            }
            Rule::title => parts.title = Some(self.text(&pair)),
            _ => self.own_part(&mut parts.body, pair),
        }
    }

    fn own_part(&mut self, body: &mut Body, pair: Pair<'_>) {
        if pair.as_rule() == Rule::equals {
            self.assignment(&pair);
            return;
        }
        match body {
            Body::Policy(settings) => settings.extend(self.setting(pair)),
            Body::Import(import) => self.import_part(import, pair),
            Body::Param(param) => match pair.as_rule() {
                Rule::type_expr => param.ty = self.type_expr(pair),
                Rule::clause_value => param.default = Some(self.clause_value(pair)),
                _ => {}
            },
            Body::Extend(extend) => {
                if pair.as_rule() == Rule::field_decl {
                    let field: FieldDecl = self.field_decl(pair);
                    extend.fields.push(field);
                }
            }
            Body::Let(value) => {
                if pair.as_rule() == Rule::clause_value {
                    *value = self.clause_value(pair);
                }
            }
            Body::Triage(triage) => self.triage_clause(triage, pair),
            Body::Table(table) => self.table_clause(table, pair),
            Body::Categorise(categorise) => match pair.as_rule() {
                Rule::categorise_each => categorise.each = Some(self.name_in(&pair)),
                Rule::category_arm => {
                    let arm = self.arm(pair);
                    categorise.arms.push(arm);
                }
                _ => {}
            },
            Body::Rule(demands) => {
                let span = self.tight(&pair);
                let forbid = pair.as_rule() == Rule::forbid_clause;
                if forbid || pair.as_rule() == Rule::require_clause {
                    demands.extend(self.value_in(pair).map(|condition| Demand { span, forbid, condition }));
                }
            }
            Body::Blackout(clauses) | Body::Window(clauses) | Body::Calendar(clauses) => {
                clauses.extend(self.time_clause(pair));
            }
            Body::Metric(metric) => self.metric_clause(metric, pair),
            Body::Plugin(plugin) => self.plugin_clause(plugin, pair),
            Body::Risk(risk) => self.risk_clause(risk, pair),
            Body::Approval(approval) => self.approval_clause(approval, pair),
            Body::Obligation(obligation) => self.obligation_clause(obligation, pair),
            Body::Waiver(waiver) => self.waiver_clause(waiver, pair),
            Body::Test(test) => self.test_part(test, pair),
            Body::Later(_) => self.walk(pair),
        }
    }

    fn common_clause(&mut self, common: &mut Common, pair: Pair<'_>) -> bool {
        let span = self.tight(&pair);
        match pair.as_rule() {
            Rule::scope_clause => common.scope.extend(self.value_in(pair)),
            Rule::when_clause => common.when.extend(self.value_in(pair)),
            Rule::except_clause => common.except.extend(self.value_in(pair)),
            Rule::because_clause => common.because.push(self.text(&pair)),
            Rule::ref_clause => common.refs.push(self.text(&pair)),
            Rule::owner_clause => common.owner.push(self.text(&pair)),
            Rule::assumes_clause => common.assumes.push(self.text(&pair)),
            Rule::trial_clause => common.trial.extend(self.value_in(pair)),
            Rule::effect_clause => common.effect.push(self.name_in(&pair)),
            Rule::unknown_clause => common.unknown.push(self.name_in(&pair)),
            Rule::effective_clause => {
                let (mut from, mut until) = (None, None);
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::effective_from => from = self.value_in(inner),
                        Rule::effective_until => until = self.value_in(inner),
                        _ => {}
                    }
                }
                common.effective.push(Effective { span, from, until });
            }
            Rule::waivable_clause => {
                let by = pair
                    .clone()
                    .into_inner()
                    .find(|p| p.as_rule() == Rule::text_list)
                    .map(|p| self.texts(&p))
                    .unwrap_or_default();
                let up_to = self.value_in(pair);
                common.waivable.push(Waivable { span, by, up_to });
            }
            _ => return false,
        }
        true
    }

    fn setting(&mut self, pair: Pair<'_>) -> Option<Setting> {
        let span = self.tight(&pair);
        Some(match pair.as_rule() {
            Rule::version_clause => Setting::Version(self.text(&pair)),
            Rule::timezone_clause => Setting::Timezone(self.text(&pair)),
            Rule::business_days_clause => {
                let (mut days, mut not_on) = (Vec::new(), Vec::new());
                for inner in pair.into_inner() {
                    match inner.as_rule() {
                        Rule::day_list => days = self.days(inner),
                        Rule::not_on => not_on = self.path_list(&inner),
                        _ => {}
                    }
                }
                Setting::BusinessDays { span, days, not_on }
            }
            Rule::cvss_clause => Setting::CvssPrefer(
                pair.into_inner().filter(|p| p.as_rule() == Rule::cvss_version).map(|p| self.name(&p)).collect(),
            ),
            Rule::longest_change_clause => Setting::LongestChange(self.value_in(pair)?),
            Rule::category_clause => Setting::Category(self.name_in(&pair)),
            _ => return None,
        })
    }

    fn import_part(&mut self, import: &mut Import, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::kw_pack => import.pack = true,
            Rule::string => import.path = self.text(&pair),
            Rule::import_alias => import.alias = Some(self.name_in(&pair)),
            Rule::import_with => {
                let Some(record) = pair.into_inner().find(|p| p.as_rule() == Rule::record) else { return };
                let span = self.tight(&record);
                if let ExprKind::Record(entries) = self.record(record, span).kind {
                    import.with = entries;
                }
            }
            _ => {}
        }
    }

    fn test_part(&mut self, test: &mut Test, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::now_clause => test.now.extend(self.value_in(pair)),
            Rule::expect_clause => test.expect.extend(self.value_in(pair)),
            Rule::only_clause => {
                let paths = pair
                    .into_inner()
                    .find(|p| p.as_rule() == Rule::path_list)
                    .map(|p| self.paths(&p))
                    .unwrap_or_default();
                test.only.extend(paths);
            }
            Rule::test_record => {
                let name = self.name_in(&pair);
                let Some(value) = pair.into_inner().find(|p| matches!(p.as_rule(), Rule::record | Rule::list)) else {
                    return;
                };
                let mut value = self.single(value);
                if matches!(&value.kind, ExprKind::Set(items) if items.is_empty()) {
                    value.kind = ExprKind::Record(Vec::new());
                }
                test.records.push((name, value));
            }
            _ => {}
        }
    }

    /// Reads the expressions of a clause that is not evaluated, for what is foreign or wrong in them.
    pub(super) fn walk(&mut self, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::clause_value | Rule::time_value => drop(self.clause_value(pair)),
            Rule::expr | Rule::arithmetic | Rule::source_text => drop(self.single(pair)),
            Rule::span_value => drop(self.span_value(pair)),
            Rule::deadline => drop(self.deadline(pair)),
            Rule::string => drop(self.text(&pair)),
            Rule::clock_time => _ = self.clock_time(&pair),
            Rule::day_list => drop(self.days(pair)),
            Rule::weekday => _ = self.weekday(&pair),
            Rule::type_expr => drop(self.type_expr(pair)),
            _ => pair.into_inner().for_each(|inner| self.walk(inner)),
        }
    }
}
