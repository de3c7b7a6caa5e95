//! A piece of an asset's software.

use serde_json::Value;

use crate::software::configuration::Product;
use crate::software::cpe::{Attribute, Cpe};
use crate::software::ecosystem::Package;
use crate::software::purl::Purl;
use crate::sources::Fields;

/// A piece of software, read.
pub(super) struct Piece {
    name: Option<String>,
    version: Option<String>,
    pub(super) packages: Vec<Package>,
    pub(super) product: Option<Product>,
    /// It is a package of Debian's kind, and does not say which source it was built from.
    pub(super) lacks_source: bool,
    problems: Vec<String>,
}

impl Piece {
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let version = text("version");
        let mut problems = Vec::new();
        let mut packages = Vec::new();
        let mut lacks_source = false;
        match text("purl").map(Purl::parse) {
            Some(Ok(mut purl)) => {
                purl.version = purl.version.or_else(|| version.map(str::to_owned));
                packages = Package::named_by(&purl);
                lacks_source = purl.kind == "deb" && purl.qualifier("upstream").is_none();
                if packages.is_empty() {
                    problems.push(format!("no feed speaks of packages of the type `{}`", purl.kind));
                }
            }
            Some(Err(error)) => problems.push(error.to_string()),
            None => {}
        }
        let product = match text("cpe").map(Cpe::parse) {
            Some(Ok(cpe)) => Some(Product::new(cpe, version).built_as(&packages)),
            Some(Err(error)) => {
                problems.push(error.to_string());
                None
            }
            None => None,
        };
        let (name, version) = (text("name").map(str::to_owned), version.map(str::to_owned));
        Self { name, version, packages, product, lacks_source, problems }
    }

    /// Whether it says of which vendor it is which product.
    pub(super) fn is_some_product(&self) -> bool {
        let is_literal = |product: &Product, attribute| product.cpe.get(attribute).literal().is_some();
        let product = self.product.as_ref();
        product.is_some_and(|it| is_literal(it, Attribute::Vendor) && is_literal(it, Attribute::Product))
    }

    /// Why it cannot be looked up, if so.
    pub(super) fn unread(&self) -> Option<String> {
        if !self.packages.is_empty() || self.is_some_product() {
            return None;
        }
        if self.product.is_some() {
            return Some("its CPE name leaves open which product of which vendor it is".to_owned());
        }
        Some(self.problems.first().cloned().unwrap_or_else(|| "it has neither a package URL nor a CPE name".to_owned()))
    }

    /// What a scanner may call it.
    pub(super) fn names(&self) -> Vec<&str> {
        let packages = self.packages.iter().map(Package::name);
        let bare = packages.clone().filter_map(|name| name.rsplit([':', '/']).next());
        let product = self.product.as_ref().and_then(|product| product.cpe.get(Attribute::Product).literal());
        self.name.as_deref().into_iter().chain(packages).chain(bare).chain(product).collect()
    }

    /// The same without what is only a part of a name.
    pub(super) fn own_names(&self) -> Vec<&str> {
        let product = self.product.as_ref().and_then(|product| product.cpe.get(Attribute::Product).literal());
        self.name.as_deref().into_iter().chain(self.packages.iter().map(Package::name)).chain(product).collect()
    }

    /// Its version, in every way in which it says it.
    pub(super) fn versions(&self) -> Vec<&str> {
        let of_product = self.product.as_ref().and_then(|p| p.cpe.get(Attribute::Version).literal());
        let of_packages = self.packages.iter().filter_map(Package::version);
        self.version.as_deref().into_iter().chain(of_packages).chain(of_product).collect()
    }

    pub(super) fn finding(&self, id: &str, feed: &str, package: &str, fixed: Option<String>) -> Fields {
        let of_package = self.packages.iter().find_map(Package::version).map(str::to_owned);
        let of_product = self.product.as_ref().and_then(|p| p.cpe.get(Attribute::Version).literal()).map(str::to_owned);
        let told = [
            ("cve", Some(id.to_owned())),
            ("package", Some(package.to_owned())),
            ("version", self.version.clone().or(of_package).or(of_product)),
            ("fixed_version", fixed),
            ("source", Some(feed.to_owned())),
        ];
        told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))).collect()
    }
}
