//! The grammar as a table: steps, each with the bytes that it may begin with. The build script writes it down, and `syntax/matcher.rs` runs it.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;

use pest_meta::ast::RuleType;
use pest_meta::optimizer::{OptimizedExpr as Expr, OptimizedRule};

/// Which bytes there are, one bit for each.
type Set = [u64; 4];

const NOTHING: Set = [0; 4];
const ALL: Set = [u64::MAX; 4];

/// What is done at one place of a text. Where it fails the place is the same as before.
#[derive(Clone, Debug)]
enum Step {
    /// Another step, known by now.
    Same(usize),
    /// A rule that becomes a node.
    Node(String, usize),
    Text(String),
    /// The same, and none of these bytes behind it.
    Word(String, Set),
    /// A text, whatever the case of its letters.
    Caseless(String),
    /// One of these bytes, none beyond ASCII.
    One(Set),
    /// As many of these bytes as there are; either all bytes beyond ASCII are among them or none is.
    Many(Set),
    /// One character.
    Any,
    Start,
    End,
    /// One after the other; with blanks between them where the second is true.
    All(Vec<usize>, bool),
    /// The first that fits.
    First(Vec<usize>),
    Maybe(usize),
    /// As often as it fits, at least once where the second is true; with blanks between where the third is.
    Again(usize, bool, bool),
    Ahead(usize),
    Not(usize),
}

/// The table of a grammar, as Rust.
pub(crate) fn table(grammar: &str) -> Result<String, Box<dyn Error>> {
    let (_, rules) = pest_meta::parse_and_optimize(grammar).map_err(|errors| format!("{errors:?}"))?;
    let entries: Vec<String> =
        rules.iter().map(|rule| rule.name.clone()).filter(|name| name == "file" || name.starts_with("only_")).collect();
    let mut table = Table { rules: BTreeMap::new(), steps: Vec::new(), made: HashMap::new() };
    table.rules.extend(rules.into_iter().map(|rule| (rule.name.clone(), rule)));
    let blanks = table.blanks()?;
    let mut starts = Vec::new();
    for entry in entries {
        let step = table.rule(&entry, false)?;
        starts.push((entry, step));
    }
    table.write(blanks, &starts)
}

struct Table {
    rules: BTreeMap<String, OptimizedRule>,
    steps: Vec<Step>,
    /// The steps of rules, by name and by whether blanks within them count.
    made: HashMap<(String, bool), usize>,
}

impl Table {
    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// The same step without a detour.
    fn straight(&self, mut at: usize) -> usize {
        while let Some(Step::Same(other)) = self.steps.get(at) {
            at = *other;
        }
        at
    }

    fn step(&self, at: usize) -> &Step {
        self.steps.get(self.straight(at)).unwrap_or(&Step::Any)
    }

    /// What stands between tokens.
    fn blanks(&mut self) -> Result<usize, Box<dyn Error>> {
        let rule = |name: &str| Box::new(Expr::Ident(name.to_owned()));
        let comment = Expr::Seq(rule("COMMENT"), Box::new(Expr::Rep(rule("WHITESPACE"))));
        let both = Expr::Seq(Box::new(Expr::Rep(rule("WHITESPACE"))), Box::new(Expr::Rep(Box::new(comment))));
        self.expr(&both, true)
    }

    /// The step of a rule; where it is part of a word it has no nodes and no blanks.
    fn rule(&mut self, name: &str, in_word: bool) -> Result<usize, Box<dyn Error>> {
        let key = (name.to_owned(), in_word);
        if let Some(at) = self.made.get(&key) {
            return Ok(*at);
        }
        let at = self.push(Step::Same(usize::MAX));
        self.made.insert(key, at);
        let step = match (self.rules.get(name).cloned(), name) {
            (Some(rule), _) => {
                let atomic = match rule.ty {
                    RuleType::Normal | RuleType::Silent => in_word,
                    RuleType::Atomic => true,
                    other => return Err(format!("the table knows no rules such as `{name}`: {other:?}").into()),
                };
                let body = self.expr(&rule.expr, atomic)?;
                let is_node = !in_word && rule.ty != RuleType::Silent;
                if is_node { Step::Node(rule.name, body) } else { Step::Same(body) }
            }
            (None, "EOI") if !in_word => Step::Node("EOI".to_owned(), self.push(Step::End)),
            (None, "EOI") => Step::End,
            (None, "SOI") => Step::Start,
            (None, "ANY") => Step::Any,
            (None, "ASCII_DIGIT") => Step::One(range(b'0', b'9')),
            (None, "ASCII_ALPHA_LOWER") => Step::One(range(b'a', b'z')),
            (None, "ASCII_ALPHA_UPPER") => Step::One(range(b'A', b'Z')),
            (None, "ASCII_ALPHA") => Step::One(or(range(b'a', b'z'), range(b'A', b'Z'))),
            (None, "ASCII_ALPHANUMERIC") => Step::One(or(range(b'0', b'9'), or(range(b'a', b'z'), range(b'A', b'Z')))),
            (None, _) => return Err(format!("the table knows no rule `{name}`").into()),
        };
        if let Some(place) = self.steps.get_mut(at) {
            *place = step;
        }
        Ok(at)
    }

    fn expr(&mut self, expr: &Expr, in_word: bool) -> Result<usize, Box<dyn Error>> {
        let step = match expr {
            Expr::Str(text) => match text.as_bytes() {
                [byte] if byte.is_ascii() => Step::One(range(*byte, *byte)),
                _ => Step::Text(text.clone()),
            },
            Expr::Insens(text) => Step::Caseless(text.clone()),
            Expr::Range(from, to) => match (from.as_bytes(), to.as_bytes()) {
                ([from], [to]) => Step::One(range(*from, *to)),
                _ => return Err("the table knows no ranges beyond ASCII".into()),
            },
            Expr::Ident(name) => return self.rule(name, in_word),
            Expr::PosPred(inner) => Step::Ahead(self.expr(inner, in_word)?),
            Expr::NegPred(inner) => Step::Not(self.expr(inner, in_word)?),
            Expr::Seq(first, rest) => {
                let mut parts = vec![self.expr(first, in_word)?];
                let mut rest = rest;
                while let Expr::Seq(next, after) = &**rest {
                    parts.push(self.expr(next, in_word)?);
                    rest = after;
                }
                parts.push(self.expr(rest, in_word)?);
                self.word(&parts).filter(|_| in_word).unwrap_or(Step::All(parts, !in_word))
            }
            Expr::Choice(..) => self.choice(expr, in_word)?,
            Expr::Opt(inner) => Step::Maybe(self.expr(inner, in_word)?),
            Expr::Rep(inner) => {
                let inner = self.expr(inner, in_word)?;
                match self.bytes(inner).filter(|_| in_word) {
                    Some(set) => Step::Many(set),
                    None => Step::Again(inner, false, !in_word),
                }
            }
            Expr::RepOnce(inner) => Step::Again(self.expr(inner, in_word)?, true, !in_word),
            Expr::Skip(texts) => self.until(texts),
            other => return Err(format!("the table knows nothing like `{other}`").into()),
        };
        Ok(self.push(step))
    }

    fn choice(&mut self, expr: &Expr, in_word: bool) -> Result<Step, Box<dyn Error>> {
        let mut parts = Vec::new();
        let mut rest = expr;
        while let Expr::Choice(next, after) = rest {
            parts.push(self.expr(next, in_word)?);
            rest = after;
        }
        parts.push(self.expr(rest, in_word)?);
        let sets: Option<Vec<Set>> = parts
            .iter()
            .map(|part| match self.step(*part) {
                Step::One(set) => Some(*set),
                _ => None,
            })
            .collect();
        Ok(sets.map_or(Step::First(parts), |sets| Step::One(sets.into_iter().fold(NOTHING, or))))
    }

    /// All before the first of these texts.
    fn until(&mut self, texts: &[String]) -> Step {
        let single = |text: &String| match text.as_bytes() {
            [byte] if byte.is_ascii() => Some(one(*byte)),
            _ => None,
        };
        if let Some(sets) = texts.iter().map(single).collect::<Option<Vec<Set>>>() {
            return Step::Many(sets.into_iter().fold(NOTHING, or).map(|bits| !bits));
        }
        let stops: Vec<usize> = texts.iter().map(|text| self.push(Step::Text(text.clone()))).collect();
        let stop = self.push(Step::First(stops));
        let one = vec![self.push(Step::Not(stop)), self.push(Step::Any)];
        let inner = self.push(Step::All(one, false));
        Step::Again(inner, false, false)
    }

    /// A text with nothing of a word behind it.
    fn word(&self, parts: &[usize]) -> Option<Step> {
        let [text, not] = parts else { return None };
        match (self.step(*text), self.step(*not)) {
            (Step::Text(text), Step::Not(inner)) => match self.step(*inner) {
                Step::One(set) => Some(Step::Word(text.clone(), *set)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The bytes of which a step takes one, or any character but some of ASCII.
    fn bytes(&self, step: usize) -> Option<Set> {
        match self.step(step) {
            Step::One(set) => Some(*set),
            Step::All(parts, false) => match parts.as_slice() {
                [not, any] => match (self.step(*not), self.step(*any)) {
                    (Step::Not(inner), Step::Any) => match self.step(*inner) {
                        Step::One(set) => Some(set.map(|bits| !bits)),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// What each step may begin with, and whether it may take nothing at all.
    fn firsts(&self, blanks: usize) -> Vec<(Set, bool)> {
        let mut firsts = vec![(NOTHING, false); self.steps.len()];
        loop {
            let mut same = true;
            for (at, step) in self.steps.iter().enumerate() {
                let first = first(step, &firsts, blanks);
                if let Some(place) = firsts.get_mut(at).filter(|place| **place != first) {
                    *place = first;
                    same = false;
                }
            }
            if same {
                return firsts;
            }
        }
    }

    /// Without references, which would have to be put right each time that the program starts.
    fn write(&self, blanks: usize, starts: &[(String, usize)]) -> Result<String, Box<dyn Error>> {
        let firsts = self.firsts(blanks);
        let mut lists = Lists::default();
        let mut code = String::new();
        writeln!(code, "pub(super) static STEPS: [(u16, Step); {}] = [", self.steps.len())?;
        for (step, (first, empty)) in self.steps.iter().zip(&firsts) {
            let begins = lists.set(if *empty { ALL } else { *first });
            let shown = match step {
                Step::Same(to) => format!("Same({})", self.straight(*to)),
                Step::Node(rule, body) => format!("Node(Rule::{rule}, {})", self.straight(*body)),
                Step::Text(text) => format!("Text({})", lists.text(text)),
                Step::Word(text, set) => format!("Word({}, {})", lists.text(text), lists.set(*set)),
                Step::Caseless(text) => format!("Caseless({})", lists.text(text)),
                Step::One(_) => "One".to_owned(),
                Step::Many(bytes) => format!("Many({})", lists.set(*bytes)),
                Step::Any => "Any".to_owned(),
                Step::Start => "Start".to_owned(),
                Step::End => "End".to_owned(),
                Step::All(parts, true) => format!("Spaced({})", lists.parts(self, parts)),
                Step::All(parts, false) => format!("All({})", lists.parts(self, parts)),
                Step::First(parts) => format!("First({})", lists.parts(self, parts)),
                Step::Maybe(inner) => format!("Maybe({})", self.straight(*inner)),
                Step::Again(inner, once, spaced) => format!("Again({}, {once}, {spaced})", self.straight(*inner)),
                Step::Ahead(inner) => format!("Ahead({})", self.straight(*inner)),
                Step::Not(inner) => format!("Not({})", self.straight(*inner)),
            };
            writeln!(code, "    ({begins}, Step::{shown}),")?;
        }
        writeln!(code, "];")?;
        let blank = lists.set(firsts.get(blanks).map_or(ALL, |(first, _)| *first));
        writeln!(code, "pub(super) const BLANKS: (u16, u16) = ({blank}, {blanks});")?;
        let Lists { sets, parts, texts } = lists;
        writeln!(code, "pub(super) static SETS: [[u64; 4]; {}] = {sets:?};", sets.len())?;
        writeln!(code, "pub(super) static PARTS: [u16; {}] = {parts:?};", parts.len())?;
        writeln!(code, "pub(super) static TEXTS: [u8; {}] = {:?};", texts.len(), texts.as_bytes())?;
        writeln!(code, "pub(super) fn start(rule: Rule) -> Option<u16> {{\n    match rule {{")?;
        for (rule, step) in starts {
            writeln!(code, "        Rule::{rule} => Some({}),", self.straight(*step))?;
        }
        writeln!(code, "        _ => None,\n    }}\n}}")?;
        Ok(code)
    }
}

/// What steps have in common.
#[derive(Default)]
struct Lists {
    sets: Vec<Set>,
    parts: Vec<usize>,
    texts: String,
}

impl Lists {
    fn set(&mut self, set: Set) -> usize {
        self.sets.iter().position(|known| *known == set).unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        })
    }

    /// Where the parts of a step are, and how many.
    fn parts(&mut self, table: &Table, parts: &[usize]) -> String {
        let start = self.parts.len();
        self.parts.extend(parts.iter().map(|part| table.straight(*part)));
        format!("{start}, {}", parts.len())
    }

    fn text(&mut self, text: &str) -> String {
        let start = self.texts.find(text).unwrap_or_else(|| {
            self.texts.push_str(text);
            self.texts.len() - text.len()
        });
        format!("{start}, {}", text.len())
    }
}

fn first(step: &Step, firsts: &[(Set, bool)], blanks: usize) -> (Set, bool) {
    let of = |at: usize| firsts.get(at).copied().unwrap_or((ALL, true));
    let begins = |text: &str, fold: bool| match text.as_bytes() {
        [byte, ..] if fold => (or(one(byte.to_ascii_lowercase()), one(byte.to_ascii_uppercase())), false),
        [byte, ..] => (one(*byte), false),
        [] => (NOTHING, true),
    };
    match step {
        Step::Same(to) => of(*to),
        Step::Node(_, body) => of(*body),
        Step::Text(text) | Step::Word(text, _) => begins(text, false),
        Step::Caseless(text) => begins(text, true),
        Step::One(set) => (*set, false),
        Step::Many(set) => (*set, true),
        Step::Any => (ALL, false),
        Step::Start | Step::Ahead(_) | Step::Not(_) => (NOTHING, true),
        Step::End => (NOTHING, false),
        Step::All(parts, spaced) => {
            let mut all = NOTHING;
            for part in parts {
                let (set, empty) = of(*part);
                all = or(all, set);
                if !empty {
                    return (all, false);
                }
                if *spaced {
                    all = or(all, of(blanks).0);
                }
            }
            (all, true)
        }
        Step::First(parts) => parts
            .iter()
            .map(|part| of(*part))
            .fold((NOTHING, false), |(all, some), (set, empty)| (or(all, set), some || empty)),
        Step::Maybe(inner) => (of(*inner).0, true),
        Step::Again(inner, once, _) => (of(*inner).0, !once || of(*inner).1),
    }
}

fn range(from: u8, to: u8) -> Set {
    (from..=to).map(one).fold(NOTHING, or)
}

fn one(byte: u8) -> Set {
    let mut set = NOTHING;
    if let Some(bits) = set.get_mut(usize::from(byte >> 6)) {
        *bits |= 1 << (byte & 63);
    }
    set
}

fn or(one: Set, other: Set) -> Set {
    let mut both = one;
    both.iter_mut().zip(other).for_each(|(bits, more)| *bits |= more);
    both
}
