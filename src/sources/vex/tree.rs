//! The product tree of CSAF: what the identifiers inside a document stand for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::narrow::{Narrowing, agreed, narrowed, ranged};
use crate::sources::Harvest;
use crate::sources::feeds::document::{Place, list, object, text, texts};

/// How many relationships may stand on one another.
const MOST_STEPS: usize = 16;

/// What a product is called outside of its document, and what it is part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) products: Vec<String>,
    pub(super) within: Vec<String>,
}

/// A product: its names, and what its branches say beside them.
#[derive(Default, PartialEq)]
struct Product {
    names: Vec<String>,
    by: Vec<Narrowing>,
}

impl Product {
    /// What it is called where a statement can take a finding away, and else as the document has it, save for ranges of versions.
    fn names(&self, strictly: bool) -> Vec<String> {
        if strictly { narrowed(&agreed(self.names.clone()), &self.by) } else { ranged(&self.names, &self.by) }
    }
}

/// The products of a document by their identifiers in it.
#[derive(Default)]
pub(super) struct Tree {
    products: BTreeMap<String, Product>,
    relations: BTreeMap<String, (String, String)>,
    groups: BTreeMap<String, BTreeSet<String>>,
    /// Identifiers that stand for several products: nobody knows which of them is meant.
    several: BTreeSet<String>,
    several_groups: BTreeSet<String>,
}

impl Tree {
    /// Reads `product_tree`. Its branches are walked with a list of what is left, not by calls.
    pub(super) fn read(tree: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Tree {
        let mut read = Tree::default();
        for (index, product) in list(tree, "full_product_names", place, harvest).iter().enumerate() {
            read.product(product, Vec::new(), &place.key("full_product_names").index(index), harvest);
        }
        let mut left: Vec<(&Value, Vec<Narrowing>, Place)> = Vec::new();
        let branches = |record, by: &[Narrowing], place: &Place, left: &mut Vec<_>, harvest: &mut Harvest| {
            for (index, branch) in list(record, "branches", place, harvest).iter().enumerate() {
                left.push((branch, by.to_vec(), place.key("branches").index(index)));
            }
        };
        branches(tree, &[], place, &mut left, harvest);
        while let Some((branch, mut by, place)) = left.pop() {
            let Some(branch) = object(branch, &place, harvest) else { continue };
            if by.len() < MOST_STEPS {
                by.extend(narrowing(branch, &place, harvest));
            }
            branches(branch, &by, &place, &mut left, harvest);
            if let Some(product) = branch.get("product") {
                read.product(product, by, &place.key("product"), harvest);
            }
        }
        for (index, relation) in list(tree, "relationships", place, harvest).iter().enumerate() {
            let place = place.key("relationships").index(index);
            if let Some(relation) = object(relation, &place, harvest) {
                read.relation(relation, &place, harvest);
            }
        }
        for (index, group) in list(tree, "product_groups", place, harvest).iter().enumerate() {
            let place = place.key("product_groups").index(index);
            let Some(group) = object(group, &place, harvest) else { continue };
            if let Some(id) = text(group, "group_id", &place, harvest) {
                let ids = texts(group, "product_ids", &place, harvest);
                let ids = ids.into_iter().collect();
                if read.groups.get(id).is_some_and(|known| *known != ids) {
                    read.several_groups.insert(id.to_owned());
                }
                read.groups.insert(id.to_owned(), ids);
            }
        }
        read
    }

    fn product(&mut self, product: &Value, by: Vec<Narrowing>, place: &Place, harvest: &mut Harvest) {
        let Some(product) = object(product, place, harvest) else { return };
        let Some(id) = text(product, "product_id", place, harvest) else {
            place.refuse(harvest, "the product has no identifier", "`product_id`");
            return;
        };
        let mut names = Vec::new();
        if let Some(helper) = product.get("product_identification_helper").and_then(Value::as_object) {
            let place = place.key("product_identification_helper");
            names.extend(text(helper, "purl", &place, harvest).map(str::to_owned));
            names.extend(texts(helper, "purls", &place, harvest));
            names.extend(text(helper, "cpe", &place, harvest).map(str::to_owned));
        }
        if names.is_empty() {
            names.extend(text(product, "name", place, harvest).map(str::to_owned));
        }
        let product = Product { names, by };
        if self.relations.contains_key(id) || self.products.get(id).is_some_and(|known| *known != product) {
            self.several.insert(id.to_owned());
        }
        self.products.insert(id.to_owned(), product);
    }

    fn relation(&mut self, relation: &Map<String, Value>, place: &Place, harvest: &mut Harvest) {
        let whole = relation.get("full_product_name");
        let id = whole.and_then(|name| name.get("product_id")).and_then(Value::as_str);
        let part = text(relation, "product_reference", place, harvest);
        let of = text(relation, "relates_to_product_reference", place, harvest);
        let (Some(id), Some(part), Some(of)) = (id, part, of) else {
            place.refuse(harvest, "the relationship lacks one of its products", "three identifiers");
            return;
        };
        let relation = (part.to_owned(), of.to_owned());
        if self.products.contains_key(id) || self.relations.get(id).is_some_and(|known| *known != relation) {
            self.several.insert(id.to_owned());
        }
        self.relations.insert(id.to_owned(), relation);
    }

    /// What a product is called, strictly where a statement about it can take a finding away; `None` where the tree does not have it, or has
    /// several.
    pub(super) fn names(&self, id: &str, strictly: bool) -> Option<Names> {
        let mut names = Names::default();
        let mut id = id;
        for _ in 0..MOST_STEPS {
            if self.several.contains(id) {
                return None;
            }
            if let Some(product) = self.products.get(id) {
                names.products = product.names(strictly);
                return Some(names);
            }
            let (part, of) = self.relations.get(id)?;
            // Of nested relationships the innermost place is the narrowest.
            if names.within.is_empty() {
                names.within = self.outer(of, strictly)?;
            }
            id = part;
        }
        None
    }

    /// Why an identifier is that of no product.
    pub(super) fn lacks(&self, id: &str) -> String {
        match self.several.contains(id) {
            true => format!("several products are called `{id}`"),
            false => format!("there is no product `{id}` in the product tree"),
        }
    }

    /// The names of what contains a product: its own, or those of the part that a relationship is about.
    fn outer(&self, id: &str, strictly: bool) -> Option<Vec<String>> {
        let mut id = id;
        for _ in 0..MOST_STEPS {
            if self.several.contains(id) {
                return None;
            }
            if let Some(product) = self.products.get(id) {
                return Some(product.names(strictly));
            }
            id = &self.relations.get(id)?.0;
        }
        None
    }

    /// The products that a record names, one by one and by groups; `None` where it names none, and is of all.
    pub(super) fn named_by(
        &self,
        record: &Map<String, Value>,
        place: &Place,
        harvest: &mut Harvest,
    ) -> Option<BTreeSet<String>> {
        let is_none = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if ["product_ids", "group_ids"].iter().filter_map(|key| record.get(*key)).all(is_none) {
            return None;
        }
        let mut ids: BTreeSet<String> = texts(record, "product_ids", place, harvest).into_iter().collect();
        for (index, group) in texts(record, "group_ids", place, harvest).iter().enumerate() {
            match self.groups.get(group).filter(|_| !self.several_groups.contains(group)) {
                Some(members) => ids.extend(members.iter().cloned()),
                None => {
                    place.key("group_ids").index(index).refuse(harvest, "there is no such group of products", "");
                }
            }
        }
        Some(ids)
    }
}

/// What a branch says of the products in it that their names may not.
fn narrowing(branch: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<Narrowing> {
    let name = text(branch, "name", place, harvest)?.to_owned();
    match text(branch, "category", place, harvest)? {
        "product_version" => Some(Narrowing::Version(name)),
        "product_version_range" => Some(Narrowing::Range(name)),
        "patch_level" | "service_pack" | "language" | "host_name" => Some(Narrowing::Other(name)),
        "architecture" => Some(Narrowing::Machine(name)),
        _ => None,
    }
}
