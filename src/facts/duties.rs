//! What an earlier run found to be done, from the decisions that it printed.

use std::borrow::Cow;

use super::json::Json;

/// What a record of a file of duties is.
pub(super) enum Found<'j> {
    /// A duty, or something that will be refused as one.
    Duty(Json<'j>),
    /// A decision: the duties that it leaves open.
    Open(Vec<Json<'j>>),
    /// A decision whose duties cannot be read: why.
    Unreadable(&'static str),
    /// A summary: the decisions say all that it says.
    Nothing,
}

/// Tells a decision, or the summary behind decisions, from a duty.
pub(super) fn of_record(record: Json<'_>) -> Found<'_> {
    let Json::Object(entries) = &record else { return Found::Duty(record) };
    let has = |wanted: &str| entries.iter().any(|(key, _)| key == wanted);
    if has("summary") && !has("id") && !has("obligations") {
        return Found::Nothing;
    }
    if has("id") || !has("verdict") {
        return Found::Duty(record);
    }
    let open = match record.get("obligations") {
        Some(Json::Array(duties)) => duties.iter().map(|duty| of_entry(&record, duty)).collect::<Option<Vec<_>>>(),
        _ => return Found::Unreadable("its `obligations` are no list"),
    };
    open.map_or(Found::Unreadable("one of its `obligations` is no record"), |open| {
        Found::Open(open.into_iter().flatten().collect())
    })
}

/// The duty that an entry of a decision leaves open, if it does; none where it is no record.
fn of_entry<'j>(decision: &Json<'j>, entry: &Json<'j>) -> Option<Option<Json<'j>>> {
    let Json::Object(_) = entry else { return None };
    let text = |value: Option<&Json<'j>>| match value {
        None | Some(Json::Null) => Json::String(Cow::Borrowed("none")),
        Some(value) => value.clone(),
    };
    let mut missing = entry.get("missing").cloned().unwrap_or(Json::Null);
    missing.canonical();
    let done = matches!(&missing, Json::Number(number) if number == "0");
    // Votes that are still to be given hold a change; nobody has promised them.
    let is_vote = matches!(entry.get("kind"), Some(Json::String(kind)) if kind == "approval");
    let due = text(entry.get("due"));
    if done || (is_vote && due == Json::String(Cow::Borrowed("none"))) {
        return Some(None);
    }
    let fields = [
        ("kind", entry.get("kind").cloned().unwrap_or(Json::Null)),
        ("rule", entry.get("rule").cloned().unwrap_or(Json::Null)),
        ("change", text(decision.get("change"))),
        ("asset", text(decision.get("asset"))),
        ("subject", text(entry.get("subject"))),
        ("role", text(entry.get("role"))),
    ];
    let id: Vec<String> = fields.iter().map(|(_, value)| part(value)).collect();
    let mut duty = vec![(Cow::Borrowed("id"), Json::String(Cow::Owned(id.join("/"))))];
    duty.extend(fields.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)));
    duty.push((Cow::Borrowed("missing"), missing));
    duty.push((Cow::Borrowed("due"), due));
    Some(Some(Json::Object(duty)))
}

/// A part of a duty's identifier, in which no `/` stands.
fn part(value: &Json<'_>) -> String {
    match value {
        Json::String(text) => text.replace('%', "%25").replace('/', "%2F"),
        other => other.excerpt().replace('/', "%2F"),
    }
}
