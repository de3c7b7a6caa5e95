//! Writing calendars, for people to load into theirs.

use crate::time::{Instant, LocalDateTime};

/// An event to write; its times are written in UTC, to the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What tells it from all other events, for ever: programs replace an event by a newer one with its UID.
    pub uid: String,
    /// Its first instant.
    pub from: Instant,
    /// The instant at which it is over; it should not be before `from`.
    pub to: Instant,
    /// One line.
    pub summary: String,
    /// Any number of lines.
    pub description: Option<String>,
    /// Words by which programs sort and colour events.
    pub categories: Vec<String>,
    /// Whether it is not certain (`STATUS:TENTATIVE`).
    pub tentative: bool,
}

/// Lines are folded before they are longer than this, in octets (RFC 5545, section 3.1).
const LINE_OCTETS: usize = 75;

/// A calendar of that name with these events, as of `now`, in the form of RFC 5545.
#[must_use]
pub fn write(name: &str, now: Instant, events: impl IntoIterator<Item = NewEvent>) -> String {
    let mut text = String::new();
    let mut put = |line: &str| fold(line, &mut text);
    put("BEGIN:VCALENDAR");
    put("VERSION:2.0");
    put(&format!("PRODID:-//changegate//{}//EN", env!("CARGO_PKG_VERSION")));
    put("CALSCALE:GREGORIAN");
    put("METHOD:PUBLISH");
    // Both are in wide use for the name; the first is RFC 7986.
    put(&format!("NAME:{}", escaped(name)));
    put(&format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        put("BEGIN:VEVENT");
        put(&format!("UID:{}", escaped(&event.uid)));
        put(&format!("DTSTAMP:{}", basic(now)));
        put(&format!("DTSTART:{}", basic(event.from)));
        if event.to > event.from {
            put(&format!("DTEND:{}", basic(event.to)));
        }
        put(&format!("SUMMARY:{}", escaped(&event.summary)));
        if let Some(description) = &event.description {
            put(&format!("DESCRIPTION:{}", escaped(description)));
        }
        if !event.categories.is_empty() {
            let categories: Vec<String> = event.categories.iter().map(|category| escaped(category)).collect();
            put(&format!("CATEGORIES:{}", categories.join(",")));
        }
        if event.tentative {
            put("STATUS:TENTATIVE");
        }
        put("END:VEVENT");
    }
    put("END:VCALENDAR");
    text
}

/// `20260131T090000Z`.
fn basic(instant: Instant) -> String {
    let utc: LocalDateTime = instant.utc();
    let text = utc.to_string();
    let mut basic: String = text.chars().filter(|c| *c != '-' && *c != ':').take(15).collect();
    basic.push('Z');
    basic
}

/// A value of type TEXT (RFC 5545, section 3.3.11); other control characters than line ends may not stand in one.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => escaped.push_str("\\n"),
            _ if c.is_control() => escaped.push(' '),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Adds a line, folded between characters, with its line end.
fn fold(line: &str, text: &mut String) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > LINE_OCTETS {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(c);
        octets += c.len_utf8();
    }
    text.push_str("\r\n");
}
