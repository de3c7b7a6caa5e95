//! From a policy's own files to every file that belongs to it: what they import, and the packs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::ahead::{Ahead, Work};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name};
use crate::syntax::source::{FileId, Sources, Span};
use crate::syntax::tree::{Body, File, Import, Statement, TimeForm};

use super::calendar::CalendarRead;
use super::codes;
use super::plugin::{Described, Named, Refused};
use super::suggest;

/// The policy's own files.
#[derive(Clone, Debug, Default)]
pub struct PolicyInput {
    /// Name and text of each file.
    pub files: Vec<(String, Arc<str>)>,
}

/// Where imported files and packs come from, so that this room reads nothing itself.
pub trait Loader {
    /// The name and text of the file that `from` imports as `path`.
    ///
    /// # Errors
    /// Why it cannot be read, in words for people.
    fn file(&mut self, from: &str, path: &str) -> Result<(String, Arc<str>), String>;

    /// Names and texts of a pack's files.
    ///
    /// # Errors
    /// The names of the packs that there are.
    fn pack(&mut self, name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>>;

    /// The name and text of the calendar file (`*.ics`) that `from` names as `path`.
    ///
    /// # Errors
    /// Why it cannot be read, in words for people.
    fn calendar(&mut self, _from: &str, _path: &str) -> Result<(String, Arc<str>), String> {
        Err("no calendar file can be read here".to_owned())
    }

    /// Whether a file of a pack is known to hold nothing but tests, and no mistake.
    fn holds_only_tests(&self, _file: &str) -> bool {
        false
    }

    /// Takes work that will have to be done, where another thread has the time for it; what nobody has done when it is needed is done then.
    fn aside(&mut self, _work: Work) {}

    /// Says that it will be asked for a plugin's module.
    fn plugin_comes(&mut self, _from: &str, _path: &str, _digest: Option<&str>) {}

    /// What the plugin's module says of itself that `from` names as `path`, and whose digest it says to be `digest`.
    ///
    /// # Errors
    /// Why it cannot be used.
    fn plugin(&mut self, _from: &str, _path: &str, _digest: Option<&str>) -> Result<Arc<Described>, Refused> {
        Err(Refused::Unusable("no plugin can be loaded here".to_owned()))
    }
}

/// A loader that has nothing, for policies that import nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLoader;

impl Loader for NoLoader {
    fn file(&mut self, _from: &str, _path: &str) -> Result<(String, Arc<str>), String> {
        Err("nothing can be imported here".to_owned())
    }

    fn pack(&mut self, _name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>> {
        Err(Vec::new())
    }
}

/// The policy's own text, or one pack's as imported under one alias.
#[derive(Clone, Debug)]
pub(super) struct LoadedUnit {
    /// The aliases that lead to it; empty for the policy itself.
    pub(super) prefix: Vec<String>,
    /// The statements of all its files.
    pub(super) statements: Vec<Arc<Statement>>,
    /// The packs that it imports.
    pub(super) imports: Vec<LoadedImport>,
    /// The import that set its parameters.
    pub(super) with: Vec<(Name, Expr)>,
    /// The unit whose text these settings stand in, and the place of the import.
    pub(super) importer: Option<(usize, Span)>,
}

/// One `import pack`.
#[derive(Clone, Debug)]
pub(super) struct LoadedImport {
    pub(super) alias: String,
    pub(super) span: Span,
    pub(super) unit: usize,
}

/// Packs inside packs, and files in all: more than any real policy has, so that hostile ones end.
const MOST_NESTING: usize = 8;
const MOST_UNITS: usize = 200;
const MOST_FILES: usize = 10_000;

/// A shorter text takes less time than having it read aside.
const LEAST_ASIDE: usize = 4 << 10;

/// The statements that are not decided by.
const TEST: &str = "test";

/// A file but for its tests, and their places.
type Parsed = (File, Vec<Diagnostic>, Vec<Span>);

pub(super) struct Load<'a> {
    pub(super) sources: Sources,
    pub(super) units: Vec<LoadedUnit>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The calendar files that are named, by the file in which and the path by which they are, as sources.
    pub(super) calendars: HashMap<(FileId, String), Result<FileId, String>>,
    /// What large calendar files say.
    pub(super) calendars_read: HashMap<FileId, Ahead<CalendarRead>>,
    /// The `plugin` statements that name a module.
    plugins: Vec<(Span, Named)>,
    /// What the modules of plugins say of themselves, by the place of the `plugin` statement.
    pub(super) modules: HashMap<Span, Result<Arc<Described>, Refused>>,
    /// The places of the tests, where these are not wanted.
    pub(super) tests: Option<Vec<Span>>,
    /// The files that hold nothing else, where these are not wanted.
    pub(super) test_files: Vec<FileId>,
    /// The files that seem to hold nothing else, parsed by name.
    ahead: HashMap<String, Ahead<Parsed>>,
    loader: &'a mut dyn Loader,
}

impl<'a> Load<'a> {
    pub(super) fn run(input: PolicyInput, loader: &'a mut dyn Loader, with_tests: bool) -> Self {
        let mut load = Self {
            sources: Sources::new(),
            units: Vec::new(),
            diagnostics: Vec::new(),
            calendars: HashMap::new(),
            calendars_read: HashMap::new(),
            plugins: Vec::new(),
            modules: HashMap::new(),
            tests: (!with_tests).then(Vec::new),
            test_files: Vec::new(),
            ahead: HashMap::new(),
            loader,
        };
        load.tests_aside(&input.files);
        load.unit(Vec::new(), input.files, Vec::new(), None, &mut Vec::new());
        for (span, Named { from, path, digest }) in std::mem::take(&mut load.plugins) {
            load.modules.insert(span, load.loader.plugin(&from, &path, digest.as_deref()));
        }
        load
    }

    /// Has the files read aside that begin with a test, where tests are not wanted: no other hangs on what they say.
    fn tests_aside(&mut self, files: &[(String, Arc<str>)]) {
        if self.tests.is_none() {
            return;
        }
        for (name, text) in files.iter().filter(|(_, text)| text.len() >= LEAST_ASIDE && begins_with_a_test(text)) {
            let text = Arc::clone(text);
            let ahead = Ahead::new(move || crate::syntax::parse_but(FileId::default(), &text, TEST));
            self.loader.aside(ahead.work());
            self.ahead.insert(name.clone(), ahead);
        }
    }

    fn unit(
        &mut self,
        prefix: Vec<String>,
        files: Vec<(String, Arc<str>)>,
        with: Vec<(Name, Expr)>,
        importer: Option<(usize, Span)>,
        packs: &mut Vec<String>,
    ) -> usize {
        let this = self.units.len();
        let is_pack = importer.is_some();
        self.units.push(LoadedUnit {
            prefix: prefix.clone(),
            statements: Vec::new(),
            imports: Vec::new(),
            with,
            importer,
        });
        let own: HashSet<String> = files.iter().map(|(name, _)| name.clone()).collect();
        let mut seen: HashSet<String> = HashSet::new();
        let mut queue: Vec<(String, Arc<str>)> = files.into_iter().rev().collect();
        let mut wanted = Vec::new();
        while let Some((name, text)) = queue.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let id = self.sources.add(name.clone(), text);
            if is_pack && self.tests.is_some() && self.loader.holds_only_tests(&name) {
                self.test_files.push(id);
                continue;
            }
            for statement in self.parse(id, &name) {
                if let Body::Import(import) = &statement.body {
                    if import.pack {
                        wanted.push((import.clone(), statement.span));
                    } else if let Some(file) = self.file(&name, import, is_pack.then_some(&own))
                        && seen.len() + queue.len() < MOST_FILES
                    {
                        queue.push(file);
                    }
                }
                self.calendars_of(&statement, &name, is_pack);
                self.plugin_of(&statement, &name, is_pack);
                if let Some(unit) = self.units.get_mut(this) {
                    unit.statements.push(Arc::new(statement));
                }
            }
        }
        for (import, span) in wanted {
            self.pack(this, &prefix, &import, span, packs);
        }
        this
    }

    /// Says which module a statement names.
    fn plugin_of(&mut self, statement: &Statement, from: &str, is_pack: bool) {
        match super::plugin::named(statement, from) {
            Some(_) if is_pack => {
                let refused = Refused::Unusable("a pack has no modules: it is text".to_owned());
                self.modules.insert(statement.span, Err(refused));
            }
            Some(named) => {
                self.loader.plugin_comes(&named.from, &named.path, named.digest.as_deref());
                self.plugins.push((statement.span, named));
            }
            None => {}
        }
    }

    /// Fetches the calendar files that a statement names.
    fn calendars_of(&mut self, statement: &Statement, from: &str, is_pack: bool) {
        let (Body::Blackout(clauses) | Body::Window(clauses) | Body::Calendar(clauses)) = &statement.body else {
            return;
        };
        for clause in clauses {
            let TimeForm::Calendar { source: Expr { kind: ExprKind::Str(text), span }, .. } = &clause.form else {
                continue;
            };
            let Some(path) = text.plain() else { continue };
            let key = (span.file, path);
            if self.calendars.contains_key(&key) || self.calendars.len() >= MOST_FILES {
                continue;
            }
            let read = if is_pack {
                Err("a pack has no calendar files: it writes its days out".to_owned())
            } else {
                self.loader.calendar(from, &key.1)
            };
            let found = read.map(|(name, text)| {
                let known = self.sources.iter().find(|(_, file)| file.name == name).map(|(id, _)| id);
                known.unwrap_or_else(|| self.calendar(name, text))
            });
            self.calendars.insert(key, found);
        }
    }

    /// Takes in a calendar file, which is read aside if that takes its time.
    fn calendar(&mut self, name: String, text: Arc<str>) -> FileId {
        let id = self.sources.add(name, Arc::clone(&text));
        if text.len() >= LEAST_ASIDE {
            let ahead = Ahead::new(move || super::calendar::read(&text));
            self.loader.aside(ahead.work());
            self.calendars_read.insert(id, ahead);
        }
        id
    }

    fn parse(&mut self, id: FileId, name: &str) -> Vec<Statement> {
        if self.is_all_tests(id, name) {
            return Vec::new();
        }
        let text = self.sources.get(id).map(|file| Arc::clone(&file.text)).unwrap_or_default();
        let left_out = if self.tests.is_some() { TEST } else { "" };
        let (file, diagnostics, passed) = crate::syntax::parse_but(id, &text, left_out);
        self.diagnostics.extend(diagnostics);
        self.tests.iter_mut().for_each(|tests| tests.extend(&passed));
        file.statements
    }

    /// Whether a file that was read aside holds tests and no mistake; their places are noted.
    fn is_all_tests(&mut self, id: FileId, name: &str) -> bool {
        let (Some(tests), Some(ahead)) = (&mut self.tests, self.ahead.remove(name)) else { return false };
        let (file, problems, passed) = ahead.get();
        let is_all = file.statements.is_empty() && problems.is_empty();
        if is_all {
            tests.extend(passed.iter().map(|span| Span { file: id, ..*span }));
        }
        is_all
    }

    fn file(&mut self, from: &str, import: &Import, own: Option<&HashSet<String>>) -> Option<(String, Arc<str>)> {
        let span = import.path.span;
        let Some(path) = import.path.plain() else {
            self.diagnostics.push(
                Diagnostic::error(codes::UNKNOWN_FILE, span, "the path of an import has no holes")
                    .help("write the path out"),
            );
            return None;
        };
        for (what, at) in [
            ("as", import.alias.as_ref().map(|alias| alias.span)),
            ("with", import.with.first().map(|(name, _)| name.span)),
        ] {
            if let Some(at) = at {
                self.diagnostics.push(
                    Diagnostic::error(codes::CLAUSE_NOT_HERE, at, format!("`{what}` belongs to the import of a pack"))
                        .help("a file's statements join those of the policy, under their own names"),
                );
            }
        }
        match self.loader.file(from, &path) {
            Ok((name, text)) => {
                if own.is_some_and(|own| !own.contains(&name)) {
                    self.diagnostics.push(
                        Diagnostic::error(codes::UNKNOWN_FILE, span, format!("a pack cannot import `{path}`"))
                            .help("a pack imports only its own files"),
                    );
                    return None;
                }
                Some((name, text))
            }
            Err(why) => {
                self.diagnostics.push(
                    Diagnostic::error(codes::UNKNOWN_FILE, span, format!("`{path}` cannot be imported"))
                        .label(why)
                        .help("the path is relative to the file that imports it, and starts with `./`"),
                );
                None
            }
        }
    }

    fn pack(&mut self, importer: usize, prefix: &[String], import: &Import, span: Span, packs: &mut Vec<String>) {
        let Some(name) = import.path.plain() else {
            self.diagnostics.push(
                Diagnostic::error(codes::UNKNOWN_PACK, import.path.span, "the name of a pack has no holes")
                    .help("write the name out"),
            );
            return;
        };
        if packs.contains(&name) || packs.len() >= MOST_NESTING || self.units.len() >= MOST_UNITS {
            self.diagnostics.push(
                Diagnostic::error(codes::CYCLE, import.path.span, format!("the pack `{name}` imports itself"))
                    .help(format!("it is reached by: {} → {name}", packs.join(" → "))),
            );
            return;
        }
        let files = match self.loader.pack(&name) {
            Ok(files) => files,
            Err(known) => {
                let error =
                    Diagnostic::error(codes::UNKNOWN_PACK, import.path.span, format!("there is no pack `{name}`"));
                self.diagnostics.push(error.help(suggest::help(
                    &name,
                    "the packs are",
                    known.iter().map(String::as_str),
                )));
                return;
            }
        };
        let alias = match &import.alias {
            Some(alias) => alias.text.clone(),
            None => name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect(),
        };
        let mut inner = prefix.to_vec();
        inner.push(alias.clone());
        packs.push(name);
        let unit = self.unit(inner, files, import.with.clone(), Some((importer, span)), packs);
        packs.pop();
        let at = import.alias.as_ref().map_or(import.path.span, |alias| alias.span);
        if let Some(this) = self.units.get_mut(importer) {
            this.imports.push(LoadedImport { alias, span: at, unit });
        }
    }
}

/// Whether the first statement of a text is a test, as far as its lines show.
fn begins_with_a_test(text: &str) -> bool {
    let is_comment = |line: &&str| line.is_empty() || line.starts_with('#');
    let first = text.lines().map(str::trim_start).find(|line| !is_comment(line));
    first.and_then(|line| line.strip_prefix(TEST)).is_some_and(|rest| rest.starts_with(char::is_whitespace))
}
