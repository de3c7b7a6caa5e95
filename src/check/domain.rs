//! The order of constants.

use std::cmp::Ordering;

use super::decimal::Decimal;
use super::program::Const;

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
