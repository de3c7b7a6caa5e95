//! What goes into a check and what comes out of it.

use std::sync::Arc;

/// A value of a [`Type`](super::Type).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A condition.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A `number`, in billionths.
    Number(i128),
    /// A `percent`, in billionths of a point.
    Percent(i128),
    /// A text, a version, the name of a time zone, the id of an entity.
    Text(Arc<str>),
    /// A day of the Gregorian calendar.
    Date {
        /// -9999 to 9999.
        year: i16,
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
    },
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
    /// Microseconds.
    Duration(i64),
    /// A severity.
    Cvss {
        /// The score in tenths, 0 to 100.
        tenths: u8,
        /// The vector that the score is of.
        vector: Option<Arc<str>>,
    },
    /// One value of an enumeration, by its position.
    Enum(u32),
    /// The values of a record's fields, in the order of the type.
    Record(Arc<[Self]>),
    /// A set, each element once and in ascending order, or a list of records.
    List(Arc<[Self]>),
    /// `none`.
    None,
}
