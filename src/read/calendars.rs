//! The calendar files that facts name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::check::program::{NodeId, Program, Times, VarId};
use crate::eval::column::Rows;
use crate::eval::env::Env;
use crate::eval::frame::{Binding, Frame, poss};
use crate::eval::value::Raw;
use crate::facts::Facts;
use crate::time::Instant;

/// Records whose facts are read at once.
const CHUNK: usize = 4096;

/// The names that the policy's blackouts and windows find in facts, each once.
pub(super) fn named(program: &Program, facts: &Facts, now: Instant) -> BTreeSet<Arc<str>> {
    let periods = program.blackouts.iter().chain(&program.windows);
    let nodes: BTreeSet<NodeId> = periods
        .flat_map(|period| &period.times)
        .filter_map(|when| match when.times {
            Times::File(node) => Some(node),
            Times::Known(_) | Times::Rule(..) | Times::While(_) => None,
        })
        .collect();
    if nodes.is_empty() {
        return BTreeSet::new();
    }
    let env = Env::new(program, facts, now);
    let root = Frame::root(&env);
    let mut names = BTreeSet::new();
    for node in nodes {
        let Some(def) = env.node(node) else { continue };
        let (var, count) = match def.vars.contains(&VarId::CHANGE) {
            true => (VarId::CHANGE, facts.change_count()),
            false => (VarId::ASSET, facts.recorded),
        };
        let rows: Vec<u32> = (0..count).filter_map(|row| u32::try_from(row).ok()).collect();
        for chunk in rows.chunks(CHUNK) {
            let bound = vec![(var, Binding::Rows(Arc::new(chunk.to_vec())))];
            let frame = root.inner(chunk.len(), Rows::First, bound);
            let values = frame.eval(node);
            let texts = (0..chunk.len()).filter_map(|row| poss(&values, row).one().and_then(Raw::int));
            names.extend(texts.map(|symbol| Arc::from(env.text(symbol))));
        }
    }
    names
}

/// The digest of facts with one more file.
pub(super) fn with_file(digest: &str, name: &str, text: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [digest.as_bytes(), name.as_bytes(), text] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut printed = "sha256:".to_owned();
    for byte in hash.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(printed, "{byte:02x}");
    }
    printed
}
