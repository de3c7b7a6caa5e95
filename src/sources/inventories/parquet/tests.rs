#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parquet/", $name, ".parquet")).as_slice())
    };
}

/// What other programs wrote of the same records: see `tests/parquet/generate.py`.
const ASSETS: [(&str, &[u8]); 9] = [
    file!("arrow-snappy"),
    file!("arrow-zstd-v2"),
    file!("arrow-gzip-plain"),
    file!("arrow-groups"),
    file!("arrow-two-level"),
    file!("arrow-delta"),
    file!("polars"),
    file!("duckdb"),
    file!("duckdb-v2"),
];
const OTHERS: [(&str, &[u8]); 5] =
    [file!("duckdb-many"), file!("arrow-flat"), file!("arrow-int96"), file!("arrow-lz4"), file!("arrow-not-utf8")];
const LIMIT: u64 = 64 << 20;

/// All rows, and what ended them.
fn records(bytes: &[u8], limit: u64) -> (Vec<Result<Json<'static>, Misread>>, Option<String>) {
    let mut found = Vec::new();
    let mut all = || -> Read<()> {
        let footer = footer::read(bytes)?;
        let schema = schema::tree(&footer.elements)?;
        let mut budget = Budget::new(limit);
        for group in &footer.groups {
            let mut rows =
                rows::Rows::new(&schema, group, &Body::Whole(&bytes[..footer.at]), &vec![true; schema.leaves.len()])?;
            while let Some(row) = rows.next(&mut budget)? {
                found.push(row.map(Json::into_owned));
            }
        }
        Ok(())
    };
    let end = all().err().map(Cow::into_owned);
    (found, end)
}

fn why(bytes: &[u8]) -> String {
    records(bytes, LIMIT).1.expect("it is refused")
}

fn canonical(mut json: Json<'_>) -> Json<'_> {
    json.canonical();
    json
}

#[test]
fn every_writer_gives_the_same_records() {
    let expected = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parquet/assets.json"));
    let expected = canonical(Json::parse(expected).unwrap());
    for (name, bytes) in ASSETS {
        let (rows, end) = records(bytes, LIMIT);
        assert_eq!(end, None, "{name}");
        let rows: Vec<_> =
            rows.into_iter().map(|row| row.unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"))).collect();
        assert_eq!(rows[0].get("disk_free"), Some(&Json::Number("12.50".into())), "{name}: decimals keep their text");
        assert_eq!(canonical(Json::Array(rows)), expected, "{name}");
    }
}

#[test]
fn each_kind_of_value_has_its_form() {
    let (rows, end) = records(OTHERS[1].1, LIMIT);
    assert_eq!(end, None);
    let row = |at: usize| format!("{:?}", rows[at].as_ref().unwrap());
    for (at, wanted) in [
        (
            0,
            r#"("id", String("a")), ("os.name", String("Debian")), ("tier", String("1")), ("tags", String("pci;edge")), ("last_scanned", String("2026-11-20T04:00:00")), ("labels", Object([("team", String("edge")), ("cost", String("7"))])), ("float", Number("1")), ("byte", Number("200")), ("long", Number("18446744073709551615")), ("half", Number("1.5")), ("time", String("01:02:03")), ("decimal", Number("-0.05")), ("bytes", String("text")), ("nothing", Null)"#,
        ),
        (
            1,
            r#"("id", String("b")), ("os.name", Null), ("tier", String("x")), ("tags", Null), ("last_scanned", Null), ("labels", Null), ("float", Null), ("byte", Number("255")), ("long", Number("0")), ("half", Number("-0.25")), ("time", Null), ("decimal", Number("12345678901234567890.12")), ("bytes", Null), ("nothing", Null)"#,
        ),
    ] {
        assert_eq!(row(at), format!("Object([{wanted}])"));
    }
    // By a clock that nobody has named.
    let (rows, _) = records(OTHERS[2].1, LIMIT);
    assert_eq!(rows[0].as_ref().unwrap().get("last_scanned"), Some(&Json::String("2026-11-20T04:00:00".into())));
}

#[test]
fn long_runs_keep_their_order() {
    let (rows, end) = records(OTHERS[0].1, LIMIT);
    assert_eq!((rows.len(), end), (5000, None));
    for (i, row) in rows.into_iter().enumerate() {
        let hostname = if i % 3 == 0 { "null".to_owned() } else { format!("\"h{i}\"") };
        let text = format!(
            r#"{{"id":"x{}-{i}","tier":{},"hostname":{hostname},"tags":["t{}","all"]}}"#,
            i % 7,
            i % 4 + 1,
            i % 5
        );
        assert_eq!(row.unwrap(), Json::parse(&text).unwrap());
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    assert_eq!(why(OTHERS[3].1), "it is packed with LZ4: write it with Snappy, gzip or zstd, in column `id`");
    assert_eq!(why(b"PAR1"), "it does not end as Parquet does: it is cut off or damaged");
    assert_eq!(why(b"PAR1xxxxPARE"), "it is encrypted");
    assert_eq!(why(b"PAR1\xff\xff\xff\x7fPAR1"), "the length of its end does not fit the file");
    let (rows, end) = records(OTHERS[4].1, LIMIT);
    assert_eq!(end, None);
    assert_eq!(rows[0].as_ref().unwrap().get("id"), Some(&Json::String("good".into())));
    assert_eq!(rows[1].as_ref().unwrap_err().found, "a text is not UTF-8, in column `id`");
    assert_eq!(records(OTHERS[0].1, 9_000).1.as_deref(), Some(TOO_LARGE));
}

/// A file with this end.
fn with_end(end: &[u8]) -> Vec<u8> {
    let length = u32::try_from(end.len()).unwrap().to_le_bytes();
    [b"PAR1".as_slice(), end, &length, b"PAR1"].concat()
}

#[test]
fn no_end_of_a_file_is_believed() {
    let chain = |depth: usize| {
        let mut end = vec![0x29, 0xFC];
        let mut count = depth;
        while count > 0x7F {
            end.push(u8::try_from(count & 0x7F).unwrap() | 0x80);
            count >>= 7;
        }
        end.push(u8::try_from(count).unwrap());
        for _ in 0..depth {
            end.extend([0x35, 0x00, 0x18, 0x01, b'a', 0x15, 0x02, 0x00]);
        }
        end.push(0);
        with_end(&end)
    };
    assert_eq!(why(&chain(5_000)), "its columns are nested too deep");
    assert_eq!(why(&chain(1_000_000)), "it has too many columns");
    // A list of two thousand million, a text as long, a value nested without end.
    assert_eq!(why(&with_end(b"\x29\xFC\xFF\xFF\xFF\xFF\x07\x00")), "a list in it is longer than the file");
    assert_eq!(why(&with_end(b"\x29\x1C\x48\xFF\xFF\xFF\xFF\x07\x00")), "it is cut off");
    assert_eq!(why(&with_end(&[0x1C; 100_000])), "it is nested too deep");
    assert_eq!(why(&with_end(&[0xFF; 100])), "it has a value of no known kind");
    assert_eq!(why(&with_end(&[0])), "it has no columns");
}

/// A number as the protocol has it.
fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7F {
        bytes.push(u8::try_from(number & 0x7F).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

#[test]
fn a_small_end_does_not_take_much_memory() {
    // The name of a group is in the path of each of its columns.
    let inner = 3_000_usize;
    let long = vec![b'x'; 1 << 20];
    let mut end = [&b"\x29\xFC"[..], &varint(inner + 3)].concat();
    end.extend(b"\x48\x04root\x15\x04\x00");
    end.extend(b"\x15\x0c\x38\x02id\x00");
    end.extend([&b"\x48"[..], &varint(long.len()), &long, b"\x15", &varint(inner * 2), b"\x00"].concat());
    for column in 0..inner {
        let name = format!("c{column}");
        end.extend([&b"\x15\x0c\x38"[..], &varint(name.len()), name.as_bytes(), b"\x00"].concat());
    }
    end.push(0);
    assert_eq!(why(&with_end(&end)), "the names of its columns are too long");
    // Structs of one byte: groups of rows, then the columns of one, then those of many.
    let lists = |count: usize, each: &[u8]| {
        with_end(&[&b"\x49\xFC"[..], &varint(count), &each.repeat(count), b"\x00"].concat())
    };
    assert_eq!(why(&lists(1 << 20, b"\x00")), "it has too many groups of rows");
    let columns = |count: usize| [&b"\x19\xFC"[..], &varint(count), &vec![0; count], b"\x00"].concat();
    assert_eq!(why(&lists(1, &columns(1 << 20))), "its groups of rows have too many columns");
    assert_eq!(why(&lists(200, &columns(9_000))), "its groups of rows have too many columns");
}

#[test]
fn a_page_says_at_most_what_the_budget_allows() {
    // A million rows of nothing in a run of four bytes: what they would be as text counts.
    let small = [b"\x35\x00\x18\x04root\x15\x02\x00".as_slice(), b"\x15\x0c\x25\x02\x18\x02id\x00"].concat();
    let page = b"\x15\x00\x15\x14\x15\x14\x2c\x15\x80\x89\x7a\x15\x00\x15\x06\x15\x06\x00\x00\x06\x00\x00\x00\x80\x92\xf4\x01\x00\x00";
    let chunk = b"\x3c\x15\x0c\x35\x00\x15\x80\x89\x7a\x46\x08\x00\x00";
    let group = [b"\x19\x1c".as_slice(), chunk, b"\x26\x80\x89\x7a\x00"].concat();
    let end = [b"\x29\x2c".as_slice(), &small, b"\x29\x1c", &group, b"\x00"].concat();
    let length = u32::try_from(end.len()).unwrap().to_le_bytes();
    let file = [b"PAR1".as_slice(), page, &end, &length, b"PAR1"].concat();
    let (rows, end) = records(&file, 10_000);
    assert_eq!((rows.len(), end.as_deref()), (1000, Some(TOO_LARGE)));
    assert_eq!(records(&file, LIMIT).0.len(), 1_000_000);
}

#[test]
fn damaged_files_end_without_a_panic() {
    for (name, bytes) in ASSETS.into_iter().chain(OTHERS.into_iter().skip(1)) {
        let whole = records(bytes, LIMIT).0.len();
        for at in (0..bytes.len()).step_by(9) {
            let (rows, end) = records(&bytes[..at], LIMIT);
            assert!(rows.len() <= whole && end.is_some(), "{name} cut at {at}");
        }
        let mut damaged = bytes.to_vec();
        for at in (0..bytes.len()).step_by(2) {
            let before = damaged[at];
            damaged[at] = before ^ (1 << (at / 2 % 8));
            let (rows, _) = records(&damaged, 1 << 20);
            assert!(rows.len() <= 100_000, "{name} with another bit at {at}");
            damaged[at] = before;
        }
    }
}
