//! What clauses of time become.

use super::support::{check_text, listing, op, program};
use crate::check::program::{Const, Nearest, Op, PeriodId, Program, Times, VarId, When, ZoneRef};
use crate::check::types::Type;
use crate::time::{Bound, Every, Found, Hours, Kleene, Lasting, OnDay, Recurrence, parse_date, parse_instant};

const POLICY: &str = "policy acme { timezone \"Europe/London\"  business_days monday to friday not on uk }\n\
                      calendar uk { file \"calendars/holidays.ics\"  covers until 2028-12-31 }\n";

fn with(text: &str) -> Program {
    program(&format!("{POLICY}{text}"))
}

fn times(text: &str) -> Vec<When> {
    with(&format!("blackout b {{ {text} }}")).blackouts.remove(0).times
}

fn periodic(when: &When) -> (Every, OnDay, Hours) {
    let Times::Known(Recurrence::Periodic(found)) = &when.times else { panic!("{when:?}") };
    (found.every(), found.on_days().clone(), found.hours())
}

#[test]
fn every_day_of_a_month_is_a_recurrence_of_its_own() {
    let times = times("every month on day 15, second tuesday, last 2 business days 09:30 to 16:00 not on uk");
    assert_eq!(times.len(), 3);
    assert!(times.iter().all(|when| when.not_on.len() == 1));
    let (every, on, hours) = periodic(&times[2]);
    assert!(every == Every::Month && matches!(hours, Hours::Clock { .. }));
    let OnDay::LastBusinessDays(2, business) = on else { panic!() };
    let on = |date: &str| business.is_on(parse_date(date).unwrap());
    assert_eq!((on("2026-12-24"), on("2026-12-25"), on("2026-12-26")), (Kleene::Yes, Kleene::No, Kleene::No));
    assert_eq!(on("2029-01-02"), Kleene::Unknown, "nobody vouches for that year");
}

#[test]
fn lengths_count_elapsed_time_or_days() {
    let hours = |text: &str| match &times(text)[0].times {
        Times::Known(Recurrence::Weekly(weekly)) => weekly.hours(),
        Times::Known(Recurrence::Periodic(found)) => found.hours(),
        other => panic!("{other:?}"),
    };
    assert_eq!(hours("every sunday"), Hours::WHOLE_DAY);
    assert!(matches!(hours("every sunday lasting 60min"), Hours::Lasting { lasting: Lasting::Exact(_), .. }));
    assert!(matches!(hours("every sunday 02:00 lasting 1 day"), Hours::Lasting { lasting: Lasting::Span(_), .. }));
    assert!(matches!(hours("every year on last day 22:00 to 02:00"), Hours::Clock { .. }));
}

#[test]
fn rules_files_and_zones_may_be_facts() {
    let program = with(
        "extend asset { rule: string  freeze: string }\n\
         blackout b { rrule asset.rule lasting 4h in asset.timezone  calendar asset.freeze  while asset.tier == 1 }",
    );
    let times = &program.blackouts[0].times;
    assert!(matches!(times[0].times, Times::Rule(_, Lasting::Exact(_))) && matches!(times[0].zone, ZoneRef::Node(_)));
    assert!(matches!(times[1].times, Times::File(_)));
    assert_eq!((times[2].condition().is_some(), times[2].sources().count()), (true, 0));
    assert_eq!((times[0].condition(), times[0].sources().count()), (None, 2));
    assert_eq!(program.blackouts[0].head.vars, [VarId::ASSET, VarId::CHANGE]);
}

#[test]
fn a_rule_without_a_start_begins_with_1970() {
    let rule = |text: &str| match &times(text)[0].times {
        Times::Known(Recurrence::Rule(rule)) => (rule.dtstart.to_string(), rule.rule.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(rule("rrule \"RRULE:FREQ=WEEKLY;BYDAY=SU\" lasting 4h").0, "1970-01-01T00:00:00");
    let fortnight = "rrule \"DTSTART:20260104T020000\\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU\" lasting 4h";
    assert_eq!(rule(fortnight).0, "2026-01-04T02:00:00");
}

#[test]
fn a_calendar_is_spread_over_what_names_it() {
    let program = with(
        "calendar odd { every monday 09:00 to 10:00 in \"UTC\" not on uk  from 2026-12-24 to 2026-12-26 }\n\
         window w { calendar odd in asset.timezone not on odd  mandatory  overrun allow }",
    );
    let window = &program.windows[0];
    assert!(window.mandatory && window.overrun && window.times.len() == 2);
    assert!(window.times.iter().all(|when| matches!(when.zone, ZoneRef::Node(_))));
    assert_eq!((window.times[0].not_on.len(), window.times[1].not_on.len()), (2, 1));
    let odd = &program.calendars[1];
    assert_eq!((odd.name.as_str(), odd.times.entries().len()), ("odd", 2));
    let after = odd.times.next_after(parse_instant("2026-12-20T00:00:00Z").unwrap());
    assert_eq!(after, Found::At(parse_instant("2026-12-21T09:00:00Z").unwrap()));
    let days = |date: &str| odd.times.has_day(parse_date(date).unwrap(), &crate::time::Zone::utc());
    assert_eq!((days("2026-12-25"), days("2026-12-29")), (Kleene::Yes, Kleene::No));
}

#[test]
fn a_file_reaches_as_far_as_the_policy_says() {
    let program = with("");
    let [entry] = program.calendars[0].times.entries() else { panic!() };
    let Recurrence::File { covers_until: Some(Bound::Date(date)), .. } = entry.recurrence else { panic!() };
    assert_eq!(date, parse_date("2028-12-31").unwrap());
    assert_eq!(program.contexts[0].holidays.len(), 1);
    assert!(program.sources.iter().any(|(_, file)| file.name == "calendars/holidays.ics"), "the digest covers it");
}

#[test]
fn expressions_ask_calendars_periods_and_metrics() {
    let program = with(
        "metric load { series \"node_load\"  of asset.services by label \"service\"  stale after 10min }\n\
         metric lag { series \"lag\"  of asset.hostname by label \"host\"  unit seconds }\n\
         window w { every sunday }\n\
         rule a { forbid next uk after change.start < last uk before 2026-12-01 }\n\
         rule b { forbid not (change.start during uk) and overlaps(w) }\n\
         rule c { forbid load > 3 or lag > 2min }\n\
         rule d { forbid now + 3 business days on uk > change.start }",
    );
    let Op::Compare(_, left, right) = op(&program, program.rules[0].broken[0]) else { panic!() };
    assert!(matches!(op(&program, *left), Op::Nearest(Nearest::Next, _, _)));
    assert!(matches!(op(&program, *right), Op::Nearest(Nearest::Last, _, _)));
    let Op::And(parts) = op(&program, program.rules[1].broken[0]) else { panic!() };
    assert!(matches!(op(&program, parts[1]), Op::Overlaps(PeriodId::Window(0))));
    assert_eq!(program.rules[2].head.vars, [VarId::ASSET]);
    let metrics: Vec<&Type> = program.metrics.iter().map(|metric| &metric.ty.base).collect();
    assert_eq!(metrics, [&Type::Number, &Type::Duration]);
    let of = |n: usize| program.metrics[n].of.as_ref().unwrap();
    assert!(of(0).list.is_ok() && of(0).element.is_some() && of(1).list.is_err() && of(1).label == "host");
    assert_eq!((program.metrics[0].stale, program.metrics[1].stale), (Some(600_000_000), None));
    assert!(program.nodes.iter().any(|node| matches!(node.op, Op::Const(Const::BusinessDays(3, _)))));
}

#[test]
fn a_sitting_closes_before_it_begins() {
    let program = with(
        "calendar cab_sitting { every tuesday 14:00 to 15:00 not on uk }\n\
         approval cab { need 2 from \"cab-member\"  meets cab_sitting, closes 2 business days before }\n\
         approval other { need 1 from \"cab-member\"  meets cab_sitting }",
    );
    let closes = program.approvals[0].meets.as_ref().unwrap().closes.unwrap();
    assert!(matches!(op(&program, closes), Op::Const(Const::Span(2, _))));
    assert!(program.approvals[1].meets.as_ref().unwrap().closes.is_none());
}

#[test]
fn overlaps_is_read_through_to_what_says_when() {
    // An absence in scope or `while` of what is asked about helps whoever asks.
    let cases = [
        ("blackout b { every sunday  when asset.tier is known }\nrule r { forbid overlaps(b) }", "asset.tier is known"),
        ("blackout b { while asset.tier is unknown }\nrule r { forbid not overlaps(b) }", "asset.tier is unknown"),
        ("window w { while asset.tier is unknown }", "asset.tier is unknown"),
        (
            "extend asset { site: timezone }\nblackout b { every sunday in (asset.timezone default asset.site) }",
            "asset.timezone default asset.site",
        ),
    ];
    for (text, underlined) in cases {
        let checked = check_text(&format!("policy p {{ timezone \"UTC\" }}\n{text}"));
        let first = &checked.diagnostics[0];
        let found = (first.code.0, checked.sources.text(first.span).trim_matches(['(', ')']));
        assert_eq!(found, (149, underlined), "{}", listing(&checked));
    }
    let fine = [
        "blackout b { while asset.tier is unknown or asset.tier == 1 }",
        "window w { while asset.tier is known }",
        "blackout b { every sunday  when asset.tier is known  assumes \"x\" }\nrule r { forbid overlaps(b) }",
    ];
    for text in fine {
        let text = format!("policy p {{ timezone \"UTC\" }}\n{text}");
        assert!(check_text(&text).program.is_some(), "{}", listing(&check_text(&text)));
    }
}

#[test]
fn a_broken_calendar_is_told_once() {
    let text = "policy p { timezone \"UTC\" }\ncalendar c { file \"calendars/broken.ics\" }\n\
                blackout a { every day not on c }\nblackout b { calendar \"calendars/broken.ics\" }";
    let checked = check_text(text);
    assert_eq!(checked.diagnostics.len(), 1, "{}", listing(&checked));
    assert_eq!(checked.sources.name(checked.diagnostics[0].span.file), "calendars/broken.ics");
}

#[test]
fn a_long_row_of_calendars_ends_in_an_error() {
    let row: String = (0..5_000).map(|n| format!("calendar c{n} {{ every monday not on c{} }}\n", n + 1)).collect();
    let checked = check_text(&format!("policy p {{ timezone \"UTC\" }}\n{row}calendar c5000 {{ every friday }}"));
    assert!(checked.diagnostics.iter().any(|found| found.code.0 == 129));
}

#[test]
fn the_end_of_a_day_in_a_zone_that_is_a_fact_is_read_too() {
    let program = with(
        "obligation note { when change.reboot  assigned to \"soc\"  due within 1d of change.finished_at end of day in asset.timezone }",
    );
    assert_eq!(program.obligations[0].head.vars, [VarId::ASSET, VarId::CHANGE]);
    let lenient = "policy p { timezone \"UTC\" }\nextend asset { site: timezone }\nobligation note { when change.reboot  assigned to \"soc\"  due within 1d of change.finished_at end of day in (asset.timezone default asset.site) }";
    assert_eq!(check_text(lenient).diagnostics[0].code.0, 149, "{}", listing(&check_text(lenient)));
}
