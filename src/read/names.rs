//! Statements that waivers and duties name, held against the policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::program::{Head, Program};
use crate::check::schema::{FieldId, TableId};
use crate::facts::table::{Column, TableData};
use crate::facts::{Facts, Place, Problem, ProblemKind, Problems, printable};
use crate::syntax::suggest::nearest;

/// How many places a warning names.
const PLACES: usize = 3;

/// Warns of statements that the policy does not have, or that can be neither waived nor owed.
pub(super) fn check(program: &Program, facts: &Facts, places: &[Vec<Place>], problems: &mut Problems) {
    for (rows, places) in facts.others.iter().zip(places) {
        let wrong = match rows.table {
            TableId::WAIVER => named(program, facts, rows, "waives", places, &Kinds::waivable(program)),
            TableId::DUTY => named(program, facts, rows, "rule", places, &Kinds::owed(program)),
            _ => continue,
        };
        problems.warnings.extend(wrong);
    }
}

/// The statements of a policy by what they are.
struct Kinds<'p> {
    /// Those that fit, by name.
    fit: Vec<&'p str>,
    /// The others, each with its kind.
    others: BTreeMap<&'p str, &'static str>,
    /// What does not happen to a record that names another.
    consequence: &'static str,
    /// What may be named.
    wanted: &'static str,
}

impl<'p> Kinds<'p> {
    fn waivable(program: &'p Program) -> Self {
        let fit = [heads(&program.rules, |s| &s.head), heads(&program.obligations, |s| &s.head), triages(program)];
        let others = [
            ("an approval", heads(&program.approvals, |s| &s.head)),
            ("a risk", heads(&program.risks, |s| &s.head)),
            ("a waiver", heads(&program.waivers, |s| &s.head)),
        ];
        Self::new(
            program,
            fit,
            others,
            "nothing is waived by it",
            "a waiver can be for a rule, an obligation or a triage",
        )
    }

    fn owed(program: &'p Program) -> Self {
        let fit = [heads(&program.approvals, |s| &s.head), heads(&program.obligations, |s| &s.head), Vec::new()];
        let others = [
            ("a rule", heads(&program.rules, |s| &s.head)),
            ("a triage", triages(program)),
            ("a waiver", heads(&program.waivers, |s| &s.head)),
        ];
        Self::new(program, fit, others, "the duty is kept on no change", "a duty is of an obligation or an approval")
    }

    fn new(
        program: &'p Program,
        fit: [Vec<&'p str>; 3],
        others: [(&'static str, Vec<&'p str>); 3],
        consequence: &'static str,
        wanted: &'static str,
    ) -> Self {
        let common = [
            ("a blackout", heads(&program.blackouts, |s| &s.head)),
            ("a window", heads(&program.windows, |s| &s.head)),
            ("a categorisation", heads(&program.categorises, |s| &s.head)),
        ];
        let all = others.into_iter().chain(common);
        let others = all.flat_map(|(kind, names)| names.into_iter().map(move |name| (name, kind))).collect();
        Self { fit: fit.concat(), others, consequence, wanted }
    }
}

fn heads<'p, S>(statements: &'p [S], head: impl Fn(&'p S) -> &'p Head) -> Vec<&'p str> {
    statements.iter().map(|statement| head(statement).name.as_str()).collect()
}

fn triages(program: &Program) -> Vec<&str> {
    heads(&program.triages, |s| &s.head)
}

/// A warning for each name in a field that does not fit, with the first places that have it.
fn named(
    program: &Program,
    facts: &Facts,
    rows: &TableData,
    field: &str,
    places: &[Place],
    kinds: &Kinds<'_>,
) -> Vec<Problem> {
    // Without a policy there is nothing to hold them against.
    if kinds.fit.is_empty() && kinds.others.is_empty() {
        return Vec::new();
    }
    let mut wrong: BTreeMap<String, Vec<&Place>> = BTreeMap::new();
    for (row, place) in places.iter().enumerate() {
        for name in names(program, facts, rows, field, row) {
            if !kinds.fit.contains(&name.as_str()) {
                wrong.entry(name).or_default().push(place);
            }
        }
    }
    let entity = program.schema.table(rows.table).map_or("", |def| def.name.as_str());
    let path: Arc<str> = Arc::from(format!("{entity}.{field}"));
    let problem = |(name, found): (String, Vec<&Place>)| {
        let (what, help) = match kinds.others.get(name.as_str()) {
            Some(kind) => (format!("`{path}` names `{}`, which is {kind}", printable(&name)), kinds.wanted.to_owned()),
            None => {
                let help = nearest(&name, kinds.fit.iter().copied())
                    .map_or_else(|| kinds.wanted.to_owned(), |near| format!("did you mean `{near}`?"));
                (format!("the policy has no statement `{}`, which `{path}` names", printable(&name)), help)
            }
        };
        Problem {
            kind: ProblemKind::Warning,
            name: None,
            message: format!("{what}: {}", kinds.consequence),
            field: Some(Arc::clone(&path)),
            count: u64::try_from(found.len()).unwrap_or(u64::MAX),
            places: found.into_iter().take(PLACES).cloned().collect(),
            help: Some(help),
        }
    };
    wrong.into_iter().map(problem).collect()
}

/// The name in a field of a row, or the names in its set.
fn names(program: &Program, facts: &Facts, rows: &TableData, field: &str, row: usize) -> Vec<String> {
    let Some((id, _)) = program.schema.find(rows.table, field) else { return Vec::new() };
    match rows.column(id) {
        Some(Column::List(list)) => {
            let bound = |at: usize| list.offsets.get(at).map_or(0, |bound| *bound as usize);
            let inner = bound(row)..bound(row.saturating_add(1));
            inner.filter_map(|at| facts.text(&list.rows, FieldId(0), at)).map(str::to_owned).collect()
        }
        Some(Column::Scalar(_)) => facts.text(rows, id, row).map(str::to_owned).into_iter().collect(),
        Some(Column::Unread) | None => Vec::new(),
    }
}
