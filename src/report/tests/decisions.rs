//! What is put together from pieces is what serialises.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::json::{Keeper, Renderer, Report, Shared, decisions, render};
use super::super::text::is_harmful;
use super::{printed, reason, record};
use crate::check::program::Effect;
use crate::eval::decision::{
    Answer, AppliedWaiver, Assumed, BlockTriage, ByBlock, Counts, Decision, FindingTriage, Obligation, Summary, Tested,
    UnknownFact, Verdict,
};
use crate::report::Format;
use crate::time::Instant;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_.:-]{0,12}",
        "[ -~]{0,12}",
        proptest::collection::vec(
            proptest::sample::select(vec![
                'a',
                '"',
                '\\',
                '/',
                '\n',
                '\t',
                '\u{0}',
                '\u{1b}',
                '\u{7f}',
                '\u{85}',
                '\u{202e}',
                '\u{2066}',
                '\u{200f}',
                'é',
                '日',
                '\u{1f600}',
                '\u{feff}',
            ]),
            0..8
        )
        .prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn instant() -> impl Strategy<Value = Instant> {
    let range = Instant::MIN.micros()..=Instant::MAX.micros();
    prop_oneof![
        range.clone(),
        range.prop_map(|micros| micros / 1_000_000 * 1_000_000),
        Just(Instant::MIN.micros()),
        Just(Instant::MAX.micros()),
        Just(0)
    ]
    .prop_map(|micros| Instant::from_micros(micros).unwrap_or(Instant::MIN))
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(of)
}

fn unknown() -> impl Strategy<Value = Vec<UnknownFact>> {
    proptest::collection::vec(text().prop_map(|fact| UnknownFact { fact, cause: "missing" }), 0..3)
}

fn answer() -> impl Strategy<Value = Arc<Answer>> {
    let reasons = proptest::collection::vec((text(), maybe(instant()), unknown(), maybe(text())), 0..3);
    let obligations = proptest::collection::vec((text(), 0..5_u32, maybe(instant()), unknown()), 0..3);
    (maybe(text()), maybe(text()), maybe(instant()), reasons, obligations).prop_map(
        |(change, category, from, reasons, obligations)| {
            let reasons = reasons.into_iter().map(|(rule, until, unknown, subject)| {
                let mut reason = reason(&rule, Effect::Hold);
                (reason.until, reason.unknown, reason.subject) = (until, unknown, subject);
                Arc::new(reason)
            });
            let obligations = obligations.into_iter().map(|(rule, need, due, unknown)| {
                Arc::new(Obligation {
                    kind: "approval",
                    rule: rule.clone(),
                    role: Some(rule),
                    need,
                    have: 0,
                    missing: need,
                    due,
                    sitting: due,
                    unknown,
                    subject: None,
                    not_counted: Vec::new(),
                })
            });
            Arc::new(Answer {
                change,
                verdict: Verdict::Hold,
                effects: vec![Effect::Hold, Effect::Warn],
                category_possible: category.iter().cloned().collect(),
                category,
                tested: Tested { from, to: None, by: "now" },
                reasons: reasons.collect(),
                obligations: obligations.collect(),
            })
        },
    )
}

fn triage() -> impl Strategy<Value = BlockTriage> {
    let findings = proptest::collection::vec((maybe(text()), maybe(text()), maybe(instant()), any::<bool>()), 0..3);
    (text(), maybe(text()), maybe(instant()), prop_oneof![0..3_u64, any::<u64>()], findings).prop_map(
        |(block, level, due, overdue, findings)| BlockTriage {
            block: block.into(),
            level: level.map(Into::into),
            due,
            overdue,
            findings: findings
                .into_iter()
                .map(|(finding, level, due, overdue)| FindingTriage {
                    waiver: finding.clone().filter(|_| overdue).map(|name| AppliedWaiver {
                        name,
                        until: due,
                        because: None,
                        ends_soon: false,
                    }),
                    finding,
                    level,
                    due,
                    overdue,
                    unknown: Vec::new(),
                })
                .collect(),
        },
    )
}

fn assumed() -> impl Strategy<Value = Arc<[Assumed]>> {
    proptest::collection::vec((text(), any::<bool>()), 0..3).prop_map(|all| {
        let one = |(fact, applied): (String, bool)| Assumed {
            value: fact.clone(),
            rule: fact.clone(),
            because: Some(fact.clone()),
            fact,
            applied,
        };
        all.into_iter().map(one).collect()
    })
}

fn some() -> impl Strategy<Value = Vec<Decision>> {
    let shared = (proptest::collection::vec(answer(), 1..4), proptest::collection::vec(assumed(), 1..3));
    let lapses = proptest::collection::vec(text(), 0..2);
    let own = (maybe(text()), maybe(instant()), lapses, proptest::collection::vec(triage(), 0..3), any::<[usize; 2]>());
    (shared, proptest::collection::vec(own, 0..8)).prop_map(|((answers, assumed), own)| {
        own.into_iter()
            .map(|(asset, not_before, lapses, triage, [which, what])| Decision {
                asset: asset.map(Arc::from),
                answer: Arc::clone(&answers[which % answers.len()]),
                not_before,
                lapses,
                triage: ByBlock::Each(triage),
                assumed: Arc::clone(&assumed[what % assumed.len()]),
            })
            .collect()
    })
}

/// What serialises, with the harmful characters escaped: they stand only in texts.
fn serialised(decision: &Decision) -> String {
    let escape = |c: char| if is_harmful(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    serde_json::to_string(decision).unwrap().chars().map(escape).collect()
}

proptest! {
    #[test]
    fn what_is_put_together_is_what_serialises(all in some()) {
        let wanted: Vec<String> = all.iter().map(serialised).collect();
        let lines: String = wanted.iter().map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(String::from_utf8(render(&all, Format::Ndjson)).unwrap(), lines.clone());

        let summary = Summary {
            change: "CHG1".to_owned(),
            verdict: Verdict::Hold,
            counts: Counts::default(),
            category: None,
            category_possible: Vec::new(),
            not_before: None,
            lapses: Vec::new(),
            risk: Vec::new(),
            obligations: Vec::new(),
            record: record(),
        };
        let shown: Vec<&Decision> = all.iter().collect();
        let changes = serde_json::to_string(&summary).unwrap();
        let begin = if wanted.is_empty() { String::new() } else { format!("\n{}\n", wanted.join(",\n")) };
        let whole = format!("{{\"decisions\":[{begin}],\"changes\":[\n{changes}\n]}}\n");
        let summaries = [summary];
        prop_assert_eq!(printed(|out| decisions(out, &shown, &summaries, Format::Json)), whole.clone());
        let by_line = format!("{lines}{{\"summary\":{changes}}}\n");
        prop_assert_eq!(printed(|out| decisions(out, &shown, &summaries, Format::Ndjson)), by_line);

        // In parts, by renderers of their own or by one.
        let mut parts = Vec::new();
        let mut report = Report::begin(&mut parts, Format::Json).unwrap();
        let mut renderer = Renderer::new(Format::Json);
        for (n, part) in all.chunks(2).enumerate() {
            report.add(&[]).unwrap();
            let mut rendered = Vec::new();
            if n % 2 == 0 {
                part.iter().for_each(|decision| renderer.add(&mut rendered, decision));
            } else {
                rendered = render(part, Format::Json);
            }
            report.add(&rendered).unwrap();
        }
        report.end(&summaries).unwrap();
        prop_assert_eq!(String::from_utf8(parts).unwrap(), whole);
    }

    #[test]
    fn what_was_kept_is_what_serialises(all in some(), part in 1..4_usize, room in [0..400_usize, 0..3000_usize]) {
        for format in [Format::Json, Format::Ndjson] {
            for room in [room, [1 << 20, 1 << 20], [1 << 20, 0]] {
                let shared = Shared::with_room(room);
                let mut keepers = [Keeper::new(&shared), Keeper::new(&shared)];
                let mut kept = Vec::new();
                for (n, part) in all.chunks(part).enumerate() {
                    let keeper = &mut keepers[n % 2];
                    for decision in part {
                        let mut said = Vec::new();
                        keeper.add(&mut said, decision);
                        kept.push((&decision.asset, said));
                    }
                    keeper.forget();
                }
                let known = shared.known(format);
                let mut rendered = Vec::new();
                kept.iter().for_each(|(asset, said)| known.render(&mut rendered, asset.as_deref(), said));
                prop_assert_eq!(String::from_utf8(rendered), String::from_utf8(render(&all, format)));
            }
        }
    }
}
