//! Several mistakes in one text, each reported, and what is good kept.
use super::contract::show;
use crate::syntax::parse;
use crate::syntax::source::FileId;

pub(crate) fn problems(text: &str) -> String {
    show(text, &parse(FileId(0), text).1)
}

#[test]
fn probe() {
    for text in [
        "rule a {\n  when asset.tier <=\n  require x and\n  forbid y ==== 3\n  because \"z\"\n}\nrule b { requre x }\nrul c { require x }\n",
        "rule a {\n  when asset.tier <= 2\n  require (a or b\n  because \"z\"\n}\nrule b { require x }\n",
        "rule a {\n  when asset.tier <= 2\n  require a or b\n  because \"z\"\nrule b { require x }\nrule c { require y) }",
        "triage t {\n  levels a > b\n  a wihtin 48h when x\n  b otherwise\n}\n",
        "rule { require x }\nlet x 5\nlet y = 3 +\nlet z = 4\n",
        "rule a { require x\n because \"abc\n}\nrule b { require x }",
        "table t {\n given a = b, c = d\n row yes -> \n row no any -> x\n row * _ -> y }",
        "rule for { require a < b < c }",
        "rule a { require x && y || !z and w = 'abc' and a.b == null and c is not known and d is null and e === 3 and f <> 4 and not (q in [1,2]) and k in (1,2) }",
        "rule a { require forall f in x: f.y and exists(f.y) and has(a.b) and a.tags.contains(\"x\") and a.x.startsWith(\"y\") and TRUE AND NOT x }",
        "let a = 30m\nlet b = 2026-1-1\nlet c = 1.5h\nlet d := 3 // foo\nlet e = x ? y : z\nlet f = if a then b else if c then d else e\nlet g = if a then b elif c then d else e\nlet h = any(f.x for f in l if f.y)\n/* a\n b */ let i = a not like \"x\"\nlet j = a is none\nlet k = 2 hours\nlet l = 2026-12-18 18:00\nlet m = 2026/01/02\n",
        "window w { every Mon, fridays 9:00 to 25:00 }",
        "let a = 2026-12-18T18:00 in \"Europe/London\"\nlet b = (2026-12-18T18:00 in \"Europe/London\")\n",
        "test x { asset { \"id\": 'a', tier: 3 } }\n",
    ] {
        println!("=====\n{text}\n-----\n{}", problems(text));
    }
}
