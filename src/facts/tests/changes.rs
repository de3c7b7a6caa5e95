//! What only changes have: their assets, and their times.

use super::*;

fn touched(assets: &str) -> (Vec<(u32, bool)>, bool, Option<Cause>) {
    let input = read_changes(format!("{{\"id\":\"c\"{assets}}}"));
    assert_sound(&input);
    let touched = input.facts.touched[0].clone();
    (touched.rows, touched.incomplete, touched.cause)
}

#[test]
fn names_assets_by_their_ids() {
    assert_eq!(touched(r#","assets":["b","a","b"]"#), (vec![(0, true), (1, true)], false, None));
}

#[test]
fn nothing_named_is_anything_possible() {
    let phantom = vec![(2, false)];
    assert_eq!(touched(""), (phantom.clone(), true, Some(Cause::Missing)));
    assert_eq!(touched(r#","assets":null"#), (phantom.clone(), true, Some(Cause::Missing)));
    assert_eq!(touched(r#","assets":[]"#), (phantom.clone(), true, Some(Cause::Empty)));
    assert_eq!(touched(r#","assets":"a""#), (phantom.clone(), true, Some(Cause::Malformed)));
    assert_eq!(touched(r#","assets":["a"],"assets":["b"]"#), (phantom, true, Some(Cause::Disagreement)));
    assert_eq!(touched(r#","assets":["a",5]"#), (vec![(0, true), (2, false)], true, Some(Cause::Malformed)));
}

#[test]
fn an_id_without_a_record_is_an_asset_of_which_nothing_is_known() {
    let input = read_changes(r#"{"id":"c","assets":["zz","a","0"]}"#);
    quiet(&input);
    assert_sound(&input);
    let facts = &input.facts;
    assert_eq!((facts.recorded, facts.assets.len), (2, 5));
    assert_eq!(facts.touched[0].rows, [(2, true), (0, true), (3, true)]);
    assert_eq!((facts.asset_id(2), facts.asset_id(3), facts.asset_id(4)), (Some("0"), Some("zz"), None));
    assert_eq!(shown(facts, &facts.assets, "tier", 2), "?missing");
    assert_eq!(facts.change_ids(), ["c"]);
}

#[test]
fn selections_are_handed_back_and_filled_in() {
    let input = read_changes(r#"{"id":"c","assets":["a",{"where":"asset.tier <= 2"}]}"#);
    quiet(&input);
    let selection = &input.selections[0];
    assert_eq!((selection.change, selection.condition.as_str()), (0, "asset.tier <= 2"));
    assert_eq!(selection.place.to_string(), "c.json:1 `c`");
    let mut facts = input.facts.clone();
    facts.select(0, [(0, false), (1, false)]);
    assert_eq!(facts.touched[0].rows, [(0, true), (1, false)]);

    let mut facts = read_changes(r#"{"id":"c","assets":{"where":"x"}}"#).facts;
    assert_eq!(facts.touched[0].cause, Some(Cause::Empty));
    facts.select(0, []);
    assert_eq!((facts.touched[0].rows.as_slice(), facts.touched[0].cause), (&[(2, false)][..], Some(Cause::Empty)));
    facts.select(0, [(1, true)]);
    assert_eq!((facts.touched[0].rows.as_slice(), facts.touched[0].cause), (&[(1, true)][..], None));
    facts.select_unknown(0);
    assert_eq!((facts.touched[0].rows.as_slice(), facts.touched[0].incomplete), (&[(1, true), (2, false)][..], true));
}

#[test]
fn a_selection_over_an_incomplete_inventory_may_mean_more() {
    let mut builder = builder();
    builder.add_inventory("i.ndjson", b"{\"id\":\"a\"}\nbroken\n");
    builder.add_changes("c.json", br#"[{"id":"c","assets":{"where":"x"}},{"id":"d","assets":["a"]}]"#);
    let mut input = builder.finish();
    assert_sound(&input);
    assert!(input.facts.assets_incomplete);
    input.facts.select(0, [(0, true)]);
    assert_eq!(input.facts.touched[0].rows, [(0, true), (1, false)]);
    assert_eq!(input.facts.touched[0].cause, Some(Cause::Incomplete));
    assert_eq!(input.facts.touched[1].rows, [(0, true)]);
}

#[test]
fn odd_elements_of_assets_leave_the_list_incomplete() {
    for element in ["null", "\" \"", "{}", "{\"where\":5}", "{\"where\":\"x\",\"limit\":3}", "[\"a\"]"] {
        let (rows, incomplete, cause) = touched(&format!(",\"assets\":[\"a\",{element}]"));
        assert_eq!(
            (rows.as_slice(), incomplete, cause),
            (&[(0, true), (2, false)][..], true, Some(Cause::Malformed)),
            "{element}"
        );
    }
}

#[test]
fn an_end_before_its_start_makes_both_unknown() {
    let input = read_changes(r#"{"id":"c","start":"2026-12-01T10:00:00Z","end":"2026-12-01T09:00:00Z"}"#);
    assert_eq!((change(&input, "start").as_str(), change(&input, "end").as_str()), ("?out_of_range", "?out_of_range"));
    assert_eq!(
        warning(&input).to_string(),
        "`change.end` lies before `change.start`: both count as unknown\n  \
         c.json:1 `c`: found start `2026-12-01T10:00:00Z` and end `2026-12-01T09:00:00Z`"
    );
    quiet(&read_changes(r#"{"id":"c","start":"2026-12-01T10:00:00Z","end":"2026-12-01T10:00:00Z"}"#));
}

#[test]
fn a_change_with_neither_start_nor_end_goes_now() {
    for (times, wanted) in [
        ("", true),
        (r#","duration":"2h""#, true),
        (r#","start":null"#, false),
        (r#","end":"soon""#, false),
        (r#","start":"2026-12-01T10:00:00Z""#, false),
        (r#","start":"2026-12-01","start":"2026-12-02""#, false),
    ] {
        assert_eq!(read_changes(format!("{{\"id\":\"c\"{times}}}")).facts.goes_now, [wanted], "{times}");
    }
    let input = read_changes(r#"[{"id":"c"},{"id":"c","end":null}]"#);
    assert_eq!(input.facts.goes_now, [false]);
}

#[test]
fn reads_lengths_of_time() {
    for (text, wanted) in [
        ("\"4h\"", "4h"),
        ("\"PT1H30M\"", "1h30min"),
        ("\"P2D\"", "48h"),
        ("\"none\"", "none"),
        ("\"30m\"", "?malformed"),
        ("\"-PT1H\"", "?malformed"),
        ("\"\"", "?malformed"),
        ("\"P1M\"", "?malformed"),
        ("3600", "?malformed"),
        ("\"99999999999999999999h\"", "?malformed"),
    ] {
        assert_eq!(
            change(&read_changes(format!("{{\"id\":\"c\",\"duration\":{text}}}")), "duration"),
            wanted,
            "{text}"
        );
    }
}

#[test]
fn other_entities_are_refused() {
    let mut builder = builder();
    builder.add_record(TableId::FINDING, "t.gate", Some(1), crate::facts::Json::Null);
    let problems = builder.finish().problems;
    assert_eq!(problems.errors[0].to_string(), "records of `finding` are not part of the input\n  t.gate:1");
}
