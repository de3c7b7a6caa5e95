//! `plugin`: the statement, held against what its module says.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Plugin as Tree, PluginCheck as CheckTree, PluginLimit, Statement, TypeKind};

use super::super::checker::{Checker, Item, Progress};
use super::super::codes;
use super::super::env::{Env, Needs};
use super::super::program::{Plugin, PluginCheck};
use super::super::suggest;
use super::super::types::{Ty, Type};
use super::input::kind_of;
use super::module::is_digest;
use super::{Described, Kind, Limits, Refused, Signature};

/// How plugins are called in messages.
const PLACE: &str = "a `plugin`";

impl Checker {
    pub(in crate::check) fn declare_plugin(&mut self, unit: usize, statement: &Arc<Statement>, name: &Name) -> u16 {
        let prefix = self.units.get(unit).map(|unit| unit.prefix.clone()).unwrap_or_default();
        self.program.plugins.push(Plugin {
            name: format!("{prefix}{}", name.text),
            title: statement.title.as_ref().and_then(crate::syntax::expr::StrLit::plain),
            span: statement.span,
            module: String::new(),
            version: String::new(),
            digest: String::new(),
            limits: Limits::DEFAULT,
            checks: Vec::new(),
        });
        self.plugins.push((unit, Arc::clone(statement), Progress::Untouched));
        self.place_of_last(self.program.plugins.len(), name.span, "plugins")
    }

    /// Checks a plugin, unless that is done: expressions that are checked before it need its types.
    pub(in crate::check) fn ensure_plugin(&mut self, index: u16) {
        let Some((unit, statement, progress)) = self.plugins.get_mut(usize::from(index)) else { return };
        let (unit, statement) = (*unit, Arc::clone(statement));
        match std::mem::replace(progress, Progress::Running) {
            Progress::Untouched => {}
            Progress::Running => {
                let name = statement.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
                let error = format!("the inputs of `{name}` ask `{name}` itself");
                self.error(codes::CYCLE, statement.span, error, "name facts as inputs");
                return;
            }
            Progress::Done => {
                *progress = Progress::Done;
                return;
            }
        }
        let Body::Plugin(tree) = &statement.body else { return };
        // What the inputs read is not read by whoever asks first.
        self.readers.push(Item::Plugin(index));
        self.needs.push(Needs::default());
        self.plugin(unit, &statement, index, tree);
        self.needs.pop();
        self.readers.pop();
        if let Some((_, _, progress)) = self.plugins.get_mut(usize::from(index)) {
            *progress = Progress::Done;
        }
    }

    fn plugin(&mut self, unit: usize, statement: &Statement, index: u16, tree: &Tree) {
        if let Some(title) = &statement.title {
            self.plain_text(title, "a title");
        }
        self.common_not_here(&statement.common, PLACE, &["ref", "owner"]);
        self.each_once(&statement.common);
        self.once(&tree.module, |text| text.span, "module");
        self.once(&tree.digest, |text| text.span, "digest");
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        let module = self.module(tree, name);
        let described = self.module_described(statement, tree);
        let limits = self.limits(&tree.limits);
        if tree.checks.is_empty() {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "this plugin has no check that could be asked")
                    .help("name one with its inputs and answer: `check allowed(asset.tags, change.start) -> bool`"),
            );
        }
        let mut checks: Vec<PluginCheck> = Vec::new();
        for check in &tree.checks {
            if let Some(first) = checks.iter().find(|known| known.signature.name == check.name.text) {
                self.report(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        check.name.span,
                        format!("the check `{}` is declared twice", check.name.text),
                    )
                    .also(first.span, "first declared here")
                    .help("leave one of them out"),
                );
                continue;
            }
            checks.extend(self.plugin_check(unit, check, described.as_deref()));
        }
        if let Some(plugin) = self.program.plugins.get_mut(usize::from(index)) {
            plugin.module = module.unwrap_or_default();
            plugin.version = described.as_ref().map(|found| found.version.clone()).unwrap_or_default();
            plugin.digest = described.as_ref().map(|found| found.digest.clone()).unwrap_or_default();
            plugin.limits = limits;
            plugin.checks = checks;
        }
    }

    fn module(&mut self, tree: &Tree, name: Span) -> Option<String> {
        let Some(text) = tree.module.first() else {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "this plugin does not say which module it is")
                    .help("name the component's file: `module \"wasm-plugins/licence.wasm\"`"),
            );
            return None;
        };
        self.plain_text(text, "module")
    }

    fn module_described(&mut self, statement: &Statement, tree: &Tree) -> Option<Arc<Described>> {
        if let Some(digest) = tree.digest.first()
            && let Some(text) = self.plain_text(digest, "digest")
            && !is_digest(&text)
        {
            self.report(Diagnostic::error(codes::PLUGIN_DIGEST, digest.span, format!("`{text}` is no digest")).help(
                "write `sha256:` and 64 lower-case hexadecimal digits; `changegate plugin digest FILE` prints them",
            ));
            return None;
        }
        let module = tree.module.first()?;
        match self.modules.get(&statement.span).cloned()? {
            Ok(described) => Some(described),
            Err(refused) => {
                self.module_refused(&refused, module.span, tree.digest.first().map(|text| text.span));
                None
            }
        }
    }

    fn module_refused(&mut self, refused: &Refused, module: Span, digest: Option<Span>) {
        let shown = self.shown(module);
        let shown = shown.trim_matches('"');
        let error = match refused {
            Refused::Unusable(why) => {
                Diagnostic::error(codes::BAD_PLUGIN, module, format!("the module `{shown}` cannot be used"))
                    .label(why.clone())
                    .help("`changegate plugin inspect FILE` says what a module has; the path is relative to this file")
            }
            Refused::OtherDigest(found) => Diagnostic::error(
                codes::PLUGIN_DIGEST,
                digest.unwrap_or(module),
                format!("`{shown}` is another module than this policy was written for"),
            )
            .label(format!("the module that is there has the digest {found}"))
            .help("see what changed in the module and test the policy with it; then write the new digest here"),
            Refused::Unpinned(found) => Diagnostic::error(
                codes::PLUGIN_DIGEST,
                module,
                format!("the policy does not say which `{shown}` it means"),
            )
            .label("anybody who can replace this file could change decisions")
            .help(format!(
                "add `digest \"{found}\"`; while a module is being written, `--allow-unpinned` goes without"
            )),
        };
        self.report(error);
    }

    fn plugin_check(&mut self, unit: usize, tree: &CheckTree, described: Option<&Described>) -> Option<PluginCheck> {
        let env = Env::all(unit, PLACE);
        let found = described.map(|module| module.checks.iter().find(|check| check.signature.name == tree.name.text));
        let wanted = found.flatten().map(|check| check.signature.inputs.as_slice()).unwrap_or_default();
        let mut signature = Signature { name: tree.name.text.clone(), inputs: Vec::new(), answer: Kind::Bool };
        let mut inputs = Vec::new();
        let mut broken = false;
        for (at, expr) in tree.inputs.iter().enumerate() {
            match self.plugin_input(expr, &env, wanted.get(at), None) {
                Some((_, kind, ty)) => {
                    signature.inputs.push(kind);
                    inputs.push(ty);
                }
                None => broken = true,
            }
        }
        let answer = self.answer(tree);
        let (answer, false) = (answer?, broken) else { return None };
        signature.answer = kind_of_answer(&answer)?;
        if let (Some(found), Some(module)) = (found, described) {
            match found {
                None => self.no_such_check(tree, module),
                Some(found) if found.signature != signature => self.otherwise(tree, &signature, found, module),
                Some(_) => {}
            }
        }
        Some(PluginCheck { signature, inputs, answer, span: tree.span })
    }

    /// The type of a check's answer: a single value, or a set of them.
    fn answer(&mut self, tree: &CheckTree) -> Option<Ty> {
        let outer = &tree.answer;
        let ty = match &outer.kind {
            TypeKind::Set(element) if !(outer.or_none || outer.required || outer.absent_empty || outer.absent_none) => {
                element
            }
            _ => outer,
        };
        let is_set = !std::ptr::eq(ty, outer);
        let what = match &ty.kind {
            TypeKind::Set(_) | TypeKind::List(_) | TypeKind::Record(_) => {
                Some("ask once for each element: `any t in asset.tags where p.check(t)`")
            }
            _ if is_set && ty.or_none => Some("a set holds single values, and leaves out what is `none`"),
            _ if ty.required || ty.absent_empty || ty.absent_none => {
                Some("an answer that there is not is unknown; one that may be `none` is written `or none`")
            }
            _ => None,
        };
        if let Some(help) = what {
            self.error(codes::BAD_TYPE, ty.span, "a check answers a single value or a set of them", help);
            return None;
        }
        let (base, range) = self.declared_type(ty, &format!("the answers of {}", tree.name.text))?;
        let answer = Ty { base, or_none: ty.or_none, range };
        if kind_of(&answer).is_none() {
            let help = "it may be a bool, a number, a percent, a text, a date, a time, a duration or one of some words";
            self.error(codes::BAD_TYPE, ty.span, format!("no check answers a {}", answer.base), help);
            return None;
        }
        Some(if is_set { Ty { base: Type::Set(Box::new(answer.base)), ..answer } } else { answer })
    }

    fn no_such_check(&mut self, tree: &CheckTree, module: &Described) {
        let name = &tree.name.text;
        let message = format!("the module `{}` {} has no check `{name}`", module.name, module.version);
        let known = module.checks.iter().map(|check| check.signature.name.as_str());
        let error = Diagnostic::error(codes::PLUGIN_SIGNATURE, tree.name.span, message);
        self.report(error.help(suggest::help(name, "it has", known)));
    }

    fn otherwise(&mut self, tree: &CheckTree, here: &Signature, there: &super::DescribedCheck, module: &Described) {
        self.report(
            Diagnostic::error(
                codes::PLUGIN_SIGNATURE,
                tree.span,
                format!("the module `{}` {} has another `{}`", module.name, module.version, here.name),
            )
            .label(format!("here: `{here}`"))
            .help(format!("in the module: `{}`, exported as `{}`", there.signature, there.exported)),
        );
    }

    fn limits(&mut self, clauses: &[Vec<PluginLimit>]) -> Limits {
        self.once(clauses, |all| all.first().map(|limit| limit.name.span).unwrap_or_default(), "limits");
        let mut limits = Limits::DEFAULT;
        for limit in clauses.first().into_iter().flatten() {
            let (least, most) = match limit.name.text.as_str() {
                "fuel" => (Limits::LEAST.fuel, Limits::MOST.fuel),
                "memory" => (Limits::LEAST.memory, Limits::MOST.memory),
                other => {
                    let message = format!("a plugin has no limit of `{other}`");
                    let help = match other {
                        "time" | "timeout" | "deadline" => {
                            "what a check may use up is the same on every machine, and time is not: limit `fuel`"
                                .to_owned()
                        }
                        other => suggest::help(other, "the limits are", ["fuel", "memory"]),
                    };
                    self.report(Diagnostic::error(codes::PLUGIN_LIMIT, limit.name.span, message).help(help));
                    continue;
                }
            };
            let (amount, is_size) = amount(&limit.amount.text);
            let memory = limit.name.text == "memory";
            match amount.filter(|amount| (least..=most).contains(amount) && is_size == memory) {
                Some(amount) if memory => limits.memory = amount,
                Some(amount) => limits.fuel = amount,
                None => {
                    let message = format!("`{}` is no limit of `{}`", limit.amount.text, limit.name.text);
                    let help = if memory {
                        "write a size from `64KiB` to `256MiB`"
                    } else {
                        "write a whole number from 1_000 to 10_000_000_000, such as `fuel 10_000_000`"
                    };
                    self.report(Diagnostic::error(codes::PLUGIN_LIMIT, limit.amount.span, message).help(help));
                }
            }
        }
        limits
    }
}

/// The type of an answer as a check has it.
fn kind_of_answer(answer: &Ty) -> Option<Kind> {
    match &answer.base {
        Type::Set(base) => Some(Kind::Set(Box::new(kind_of(&Ty::plain((**base).clone()))?))),
        _ => kind_of(answer),
    }
}

/// An amount as written, and whether it is a size.
fn amount(text: &str) -> (Option<u64>, bool) {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    for (unit, bytes) in [("KiB", 1_u64 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)] {
        if let Some(count) = digits.strip_suffix(unit) {
            return (count.parse::<u64>().ok().and_then(|count| count.checked_mul(bytes)), true);
        }
    }
    (digits.parse().ok(), false)
}
