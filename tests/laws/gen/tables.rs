//! Decision tables: complete, and no two rows overlap.

use crate::ir::*;
use crate::vocab::{Ent, Ty};

use super::values::kind_of;
use super::{Gen, Scope};

impl Gen {
    /// An input of a table, with cells that cover all its values and do not overlap.
    fn input(&mut self, subject: Subject) -> (E, Vec<Cell>) {
        let (var, ent) = if subject == Subject::Finding && self.rng.chance(65) {
            ("finding", Ent::Finding)
        } else {
            ("asset", Ent::Asset)
        };
        if self.rng.chance(15) {
            let scope = Scope { names: false, stratum: 1, ..Scope::of(&[(var, ent)], 1) };
            return (self.atom(&scope, Some(var)), yes_no());
        }
        let field = self
            .field(ent, |f| {
                matches!(f.ty, Ty::Bool | Ty::Int(..) | Ty::Enum(..) | Ty::Percent | Ty::Number | Ty::Cvss)
                    || f.name == "os.eol"
            })
            .expect("a field");
        let field_e = E::Field(var.to_owned(), ent, field.name);
        match field.ty {
            Ty::Bool => (field_e, yes_no()),
            Ty::Enum(words, _) => {
                let values: Vec<Val> =
                    words.iter().enumerate().map(|(at, w)| Val::Word(at as i32, (*w).into())).collect();
                (field_e, self.groups(&values))
            }
            Ty::Int(1, 4) => {
                let values: Vec<Val> = (1..=4).map(Val::Int).collect();
                (field_e, self.groups(&values))
            }
            ty => {
                let kind = kind_of(ty).expect("a quantity");
                let mut steps: Vec<Val> = (0..2).filter_map(|_| self.step(kind)).collect();
                steps.sort();
                steps.dedup();
                let e = if ty == Ty::Cvss { E::Cvss(Box::new(field_e), None, CvssPart::Score) } else { field_e };
                let mut cells = vec![Some(vec![Pattern::Cmp(Cmp::Lt, steps[0].clone())])];
                cells.extend(steps.windows(2).map(|w| Some(vec![Pattern::Range(w[0].clone(), w[1].clone())])));
                cells.push(Some(vec![Pattern::Cmp(Cmp::Ge, steps[steps.len() - 1].clone())]));
                if field.or_none {
                    cells.push(Some(vec![Pattern::Is(Val::None)]));
                }
                (e, cells)
            }
        }
    }

    fn step(&mut self, kind: Kind) -> Option<Val> {
        match self.literal(kind) {
            E::Lit(v) => Some(v),
            _ => None,
        }
    }

    /// Values in groups.
    fn groups(&mut self, values: &[Val]) -> Vec<Cell> {
        let many = 2 + self.rng.below(values.len().min(3) - 1);
        let mut groups: Vec<Vec<Pattern>> = vec![Vec::new(); many];
        for (at, value) in values.iter().enumerate() {
            let group = if at < many { at } else { self.rng.below(many) };
            groups[group].push(Pattern::Is(value.clone()));
        }
        groups.into_iter().map(Some).collect()
    }

    /// A table over asset and finding whose outcomes are these, each of which comes out somewhere. With `levels` its first input is the arm's level.
    fn table(&mut self, subject: Subject, outcomes: &[Val], levels: Option<&[Val]>) -> String {
        let name = self.fresh("table");
        let mut inputs: Vec<(String, Option<E>, Vec<Cell>)> = Vec::new();
        if let Some(levels) = levels {
            let cells = if levels.len() > 1 { self.groups(levels) } else { vec![None] };
            inputs.push(("level".to_owned(), None, cells));
        }
        let mut seen: Vec<String> = Vec::new();
        for n in 0..1 + self.rng.below(2 + usize::from(self.size > 2)) {
            let (e, cells) = self.input(subject);
            let text = format!("{e:?}");
            let rows: usize = inputs.iter().map(|i| i.2.len()).product::<usize>() * cells.len();
            if seen.contains(&text) || rows > 24 {
                continue;
            }
            seen.push(text);
            inputs.push((format!("{}_{n}", name.replace("table", "in")), Some(e), cells));
        }
        if subject == Subject::Finding
            && !inputs.iter().any(|(_, e, _)| e.as_ref().is_some_and(|e| format!("{e:?}").contains("\"finding\"")))
        {
            let kev = E::Field("finding".to_owned(), Ent::Finding, "kev");
            inputs.push((format!("{}_k", name.replace("table", "in")), Some(kev), yes_no()));
        }
        // The rows are all combinations; the last input may be spread over columns, or be left open with `any`.
        let across = inputs.len() > 1 && self.rng.chance(40);
        let last = inputs.len() - 1;
        let mut rows: Vec<Vec<Cell>> = vec![Vec::new()];
        for (at, (_, _, cells)) in inputs.iter().enumerate() {
            if across && at == last {
                break;
            }
            rows = rows
                .into_iter()
                .flat_map(|row| cells.iter().map(move |c| [row.clone(), vec![c.clone()]].concat()))
                .collect();
        }
        let columns = if across { inputs[last].2.len() } else { 1 };
        let mut next = 0;
        let mut table_rows: Vec<(Vec<Cell>, Vec<Val>)> = Vec::new();
        for cells in rows {
            let picked = (0..columns)
                .map(|_| {
                    next += 1;
                    outcomes.get(next - 1).cloned().unwrap_or_else(|| self.rng.pick(outcomes).clone())
                })
                .collect();
            table_rows.push((cells, picked));
        }
        if !across && inputs.len() > 1 {
            self.open(&mut table_rows, inputs[last].2.len(), outcomes.len());
        }
        let across = across.then(|| inputs[last].2.clone());
        let inputs = inputs.into_iter().map(|(n, e, _)| (n, e)).collect();
        self.policy.tables.push(Table { name: name.clone(), inputs, across, rows: table_rows });
        name
    }

    /// Sometimes the rows that differ in the last input only become one with `any`.
    fn open(&mut self, rows: &mut Vec<(Vec<Cell>, Vec<Val>)>, group: usize, keep: usize) {
        let mut out = Vec::new();
        for (n, chunk) in rows.chunks(group).enumerate() {
            // The first rows hold each outcome once.
            if n * group >= keep && self.rng.chance(40) {
                let (mut cells, outcome) = chunk[0].clone();
                if let Some(last) = cells.last_mut() {
                    *last = None;
                }
                out.push((cells, outcome));
            } else {
                out.extend_from_slice(chunk);
            }
        }
        *rows = out;
    }

    /// A table that picks the level.
    pub fn decision_table(&mut self, levels: &[String]) -> Option<String> {
        let outcomes: Vec<Val> = levels.iter().map(|l| Val::Word(0, l.as_str().into())).collect();
        let name = self.table(Subject::Finding, &outcomes, None);
        let table = self.policy.table(&name);
        let every = outcomes.iter().all(|o| table.rows.iter().any(|(_, row)| row.contains(o)));
        every.then_some(name)
    }

    /// A table of lengths.
    pub fn length_table(&mut self, levels: Option<&[Val]>, calendar_only: bool) -> String {
        let mut outcomes = vec![self.span(), Val::None];
        for _ in 0..3 {
            outcomes.push(if calendar_only || self.rng.chance(30) { self.span() } else { self.duration() });
        }
        self.rng.shuffle(&mut outcomes);
        let subject = if self.rng.chance(50) { Subject::Finding } else { Subject::Asset };
        self.table(subject, &outcomes, levels)
    }

    pub fn quantity_table(&mut self, subject: Subject, kind: Kind) -> String {
        let outcomes: Vec<Val> = (0..3).filter_map(|_| self.step(kind)).collect();
        self.table(subject, &outcomes, None)
    }

    /// A table that declares an enumeration, compared with one of its outcomes.
    pub fn word_table_atom(&mut self, subject: Subject) -> E {
        let tag = self.fresh("o");
        let outcomes: Vec<Val> =
            ["low", "mid", "top"].iter().map(|w| Val::Word(0, format!("{w}_{tag}").as_str().into())).collect();
        let name = self.table(subject, &outcomes, None);
        let op = *self.rng.pick(&[Cmp::Eq, Cmp::Ne]);
        E::Cmp(op, Box::new(E::Table(name)), Box::new(E::Lit(outcomes[0].clone())))
    }
}

fn yes_no() -> Vec<Cell> {
    [true, false].into_iter().map(|b| Some(vec![Pattern::Is(Val::Bool(b))])).collect()
}
