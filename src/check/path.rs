//! Names and what is read of them: `asset.os.eol`, `crown_jewels`, `bod.limit`, `finding.cvss.score`.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name};
use crate::syntax::source::Span;

use super::checker::{Checker, Inlined, Item, Symbol};
use super::codes;
use super::coerce::describe;
use super::env::{Elem, Env, Needs};
use super::outside::SELECTION;
use super::program::{Const, ListRef, NodeId, Op, VarId};
use super::schema::{FieldId, Shape, TableId};
use super::suggest;
use super::types::{Ty, Type};

/// What a path has come to so far.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    /// A record, or a record inside it: the field names so far, joined by points.
    Row(VarId, TableId, String),
    /// A value.
    Node(NodeId),
    /// A list or set.
    List(ListRef, Elem),
    /// A pack.
    Unit(usize),
    /// `category`; of each asset or of the change.
    Category {
        /// `change.category`
        of_change: bool,
    },
    /// `finding.triage`, `asset.triage`
    Triage(VarId),
    /// An error that was reported.
    Failed,
}

/// The words that always name something.
const BUILT_IN: &[&str] =
    &["asset", "finding", "change", "assets", "inventory", "changes", "incidents", "people", "now", "category"];

impl Checker {
    /// Whether a word names something here, so that it cannot be a value of an enumeration.
    pub(super) fn is_name(&self, word: &str, env: &Env) -> bool {
        env.local(word).is_some()
            || BUILT_IN.contains(&word)
            || self.units.get(env.unit).and_then(|unit| unit.names.get(word)).is_some_and(|declared| {
                matches!(declared.symbol, Symbol::Let(_) | Symbol::Table(_) | Symbol::Param(_) | Symbol::Metric(_))
            })
    }

    /// Whether an expression consists of bare words only, whose meaning the other side has to give.
    pub(super) fn needs_context(&self, expr: &Expr, env: &Env) -> bool {
        match &expr.kind {
            ExprKind::Name(word) => !self.is_name(word, env),
            ExprKind::Paren(inner) => self.needs_context(inner, env),
            ExprKind::If(_, then, other) => self.needs_context(then, env) && self.needs_context(other, env),
            ExprKind::Default(value, other) => self.needs_context(value, env) && self.needs_context(other, env),
            _ => false,
        }
    }

    /// A name or path as a value.
    pub(super) fn path(&mut self, expr: &Expr, env: &Env, want: Option<&Ty>) -> NodeId {
        if let ExprKind::Name(word) = &expr.kind
            && let Some(node) = self.bare_word(word, expr.span, env, want)
        {
            return node;
        }
        let thing = self.thing(expr, env);
        self.thing_as_value(thing, expr.span, env)
    }

    /// A bare word that is no name: `none`, or a value of the enumeration that is wanted.
    fn bare_word(&mut self, word: &str, span: Span, env: &Env, want: Option<&Ty>) -> Option<NodeId> {
        let def = match want.map(|ty| &ty.base) {
            Some(Type::Enum(def)) => Some(std::sync::Arc::clone(def)),
            _ => None,
        };
        let code = def.as_ref().and_then(|def| def.code(word));
        if self.is_name(word, env) {
            if let (Some(_), Some(def)) = (code, &def) {
                self.report(
                    Diagnostic::error(
                        codes::AMBIGUOUS_WORD,
                        span,
                        format!("`{word}` is both a name and a value of `{}`", def.name),
                    )
                    .help(format!("rename the statement or variable `{word}`")),
                );
                return Some(self.failed(span));
            }
            return None;
        }
        if let (Some(code), Some(def)) = (code, def.clone()) {
            return Some(self.value(Const::Enum(code), Type::Enum(def), span));
        }
        if word == "none" {
            return Some(self.value(Const::None, Type::Nothing, span));
        }
        let def = def?;
        let known = def.values.iter().map(String::as_str);
        let error = Diagnostic::error(codes::NEVER_HOLDS, span, format!("`{word}` is no value of `{}`", def.name));
        self.report(error.help(suggest::help(word, "its values are", known)));
        Some(self.failed(span))
    }

    /// What a path names.
    pub(super) fn thing(&mut self, expr: &Expr, env: &Env) -> Thing {
        let mut fields = Vec::new();
        let mut base = expr;
        while let ExprKind::Field(inner, name) = &base.kind {
            fields.push(name);
            base = inner;
        }
        fields.reverse();
        let mut thing = match &base.kind {
            ExprKind::Name(word) if !fields.is_empty() && self.means_risk(word, env) => {
                return self.risk_reading(&fields, env, expr.span).map_or(Thing::Failed, Thing::Node);
            }
            ExprKind::Name(word) => self.named(word, base.span, env, !fields.is_empty()),
            ExprKind::Paren(inner) if fields.is_empty() => return self.thing(inner, env),
            ExprKind::Paren(inner) => self.thing(inner, env),
            ExprKind::Of(name, subject) => self.of_thing(name, subject, env, base.span),
            _ => {
                let node = self.lower(base, env, None);
                self.answered_set(node).map_or(Thing::Node(node), |(list, elem)| Thing::List(list, elem))
            }
        };
        let mut rest = fields.as_slice();
        while let Some((name, more)) = rest.split_first() {
            let span = base.span.to(name.span);
            match thing {
                Thing::Failed => return Thing::Failed,
                Thing::Triage(var) => {
                    return self.triage_reading(var, rest, env, expr.span).map_or(Thing::Failed, Thing::Node);
                }
                Thing::Category { of_change } => {
                    return self.category_by_name(rest, of_change, env, expr.span);
                }
                _ => thing = self.step(thing, name, span, env),
            }
            rest = more;
        }
        thing
    }

    /// What the first name of a path stands for.
    fn named(&mut self, word: &str, span: Span, env: &Env, followed: bool) -> Thing {
        if let Some(local) = env.local(word) {
            return match local.elem.clone() {
                Elem::Row(table) => Thing::Row(local.var, table, String::new()),
                Elem::Value(ty) => Thing::Node(self.push(Op::Field(local.var, FieldId(0)), ty, span)),
                Elem::Literal(ty) => Thing::Node(self.push(Op::Element(local.var), ty, span)),
            };
        }
        match word {
            "now" => return Thing::Node(self.push(Op::Now, Ty::plain(Type::Time), span)),
            "asset" | "finding" | "change" => return self.subject(word, span, env),
            "assets" if env.assets => {
                self.need(Needs { assets: true, change: true, ..Needs::default() });
                return Thing::List(ListRef::AssetsOf(VarId::CHANGE), Elem::Row(TableId::ASSET));
            }
            "changes" if env.assets => {
                self.need(Needs { assets: true, change: true, ..Needs::default() });
                return Thing::List(ListRef::Changes, Elem::Row(TableId::CHANGE));
            }
            "category" if env.assets => {
                self.need(Needs { assets: true, change: true, ..Needs::default() });
                return Thing::Category { of_change: false };
            }
            "assets" | "changes" | "category" => {
                self.no_subject(word, span, env);
                return Thing::Failed;
            }
            "inventory" => return Thing::List(ListRef::Inventory, Elem::Row(TableId::ASSET)),
            "incidents" => return Thing::List(ListRef::Incidents, Elem::Row(TableId::INCIDENT)),
            "people" => return Thing::List(ListRef::People, Elem::Row(TableId::PERSON)),
            "none" if !followed => return Thing::Node(self.value(Const::None, Type::Nothing, span)),
            _ => {}
        }
        match self.units.get(env.unit).and_then(|unit| unit.names.get(word)).map(|declared| declared.symbol.clone()) {
            Some(symbol) => self.symbol(word, &symbol, span, env, followed),
            None if matches!(word, "deployed" | "ring") => {
                self.later(span, &format!("`{word}`"));
                Thing::Failed
            }
            None => {
                self.unknown_name(word, span, env);
                Thing::Failed
            }
        }
    }

    fn subject(&mut self, word: &str, span: Span, env: &Env) -> Thing {
        let Some(var) = env.subject(word) else {
            self.no_subject(word, span, env);
            return Thing::Failed;
        };
        self.need(Needs {
            asset: word == "asset",
            finding: word == "finding",
            change: word == "change",
            ..Needs::default()
        });
        let table = match word {
            "asset" => TableId::ASSET,
            "finding" => TableId::FINDING,
            _ => TableId::CHANGE,
        };
        Thing::Row(var, table, String::new())
    }

    fn symbol(&mut self, word: &str, symbol: &Symbol, span: Span, env: &Env, followed: bool) -> Thing {
        match symbol {
            Symbol::Let(id) | Symbol::Table(id) => {
                self.reading(Item::Inline(*id), span);
                match self.inline(*id, env, span) {
                    Some(Inlined::Node(node)) => Thing::Node(node),
                    Some(Inlined::List(list, elem)) => Thing::List(list, elem),
                    None => Thing::Failed,
                }
            }
            Symbol::Param(id) => {
                self.reading(Item::Param(*id), span);
                match self.params.get(*id).map(|param| (param.value.clone(), param.ty.clone())) {
                    Some((Some(value), ty)) => Thing::Node(self.push(Op::Const(value), ty, span)),
                    _ => Thing::Failed,
                }
            }
            Symbol::Import(unit) => {
                self.reading(Item::Import(*unit), span);
                if followed {
                    return Thing::Unit(*unit);
                }
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{word}` is a pack and no value"))
                        .help(format!("name something of it: `{word}.…`")),
                );
                Thing::Failed
            }
            Symbol::Triage(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{word}` is a triage and no value"))
                        .help(format!("read it of a finding or an asset: `finding.triage.{word}.level`")),
                );
                Thing::Failed
            }
            Symbol::Categorise(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{word}` is a categorisation and no value"))
                        .help(format!("write `category`, or `category.{word}`")),
                );
                Thing::Failed
            }
            Symbol::Risk(_) | Symbol::Approval(_) | Symbol::Obligation(_) | Symbol::Waiver(_) => {
                self.no_value_by_itself(word, symbol, span);
                Thing::Failed
            }
            Symbol::Metric(index) => self.measured(*index, env, span),
            Symbol::Calendar(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{word}` is a calendar and no value"))
                        .help(format!("write `now during {word}`, or `next {word} after now`")),
                );
                Thing::Failed
            }
            Symbol::Period(_) => {
                let kind = symbol.kind();
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{word}` is a {kind} and no value"))
                        .help(format!("whether the change meets it is `overlaps({word})`")),
                );
                Thing::Failed
            }
            Symbol::Plugin(index) => {
                self.plugin_is_no_value(word, *index, span);
                Thing::Failed
            }
            Symbol::Rule(_) | Symbol::Other(_) => {
                let kind = symbol.kind();
                self.error(
                    codes::WRONG_TYPE,
                    span,
                    format!("`{word}` is a `{kind}` and no value"),
                    "name a `let`, a `table` or a fact",
                );
                Thing::Failed
            }
        }
    }

    fn unknown_name(&mut self, word: &str, span: Span, env: &Env) {
        let subjects = ["asset", "finding", "change"].into_iter().filter(|name| env.subject(name).is_some());
        let lists = ["assets", "changes", "category"].into_iter().filter(|_| env.assets);
        let names = self.units.get(env.unit).map(|unit| &unit.names);
        let declared = names.into_iter().flatten().filter_map(|(name, declared)| match declared.symbol {
            Symbol::Let(_) | Symbol::Table(_) | Symbol::Param(_) | Symbol::Import(_) | Symbol::Metric(_) => {
                Some(name.as_str())
            }
            _ => None,
        });
        let locals = env.locals.iter().map(|local| local.name.as_str());
        let all = subjects.chain(lists).chain(["now", "inventory"]).chain(declared).chain(locals);
        let near = suggest::nearest(word, all).map(str::to_owned);
        let owners: Vec<&str> = [("asset", TableId::ASSET), ("finding", TableId::FINDING), ("change", TableId::CHANGE)]
            .into_iter()
            .filter(|(name, table)| env.subject(name).is_some() && self.program.schema.find(*table, word).is_some())
            .map(|(name, _)| name)
            .collect();
        let help = match (owners.first(), near) {
            (Some(owner), _) => format!("did you mean `{owner}.{word}`?"),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!(
                "declare it with `let {word} = …`; a text is written in quotes, and a value of an enumeration needs a fact beside it"
            ),
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_NAME, span, format!("nothing here is called `{word}`")).help(help),
        );
    }

    /// Reports a subject that the place does not have.
    pub(super) fn no_subject(&mut self, word: &str, span: Span, env: &Env) {
        let here: Vec<String> = ["asset", "finding", "change"]
            .into_iter()
            .filter(|name| env.subject(name).is_some())
            .chain(["assets"].into_iter().filter(|_| env.assets))
            .map(|name| format!("`{name}`"))
            .collect();
        let place = env.place;
        if here.is_empty() {
            self.report(
                Diagnostic::error(
                    codes::NOT_CONSTANT,
                    span,
                    format!("{place} is the same for all, and `{word}` is not"),
                )
                .help("write the value out"),
            );
            return;
        }
        let there = match here.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("it may name {} and {last}", rest.join(", ")),
            _ => format!("it may name {}", here.join(", ")),
        };
        let help = match word {
            "finding" if env.asset.is_some() => "there may be many: write `any f in asset.findings where …`",
            "asset" if env.assets => "write `any a in assets where …` or `every a in assets satisfies …`",
            _ if place == SELECTION => "a change's assets are chosen by facts of `asset`, such as `asset.tier <= 2`",
            "change" | "assets" | "changes" | "category" => {
                "a triage is decided before any change: move the condition to a `rule`"
            }
            _ => "move the condition to a statement that is decided for it",
        };
        self.report(
            Diagnostic::error(codes::SUBJECT, span, format!("{place} cannot name `{word}`")).label(there).help(help),
        );
    }

    /// One name further along a path.
    fn step(&mut self, thing: Thing, name: &Name, span: Span, env: &Env) -> Thing {
        match thing {
            Thing::Row(var, table, prefix) => self.field(var, table, &prefix, name, span, env),
            Thing::Node(node) => self.part(node, name, span, env),
            Thing::List(list, elem) => {
                if !matches!(list, ListRef::Literal(_) | ListRef::Answer(_)) {
                    let what = self.shown(Span { end: name.span.start.saturating_sub(1), ..span });
                    self.report(
                        Diagnostic::error(
                            codes::UNKNOWN_FIELD,
                            name.span,
                            format!("`{what}` is a list and has no fields of its own"),
                        )
                        .help(format!("ask for its elements: `any x in {what} where x.{} …`", name.text)),
                    );
                } else {
                    self.error(
                        codes::UNKNOWN_FIELD,
                        name.span,
                        "a list has no fields",
                        "ask for its elements: `any x in LIST where …`",
                    );
                }
                drop(elem);
                Thing::Failed
            }
            Thing::Unit(unit) => self.member_of_unit(unit, name, span, env),
            Thing::Category { .. } | Thing::Triage(_) | Thing::Failed => Thing::Failed,
        }
    }

    fn member_of_unit(&mut self, unit: usize, name: &Name, span: Span, env: &Env) -> Thing {
        let found = self.units.get(unit).and_then(|unit| unit.names.get(&name.text)).map(|d| d.symbol.clone());
        match found {
            Some(symbol) => self.symbol(&name.text, &symbol, span, env, matches!(symbol, Symbol::Import(_))),
            None => {
                let names = self.units.get(unit).map(|unit| &unit.names);
                let known = names.into_iter().flatten().map(|(name, _)| name.as_str());
                let error = Diagnostic::error(
                    codes::UNKNOWN_NAME,
                    name.span,
                    format!("the pack has nothing called `{}`", name.text),
                );
                let help = suggest::help(&name.text, "it has", known);
                self.report(error.help(help));
                Thing::Failed
            }
        }
    }

    fn field(&mut self, var: VarId, table: TableId, prefix: &str, name: &Name, span: Span, env: &Env) -> Thing {
        let word = name.text.as_str();
        if prefix.is_empty() {
            match (word, table) {
                ("triage", TableId::ASSET | TableId::FINDING) => return Thing::Triage(var),
                ("category", TableId::CHANGE) if var == VarId::CHANGE && env.assets => {
                    self.need(Needs { assets: true, change: true, ..Needs::default() });
                    return Thing::Category { of_change: true };
                }
                ("assets", TableId::CHANGE) if var == VarId::CHANGE && env.assets => {
                    self.need(Needs { assets: true, change: true, ..Needs::default() });
                    return Thing::List(ListRef::AssetsOf(VarId::CHANGE), Elem::Row(TableId::ASSET));
                }
                ("assets", TableId::CHANGE) => {
                    return Thing::List(ListRef::AssetsOf(var), Elem::Row(TableId::ASSET));
                }
                _ => {}
            }
        }
        if let Some(reference) = self.reference_id(var, prefix, name, span) {
            return reference;
        }
        let full = if prefix.is_empty() { word.to_owned() } else { format!("{prefix}.{word}") };
        let schema = std::sync::Arc::clone(&self.program.schema);
        if let Some((id, def)) = schema.find(table, &full) {
            let or_none = def.or_none || def.absent == super::schema::Absent::None;
            return match &def.shape {
                Shape::Scalar(base) => {
                    let ty = Ty { base: base.clone(), or_none, range: def.range };
                    Thing::Node(self.push(Op::Field(var, id), ty, span))
                }
                Shape::Set(set) => Thing::List(ListRef::Field(var, id), Elem::Value(set_element(&schema, *set))),
                Shape::List(of) => Thing::List(ListRef::Field(var, id), Elem::Row(*of)),
            };
        }
        if schema.is_record(table, &full) {
            return Thing::Row(var, table, full);
        }
        let owner = schema.table(table).map(|t| t.name.clone()).unwrap_or_default();
        let what = if prefix.is_empty() { owner.clone() } else { format!("{owner}.{prefix}") };
        let lead = if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
        let fields: Vec<&str> = schema
            .table(table)
            .into_iter()
            .flat_map(|t| &t.fields)
            .filter_map(|field| field.name.strip_prefix(lead.as_str()))
            .collect();
        let help = match (
            suggest::nearest(word, fields.iter().copied()),
            fields.iter().find(|f| f.rsplit('.').next() == Some(word)),
        ) {
            (_, Some(inner)) => format!("did you mean `{what}.{inner}`?"),
            (Some(near), None) => format!("did you mean `{near}`?"),
            (None, None) if prefix.is_empty() => {
                format!(
                    "`changegate schema` lists the fields; your own are declared by `extend {owner} {{ {word}: … }}`"
                )
            }
            (None, None) => {
                format!("it has {}", fields.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(", "))
            }
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_FIELD, name.span, format!("`{what}` has no field `{word}`")).help(help),
        );
        Thing::Failed
    }

    /// The id of a record that a field refers to: it is what the field holds, whether there is such a record or not.
    fn reference_id(&mut self, var: VarId, prefix: &str, name: &Name, span: Span) -> Option<Thing> {
        let info = self.program.vars.get(usize::from(var.0))?;
        let (base, field) = info.through.filter(|_| prefix.is_empty())?;
        let key = self.program.schema.table(info.table)?.key?;
        if self.program.schema.field(info.table, key)?.name != name.text {
            return None;
        }
        let owner = self.program.vars.get(usize::from(base.0))?.table;
        let or_none = self.program.schema.field(owner, field)?.or_none;
        Some(Thing::Node(self.push(Op::Field(base, field), Ty { base: Type::String, or_none, range: None }, span)))
    }

    /// A path as a value.
    pub(super) fn thing_as_value(&mut self, thing: Thing, span: Span, env: &Env) -> NodeId {
        match thing {
            Thing::Node(node) => node,
            Thing::Row(var, table, prefix) => self.row(var, table, &prefix, span),
            Thing::List(ListRef::Field(var, id), elem) => {
                let base = match elem {
                    Elem::Row(table) => Type::List(table),
                    Elem::Value(ty) | Elem::Literal(ty) => Type::Set(Box::new(ty.base)),
                };
                self.push(Op::Field(var, id), Ty::plain(base), span)
            }
            Thing::List(..) => {
                let shown = self.shown(span);
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{shown}` is a list and no value"))
                        .help(format!("write `x in {shown}`, `any x in {shown} where …` or `count(x in {shown})`")),
                );
                self.failed(span)
            }
            Thing::Category { of_change } => self.category(None, of_change, env, span),
            Thing::Triage(_) => {
                let shown = self.shown(span);
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{shown}` alone is no value"))
                        .help(format!("name what is read of it: `{shown}.level`, `{shown}.due` or `{shown}.overdue`")),
                );
                self.failed(span)
            }
            Thing::Unit(_) | Thing::Failed => self.failed(span),
        }
    }

    /// A record as a value: its identifier.
    fn row(&mut self, var: VarId, table: TableId, prefix: &str, span: Span) -> NodeId {
        let key = self.program.schema.table(table).and_then(|t| t.key);
        match key {
            Some(key) if prefix.is_empty() && self.has_id(table) => {
                self.push(Op::Field(var, key), Ty::plain(Type::Row(table)), span)
            }
            _ => {
                let shown = self.shown(span);
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{shown}` is a record and no value"))
                        .help(format!("name one of its fields: `{shown}.…`")),
                );
                self.failed(span)
            }
        }
    }

    /// Whether the records of a table are told apart by an identifier.
    pub(super) fn has_id(&self, table: TableId) -> bool {
        matches!(
            table,
            TableId::ASSET
                | TableId::FINDING
                | TableId::CHANGE
                | TableId::INCIDENT
                | TableId::PERSON
                | TableId::SERVICE
        )
    }

    /// A part of a value; only CVSS values have any.
    fn part(&mut self, node: NodeId, name: &Name, span: Span, env: &Env) -> Thing {
        let ty = self.ty(node);
        match ty.base {
            Type::Error => Thing::Failed,
            Type::Cvss => self.cvss_part(node, name, span, env),
            Type::Row(table) => match self.node(node).map(|found| found.op.clone()) {
                Some(Op::Field(base, field)) => {
                    let var = self.referred(base, field, table, span);
                    self.field(var, table, "", name, span, env)
                }
                _ => {
                    let message = "this record is worked out, and only a fact can be followed";
                    self.error(
                        codes::UNKNOWN_FIELD,
                        name.span,
                        message,
                        "follow the field that refers to it, such as `change.requester.roles`",
                    );
                    Thing::Failed
                }
            },
            _ => {
                let message = format!("this is {}, which has no parts", describe(&ty));
                self.error(codes::UNKNOWN_FIELD, name.span, message, "leave out what stands behind the point");
                Thing::Failed
            }
        }
    }
}

/// The type of a set's elements.
pub(super) fn set_element(schema: &super::schema::Schema, set: TableId) -> Ty {
    match schema.field(set, FieldId(0)) {
        Some(def) => match &def.shape {
            Shape::Scalar(base) => Ty { base: base.clone(), or_none: def.or_none, range: def.range },
            Shape::Set(_) | Shape::List(_) => Ty::plain(Type::Error),
        },
        None => Ty::plain(Type::Error),
    }
}
