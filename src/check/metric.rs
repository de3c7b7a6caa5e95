//! `metric`: a measurement that conditions can read.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::source::Span;
use crate::syntax::tree::{Metric as Tree, MetricOf as OfTree, Statement};

use super::checker::{Checker, Item};
use super::codes;
use super::coerce::describe;
use super::env::{Elem, Env, Needs};
use super::path::Thing;
use super::program::{ListRef, Metric, MetricOf, NodeId, Op, VarId};
use super::suggest;
use super::types::{Ty, Type};

/// How metrics are called in messages.
const PLACE: &str = "a `metric`";

/// What is measured: the word behind `unit`, and its type.
const UNITS: &[(&str, Type)] = &[("number", Type::Number), ("percent", Type::Percent), ("seconds", Type::Duration)];

impl Checker {
    pub(super) fn declare_metric(&mut self, unit: usize, statement: &Statement, name: &Name, tree: &Tree) -> u16 {
        let prefix = self.units.get(unit).map(|unit| unit.prefix.clone()).unwrap_or_default();
        // Expressions that are checked before the metric need its type.
        let known = tree.unit.first().and_then(|word| UNITS.iter().find(|(unit, _)| *unit == word.text));
        let ty = Ty::plain(known.map_or(Type::Number, |(_, ty)| ty.clone()));
        self.program.metrics.push(Metric {
            name: format!("{prefix}{}", name.text),
            title: statement.title.as_ref().and_then(crate::syntax::expr::StrLit::plain),
            span: statement.span,
            series: String::new(),
            of: None,
            stale: None,
            ty,
        });
        self.place_of_last(self.program.metrics.len(), name.span, "metrics")
    }

    pub(super) fn metric(&mut self, unit: usize, statement: &Statement, index: u16, tree: &Tree) {
        if let Some(title) = &statement.title {
            self.plain_text(title, "a title");
        }
        self.common_not_here(&statement.common, PLACE, &["ref", "owner"]);
        self.each_once(&statement.common);
        self.once(&tree.series, |text| text.span, "series");
        self.once(&tree.of, |of| of.span, "of");
        self.once(&tree.stale, |length| length.span, "stale after");
        self.once(&tree.unit, |word| word.span, "unit");
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        let series = tree.series.first().and_then(|text| self.plain_text(text, "series"));
        match tree.series.first() {
            None => self.report(
                Diagnostic::error(codes::BAD_METRIC, name, "this metric does not say which samples it reads")
                    .help("write the name that samples give in `metric`: `series \"http_5xx_ratio\"`"),
            ),
            Some(text) if series.as_ref().is_some_and(|series| series.trim().is_empty()) => self.report(
                Diagnostic::error(codes::BAD_METRIC, text.span, "a series has a name")
                    .help("write the name that samples give in `metric`: `series \"http_5xx_ratio\"`"),
            ),
            Some(_) => {}
        }
        self.unit_of(tree);
        let stale = tree.stale.first().and_then(|length| {
            let micros = self.length(unit, length)?;
            if micros <= 0 {
                self.report(
                    Diagnostic::error(codes::BAD_METRIC, length.span, "every sample would be too old")
                        .help("write a length above zero, such as `stale after 10min`"),
                );
                return None;
            }
            Some(micros)
        });
        self.readers.push(Item::Metric(index));
        let of = tree.of.first().and_then(|of| self.metric_of(unit, of));
        self.readers.pop();
        if let Some(metric) = self.program.metrics.get_mut(usize::from(index)) {
            metric.series = series.unwrap_or_default();
            metric.stale = stale;
            metric.of = of;
        }
    }

    fn unit_of(&mut self, tree: &Tree) {
        let Some(word) = tree.unit.first() else { return };
        if UNITS.iter().any(|(unit, _)| *unit == word.text) {
            return;
        }
        let help = match word.text.as_str() {
            "ratio" | "count" | "bytes" | "requests" => "leave `unit` out: it is a number then".to_owned(),
            "duration" | "time" | "s" | "sec" | "second" => "write `unit seconds`".to_owned(),
            "ms" | "milliseconds" => "samples of a length are in seconds: convert them, or leave `unit` out".to_owned(),
            other => suggest::help(other, "the units are", UNITS.iter().map(|(unit, _)| *unit)),
        };
        self.report(
            Diagnostic::error(codes::BAD_METRIC, word.span, format!("`{}` is no unit of a metric", word.text))
                .help(help),
        );
    }

    /// `of asset.services by label "service"`
    fn metric_of(&mut self, unit: usize, tree: &OfTree) -> Option<MetricOf> {
        let env = Env { asset: Some(VarId::ASSET), ..Env::bare(unit, PLACE) };
        let label = self.plain_text(&tree.label, "label")?;
        if label.trim().is_empty() {
            self.report(
                Diagnostic::error(codes::BAD_METRIC, tree.label.span, "a label has a name")
                    .help("write it as samples have it: `by label \"service\"`"),
            );
            return None;
        }
        let span = tree.field.span;
        match self.thing(&tree.field, &env) {
            Thing::Failed => None,
            Thing::List(list, elem) => {
                let (var, element) = self.label_of(&list, &elem, span, &env)?;
                Some(MetricOf { list: Ok(list), element: Some((var, element)), label })
            }
            thing => {
                let node = self.thing_as_value(thing, span, &env);
                let node = self.key_as_text(node);
                match self.base(node) {
                    Type::Error => None,
                    Type::String if self.constant(node).is_none() => {
                        Some(MetricOf { list: Err(node), element: None, label })
                    }
                    _ => {
                        self.not_a_label(node, span);
                        None
                    }
                }
            }
        }
    }

    /// The variable of a list's element, and the text by which a label names it.
    fn label_of(&mut self, list: &ListRef, elem: &Elem, span: Span, env: &Env) -> Option<(VarId, NodeId)> {
        let (var, _) = self.element_variable("element", list, span);
        let node = match elem {
            Elem::Row(table) if self.has_id(*table) => {
                self.thing_as_value(Thing::Row(var, *table, String::new()), span, env)
            }
            Elem::Row(_) => {
                self.report(
                    Diagnostic::error(
                        codes::BAD_METRIC,
                        span,
                        "a label names an element by its id, and these have none",
                    )
                    .help("name a list of records with ids or a set of texts, such as `asset.services`"),
                );
                return None;
            }
            Elem::Value(ty) | Elem::Literal(ty) => self.push(super::list::element_op(list, var), ty.clone(), span),
        };
        let node = self.key_as_text(node);
        match self.base(node) {
            Type::Error => None,
            Type::String => Some((var, node)),
            _ => {
                self.not_a_label(node, span);
                None
            }
        }
    }

    fn not_a_label(&mut self, node: NodeId, span: Span) {
        let label = describe(&self.ty(node));
        self.report(
            Diagnostic::error(codes::BAD_METRIC, span, "a label holds a text, and here is none")
                .label(label)
                .help("name a text of the asset or a list of them, such as `asset.services`"),
        );
    }

    /// A metric where a value stands: its latest measurement for the asset at hand.
    pub(super) fn measured(&mut self, index: u16, env: &Env, span: Span) -> Thing {
        self.reading(Item::Metric(index), span);
        self.need(Needs { asset: true, own_asset: true, ..Needs::default() });
        match env.asset {
            None => {
                self.no_subject("asset", span, env);
                return Thing::Failed;
            }
            Some(asset) if asset != VarId::ASSET => {
                self.of_another("asset", span);
                return Thing::Failed;
            }
            Some(_) => {}
        }
        let Some(ty) = self.program.metrics.get(usize::from(index)).map(|metric| metric.ty.clone()) else {
            return Thing::Failed;
        };
        Thing::Node(self.push(Op::Metric(index), ty, span))
    }
}
