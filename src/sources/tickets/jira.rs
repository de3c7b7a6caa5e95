//! Issues of Jira, as a search gives them.

use std::borrow::Cow;

use crate::facts::Json;

/// Whether a file is the result of a search, by its keys.
#[must_use]
pub fn is_search(keys: &[String]) -> bool {
    let has = |key: &str| keys.iter().any(|known| known == key);
    has("issues") && (has("total") || has("startAt") || has("maxResults") || has("isLast") || has("nextPageToken"))
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
