//! Where a statement's clauses, columns and tight places are, by the grammar.

use super::super::grammar::{PolicyParser, Rule};
use super::super::lexer::Token;
use super::super::scan::{Chunk, MAX_RUN, Scanned};
use pest::Parser as _;
use std::collections::HashSet;

/// What a clause looks like in print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Keyword and value: values are aligned.
    Keyword,
    /// An arm of `triage`, `categorise` or `rollout`: its parts are aligned.
    Arm,
    /// A table's row or its `across`: cells are aligned.
    Row,
    /// A field of `extend`, and clauses that are one word.
    Plain,
}

/// One clause: tokens `first..last`.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// Index of its first token.
    pub first: usize,
    /// One past its last token.
    pub last: usize,
    /// How it is printed.
    pub shape: Shape,
    /// Where its columns start, as indices of tokens, the first excluded. Of a row: its cells, arrow and outcomes.
    pub columns: Vec<usize>,
    /// The arm has a deadline: its second column.
    pub has_deadline: bool,
}

/// What the grammar knows about one statement.
pub(super) struct Structure {
    /// The brace that opens the block.
    pub brace: Option<usize>,
    /// The clauses, in order.
    pub clauses: Vec<Clause>,
    /// Tokens, by their first byte, with no blank before them.
    pub tight_before: HashSet<usize>,
    /// Tokens, by their first byte, with no blank behind them.
    pub tight_after: HashSet<usize>,
    /// Keys of records, by their first byte.
    pub keys: HashSet<usize>,
}

type Pair<'i> = pest::iterators::Pair<'i, Rule>;

/// Reads a statement's structure; `None` where it is too long for one run of the grammar.
pub(super) fn structure_of(scanned: &Scanned<'_>, chunk: Chunk, first: Token, last: Token) -> Option<Structure> {
    let text = scanned.text.get(first.start..last.end)?;
    if text.len() > MAX_RUN {
        return None;
    }
    let statement = PolicyParser::parse(Rule::file, text).ok()?.next()?.into_inner().next()?.into_inner().next()?;
    let mut structure = Structure {
        brace: None,
        clauses: Vec::new(),
        tight_before: HashSet::new(),
        tight_after: HashSet::new(),
        keys: HashSet::new(),
    };
    let index = |byte: usize| scanned.tokens.partition_point(|token| token.start < first.start + byte);
    for pair in statement.clone().into_inner() {
        let start = index(pair.as_span().start());
        match pair.as_rule() {
            Rule::open_brace => structure.brace = structure.brace.or(Some(start)),
            Rule::close_brace | Rule::semicolon => {}
            _ if structure.brace.is_some() => structure.clauses.push(clause(&pair, &index)),
            _ => {}
        }
    }
    // A clause's pair may end behind blanks or semicolons: it ends where the next one starts.
    let starts: Vec<usize> = structure.clauses.iter().skip(1).map(|clause| clause.first).collect();
    let end = chunk.last.saturating_sub(1);
    for (clause, next) in structure.clauses.iter_mut().zip(starts.into_iter().chain([end])) {
        clause.last = next;
    }
    for pair in statement.into_inner().flatten() {
        tight_places(&pair, first.start, &mut structure);
    }
    Some(structure)
}

fn tight_places(pair: &Pair<'_>, base: usize, structure: &mut Structure) {
    let start = base + pair.as_span().start();
    let inner =
        |rule: Rule| pair.clone().into_inner().find(move |p| p.as_rule() == rule).map(|p| base + p.as_span().start());
    match pair.as_rule() {
        Rule::negate | Rule::minus | Rule::range_dots => {
            structure.tight_after.insert(start);
            if pair.as_rule() == Rule::range_dots {
                structure.tight_before.insert(start);
            }
        }
        Rule::call | Rule::tally | Rule::check_clause => {
            structure.tight_before.extend(inner(Rule::open_paren));
        }
        Rule::set_type | Rule::list_type => {
            structure.tight_before.extend(inner(Rule::less));
            structure.tight_after.extend(inner(Rule::less));
            structure.tight_before.extend(inner(Rule::greater));
        }
        Rule::record_key => {
            structure.keys.insert(start);
        }
        Rule::field_decl => {
            structure.keys.insert(start);
        }
        _ => {}
    }
}

fn clause(pair: &Pair<'_>, index: &impl Fn(usize) -> usize) -> Clause {
    let first = index(pair.as_span().start());
    let mut clause = Clause { first, last: first, shape: Shape::Keyword, columns: Vec::new(), has_deadline: false };
    let starts = |rules: &[Rule]| -> Vec<usize> {
        pair.clone().into_inner().filter(|p| rules.contains(&p.as_rule())).map(|p| index(p.as_span().start())).collect()
    };
    match pair.as_rule() {
        Rule::triage_arm | Rule::category_arm => {
            clause.shape = Shape::Arm;
            clause.has_deadline = !starts(&[Rule::deadline]).is_empty();
            clause.columns = starts(&[Rule::deadline, Rule::arm_when, Rule::kw_otherwise]);
        }
        Rule::ring_clause => {
            clause.shape = Shape::Arm;
            clause.columns =
                starts(&[Rule::arm_when, Rule::kw_otherwise, Rule::ring_soak, Rule::ring_at_most, Rule::ring_at_least]);
        }
        Rule::row_clause => {
            clause.shape = Shape::Row;
            clause.columns = starts(&[Rule::cell, Rule::arrow, Rule::outcome]);
        }
        Rule::across_clause => {
            clause.shape = Shape::Row;
            clause.columns = starts(&[Rule::given, Rule::arrow, Rule::cell]);
        }
        Rule::field_decl | Rule::mandatory_clause => clause.shape = Shape::Plain,
        Rule::deadline if pair.clone().into_inner().any(|p| p.as_rule() == Rule::relative_deadline) => {
            clause.shape = Shape::Plain
        }
        _ => {}
    }
    clause
}
