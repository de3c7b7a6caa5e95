//! `extend` and `param`: the types that an author declares.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, Name};
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Extend, FieldDecl, Param, TypeExpr, TypeKind};

use super::checker::{Checker, ParamValue};
use super::codes;
use super::coerce::{describe, same};
use super::decimal::Decimal;
use super::env::Env;
use super::load::LoadedUnit;
use super::program::{Const, NodeId};
use super::schema::{Absent, FieldDef, Shape, TableId};
use super::suggest;
use super::types::{EnumDef, Ty, Type};
use super::vocabulary::add_field;

/// The types that a field or parameter can be declared with by name.
const TYPE_NAMES: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("number", Type::Number),
    ("percent", Type::Percent),
    ("string", Type::String),
    ("date", Type::Date),
    ("time", Type::Time),
    ("duration", Type::Duration),
    ("timezone", Type::Zone),
    ("version", Type::Version),
    ("cvss", Type::Cvss),
];

/// The most values of an enumeration: sets of them are kept in 64 bits.
pub(super) const MOST_VALUES: usize = 63;

impl Checker {
    /// Adds the fields that a unit's `extend` statements declare.
    pub(super) fn extensions(&mut self, unit: usize) {
        let statements = self.units.get(unit).map(|unit| unit.statements.clone()).unwrap_or_default();
        for statement in &statements {
            if let Body::Extend(extend) = &statement.body {
                self.common_not_here(&statement.common, "an `extend`", &[]);
                self.extend(extend);
            }
        }
    }

    fn extend(&mut self, extend: &Extend) {
        let schema = Arc::clone(&self.program.schema);
        let Some(table) = schema.entity(&extend.entity.text) else {
            let known = schema.tables.iter().take(10).map(|table| table.name.as_str());
            let error = Diagnostic::error(
                codes::UNKNOWN_NAME,
                extend.entity.span,
                format!("there is no entity `{}`", extend.entity.text),
            );
            self.report(error.help(suggest::help(&extend.entity.text, "the entities are", known)));
            return;
        };
        for field in &extend.fields {
            self.extend_field(table, "", field);
        }
    }

    fn extend_field(&mut self, table: TableId, prefix: &str, field: &FieldDecl) {
        let name = if prefix.is_empty() { field.name.text.clone() } else { format!("{prefix}.{}", field.name.text) };
        if let TypeKind::Record(inner) = &field.ty.kind {
            for field in inner {
                self.extend_field(table, &name, field);
            }
            return;
        }
        let schema = Arc::clone(&self.program.schema);
        let owner = schema.table(table).map(|table| table.name.clone()).unwrap_or_default();
        let special = matches!(
            (table, name.as_str()),
            (TableId::ASSET | TableId::FINDING, "triage") | (TableId::CHANGE, "category" | "assets")
        );
        if special || schema.is_record(table, &name) {
            self.exists(&owner, &name, field.name.span);
            return;
        }
        let (kind, is_set) = match &field.ty.kind {
            TypeKind::Set(of) => (&**of, true),
            _ => (&field.ty, false),
        };
        // A field whose type has a mistake is there all the same: what reads it is no second mistake.
        let (base, range) = self.declared_type(kind, &format!("{owner}.{name}")).unwrap_or((Type::Error, None));
        if field.ty.absent_empty && !is_set {
            self.report(
                Diagnostic::error(codes::BAD_TYPE, field.ty.span, "`absent empty` is for sets")
                    .help("a single value may be `absent none`"),
            );
            return;
        }
        let absent = if field.ty.absent_empty {
            Absent::Empty
        } else if field.ty.absent_none {
            Absent::None
        } else {
            Absent::Unknown
        };
        let def = FieldDef {
            name: name.clone(),
            shape: Shape::Scalar(base.clone()),
            range,
            required: field.ty.required,
            or_none: field.ty.or_none,
            absent,
            past: false,
            fraction: false,
            doc: "",
            extended: true,
        };
        if let Some((_, known)) = schema.find(table, &name) {
            // A pack and its importer, or two packs, may declare the same field in the same way.
            let same_shape = match (&known.shape, is_set) {
                (Shape::Scalar(ty), false) => same(ty, &base),
                (Shape::Set(set), true) => same(&super::path::set_element(&schema, *set).base, &base),
                _ => false,
            };
            let alike = known.extended
                && same_shape
                && (known.required, known.or_none, known.absent) == (def.required, def.or_none, def.absent)
                && (is_set || known.range == def.range);
            if !alike {
                self.exists(&owner, &name, field.name.span);
            }
            return;
        }
        let set_of = is_set.then_some(base);
        if add_field(Arc::make_mut(&mut self.program.schema), table, def, set_of).is_none() {
            self.large(field.name.span, "fields");
        }
    }

    fn exists(&mut self, owner: &str, name: &str, span: Span) {
        self.report(
            Diagnostic::error(codes::FIELD_EXISTS, span, format!("`{owner}` already has a field `{name}`"))
                .help("leave it out, or choose another name"),
        );
    }

    /// The scalar type that an author wrote, and the range of an `int`.
    pub(super) fn declared_type(&mut self, ty: &TypeExpr, name: &str) -> Option<(Type, Option<(i64, i64)>)> {
        match &ty.kind {
            TypeKind::Int(range) => {
                if let Some((low, high)) = range.filter(|(low, high)| low > high) {
                    self.error(
                        codes::BAD_TYPE,
                        ty.span,
                        format!("no whole number lies between {low} and {high}"),
                        "write the smaller one first",
                    );
                    return None;
                }
                Some((Type::Int, *range))
            }
            TypeKind::Named(word) => {
                if let Some((_, base)) = TYPE_NAMES.iter().find(|(known, _)| *known == word.text) {
                    return Some((base.clone(), None));
                }
                match self.program.schema.entity(&word.text) {
                    Some(table @ (TableId::ASSET | TableId::PERSON | TableId::SERVICE | TableId::INCIDENT)) => {
                        return Some((Type::Row(table), None));
                    }
                    Some(_) => {
                        self.report(
                            Diagnostic::error(
                                codes::BAD_TYPE,
                                word.span,
                                format!("a field cannot refer to a `{}`", word.text),
                            )
                            .help("it can refer to an `asset`, a `person`, a `service` or an `incident`, by its id"),
                        );
                        return None;
                    }
                    None => {}
                }
                let known = TYPE_NAMES.iter().map(|(name, _)| *name);
                let error = Diagnostic::error(codes::BAD_TYPE, word.span, format!("there is no type `{}`", word.text));
                self.report(error.help(suggest::help(&word.text, "the types are", known)));
                None
            }
            TypeKind::Enum { values, ordered } => {
                let words = self.distinct(values, "value")?;
                let def = EnumDef { name: name.to_owned(), values: words, ordered: *ordered, descending: false };
                Some((Type::Enum(Arc::new(def)), None))
            }
            TypeKind::List(_) => {
                self.later(ty.span, "lists that a policy declares");
                None
            }
            TypeKind::Set(_) | TypeKind::Record(_) => {
                self.report(
                    Diagnostic::error(codes::BAD_TYPE, ty.span, "this type cannot stand here")
                        .help("a set holds single values, and a parameter is one"),
                );
                None
            }
        }
    }

    /// Words that must differ and not be too many.
    pub(super) fn distinct(&mut self, names: &[Name], what: &str) -> Option<Vec<String>> {
        let mut words: Vec<String> = Vec::new();
        for name in names {
            if words.contains(&name.text) {
                let first =
                    names.iter().find(|first| first.text == name.text).map(|first| first.span).unwrap_or_default();
                self.report(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        name.span,
                        format!("the {what} `{}` is listed twice", name.text),
                    )
                    .also(first, "first listed here")
                    .help("leave one of them out"),
                );
                continue;
            }
            words.push(name.text.clone());
        }
        let span = names.first().map(|name| name.span).unwrap_or_default();
        self.few_enough(words.len(), what, span).then_some(words)
    }

    pub(super) fn few_enough(&mut self, count: usize, what: &str, span: Span) -> bool {
        if count > MOST_VALUES {
            self.report(
                Diagnostic::error(codes::TOO_MANY_VALUES, span, format!("these are {count} {what}s"))
                    .label(format!("there can be {MOST_VALUES}"))
                    .help(if what == "value" {
                        "use a `string` for open lists"
                    } else {
                        "put together those that are treated alike"
                    }),
            );
            return false;
        }
        true
    }

    /// Declares a parameter with the value that its importer gives, or its own default.
    pub(super) fn declare_param(&mut self, unit: usize, name: &Name, param: &Param, loaded: &LoadedUnit) -> usize {
        let declared = self.declared_type(&param.ty, &name.text);
        let (base, range) = declared.unwrap_or((Type::Error, None));
        let ty = Ty { base, or_none: param.ty.or_none, range };
        let given = loaded.with.iter().find(|(given, _)| given.text == name.text);
        let default = param.default.as_ref().and_then(|expr| self.param_value(unit, expr, &ty, &name.text));
        let value = match (given, loaded.importer) {
            (Some((_, expr)), Some((importer, _))) => self.param_value(importer, expr, &ty, &name.text),
            _ => {
                if param.default.is_none() {
                    let span = loaded.importer.map_or(name.span, |(_, span)| span);
                    self.report(
                        Diagnostic::error(
                            codes::BAD_PARAM,
                            span,
                            format!("the parameter `{}` has no value", name.text),
                        )
                        .help(match loaded.importer {
                            Some(_) => format!("set it: `with {{ {}: … }}`", name.text),
                            None => format!("give it a default: `param {} … = …`", name.text),
                        }),
                    );
                }
                default
            }
        };
        self.params.push(ParamValue { name: name.text.clone(), ty, value });
        self.params.len() - 1
    }

    fn param_value(&mut self, unit: usize, expr: &Expr, ty: &Ty, name: &str) -> Option<Const> {
        if ty.base == Type::Error {
            return None;
        }
        let env = Env::bare(unit, "a parameter");
        let node = self.lower(expr, &env, Some(ty));
        if self.is_error(node) {
            return None;
        }
        let Some(value) = self.constant(node).cloned() else {
            self.report(
                Diagnostic::error(codes::NOT_CONSTANT, expr.span, format!("the parameter `{name}` takes a constant"))
                    .help("write the value out"),
            );
            return None;
        };
        if value == Const::None {
            if ty.or_none {
                return Some(value);
            }
            self.report(
                Diagnostic::error(codes::BAD_PARAM, expr.span, format!("the parameter `{name}` is never `none`"))
                    .label(describe(ty))
                    .help("write a value, or declare it `or none`"),
            );
            return None;
        }
        let Some(value) = self.fitting(node, value, ty, unit) else {
            let found = describe(&self.ty(node));
            self.report(
                Diagnostic::error(codes::BAD_PARAM, expr.span, format!("the parameter `{name}` takes {}", article(ty)))
                    .label(found)
                    .help("write a value of the declared type"),
            );
            return None;
        };
        match (value, ty.range) {
            (Const::Int(n), Some((low, high))) if n < low || n > high => {
                self.report(
                    Diagnostic::error(codes::BAD_PARAM, expr.span, format!("`{name}` takes {low} to {high}, not {n}"))
                        .help(format!("choose a value from {low} to {high}")),
                );
                None
            }
            (value, _) => Some(value),
        }
    }

    /// A constant as a value of a declared type, if it is one.
    pub(super) fn fitting(&mut self, node: NodeId, value: Const, ty: &Ty, unit: usize) -> Option<Const> {
        let found = self.base(node);
        if same(&found, &ty.base) {
            return Some(value);
        }
        match (found, &ty.base, value) {
            (Type::Int, Type::Number | Type::Cvss, Const::Int(n)) => Some(Const::Decimal(Decimal::from_int(n))),
            (Type::Number, Type::Cvss, value) | (Type::String, Type::Version, value) => Some(value),
            (Type::String, Type::Zone, Const::Text(name)) => {
                let zone = crate::time::Zone::get(&name)?;
                Some(Const::Text(Arc::from(zone.name())))
            }
            (Type::Date, Type::Time, _) => {
                let start = self.start_of_day(node, unit)?;
                self.constant(start).cloned()
            }
            _ => None,
        }
    }

    /// Reports values given for parameters that a pack does not have.
    pub(super) fn unknown_params(&mut self, unit: usize, loaded: &LoadedUnit) {
        let names: Vec<String> = self
            .units
            .get(unit)
            .into_iter()
            .flat_map(|unit| &unit.names)
            .filter(|(_, declared)| matches!(declared.symbol, super::checker::Symbol::Param(_)))
            .map(|(name, _)| name.clone())
            .collect();
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in &loaded.with {
            if seen.contains(&name.text.as_str()) {
                self.error(
                    codes::BAD_PARAM,
                    name.span,
                    format!("`{}` is set twice", name.text),
                    "leave one of them out",
                );
            } else if !names.contains(&name.text) {
                let error = Diagnostic::error(
                    codes::BAD_PARAM,
                    name.span,
                    format!("the pack has no parameter `{}`", name.text),
                );
                self.report(error.help(suggest::help(&name.text, "it has", names.iter().map(String::as_str))));
            }
            seen.push(&name.text);
        }
    }
}

/// A type with its article.
fn article(ty: &Ty) -> String {
    match &ty.base {
        Type::Bool => "true or false".to_owned(),
        Type::Enum(def) => {
            format!("one of {}", def.values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", "))
        }
        Type::Int => "a whole number".to_owned(),
        _ => format!("a {}", ty.base),
    }
}
