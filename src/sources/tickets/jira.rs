//! Issues of Jira, as a search gives them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::facts::{Frame, Json};

/// Whether a file is the result of a search, by its keys.
#[must_use]
pub fn is_search(keys: &[String]) -> bool {
    let has = |key: &str| keys.iter().any(|known| known == key);
    has("issues") && (has("total") || has("startAt") || has("maxResults") || has("isLast") || has("nextPageToken"))
}

/// The pages of searches that were read.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// Where each page begins that says how many issues there are in all, and how many it has, by that number.
    totals: BTreeMap<u64, Vec<(u64, u64)>>,
    /// A page says that another follows.
    goes_on: bool,
    /// A page says that none follows.
    ends: bool,
}

impl Pages {
    /// Takes a page in.
    pub fn add(&mut self, page: &Frame<'_>) {
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
        let count = u64::try_from(page.count).unwrap_or(u64::MAX);
        match (page.get("total").map(number), page.get("startAt").map_or(Some(0), number)) {
            (Some(Some(total)), Some(start)) => self.totals.entry(total).or_default().push((start, count)),
            (Some(_), _) => self.goes_on = true,
            (None, _) => {
                let token = page.get("nextPageToken").is_some_and(|token| token != b"null" && token != b"\"\"");
                let more = token || page.get("isLast") == Some(b"false");
                self.goes_on |= more;
                self.ends |= !more;
            }
        }
    }

    /// What there is no page of.
    #[must_use]
    pub fn lacking(&self) -> Option<String> {
        for (total, pages) in &self.totals {
            let mut pages = pages.clone();
            pages.sort_unstable();
            let end = pages.iter().fold(
                0,
                |end, (start, count)| {
                    if *start > end { end } else { start.saturating_add(*count).max(end) }
                },
            );
            if end < *total {
                return Some(format!("there are {total} issues, and what comes behind the first {end} is not there"));
            }
        }
        (self.goes_on && !self.ends).then(|| "there is no last page".to_owned())
    }
}

/// The same issue, with rich texts of its fields as plain ones.
#[must_use]
pub fn plain(issue: Json<'_>) -> Json<'_> {
    let Json::Object(entries) = issue else { return issue };
    let entries = entries.into_iter().map(|(key, value)| match value {
        Json::Object(fields) if key == "fields" => {
            let fields = fields.into_iter().map(|(key, value)| {
                let value = if is_rich(&value) { Json::String(Cow::Owned(text_of(&value))) } else { value };
                (key, value)
            });
            (key, Json::Object(fields.collect()))
        }
        value => (key, value),
    });
    Json::Object(entries.collect())
}

fn is_rich(value: &Json<'_>) -> bool {
    matches!(value.get("type"), Some(Json::String(kind)) if kind == "doc") && value.get("content").is_some()
}

/// The texts of a document, a line for each paragraph.
fn text_of(document: &Json<'_>) -> String {
    let mut text = String::new();
    let mut waiting = vec![document];
    while let Some(node) = waiting.pop() {
        match (node.get("text"), node.get("type")) {
            (Some(Json::String(words)), _) => text.push_str(words),
            (_, Some(Json::String(kind))) if kind == "paragraph" && !text.is_empty() => text.push('\n'),
            _ => {}
        }
        if let Some(Json::Array(inner)) = node.get("content") {
            waiting.extend(inner.iter().rev());
        }
    }
    text
}
