//! Writes a policy as text, in any order of its statements and over any number of files.

use std::fmt::Write;

use crate::absence::needs_assumes;
use crate::ir::*;
use crate::rng::Rng;
use crate::vocab;

pub const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The files of a policy: name and text. Another `layout` gives another order and another split.
pub fn files(policy: &Policy, layout: u64) -> Vec<(String, String)> {
    let mut rng = Rng::new(layout);
    let mut statements = vec![header(policy), crate::plugins::STATEMENT.to_owned()];
    statements.extend(vocab::extend_texts());
    statements.extend(policy.lets.iter().map(let_));
    statements.extend(policy.tables.iter().map(table));
    statements.extend(policy.triages.iter().map(triage));
    statements.extend(policy.categorises.iter().map(categorise));
    statements.extend(policy.rules.iter().map(|r| rule(r, &mut rng)));
    statements.extend(policy.periods.iter().map(|p| period(p, &mut rng)));
    statements.extend(crate::print_people::statements(policy, &mut rng));
    statements.extend(crate::print_time::statements(policy, &mut rng));
    if layout == 0 {
        return vec![("policy.gate".to_owned(), statements.join("\n"))];
    }
    rng.shuffle(&mut statements);
    let parts = 1 + rng.below(3);
    let mut files = vec![String::new(); parts];
    for statement in statements {
        let at = rng.below(parts);
        files[at].push_str(&statement);
        files[at].push('\n');
    }
    let mut named: Vec<(String, String)> = files
        .into_iter()
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
        .map(|(n, text)| (format!("part{n}.gate"), text))
        .collect();
    rng.shuffle(&mut named);
    named
}

fn header(policy: &Policy) -> String {
    let mut out = format!("policy law \"A law's case\" {{\n  version \"1\"\n  timezone \"{}\"\n", policy.zone);
    if let Some((first, last)) = policy.business_days {
        let _ = write!(out, "  business_days {} to {}", DAYS[usize::from(first)], DAYS[usize::from(last)]);
        if !policy.holidays.is_empty() {
            let _ = write!(out, " not on {}", policy.holidays.join(", "));
        }
        out.push('\n');
    }
    if let Some(prefer) = &policy.cvss_prefer {
        let _ =
            writeln!(out, "  cvss prefer {}", prefer.iter().map(|v| cvss_version(v)).collect::<Vec<_>>().join(", "));
    }
    if let Some(hours) = policy.longest_change {
        let _ = writeln!(out, "  longest_change {hours}h");
    }
    if let Some(name) = &policy.category {
        let _ = writeln!(out, "  category {name}");
    }
    out + "}\n"
}

fn cvss_version(version: &str) -> &'static str {
    match version {
        "4.0" => "v4.0",
        "3.1" => "v3.1",
        "3.0" => "v3.0",
        _ => "v2",
    }
}

fn let_(l: &Let) -> String {
    match &l.body {
        LetBody::Expr(e) => format!("let {} = {}\n", l.name, top(e)),
        LetBody::Set(items) => {
            format!("let {} = {{ {} }}\n", l.name, items.iter().map(|i| quote(i)).collect::<Vec<_>>().join(", "))
        }
        LetBody::Param(ty, value) => format!("param {} \"A figure\": {ty} = {}\n", l.name, literal(value)),
    }
}

fn cell(cell: &Cell) -> String {
    let Some(patterns) = cell else { return "any".to_owned() };
    let one = |p: &Pattern| match p {
        Pattern::Is(Val::Bool(true)) => "yes".to_owned(),
        Pattern::Is(Val::Bool(false)) => "no".to_owned(),
        Pattern::Is(v) => literal(v),
        Pattern::Cmp(op, v) => format!("{} {}", cmp(*op), literal(v)),
        Pattern::Range(a, b) => format!("{} to {}", literal(a), literal(b)),
    };
    patterns.iter().map(one).collect::<Vec<_>>().join(" | ")
}

/// An input of a table: of a CVSS value its score is named.
fn input(e: &E) -> String {
    let score = if matches!(e, E::Cvss(_, None, CvssPart::Score)) { ".score" } else { "" };
    format!("{}{score}", inner(e))
}

fn table(t: &Table) -> String {
    let mut out = format!("table {} \"A table\" {{\n", t.name);
    let given: Vec<String> = t
        .inputs
        .iter()
        .take(t.inputs.len() - usize::from(t.across.is_some()))
        .map(|(name, e)| e.as_ref().map_or_else(|| name.clone(), |e| format!("{name} = {}", input(e))))
        .collect();
    if !given.is_empty() {
        let _ = writeln!(out, "  given {}", given.join(", "));
    }
    if let (Some(heads), Some((name, Some(e)))) = (&t.across, t.inputs.last()) {
        let heads: Vec<String> = heads.iter().map(cell).collect();
        let _ = writeln!(out, "  across {name} = {} -> {}", input(e), heads.join("  "));
    }
    for (cells, outcomes) in &t.rows {
        let cells: Vec<String> = cells.iter().map(cell).collect();
        let outcomes: Vec<String> = outcomes.iter().map(literal).collect();
        let _ = writeln!(out, "  row {} -> {}", cells.join("  "), outcomes.join("  "));
    }
    out + "}\n"
}

pub fn deadline(d: &Deadline) -> String {
    let length = |e: &E| match e {
        E::Lit(_) | E::Table(_) | E::Let(_, None) => bare(e),
        _ => format!("({})", top(e)),
    };
    let mut out = match &d.form {
        DeadlineForm::Within(span, None) => format!("within {}", length(span)),
        DeadlineForm::Within(span, Some(of)) => format!("within {} of {}", length(span), atom(of)),
        DeadlineForm::Before(span, time) => format!("{} before {}", length(span), atom(time)),
        DeadlineForm::After(span, time) => format!("{} after {}", length(span), atom(time)),
        DeadlineForm::By(time) => format!("by {}", atom(time)),
    };
    match d.end_of_day {
        Some(Some(ASSET_ZONE)) => {
            let _ = write!(out, " end of day in {ASSET_ZONE}");
        }
        Some(Some(zone)) => {
            let _ = write!(out, " end of day in \"{zone}\"");
        }
        Some(None) => out.push_str(" end of day"),
        None => {}
    }
    out
}

fn arm(a: &Arm, decide: bool) -> String {
    let mut out = format!("  {}", a.name);
    if let Some(d) = &a.deadline {
        let _ = write!(out, " {}", deadline(d));
    }
    match &a.when {
        Some(e) => {
            let _ = write!(out, " when {}", top(e));
        }
        None if decide => {}
        None => out.push_str(" otherwise"),
    }
    out
}

fn triage(t: &Triage) -> String {
    let mut clauses = vec![format!("  levels {}", t.levels.join(" > "))];
    if let Some(clock) = &t.clock {
        clauses.push(format!("  clock {}", top(clock)));
    }
    if let Some(done) = &t.done {
        clauses.push(format!("  done when {}", top(done)));
    }
    if let Some(table) = &t.decide {
        clauses.push(format!("  decide {table}"));
    }
    if let Some(within) = &t.within {
        clauses.push(format!("  {}", deadline(within)));
    }
    // That the clock takes the first that is known needs none.
    let clock = t.clock.iter().flat_map(|e| match e {
        E::Default(a, b) => vec![&**a, &**b],
        other => vec![other],
    });
    let mut assumes =
        needs_assumes(clock) || t.decide.as_ref().is_some_and(|name| needs_assumes([&E::Table(name.clone())]));
    assumes |= t.within.as_ref().is_some_and(deadline_assumes);
    assumes |= t.arms.iter().any(|a| a.deadline.as_ref().is_some_and(deadline_assumes));
    assumes |= needs_assumes(t.done.iter().chain(t.arms.iter().filter_map(|a| a.when.as_ref())));
    // Before the arms: after an arm of `decide` a `when` would be the arm's.
    common(&t.common, assumes, &mut clauses);
    clauses.extend(t.arms.iter().map(|a| arm(a, t.decide.is_some())));
    format!("triage {} \"A triage\" {{\n{}\n}}\n", t.name, clauses.join("\n"))
}

pub fn deadline_assumes(d: &Deadline) -> bool {
    match &d.form {
        DeadlineForm::Within(a, None) | DeadlineForm::By(a) => needs_assumes([a]),
        DeadlineForm::Within(a, Some(b)) | DeadlineForm::Before(a, b) | DeadlineForm::After(a, b) => {
            needs_assumes([a, b])
        }
    }
}

fn categorise(c: &Categorise) -> String {
    let mut lines: Vec<String> = c.arms.iter().map(|a| arm(a, false)).collect();
    if needs_assumes(c.arms.iter().filter_map(|a| a.when.as_ref())) {
        lines.push("  assumes \"it is meant so\"".to_owned());
    }
    let each = if c.each_asset { "each asset " } else { "" };
    format!("categorise {each}{} {{\n{}\n}}\n", c.name, lines.join("\n"))
}

fn rule(r: &Rule, rng: &mut Rng) -> String {
    let mut clauses: Vec<String> = Vec::new();
    for (forbid, e) in &r.demands {
        clauses.push(format!("  {} {}", if *forbid { "forbid" } else { "require" }, top(e)));
    }
    let assumes = needs_assumes(r.demands.iter().map(|(_, e)| e));
    common(&r.common, assumes, &mut clauses);
    rng.shuffle(&mut clauses);
    format!("rule {} \"A rule\" {{\n{}\n}}\n", r.name, clauses.join("\n"))
}

fn period(p: &Period, rng: &mut Rng) -> String {
    let mut clauses: Vec<String> = p.times.iter().map(time_clause).collect();
    clauses.extend(p.while_.as_ref().map(|e| format!("  while {}", top(e))));
    clauses.extend(p.mandatory.then(|| "  mandatory".to_owned()));
    clauses.extend(p.overrun.then(|| "  overrun allow".to_owned()));
    common(&p.common, needs_assumes(&p.while_), &mut clauses);
    rng.shuffle(&mut clauses);
    format!("{} {} \"A period\" {{\n{}\n}}\n", if p.window { "window" } else { "blackout" }, p.name, clauses.join("\n"))
}

pub fn time_clause(t: &TimeClause) -> String {
    let zoned = crate::print_time::zoned;
    match t {
        TimeClause::Range { from, to, zone } => {
            format!("  from {} to {}{}", end_point(from), end_point(to), zoned(zone))
        }
        TimeClause::Weekly { days, from, to, zone } => {
            format!("  every {} {} to {}{}", self::days(days), clock(*from), clock(*to), zoned(zone))
        }
        TimeClause::Clause(c) => crate::print_time::clause(c),
    }
}

/// Days of the week.
pub fn days(days: &[u8]) -> String {
    match days {
        [0, 1, 2, 3, 4, 5, 6] => "day".to_owned(),
        [0, 1, 2, 3, 4] => "weekday".to_owned(),
        days => days.iter().map(|d| DAYS[usize::from(*d)]).collect::<Vec<_>>().join(", "),
    }
}

fn end_point(p: &EndPoint) -> String {
    match p {
        EndPoint::Date(d) => date(*d),
        EndPoint::Time(t) => time(t),
    }
}

pub fn common(c: &Common, mut assumes: bool, clauses: &mut Vec<String>) {
    for (word, e) in [("for", &c.scope), ("when", &c.when), ("except", &c.except)] {
        if let Some(e) = e {
            clauses.push(format!("  {word} {}", top(e)));
            assumes |= needs_assumes([e]);
        }
    }
    if let Some((from, until)) = c.effective {
        let from = from.map(|d| format!(" from {}", date(d))).unwrap_or_default();
        let until = until.map(|d| format!(" until {}", date(d))).unwrap_or_default();
        clauses.push(format!("  effective{from}{until}"));
    }
    if let Some(until) = c.trial {
        clauses.push(format!("  trial until {}", date(until)));
    }
    if let Some(effect) = c.effect {
        clauses.push(format!("  effect {}", effect.word()));
    }
    if let Some(effect) = c.unknown {
        clauses.push(format!("  unknown {}", effect.word()));
    }
    if let Some(because) = &c.because {
        clauses.push(format!("  because {}", pieces(because)));
    }
    clauses.extend(c.waivable.as_ref().map(crate::print_people::waivable));
    clauses.extend(c.noise.iter().map(|n| format!("  {n}")));
    if assumes {
        clauses.push("  assumes \"it is meant so\"".to_owned());
    }
}

/// An expression where a whole one stands.
pub fn top(e: &E) -> String {
    match e {
        E::And(parts) => parts.iter().map(part).collect::<Vec<_>>().join(" and "),
        E::Or(parts) => parts.iter().map(part).collect::<Vec<_>>().join(" or "),
        E::Default(a, b) => format!("{} default {}", atom(a), atom(b)),
        E::If(c, a, b) => format!("if {} then {} else {}", inner(c), atom(a), atom(b)),
        _ => bare(e),
    }
}

/// An expression inside another: a `default` gets parentheses there.
fn inner(e: &E) -> String {
    if matches!(e, E::Default(..)) { atom(e) } else { top(e) }
}

/// A part of `and` or `or`: comparisons bind closer, the rest gets parentheses.
fn part(e: &E) -> String {
    match e {
        E::Cmp(..)
        | E::In(..)
        | E::InLit(..)
        | E::Like(..)
        | E::Matches(..)
        | E::Is(..)
        | E::Not(_)
        | E::RecIn(..)
        | E::During(..) => bare(e),
        _ => atom(e),
    }
}

fn atom(e: &E) -> String {
    match e {
        E::Lit(_)
        | E::Now
        | E::Var(_)
        | E::Field(..)
        | E::Agg { .. }
        | E::Cvss(..)
        | E::Triage(..)
        | E::Table(_)
        | E::Text(_)
        | E::Category
        | E::ChangeCategory
        | E::Through(..)
        | E::Risk(..)
        | E::Ask(..)
        | E::Plugin(..)
        | E::Overlaps(_)
        | E::Metric(_) => bare(e),
        E::TimeLit(_) | E::Let(_, None) => bare(e),
        E::And(_) | E::Or(_) | E::Default(..) | E::If(..) => format!("({})", top(e)),
        _ => format!("({})", bare(e)),
    }
}

pub fn bare(e: &E) -> String {
    match e {
        E::Lit(v) => literal(v),
        E::TimeLit(t) => time(t),
        E::Now => "now".to_owned(),
        E::Var(v) => v.clone(),
        E::Field(v, _, f) => format!("{v}.{f}"),
        E::Not(a) => match &**a {
            E::In(x, l) => format!("{} not in {}", atom(x), list(l)),
            E::InLit(x, items) => format!("{} not in {}", atom(x), set(items)),
            _ => format!("not {}", atom(a)),
        },
        E::Cmp(op, a, b) => format!("{} {} {}", atom(a), cmp(*op), atom(b)),
        E::InLit(x, items) => format!("{} in {}", atom(x), set(items)),
        E::In(x, l) => format!("{} in {}", atom(x), list(l)),
        E::Plugin(x) => format!("stub.even({})", inner(x)),
        E::Like(x, glob) => format!("{} like {}", atom(x), quote(glob)),
        E::Matches(x, glob) => {
            let (start, end) =
                (if glob.starts_with('*') { "" } else { "^" }, if glob.ends_with('*') { "" } else { "$" });
            format!("{} matches /{start}{}{end}/", atom(x), glob.trim_matches('*'))
        }
        E::Is(x, Presence::Known) => format!("{} is known", atom(x)),
        E::Is(x, Presence::Unknown) => format!("{} is unknown", atom(x)),
        E::Is(x, Presence::Given) => format!("{} is given", atom(x)),
        E::Arith(op, a, b) => {
            let symbol = ["+", "-", "*", "/"][*op as usize];
            format!("{} {symbol} {}", atom(a), atom(b))
        }
        E::Neg(a) => format!("-{}", atom(a)),
        E::Text(p) => pieces(p),
        E::Quant { kind: Quant::Any, var, list: l, filter: None, body } => {
            format!("any {var} in {} where {}", list(l), inner(body))
        }
        E::Quant { kind, var, list: l, filter, body } => {
            let word = ["any", "every", "each"][*kind as usize];
            let filter = filter.as_ref().map(|f| format!(" where {}", inner(f))).unwrap_or_default();
            format!("{word} {var} in {}{filter} satisfies {}", list(l), inner(body))
        }
        E::Agg { kind, value, var, list: l, filter, empty } => {
            let word = ["count", "share", "min", "max", "sum", "avg"][*kind as usize];
            let value = value.as_ref().map(|v| format!("{} for ", atom(v))).unwrap_or_default();
            let filter = filter.as_ref().map(|f| format!(" where {}", inner(f))).unwrap_or_default();
            let empty = empty.as_ref().map(|x| format!(", empty: {}", atom(x))).unwrap_or_default();
            format!("{word}({value}{var} in {}{filter}{empty})", list(l))
        }
        E::Cvss(x, version, what) => {
            let version = match version {
                Some("3.1") => ".v3",
                Some("4.0") => ".v4",
                Some(_) => ".v2",
                None => "",
            };
            let what = match what {
                CvssPart::Score if version.is_empty() => "",
                CvssPart::Score => ".score",
                CvssPart::Base => ".base",
                CvssPart::Severity => ".severity",
                CvssPart::Version => ".version",
                CvssPart::AttackVector => ".attack_vector",
            };
            format!("{}{version}{what}", atom(x))
        }
        E::Triage(block, f, v, _) => {
            let block = block.as_ref().map(|b| format!(".{b}")).unwrap_or_default();
            format!("{v}.triage{block}.{}", ["level", "due", "overdue"][*f as usize])
        }
        E::Table(name) => name.clone(),
        E::Let(name, None) => name.clone(),
        E::Let(name, Some(of)) => format!("{name} of {of}"),
        E::Through(base, _, name) => crate::print_people::through(base, name),
        E::Risk(name, field) => crate::print_people::risk(name, *field),
        E::Ask(ask, name) => format!("{}({name})", ask.word()),
        E::Meets(a, b) => format!("{a} overlaps {b}"),
        E::Nearest(next, name, at) => {
            format!(
                "{} {name} {} {}",
                if *next { "next" } else { "last" },
                if *next { "after" } else { "before" },
                atom(at)
            )
        }
        E::During(at, name) => format!("{} during {name}", atom(at)),
        E::Overlaps(name) => format!("overlaps({name})"),
        E::Metric(name) => name.clone(),
        E::RecIn(var, l) => format!("{var} in {}", list(l)),
        E::Category => "category".to_owned(),
        E::ChangeCategory => "change.category".to_owned(),
        E::CategoryOf(asset) => format!("category of {asset}"),
        E::And(_) | E::Or(_) | E::Default(..) | E::If(..) => top(e),
    }
}

fn cmp(op: Cmp) -> &'static str {
    ["==", "!=", "<", "<=", ">", ">="][op as usize]
}

pub fn list(l: &List) -> String {
    match l {
        List::Field(v, f) => format!("{v}.{f}"),
        List::Assets => "assets".to_owned(),
        List::Inventory => "inventory".to_owned(),
        List::Changes => "changes".to_owned(),
        List::Const(name) => name.clone(),
        List::AssetsOf(var) => format!("{var}.assets"),
        List::People => "people".to_owned(),
        List::Incidents => "incidents".to_owned(),
        List::Through(base, _, name) => crate::print_people::through(base, name),
    }
}

fn set(items: &[Val]) -> String {
    format!("{{ {} }}", items.iter().map(literal).collect::<Vec<_>>().join(", "))
}

pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('{', "\\{"))
}

fn pieces(parts: &[Piece]) -> String {
    let mut out = String::from("\"");
    for p in parts {
        match p {
            Piece::Text(t) => out.push_str(quote(t).trim_matches('"')),
            Piece::Hole(e) => {
                let _ = write!(out, "{{{}}}", bare(e));
            }
        }
    }
    out + "\""
}

/// A decimal with as few digits as it needs, but at least `least` after the point.
pub fn decimal(d: Dec, least: usize) -> String {
    let mut fraction = format!("{:09}", d.abs() % 1_000_000_000);
    while fraction.len() > least && fraction.ends_with('0') {
        fraction.pop();
    }
    let sign = if d < 0 { "-" } else { "" };
    let whole = d.abs() / 1_000_000_000;
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

pub fn literal(v: &Val) -> String {
    match v {
        Val::None => "none".to_owned(),
        Val::Bool(b) => b.to_string(),
        Val::Int(n) => n.to_string(),
        Val::Num(d) => decimal(*d, 1),
        Val::Pct(d) => format!("{}%", decimal(*d, 0)),
        Val::Str(s) => quote(s),
        Val::Date(d) => date(*d),
        Val::Time(_) => unreachable!("times are written as `TimeLit`"),
        Val::Dur(us) => duration(*us),
        Val::Word(_, w) => w.to_string(),
        Val::Span(n, unit) => {
            let s = if *n == 1 { "" } else { "s" };
            match unit {
                Unit::Day => format!("{n} day{s}"),
                Unit::Week => format!("{n} week{s}"),
                Unit::Month => format!("{n} month{s}"),
                Unit::BusinessDay => format!("{n} business day{s}"),
            }
        }
        Val::BusinessDays(n, on) => format!("{n} business day{} on {on}", if *n == 1 { "" } else { "s" }),
    }
}

/// A length as the language and its data write it.
pub fn duration(us: i64) -> String {
    let seconds = us / 1_000_000;
    for (unit, size) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("min", 60)] {
        if seconds != 0 && seconds % size == 0 {
            return format!("{}{unit}", seconds / size);
        }
    }
    format!("{seconds}s")
}

/// A day.
pub fn date(days: i32) -> String {
    let day = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// `09:30`
pub fn clock(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn time(t: &TimeLit) -> String {
    let local = format!("{}T{}", date(t.date), clock(t.minute));
    match &t.zone {
        ZoneSpec::Utc => format!("{local}Z"),
        ZoneSpec::Policy => local,
        ZoneSpec::Offset(m) => format!("{local}{}{}", if *m < 0 { "-" } else { "+" }, clock(m.abs())),
        ZoneSpec::Named(zone) => format!("({local} in \"{zone}\")"),
    }
}
