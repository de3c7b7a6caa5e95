//! What binds to what.

use super::contract::show;
use super::recovery::problems;
use crate::syntax::expr::{Expr, ExprKind, StrPart, UnaryOp};
use crate::syntax::source::FileId;
use crate::syntax::tree::{
    Body, ClockRange, DeadlineKind, Pattern, Period, PeriodDayKind, Setting, Statement, TimeClause, TimeForm, TypeKind,
    Weekday,
};
use crate::syntax::{parse, parse_expression};

fn brief(expr: &Expr) -> String {
    let all = |items: &[Expr]| items.iter().map(brief).collect::<Vec<_>>().join(" ");
    let option = |e: &Option<Box<Expr>>| e.as_ref().map_or("_".to_owned(), |e| brief(e));
    match &expr.kind {
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Number(n) => n.clone(),
        ExprKind::Percent(n) => format!("{n}%"),
        ExprKind::Str(s) => {
            let parts = s.parts.iter().map(|p| match p {
                StrPart::Text(t) => t.clone(),
                StrPart::Hole(e) => format!("<{}>", brief(e)),
            });
            format!("{:?}", parts.collect::<String>())
        }
        ExprKind::Duration(d) => format!("{}us", d),
        ExprKind::Span { amount, unit, on } => {
            format!("{amount}{unit:?}{}", on.as_ref().map_or(String::new(), |p| format!("@{}", p.text())))
        }
        ExprKind::Time(t) => t.clone(),
        ExprKind::TimeIn(t, z) => format!("{t}@{}", z.plain().unwrap()),
        ExprKind::Regex(r) => format!("/{r}/"),
        ExprKind::Name(n) => n.clone(),
        ExprKind::Field(b, n) => format!("{}.{}", brief(b), n.text),
        ExprKind::Call(p, a) => format!("{}({})", p.text(), all(a)),
        ExprKind::Set(items) => format!("{{{}}}", all(items)),
        ExprKind::Record(e) => {
            format!("{{{}}}", e.iter().map(|(k, v)| format!("{}:{}", k.text, brief(v))).collect::<Vec<_>>().join(" "))
        }
        ExprKind::List { items, incomplete } => format!("[{}{}]", all(items), if *incomplete { " ..." } else { "" }),
        ExprKind::Unary(UnaryOp::Not, e) => format!("(not {})", brief(e)),
        ExprKind::Unary(UnaryOp::Neg, e) => format!("(- {})", brief(e)),
        ExprKind::Binary(op, _, l, r) => format!("({} {} {})", op.symbol(), brief(l), brief(r)),
        ExprKind::If(c, a, b) => format!("(if {} {} {})", brief(c), brief(a), brief(b)),
        ExprKind::Quant { kind, var, list, filter, body } => {
            format!("({kind:?} {} {} {} {})", var.text, brief(list), option(filter), option(body))
        }
        ExprKind::Agg { kind, value, var, list, filter, empty } => {
            format!("({kind:?} {} {} {} {} {})", option(value), var.text, brief(list), option(filter), option(empty))
        }
        ExprKind::Default(a, b) => format!("(default {} {})", brief(a), brief(b)),
        ExprKind::Is(e, p) => format!("(is {} {p:?})", brief(e)),
        ExprKind::Of(n, s) => format!("(of {} {})", brief(n), brief(s)),
        ExprKind::Calendar(next, p, t) => {
            format!("({} {} {})", if *next { "next" } else { "last" }, p.text(), brief(t))
        }
        ExprKind::Over { function, metric, span } => format!("({} {} {})", function.text, metric.text(), brief(span)),
        ExprKind::Paren(e) => format!("[{}]", brief(e)),
    }
}

fn shape(text: &str) -> String {
    match parse_expression(FileId(0), text) {
        Ok(expr) => brief(&expr),
        Err(problems) => panic!("{text}\n{}", show(text, &problems)),
    }
}

#[test]
fn operators_bind_as_the_contract_says() {
    let cases = [
        ("a or b and not c in d", "(or a (and b (not (in c d))))"),
        ("not a and b", "(and (not a) b)"),
        ("not not a == b", "(not (not (== a b)))"),
        ("a - b - c * d / e + f", "(+ (- (- a b) (/ (* c d) e)) f)"),
        ("-a * b", "(* (- a) b)"),
        ("a - -1", "(- a (- 1))"),
        ("a -1", "(- a 1)"),
        ("a not in b or c", "(or (not in a b) c)"),
        ("x + 1 is known and y", "(and (is (+ x 1) Known) y)"),
        ("not x is given", "(not (is x Given))"),
        ("a default b default c", "(default a (default b c))"),
        ("a and b default c", "(default (and a b) c)"),
        ("if a then b else c default d", "(default (if a b c) d)"),
        ("if a then b else c or d", "(if a b (or c d))"),
        ("a and any x in y.z where b or c", "(and a (Any x y.z (or b c) _))"),
        (
            "any a in assets where (any f in a.findings where f.kev) and a.tier == 1",
            "(Any a assets (and [(Any f a.findings f.kev _)] (== a.tier 1)) _)",
        ),
        ("each e in l where p satisfies q and r", "(Each e l p (and q r))"),
        ("exploited of f and x", "(and (of exploited f) x)"),
        ("e8.exploited of f", "(of e8.exploited f)"),
        ("finding.triage.patching.level >= attend", "(>= finding.triage.patching.level attend)"),
        ("finding.cvss.v3.base", "finding.cvss.v3.base"),
        ("asset.in.when.any", "asset.in.when.any"),
        ("now - asset.backup.last_success <= 24h", "(<= (- now asset.backup.last_success) 86400000000us)"),
        ("now + 5 business days on nyse > t", "(> (+ now 5BusinessDay@nyse) t)"),
        ("now + 1 month", "(+ now 1Month)"),
        ("next cab after now + 1 day", "(+ (next cab now) 1Day)"),
        ("(next cab after x.y) during e8.freeze", "(during [(next cab x.y)] e8.freeze)"),
        ("c overlaps change", "(overlaps c change)"),
        ("overlaps(year_end) and approved(e8.cab)", "(and overlaps(year_end) approved(e8.cab))"),
        ("licence.allowed(asset.tags, change.start)", "licence.allowed(asset.tags change.start)"),
        ("count(a in assets where a.tier == 1) > 2", "(> (Count _ a assets (== a.tier 1) _) 2)"),
        ("share ( a\nin # c\n assets ) > 10%", "(> (Share _ a assets _ _) 10%)"),
        ("max(f.epss for f in asset.findings where f.kev, empty: 0%)", "(Max f.epss f asset.findings f.kev 0%)"),
        ("max(a, b)", "max(a b)"),
        (
            "avg(error_rate over 5min) > 2 * baseline(error_rate over 1h)",
            "(> (avg error_rate 300000000us) (* 2 (baseline error_rate 3600000000us)))",
        ),
        ("x matches /a\\/b#\"c/ or y", "(or (matches x /a/b#\"c/) y)"),
        ("a / b / c", "(/ (/ a b) c)"),
        ("x in {}", "(in x {})"),
        ("{ where: \"a\", in: {}, b: [1, ...] }", "{where:\"a\" in:{} b:[1 ...]}"),
        ("{ a: 1 b: 2 }", "{a:1 b:2}"),
        ("[]", "[]"),
        ("10_000 == 1_0.5 and -5% < 1.5%", "(and (== 10000 10.5) (< (- 5%) 1.5%))"),
        ("2026-12-18 - 2026-12-01T10:00:00.5+02:00", "(- 2026-12-18 2026-12-01T10:00:00.5+02:00)"),
        ("(2026-12-18T18:00 in \"Europe/London\") < now", "(< 2026-12-18T18:00@Europe/London now)"),
        ("\"{asset.owner}: \\{no} \\u{20ac}\\n\"", "\"<asset.owner>: {no} €\\n\""),
        ("nothing and order or island", "(or (and nothing order) island)"),
    ];
    for (text, expected) in cases {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn a_long_chain_of_and_keeps_its_order() {
    let names: Vec<String> = (0..100).map(|n| format!("a{n}")).collect();
    let expr = parse_expression(FileId(0), &names.join(" and ")).unwrap();
    fn leaves(expr: &Expr, out: &mut Vec<String>) -> u32 {
        match &expr.kind {
            ExprKind::Binary(_, sign, l, r) => {
                assert!(l.span.end < sign.start && sign.end < r.span.start);
                1 + leaves(l, out).max(leaves(r, out))
            }
            _ => {
                out.push(brief(expr));
                1
            }
        }
    }
    let mut found = Vec::new();
    let height = leaves(&expr, &mut found);
    assert_eq!(found, names);
    assert!(height < 10);
}

fn only(text: &str) -> Statement {
    let (mut file, found) = parse(FileId(0), text);
    assert!(found.is_empty(), "{}", show(text, &found));
    assert_eq!(file.statements.len(), 1, "{text}");
    file.statements.pop().unwrap()
}

#[test]
fn deadlines_take_what_is_theirs() {
    let statement = only(
        "triage t {\n levels a > b\n within sla\n a within 3 days of finding.detected default finding.published end of day in \"UTC\" when x\n \
         a 2 weeks before finding.kev_due when y\n b sla after next cab after now\n b by finding.kev_due end of day otherwise\n within 3d\n b within none otherwise }",
    );
    let Body::Triage(triage) = statement.body else { panic!() };
    assert_eq!(triage.levels[0].len(), 2);
    assert_eq!((triage.deadline.len(), triage.misplaced.len(), triage.arms.len()), (1, 1, 5));
    let first = triage.arms[0].deadline.as_ref().unwrap();
    let DeadlineKind::Within { span, of } = &first.kind else { panic!() };
    assert_eq!(
        (brief(span).as_str(), brief(of.as_ref().unwrap()).as_str()),
        ("3Day", "(default finding.detected finding.published)")
    );
    assert_eq!(brief(first.end_of_day.as_ref().unwrap().zone.as_ref().unwrap()), "\"UTC\"");
    assert!(matches!(&triage.arms[1].deadline.as_ref().unwrap().kind, DeadlineKind::Before { .. }));
    assert!(matches!(&triage.arms[2].deadline.as_ref().unwrap().kind, DeadlineKind::After { .. }));
    assert!(triage.arms[2].when.is_none() && triage.arms[2].otherwise.is_none());
    assert!(matches!(&triage.arms[3].deadline.as_ref().unwrap().kind, DeadlineKind::By(_)));
    assert!(triage.arms[3].otherwise.is_some());
}

#[test]
fn tables_read_cells_and_outcomes() {
    let statement = only(
        "table t {\n given level, s = finding.cvss\n across t = asset.tier -> 1 2 | 3 4\n row a | b 4.0 to 7.0 -> 1d 3 days none\n row any >= 7.0 | none -> -1 x.y \"z\"\n row yes no -> a b c ref \"r\" }",
    );
    let Body::Table(table) = statement.body else { panic!() };
    assert_eq!((table.given.len(), table.across[0].cells.len(), table.rows.len()), (2, 3, 3));
    assert!(matches!(table.rows[0].cells[1].patterns[0], Pattern::Range(..)));
    assert!(matches!(table.rows[1].cells[1].patterns[0], Pattern::Compare(..)));
    assert!(matches!(table.rows[2].cells[0].patterns[0], Pattern::Yes));
    assert_eq!(table.rows[1].outcomes.iter().map(brief).collect::<Vec<_>>(), ["(- 1)", "x.y", "\"z\""]);
    assert_eq!(statement.common.refs.len(), 1);
}

#[test]
fn times_and_types_and_settings() {
    let statement = only(
        "blackout b { effective until 2027-01-01 from 2026-01-01 to 2026-02-01T10:00 in asset.timezone; every friday to monday, wednesday 22:00 to 02:00; every day 00:00 to 24:00; mandatory; every weekday 01:00 to 02:00 not on nyse; every quarter on last friday, day 15 }",
    );
    let Body::Blackout(clauses) = &statement.body else { panic!() };
    assert!(statement.common.effective[0].from.is_none());
    assert!(matches!(&clauses[0], TimeClause { form: TimeForm::Range { .. }, zone: Some(_), .. }));
    let clock = |range: &Option<ClockRange>| range.map(|range| (range.from.seconds, range.to.map(|to| to.seconds)));
    let TimeForm::Weekly { days, clock: times } = &clauses[1].form else { panic!() };
    use Weekday::{Friday, Monday, Saturday, Sunday, Wednesday};
    assert_eq!(
        (days.as_slice(), clock(times)),
        ([Friday, Saturday, Sunday, Monday, Wednesday].as_slice(), Some((79_200, Some(7_200))))
    );
    let TimeForm::Weekly { days, clock: times } = &clauses[2].form else { panic!() };
    assert_eq!((days.len(), clock(times)), (7, Some((0, Some(86_400)))));
    assert!(matches!(clauses[3].form, TimeForm::Mandatory) && clauses[4].not_on[0].text() == "nyse");
    let TimeForm::Periodic { period: Period::Quarter, days, clock: None } = &clauses[5].form else { panic!() };
    let kinds: Vec<PeriodDayKind> = days.iter().map(|day| day.kind).collect();
    assert_eq!(kinds, [PeriodDayKind::LastWeekday(Friday), PeriodDayKind::Numbered(15)]);
    assert_eq!(clauses.len(), 6);

    let statement = only(
        "window w { every sunday 02:00 lasting 4h in asset.timezone; every month on second tuesday, last day, last 2 business days, last business day\nevery year on day 1 lasting 1 day; rrule asset.rule lasting 60min in \"UTC\" not on a, e8.b; calendar \"x.ics\" covers until 2027-12-31 not on a; calendar e8.holidays; while x > 1% overrun allow }",
    );
    let Body::Window(clauses) = &statement.body else { panic!() };
    assert!(matches!(&clauses[0].form, TimeForm::Weekly { clock: Some(ClockRange { to: None, .. }), .. }));
    assert!(clauses[0].lasting.is_some() && clauses[0].zone.is_some());
    let TimeForm::Periodic { period: Period::Month, days, .. } = &clauses[1].form else { panic!() };
    let kinds: Vec<PeriodDayKind> = days.iter().map(|day| day.kind).collect();
    let last = PeriodDayKind::LastBusinessDays;
    assert_eq!(kinds, [PeriodDayKind::Nth(2, Weekday::Tuesday), PeriodDayKind::Last, last(2), last(1)]);
    assert!(matches!(&clauses[2].form, TimeForm::Periodic { period: Period::Year, clock: None, .. }));
    assert!(
        clauses[3].not_on.len() == 2 && matches!(&clauses[3].form, TimeForm::Rule(rule) if brief(rule) == "asset.rule")
    );
    assert!(matches!(&clauses[4].form, TimeForm::Calendar { covers: Some(_), file: false, .. }));
    assert!(
        matches!(&clauses[5].form, TimeForm::Calendar { source, covers: None, .. } if brief(source) == "e8.holidays")
    );
    assert!(matches!(&clauses[6].form, TimeForm::While(_)) && matches!(&clauses[7].form, TimeForm::Overrun));

    let statement =
        only("metric m \"M\" { series \"s\"; of asset.services by label \"l\" stale after 10min unit percent }");
    let Body::Metric(metric) = &statement.body else { panic!() };
    assert_eq!(
        (brief(&metric.of[0].field), metric.of[0].label.plain().unwrap()),
        ("asset.services".into(), "l".into())
    );
    assert!(metric.series.len() == 1 && metric.stale.len() == 1 && metric.unit[0].text == "percent");

    let statement = only(
        "extend asset { a: int 1..4 required, b: date or none c: list<finding> absent empty\nd: { e: bool, required: low < high } or none absent none f: x | y | none; required: string }",
    );
    let Body::Extend(extend) = &statement.body else { panic!() };
    assert_eq!(
        extend.fields.iter().map(|f| f.name.text.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c", "d", "f", "required"]
    );
    assert!(matches!(extend.fields[0].ty.kind, TypeKind::Int(Some((1, 4)))) && extend.fields[0].ty.required);
    assert!(extend.fields[3].ty.or_none && extend.fields[3].ty.absent_none);

    let statement = only(
        "policy p { business_days monday to friday not on nyse, e8.uk; cvss prefer v4.0, v3.1; category kind; longest_change 72h; owner \"x\" }",
    );
    let Body::Policy(settings) = &statement.body else { panic!() };
    assert!(matches!(&settings[0], Setting::BusinessDays { days, not_on, .. } if days.len() == 5 && not_on.len() == 2));
    assert!(matches!(&settings[1], Setting::CvssPrefer(v) if v[0].text == "v4.0" && v.len() == 2));

    let statement = only("## One.\n# not this\n##  Two. \nimport pack \"a/b\" as c with { maturity: 2, x: \"y\" };");
    assert_eq!(statement.doc, ["One.", " Two."]);
    assert!(matches!(&statement.body, Body::Import(i) if i.pack && i.with.len() == 2 && i.alias.is_some()));

    let statement = only("categorise each asset kind { a when x b otherwise }");
    assert!(
        matches!(&statement.body, Body::Categorise(c) if c.each.as_ref().unwrap().text == "asset" && c.arms.len() == 2)
    );
    assert_eq!(statement.name.unwrap().text, "kind");
}

#[test]
fn later_kinds_keep_their_tokens_and_their_mistakes() {
    let one = only("rollback c \"C\" { when x; action halt }");
    let two = only("rollback c \"C\" {\n  when x\n # c\n  action halt\n}");
    let (Body::Later(one), Body::Later(two)) = (&one.body, &two.body) else { panic!() };
    assert_eq!(one.tokens, two.tokens);
    assert_eq!(one.what, "`rollback` statements");
    assert!(problems("rollout r { ring a when x && y }").starts_with("CG0030"));
}

#[test]
fn byte_order_marks_and_line_ends_do_no_harm() {
    let (file, found) = parse(FileId(0), "\u{feff}rule a {\r\n  require x\r\n}\r\n");
    assert!(found.is_empty(), "{found:?}");
    assert_eq!((file.statements[0].span.start, file.statements[0].span.end), (3, 27));
    assert!(parse(FileId(0), "").1.is_empty());
    assert!(parse(FileId(0), "# only a comment").1.is_empty());
}

/// What begins a line in an editor and none here would be a rule there and a comment here.
#[test]
fn line_ends_that_are_none_here_are_refused() {
    for end in ["\r", "\u{2028}", "\u{2029}", "\u{85}"] {
        let text = format!("# the next one counts{end}rule r {{ forbid x }}\n");
        assert!(problems(&text).starts_with("CG0003"), "{end:?}: {}", problems(&text));
    }
}
