//! The codes of what can be wrong with a policy's text, CG0001 to CG0099.

use super::diagnostic::Code;

/// The text does not fit the grammar here.
pub const UNEXPECTED: Code = Code(1);
/// The file is larger than 16 MB, or one of its statements is too long to read at once.
pub const TOO_LARGE: Code = Code(2);
/// A character that does not belong in a text: NUL, a control character, one that hides or reorders text.
pub const BAD_CHARACTER: Code = Code(3);
/// Brackets, conditions or quantifiers are nested too deep.
pub const TOO_DEEP: Code = Code(4);
/// An opening bracket has no closing one.
pub const UNCLOSED: Code = Code(5);
/// A closing bracket has no opening one.
pub const UNMATCHED: Code = Code(6);
/// A text or a pattern does not end on its line.
pub const UNCLOSED_TEXT: Code = Code(7);
/// An escape or a hole in a text is not one of those that there are.
pub const BAD_TEXT: Code = Code(8);
/// A statement starts with a word that is no kind of statement.
pub const UNKNOWN_STATEMENT: Code = Code(9);
/// One expression has too many operands.
pub const TOO_LONG: Code = Code(10);
/// Comparisons are chained: `a < b < c`.
pub const CHAINED: Code = Code(11);
/// A number, length or bound is out of range.
pub const OUT_OF_RANGE: Code = Code(12);
/// A quantifier lacks its condition.
pub const NO_CONDITION: Code = Code(13);
/// A time of day that no day has.
pub const BAD_CLOCK: Code = Code(14);
/// `default` stands inside a larger expression without parentheses.
pub const LOOSE_DEFAULT: Code = Code(15);
/// A time and its zone stand without parentheses.
pub const LOOSE_ZONE: Code = Code(16);
/// `for`, `over` or `empty:` in a call that does not aggregate.
pub const NOT_AGGREGATE: Code = Code(17);

/// `&&`, `AND`
pub const FOREIGN_AND: Code = Code(30);
/// `||`, `OR`
pub const FOREIGN_OR: Code = Code(31);
/// `!x`, `NOT x`
pub const FOREIGN_NOT: Code = Code(32);
/// `=`, `===` for a comparison
pub const FOREIGN_EQUALS: Code = Code(33);
/// `<>`, `!==`, `=<`, `≥`
pub const FOREIGN_COMPARE: Code = Code(34);
/// `'text'`, `“text”`
pub const FOREIGN_QUOTES: Code = Code(35);
/// `else if`, `elif`
pub const FOREIGN_ELSE_IF: Code = Code(36);
/// `forall`, `exists`, `some`, `all`, and a quantifier's `:`
pub const FOREIGN_QUANTIFIER: Code = Code(37);
/// `== null`, `== unknown`, `is null`
pub const FOREIGN_NULL: Code = Code(38);
/// `is not known`, `is not internet`, `is 3`
pub const FOREIGN_IS: Code = Code(39);
/// `30m`, `2 hours`, `1.5h`
pub const FOREIGN_DURATION: Code = Code(40);
/// `2026-1-1`, `2026/01/01`, `2026-12-18 18:00`
pub const FOREIGN_DATE: Code = Code(41);
/// `let x := …`
pub const FOREIGN_ASSIGN: Code = Code(42);
/// `//` and `/* */`
pub const FOREIGN_COMMENT: Code = Code(43);
/// `x.contains(y)`
pub const FOREIGN_METHOD: Code = Code(44);
/// `True`, `FALSE`
pub const FOREIGN_BOOLEAN: Code = Code(45);
/// `c ? a : b`
pub const FOREIGN_TERNARY: Code = Code(46);
/// `x in ["a", "b"]`, `x in ("a", "b")`
pub const FOREIGN_SET: Code = Code(47);
/// `has(x)`, `defined(x)`
pub const FOREIGN_HAS: Code = Code(48);
/// `Mon`, `Fridays`
pub const FOREIGN_WEEKDAY: Code = Code(49);
/// `{ "id": 1 }`
pub const FOREIGN_KEY: Code = Code(50);
/// `x not like y`
pub const FOREIGN_NOT_LIKE: Code = Code(51);
/// `*` or `_` as a table's cell
pub const FOREIGN_WILDCARD: Code = Code(52);
/// `IN`, `LIKE`, `IS`: keywords in capitals
pub const FOREIGN_CAPITALS: Code = Code(53);
/// `any(x.kev for x in xs)`
pub const FOREIGN_COMPREHENSION: Code = Code(54);
/// `every 2nd tuesday`, `every weekend`, a line of cron
pub const FOREIGN_RECURRENCE: Code = Code(55);
