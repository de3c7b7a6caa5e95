//! The laws of the formatter: it is at rest on what it wrote, keeps the tree, and keeps every token and comment in its place.

use changegate::syntax::source::FileId;
use changegate::syntax::{format, parse};

/// Formats what parses, twice.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(once) = format(text) else { return };
    let twice = format(&once).unwrap_or_else(|wrong| panic!("what was formatted does not parse: {wrong:#?}\n{once}"));
    assert_eq!(once, twice, "not at rest");
    assert_eq!(tree(text), tree(&once), "another tree\n{once}");
    assert_eq!(pieces(text), pieces(&once), "something moved or was lost\n{once}");
}

/// The tree without places.
fn tree(text: &str) -> String {
    let debug = format!("{:?}", parse(FileId(0), text).0);
    let mut pieces = debug.split("@0:");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    }
    out
}

/// The text without blanks and `;` between tokens, taken apart at the comments. Written without the program's lexer.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut code = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let literal_end = match c {
            '#' => {
                let comment = text[at..].lines().next().unwrap_or_default();
                while rest.next_if(|(next, _)| *next < at + comment.len()).is_some() {}
                pieces.push(std::mem::take(&mut code));
                pieces.push(comment.trim_end().to_owned());
                continue;
            }
            '"' => Some('"'),
            '/' if code.ends_with("matches") => Some('/'),
            _ => None,
        };
        if let Some(end) = literal_end {
            code.push(c);
            while let Some((_, inner)) = rest.next() {
                code.push(inner);
                if inner == '\\' {
                    code.extend(rest.next().map(|(_, escaped)| escaped));
                } else if inner == end {
                    break;
                }
            }
        } else if !c.is_whitespace() && c != ';' && c != '\u{feff}' {
            code.push(c);
        }
    }
    pieces.push(code);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
