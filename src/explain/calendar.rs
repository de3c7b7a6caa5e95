//! When the policy's blackouts and windows are on, for people's calendars.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::program::{Effect, Head, NodeId, Period, Times, VarId, When, ZoneRef};
use crate::check::schema::TableId;
use crate::eval::arms::scope;
use crate::eval::column::Rows;
use crate::eval::decision::Record;
use crate::eval::env::Env;
use crate::eval::facts;
use crate::eval::frame::{Binding, Frame, poss};
use crate::eval::reason::place_of;
use crate::eval::value::Raw;
use crate::time::{self, Entry, Instant, LocalDateTime, RRule, Recurrence, Role, Rule, Zone};

use super::calendar_rows::{CalendarReport, CalendarRow, Untimed};

/// How many times of one clause, in one zone, are listed.
const MOST_TIMES: usize = 20_000;
/// How many zones, rules and files of facts one clause is listed for.
const MOST_CLOCKS: usize = 200;
/// Assets whose facts are read at once.
const CHUNK: usize = 4096;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// From here on.
    pub from: Instant,
    /// Up to here, excluded.
    pub to: Instant,
    /// The row of the asset that is asked about; otherwise the times of all.
    pub asset: Option<u32>,
}

/// Lists every time at which a blackout or window of the policy is on.
#[must_use]
pub fn calendar(env: &Env<'_>, record: &Record, ask: Ask) -> CalendarReport {
    let mut lister = Lister { env, ask, rows: Vec::new(), untimed: Vec::new() };
    for period in &env.program.blackouts {
        lister.statement("blackout", Role::Blackout, period);
    }
    for period in &env.program.windows {
        lister.statement("window", Role::Window, period);
    }
    let Lister { mut rows, mut untimed, .. } = lister;
    let key = |row: &CalendarRow| (row.from, row.kind, row.rule.clone(), row.zone.clone(), row.to);
    rows.sort_by_cached_key(key);
    rows.dedup();
    untimed.sort();
    untimed.dedup();
    let of_asset = |name| ask.asset.and_then(|row| facts::text(env, TableId::ASSET, name, row));
    CalendarReport {
        from: ask.from,
        to: ask.to,
        asset: of_asset("id"),
        zone: of_asset("timezone"),
        rows,
        untimed,
        record: record.clone(),
    }
}

struct Lister<'e, 'a> {
    env: &'e Env<'a>,
    ask: Ask,
    rows: Vec<CalendarRow>,
    untimed: Vec<Untimed>,
}

/// Whose clock a clause goes by, and the rule or file that it names, for some of the assets; none where it is not known.
type Clock = (Option<Arc<str>>, Option<Arc<str>>);

impl Lister<'_, '_> {
    fn statement(&mut self, kind: &'static str, role: Role, period: &Period) {
        let (env, head) = (self.env, &period.head);
        if head.muted {
            return;
        }
        let mut shown = Shown::of(env, kind, head);
        if let Some(asset) = self.ask.asset {
            let root = Frame::root(env);
            let frame = asset_frame(&root, vec![asset]);
            let scope = scope(&frame, head);
            // An exception lifts what a window asks for, not what it offers.
            let excepted = role == Role::Blackout && head.except.is_some_and(|except| frame.truth(except).must_at(0));
            if !scope.may_at(0) || excepted {
                return;
            }
            if scope.must_at(0) {
                shown.scope = None;
            } else {
                shown.perhaps = true;
            }
        }
        for when in &period.times {
            self.clause(&shown, role, head, when);
        }
    }

    fn clause(&mut self, shown: &Shown, role: Role, head: &Head, when: &When) {
        if let Times::While(condition) = when.times {
            let condition = self.text(condition);
            self.untimed.push(shown.untimed(format!("it is on whenever `{condition}` holds, so it has no times")));
            return;
        }
        let mut clocks = self.clocks(head, when);
        if clocks.len() > MOST_CLOCKS {
            let more = clocks.len() - MOST_CLOCKS;
            self.untimed.push(shown.untimed(format!("{more} more zones, rules or files that facts name are left out")));
            clocks.truncate(MOST_CLOCKS);
        }
        for clock in clocks {
            match self.entry(when, &clock) {
                Ok(entry) => self.times(shown, role, (head, when), &entry),
                Err(why) => self.untimed.push(shown.untimed(why)),
            }
        }
    }

    /// Whose clock, and which rule or file, the assets that it may apply to give a clause.
    fn clocks(&self, head: &Head, when: &When) -> Vec<Clock> {
        let env = self.env;
        let zone_node = match when.zone {
            ZoneRef::Node(node) => Some(node),
            ZoneRef::Fixed(_) => None,
        };
        let text_node = match when.times {
            Times::Rule(node, _) | Times::File(node) => Some(node),
            Times::Known(_) | Times::While(_) => None,
        };
        let fixed = match when.zone {
            ZoneRef::Fixed(zone) => env.program.zones.get(usize::from(zone.0)).map(|name| Arc::from(name.as_str())),
            ZoneRef::Node(_) => None,
        };
        if zone_node.is_none() && text_node.is_none() {
            return vec![(fixed, None)];
        }
        let rows: Vec<u32> = match self.ask.asset {
            Some(asset) => vec![asset],
            None => (0..u32::try_from(env.facts.recorded).unwrap_or(u32::MAX)).collect(),
        };
        let root = Frame::root(env);
        let mut clocks: BTreeSet<Clock> = BTreeSet::new();
        for chunk in rows.chunks(CHUNK) {
            let frame = asset_frame(&root, chunk.to_vec());
            let scope = scope(&frame, head);
            let zones = zone_node.map(|node| texts(&frame, node));
            let named = text_node.map(|node| texts(&frame, node));
            let at = |texts: &Option<Vec<Option<Arc<str>>>>, row: usize| {
                texts.as_ref().and_then(|texts| texts.get(row).cloned().flatten())
            };
            for row in (0..chunk.len()).filter(|row| scope.may_at(*row)) {
                let zone = if zone_node.is_some() { at(&zones, row) } else { fixed.clone() };
                clocks.insert((zone, at(&named, row)));
            }
        }
        clocks.into_iter().collect()
    }

    /// The clause by one clock.
    ///
    /// # Errors
    /// Why it cannot be said when that is.
    fn entry(&self, when: &When, (zone, named): &Clock) -> Result<Entry, String> {
        let env = self.env;
        let of = |node: NodeId| self.text(node);
        let zone = match (zone.as_deref().and_then(Zone::get), when.zone) {
            (Some(zone), _) => zone,
            (None, ZoneRef::Node(node)) => return Err(format!("`{}` is not known of every asset", of(node))),
            (None, ZoneRef::Fixed(_)) => return Err("its time zone is not known".to_owned()),
        };
        let recurrence = match &when.times {
            Times::Known(recurrence) => recurrence.clone(),
            Times::Rule(node, lasting) => {
                let text = named.as_ref().ok_or_else(|| format!("`{}` is not known of every asset", of(*node)))?;
                let (rule, dtstart) = RRule::parse_text(text)
                    .map_err(|error| format!("`{}` holds `{text}`, which is no rule: {error}", of(*node)))?;
                if let (None, Some(why)) = (dtstart, rule.needs_start()) {
                    return Err(format!("`{}` holds `{text}`, which needs a DTSTART: {why}", of(*node)));
                }
                let dtstart = dtstart.or(LocalDateTime::from_wall(0)).ok_or_else(String::new)?;
                Recurrence::Rule(Arc::new(Rule { rule, dtstart, lasting: *lasting }))
            }
            Times::File(node) => {
                let name = named.as_ref().ok_or_else(|| format!("`{}` is not known of every asset", of(*node)))?;
                let file = env.facts.calendars.get(name);
                let file = file.ok_or_else(|| {
                    format!("the calendar file `{name}` that `{}` names could not be read", of(*node))
                })?;
                Recurrence::File { file: Arc::clone(file), covers_until: None }
            }
            Times::While(_) => Recurrence::Always,
        };
        let calendars = &env.program.calendars;
        let not_on = when.not_on.iter().filter_map(|id| calendars.get(usize::from(id.0)));
        let not_on = not_on.map(|calendar| Arc::clone(&calendar.times)).collect();
        Ok(Entry { recurrence, zone, not_on, overrun: None })
    }

    fn times(&mut self, shown: &Shown, role: Role, (head, clause): (&Head, &When), entry: &Entry) {
        let written = one_line(self.env.program.sources.text(clause.span));
        let Ask { from, to, .. } = self.ask;
        let (in_force_from, in_force_to) = in_force(self.env, head);
        for (n, found) in time::occurrences(entry, role, from, to).enumerate() {
            if n >= MOST_TIMES {
                let start = found.interval.from().to_rfc3339();
                let why = format!("there are more than {MOST_TIMES} times: those from {start} on are left out");
                self.untimed.push(shown.untimed(why));
                return;
            }
            let start = found.interval.from().max(in_force_from);
            let end = found.interval.to().min(in_force_to);
            if start >= end || start >= to || end <= from {
                continue;
            }
            self.rows.push(CalendarRow {
                rule: head.name.clone(),
                kind: shown.kind,
                title: head.title.clone(),
                // What has been on for ever is shown from the beginning of what was asked about.
                from: if start == Instant::MIN { from } else { start },
                to: (end < Instant::MAX).then_some(end),
                certain: found.certain && !shown.perhaps,
                when: written.clone(),
                zone: entry.zone.name().to_owned(),
                effect: shown.effect,
                scope: shown.scope.clone(),
                except: shown.except.clone(),
                at: place_of(self.env, head.span),
            });
        }
    }

    fn text(&self, node: NodeId) -> String {
        text_of(self.env, node)
    }
}

/// What of a statement stands beside each of its times.
struct Shown {
    kind: &'static str,
    rule: String,
    title: Option<String>,
    effect: Effect,
    scope: Option<String>,
    except: Option<String>,
    /// It is not known whether it applies to the asset that was asked about.
    perhaps: bool,
}

impl Shown {
    fn of(env: &Env<'_>, kind: &'static str, head: &Head) -> Self {
        let on_trial = head.trial_until.is_some_and(|until| env.now.micros() < until);
        let conditions: Vec<String> = head.scope.iter().map(|node| text_of(env, *node)).collect();
        Self {
            kind,
            rule: head.name.clone(),
            title: head.title.clone(),
            effect: if on_trial { Effect::Report } else { head.effect },
            scope: (!conditions.is_empty()).then(|| conditions.join(" and ")),
            except: head.except.map(|node| text_of(env, node)),
            perhaps: false,
        }
    }

    fn untimed(&self, why: String) -> Untimed {
        Untimed { rule: self.rule.clone(), kind: self.kind, title: self.title.clone(), why }
    }
}

/// An expression as the policy writes it, on one line.
pub(super) fn text_of(env: &Env<'_>, node: NodeId) -> String {
    let span = env.program.nodes.get(node.0 as usize).map(|node| node.span);
    one_line(span.map(|span| env.program.sources.text(span)).unwrap_or_default())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A frame of these assets, and of a change of which nothing is known.
fn asset_frame<'q>(root: &'q Frame<'_>, assets: Vec<u32>) -> Frame<'q> {
    let nobody = vec![u32::MAX; assets.len()];
    let bound = vec![(VarId::ASSET, Binding::Rows(Arc::new(assets))), (VarId::CHANGE, Binding::Rows(Arc::new(nobody)))];
    let len = match bound.first() {
        Some((_, Binding::Rows(rows))) => rows.len(),
        _ => 0,
    };
    root.inner(len, Rows::First, bound)
}

/// The text or zone that each row has; none where it is not known.
fn texts(frame: &Frame<'_>, node: NodeId) -> Vec<Option<Arc<str>>> {
    let values = frame.eval(node);
    let symbol = |row| poss(&values, row).one().and_then(Raw::int);
    (0..frame.len()).map(|row| symbol(row).map(|symbol| Arc::from(&*frame.env.text(symbol)))).collect()
}

/// The stretch in which a statement has an effect.
fn in_force(env: &Env<'_>, head: &Head) -> (Instant, Instant) {
    let from = head.effective_from.and_then(Instant::from_micros).unwrap_or(Instant::MIN);
    let until = head.effective_until.and_then(Instant::from_micros).unwrap_or(Instant::MAX);
    // What is in force now holds for a change at any time.
    if from <= env.now && env.now < until { (Instant::MIN, Instant::MAX) } else { (from, until) }
}
