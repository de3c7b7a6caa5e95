//! The stable codes of everything that the checker reports. `docs/errors` has a page for each.

use crate::syntax::diagnostic::Code;

/// A name that nothing in scope has.
pub const UNKNOWN_NAME: Code = Code(100);
/// A field that the entity does not have.
pub const UNKNOWN_FIELD: Code = Code(101);
/// A bare word that is both a name in scope and a value of the enumeration beside it.
pub const AMBIGUOUS_WORD: Code = Code(102);
/// Types that do not go together, or one that does not fit its place.
pub const WRONG_TYPE: Code = Code(103);
/// A percent beside a number.
pub const PERCENT_BESIDE_NUMBER: Code = Code(104);
/// A text beside an enumeration, whose values are bare words.
pub const TEXT_BESIDE_ENUM: Code = Code(105);
/// `<` and the like between values that have no order.
pub const NO_ORDER: Code = Code(106);
/// A comparison that no fact can make true, or none can make false.
pub const NEVER_HOLDS: Code = Code(107);
/// A comparison that reads no fact, or compares a thing with itself.
pub const CONSTANT_COMPARISON: Code = Code(108);
/// Statements that are defined by each other.
pub const CYCLE: Code = Code(109);
/// A statement that reads one of its own stratum or above.
pub const STRATUM: Code = Code(110);
/// A subject that this kind of statement does not have.
pub const SUBJECT: Code = Code(111);
/// A name that is declared twice.
pub const DUPLICATE_NAME: Code = Code(112);
/// A clause that may stand once and stands twice.
pub const DUPLICATE_CLAUSE: Code = Code(113);
/// A reserved word as a name.
pub const RESERVED_WORD: Code = Code(114);
/// A quantifier's variable that hides another name.
pub const SHADOWED_NAME: Code = Code(115);
/// Something else where a list or set has to stand.
pub const NOT_A_LIST: Code = Code(116);
/// A part of a quantifier's body that does not use its variable.
pub const UNRELATED_PART: Code = Code(117);
/// A calendar span where only an exact length can stand.
pub const SPAN_PLACE: Code = Code(118);
/// A number, date or text that does not exist or does not fit.
pub const BAD_LITERAL: Code = Code(119);
/// A date without a zone, in a policy that names none.
pub const NO_ZONE: Code = Code(120);
/// A time zone that the database does not have.
pub const UNKNOWN_ZONE: Code = Code(121);
/// A regular expression that does not compile.
pub const BAD_REGEX: Code = Code(122);
/// Something of the language that this build does not have.
pub const LATER: Code = Code(123);
/// A file that cannot be imported.
pub const UNKNOWN_FILE: Code = Code(124);
/// A pack that does not ship.
pub const UNKNOWN_PACK: Code = Code(125);
/// A parameter that the pack does not have, or a value that it does not take.
pub const BAD_PARAM: Code = Code(126);
/// A field that the entity already has.
pub const FIELD_EXISTS: Code = Code(127);
/// A type that there is not, or not in this place.
pub const BAD_TYPE: Code = Code(128);
/// A policy beyond what one program may hold.
pub const TOO_LARGE: Code = Code(129);
/// More than 63 values.
pub const TOO_MANY_VALUES: Code = Code(130);
/// A value that the setting does not take.
pub const BAD_SETTING: Code = Code(131);
/// A clause that this kind of statement does not take.
pub const CLAUSE_NOT_HERE: Code = Code(132);
/// A clause that this kind of statement needs.
pub const MISSING_CLAUSE: Code = Code(133);
/// An effect that there is not, or not for this kind of statement.
pub const BAD_EFFECT: Code = Code(134);
/// `unknown` is weaker than the effect.
pub const WEAK_UNKNOWN: Code = Code(135);
/// An end that lies before its start.
pub const ENDS_BEFORE_START: Code = Code(136);
/// An arm or outcome whose level is not declared.
pub const UNDECLARED_LEVEL: Code = Code(137);
/// A level that no arm gives.
pub const LEVEL_WITHOUT_ARM: Code = Code(138);
/// No `otherwise`, one too many, or not at the end.
pub const OTHERWISE: Code = Code(139);
/// An arm that can never be the first true one.
pub const UNREACHABLE_ARM: Code = Code(140);
/// A deadline where none can stand, or one that lacks what it needs.
pub const DEADLINE: Code = Code(141);
/// A row with too few or too many cells.
pub const TABLE_SHAPE: Code = Code(142);
/// A table without an answer for some inputs.
pub const TABLE_INCOMPLETE: Code = Code(143);
/// A table with two answers for the same inputs.
pub const TABLE_OVERLAP: Code = Code(144);
/// A cell that does not fit its input.
pub const TABLE_CELL: Code = Code(145);
/// Outcomes of several kinds, or of one that a table cannot give.
pub const TABLE_OUTCOME: Code = Code(146);
/// A table `given level` outside a triage's deadline.
pub const LEVEL_TABLE: Code = Code(147);
/// A `decide` that does not fit its table.
pub const DECIDE: Code = Code(148);
/// An absence that could help.
pub const ABSENCE_HELPS: Code = Code(149);
/// A condition split over two quantifiers, which different elements may satisfy.
pub const SPLIT_CONDITION: Code = Code(150);
/// A `let`, table or parameter that nothing reads.
pub const UNUSED: Code = Code(151);
/// An import that adds nothing.
pub const UNUSED_IMPORT: Code = Code(152);
/// An expression where a constant has to stand.
pub const NOT_CONSTANT: Code = Code(153);
/// An `expect` that mixes the decision and the facts.
pub const MIXED_EXPECTATION: Code = Code(154);
/// A test's record that does not fit the vocabulary.
pub const TEST_RECORD: Code = Code(155);
/// Something that is no condition where one has to stand.
pub const NOT_A_CONDITION: Code = Code(156);
/// A clause of an approval that asks for what nobody can give, or names nobody.
pub const BAD_NEED: Code = Code(157);
/// Bands of a risk that do not descend, or do not start at a number.
pub const BAD_BANDS: Code = Code(158);
/// A waiver that is never applied.
pub const WAIVER_REFUSED: Code = Code(159);
/// A call that names something else than the statement that it asks about.
pub const BAD_CALL: Code = Code(160);
/// A recurrence rule that cannot be read, or that hangs on a start which it does not name.
pub const BAD_RULE: Code = Code(161);
/// A calendar file that cannot be read, or is read with forbearance.
pub const CALENDAR_FILE: Code = Code(162);
/// A recurrence that never happens.
pub const NEVER_HAPPENS: Code = Code(163);
/// A length that is missing behind a recurrence, one too many, or none at all.
pub const BAD_LASTING: Code = Code(164);
/// `covers until` before the end of its file, or without a file.
pub const COVERS: Code = Code(165);
/// A metric without a series, or of something that no label can name.
pub const BAD_METRIC: Code = Code(166);
/// A plugin's module that cannot be used.
pub const BAD_PLUGIN: Code = Code(167);
/// A module that is not pinned by its digest, or is another one than the policy names.
pub const PLUGIN_DIGEST: Code = Code(168);
/// A `check` that the module has otherwise, or not at all.
pub const PLUGIN_SIGNATURE: Code = Code(169);
/// A limit that there is not, or that nobody may set so.
pub const PLUGIN_LIMIT: Code = Code(170);
/// A call of a check that the plugin does not declare, or with other inputs.
pub const PLUGIN_CALL: Code = Code(171);
