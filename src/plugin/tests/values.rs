use wasmtime::component::Val;

use crate::check::plugin::{Kind, Value};
use crate::plugin::convert::{lift, lower};

fn there_and_back(kind: &str, value: Value) {
    let kind = Kind::parse(kind).unwrap();
    assert_eq!(lift(&kind, lower(&kind, &value).unwrap()), Ok(value));
}

#[test]
fn values_go_there_and_back() {
    there_and_back("bool", Value::Bool(true));
    there_and_back("int", Value::Int(i64::MIN));
    there_and_back("number", Value::Decimal(-12_500_000_000));
    there_and_back("number", Value::Decimal(-1));
    there_and_back("percent", Value::Decimal(12_500_000_000));
    there_and_back("string", Value::Text("é\u{0}".into()));
    there_and_back("date", Value::Date(20_779));
    there_and_back("date", Value::Date(-719_162));
    there_and_back("time", Value::Time(1_700_000_000_000_000));
    there_and_back("duration", Value::Duration(-1));
    there_and_back("not_set | low", Value::Word(0));
    there_and_back("date or none", Value::None);
    there_and_back("date or none", Value::Date(1));
    there_and_back("set<int>", Value::List(vec![Value::Int(1), Value::Int(2)]));
}

#[test]
fn what_comes_back_is_not_believed() {
    let record = |fields: &[(&str, Val)]| {
        Val::Record(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let number = |whole, rest| record(&[("whole", Val::S64(whole)), ("billionths", Val::S32(rest))]);
    let date = |year, month, day| record(&[("year", Val::S16(year)), ("month", Val::U8(month)), ("day", Val::U8(day))]);
    for (kind, value, words) in [
        ("number", number(1, -1), "1 and -1 billionths are no number"),
        ("number", number(0, 1_000_000_000), "0 and 1000000000 billionths are no number"),
        ("date", date(2026, 2, 29), "2026-02-29 is no date"),
        ("date", date(2026, 0, 1), "2026-00-01 is no date"),
        ("time", record(&[("unix-microseconds", Val::S64(i64::MAX))]), "a time outside the years 1 to 9999"),
        ("a | b", Val::Enum("c".to_owned()), "a word that is not of its enumeration"),
        ("bool", Val::S64(1), "it is of another type"),
    ] {
        assert_eq!(lift(&Kind::parse(kind).unwrap(), value), Err(words.to_owned()));
    }
    let set = Kind::parse("set<int>").unwrap();
    let twice = Val::List(vec![Val::S64(2), Val::S64(1), Val::S64(2)]);
    assert_eq!(
        lift(&set, twice),
        Ok(Value::List(vec![Value::Int(1), Value::Int(2)])),
        "a set is in order, each element once"
    );
}

#[test]
fn an_input_that_has_no_place_is_refused() {
    for (kind, value) in [
        ("number", Value::Decimal(i128::from(i64::MAX) * 2_000_000_000)),
        ("a | b", Value::Word(2)),
        ("int", Value::None),
    ] {
        assert!(lower(&Kind::parse(kind).unwrap(), &value).is_err());
    }
}
