//! Nothing hangs on the order of the input or on the number of threads.

use super::*;

const A: &str = r#"{"id":"a","tier":1,"tags":["x","y"],"findings":[{"cve":"C1","epss":0.5},{"cve":"C2","cvss":[9.8,"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]}]}"#;
const A_TURNED: &str = r#"{"findings":[{"cvss":["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",9.80],"cve":"C2"},{"epss":5e-1,"cve":"C1"}],"tags":["y","x"],"id":"a","tier":1.0}"#;
const B: &str = r#"{"id":"b","owner":"o"}"#;

/// Everything of the facts that a decision can read, texts by their letters.
fn dump(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    for table in [&facts.assets, &facts.changes] {
        dump_table(facts, table, &mut lines);
    }
    lines.push(format!("{:?} {:?} {}", facts.touched, facts.goes_now, facts.assets_incomplete));
    lines
}

fn dump_table(facts: &Facts, table: &TableData, lines: &mut Vec<String>) {
    let schema = schema();
    for row in 0..table.len {
        lines.push(format!(
            "{:?} {} {:?}",
            facts.describe(&schema, table, row),
            table.phantom.value(row),
            table.owner.get(row)
        ));
    }
    for column in &table.columns {
        if let Column::List(list) = column {
            lines.push(format!("{:?} {:?}", list.offsets, list.causes));
            dump_table(facts, &list.rows, lines);
        }
    }
}

fn ndjson(lines: &[&str]) -> Input {
    read(lines.join("\n"))
}

#[test]
fn the_order_of_records_keys_and_elements_says_nothing() {
    let one = ndjson(&[A, B]);
    for other in [ndjson(&[B, A]), ndjson(&[A_TURNED, B]), read(format!("[{B},{A_TURNED}]"))] {
        assert_eq!(dump(&one.facts), dump(&other.facts));
        assert_eq!(one.facts.digest, other.facts.digest);
    }
    // A record more that says the same is another set of facts, but reads the same.
    let twice = ndjson(&[A, B, A_TURNED]);
    assert_eq!(dump(&one.facts), dump(&twice.facts));
}

#[test]
fn duplicates_merge_in_any_order() {
    let records = [
        r#"{"id":"a","tier":1,"owner":"x","findings":[{"cve":"C1"}]}"#,
        r#"{"id":"a","tier":2,"region":"r","findings":[{"cve":"C2"},{"cve":"C1"}]}"#,
        r#"{"id":"a","tier":"bad","owner":"x","tags":[1,"t"]}"#,
    ];
    let mut seen = Vec::new();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let input = ndjson(&order.map(|at| records[at]));
        assert_sound(&input);
        seen.push((dump(&input.facts), input.facts.digest));
    }
    assert!(seen.iter().all(|one| *one == seen[0]));
}

#[test]
fn the_digest_tells_facts_apart() {
    let digests: Vec<String> = [
        ndjson(&[A]),
        ndjson(&[B]),
        ndjson(&[A, B]),
        ndjson(&[A, B, B]),
        ndjson(&[r#"{"id":"b","owner":"p"}"#]),
        ndjson(&[r#"{"id":"b","owner":["o"]}"#]),
        ndjson(&[r#"{"id":"b","owner":null}"#]),
        ndjson(&[r#"{"id":"bowner","o":""}"#]),
        ndjson(&[B, "broken"]),
        read_changes(B),
    ]
    .into_iter()
    .map(|input| input.facts.digest)
    .collect();
    for (at, digest) in digests.iter().enumerate() {
        assert_eq!(digest.len(), "sha256:".len() + 64);
        assert!(!digests[..at].contains(digest), "{at}");
    }
}

#[test]
fn the_number_of_threads_says_nothing() {
    let mut text = String::new();
    for n in 0..4000 {
        let tier = if n % 7 == 0 { "\"x\"".to_owned() } else { (n % 5).to_string() };
        text.push_str(&format!(
            "{{\"id\":\"a{}\",\"tier\":{tier},\"owner\":\"o{}\",\"odd{}\":1,\"findings\":[{{\"cve\":\"C{n}\",\"epss\":0.{n}}},{}]}}\n",
            n % 3900,
            n % 10,
            n % 3,
            if n % 11 == 0 { "5" } else { "{}" },
        ));
    }
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| read(&text))
    };
    let one = run(1);
    assert_sound(&one);
    for threads in [2, 8] {
        let other = run(threads);
        assert_eq!(dump(&one.facts), dump(&other.facts));
        assert_eq!(one.facts.digest, other.facts.digest);
        assert_eq!(one.problems, other.problems);
        let texts = |input: &Input| input.facts.strings.iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(texts(&one), texts(&other));
    }
}
