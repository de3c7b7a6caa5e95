//! Several mistakes in one text: each is reported, and what is good is kept.

use super::contract::show;
use crate::syntax::source::FileId;
use crate::syntax::tree::{Body, File};
use crate::syntax::{parse, parse_expression};

pub(crate) fn problems(text: &str) -> String {
    show(text, &parse(FileId(0), text).1)
}

/// `code line:column` of each message.
fn places(text: &str) -> Vec<String> {
    problems(text).lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

fn names(file: &File) -> Vec<String> {
    file.statements.iter().filter_map(|s| s.name.as_ref()).map(|name| name.text.clone()).collect()
}

#[test]
fn each_clause_with_a_mistake_is_reported_and_the_others_are_kept() {
    let text = "rule a {\n  when asset.tier <=\n  require x and\n  forbid y ==== 3\n  because \"z\"\n  owner \"me\"\n}\nrule b { requre x }\nrul c { require x }\nrule d { require x }\n";
    assert_eq!(places(text), ["CG0001 2:19", "CG0001 3:13", "CG0001 4:15", "CG0001 8:10", "CG0009 9:1"]);
    let (file, _) = parse(FileId(0), text);
    assert_eq!(names(&file), ["a", "b", "d"]);
    assert_eq!((file.statements[0].common.because.len(), file.statements[0].common.owner.len()), (1, 1));
}

#[test]
fn a_missing_bracket_hides_nothing_else() {
    let text = "rule a {\n  when asset.tier <= 2\n  require a or b\n  because \"z\"\nrule b { require (x }\nrule c { require y) }\nlet d = 1 +\nrule e { require z }";
    assert_eq!(places(text), ["CG0005 1:8", "CG0005 5:18", "CG0006 6:19", "CG0001 7:11"]);
    let (file, _) = parse(FileId(0), text);
    assert!(names(&file).contains(&"e".to_owned()) && names(&file).contains(&"a".to_owned()));
}

#[test]
fn a_text_without_its_end_is_reported_once() {
    assert_eq!(places("rule a { require x\n because \"abc\n}\nrule b { require x }"), ["CG0007 2:10"]);
    assert_eq!(places("rule a { require x matches /abc\n}\nrule b { require x }"), ["CG0007 1:28"]);
    assert_eq!(places("rule b { require x }\n/* never closed"), ["CG0007 2:1"]);
}

#[test]
fn a_mistake_in_a_head_still_shows_those_in_the_block() {
    assert_eq!(places("rule { requre x }"), ["CG0001 1:6", "CG0001 1:8"]);
    assert_eq!(places("rule for { require a < b < c }"), ["CG0001 1:6", "CG0011 1:26"]);
    assert_eq!(
        places("let x 5\nlet y = 3 +\nlet z = 4\nparam p = 3\nimport\nrule a {}"),
        ["CG0001 1:7", "CG0001 2:11", "CG0001 4:9", "CG0001 5:1"]
    );
}

#[test]
fn misspelt_words_are_named() {
    let cases = [
        ("rule a { requre x }", "did you mean `require`?"),
        ("rul a { require x }", "did you mean `rule`?"),
        (
            "triage t {\n  levels a > b\n  a wihtin 48h when x\n  b otherwise\n}",
            "did you mean `within` where `wihtin` stands?",
        ),
        ("categorise c { a otherwize }", "did you mean `otherwise`?"),
        ("let x = every f in l satisfis f.x", "did you mean `satisfies`?"),
        ("table t { givn a = b }", "did you mean `given`?"),
        ("rule a { require x waiveable by \"ciso\" }", "did you mean `waivable`?"),
        ("rule or { require x }", "`or` is a word of the language: choose another name"),
        ("window w { every sundy 01:00 to 02:00 }", "did you mean `sunday`?"),
    ];
    for (text, help) in cases {
        let found = problems(text);
        assert!(found.contains(help), "{text}\n{found}");
    }
}

#[test]
fn a_clauses_keyword_is_no_cell() {
    let found = problems("table t {\n  given a = b, c = d\n  row yes ->\n  row no any -> x\n}");
    assert!(found.starts_with("CG0001 3:11"), "{found}");
    assert!(problems("table t { given a = b row yes -> row no -> x }").contains("the one before is not complete"));
}

#[test]
fn an_expression_alone_has_all_its_mistakes() {
    let codes =
        |text: &str| parse_expression(FileId(0), text).unwrap_err().iter().map(|p| p.code.0).collect::<Vec<_>>();
    assert_eq!(codes("a && b || 'c' == null"), [30, 31, 35, 38]);
    assert_eq!(codes("a +"), [1]);
    assert_eq!(codes(""), [1]);
    assert_eq!(codes("a b"), [1]);
    assert_eq!(codes("(a"), [5]);
    assert_eq!(codes("rule x { require y }"), [1]);
    assert!(parse_expression(FileId(0), "if a then b else if c then d else e").is_ok(), "a warning is no error");
}

#[test]
fn messages_are_written_for_people() {
    let texts = [
        "rule a { when }",
        "rule a { require x y }",
        "rule a { require x, y }",
        "let x = 1 2",
        "table t { row }",
        "triage t { levels }",
        "policy p { version 3 }",
        "blackout b { from 3 }",
        "window w { every }",
        "test t { now }",
        "param p: ",
        "extend asset { a }",
        "import 3",
        "approval a { need two from \"x\" }",
        "rollout r { ring a }",
        "plugin p { check f() }",
        "let x = f(",
        "let x = {a: }",
        "let x = any f",
        "let x = if a",
        "let x = a.",
        "categorise c { a }",
        "risk r { add }",
        "waiver w { waives }",
        "calendar c { file }",
        "metric m { series }",
        "rollback r { action }",
        "obligation o { due }",
        "=",
        "}",
        "rule a { require x -> y }",
        "table t { given a = b row a } ",
        "rule ä { require x }",
        "rule a { require x § }",
        "rule a { effect }",
    ];
    for text in texts {
        for problem in parse(FileId(0), text).1 {
            let whole = format!("{} {} {}", problem.message, problem.label, problem.help.clone().unwrap_or_default());
            assert!(
                !problem.message.is_empty() && !problem.label.is_empty() && problem.help.is_some(),
                "{text}: {whole}"
            );
            assert!(!whole.contains("kw_") && !whole.contains("Rule") && !whole.contains("_clause"), "{text}: {whole}");
            assert!(!problem.message.ends_with('.') && !problem.label.ends_with('.'), "{text}: {whole}");
            assert!(!problem.message.starts_with(char::is_uppercase), "{text}: {whole}");
            println!("{text}\n    {whole}");
        }
        assert!(!parse(FileId(0), text).1.is_empty(), "{text}");
    }
}

#[test]
fn places_are_bytes_of_the_whole_file() {
    let text = "## ä comment – with wide signs\nrule a { require x && \"é\" == 'ü' }\nrule b { require y || z }\n";
    for problem in parse(FileId(0), text).1 {
        let shown = &text[problem.span.start as usize..problem.span.end as usize];
        assert!(["&&", "'ü'", "||"].contains(&shown), "{shown}");
    }
    let (file, _) = parse(FileId(0), text);
    let last = file.statements.last().unwrap();
    assert_eq!(&text[last.span.start as usize..last.span.end as usize], "rule b { require y || z }");
    let Body::Rule(demands) = &last.body else { panic!() };
    assert_eq!(&text[demands[0].condition.span.start as usize..demands[0].condition.span.end as usize], "y || z");
}
