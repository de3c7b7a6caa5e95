//! The keywords that start the clauses of each kind, for "did you mean" and for finding a clause's start.

/// Those of any statement.
const COMMON: &[&str] = &[
    "for",
    "when",
    "except",
    "because",
    "ref",
    "owner",
    "effective",
    "trial",
    "effect",
    "unknown",
    "assumes",
    "waivable",
];

/// Words within clauses that a misspelling may stand for.
pub(crate) const WITHIN_CLAUSES: &[&str] =
    &["within", "otherwise", "when", "where", "satisfies", "default", "before", "after"];

/// The clause keywords of a kind of statement, its own first.
pub(crate) fn of_kind(kind: &str) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match kind {
        "policy" => &["version", "timezone", "business_days", "cvss", "longest_change", "category"],
        "triage" => &["levels", "clock", "done", "decide", "within", "by"],
        "table" => &["given", "across", "row"],
        "risk" => &["add", "bands"],
        "approval" => &["need", "not", "after", "valid", "meets", "review", "afterwards", "survives"],
        "obligation" => &["assigned", "due", "met"],
        "rule" => &["require", "forbid"],
        "blackout" | "window" => &["from", "every", "rrule", "calendar", "while", "mandatory", "overrun"],
        "calendar" => &["file", "covers", "every", "rrule", "from"],
        "waiver" => &["waives", "from", "by", "provided"],
        "rollout" => &["ring", "promote"],
        "metric" => &["series", "of", "stale", "unit"],
        "rollback" => &["action"],
        "plugin" => &["module", "digest", "check", "limits"],
        "test" => &["now", "only", "expect"],
        _ => &[],
    };
    let common: &[&str] = if matches!(kind, "let" | "param" | "import" | "") { &[] } else { COMMON };
    own.iter().chain(common).copied()
}
