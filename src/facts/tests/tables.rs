//! Waivers as comma-separated values.

use super::*;

const HEADER: &str = "id,waives,assets,changes,findings,from,until,by,because";

fn waivers(name: &str, text: impl AsRef<[u8]>) -> Input {
    let mut builder = builder();
    builder.add_file(TableId::WAIVER, name, text.as_ref());
    let input = builder.finish();
    assert_sound(&input);
    input
}

fn rows(input: &Input) -> Vec<Vec<String>> {
    let rows = input.facts.others.iter().find(|rows| rows.table == TableId::WAIVER).unwrap();
    let def = input.facts.clone();
    (0..rows.len - 1)
        .map(|row| def.describe(&schema(), rows, row).into_iter().map(|(_, value)| value).collect())
        .collect()
}

/// The only error: what it says, and where.
fn error(input: &Input) -> String {
    assert_eq!(input.problems.error_count, 1, "{:#?}", input.problems);
    input.problems.errors[0].to_string()
}

#[test]
fn a_row_is_a_waiver_and_its_lists_have_semicolons() {
    let text = format!(
        "{HEADER}\nw1,no_eol; patching,db-1;db-2,,CVE-1,2026-11-01,2027-03-31,ciso,\"Contract \"\"8841\"\", paid\"\n"
    );
    let input = waivers("w.csv", &text);
    let wanted = [
        "\"w1\"",
        "{ \"no_eol\", \"patching\" }",
        "{ \"db-1\", \"db-2\" }",
        "{  }",
        "{ \"CVE-1\" }",
        "2026-11-01",
        "2027-03-31",
        "\"ciso\"",
        "\"Contract \\\"8841\\\", paid\"",
    ];
    assert_eq!(rows(&input), [wanted]);
    quiet(&input);
    let json = waivers(
        "w.json",
        r#"[{"id":"w1","waives":["patching","no_eol"],"assets":["db-2","db-1"],"findings":["CVE-1"],"from":"2026-11-01","until":"2027-03-31","by":"ciso","because":"Contract \"8841\", paid"}]"#,
    );
    assert_eq!(input.facts.digest, json.facts.digest, "the form of the file says nothing");
}

#[test]
fn line_ends_byte_order_marks_and_empty_rows_say_nothing() {
    let plain = format!("{HEADER}\nw1,r,a,,,2026-11-01,2027-03-31,ciso,\nw2,r,b,,,2026-11-01,2027-03-31,ciso,\n");
    let one = waivers("w.csv", &plain);
    assert_eq!(rows(&one).len(), 2);
    for text in [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("{plain}\n\n,,,,,,,,\n  \n").replace("  \n", ""),
        plain.replace(",a,", ", a ,").replace("id,", " id ,"),
        plain.trim_end().to_owned(),
    ] {
        let other = waivers("w.csv", &text);
        quiet(&other);
        assert_eq!(one.facts.digest, other.facts.digest, "{text:?}");
    }
    // By another name, it is known by its first line.
    let piped = waivers("-", &plain);
    assert_eq!(one.facts.digest, piped.facts.digest);
}

#[test]
fn columns_may_be_fewer_and_in_any_order() {
    let input = waivers("w.csv", "until,assets,id,waives,ticket\n2027-03-31,a,w1,r,T-1\n");
    let row = &rows(&input)[0];
    assert_eq!((row[5].as_str(), row[6].as_str(), row[8].as_str()), ("unknown (missing)", "2027-03-31", "none"));
    let note = &input.problems.notes[0];
    assert_eq!(note.message, "the vocabulary has no `waiver.ticket`, so it is ignored");
    assert_eq!(note.places[0].line, Some(2));
}

#[test]
fn nothing_in_a_file_is_a_file_that_was_given() {
    for text in ["", "\n", HEADER, "\u{feff}"] {
        let input = waivers("w.csv", text);
        quiet(&input);
        assert_eq!((rows(&input).len(), input.facts.given.as_slice()), (0, &[TableId::WAIVER][..]));
    }
}

#[test]
fn a_row_that_does_not_fit_names_its_line() {
    let text = format!("{HEADER}\nw1,r,a,,,2026-11-01,2027-03-31,ciso,\"two\nlines\"\nw2,r,a\nw3,r,b,,,,,,\n");
    let input = waivers("w.csv", &text);
    assert_eq!(error(&input), "a row does not fit the header\n  w.csv:4: the row has 3 cells, the header 9");
    assert_eq!(rows(&input).len(), 2);
    assert_eq!(input.facts.others_incomplete, [TableId::WAIVER]);
    let input = waivers("w.csv", format!("{HEADER}\n,r,a,,,,,ciso,\n"));
    assert!(error(&input).starts_with("`waiver.id` is required\n  w.csv:2: it is missing"), "{}", error(&input));
}

#[test]
fn a_file_that_cannot_be_read_names_the_line() {
    for (text, wanted) in [
        (format!("{HEADER}\nw1,r,a,,,,,ciso,\"no end\nw2,r,b,,,,,ciso,\n"), "w.csv:2: a `\"` has no end"),
        (
            format!("{HEADER}\nw1,r,a,,,,,ciso,\"a\" b\n"),
            "w.csv:2: something stands between a closing `\"` and the next separator",
        ),
        (
            format!("{HEADER}\n\nw1,r,5\" disk,,,,,ciso,\n"),
            "w.csv:3: a `\"` stands within a cell: put the cell in `\"` and write `\"\"`",
        ),
        (
            HEADER.replace(',', ";"),
            "w.csv:1: the first row has no column `id`: it names the columns, of assets, because, by, changes, findings, from, id, until, waives",
        ),
        (
            "w1,r,a".to_owned(),
            "w.csv:1: the first row has no column `id`: it names the columns, of assets, because, by, changes, findings, from, id, until, waives",
        ),
    ] {
        let input = waivers("w.csv", &text);
        let error = error(&input);
        let place = error.lines().nth(1).unwrap_or_default().trim();
        assert_eq!(place, wanted, "{error}");
        assert_eq!((rows(&input).len(), input.facts.others_incomplete.len()), (0, 1));
    }
    for (bytes, wanted) in [
        (&b"id,by\nw1,\xff\n"[..], "w.csv:2: the file is not UTF-8"),
        (&b"\xff\xfei\0d\0"[..], "w.csv:1: the file is UTF-16, expected UTF-8"),
    ] {
        let error = error(&waivers("w.csv", bytes));
        assert_eq!(error.lines().nth(1).unwrap().trim(), wanted);
    }
}

#[test]
fn a_wrong_date_is_unknown_with_its_line() {
    let input = waivers("w.csv", format!("{HEADER}\nw1,r,a,,,1.11.2026,2027-03-31,ciso,\n"));
    let told = warning(&input);
    assert!(told.message.starts_with("`waiver.from` is not a date"), "{}", told.message);
    assert_eq!((told.places[0].line, told.places[0].record.as_deref()), (Some(2), Some("w1")));
}

#[test]
fn no_bytes_make_it_panic() {
    let mut seed = 7_u32;
    let letters = b"id,\"\n\r;w\xef\xbb\xbf{[ ";
    for _ in 0..2_000 {
        let mut text = b"id,waives\n".to_vec();
        for _ in 0..24 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push(letters[(seed >> 16) as usize % letters.len()]);
        }
        let mut builder = builder();
        builder.add_file(TableId::WAIVER, "w.csv", &text);
        assert_sound(&builder.finish());
    }
}
