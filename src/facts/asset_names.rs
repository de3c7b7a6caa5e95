//! The assets, or changes, that there are, by what others call them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The identifiers of assets, found by identifier or host name.
#[derive(Clone, Debug, Default)]
pub struct AssetNames {
    ids: HashSet<Arc<str>>,
    /// Identifiers in small letters; nothing where two differ in no more than that.
    folded: HashMap<String, Option<Arc<str>>>,
    /// Host names in small letters; nothing where two assets have one.
    hosts: HashMap<String, Option<Arc<str>>>,
}

impl AssetNames {
    /// Identifiers, each with the host name of its asset.
    pub(super) fn new<'t>(assets: impl IntoIterator<Item = (&'t str, Option<&'t str>)>) -> Self {
        fn enter(names: &mut HashMap<String, Option<Arc<str>>>, name: &str, id: &Arc<str>) {
            let known = names.entry(name.to_lowercase()).or_insert_with(|| Some(Arc::clone(id)));
            if known.as_ref() != Some(id) {
                *known = None;
            }
        }
        let mut names = Self::default();
        for (id, host) in assets {
            let id = Arc::from(id);
            if let Some(host) = host {
                enter(&mut names.hosts, host, &id);
            }
            enter(&mut names.folded, &id, &id);
            names.ids.insert(id);
        }
        names
    }

    /// The identifier of the asset that is called so: by its identifier, which in another case is that of one asset only, or else by its host name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        if let Some(id) = self.ids.get(name) {
            return Some(id);
        }
        let name = name.to_lowercase();
        self.folded.get(&name).or_else(|| self.hosts.get(&name))?.as_deref()
    }

    /// Whether it is the name of an asset, be it that of several.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.folded.contains_key(&name) || self.hosts.contains_key(&name)
    }

    /// Every identifier, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(AsRef::as_ref)
    }
}
