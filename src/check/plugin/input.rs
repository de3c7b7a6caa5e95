//! What a check is asked with: values, records and lists, brought to the types that it takes.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind};
use crate::syntax::source::Span;

use super::super::checker::Checker;
use super::super::codes;
use super::super::coerce::describe;
use super::super::env::{Elem, Env};
use super::super::list::element_op;
use super::super::path::{Thing, set_element};
use super::super::program::{ListRef, NodeId, Op, PluginInput, VarId};
use super::super::schema::{Shape, TableId};
use super::super::types::{Ty, Type};
use super::Kind;

/// An input, its type, and its type as expressions have it where it is one value.
type Input = (PluginInput, Kind, Option<Ty>);

impl Checker {
    /// The variables that an input of a check hangs on.
    pub(in crate::check) fn vars_of_input(&self, input: &PluginInput) -> Vec<VarId> {
        let of = |parts: &[PluginInput]| parts.iter().flat_map(|part| self.vars_of_input(part)).collect::<Vec<VarId>>();
        match input {
            PluginInput::Value(node) => self.vars_of_node(*node),
            PluginInput::Record(fields) => of(fields),
            PluginInput::List(list, element, parts) => {
                let mut vars = of(parts);
                vars.retain(|var| var != element);
                vars.extend(self.vars_of_list(list));
                vars
            }
        }
    }

    /// An expression as an input of a check, of the type that is wanted as far as it can be brought to it.
    pub(super) fn plugin_input(
        &mut self,
        expr: &Expr,
        env: &Env,
        wanted: Option<&Kind>,
        ty: Option<&Ty>,
    ) -> Option<Input> {
        let mut inner = expr;
        while let ExprKind::Paren(deeper) = &inner.kind {
            inner = deeper;
        }
        let thing = match &inner.kind {
            ExprKind::Set(_) => {
                let (list, elem) = self.list(inner, env)?;
                Thing::List(list, elem)
            }
            ExprKind::Name(word) if !self.is_name(word, env) => Thing::Node(self.lower(inner, env, ty)),
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Of(..) => self.thing(inner, env),
            _ => {
                let node = self.lower(inner, env, ty);
                self.answered_set(node).map_or(Thing::Node(node), |(list, elem)| Thing::List(list, elem))
            }
        };
        let span = expr.span;
        match thing {
            Thing::Failed => None,
            Thing::List(list, elem) => self.plugin_list(list, &elem, env, wanted, span),
            Thing::Row(var, table, prefix) => {
                let by_fields = matches!(wanted, Some(Kind::Record(_)));
                if !by_fields && prefix.is_empty() && self.has_id(table) {
                    let node = self.thing_as_value(Thing::Row(var, table, prefix), span, env);
                    return self.plugin_value(node, env, wanted, span);
                }
                let (fields, kind) = self.plugin_record((var, table, &prefix), env, wanted, span)?;
                Some((PluginInput::Record(fields), kind, None))
            }
            thing => {
                let node = self.thing_as_value(thing, span, env);
                self.plugin_value(node, env, wanted, span)
            }
        }
    }

    fn plugin_value(&mut self, node: NodeId, env: &Env, wanted: Option<&Kind>, span: Span) -> Option<Input> {
        let (node, kind) = self.as_wanted(node, env, wanted, span)?;
        Some((PluginInput::Value(node), kind, Some(self.ty(node))))
    }

    /// A single value, brought to the type that is wanted where that is the same thing in another form.
    fn as_wanted(&mut self, node: NodeId, env: &Env, wanted: Option<&Kind>, span: Span) -> Option<(NodeId, Kind)> {
        if self.is_error(node) {
            return None;
        }
        let inner = match wanted {
            Some(Kind::OrNone(inner)) => Some(&**inner),
            other => other,
        };
        let node = self.key_as_text(node);
        let node = match (self.base(node), inner) {
            (Type::Cvss, _) => self.score(node, env.unit),
            (Type::Int, Some(Kind::Number)) => self.as_number(node),
            (Type::Date, Some(Kind::Time)) => self.start_of_day(node, env.unit)?,
            _ => node,
        };
        let ty = self.ty(node);
        let kind = match (kind_of(&ty), wanted) {
            (_, Some(wanted @ Kind::OrNone(_))) if ty.base == Type::Nothing => wanted.clone(),
            // What is never `none` may stand where `none` might.
            (Some(kind), Some(wanted @ Kind::OrNone(inner))) if **inner == kind => wanted.clone(),
            (Some(kind), _) => kind,
            (None, _) => {
                let label = describe(&ty);
                self.report(
                    Diagnostic::error(codes::PLUGIN_CALL, span, "this cannot be handed to a check").label(label).help(
                        "hand over facts or what is worked out of them: values, sets, records and lists of records",
                    ),
                );
                return None;
            }
        };
        Some((node, kind))
    }

    /// The fields of a record: those that are wanted, which may be sets and lists, or all single values of it.
    fn plugin_record(
        &mut self,
        (var, table, prefix): (VarId, TableId, &str),
        env: &Env,
        wanted: Option<&Kind>,
        span: Span,
    ) -> Option<(Vec<PluginInput>, Kind)> {
        let schema = Arc::clone(&self.program.schema);
        let lead = if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
        let fields: Vec<(String, Option<Kind>)> = match wanted {
            Some(Kind::Record(fields)) => {
                fields.iter().map(|(name, kind)| (name.clone(), Some(kind.clone()))).collect()
            }
            _ => {
                let all = schema.table(table).into_iter().flat_map(|def| &def.fields);
                let single = all.filter(|field| matches!(field.shape, Shape::Scalar(_)));
                single.filter_map(|field| Some((field.name.strip_prefix(&lead)?.to_owned(), None))).collect()
            }
        };
        let (mut inputs, mut kinds) = (Vec::new(), Vec::new());
        for (name, wanted) in fields {
            let found = schema.find(table, &format!("{lead}{name}"));
            let Some((field, def)) = found else {
                let shown = self.shown(span);
                self.report(
                    Diagnostic::error(
                        codes::PLUGIN_SIGNATURE,
                        span,
                        format!("the module asks for `{name}` of `{shown}`, which has nothing of that name"),
                    )
                    .help("`changegate schema` lists the fields; a module takes those that it names"),
                );
                return None;
            };
            let base = match &def.shape {
                Shape::Scalar(base) => base,
                shape => {
                    let elem = match shape {
                        Shape::List(of) => Elem::Row(*of),
                        Shape::Set(set) => Elem::Value(set_element(&schema, *set)),
                        Shape::Scalar(_) => return None,
                    };
                    let list = ListRef::Field(var, field);
                    let (input, kind, _) = self.plugin_list(list, &elem, env, wanted.as_ref(), span)?;
                    inputs.push(input);
                    kinds.push((name, kind));
                    continue;
                }
            };
            let or_none = def.or_none || def.absent == super::super::schema::Absent::None;
            let ty = Ty { base: base.clone(), or_none, range: def.range };
            let node = self.push(Op::Field(var, field), ty, span);
            let (node, kind) = self.as_wanted(node, env, wanted.as_ref(), span)?;
            inputs.push(PluginInput::Value(node));
            kinds.push((name, kind));
        }
        Some((inputs, Kind::Record(kinds)))
    }

    fn plugin_list(
        &mut self,
        list: ListRef,
        elem: &Elem,
        env: &Env,
        wanted: Option<&Kind>,
        span: Span,
    ) -> Option<Input> {
        let (var, _) = self.element_variable("element", &list, span);
        let inner = match wanted {
            Some(Kind::List(inner) | Kind::Set(inner)) => Some(&**inner),
            _ => None,
        };
        if let Elem::Row(table) = elem {
            let by_fields = matches!(inner, Some(Kind::Record(_)));
            if by_fields || !self.has_id(*table) {
                let (fields, kind) = self.plugin_record((var, *table, ""), env, inner, span)?;
                return Some((PluginInput::List(list, var, fields), Kind::List(Box::new(kind)), None));
            }
            let node = self.thing_as_value(Thing::Row(var, *table, String::new()), span, env);
            let (node, kind) = self.as_wanted(node, env, inner, span)?;
            return Some((
                PluginInput::List(list, var, vec![PluginInput::Value(node)]),
                Kind::Set(Box::new(kind)),
                None,
            ));
        }
        let (Elem::Value(ty) | Elem::Literal(ty)) = elem else { return None };
        // An empty set has no type of its own.
        if ty.base == Type::Nothing
            && let (Some(wanted), ListRef::Literal(_)) = (wanted, &list)
        {
            return Some((PluginInput::List(list, var, Vec::new()), wanted.clone(), None));
        }
        let node = self.push(element_op(&list, var), ty.clone(), span);
        let (node, kind) = self.as_wanted(node, env, inner, span)?;
        Some((PluginInput::List(list, var, vec![PluginInput::Value(node)]), Kind::Set(Box::new(kind)), None))
    }
}

/// The type of a single value as a check has it; none where it cannot be handed over.
pub(super) fn kind_of(ty: &Ty) -> Option<Kind> {
    let kind = match &ty.base {
        Type::Bool => Kind::Bool,
        Type::Int => Kind::Int,
        Type::Number => Kind::Number,
        Type::Percent => Kind::Percent,
        Type::String | Type::Zone | Type::Version => Kind::Text,
        Type::Date => Kind::Date,
        Type::Time => Kind::Time,
        Type::Duration => Kind::Duration,
        Type::Enum(def) => Kind::Word(def.values.clone()),
        Type::Span | Type::Cvss | Type::Set(_) | Type::List(_) | Type::Row(_) | Type::Nothing | Type::Error => {
            return None;
        }
    };
    Some(if ty.or_none { Kind::OrNone(Box::new(kind)) } else { kind })
}
