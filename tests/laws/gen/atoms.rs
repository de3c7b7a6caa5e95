//! Conditions without parts: something about one variable.

use crate::ir::*;
use crate::oracle::cvss;
use crate::vocab::{self, Absent, Ent, Field, Ty};

use super::values::kind_of;
use super::{Gen, Scope, Var};

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

fn cmp(op: Cmp, a: E, b: E) -> E {
    E::Cmp(op, boxed(a), boxed(b))
}

impl Gen {
    pub fn atom(&mut self, scope: &Scope, focus: Option<&str>) -> E {
        if scope.stratum > 4
            && !self.policy.categorises.is_empty()
            && self.rng.chance(15)
            && let Some(e) = self.category_atom(scope, focus)
        {
            return e;
        }
        if self.people
            && focus.is_none()
            && scope.names
            && self.rng.chance(35)
            && let Some(e) = self.named_atom(scope)
        {
            return e;
        }
        if self.people
            && focus == Some("finding")
            && scope.names
            && scope.stratum > 5
            && self.rng.chance(25)
            && let Some(e) = self.waived_atom()
        {
            return e;
        }
        if self.times
            && self.rng.chance(35)
            && let Some(e) = self.calendar_atom(scope, focus)
        {
            return e;
        }
        let var = match focus {
            Some(f) => f.to_owned(),
            None => self.rng.pick(&scope.vars).0.clone(),
        };
        if self.people
            && self.rng.chance(18)
            && let Some(e) = self.reference_atom(scope, &var)
        {
            return e;
        }
        match scope.kind(&var) {
            Var::Text(pool) | Var::Ref(_, pool) => self.text_atom(scope, &var, pool),
            Var::Rec(ent) => {
                if matches!(ent, Ent::Asset | Ent::Finding)
                    && scope.stratum > 2
                    && !self.policy.triages.is_empty()
                    && self.rng.chance(25)
                {
                    return self.triage_atom(&var, ent);
                }
                if self.absence && self.rng.chance(12) {
                    return self.presence_atom(&var, ent);
                }
                self.record_atom(scope, &var, ent)
            }
        }
    }

    fn text_atom(&mut self, scope: &Scope, var: &str, pool: &'static [&'static str]) -> E {
        let x = E::Var(var.to_owned());
        match self.rng.below(5) {
            0 => cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), x, E::Lit(Val::text(self.rng.word(pool)))),
            1 => self.among(x, pool),
            2 => self.looks_like(x, pool),
            3 => match self.set_of(scope, pool, Some(var)) {
                Some(list) => self.maybe_not(E::In(boxed(x), list)),
                None => self.looks_like(x, pool),
            },
            _ => match self.text_field(scope, pool, "") {
                Some(field) => cmp(Cmp::Eq, x, field),
                None => E::InLit(boxed(x), self.texts(pool)),
            },
        }
    }

    fn texts(&mut self, pool: &[&'static str]) -> Vec<Val> {
        self.rng.some(pool, 1).iter().map(|t| Val::text(t)).collect()
    }

    fn among(&mut self, x: E, pool: &[&'static str]) -> E {
        let items = self.texts(pool);
        self.maybe_not(E::InLit(boxed(x), items))
    }

    fn looks_like(&mut self, x: E, pool: &[&'static str]) -> E {
        if self.rng.chance(20) {
            return E::Plugin(boxed(x));
        }
        let glob = self.glob(pool);
        let ends_only = !glob.contains(['?', '/']) && !glob.trim_matches('*').contains('*');
        if ends_only && self.rng.chance(50) { E::Matches(boxed(x), glob) } else { E::Like(boxed(x), glob) }
    }

    fn glob(&mut self, pool: &[&'static str]) -> String {
        let short = pool.iter().all(|t| t.len() < 3);
        let texts: Vec<&str> = pool.iter().copied().filter(|t| t.len() > 2 || short).collect();
        let text: Vec<char> = self.rng.word(&texts).chars().collect();
        let head: String = text.iter().take(2).collect();
        let tail: String = text.iter().skip(1).collect();
        match self.rng.below(4) {
            0 => format!("{head}*"),
            1 => format!("?{tail}"),
            2 => format!("*{}", text.last().copied().unwrap_or('x')),
            _ => format!("{head}?*"),
        }
    }

    fn maybe_not(&mut self, e: E) -> E {
        if self.rng.chance(30) { E::Not(boxed(e)) } else { e }
    }

    /// A set that may hold such texts: a field of a variable in scope, or a constant.
    fn set_of(&mut self, scope: &Scope, pool: &'static [&'static str], not: Option<&str>) -> Option<List> {
        let mut sets = Vec::new();
        for (name, var) in &scope.vars {
            let Var::Rec(ent) = var else { continue };
            if not == Some(name) {
                continue;
            }
            let fields = vocab::fields(*ent).iter().filter(|f| matches!(f.ty, Ty::Set(texts) if texts == pool));
            sets.extend(fields.map(|f| List::Field(name.clone(), f.name)));
        }
        if scope.names && (sets.is_empty() || self.rng.chance(20)) {
            let (name, of) = self.constant_set();
            return (of == pool).then_some(List::Const(name));
        }
        if sets.is_empty() { None } else { Some(self.rng.pick(&sets).clone()) }
    }

    /// A text field of another variable, with such texts.
    fn text_field(&mut self, scope: &Scope, pool: &'static [&'static str], except: &str) -> Option<E> {
        let mut found = Vec::new();
        for (name, var) in &scope.vars {
            let Var::Rec(ent) = var else { continue };
            let fields = vocab::fields(*ent)
                .iter()
                .filter(|f| matches!(f.ty, Ty::Str(texts) if texts == pool) && format!("{name}.{}", f.name) != except);
            found.extend(fields.map(|f| E::Field(name.clone(), *ent, f.name)));
        }
        if found.is_empty() { None } else { Some(self.rng.pick(&found).clone()) }
    }

    fn presence_atom(&mut self, var: &str, ent: Ent) -> E {
        let field = self.field(ent, |f| f.ty != Ty::Cvss && f.name != "id").expect("a field");
        let x = E::Field(var.to_owned(), ent, field.name);
        if field.ty == Ty::Bool && self.rng.chance(50) {
            return E::Default(boxed(x), boxed(E::Lit(Val::Bool(self.rng.chance(50)))));
        }
        E::Is(boxed(x), *self.rng.pick(&[Presence::Known, Presence::Unknown, Presence::Given]))
    }

    fn record_atom(&mut self, scope: &Scope, var: &str, ent: Ent) -> E {
        if scope.names && scope.stratum > 1 && scope.has("asset") && self.defining < 2 && self.rng.chance(6) {
            match var {
                "asset" => return self.word_table_atom(Subject::Asset),
                "finding" => return self.word_table_atom(Subject::Finding),
                _ => {}
            }
        }
        let field = self.field(ent, |f| !matches!(f.ty, Ty::List(_) | Ty::Zone) && f.name != "id").expect("a field");
        let x = E::Field(var.to_owned(), ent, field.name);
        match field.ty {
            Ty::Bool => x,
            Ty::Str(pool) => self.string_atom(scope, var, field, x, pool),
            Ty::Enum(words, ordered) => self.enum_atom(field, x, words, ordered),
            Ty::Set(pool) => {
                let text = E::Lit(Val::text(self.rng.word(pool)));
                self.maybe_not(E::In(boxed(text), List::Field(var.to_owned(), field.name)))
            }
            Ty::Cvss => self.cvss_atom(x),
            Ty::Int(1, 4) if self.rng.chance(60) => self.tier_atom(x),
            ty => self.quantity_atom(scope, var, field, kind_of(ty).expect("a quantity")),
        }
    }

    fn string_atom(&mut self, scope: &Scope, var: &str, field: &Field, x: E, pool: &'static [&'static str]) -> E {
        if field.absent == Absent::None && self.rng.chance(30) {
            return cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), x, E::Lit(Val::None));
        }
        match self.rng.below(7) {
            0 => self.among(x, pool),
            1 => self.looks_like(x, pool),
            2 => match self.set_of(scope, pool, None) {
                Some(list) => self.maybe_not(E::In(boxed(x), list)),
                None => cmp(Cmp::Eq, x, E::Lit(Val::text(pool[0]))),
            },
            3 => match self.text_field(scope, pool, &format!("{var}.{}", field.name)) {
                Some(other) => cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), x, other),
                None => cmp(Cmp::Ne, x, E::Lit(Val::text(pool[0]))),
            },
            4 if !pool.contains(&"") => {
                let text = self.rng.word(pool);
                let whole = format!("{text}-x");
                cmp(Cmp::Eq, E::Text(vec![Piece::Hole(x), Piece::Text("-x".to_owned())]), E::Lit(Val::text(&whole)))
            }
            _ => cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), x, E::Lit(Val::text(self.rng.word(pool)))),
        }
    }

    fn enum_atom(&mut self, field: &Field, x: E, words: &'static [&'static str], ordered: bool) -> E {
        if field.absent == Absent::None && self.rng.chance(30) {
            return cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), x, E::Lit(Val::None));
        }
        let word = |at: usize| Val::Word(at as i32, words[at].into());
        let at = self.rng.below(words.len());
        if ordered && self.rng.chance(60) {
            // Not one that always or never holds.
            let (op, at) = match self.rng.below(4) {
                0 => (Cmp::Lt, 1 + self.rng.below(words.len() - 1)),
                1 => (Cmp::Ge, 1 + self.rng.below(words.len() - 1)),
                2 => (Cmp::Le, self.rng.below(words.len() - 1)),
                _ => (Cmp::Gt, self.rng.below(words.len() - 1)),
            };
            return cmp(op, x, E::Lit(word(at)));
        }
        if words.len() > 2 && self.rng.chance(30) {
            let all: Vec<usize> = (0..words.len() - 1).collect();
            let items = self.rng.some(&all, 1).into_iter().map(word).collect();
            return self.maybe_not(E::InLit(boxed(x), items));
        }
        cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Eq, Cmp::Ne]), x, E::Lit(word(at)))
    }

    fn tier_atom(&mut self, x: E) -> E {
        let int = |n| E::Lit(Val::Int(n));
        match self.rng.below(6) {
            0 => cmp(Cmp::Le, x, int(self.rng.between(1, 3))),
            1 => cmp(Cmp::Ge, x, int(self.rng.between(2, 4))),
            2 => cmp(Cmp::Lt, x, int(self.rng.between(2, 4))),
            3 => E::InLit(boxed(x), vec![Val::Int(1), Val::Int(self.rng.between(2, 4))]),
            4 => cmp(Cmp::Ne, x, int(self.rng.between(1, 4))),
            _ => cmp(Cmp::Eq, x, int(self.rng.between(1, 4))),
        }
    }

    fn cvss_atom(&mut self, x: E) -> E {
        let version = if self.rng.chance(25) { Some(self.rng.word(&["3.1", "4.0", "2.0"])) } else { None };
        let part = *self.rng.pick(&[
            CvssPart::Score,
            CvssPart::Score,
            CvssPart::Base,
            CvssPart::Severity,
            CvssPart::Version,
            CvssPart::AttackVector,
        ]);
        let part = match (version, part) {
            (Some("2.0"), CvssPart::AttackVector | CvssPart::Severity) | (Some(_), CvssPart::Version) => CvssPart::Base,
            (_, part) => part,
        };
        let read = E::Cvss(boxed(x), version, part);
        let equal = *self.rng.pick(&[Cmp::Eq, Cmp::Ne]);
        match part {
            CvssPart::Severity => {
                cmp(equal, read, E::Lit(cvss::word(self.rng.word(&["low", "medium", "high", "critical"]))))
            }
            CvssPart::Version => cmp(equal, read, E::Lit(Val::text(self.rng.word(&["4.0", "3.1", "3.0"])))),
            CvssPart::AttackVector => {
                cmp(equal, read, E::Lit(cvss::word(self.rng.word(&["network", "adjacent", "local"]))))
            }
            CvssPart::Score | CvssPart::Base => {
                let op = *self.rng.pick(&[Cmp::Ge, Cmp::Gt, Cmp::Lt, Cmp::Le]);
                let tenths = i128::from(*self.rng.pick(&[40, 52, 70, 75, 85, 90, 93]));
                cmp(op, read, E::Lit(Val::Num(tenths * 100_000_000)))
            }
        }
    }

    fn quantity_atom(&mut self, scope: &Scope, var: &str, field: &Field, kind: Kind) -> E {
        if (field.or_none || field.absent == Absent::None) && self.rng.chance(25) {
            let x = E::Field(
                var.to_owned(),
                match scope.kind(var) {
                    Var::Rec(ent) => ent,
                    Var::Text(_) | Var::Ref(..) => unreachable!("a record"),
                },
                field.name,
            );
            return cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), x, E::Lit(Val::None));
        }
        let x = self.quantity(scope, var, kind, 1).expect("a quantity");
        if let E::Field(_, ent, name) = &x
            && matches!(vocab::find(*ent, name).ty, Ty::Int(1, 4))
        {
            return self.tier_atom(x);
        }
        let op = *self.rng.pick(&[Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]);
        let Var::Rec(ent) = scope.kind(var) else { unreachable!("a record") };
        let other = match kind {
            // A date beside a time is compared as days.
            Kind::Date if self.rng.chance(30) => E::Now,
            Kind::Time if self.rng.chance(15) => self.literal(Kind::Date),
            _ if self.rng.chance(20) => {
                let other = self.plain(var, ent, kind, true);
                other.filter(|o| format!("{o:?}") != format!("{x:?}")).unwrap_or_else(|| self.literal(kind))
            }
            Kind::Int if self.rng.chance(10) => self.literal(Kind::Num),
            _ => self.literal(kind),
        };
        if self.rng.chance(15) { cmp(flip(op), other, x) } else { cmp(op, x, other) }
    }

    fn triage_atom(&mut self, var: &str, ent: Ent) -> E {
        let block = self.rng.below(self.policy.triages.len());
        let block = self.policy.triages[block].clone();
        let named = Some(block.name.clone());
        let own = self.policy.triages.len() == 1;
        let (name, all) = if own {
            (self.rng.chance(30).then_some(block.name.clone()), None)
        } else {
            (named.clone(), named.filter(|_| self.rng.chance(40)))
        };
        let read = |block: Option<String>, field| E::Triage(block, field, var.to_owned(), ent);
        match self.rng.below(10) {
            0 | 1 => read(all, TriageField::Overdue),
            2 | 3 => {
                let due = read(all, TriageField::Due);
                match self.rng.below(4) {
                    0 => cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), due, E::Lit(Val::None)),
                    1 => cmp(Cmp::Lt, due, E::Arith(Op::Add, boxed(E::Now), boxed(E::Lit(self.duration())))),
                    2 => cmp(Cmp::Gt, due, E::TimeLit(self.time_literal(10))),
                    _ => cmp(Cmp::Le, due, E::Now),
                }
            }
            _ => {
                let level = read(name, TriageField::Level);
                let levels = &block.levels;
                let at = self.rng.below(levels.len());
                let word = |at: usize| block.level(&levels[at]);
                match self.rng.below(5) {
                    // Levels run from the most urgent down; not one that always or never holds.
                    0 if at + 1 < levels.len() => cmp(Cmp::Ge, level, E::Lit(word(at))),
                    1 if at > 0 => cmp(Cmp::Gt, level, E::Lit(word(at))),
                    2 if at + 1 < levels.len() => cmp(Cmp::Lt, level, E::Lit(word(at))),
                    3 if levels.len() > 2 => E::InLit(boxed(level), vec![word(0), word(1)]),
                    4 if block.done.is_some() => {
                        cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), level, E::Lit(block.level("done")))
                    }
                    _ => cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Ne]), level, E::Lit(word(at))),
                }
            }
        }
    }

    fn category_atom(&mut self, scope: &Scope, focus: Option<&str>) -> Option<E> {
        let block = self.policy.categorise()?.clone();
        if !scope.has("change") && !scope.categories {
            return None;
        }
        let read = match (block.each_asset, focus) {
            (true, Some("asset")) => E::Category,
            (true, Some(var)) if scope.kind(var) == Var::Rec(Ent::Asset) => E::CategoryOf(var.to_owned()),
            (_, Some(_)) => return None,
            (false, None) => E::Category,
            (true, None) if scope.has("asset") && self.rng.chance(60) => E::Category,
            (true, None) => E::ChangeCategory,
        };
        let names: Vec<&String> = block.arms.iter().map(|a| &a.name).collect();
        let word = Val::Word(0, self.rng.pick(&names).as_str().into());
        Some(cmp(*self.rng.pick(&[Cmp::Eq, Cmp::Eq, Cmp::Ne]), read, E::Lit(word)))
    }
}

fn flip(op: Cmp) -> Cmp {
    match op {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        same => same,
    }
}
