//! Foreign files into records of the vocabulary: scanners' reports, bills of materials, advisories, tickets, inventories of other tools.
//!
//! A reader takes the bytes of one file and adds what it finds to a [`Harvest`]. It decides nothing: which asset a report belongs to, which advisory
//! speaks of which finding, and what is done about refused records is settled by who asked.
//!
//! **Invariants.** What cannot be read is absent, never guessed. What is refused is said with its place. Numbers keep the text that they were
//! written in. No file, however nested or long, overflows the stack; memory is bounded by the file's own size.

pub mod correlate;
pub mod enrich;
pub mod feeds;
pub mod foreign;
pub mod inventories;
pub mod join;
pub mod knowledge;
pub mod mapping;
pub mod reports;
pub mod sboms;
pub mod scanners;
pub mod store;
pub mod tickets;
pub mod vex;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::facts::{Broken, Caveat, Place};
use crate::time::{Instant, parse_instant};

/// Fields of one record under the vocabulary's names; a record within it (`os`, `backup`) is an object of its own.
pub type Fields = Map<String, Value>;

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// As the caller named the file.
    pub file: Arc<str>,
    /// Where in it.
    pub at: At,
}

impl Origin {
    /// The place as problems of the input name it.
    #[must_use]
    pub fn place(&self) -> Place {
        let (file, line) = match &self.at {
            At::File => (Arc::clone(&self.file), None),
            At::Line(line) => (Arc::clone(&self.file), Some(*line)),
            At::Pointer(pointer) => (Arc::from(format!("{}#{pointer}", self.file)), None),
        };
        Place { file, line, record: None, found: None }
    }
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The whole of it.
    File,
    /// A line, from 1.
    Line(u32),
    /// A JSON pointer of RFC 6901.
    Pointer(String),
}

/// A finding as a scanner reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// What the report calls the thing that it looked at: a host name, an image, a path.
    pub target: Option<String>,
    /// The finding's fields; `source` names the scanner.
    pub finding: Fields,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// The package URL of what it was found in.
    pub purl: Option<String>,
    /// The CPE name of what it was found in.
    pub cpe: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// A piece of software that an asset has.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// What the file calls the thing that has it.
    pub target: Option<String>,
    /// The fields of an element of `software`.
    pub software: Fields,
    /// Where it stands.
    pub origin: Origin,
}

/// What a feed says of one vulnerability.
#[derive(Clone, Debug, PartialEq)]
pub struct Advisory {
    /// Whose word it is, by [`feeds::Kind::name`].
    pub feed: &'static str,
    /// Its identifier: a CVE or the feed's own.
    pub id: String,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// Vulnerabilities that it speaks of under an identifier of its own: the CVEs of a distribution's advisory, OSV's `upstream`.
    pub upstream: Vec<String>,
    /// The fields of a finding that it tells.
    pub fields: Fields,
    /// Which software it speaks of, as the feed writes it: OSV's `affected`, NVD's `configurations`.
    pub affected: Option<Value>,
    /// It was withdrawn or rejected.
    pub withdrawn: bool,
    /// When it was last changed, RFC 3339 in UTC.
    pub modified: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

impl Advisory {
    /// Whether it is known to be of an earlier time than another record of the feed with its identifier.
    #[must_use]
    pub fn is_before(&self, other: &Advisory) -> bool {
        self.feed == other.feed
            && self.id == other.id
            && matches!((changed(self), changed(other)), (Some(one), Some(other)) if one < other)
    }

    /// Holds it against the moment at which it is asked: one that was changed only after that is of no known time, and not withdrawn yet.
    pub fn as_of(&mut self, now: Instant) {
        if changed(self).is_some_and(|changed| enrich::guard::is_ahead(changed, now)) {
            self.modified = None;
            self.withdrawn = false;
        }
    }

    /// Whether another record says the very same, wherever it stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Advisory) -> bool {
        let Advisory { feed, id, aliases, upstream, fields, affected, withdrawn, modified, origin: _ } = self;
        (*feed, id, aliases, upstream) == (other.feed, &other.id, &other.aliases, &other.upstream)
            && (fields, affected, *withdrawn, modified)
                == (&other.fields, &other.affected, other.withdrawn, &other.modified)
    }
}

fn changed(advisory: &Advisory) -> Option<Instant> {
    parse_instant(advisory.modified.as_deref()?).ok()
}

/// What a VEX document says of a vulnerability in a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    /// The identifiers of the vulnerability.
    pub ids: Vec<String>,
    /// Package URLs, CPE names or names of the products, any of which it is about; empty: of any, as far as can be read, which takes
    /// nothing away.
    pub products: Vec<String>,
    /// The products that those are part of, by the same names, of which one has to be there; empty: wherever they are.
    pub within: Vec<String>,
    /// What it says.
    pub status: Status,
    /// Why the product is not affected, in the document's own word.
    pub justification: Option<String>,
    /// When it was said, RFC 3339.
    pub at: Option<String>,
    /// What else it tells of a finding in these products: a fix, a mitigation, the vendor's rating.
    pub fields: Fields,
    /// Where it stands.
    pub origin: Origin,
}

/// The standing of a product, as VEX has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is not affected.
    NotAffected,
    /// It is.
    Affected,
    /// It no longer is.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

/// A record of an entity: an asset, a change, a waiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The entity by its name in the vocabulary.
    pub entity: &'static str,
    /// Its fields.
    pub fields: Fields,
    /// Where it stands.
    pub origin: Origin,
}

/// A record, or a part of one, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, in the house's style.
    pub message: String,
    /// What was expected.
    pub expected: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

impl Refused {
    /// As a problem of the input: what it is a part of.
    #[must_use]
    pub fn broken(&self, part_of: &str) -> Broken {
        let found = match &self.expected {
            Some(expected) => format!("{}, expected {expected}", self.message),
            None => self.message.clone(),
        };
        let place = Place { found: Some(found), ..self.origin.place() };
        Broken { message: format!("a part of a {part_of} cannot be read"), place, help: None }
    }
}

/// What a feed says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// Which feed it is, by [`feeds::Kind::name`]; empty: a file that is no feed.
    pub feed: &'static str,
    /// Its version or model.
    pub version: Option<String>,
    /// When it was made, RFC 3339 or a date.
    pub made: Option<String>,
    /// How many records it says that it has.
    pub count: Option<u64>,
    /// How many were read.
    pub read: u64,
    /// How many were refused, as a whole or in what tells whom they are about: a record that is not here may be one of them.
    pub dropped: u64,
}

/// What was found in files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Harvest {
    /// Findings of scanners.
    pub sightings: Vec<Sighting>,
    /// What scanners looked at, whether they found anything on it or not, and where that is first said.
    pub looked_at: BTreeMap<String, Origin>,
    /// What a scanner looked at for something else than vulnerabilities, so that these may be there.
    pub unsought: BTreeSet<String>,
    /// A scanner looked for vulnerabilities, on whatever.
    pub sought: bool,
    /// Software of assets.
    pub components: Vec<Component>,
    /// The software of something was listed.
    pub listed: bool,
    /// A list of software says of itself that it is not all, or that nobody knows.
    pub lacks_software: bool,
    /// What feeds say.
    pub advisories: Vec<Advisory>,
    /// What VEX documents say.
    pub assertions: Vec<Assertion>,
    /// How long products are supported.
    pub products: Vec<feeds::eol::Product>,
    /// Records of entities.
    pub entries: Vec<Entry>,
    /// What was left out.
    pub refused: Vec<Refused>,
    /// What is to be told of what was read.
    pub told: Vec<(Origin, Caveat)>,
    /// What the files say of themselves.
    pub editions: Vec<Edition>,
    /// Something was left out, so that what is here is not all.
    pub incomplete: bool,
}

impl Harvest {
    /// Notes that something was left out.
    pub fn refuse(&mut self, origin: Origin, message: impl Into<String>, expected: Option<String>) {
        self.incomplete = true;
        self.refused.push(Refused { message: message.into(), expected, origin });
    }
}
