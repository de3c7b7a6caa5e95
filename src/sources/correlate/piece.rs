//! A piece of an asset's software.

use serde_json::Value;

use crate::software::configuration::Product;
use crate::software::cpe::{Attribute, Cpe};
use crate::software::ecosystem::Package;
use crate::software::purl::Purl;
use crate::sources::Fields;
use crate::sources::vex::narrow::contradict;

/// A piece of software, read.
pub(super) struct Piece {
    name: Option<String>,
    version: Option<String>,
    pub(super) packages: Vec<Package>,
    pub(super) product: Option<Product>,
    /// It is a package of Debian's kind, and does not say which source it was built from.
    pub(super) lacks_source: bool,
    /// Why it is not known what it is: a name that cannot be read, or two that contradict each other.
    pub(super) unclear: Option<String>,
    problems: Vec<String>,
}

impl Piece {
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let version = text("version");
        let mut problems = Vec::new();
        let mut unclear = [("purl", "package URL"), ("cpe", "CPE name")]
            .into_iter()
            .find(|(key, _)| fields.get(*key).is_some_and(Value::is_null))
            .map(|(_, what)| format!("its {what} cannot be read"));
        let mut packages = Vec::new();
        let mut lacks_source = false;
        match text("purl").map(Purl::parse) {
            Some(Ok(mut purl)) => {
                unclear = unclear.or_else(|| contradicted(version?, purl.version.as_deref()?));
                purl.version = purl.version.or_else(|| version.map(str::to_owned));
                packages = Package::named_by(&purl);
                lacks_source = purl.kind == "deb" && purl.qualifier("upstream").is_none();
                if packages.is_empty() {
                    problems.push(format!("no feed speaks of packages of the type `{}`", purl.kind));
                }
            }
            Some(Err(error)) => unclear = unclear.or_else(|| Some(error.to_string())),
            None => {}
        }
        let product = match text("cpe").map(Cpe::parse) {
            Some(Ok(cpe)) => Some(Product::new(cpe, version).built_as(&packages)),
            Some(Err(error)) => {
                unclear = unclear.or_else(|| Some(error.to_string()));
                None
            }
            None => None,
        };
        let (name, version) = (text("name").map(str::to_owned), version.map(str::to_owned));
        Self { name, version, packages, product, lacks_source, unclear, problems }
    }

    /// Whether it says of which vendor it is which product.
    pub(super) fn is_some_product(&self) -> bool {
        let is_literal = |product: &Product, attribute| product.cpe.get(attribute).literal().is_some();
        let product = self.product.as_ref();
        product.is_some_and(|it| is_literal(it, Attribute::Vendor) && is_literal(it, Attribute::Product))
    }

    /// Why it cannot be looked up, if so.
    pub(super) fn unread(&self) -> Option<String> {
        if !self.packages.is_empty() || self.is_some_product() || self.unclear.is_some() {
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

/// That a version is not the one of the package URL beside it.
fn contradicted(version: &str, of_purl: &str) -> Option<String> {
    contradict(version, of_purl).then(|| format!("its version is {version}, and that of its package URL {of_purl}"))
}
