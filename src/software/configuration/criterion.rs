//! One criterion: a CPE name with bounds for the version.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Asset, Product};
use crate::software::Affected;
use crate::software::cpe::{self, Attribute, Cpe, Relation};
use crate::software::version::{self, Order};

pub(super) struct Criterion<'a> {
    cpe: Cpe,
    text: &'a str,
    platform: bool,
    bounds: Vec<(Bound, &'a str)>,
    /// A bound that cannot be read.
    unread: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
}

const BOUNDS: [(&str, Bound); 4] = [
    ("versionStartIncluding", Bound::AtLeast),
    ("versionStartExcluding", Bound::MoreThan),
    ("versionEndIncluding", Bound::AtMost),
    ("versionEndExcluding", Bound::LessThan),
];

impl<'a> Criterion<'a> {
    pub(super) fn read(value: &'a Value) -> Result<Self, String> {
        let text = value.get("criteria").and_then(Value::as_str).ok_or("a criterion has no CPE name")?;
        let cpe = Cpe::parse(text).map_err(|error| error.to_string())?;
        let (mut bounds, mut unread) = (Vec::new(), None);
        for (key, bound) in BOUNDS {
            match value.get(key) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => bounds.push((bound, text.as_str())),
                Some(_) => unread = Some(key),
            }
        }
        let platform = value.get("vulnerable").and_then(Value::as_bool) == Some(false);
        Ok(Self { cpe, text, platform, bounds, unread })
    }

    /// Vendor and product; `*` where they are not literal.
    pub(super) fn product(&self) -> (String, String) {
        let literal = |a| self.cpe.get(a).literal().unwrap_or("*").to_owned();
        (literal(Attribute::Vendor), literal(Attribute::Product))
    }

    /// Whether one of an asset's products meets it, and which ones do or may.
    pub(super) fn met_by(&self, asset: &Asset) -> (Affected, Vec<(usize, Affected)>) {
        let is_software = self.cpe.get(Attribute::Part).literal() == Some("a");
        let absent = match asset.complete {
            true if asset.only_software && !is_software => {
                Affected::Unknown(format!("whether it runs on `{}` does not follow from its software", self.text))
            }
            true => Affected::No,
            false => Affected::Unknown("the list of the asset's software is not complete".to_owned()),
        };
        let (mut answer, mut products) = (absent, Vec::new());
        let vendor = self.cpe.get(Attribute::Vendor).literal();
        // The name of a platform may stand for others that begin with it.
        let name = self.cpe.get(Attribute::Product).literal().filter(|_| !self.platform);
        for (place, product) in asset.called(vendor, name) {
            let met = self.met_by_product(product);
            if met != Affected::No {
                products.push((place, met.clone()));
            }
            // What is known of a product says more than that the list is not complete.
            answer = match (answer, met) {
                (Affected::Unknown(_), unknown @ Affected::Unknown(_)) => unknown,
                (answer, met) => answer.or(met),
            };
        }
        (answer, products)
    }

    fn met_by_product(&self, product: &Product) -> Affected {
        let mut answer = Affected::Yes;
        for (attribute, relation) in cpe::relations(&self.cpe, &product.cpe) {
            answer = answer.and(match (relation, attribute) {
                (_, Attribute::Version) => self.version(product),
                (Relation::Disjoint, Attribute::Product) => self.family(product),
                (Relation::Equal | Relation::Superset, _) => Affected::Yes,
                (Relation::Disjoint, _) => Affected::No,
                (Relation::Subset, _) => Affected::Unknown(format!(
                    "the asset does not say the {} that `{}` asks for",
                    attribute.as_str(),
                    self.text
                )),
                (Relation::Undefined, _) => Affected::Unknown(format!(
                    "the asset's {} has a wildcard beside `{}`",
                    attribute.as_str(),
                    self.text
                )),
            });
            if answer == Affected::No {
                return Affected::No;
            }
        }
        if answer == Affected::Yes && product.distribution && !self.platform {
            return Affected::Unknown("its distribution may have mended it without raising the version".to_owned());
        }
        answer
    }

    /// A platform `windows` may stand for `windows_server_2019`.
    fn family(&self, product: &Product) -> Affected {
        let names = (self.cpe.get(Attribute::Product).literal(), product.cpe.get(Attribute::Product).literal());
        let within =
            |(family, member): (&str, &str)| member.strip_prefix(family).is_some_and(|rest| rest.starts_with('_'));
        match names {
            (Some(family), Some(member)) if self.platform && within((family, member)) => {
                Affected::Unknown(format!("whether the platform `{family}` stands for `{member}` too is not said"))
            }
            _ => Affected::No,
        }
    }

    /// The version by name, and by bounds.
    fn version(&self, product: &Product) -> Affected {
        let said = product.cpe.get(Attribute::Version);
        let own = match said {
            cpe::Value::Any => product.version.as_deref(),
            said => said.literal(),
        };
        self.named(said, own).and(self.bounded(own))
    }

    fn named(&self, said: &cpe::Value, own: Option<&str>) -> Affected {
        let wanted = self.cpe.get(Attribute::Version);
        let exact = own.map(cpe::Value::exactly);
        match cpe::attribute(wanted, exact.as_ref().unwrap_or(said)) {
            Relation::Equal | Relation::Superset => Affected::Yes,
            Relation::Subset | Relation::Undefined => {
                Affected::Unknown(format!("the asset does not say its version, for which `{}` asks", self.text))
            }
            Relation::Disjoint => match (wanted, wanted.literal(), own) {
                (cpe::Value::Na, _, _) if self.platform => {
                    Affected::Unknown(format!("`{}` names no version, and may stand for any", self.text))
                }
                (_, Some(wanted), Some(own)) if version::compare(Order::Plain, wanted, own) == Ok(Ordering::Equal) => {
                    Affected::Unknown(format!("{} may be another spelling of `{wanted}`", crate::software::quoted(own)))
                }
                _ => Affected::No,
            },
        }
    }

    fn bounded(&self, own: Option<&str>) -> Affected {
        let mut answer = match self.unread {
            Some(key) => Affected::Unknown(format!("`{key}` of a criterion is no text")),
            None => Affected::Yes,
        };
        for (bound, limit) in &self.bounds {
            let Some(own) = own else { return Affected::Unknown("the asset does not say its version".to_owned()) };
            answer = answer.and(match version::compare(Order::Plain, own, limit) {
                Err(error) => Affected::Unknown(error.to_string()),
                Ok(order) => {
                    let within = match bound {
                        Bound::AtLeast => order.is_ge(),
                        Bound::MoreThan => order.is_gt(),
                        Bound::AtMost => order.is_le(),
                        Bound::LessThan => order.is_lt(),
                    };
                    if within { Affected::Yes } else { Affected::No }
                }
            });
        }
        answer
    }
}
