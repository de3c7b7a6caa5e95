//! Which assets a change names: ids, and selections that the caller evaluates.

use std::sync::Arc;

use super::column::State;
use super::json::Json;
use super::problem::Trouble;
use super::reader::Reader;
use super::record::Entries;
use super::table::Cause;

/// The value of a change's `assets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Each once, sorted.
    pub ids: Vec<String>,
    /// The conditions of `{"where": …}`, each once, sorted.
    pub selections: Vec<String>,
    /// Whether that is all.
    pub state: State,
}

impl Named {
    pub(super) fn nothing(state: State) -> Self {
        Self { ids: Vec::new(), selections: Vec::new(), state }
    }

    /// What two records of one change name together.
    pub(super) fn merge(&mut self, other: Self) {
        let gives_nothing =
            |named: &Self| named.state != State::Known && named.ids.is_empty() && named.selections.is_empty();
        if *self == other || gives_nothing(&other) {
            return;
        }
        if gives_nothing(self) {
            *self = other;
            return;
        }
        let same = self.ids == other.ids && self.selections == other.selections;
        self.ids.extend(other.ids);
        self.selections.extend(other.selections);
        self.state = if same { self.state.min(other.state) } else { State::Unknown(Cause::Disagreement) };
        self.tidy();
    }

    fn tidy(&mut self) {
        self.ids.sort_unstable();
        self.ids.dedup();
        self.selections.sort_unstable();
        self.selections.dedup();
    }
}

impl Reader {
    /// Reads the `assets` of a change's record in canonical form.
    pub(super) fn named(&mut self, path: &Arc<str>, entries: &Entries<'_>) -> Named {
        let mut values = entries.iter().filter(|(key, _)| key == "assets").map(|(_, value)| value);
        let Some(value) = values.next() else { return Named::nothing(State::Absent) };
        if let Some(other) = values.find(|other| *other != value) {
            let words = || {
                let message =
                    format!("`{path}` stands twice in one record with different values: it counts as unknown");
                (message, None)
            };
            self.warn(path, Trouble::DuplicateKey, words, other, || None);
            return Named::nothing(State::Unknown(Cause::Disagreement));
        }
        let mut named = Named::nothing(State::Known);
        match value {
            Json::Null => return Named::nothing(State::Unknown(Cause::Missing)),
            Json::Array(elements) => elements.iter().for_each(|element| self.named_by(path, element, &mut named)),
            Json::Incomplete(elements) => {
                named.state = State::Unknown(Cause::Incomplete);
                elements.iter().for_each(|element| self.named_by(path, element, &mut named));
            }
            Json::Object(_) => self.named_by(path, value, &mut named),
            other => {
                let words = || {
                    let message = format!("`{path}` is not a list of ids nor a selection: it counts as unknown");
                    (message, Some("write `[\"db-1\"]` or `{\"where\": \"asset.tier <= 2\"}`".to_owned()))
                };
                self.warn(path, Trouble::Type, words, other, || None);
                return Named::nothing(State::Unknown(Cause::Malformed));
            }
        }
        named.tidy();
        named
    }

    fn named_by(&mut self, path: &Arc<str>, element: &Json<'_>, named: &mut Named) {
        match (element, element.get("where")) {
            (Json::String(id), _) if !id.trim().is_empty() => named.ids.push(id.clone().into_owned()),
            (Json::Object(entries), Some(Json::String(condition))) if entries.iter().all(|(key, _)| key == "where") => {
                named.selections.push(condition.clone().into_owned());
            }
            _ => {
                let words = || {
                    let message = format!(
                        "an element of `{path}` is neither an id nor a selection: the list counts as incomplete"
                    );
                    (message, Some("write `\"db-1\"` or `{\"where\": \"asset.tier <= 2\"}`".to_owned()))
                };
                self.warn(path, Trouble::Element, words, element, || None);
                named.state = named.state.min(State::Unknown(Cause::Malformed));
            }
        }
    }
}
