//! What is read of decisions and of CVSS values: `finding.triage.due`, `category`, `finding.cvss.attack_vector`.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::source::Span;

use super::checker::{Checker, Item, Symbol};
use super::codes;
use super::coerce::SCORES;
use super::env::{Env, Needs};
use super::path::Thing;
use super::program::{CvssPart, NodeId, Op, TriageField, VarId};
use super::suggest;
use super::types::{EnumDef, Ty, Type};

impl Checker {
    /// `triage.level`, `triage.patching.due`, `triage.bod.remediation.overdue`: the names behind `triage`.
    pub(super) fn triage_reading(&mut self, var: VarId, names: &[&Name], env: &Env, span: Span) -> Option<NodeId> {
        let (last, path) = names.split_last()?;
        let field = match last.text.as_str() {
            "level" => TriageField::Level,
            "due" => TriageField::Due,
            "overdue" => TriageField::Overdue,
            word => {
                let error = Diagnostic::error(codes::UNKNOWN_FIELD, last.span, format!("a triage has no `{word}`"));
                let help = match suggest::nearest(word, ["level", "due", "overdue"]) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "it has `level`, `due` and `overdue`".to_owned(),
                };
                self.report(error.help(help));
                return None;
            }
        };
        let block = if path.is_empty() {
            let own = self.units.get(env.unit).map(|unit| unit.triages.clone()).unwrap_or_default();
            match (field, own.as_slice()) {
                (TriageField::Level, [only]) => Some(*only),
                (TriageField::Level, _) => {
                    self.which_block(&own, last.span);
                    return None;
                }
                _ if self.program.triages.is_empty() => {
                    self.no_triage(span);
                    return None;
                }
                _ => None,
            }
        } else {
            Some(self.triage_block(path, env)?)
        };
        self.reading(Item::Triage(block), span);
        let ty = match field {
            TriageField::Level => {
                let levels = self.program.triages.get(usize::from(block?)).map(|t| Arc::clone(&t.levels))?;
                Ty::or_none(Type::Enum(levels))
            }
            TriageField::Due => Ty::or_none(Type::Time),
            TriageField::Overdue => Ty::plain(Type::Bool),
        };
        Some(self.push(Op::Triage(block, field, var), ty, span))
    }

    fn no_triage(&mut self, span: Span) {
        self.report(
            Diagnostic::error(codes::UNKNOWN_NAME, span, "the policy has no triage")
                .help("add a `triage` statement, or import a pack that has one"),
        );
    }

    fn which_block(&mut self, own: &[u16], span: Span) {
        if self.program.triages.is_empty() {
            self.no_triage(span);
            return;
        }
        let names: Vec<String> =
            self.program.triages.iter().map(|t| format!("`triage.{}.level`", t.head.name)).collect();
        let message = if own.is_empty() {
            "the policy has no triage of its own, and a pack's is named"
        } else {
            "the policy has several triages: which one's level?"
        };
        self.report(
            Diagnostic::error(codes::UNKNOWN_NAME, span, message).help(format!("write {}", names.join(" or "))),
        );
    }

    /// The triage that a path names: `patching`, `bod.remediation`.
    fn triage_block(&mut self, path: &[&Name], env: &Env) -> Option<u16> {
        let mut unit = env.unit;
        for (n, name) in path.iter().enumerate() {
            let found = self.units.get(unit).and_then(|u| u.names.get(&name.text)).map(|d| d.symbol.clone());
            match found {
                Some(Symbol::Triage(block)) if n + 1 == path.len() => return Some(block),
                Some(Symbol::Import(inner)) if n + 1 < path.len() => {
                    self.reading(Item::Import(inner), name.span);
                    unit = inner;
                }
                Some(Symbol::Import(inner)) => {
                    let blocks = self.triages_of(inner);
                    let shown = blocks.first().cloned().unwrap_or_else(|| "…".to_owned());
                    self.report(
                        Diagnostic::error(
                            codes::UNKNOWN_NAME,
                            name.span,
                            format!("`{}` is a pack: which of its triages?", name.text),
                        )
                        .help(format!("write `triage.{}.{shown}.level`", name.text)),
                    );
                    return None;
                }
                _ => {
                    let mut known = self.triages_of(unit);
                    known.extend(["level", "due", "overdue"].map(str::to_owned));
                    let error = Diagnostic::error(
                        codes::UNKNOWN_NAME,
                        name.span,
                        format!("there is no triage `{}`", name.text),
                    );
                    self.report(error.help(suggest::help(&name.text, "there are", known.iter().map(String::as_str))));
                    return None;
                }
            }
        }
        None
    }

    fn triages_of(&self, unit: usize) -> Vec<String> {
        let mut names: Vec<String> = self
            .units
            .get(unit)
            .into_iter()
            .flat_map(|unit| &unit.names)
            .filter(|(_, declared)| matches!(declared.symbol, Symbol::Triage(_)))
            .map(|(name, _)| name.clone())
            .collect();
        names.sort_unstable();
        names
    }

    /// `category.scn`, `change.category.bod.kind`: the names behind `category`.
    pub(super) fn category_by_name(&mut self, names: &[&Name], of_change: bool, env: &Env, span: Span) -> Thing {
        let mut unit = env.unit;
        for (n, name) in names.iter().enumerate() {
            let found = self.units.get(unit).and_then(|u| u.names.get(&name.text)).map(|d| d.symbol.clone());
            match found {
                Some(Symbol::Categorise(block)) if n + 1 == names.len() => {
                    return Thing::Node(self.category(Some(block), of_change, env, span));
                }
                Some(Symbol::Import(inner)) if n + 1 < names.len() => {
                    self.reading(Item::Import(inner), name.span);
                    unit = inner;
                }
                _ => {
                    let known: Vec<String> = self
                        .units
                        .get(unit)
                        .into_iter()
                        .flat_map(|u| &u.names)
                        .filter(|(_, declared)| matches!(declared.symbol, Symbol::Categorise(_)))
                        .map(|(name, _)| name.clone())
                        .collect();
                    let error = Diagnostic::error(
                        codes::UNKNOWN_NAME,
                        name.span,
                        format!("there is no categorisation `{}`", name.text),
                    );
                    self.report(error.help(suggest::help(&name.text, "there are", known.iter().map(String::as_str))));
                    return Thing::Failed;
                }
            }
        }
        Thing::Failed
    }

    /// The category by a block, or by the one that `category` means.
    pub(super) fn category(&mut self, block: Option<u16>, of_change: bool, env: &Env, span: Span) -> NodeId {
        let unit = self.units.get(env.unit);
        let chosen = block.or_else(|| unit.and_then(|unit| unit.category)).or_else(|| {
            match unit.map(|unit| unit.categorises.as_slice()) {
                Some([only]) => Some(*only),
                _ => None,
            }
        });
        let Some(block) = chosen else {
            let several = unit.is_some_and(|unit| unit.categorises.len() > 1);
            let error = Diagnostic::error(
                codes::UNKNOWN_NAME,
                span,
                if several {
                    "the policy has several categorisations: which one?"
                } else {
                    "the policy has no `categorise`"
                },
            );
            self.report(error.help(if several {
                "name one with `category NAME` in the `policy` statement, or write `category.NAME`"
            } else {
                "add a `categorise` statement"
            }));
            return self.failed(span);
        };
        let Some((each_asset, categories)) =
            self.program.categorises.get(usize::from(block)).map(|c| (c.each_asset, Arc::clone(&c.categories)))
        else {
            return self.failed(span);
        };
        self.reading(Item::Categorise(block), span);
        let asset = if each_asset && !of_change {
            self.need(Needs { asset: true, ..Needs::default() });
            match env.asset {
                Some(asset) => Some(asset),
                None => {
                    let place = env.place;
                    self.report(
                        Diagnostic::error(codes::SUBJECT, span, "each asset of the change has its own category")
                            .label(format!("{place} is not decided for each asset"))
                            .help("write `change.category`: the earliest arm that any of its assets has"),
                    );
                    return self.failed(span);
                }
            }
        } else {
            None
        };
        self.push(Op::Category(block, asset), Ty::plain(Type::Enum(categories)), span)
    }

    /// `.score`, `.v3`, `.attack_vector` of a CVSS value.
    pub(super) fn cvss_part(&mut self, node: NodeId, name: &Name, span: Span, env: &Env) -> Thing {
        let word = name.text.as_str();
        let or_none = self.ty(node).or_none;
        // `.v3` narrows the value and is a CVSS value itself, so it is kept as one: the next name reads a part of it.
        let (inner, version) = match self.node(node).map(|found| found.op.clone()) {
            Some(Op::Cvss(inner, Some(version), CvssPart::Score, _)) if self.base(node) == Type::Cvss => {
                (inner, Some(version))
            }
            _ => (node, None),
        };
        let context = Self::context(env.unit);
        if version.is_none() {
            let narrowed = match word {
                "v2" => Some("2."),
                "v3" => Some("3."),
                "v30" => Some("3.0"),
                "v31" => Some("3.1"),
                "v4" | "v40" => Some("4."),
                _ => None,
            };
            if let Some(narrowed) = narrowed {
                let op = Op::Cvss(inner, Some(Arc::from(narrowed)), CvssPart::Score, context);
                return Thing::Node(self.push(op, Ty { base: Type::Cvss, or_none, range: None }, span));
            }
        }
        let (part, base) = match word {
            "score" => (CvssPart::Score, Type::Number),
            "base" => (CvssPart::Base, Type::Number),
            "version" => (CvssPart::Version, Type::String),
            "severity" => (CvssPart::Severity, Type::Enum(severity())),
            _ => match crate::cvss::metric_def(word) {
                Some(def) => {
                    let values = def.values.iter().map(|value| (*value).to_owned()).collect();
                    let name = format!("cvss.{}", def.name);
                    let def_ty = EnumDef { name, values, ordered: false, descending: false };
                    (CvssPart::Metric(Arc::from(def.name)), Type::Enum(Arc::new(def_ty)))
                }
                None => {
                    let known = crate::cvss::METRICS.iter().map(|def| def.name);
                    let help = suggest::nearest(word, known.chain(["score", "base", "version", "severity", "v2", "v3", "v4"]))
                        .map_or_else(
                            || "it has `score`, `base`, `severity`, `version`, `v2`, `v3`, `v4` and the metrics, such as `attack_vector`".to_owned(),
                            |near| format!("did you mean `{near}`?"),
                        );
                    self.report(
                        Diagnostic::error(codes::UNKNOWN_FIELD, name.span, format!("a CVSS value has no `{word}`"))
                            .help(help),
                    );
                    return Thing::Failed;
                }
            },
        };
        let op = Op::Cvss(inner, version, part, context);
        let range = if base == Type::Number { SCORES } else { None };
        Thing::Node(self.push(op, Ty { base, or_none, range }, span))
    }
}

/// The qualitative severities, as FIRST's specifications list them.
fn severity() -> Arc<EnumDef> {
    Arc::new(EnumDef {
        name: "cvss.severity".to_owned(),
        values: ["none", "low", "medium", "high", "critical"].map(str::to_owned).to_vec(),
        ordered: true,
        descending: false,
    })
}
