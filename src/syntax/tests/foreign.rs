//! What other languages write: one message each, exactly there, and the tree as if it had been written right.

use super::contract::{show, tree};
use crate::syntax::source::FileId;
use crate::syntax::{parse, parse_expression};

#[test]
fn each_is_reported_once_and_read_as_ours() {
    // Foreign text, its code, the underlined text, ours, part of the help.
    let cases = [
        ("a && b", 30, "&&", "a and b", "`and`"),
        ("a AND b", 30, "AND", "a and b", "`and`"),
        ("a || b", 31, "||", "a or b", "`or`"),
        ("a OR b", 31, "OR", "a or b", "`or`"),
        ("!a", 32, "!", "not a", "`not`"),
        ("NOT a", 32, "NOT", "not a", "`not`"),
        ("!a.b in c", 32, "!", "not a.b in c", "`not`"),
        ("a = b", 33, "=", "a == b", "`==`"),
        ("a === b", 33, "===", "a == b", "`==`"),
        ("a <> b", 34, "<>", "a != b", "`!=`"),
        ("a !== b", 34, "!==", "a != b", "`!=`"),
        ("a =< b", 34, "=<", "a <= b", "`<=`"),
        ("a ≥ b", 34, "≥", "a >= b", "`>=`"),
        ("a == 'x'", 35, "'x'", "a == \"x\"", "`\"x\"`"),
        ("a == “x”", 35, "“x”", "a == \"x\"", "`\"x\"`"),
        ("if a then b elif c then d else e", 36, "elif", "if a then b else (if c then d else e)", "else (if"),
        ("forall f in l: f.x", 37, "forall", "every f in l satisfies f.x", "every x in"),
        ("exists f in l | f.x", 37, "exists", "any f in l where f.x", "any x in"),
        ("some f in l where f.x", 37, "some", "any f in l where f.x", "any x in"),
        ("all f in l satisfies f.x", 37, "all", "every f in l satisfies f.x", "every x in"),
        ("any f in l: f.x", 37, ":", "any f in l where f.x", "any x in"),
        ("a.b == null", 38, "a.b == null", "a.b is unknown", "`a.b is unknown`"),
        ("a.b != None", 38, "a.b != None", "a.b is known", "`a.b is known`"),
        ("a == unknown", 38, "a == unknown", "a is unknown", "`a is unknown`"),
        ("a is null", 38, "a is null", "a is unknown", "`a is unknown`"),
        ("a IS NULL", 38, "a IS NULL", "a is unknown", "`a is unknown`"),
        ("a IS known", 53, "IS", "a is known", "`is`"),
        ("a is not known", 39, "a is not known", "a is unknown", "`a is unknown`"),
        ("a is not unknown", 39, "a is not unknown", "a is known", "`a is known`"),
        ("a is not given", 39, "a is not given", "not (a is given)", "`not (a is given)`"),
        ("a is none", 39, "a is none", "a == none", "`a == none`"),
        ("a is not internet", 39, "a is not internet", "a != internet", "`a != internet`"),
        ("a is 3", 39, "a is 3", "a == 3", "`a == 3`"),
        ("a > 30m", 40, "30m", "a > 30min", "`30min`"),
        ("a > 1.5h", 40, "1.5h", "a > 90min", "`90min`"),
        ("a > 500ms", 40, "500ms", "", ""),
        ("a > 2 hours", 40, "2 hours", "a > 2h", "`2h`"),
        ("a > 30days", 40, "30days", "a > 30d", "`30d`"),
        ("a + 1y", 40, "1y", "a + 1 year", "`1 year`"),
        ("a + 5 working days", 40, "5 working days", "a + 5 business days", "`5 business days`"),
        ("a > 2026-1-1", 41, "2026-1-1", "a > 2026-01-01", "`2026-01-01`"),
        ("a > 2026/12/18", 41, "2026/12/18", "a > 2026-12-18", "`2026-12-18`"),
        ("a > 2026-12-18 18:00", 41, "2026-12-18 18:00", "a > 2026-12-18T18:00", "`2026-12-18T18:00`"),
        ("a > 2026-12-18T9:00", 41, "2026-12-18T9:00", "a > 2026-12-18T09:00", "`2026-12-18T09:00`"),
        ("a // b", 43, "// b", "a", "`# …`"),
        ("a /* b */ + c", 43, "/* b */", "a + c", "`# …`"),
        ("a.b.contains(\"x\")", 44, "contains", "\"x\" in a.b", "`\"x\" in a.b`"),
        ("a.startsWith(\"x\")", 44, "startsWith", "a like \"x*\"", "`a like \"x*\"`"),
        ("a.endswith(\"x\")", 44, "endswith", "a like \"*x\"", "`a like \"*x\"`"),
        ("a.matches(\"x.*\")", 44, "matches", "a matches /x.*/", "`a matches /x.*/`"),
        ("a == True", 45, "True", "a == true", "`true`"),
        ("a == FALSE", 45, "FALSE", "a == false", "`false`"),
        ("a ? b : c", 46, "?", "if a then b else c", "if c then a else b"),
        ("a in [b, c]", 47, "[b, c]", "a in { b, c }", "`{ b, c }`"),
        ("a not in (b, c)", 47, "(b, c)", "a not in { b, c }", "`{ b, c }`"),
        ("has(a.b)", 48, "has(a.b)", "a.b is known", "`a.b is known`"),
        ("{ \"id\": 3 }", 50, "\"id\"", "{ id: 3 }", "`id: …`"),
        ("a not like \"x*\"", 51, "not like", "not a like \"x*\"", "not (x like"),
        ("a not matches /x/ and b", 51, "not matches", "not a matches /x/ and b", "not (x matches"),
        ("a IN b", 53, "IN", "a in b", "`in`"),
        ("a NOT IN b", 53, "NOT IN", "a not in b", "`not in`"),
        ("a LIKE \"x\"", 53, "LIKE", "a like \"x\"", "`like`"),
        ("any(f.x for f in l)", 54, "(f.x for f in l)", "any f in l where f.x", "any x in"),
        (
            "every(f.x for f in l if f.y)",
            54,
            "(f.x for f in l if f.y)",
            "every f in l where f.y satisfies f.x",
            "satisfies",
        ),
    ];
    for (foreign, code, underlined, ours, help) in cases {
        let problems = parse_expression(FileId(0), foreign).expect_err(foreign);
        let first = &problems[0];
        assert_eq!(first.code.0, code, "{foreign}\n{}", show(foreign, &problems));
        assert_eq!(&foreign[first.span.start as usize..first.span.end as usize], underlined, "{foreign}");
        if ours.is_empty() {
            continue;
        }
        assert_eq!(problems.len(), 1, "{foreign}\n{}", show(foreign, &problems));
        assert!(first.help.as_ref().unwrap().contains(help), "{foreign}: {:?}", first.help);
        let plain = |tree: String| tree.replace("Paren(Expr { span: , kind: ", "Paren(");
        let (left, right) = (plain(tree(&format!("let x = {foreign}"))), plain(tree(&format!("let x = {ours}"))));
        let unwrapped = |text: &str| text.replace("Paren(", "").replace([')', '}', ' '], "");
        assert_eq!(unwrapped(&left), unwrapped(&right), "{foreign}");
    }
}

#[test]
fn statements_have_foreign_forms_too() {
    let cases = [
        ("let x := 3", 42, ":=", "let x = 3"),
        ("table t { given a = b row * -> x row _ -> y }", 52, "*", ""),
        (
            "table t { given a = b row >= 1 -> x row <> 1 -> y }",
            34,
            "<>",
            "table t { given a = b row >= 1 -> x row != 1 -> y }",
        ),
        ("window w { every Sundays 01:00 to 02:00 }", 49, "Sundays", "window w { every sunday 01:00 to 02:00 }"),
        ("window w { every thurs 01:00 to 02:00 }", 49, "thurs", "window w { every thursday 01:00 to 02:00 }"),
        (
            "window w { every weekend 01:00 to 02:00 }",
            55,
            "weekend",
            "window w { every saturday, sunday 01:00 to 02:00 }",
        ),
        (
            "window w { every 2nd tuesday 01:00 to 02:00 }",
            55,
            "2nd tuesday",
            "window w { every month on second tuesday 01:00 to 02:00 }",
        ),
        ("window w { every month on 2nd tuesday }", 55, "2nd", "window w { every month on second tuesday }"),
        (
            "window w { every last friday of the quarter in x.y }",
            55,
            "last friday of the quarter",
            "window w { every quarter on last friday in x.y }",
        ),
        (
            "window w { every last business day }",
            55,
            "last business day",
            "window w { every month on last business day }",
        ),
        ("window w { every 2 weeks 01:00 to 02:00 }", 55, "2 weeks", ""),
        ("window w { every other sunday 01:00 to 02:00 }", 55, "other sunday", ""),
        ("window w { every \"0 2 * * 0\" lasting 4h }", 55, "\"0 2 * * 0\"", ""),
    ];
    for (foreign, code, underlined, ours) in cases {
        let (_, problems) = parse(FileId(0), foreign);
        assert_eq!(problems[0].code.0, code, "{foreign}\n{}", show(foreign, &problems));
        assert_eq!(&foreign[problems[0].span.start as usize..problems[0].span.end as usize], underlined, "{foreign}");
        if !ours.is_empty() {
            assert_eq!(tree(foreign), tree(ours), "{foreign}");
        }
    }
}

#[test]
fn else_if_is_a_warning() {
    let text = "let x = if a then b else if c then d else e";
    let (_, problems) = parse(FileId(0), text);
    assert_eq!(
        (problems.len(), problems[0].code.0, problems[0].severity),
        (1, 36, crate::syntax::diagnostic::Severity::Warning)
    );
    assert_eq!(&text[problems[0].span.start as usize..problems[0].span.end as usize], "else if");
}
