//! Texts and CVSS facts, each once, by number: a pool for each chunk, and one for the whole.

use std::collections::HashMap;
use std::sync::Arc;

use super::table::{CvssFact, Hasher, Strings};

/// What columns hold by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    pub strings: Strings,
    pub cvss: Vec<CvssFact>,
    cvss_numbers: HashMap<CvssFact, i64, Hasher>,
}

/// By the number in a chunk, the number in the whole.
#[derive(Debug)]
pub(super) struct Numbers {
    pub texts: Vec<i64>,
    pub cvss: Vec<i64>,
}

impl Pool {
    /// An empty one, whose texts are numbered after those of another.
    pub(super) fn over(strings: Arc<Strings>) -> Self {
        Self { strings: Strings::over(strings), ..Self::default() }
    }

    /// The number of a CVSS fact, which is added if it is new.
    pub(super) fn cvss(&mut self, fact: CvssFact) -> i64 {
        if let Some(number) = self.cvss_numbers.get(&fact) {
            return *number;
        }
        let number = i64::try_from(self.cvss.len()).unwrap_or(i64::MAX);
        self.cvss.push(fact.clone());
        self.cvss_numbers.insert(fact, number);
        number
    }

    /// Takes another pool in; returns what its numbers are here.
    pub(super) fn absorb(&mut self, other: Self) -> Numbers {
        Numbers {
            texts: other.strings.iter().map(|text| self.strings.intern(text)).collect(),
            cvss: other.cvss.into_iter().map(|fact| self.cvss(fact)).collect(),
        }
    }
}
