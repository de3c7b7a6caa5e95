//! Expressions from outside a policy: what `changegate eval` asks, the `where` of a change's assets, a test's conditions.

use std::sync::Arc;

use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::syntax::expr::Expr;
use crate::syntax::source::Sources;

use super::checker::{Checker, Item};
use super::env::Env;
use super::program::{NodeId, Program, VarId};
use super::run::tidy;

/// How messages call the `where` of a change's assets.
pub(super) const SELECTION: &str = "a selection of assets";

/// What an expression from outside sees, and what it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Every subject and every name of the policy; a value of any type.
    Everything,
    /// `asset` and what the policy declares over it; a condition. This is what selects the assets of a change.
    Selection,
}

/// An expression from outside, with the program that it has become part of.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The policy's program and the expression's nodes.
    pub program: Arc<Program>,
    /// The expression.
    pub node: NodeId,
}

/// Why an expression from outside cannot be used.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The messages.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they point into.
    pub sources: Sources,
}

impl Refused {
    /// The first message, in one line.
    #[must_use]
    pub fn first_message(&self) -> String {
        let first = self.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        match first.or(self.diagnostics.first()) {
            Some(first) => match &first.help {
                Some(help) => format!("{} ({help})", first.message),
                None => first.message.clone(),
            },
            None => "it cannot be read".to_owned(),
        }
    }
}

/// Compiles an expression in the sight of a policy.
///
/// # Errors
/// What is wrong with it.
pub fn expression(program: &Program, text: &str, sight: Sight) -> Result<Compiled, Refused> {
    let mut checker = Checker::resume(program);
    let file = Arc::make_mut(&mut checker.program.sources).add("expression", text);
    match crate::syntax::parse_expression(file, text) {
        Ok(expr) => compile(checker, &expr, sight),
        Err(diagnostics) => Err(Refused { diagnostics, sources: Sources::clone(&checker.program.sources) }),
    }
}

/// Compiles a condition that was parsed with the policy, such as a test's, with every subject in sight.
///
/// # Errors
/// What is wrong with it.
pub fn condition(program: &Program, expr: &Expr) -> Result<Compiled, Refused> {
    let mut checker = Checker::resume(program);
    let env = Env::all(0, "a `test`");
    checker.readers.push(Item::Test);
    let node = checker.condition(expr, &env);
    finish(checker, node)
}

fn compile(mut checker: Checker, expr: &Expr, sight: Sight) -> Result<Compiled, Refused> {
    checker.readers.push(Item::Test);
    let node = match sight {
        Sight::Everything => {
            let env = Env::all(0, "this expression");
            checker.lower(expr, &env, None)
        }
        Sight::Selection => {
            let env = Env { asset: Some(VarId::ASSET), ..Env::bare(0, SELECTION) };
            checker.condition(expr, &env)
        }
    };
    finish(checker, node)
}

fn finish(mut checker: Checker, node: NodeId) -> Result<Compiled, Refused> {
    let mut diagnostics = std::mem::take(&mut checker.diagnostics);
    tidy(&mut diagnostics);
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if failed || checker.is_error(node) {
        return Err(Refused { diagnostics, sources: Sources::clone(&checker.program.sources) });
    }
    Ok(Compiled { program: Arc::new(checker.finish()), node })
}
