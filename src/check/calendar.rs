//! `calendar`, the files that calendars are read from, and business days with their holidays.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name, Path};
use crate::syntax::source::{FileId, Span};
use crate::syntax::tree::{Statement, TimeClause, TimeForm};
use crate::time::{self, BusinessDays, BusinessWeek, Entry, Recurrence, Role, Weekdays, ical};

use super::checker::{Checker, Item, Progress, Symbol};
use super::codes;
use super::env::Env;
use super::program::{CalendarId, NamedCalendar, Times, When, Zone, ZoneRef, weekday};
use super::times::Of;

/// How calendars are called in messages.
const PLACE: &str = "a `calendar`";

/// So many calendars may hang on each other in a row.
const MOST_STEPS: usize = 64;

/// A `calendar` statement and what it came to.
#[derive(Clone, Debug)]
pub(super) struct CalendarState {
    pub(super) unit: usize,
    pub(super) statement: Arc<Statement>,
    pub(super) progress: Progress,
    /// Its times, for the blackouts and windows that name it.
    pub(super) times: Vec<When>,
}

/// The business days of a unit.
#[derive(Clone, Debug)]
pub(super) struct WeekState {
    pub(super) progress: Progress,
    pub(super) days: Option<Arc<BusinessDays>>,
}

/// What is being worked out: a calendar, or the business days of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Running {
    Calendar(u16),
    Week(usize),
}

/// A calendar file that was read, and what of it does not count.
pub(super) type CalendarRead = Result<(Arc<ical::File>, Vec<ical::Note>), ical::ReadError>;

/// Reads a calendar file.
pub(super) fn read(text: &str) -> CalendarRead {
    ical::File::read(text).map(|(file, notes)| (Arc::new(file), notes))
}

impl Checker {
    pub(super) fn declare_calendar(&mut self, unit: usize, statement: &Arc<Statement>, name: &Name) -> u16 {
        let prefix = self.units.get(unit).map(|unit| unit.prefix.clone()).unwrap_or_default();
        self.calendars.push(CalendarState {
            unit,
            statement: Arc::clone(statement),
            progress: Progress::Untouched,
            times: Vec::new(),
        });
        self.program.calendars.push(NamedCalendar {
            name: format!("{prefix}{}", name.text),
            title: statement.title.as_ref().and_then(crate::syntax::expr::StrLit::plain),
            span: statement.span,
            times: Arc::new(time::Calendar::new(Vec::new(), None)),
        });
        self.place_of_last(self.program.calendars.len(), name.span, "calendars")
    }

    /// Works out all calendars and business days; what they hang on is known by now.
    pub(super) fn all_calendars(&mut self) {
        for index in 0..self.calendars.len() {
            if let Ok(index) = u16::try_from(index) {
                self.ensure_calendar(index, Span::default());
            }
        }
        for unit in 0..self.units.len() {
            self.ensure_week(unit, Span::default());
        }
    }

    /// The calendar that a path names.
    pub(super) fn calendar_id(&mut self, path: &Path, unit: usize) -> Option<CalendarId> {
        let fits = |symbol: &Symbol| matches!(symbol, Symbol::Calendar(_));
        match self.statement_named(path, unit, ("calendar", false), &fits)? {
            (Symbol::Calendar(index), span) => {
                self.reading(Item::Calendar(index), span);
                Some(CalendarId(index))
            }
            _ => None,
        }
    }

    /// The calendar that a path names, worked out.
    pub(super) fn calendar_named(&mut self, path: &Path, unit: usize) -> Option<CalendarId> {
        let id = self.calendar_id(path, unit)?;
        self.ensure_calendar(id.0, path.span)?;
        Some(id)
    }

    /// The calendars behind `not on`.
    pub(super) fn calendars_named(&mut self, paths: &[Path], unit: usize) -> Vec<CalendarId> {
        paths.iter().filter_map(|path| self.calendar_named(path, unit)).collect()
    }

    /// The times of a calendar where a blackout or window names it.
    pub(super) fn times_of(
        &self,
        id: CalendarId,
        zone: Option<ZoneRef>,
        not_on: &[CalendarId],
        span: Span,
    ) -> Vec<When> {
        let times = self.calendars.get(usize::from(id.0)).map(|state| state.times.clone()).unwrap_or_default();
        let here = |mut when: When| {
            when.zone = zone.unwrap_or(when.zone);
            when.not_on.extend(not_on.iter().copied().filter(|id| !when.not_on.contains(id)).collect::<Vec<_>>());
            when.span = span;
            when
        };
        times.into_iter().map(here).collect()
    }

    /// Checks a calendar once; none where it hangs on itself, which is reported at `span`.
    fn ensure_calendar(&mut self, index: u16, span: Span) -> Option<()> {
        let state = self.calendars.get_mut(usize::from(index))?;
        match state.progress {
            Progress::Done => return Some(()),
            Progress::Running => {
                self.calendar_cycle(Running::Calendar(index), span);
                return None;
            }
            Progress::Untouched => state.progress = Progress::Running,
        }
        let (unit, statement) = (state.unit, Arc::clone(&state.statement));
        if self.steps_are_many(span) {
            return None;
        }
        self.running.push(Running::Calendar(index));
        self.readers.push(Item::Calendar(index));
        let muted = std::mem::take(&mut self.muted);
        let times = self.calendar(unit, &statement);
        self.muted = muted;
        self.readers.pop();
        self.running.pop();
        let entries = times.iter().filter_map(|when| self.entry(when)).collect();
        if let Some(named) = self.program.calendars.get_mut(usize::from(index)) {
            named.times = Arc::new(time::Calendar::new(entries, None));
        }
        if let Some(state) = self.calendars.get_mut(usize::from(index)) {
            state.progress = Progress::Done;
            state.times = times;
        }
        Some(())
    }

    /// The business days of a unit; none where they hang on themselves, which is reported at `span`.
    pub(super) fn ensure_week(&mut self, unit: usize, span: Span) -> Option<Arc<BusinessDays>> {
        let state = self.weeks.get_mut(unit)?;
        match state.progress {
            Progress::Done => return state.days.clone(),
            Progress::Running => {
                self.calendar_cycle(Running::Week(unit), span);
                return None;
            }
            Progress::Untouched => state.progress = Progress::Running,
        }
        if self.steps_are_many(span) {
            return None;
        }
        self.running.push(Running::Week(unit));
        let paths = self.holidays_as_written(unit);
        let holidays = self.calendars_named(&paths, unit);
        self.running.pop();
        let zone = self.day_zone(unit);
        let days = self.program.contexts.get_mut(unit).map(|context| {
            context.holidays.clone_from(&holidays);
            context.business_days.clone()
        });
        let week: Weekdays = days.unwrap_or_default().into_iter().map(weekday).collect();
        let days = Arc::new(BusinessDays {
            week: BusinessWeek::new(week),
            not_on: holidays.into_iter().filter_map(|id| self.calendar_of(id)).collect(),
            zone: self.rules(zone),
        });
        if let Some(state) = self.weeks.get_mut(unit) {
            *state = WeekState { progress: Progress::Done, days: Some(Arc::clone(&days)) };
        }
        Some(days)
    }

    fn steps_are_many(&mut self, span: Span) -> bool {
        let many = self.running.len() >= MOST_STEPS;
        if many {
            self.report(
                Diagnostic::error(codes::TOO_LARGE, span, "too many calendars hang on each other in a row")
                    .help(format!("at most {MOST_STEPS}: name the calendars side by side, `not on a, b`")),
            );
        }
        many
    }

    fn calendar_of(&self, id: CalendarId) -> Option<Arc<time::Calendar>> {
        self.program.calendars.get(usize::from(id.0)).map(|named| Arc::clone(&named.times))
    }

    fn entry(&self, when: &When) -> Option<Entry> {
        let (Times::Known(recurrence), ZoneRef::Fixed(zone)) = (&when.times, when.zone) else { return None };
        let not_on = when.not_on.iter().filter_map(|id| self.calendar_of(*id)).collect();
        Some(Entry { not_on, ..Entry::new(recurrence.clone(), self.rules(zone)) })
    }

    fn calendar_cycle(&mut self, again: Running, span: Span) {
        let from = self.running.iter().position(|running| *running == again).unwrap_or_default();
        let mut names: Vec<String> =
            self.running.iter().skip(from).chain([&again]).map(|running| self.running_name(*running)).collect();
        let first = names.first().cloned().unwrap_or_default();
        names.dedup();
        self.report(
            Diagnostic::error(codes::CYCLE, span, format!("{first} hangs on itself"))
                .label(names.join(" → "))
                .help("take one `not on` out, or write those days out in a calendar of their own"),
        );
    }

    fn running_name(&self, running: Running) -> String {
        match running {
            Running::Calendar(index) => {
                let named = self.program.calendars.get(usize::from(index));
                format!("calendar `{}`", named.map(|named| named.name.as_str()).unwrap_or_default())
            }
            Running::Week(_) => "the business days".to_owned(),
        }
    }

    /// A `calendar` statement.
    fn calendar(&mut self, unit: usize, statement: &Statement) -> Vec<When> {
        let crate::syntax::tree::Body::Calendar(clauses) = &statement.body else { return Vec::new() };
        if let Some(title) = &statement.title {
            self.plain_text(title, "a title");
        }
        self.common_not_here(&statement.common, PLACE, &["ref", "owner"]);
        self.each_once(&statement.common);
        let covers: Vec<&Expr> = clauses
            .iter()
            .filter_map(|clause| match &clause.form {
                TimeForm::Covers(until) => Some(until),
                _ => None,
            })
            .collect();
        self.once(&covers, |until| until.span, "covers until");
        let has_file = clauses.iter().any(|clause| matches!(clause.form, TimeForm::Calendar { .. }));
        if let (Some(until), false) = (covers.first(), has_file) {
            self.report(
                Diagnostic::error(codes::COVERS, until.span, "a calendar without a file is known for all time")
                    .help("take `covers until` out: it says how far a `file` reaches"),
            );
        }
        let env = Env::bare(unit, PLACE);
        let of = Of { env: &env, role: Role::Blackout, covers: covers.first().copied().filter(|_| has_file) };
        let mut times = Vec::new();
        let mut said = false;
        for clause in clauses {
            match &clause.form {
                TimeForm::Covers(_) => continue,
                TimeForm::While(_) | TimeForm::Mandatory | TimeForm::Overrun => self.not_in_a_calendar(clause),
                TimeForm::Calendar { source, file: false, .. } => self.calendar_in_a_calendar(source, clause.span),
                _ => times.extend(self.times(clause, of)),
            }
            said = true;
        }
        if !said {
            self.never_said(statement);
        }
        times
    }

    fn not_in_a_calendar(&mut self, clause: &TimeClause) {
        let (word, help) = match clause.form {
            TimeForm::While(_) => ("while", "a calendar reads no facts: write it into the `blackout` or `window`"),
            TimeForm::Mandatory => ("mandatory", "write it into the `window`"),
            _ => ("overrun allow", "write it into the `window`"),
        };
        self.report(
            Diagnostic::error(codes::CLAUSE_NOT_HERE, clause.span, format!("{PLACE} takes no `{word}`")).help(help),
        );
    }

    fn calendar_in_a_calendar(&mut self, source: &Expr, span: Span) {
        let shown = self.shown(source.span);
        let help = match source.kind {
            ExprKind::Str(_) => format!("write `file {shown}`"),
            _ => "name both calendars where they are used: `not on a, b`".to_owned(),
        };
        self.report(
            Diagnostic::error(codes::CLAUSE_NOT_HERE, span, "a `calendar` is not made of other calendars").help(help),
        );
    }

    /// How far a file reaches, where the policy knows better than the file.
    pub(super) fn reach(&mut self, recurrence: &mut Recurrence, covers: &Expr, zone: ZoneRef, unit: usize) {
        let Some(bound) = self.bound(unit, covers) else { return };
        let zone: Zone = match zone {
            ZoneRef::Fixed(zone) => zone,
            ZoneRef::Node(_) => self.day_zone(unit),
        };
        let rules = self.rules(zone);
        let Recurrence::File { file, covers_until } = recurrence else { return };
        let until = bound.end(&rules, Role::Window);
        if let Some(end) = file.knows_until(&rules).filter(|end| until < *end) {
            let last = rules.local(end).map_or_else(String::new, |local| format!("its last event ends {local}"));
            self.report(
                Diagnostic::error(codes::COVERS, covers.span, "the file goes on after this")
                    .label(last)
                    .help("write the day up to which somebody vouches for the file, or leave `covers until` out"),
            );
            return;
        }
        *covers_until = Some(bound);
    }

    /// The calendar file that a text names. Its text was read with the policy's files; what it says is read once.
    pub(super) fn calendar_file(&mut self, path: &str, span: Span) -> Option<Recurrence> {
        let id = match self.calendar_files.get(&(span.file, path.to_owned())) {
            Some(Ok(id)) => *id,
            Some(Err(why)) => {
                let why = why.clone();
                self.report(
                    Diagnostic::error(codes::CALENDAR_FILE, span, format!("the calendar file `{path}` cannot be read"))
                        .label(why)
                        .help("the path is relative to the file that names it, and ends in `.ics`"),
                );
                return None;
            }
            None => return None,
        };
        if !self.read_files.contains_key(&id) {
            let file = self.read_calendar(id, span);
            self.read_files.insert(id, file);
        }
        let file = self.read_files.get(&id).cloned().flatten()?;
        Some(Recurrence::File { file, covers_until: None })
    }

    fn read_calendar(&mut self, id: FileId, span: Span) -> Option<Arc<ical::File>> {
        let text = Arc::clone(&self.program.sources.get(id)?.text);
        let muted = std::mem::take(&mut self.muted);
        let read = match self.calendars_read.get(&id).map_or_else(|| read(&text), |ahead| ahead.get().clone()) {
            Ok((file, notes)) => {
                for note in notes {
                    let place = line_of(id, &text, note.line);
                    self.report(
                        Diagnostic::warning(codes::CALENDAR_FILE, place, note.message)
                            .also(span, "the policy reads it here")
                            .help("see whether that is what is meant, or mend the file"),
                    );
                }
                Some(file)
            }
            Err(error) => {
                let place = line_of(id, &text, error.line);
                self.report(
                    Diagnostic::error(codes::CALENDAR_FILE, place, error.message)
                        .also(span, "the policy reads it here")
                        .help("mend the file, or export it anew: a freeze that is not understood would let changes through"),
                );
                None
            }
        };
        self.muted = muted;
        read
    }

    /// The calendars behind the `not on` of `business_days`.
    fn holidays_as_written(&self, unit: usize) -> Vec<Path> {
        use crate::syntax::tree::{Body, Setting};
        let statements = self.units.get(unit).map(|unit| unit.statements.as_slice()).unwrap_or_default();
        let settings = statements.iter().find_map(|statement| match &statement.body {
            Body::Policy(settings) => Some(settings),
            _ => None,
        });
        let days = settings.into_iter().flatten().find_map(|setting| match setting {
            Setting::BusinessDays { not_on, .. } => Some(not_on.clone()),
            _ => None,
        });
        days.unwrap_or_default()
    }
}

/// The place of a line, from 1.
fn line_of(id: FileId, text: &str, line: usize) -> Span {
    let mut start = 0;
    for (n, found) in text.split_inclusive('\n').enumerate() {
        if n + 1 == line.max(1) {
            return Span::new(id, start, start + found.trim_end().len());
        }
        start += found.len();
    }
    Span::new(id, text.len(), text.len())
}
