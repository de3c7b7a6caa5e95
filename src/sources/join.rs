//! Findings, software and votes that come apart from what they belong to, put together: several reports of one asset become one list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::enrich::Subject;
use super::feeds::cve_id;
use super::knowledge::Knowledge;
use crate::check::schema::TableId;
use crate::facts::{Caveat, Json, Place, ProblemKind};

type Entries = Vec<(Cow<'static, str>, Json<'static>)>;

/// What is known of a finding beside its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// Other names of its vulnerability.
    pub aliases: Vec<String>,
    /// The package URL of what it was found in.
    pub purl: Option<String>,
    /// The CPE name of what it was found in.
    pub cpe: Option<String>,
    /// What that is part of.
    pub within: Vec<String>,
    /// It is from a register, which says what was decided about it, rather than from a report of what was seen.
    pub is_register: bool,
}

impl About {
    fn as_subject<'s>(&'s self, aliases: &'s [String]) -> Subject<'s> {
        Subject { aliases, purl: self.purl.as_deref(), cpe: self.cpe.as_deref(), within: &self.within }
    }
}

/// A record put together for an asset or change.
#[derive(Debug)]
pub struct Record {
    /// Of which entity.
    pub entity: TableId,
    /// Where the first of its parts stands.
    pub place: Place,
    /// The record.
    pub record: Json<'static>,
    /// What is to be told of it.
    pub caveats: Vec<Caveat>,
}

/// What belongs to one asset or change, and where its first part stands.
#[derive(Debug, Default)]
struct Owned {
    lists: BTreeMap<&'static str, Vec<(Json<'static>, About)>>,
    places: Vec<(Vec<String>, Place)>,
    incomplete: Vec<&'static str>,
    /// Lists of which somebody gave all, and not only elements of one kind.
    whole: Vec<&'static str>,
    place: Option<Place>,
}

/// What was read and whom it belongs to.
#[derive(Debug, Default)]
pub struct Joined {
    owners: BTreeMap<(TableId, String), Owned>,
}

/// The entity that elements belong to, and the list of it that they are in.
#[must_use]
pub fn owner_of(entity: TableId) -> Option<(TableId, &'static str)> {
    match entity {
        TableId::FINDING => Some((TableId::ASSET, "findings")),
        TableId::SOFTWARE => Some((TableId::ASSET, "software")),
        TableId::APPROVAL => Some((TableId::CHANGE, "approvals")),
        _ => None,
    }
}

impl Joined {
    /// Adds an element, and what else is known of it.
    pub fn add(&mut self, entity: TableId, owner: &str, element: Json<'static>, about: About, place: &Place) {
        self.add_part(entity, owner, element, about, place);
        self.given(entity, owner, false, place);
    }

    /// The same from somebody who looked for some kind of elements only: beside them there may be others, unless somebody else gives the list.
    pub fn add_part(&mut self, entity: TableId, owner: &str, element: Json<'static>, about: About, place: &Place) {
        let Some((of, list)) = owner_of(entity) else { return };
        let owned = self.owned(of, owner, place);
        let names = ["cve", "name"].iter().filter_map(|key| match element.get(key) {
            Some(Json::String(name)) => Some(name.to_string()),
            _ => None,
        });
        owned.places.push((names.chain(about.aliases.iter().cloned()).collect(), place.clone()));
        owned.lists.entry(list).or_default().push((element, about));
    }

    /// Says that the list of an owner is there, even where nothing is in it.
    pub fn given(&mut self, entity: TableId, owner: &str, incomplete: bool, place: &Place) {
        let Some((of, list)) = owner_of(entity) else { return };
        let owned = self.owned(of, owner, place);
        owned.lists.entry(list).or_default();
        if !owned.whole.contains(&list) {
            owned.whole.push(list);
        }
        if incomplete && !owned.incomplete.contains(&list) {
            owned.incomplete.push(list);
        }
    }

    fn owned(&mut self, of: TableId, owner: &str, place: &Place) -> &mut Owned {
        let owned = self.owners.entry((of, owner.to_owned())).or_default();
        owned.place.get_or_insert_with(|| place.clone());
        owned
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.owners.values().map(|owned| owned.places.len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the elements of an asset stand, by what names them.
    #[must_use]
    pub fn places(&self, asset: &str) -> BTreeMap<String, Vec<Place>> {
        let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let owned = self.owners.get(&(TableId::ASSET, asset.to_owned()));
        for (names, place) in owned.into_iter().flat_map(|owned| &owned.places) {
            for name in names {
                places.entry(name.clone()).or_default().push(place.clone());
            }
        }
        places
    }

    /// The assets, or changes, that something belongs to, each with the place of its first part.
    pub fn owners(&self, entity: TableId) -> impl Iterator<Item = (&str, &Place)> {
        let owners = self.owners.iter().filter(move |((of, _), _)| *of == entity);
        owners.filter_map(|((_, id), owned)| Some((id.as_str(), owned.place.as_ref()?)))
    }

    /// Leaves out what belongs to an asset or change; how many elements that are.
    pub fn remove(&mut self, entity: TableId, owner: &str) -> usize {
        self.owners.remove(&(entity, owner.to_owned())).map_or(0, |owned| owned.places.len())
    }

    /// Renames owners: by raw keys of a ticket system to their identifiers.
    pub fn rename(&mut self, ids: &HashMap<String, String>) {
        self.rename_those(ids, &|_| true);
    }

    /// Renames assets, or changes.
    pub fn rename_of(&mut self, entity: TableId, ids: &HashMap<String, String>) {
        self.rename_those(ids, &|of| of == entity);
    }

    fn rename_those(&mut self, ids: &HashMap<String, String>, are_meant: &dyn Fn(TableId) -> bool) {
        let (known, unknown) = std::mem::take(&mut self.owners)
            .into_iter()
            .partition(|((of, id), _)| are_meant(*of) && ids.contains_key(id));
        let known: BTreeMap<(TableId, String), Owned> = known;
        self.owners = unknown;
        for ((of, id), owned) in known {
            let id = ids.get(&id).cloned().unwrap_or(id);
            match self.owners.entry((of, id)) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(owned);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    let mine = entry.get_mut();
                    for (list, elements) in owned.lists {
                        mine.lists.entry(list).or_default().extend(elements);
                    }
                    mine.incomplete.extend(owned.incomplete);
                    mine.whole.extend(owned.whole);
                    mine.places.extend(owned.places);
                }
            }
        }
    }

    /// A record for each owner, with what feeds know of it.
    pub fn records(self, known: Option<&Knowledge>) -> impl Iterator<Item = Record> {
        self.owners.into_iter().map(move |((entity, id), owned)| {
            let mut caveats = Vec::new();
            let mut entries: Entries = vec![("id".into(), Json::String(Cow::Owned(id.clone())))];
            for (list, elements) in owned.lists {
                let mut elements = match list {
                    "findings" => findings(&id, elements, known, &mut caveats),
                    _ => elements.into_iter().map(|(element, _)| element).collect(),
                };
                elements.iter_mut().for_each(Json::canonical);
                if list != "findings" {
                    elements.sort_unstable();
                    elements.dedup();
                }
                if let (Some(known), "software") = (known, list) {
                    elements.iter_mut().for_each(|element| known.end_of_software(Some(&id), element));
                }
                let incomplete = owned.incomplete.contains(&list) || !owned.whole.contains(&list);
                entries
                    .push((list.into(), if incomplete { Json::Incomplete(elements) } else { Json::Array(elements) }));
            }
            let place = owned.place.unwrap_or_default();
            Record { entity, place, record: Json::Object(entries), caveats }
        })
    }
}

/// What reports say of one vulnerability of a package.
struct Merged {
    entries: Entries,
    /// All that it is called.
    names: BTreeSet<String>,
    /// The CVE that it is; several where a record without one of its own names several, none where none is known.
    cves: BTreeSet<String>,
    /// In what it was found: each is a place of its own, which what is said of another does not silence.
    found_in: BTreeSet<About>,
    /// What each of them says of its state, and whether it is a register.
    states: BTreeSet<(Option<Json<'static>>, bool)>,
}

impl Merged {
    /// Two CVEs are two vulnerabilities, whatever other name they share.
    fn may_be(&self, cves: &BTreeSet<String>) -> bool {
        self.cves.is_empty() || cves.is_empty() || self.cves == *cves
    }
}

/// A name of a vulnerability, the package and version, and the CVEs that bear the name.
type Key = (String, String, String, String);

/// The findings of an asset, each vulnerability of a package once.
fn findings(
    asset: &str,
    mut given: Vec<(Json<'static>, About)>,
    known: Option<&Knowledge>,
    caveats: &mut Vec<Caveat>,
) -> Vec<Json<'static>> {
    given.iter_mut().for_each(|(finding, _)| finding.canonical());
    // The order of reports makes no difference.
    given.sort_unstable();
    let mut merged: Vec<Merged> = Vec::new();
    let mut index: BTreeMap<Key, usize> = BTreeMap::new();
    let mut plain = Vec::new();
    for (finding, mut about) in given {
        let Json::Object(mut entries) = finding else {
            plain.push(finding);
            continue;
        };
        let text = |key: &str| match entries.iter().find(|(name, _)| name == key) {
            Some((_, Json::String(text))) => text.to_string(),
            _ => String::new(),
        };
        let (own, package, version) = (text("cve"), text("package"), text("version"));
        let aliases = std::mem::take(&mut about.aliases);
        let state = entries.iter().position(|(name, _)| name == "state").map(|at| entries.remove(at).1);
        let state = (state.filter(|state| *state != Json::Null), std::mem::take(&mut about.is_register));
        let cves = match cve_id(&own) {
            Some(cve) => BTreeSet::from([cve]),
            None => aliases.iter().filter_map(|alias| cve_id(alias)).collect(),
        };
        // What is another CVE's name is none to meet by.
        let meets = |name: &&String| !name.is_empty() && cve_id(name).is_none_or(|cve| cves.contains(&cve));
        let meeting: Vec<String> =
            std::iter::once(&own).chain(&aliases).filter(meets).map(|name| name.to_uppercase()).collect();
        let key =
            |name: &String, cves: &str| -> Key { (name.clone(), package.clone(), version.clone(), cves.to_owned()) };
        let told = one_text(&cves);
        let at = meeting.iter().find_map(|name| {
            let mut known = match told.as_str() {
                "" => {
                    let from = key(name, "");
                    let next = index.range(from.clone()..).next();
                    let same =
                        |(found, _): &(&Key, &usize)| (&found.0, &found.1, &found.2) == (&from.0, &from.1, &from.2);
                    vec![next.filter(same).map(|(_, at)| *at)]
                }
                _ => vec![index.get(&key(name, &told)).copied(), index.get(&key(name, "")).copied()],
            };
            known.retain(|at| at.and_then(|at| merged.get(at)).is_some_and(|it| it.may_be(&cves)));
            known.into_iter().flatten().next()
        });
        let at = match at.and_then(|at| merged.get_mut(at).map(|known| (at, known))) {
            Some((at, known)) => {
                combine(&mut known.entries, entries, caveats);
                known.cves.extend(cves);
                at
            }
            None => {
                let (names, found_in, states) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
                merged.push(Merged { entries, names, cves, found_in, states });
                merged.len() - 1
            }
        };
        let Some(one) = merged.get_mut(at) else { continue };
        one.names.extend(std::iter::once(own).chain(aliases).filter(|name| !name.is_empty()));
        one.found_in.insert(about);
        one.states.insert(state);
        let told = one_text(&one.cves);
        for name in &meeting {
            index.entry(key(name, &told)).or_insert(at);
        }
    }
    for Merged { entries, names, cves, found_in, states } in &mut merged {
        // A CVE identifier is what advisories go by.
        if let (Some(cve), 1) = (cves.first(), cves.len())
            && let Some((_, id)) = entries.iter_mut().find(|(key, _)| key == "cve")
            && !matches!(id, Json::String(id) if cve_id(id).is_some())
        {
            *id = Json::String(Cow::Owned(cve.clone()));
        }
        entries.extend(settled(entries, states, caveats).map(|state| ("state".into(), state)));
        if let Some(known) = known {
            let aliases: Vec<String> = names.iter().cloned().collect();
            let subjects: Vec<Subject<'_>> = found_in.iter().map(|about| about.as_subject(&aliases)).collect();
            known.finding(Some(asset), entries, &subjects, caveats);
        }
    }
    merged.into_iter().map(|one| Json::Object(one.entries)).chain(plain).collect()
}

fn one_text(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// That two reports say something else of one finding.
fn differs(cve: &str, key: &str, one: &str, other: &str) -> Caveat {
    Caveat {
        name: "reports_disagree",
        kind: ProblemKind::Warning,
        field: Arc::from(format!("asset.findings[].{key}")),
        message: "reports say different things of one finding: what they differ in counts as unknown",
        found: format!("`{cve}` {one} and {other}"),
    }
}

fn excerpt(value: &Json<'_>) -> String {
    format!("`{}`", value.excerpt())
}

fn name_of(entries: &Entries) -> String {
    match entries.iter().find(|(name, _)| name == "cve") {
        Some((_, Json::String(cve))) => cve.to_string(),
        _ => String::new(),
    }
}

/// States in which a scanner goes on seeing a finding: what a register decided holds although reports do not know of it.
const DECIDED: [&str; 4] = ["accepted", "false_positive", "mitigated", "not_affected"];

/// The state of a finding by all who know of it. A report that says nothing of it saw the finding, which is open there; what differs is unknown.
fn settled(
    entries: &Entries,
    states: &BTreeSet<(Option<Json<'static>>, bool)>,
    caveats: &mut Vec<Caveat>,
) -> Option<Json<'static>> {
    let said: BTreeSet<&Json<'static>> = states.iter().filter_map(|(state, _)| state.as_ref()).collect();
    let is_seen = states.iter().any(|(state, _)| state.is_none());
    let mut each = said.iter().copied();
    let (first, second) = (each.next()?, each.next());
    if said.contains(&Json::Unreadable) {
        return Some(Json::Unreadable);
    }
    let is_one_of = |names: &[&str]| matches!(first, Json::String(state) if names.contains(&state.as_ref()));
    let is_decided = is_one_of(&DECIDED) && states.iter().any(|(state, is_register)| *is_register && state.is_some());
    if second.is_none() && (!is_seen || is_one_of(&["open"]) || is_decided) {
        return Some(first.clone());
    }
    let other = second.map_or_else(|| "no state".to_owned(), excerpt);
    caveats.push(differs(&name_of(entries), "state", &excerpt(first), &other));
    Some(Json::Unreadable)
}

/// Takes in what another report says of the same finding: what only one says counts, what differs is unknown.
fn combine(mine: &mut Entries, other: Entries, caveats: &mut Vec<Caveat>) {
    let cve = name_of(mine);
    for (key, value) in other {
        let Some(at) = mine.iter().position(|(name, _)| *name == key) else {
            mine.push((key, value));
            continue;
        };
        let Some((_, known)) = mine.get_mut(at) else { continue };
        // What two disagree on, a third does not settle.
        if *known == value || matches!(value, Json::Null | Json::Unreadable) || *known == Json::Unreadable {
            continue;
        }
        if *known == Json::Null {
            *known = value;
            continue;
        }
        *known = match key.as_ref() {
            // The names of the same vulnerability; the CVE is chosen in the end.
            "cve" => continue,
            "source" => Json::String(Cow::Owned(both(known, &value))),
            "cvss" => Json::Array(together(known.clone(), value)),
            // It was there from the first report on.
            "detected" => known.clone().min(value),
            _ => {
                caveats.push(differs(&cve, &key, &excerpt(known), &excerpt(&value)));
                Json::Unreadable
            }
        };
    }
}

fn both(one: &Json<'_>, other: &Json<'_>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for value in [one, other] {
        if let Json::String(text) = value {
            names.extend(text.split(", "));
        }
    }
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn together(one: Json<'static>, other: Json<'static>) -> Vec<Json<'static>> {
    let mut all = Vec::new();
    for value in [one, other] {
        match value {
            Json::Array(inner) => all.extend(inner),
            value => all.push(value),
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
