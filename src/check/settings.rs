//! The `policy` statement.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Name, StrLit};
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Setting, Weekday};

use super::checker::{Checker, Symbol};
use super::codes;
use super::env::Env;
use super::program::{Const, Context};
use super::suggest;

/// Monday to Friday.
const WORKING_WEEK: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// The versions of CVSS as a policy names them, and as FIRST does; in the order that counts where the policy says nothing.
const CVSS_VERSIONS: [(&str, &str); 4] = [("v4.0", "4.0"), ("v3.1", "3.1"), ("v3.0", "3.0"), ("v2", "2.0")];

impl Checker {
    /// Reads the settings of a unit into its context.
    pub(super) fn settings(&mut self, unit: usize) {
        self.program.contexts.push(Context {
            zone: None,
            business_days: WORKING_WEEK.to_vec(),
            holidays: Vec::new(),
            cvss: CVSS_VERSIONS.iter().map(|(_, version)| *version).collect(),
        });
        let statements = self.units.get(unit).map(|unit| unit.statements.clone()).unwrap_or_default();
        let pack = self.units.get(unit).is_some_and(|unit| unit.pack);
        let mut first: Option<Span> = None;
        for statement in &statements {
            let Body::Policy(settings) = &statement.body else { continue };
            if let Some(first) = first {
                self.report(
                    Diagnostic::error(codes::DUPLICATE_CLAUSE, statement.span, "a policy has one `policy` statement")
                        .also(first, "the first stands here")
                        .help("put the settings together"),
                );
                continue;
            }
            first = Some(statement.name.as_ref().map_or(statement.span, |name| name.span));
            self.common_not_here(&statement.common, "a `policy`", &["ref", "owner"]);
            self.once(&statement.common.owner, |owner| owner.span, "owner");
            if !pack {
                self.program.settings.name = statement.name.as_ref().map(|name| name.text.clone());
            }
            self.each_setting(unit, pack, settings);
        }
    }

    fn each_setting(&mut self, unit: usize, pack: bool, settings: &[Setting]) {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for setting in settings {
            let (what, span) = place(setting);
            if let Some((_, earlier)) = seen.iter().find(|(known, _)| *known == what) {
                let earlier = *earlier;
                self.double(what, span, earlier);
                continue;
            }
            seen.push((what, span));
            self.setting(unit, pack, setting);
        }
    }

    fn setting(&mut self, unit: usize, pack: bool, setting: &Setting) {
        match setting {
            Setting::Version(text) => {
                let text = self.plain_text(text, "version");
                if !pack {
                    self.program.settings.version = text;
                }
            }
            Setting::Timezone(text) => {
                let zone = self.zone_literal(text);
                if let Some(context) = self.program.contexts.get_mut(unit) {
                    context.zone = zone;
                }
            }
            // Their holidays are worked out when all calendars are declared.
            Setting::BusinessDays { days, .. } => {
                if let Some(context) = self.program.contexts.get_mut(unit) {
                    context.business_days.clone_from(days);
                }
            }
            Setting::CvssPrefer(versions) => self.cvss_versions(unit, versions),
            Setting::LongestChange(expr) => {
                let env = Env::bare(unit, "a `policy`");
                let node = self.lower(expr, &env, None);
                match self.constant(node).cloned() {
                    Some(Const::Duration(length)) if length > 0 => {
                        if pack {
                            self.report(
                                Diagnostic::error(
                                    codes::CLAUSE_NOT_HERE,
                                    expr.span,
                                    "a pack does not say how long changes take",
                                )
                                .help("leave `longest_change` to the policy that imports it"),
                            );
                        } else {
                            self.program.settings.longest_change = length;
                        }
                    }
                    _ if self.is_error(node) => {}
                    _ => self.report(
                        Diagnostic::error(
                            codes::BAD_SETTING,
                            expr.span,
                            "`longest_change` is a length greater than zero",
                        )
                        .help("write it as `72h` or `3d`"),
                    ),
                }
            }
            Setting::Category(_) => {}
        }
    }

    fn cvss_versions(&mut self, unit: usize, versions: &[Name]) {
        let mut chosen: Vec<&'static str> = Vec::new();
        for version in versions {
            let known = CVSS_VERSIONS.iter().find(|(name, number)| {
                *name == version.text || version.text.strip_prefix('v').is_some_and(|n| n == *number)
            });
            match known {
                Some((_, number)) if chosen.contains(number) => self.report(
                    Diagnostic::error(codes::BAD_SETTING, version.span, format!("`{}` is listed twice", version.text))
                        .help("leave one of them out"),
                ),
                Some((_, number)) => chosen.push(number),
                None => {
                    let error = Diagnostic::error(
                        codes::BAD_SETTING,
                        version.span,
                        format!("there is no CVSS version `{}`", version.text),
                    );
                    let begins =
                        |name: &&str| name.strip_prefix(version.text.as_str()).is_some_and(|r| r.starts_with('.'));
                    let meant: Vec<&str> = CVSS_VERSIONS.iter().map(|(name, _)| *name).filter(begins).collect();
                    self.report(error.help(match meant.as_slice() {
                        [only] => format!("did you mean `{only}`?"),
                        _ => "the versions are `v4.0`, `v3.1`, `v3.0` and `v2`".to_owned(),
                    }));
                }
            }
        }
        if let (Some(context), false) = (self.program.contexts.get_mut(unit), chosen.is_empty()) {
            context.cvss = chosen;
        }
    }

    /// Which categorisation `category` means; after all statements are declared.
    pub(super) fn category_setting(&mut self, unit: usize) {
        let statements = self.units.get(unit).map(|unit| unit.statements.clone()).unwrap_or_default();
        let mut chosen = None;
        for statement in &statements {
            let Body::Policy(settings) = &statement.body else { continue };
            for setting in settings {
                let Setting::Category(name) = setting else { continue };
                let names = self.units.get(unit).map(|unit| &unit.names);
                match names.and_then(|names| names.get(&name.text)).map(|declared| &declared.symbol) {
                    Some(Symbol::Categorise(block)) => chosen = Some(*block),
                    _ => {
                        let known: Vec<String> = names
                            .into_iter()
                            .flatten()
                            .filter(|(_, declared)| matches!(declared.symbol, Symbol::Categorise(_)))
                            .map(|(name, _)| name.clone())
                            .collect();
                        let error = Diagnostic::error(
                            codes::UNKNOWN_NAME,
                            name.span,
                            format!("there is no categorisation `{}`", name.text),
                        );
                        let help = suggest::help(&name.text, "there are", known.iter().map(String::as_str));
                        self.report(error.help(help));
                    }
                }
            }
        }
        let Some(unit_mut) = self.units.get_mut(unit) else { return };
        unit_mut.category = chosen.or(match unit_mut.categorises.as_slice() {
            [only] => Some(*only),
            _ => None,
        });
        if !unit_mut.pack {
            self.program.category = unit_mut.category;
        }
    }

    /// A text without holes, for settings and records.
    pub(super) fn plain_text(&mut self, text: &StrLit, what: &str) -> Option<String> {
        let plain = text.plain();
        if plain.is_none() {
            self.report(
                Diagnostic::error(codes::NOT_CONSTANT, text.span, format!("`{what}` takes a text without holes"))
                    .help("write a brace as `\\{`"),
            );
        }
        plain
    }
}

fn place(setting: &Setting) -> (&'static str, Span) {
    match setting {
        Setting::Version(text) => ("version", text.span),
        Setting::Timezone(text) => ("timezone", text.span),
        Setting::BusinessDays { span, .. } => ("business_days", *span),
        Setting::CvssPrefer(names) => ("cvss", names.first().map(|name| name.span).unwrap_or_default()),
        Setting::LongestChange(expr) => ("longest_change", expr.span),
        Setting::Category(name) => ("category", name.span),
    }
}
