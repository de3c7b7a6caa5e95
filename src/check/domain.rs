//! What the values of an input can be, cut into classes that a table's cells do not tell apart.

use std::cmp::Ordering;

use super::decimal::Decimal;
use super::program::{Cell, CellTest, CompareOp, Const};
use super::types::{Ty, Type};

/// The order of two constants of one type; none where they have none.
pub(super) fn compare(left: &Const, right: &Const) -> Option<Ordering> {
    Some(match (left, right) {
        (Const::Int(a), Const::Int(b)) | (Const::Enum(a), Const::Enum(b)) => a.cmp(b),
        (Const::Time(a), Const::Time(b)) | (Const::Duration(a), Const::Duration(b)) => a.cmp(b),
        (Const::Decimal(a), Const::Decimal(b)) => a.cmp(b),
        (Const::Int(a), Const::Decimal(b)) => Decimal::from_int(*a).cmp(b),
        (Const::Decimal(a), Const::Int(b)) => a.cmp(&Decimal::from_int(*b)),
        (Const::Date(a), Const::Date(b)) => a.cmp(b),
        (Const::Bool(a), Const::Bool(b)) => a.cmp(b),
        _ => return None,
    })
}

/// Values that the cells of a table treat alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// This value.
    Is(Const),
    /// Any value that no cell names.
    Other,
    /// Between two values, both excluded; absent ends are open.
    Between(Option<Const>, Option<Const>),
}

/// The classes of an input; none where they cannot be worked out.
pub(super) fn classes<'a>(ty: &Ty, cells: impl Iterator<Item = &'a Cell>) -> Option<Vec<Class>> {
    let tests: Vec<&CellTest> = cells
        .flat_map(|cell| match cell {
            Cell::Any => &[],
            Cell::OneOf(tests) => tests.as_slice(),
        })
        .collect();
    let mut found = match &ty.base {
        Type::Bool => vec![Class::Is(Const::Bool(false)), Class::Is(Const::Bool(true))],
        Type::Enum(def) => {
            (0..def.values.len()).filter_map(|n| i64::try_from(n).ok()).map(|n| Class::Is(Const::Enum(n))).collect()
        }
        Type::Int | Type::Number | Type::Percent | Type::Date | Type::Time | Type::Duration => ordered(ty, &tests),
        _ => {
            let mut found = vec![Class::Other];
            for test in tests {
                match test {
                    CellTest::Is(Const::None) => {}
                    CellTest::Is(value) | CellTest::Compare(CompareOp::Eq | CompareOp::Ne, value) => {
                        let class = Class::Is(value.clone());
                        if !found.contains(&class) {
                            found.push(class);
                        }
                    }
                    CellTest::Compare(..) | CellTest::Between(..) => return None,
                }
            }
            found
        }
    };
    if ty.or_none {
        found.push(Class::Is(Const::None));
    }
    Some(found)
}

/// Up to how many whole numbers each is looked at by itself, so that a gap is named by its number.
const FEW: i64 = 64;

/// The points that cells name, and what lies between them.
fn ordered(ty: &Ty, tests: &[&CellTest]) -> Vec<Class> {
    if let (Type::Int, Some((low, high))) = (&ty.base, ty.range)
        && high.checked_sub(low).is_some_and(|width| width < FEW)
    {
        return (low..=high).map(|n| Class::Is(Const::Int(n))).collect();
    }
    let mut points: Vec<Const> = tests
        .iter()
        .flat_map(|test| match test {
            CellTest::Is(value) | CellTest::Compare(_, value) => vec![value.clone()],
            CellTest::Between(from, to) => vec![from.clone(), to.clone()],
        })
        .filter(|value| *value != Const::None)
        .collect();
    let limits = match (&ty.base, ty.range) {
        (Type::Int, Some((low, high))) => Some((Const::Int(low), Const::Int(high))),
        (_, Some((low, high))) => {
            Some((Const::Decimal(Decimal::from_int(low)), Const::Decimal(Decimal::from_int(high))))
        }
        _ => None,
    };
    if let Some((low, high)) = &limits {
        points.extend([low.clone(), high.clone()]);
    }
    points.sort_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal));
    points.dedup();
    let mut found = Vec::new();
    let mut before: Option<Const> = None;
    for point in points {
        let outside = match (&before, &limits) {
            (None, Some(_)) => true,
            (None, None) => false,
            (Some(before), _) => adjacent(before, &point),
        };
        if !outside {
            found.push(Class::Between(before.clone(), Some(point.clone())));
        }
        found.push(Class::Is(point.clone()));
        before = Some(point);
    }
    if limits.is_none() {
        found.push(Class::Between(before, None));
    }
    found
}

/// Whether no value lies between two.
fn adjacent(left: &Const, right: &Const) -> bool {
    match (left, right) {
        (Const::Int(a), Const::Int(b)) => a.checked_add(1) == Some(*b),
        (Const::Date(a), Const::Date(b)) => a.checked_add(1) == Some(*b),
        _ => false,
    }
}

/// Whether a cell matches all values of a class; cells never match a part of one.
pub(super) fn matches(cell: &Cell, class: &Class) -> bool {
    match cell {
        Cell::Any => true,
        Cell::OneOf(tests) => tests.iter().any(|test| passes(test, class)),
    }
}

fn passes(test: &CellTest, class: &Class) -> bool {
    match (test, class) {
        (CellTest::Is(wanted), Class::Is(value)) => wanted == value || compare(wanted, value) == Some(Ordering::Equal),
        (CellTest::Is(_), _) => false,
        (CellTest::Compare(CompareOp::Ne, wanted), Class::Is(value)) => {
            wanted != value && compare(wanted, value) != Some(Ordering::Equal)
        }
        (CellTest::Compare(CompareOp::Ne, _), _) => true,
        (CellTest::Compare(CompareOp::Eq, wanted), Class::Is(value)) => {
            wanted == value || compare(wanted, value) == Some(Ordering::Equal)
        }
        (CellTest::Compare(CompareOp::Eq, _), _) => false,
        (CellTest::Compare(op, wanted), Class::Is(value)) => match compare(value, wanted) {
            Some(Ordering::Less) => matches!(op, CompareOp::Lt | CompareOp::Le),
            Some(Ordering::Equal) => matches!(op, CompareOp::Le | CompareOp::Ge),
            Some(Ordering::Greater) => matches!(op, CompareOp::Gt | CompareOp::Ge),
            None => false,
        },
        (CellTest::Compare(op, wanted), Class::Between(low, high)) => match op {
            CompareOp::Lt | CompareOp::Le => at_most(high.as_ref(), wanted),
            _ => at_least(low.as_ref(), wanted),
        },
        (CellTest::Between(from, to), Class::Is(value)) => {
            matches!(compare(value, from), Some(Ordering::Greater | Ordering::Equal))
                && compare(value, to) == Some(Ordering::Less)
        }
        (CellTest::Between(from, to), Class::Between(low, high)) => {
            at_least(low.as_ref(), from) && at_most(high.as_ref(), to)
        }
        (CellTest::Compare(..) | CellTest::Between(..), Class::Other) => false,
    }
}

fn at_most(high: Option<&Const>, limit: &Const) -> bool {
    high.is_some_and(|high| matches!(compare(high, limit), Some(Ordering::Less | Ordering::Equal)))
}

fn at_least(low: Option<&Const>, limit: &Const) -> bool {
    low.is_some_and(|low| matches!(compare(low, limit), Some(Ordering::Greater | Ordering::Equal)))
}

/// A class in the words of a table's cells.
pub(super) fn label(class: &Class, ty: &Ty) -> String {
    match class {
        Class::Is(value) => shown(value, ty),
        Class::Other => "any other value".to_owned(),
        Class::Between(Some(low), Some(high)) => format!("between {} and {}", shown(low, ty), shown(high, ty)),
        Class::Between(Some(low), None) => format!("above {}", shown(low, ty)),
        Class::Between(None, Some(high)) => format!("below {}", shown(high, ty)),
        Class::Between(None, None) => "any value".to_owned(),
    }
}

/// A constant as an author writes it.
pub(super) fn shown(value: &Const, ty: &Ty) -> String {
    match value {
        Const::Bool(true) => "yes".to_owned(),
        Const::Bool(false) => "no".to_owned(),
        Const::Int(n) => n.to_string(),
        Const::Decimal(n) if ty.base == Type::Percent => format!("{n}%"),
        Const::Decimal(n) => n.to_string(),
        Const::Text(text) => format!("\"{text}\""),
        Const::Enum(code) => match &ty.base {
            Type::Enum(def) => def.value(*code).unwrap_or_default().to_owned(),
            _ => code.to_string(),
        },
        Const::Date(days) => {
            crate::time::Date::from_days(i64::from(*days)).map_or_else(String::new, |date| date.to_string())
        }
        Const::Time(micros) => {
            crate::time::Instant::from_micros(*micros).map_or_else(String::new, crate::time::Instant::to_rfc3339)
        }
        Const::Duration(micros) => crate::time::Duration::from_micros(*micros).to_string(),
        Const::Span(amount, _) | Const::BusinessDays(amount, _) => amount.to_string(),
        Const::None => "none".to_owned(),
    }
}
