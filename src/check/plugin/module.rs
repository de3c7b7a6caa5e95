//! The module behind a `plugin` statement.

use crate::syntax::tree::{Body, Plugin, Statement};

/// A module as a `plugin` statement names it.
#[derive(Clone, Debug)]
pub(in crate::check) struct Named {
    /// The file of the statement.
    pub(in crate::check) from: String,
    /// The path, relative to it.
    pub(in crate::check) path: String,
    /// The digest that it has to have.
    pub(in crate::check) digest: Option<String>,
}

/// The module of a `plugin` statement; none for other statements, and where the statement does not name one.
pub(in crate::check) fn named(statement: &Statement, from: &str) -> Option<Named> {
    let Body::Plugin(tree) = &statement.body else { return None };
    let path = tree.module.first()?.plain()?;
    let digest = pinned(tree);
    (tree.digest.is_empty() || digest.is_some()).then(|| Named { from: from.to_owned(), path, digest })
}

/// The digest that a statement names, if it is one.
fn pinned(tree: &Plugin) -> Option<String> {
    tree.digest.first()?.plain().filter(|text| is_digest(text))
}

/// Whether a text has the form of a digest.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}
