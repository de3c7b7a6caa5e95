//! Calls of checks: `licence.allowed(asset.tags, change.start)`.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, Path};
use crate::syntax::source::Span;

use super::super::checker::{Checker, Item, Symbol};
use super::super::codes;
use super::super::env::Env;
use super::super::program::{NodeId, Op, PluginCheck};
use super::super::suggest;
use super::Asked;

impl Checker {
    /// A call of a plugin's check.
    pub(in crate::check) fn plugin_call(
        &mut self,
        path: &Path,
        arguments: &[Expr],
        env: &Env,
        span: Span,
    ) -> Option<NodeId> {
        let (last, before) = path.parts.split_last()?;
        let named = Path {
            parts: before.to_vec(),
            span: before.first().zip(before.last()).map_or(span, |(first, last)| first.span.to(last.span)),
        };
        let fits = |symbol: &Symbol| matches!(symbol, Symbol::Plugin(_));
        let (Symbol::Plugin(index), _) = self.statement_named(&named, env.unit, ("plugin", false), &fits)? else {
            return None;
        };
        self.ensure_plugin(index);
        self.reading(Item::Plugin(index), span);
        let plugin = self.program.plugins.get(usize::from(index))?;
        let known: Vec<String> = plugin.checks.iter().map(|check| check.signature.name.clone()).collect();
        let Some(at) = known.iter().position(|name| *name == last.text) else {
            // One whose declaration has a mistake is not told twice.
            let has_mistake = self.plugins.get(usize::from(index)).is_some_and(|(_, statement, _)| {
                matches!(&statement.body, crate::syntax::tree::Body::Plugin(tree)
                    if tree.checks.iter().any(|check| check.name.text == last.text))
            });
            if !has_mistake {
                let message = format!("the plugin `{}` declares no check `{}`", named.text(), last.text);
                let help = suggest::help(&last.text, "it declares", known.iter().map(String::as_str));
                self.report(Diagnostic::error(codes::PLUGIN_CALL, last.span, message).help(help));
            }
            return None;
        };
        let check = plugin.checks.get(at)?.clone();
        if check.signature.inputs.len() != arguments.len() {
            self.other_inputs(&check, path, span, "the number of inputs differs");
            return None;
        }
        let mut inputs = Vec::new();
        for (n, argument) in arguments.iter().enumerate() {
            let wanted = check.signature.inputs.get(n)?;
            let ty = check.inputs.get(n).and_then(Option::as_ref);
            let (input, kind, _) = self.plugin_input(argument, env, Some(wanted), ty)?;
            if kind != *wanted {
                let label = format!("this is `{kind}`, and the check takes `{wanted}`");
                self.other_inputs(&check, path, argument.span, &label);
                return None;
            }
            inputs.push(input);
        }
        let asked = Asked { plugin: index, check: u16::try_from(at).ok()? };
        Some(self.push(Op::Plugin(asked, inputs), check.answer, span))
    }

    fn other_inputs(&mut self, check: &PluginCheck, path: &Path, span: Span, label: &str) {
        let message = format!("`{}` is asked with other inputs than it takes", path.text());
        self.report(
            Diagnostic::error(codes::PLUGIN_CALL, span, message)
                .label(label)
                .also(check.span, "declared here")
                .help(format!("it is `{}`", check.signature)),
        );
    }

    /// Reports a plugin that stands where a value has to.
    pub(in crate::check) fn plugin_is_no_value(&mut self, word: &str, index: u16, span: Span) {
        self.ensure_plugin(index);
        let plugin = self.program.plugins.get(usize::from(index));
        let check = plugin.and_then(|plugin| plugin.checks.first()).map(|check| check.signature.name.clone());
        let message = format!("`{word}` is a plugin and no value");
        self.report(
            Diagnostic::error(codes::WRONG_TYPE, span, message)
                .help(format!("ask one of its checks: `{word}.{}(…)`", check.as_deref().unwrap_or("check"))),
        );
    }
}
