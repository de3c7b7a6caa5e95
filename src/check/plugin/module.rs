//! The module behind a `plugin` statement: fetched while the policy is loaded, and held against what the statement says.

use std::sync::Arc;

use crate::syntax::tree::{Body, Plugin, Statement};

use super::super::load::Loader;
use super::{Described, Refused};

/// What the module of a `plugin` statement says of itself; none for other statements, and where the statement does not name one.
pub(in crate::check) fn described(
    statement: &Statement,
    from: &str,
    is_pack: bool,
    loader: &mut dyn Loader,
) -> Option<Result<Arc<Described>, Refused>> {
    let Body::Plugin(tree) = &statement.body else { return None };
    let path = tree.module.first()?.plain()?;
    let digest = pinned(tree);
    if tree.digest.is_empty() || digest.is_some() {
        if is_pack {
            return Some(Err(Refused::Unusable("a pack has no modules: it is text".to_owned())));
        }
        return Some(loader.plugin(from, &path, digest.as_deref()));
    }
    None
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
