//! What others know of records before they become columns: a hook for feeds of advisories.

use std::fmt;
use std::sync::Arc;

use super::json::Json;
use super::problem::ProblemKind;

/// Knows more of assets than their records say.
pub trait Amend: fmt::Debug + Send + Sync {
    /// Adds to the record of an asset what is known of it; what is to be told of that.
    ///
    /// Nothing that is added may hang on the order of keys or elements: the record is not yet in canonical form.
    fn asset(&self, record: &mut Json<'_>) -> Vec<Caveat>;
}

/// Something by name that is to be told of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    /// Its name: those of one name are counted together.
    pub name: &'static str,
    /// A warning or a note.
    pub kind: ProblemKind,
    /// The field that it is about, as `asset.findings`.
    pub field: Arc<str>,
    /// What it means, in the same words for every record.
    pub message: &'static str,
    /// What there is to say about this record.
    pub found: String,
}
