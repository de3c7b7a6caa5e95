//! The clauses of `plugin`.

use super::super::expr::Name;
use super::super::grammar::Rule;
use super::super::tree::{Plugin, PluginCheck, PluginLimit};
use super::{Builder, Pair};

impl Builder<'_> {
    /// One clause of `plugin`.
    pub(super) fn plugin_clause(&mut self, plugin: &mut Plugin, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::module_clause => plugin.module.push(self.text(&pair)),
            Rule::digest_clause => plugin.digest.push(self.text(&pair)),
            Rule::check_clause => plugin.checks.extend(self.plugin_check(pair)),
            Rule::limits_clause => {
                let limits = pair.into_inner().filter(|p| p.as_rule() == Rule::limit);
                let limits = limits.filter_map(|limit| {
                    let amount = limit.clone().into_inner().find(|p| p.as_rule() != Rule::name)?;
                    let amount = Name { text: amount.as_str().trim().to_owned(), span: self.tight(&amount) };
                    Some(PluginLimit { name: self.name_in(&limit), amount })
                });
                plugin.limits.push(limits.collect());
            }
            _ => {}
        }
    }

    fn plugin_check(&mut self, pair: Pair<'_>) -> Option<PluginCheck> {
        let span = self.tight(&pair);
        let (mut name, mut inputs, mut answer) = (None, Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name if name.is_none() => name = Some(self.name(&inner)),
                Rule::expr => inputs.push(self.expr(inner)),
                Rule::type_expr => answer = Some(self.type_expr(inner)),
                _ => {}
            }
        }
        Some(PluginCheck { span, name: name?, inputs, answer: answer? })
    }
}
