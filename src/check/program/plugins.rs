//! Plugins in a checked program.

use crate::check::plugin::{Limits, Signature};
use crate::check::types::Ty;
use crate::syntax::source::Span;

use super::{ListRef, NodeId, VarId};

/// `plugin`: a module, and which of its checks the policy asks.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The name; a pack's with its alias.
    pub name: String,
    /// The title.
    pub title: Option<String>,
    /// The place of the statement.
    pub span: Span,
    /// The module, as the policy names it.
    pub module: String,
    /// The version that the module says it is.
    pub version: String,
    /// The digest of the module's bytes: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// What one call may use up.
    pub limits: Limits,
    /// The checks, in the order of the statement.
    pub checks: Vec<PluginCheck>,
}

/// `check allowed(asset.tags, change.start) -> bool`
#[derive(Clone, Debug)]
pub struct PluginCheck {
    /// Its name, inputs and answer.
    pub signature: Signature,
    /// The inputs' types as the checker has them; none for lists and records.
    pub inputs: Vec<Option<Ty>>,
    /// The answer's type.
    pub answer: Ty,
    /// The place of the clause.
    pub span: Span,
}

/// What a check is asked with in one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PluginInput {
    /// One value.
    Value(NodeId),
    /// A record: its fields, in the order of the signature.
    Record(Vec<PluginInput>),
    /// A list or set: of each element, which the variable stands for, these.
    List(ListRef, VarId, Vec<PluginInput>),
}

impl PluginInput {
    /// The expressions that it reads.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        let of = |parts: &[Self]| parts.iter().flat_map(Self::nodes).collect::<Vec<NodeId>>();
        match self {
            Self::Value(node) => vec![*node],
            Self::Record(fields) => of(fields),
            Self::List(list, _, parts) => {
                let mut nodes = match list {
                    ListRef::Literal(items) => items.clone(),
                    ListRef::Answer(set) => vec![*set],
                    _ => Vec::new(),
                };
                nodes.extend(of(parts));
                nodes
            }
        }
    }

    /// The lists that it looks through.
    #[must_use]
    pub fn lists(&self) -> Vec<&ListRef> {
        match self {
            Self::Value(_) => Vec::new(),
            Self::Record(fields) => fields.iter().flat_map(Self::lists).collect(),
            Self::List(list, _, parts) => std::iter::once(list).chain(parts.iter().flat_map(Self::lists)).collect(),
        }
    }
}
