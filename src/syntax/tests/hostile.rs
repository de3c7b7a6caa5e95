//! Texts that want to hurt: they end in an error, soon, and never in a crash.

use super::recovery::problems;
use crate::syntax::parse;
use crate::syntax::source::FileId;
use std::time::Instant;

fn first_code(text: &str) -> String {
    problems(text).split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn ten_megabytes_of_brackets_end_in_an_error_at_once() {
    for bracket in ["{", "(", "[", "({[", "}", ")", "{}", "()"] {
        let text = bracket.repeat(10_000_000 / bracket.len());
        let start = Instant::now();
        let (_, found) = parse(FileId(0), &text);
        assert!(!found.is_empty(), "{bracket}");
        // Under a second in a release build; this is a debug build on a busy machine.
        assert!(start.elapsed().as_secs() < 20, "{bracket}");
    }
}

#[test]
fn statements_that_end_in_two_brackets_are_not_too_many_brackets() {
    assert_eq!(problems(&"rule r { forbid asset.kind in { server } }\n".repeat(500)), "");
}

#[test]
fn deep_nesting_is_refused_and_the_limit_itself_is_fine() {
    for (open, close) in [
        ("(", ")"),
        ("{", "}"),
        ("[", "]"),
        ("f(", ")"),
        ("if a then b else (", ")"),
        ("not (", ")"),
        ("any x in l where (", ")"),
    ] {
        let step = open.matches(['(', '{', '[']).count() + usize::from(open.contains("if") || open.contains("any"));
        let good = 60 / step;
        let nested = |n: usize| format!("let x = {}a{}\n", open.repeat(n), close.repeat(n));
        assert_eq!(problems(&nested(good)), "", "{open}");
        assert_eq!(first_code(&nested(70)), "CG0004", "{open}");
        assert_eq!(first_code(&nested(100_000)), "CG0004", "{open}");
    }
}

#[test]
fn long_chains_end_in_an_error_or_a_flat_tree() {
    let chains = [
        ("", "a or ", "a"),
        ("", "a and ", "a"),
        ("", "a + ", "a"),
        ("", "a default ", "a"),
        ("", "not ", "a"),
        ("", "- ", "a"),
        ("", "!", "a"),
        ("", "- not ", "a"),
        ("a", ".b", ""),
        ("a", " of a", ""),
        ("a", "(b)", ""),
        ("a", " == a", ""),
        ("a", " is known", ""),
        ("", "if a then b else ", "c"),
        ("", "if ", "c"),
        ("", "any a in b where ", "c"),
        ("", "exists a in b : ", "c"),
        ("", "next c after ", "c"),
        ("", "a ? b : ", "c"),
        ("", "a, ", "c"),
        ("", "{a: ", "c"),
        ("", "\"{a}\" + ", "c"),
        ("", "1", ""),
        ("\"", "{a}", "\""),
        ("", "a elif ", "b"),
        ("", "when ", "b"),
        ("", "any ", "b"),
    ];
    for (before, link, after) in chains {
        for size in [1_000, 30_000, 1_000_000] {
            let text = format!("let x = {before}{}{after}\nrule y {{ require z }}\n", link.repeat(size / link.len()));
            let start = Instant::now();
            let (file, found) = parse(FileId(0), &text);
            println!(
                "{link:?} {size} {:?} {} {:?}",
                start.elapsed(),
                file.statements.len(),
                found.first().map(|d| &d.message)
            );
            drop(file);
        }
    }
    let types = format!("param x: {}int{}", "set<".repeat(100_000), ">".repeat(100_000));
    assert_eq!(first_code(&types), "CG0004");
}

#[test]
fn nothing_is_tried_again_and_again() {
    // Each of these fails or ends at the innermost level; a grammar that goes back doubles its work with every level.
    let forms = [
        "(",
        "{",
        "[",
        "f(",
        "count(a in (",
        "max(a for a in (",
        "not (",
        "{a: ",
        "any a in (",
        "every a in b satisfies (",
        "(a, ",
        "x in (",
        "if (",
        "any (",
        "x is (",
        "- (",
        "x default (",
        "exists (",
        "all a in (",
        "next c after (",
    ];
    for form in forms {
        for end in ["", "a", "a b", "+", "a for", "a where", ":", "count(a in"] {
            let depth = 60 / (form.matches(['(', '{', '[']).count() + 1);
            for head in [
                "let x = ",
                "rule r { require ",
                "triage t { a within ",
                "table t { row a -> ",
                "blackout b { from a to b in ",
                "test t { a ",
            ] {
                let closers: String = form
                    .chars()
                    .rev()
                    .filter_map(|c| match c {
                        '(' => Some(')'),
                        '{' => Some('}'),
                        '[' => Some(']'),
                        _ => None,
                    })
                    .collect();
                let text = format!("{head}{}{end}{}", form.repeat(depth), closers.repeat(depth));
                let start = Instant::now();
                let found = problems(&text);
                assert!(!found.contains("CG0010"), "{form} {end} {head}");
                assert!(start.elapsed().as_secs() < 2, "{form} {end} {head}");
            }
        }
    }
}

#[test]
fn the_limit_on_work_leaves_room_for_the_longest_honest_statement() {
    let text = format!("let x = {{ {} a }}\n", "1,".repeat((crate::syntax::scan::MAX_RUN - 100) / 2));
    assert_eq!(problems(&text), "");
    let row = "row a | b no any >= 1 -> 1 2 3 4\n";
    let text = format!("table t {{ given a\n{} }}", row.repeat((crate::syntax::scan::MAX_RUN - 100) / row.len()));
    assert_eq!(problems(&text), "");
    let many = format!("table t {{ given a\n{} }}", row.repeat(10_000));
    assert_eq!(problems(&many), "");
}
