//! The engine decides what the oracle decides.

use crate::engine_people::settle;
use crate::oracle::decide::Row;

/// Where the engine's rows and the oracle's differ. The engine does not say which effects are certain.
pub fn differ(engine: &[Row], oracle: &[Row]) -> Option<(&'static str, String)> {
    let mut oracle: Vec<Row> = oracle.iter().map(|r| Row { certain: Default::default(), ..r.clone() }).collect();
    engine.iter().zip(&mut oracle).for_each(|(said, row)| settle(said, row));
    let name = |r: &Row| format!("{} {}", r.change, r.asset.as_deref().unwrap_or("null"));
    let (a, b): (Vec<String>, Vec<String>) = (engine.iter().map(name).collect(), oracle.iter().map(name).collect());
    if a != b {
        return Some(("rows", format!("the engine has {a:?}, the oracle {b:?}")));
    }
    let (x, y) = engine.iter().zip(&oracle).find(|(x, y)| x != y)?;
    let mut out = name(x);
    let mut first = None;
    let mut say = |what: &'static str, x: String, y: String| {
        if x != y {
            first = first.or(Some(what));
            out.push_str(&format!("\n  {what}\n    engine {x}\n    oracle {y}"));
        }
    };
    say("verdict", format!("{:?} {:?}", x.verdict, x.effects), format!("{:?} {:?}", y.verdict, y.effects));
    say("reasons", format!("{:?}", x.reasons), format!("{:?}", y.reasons));
    say(
        "category",
        format!("{:?} {:?}", x.category, x.category_possible),
        format!("{:?} {:?}", y.category, y.category_possible),
    );
    say("tested", format!("{:?}", x.tested), format!("{:?}", y.tested));
    say("duties", format!("{:?}", x.duties), format!("{:?}", y.duties));
    say("haves", format!("{:?}", x.haves), format!("{:?}", y.haves));
    say("waivers", format!("{:?}", x.waived), format!("{:?}", y.waived));
    say("risks", format!("{:?}", x.risks), format!("{:?}", y.risks));
    say("triage", format!("{:?}", x.triage), format!("{:?}", y.triage));
    Some((first.unwrap_or("row"), out))
}
