//! A store as a shelf to look things up in: each identifier is read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{ReadAt, Record, Store, StoreError};
use crate::sources::Advisory;
use crate::sources::enrich::{Said, Shelf};

/// What a store says under an identifier.
type Found = Arc<Vec<(u64, Said)>>;

/// A store, and what was read of it.
pub struct Shelved<R> {
    store: Store<R>,
    known: Mutex<HashMap<String, Found>>,
    trouble: Mutex<Option<StoreError>>,
}

impl<R: ReadAt> Shelved<R> {
    /// Nothing of it was read yet.
    pub fn new(store: Store<R>) -> Self {
        Self { store, known: Mutex::default(), trouble: Mutex::default() }
    }

    /// The store itself.
    pub fn store(&self) -> &Store<R> {
        &self.store
    }

    /// The first thing that could not be read, told once.
    pub fn trouble(&self) -> Option<StoreError> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes that something could not be read.
    fn note(&self, error: StoreError) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// The advisories under the key of a package or product, each with its place; none where they cannot be read, which is noted.
    pub fn affecting(&self, key: &str) -> Vec<(u64, Advisory)> {
        let found = self.store.find(key).unwrap_or_else(|error| {
            self.note(error);
            Vec::new()
        });
        let advisory = |(at, record)| match record {
            Record::Advisory(advisory) if advisory.affected.is_some() => Some((at, advisory)),
            _ => None,
        };
        found.into_iter().filter_map(advisory).collect()
    }

    fn read(&self, id: &str) -> Result<Found, StoreError> {
        let mut found = Vec::new();
        for (at, record) in self.store.find(id)? {
            match record {
                Record::Advisory(advisory) if advisory.id == id || advisory.aliases.iter().any(|alias| alias == id) => {
                    found.push((at, Said::Advisory(Arc::new(advisory))));
                }
                Record::Assertion(assertion) if assertion.ids.iter().any(|known| known == id) => {
                    found.push((at, Said::Assertion(Arc::new(assertion))));
                }
                // Others may share the hash of the key.
                _ => {}
            }
        }
        Ok(Arc::new(found))
    }
}

impl<R: ReadAt> Shelf for Shelved<R> {
    /// What cannot be read is not there, and noted.
    fn find(&self, id: &str) -> Vec<(u64, Said)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(found) = known {
            return found.to_vec();
        }
        match self.read(id) {
            Ok(found) => {
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.insert(id.to_owned(), Arc::clone(&found));
                found.to_vec()
            }
            Err(error) => {
                self.note(error);
                Vec::new()
            }
        }
    }
}
