//! Files of facts in any form, by `[[source]]` and by their content, into the facts of one run.

mod columns;
mod form;
mod parts;
mod reports;
mod software;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::config::Config;
use super::failure::Failure;
use super::input::InputFile;
use crate::check::reads::Reads;
use crate::check::schema::{Schema, TableId};
use crate::explain::facts_rows::FileRow;
use crate::facts::{Foreign, Json, Mapped, Misread, Place, Row, printable};
use crate::sources::foreign;
use crate::sources::inventories::{broken, csv, json, osquery, servicenow};
use crate::sources::join::{Joined, Record, owner_of};
use crate::sources::knowledge::Knowledge;
use crate::sources::mapping::{self, Form, Mapping, Source};
use crate::sources::reports as readers;
use crate::sources::tickets::{jira, yaml};
use crate::{FactsBuilder, Policy};
pub(super) use columns::of_columns;
pub(super) use form::detect;
use form::list_of;

/// Where the elements of an asset's lists come from, by what names them.
pub(super) type Elements = BTreeMap<String, Vec<Place>>;

/// A file of facts, what its records are, and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// What its records are, unless its source says otherwise.
    pub entity: TableId,
    /// The file.
    pub file: InputFile,
    /// The source that names it, as an index.
    pub source: Option<usize>,
    /// The asset that it is about.
    pub asset: Option<String>,
    /// The call names it as a report.
    pub is_report: bool,
}

/// Reads the sources of the project's file.
///
/// # Errors
/// What is wrong with them, with file and line.
pub(super) fn sources(config: &Config, schema: &Schema) -> Result<Vec<Source>, Failure> {
    mapping::read(&config.text, schema).map_err(|wrong| {
        let failure = Failure::new(format!("`{}` line {}: {}", config.name().display(), wrong.line, wrong.message));
        match wrong.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })
}

/// The entity of the input that records of an entity end up in.
pub(super) fn ends_in(entity: TableId) -> TableId {
    owner_of(entity).map_or(entity, |(owner, _)| owner)
}

/// Which source names a path.
pub(super) fn source_of(path: &Path, config: &Config, sources: &[Source]) -> Option<usize> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let wanted = real(path);
    sources.iter().position(|source| source.files.iter().any(|file| real(&config.folder.join(file)) == wanted))
}

/// The paths of a source.
pub(super) fn paths(config: &Config, source: &Source) -> Vec<PathBuf> {
    source.files.iter().map(|file| config.folder.join(file)).collect()
}

/// Takes files in; what comes apart is put together in the end.
pub(super) struct Intake<'s> {
    schema: Arc<Schema>,
    sources: &'s [Source],
    joined: Joined,
    /// Rows whose references are still raw keys.
    waiting: Vec<(Mapping, String, Vec<Row>)>,
    ids: HashMap<String, String>,
    /// The first file of ServiceNow of each shape.
    shapes: BTreeMap<servicenow::Shape, String>,
    /// Files of votes that name changes by raw keys.
    raw_votes: BTreeSet<Arc<str>>,
    /// What was read of searches in Jira, by what their issues are, each with the first file.
    pages: BTreeMap<TableId, (Arc<str>, jira::Pages)>,
    /// Changes were given, and not only votes.
    has_changes: bool,
    /// Identifiers and host names of assets that sources have given, for reports that name them.
    reports: Vec<(Arc<str>, Option<String>, readers::Report)>,
    /// Votes come apart from their changes.
    has_votes: bool,
    /// How many bytes a file may hold when unpacked.
    unpacked: u64,
    files: Vec<FileRow>,
    /// What feeds know.
    known: Option<Arc<Knowledge>>,
    /// Assets were given by what lists assets, rather than by reports of them alone.
    has_inventory: bool,
    /// Lists of which elements are lacking that may be anybody's, each with the first file that lacks one.
    lacking: BTreeMap<TableId, Arc<str>>,
}

impl<'s> Intake<'s> {
    pub(super) fn new(
        schema: Arc<Schema>,
        sources: &'s [Source],
        known: Option<Arc<Knowledge>>,
        unpacked: u64,
        files: &[Given],
    ) -> Self {
        // A source that is not read in this call says nothing of who has voted.
        let has_votes = files.iter().any(|given| Self::form(sources, given).1 == TableId::APPROVAL);
        Self {
            schema,
            sources,
            joined: Joined::default(),
            waiting: Vec::new(),
            ids: HashMap::new(),
            shapes: BTreeMap::new(),
            raw_votes: BTreeSet::new(),
            pages: BTreeMap::new(),
            has_changes: false,
            reports: Vec::new(),
            has_votes,
            unpacked,
            files: Vec::new(),
            known,
            has_inventory: false,
            lacking: BTreeMap::new(),
        }
    }

    /// Takes a file in, and notes what came of it.
    pub(super) fn add(&mut self, given: Given, builder: &mut FactsBuilder) {
        let file = given.file.name.clone();
        let refused = builder.error_count();
        let (form, entity) = Self::form(self.sources, &given);
        let of = ends_in(entity);
        let records = builder.count(of) + self.kept();
        self.read(given, form, entity, builder);
        let findings = self.reports.last().filter(|(name, ..)| form == Form::Report && **name == *file);
        let findings = findings.map_or(0, |(_, _, report)| report.harvest.sightings.len());
        let format = match self.reports.last() {
            Some((name, _, report)) if form == Form::Report && **name == *file => report.form,
            _ => form.name(),
        };
        let refused_parts = self.reports.last().filter(|(name, ..)| form == Form::Report && **name == *file);
        let refused_parts = refused_parts.map_or(0, |(_, _, report)| report.harvest.refused.len());
        self.files.push(FileRow {
            file,
            format: format.to_owned(),
            entity: self.schema.table(entity).map_or_else(String::new, |def| def.name.clone()),
            records: (builder.count(of) + self.kept()).saturating_sub(records),
            findings,
            refused: builder
                .error_count()
                .saturating_sub(refused)
                .saturating_add(u64::try_from(refused_parts).unwrap_or(0)),
        });
    }

    /// How many records are kept until all files are read.
    fn kept(&self) -> usize {
        self.waiting.iter().map(|(_, _, rows)| rows.iter().filter(|row| row.record.is_ok()).count()).sum::<usize>()
            + self.joined.len()
    }

    /// Whether a file has findings or software of assets that it calls by their names: a report, a bill of materials, a table of them.
    pub(super) fn names_assets(sources: &[Source], given: &Given) -> bool {
        let (form, entity) = Self::form(sources, given);
        form == Form::Report || owner_of(entity).is_some_and(|(owner, _)| owner == TableId::ASSET)
    }

    /// The entity of the input that a file's records end up in.
    pub(super) fn entity(sources: &[Source], given: &Given) -> TableId {
        let source = given.source.and_then(|at| sources.get(at));
        ends_in(source.map_or(given.entity, |source| source.mapping.entity))
    }

    /// The form of a file, and what its records are.
    fn form(sources: &[Source], given: &Given) -> (Form, TableId) {
        let source = given.source.and_then(|at| sources.get(at));
        let entity = source.map_or(given.entity, |source| source.mapping.entity);
        let has_fields = source.is_some_and(|source| source.has_fields);
        let form =
            source.and_then(|source| source.form).unwrap_or_else(|| match detect(entity, &given.file, has_fields) {
                Form::Osquery => Form::Osquery,
                _ if given.is_report => Form::Report,
                form => form,
            });
        (form, entity)
    }

    fn read(&mut self, given: Given, form: Form, entity: TableId, builder: &mut FactsBuilder) {
        let source = given.source.and_then(|at| self.sources.get(at));
        let has_fields = source.is_some_and(|source| source.has_fields);
        let asset = given.asset.or_else(|| source.and_then(|source| source.asset.clone()));
        self.has_inventory |=
            entity == TableId::ASSET && form != Form::Report && !(form == Form::Osquery && given.is_report);
        self.has_changes |= entity == TableId::CHANGE;
        let (name, bytes) = (given.file.name.as_str(), given.file.bytes.as_slice());
        let mut mapping = source.map_or_else(|| empty(entity, &self.schema), |source| source.mapping.clone());
        let is_mapped = has_fields || mapping::builtin::has_rules(form, entity);
        mapping.rules = mapping::builtin::rules(form, entity, &mapping.rules, &self.schema);
        let list = source.and_then(|source| source.records.as_deref());
        match form {
            // Waivers have a reader of their own, which knows their columns.
            Form::Csv if entity == TableId::WAIVER && !has_fields => builder.add_file(entity, name, bytes),
            Form::Csv => {
                let delimiter = source.map_or_else(|| csv::delimiter_of(name), |source| source.delimiter);
                self.csv(name, bytes, delimiter, (mapping, has_fields), asset.as_deref(), builder);
            }
            Form::Report => self.report(name, bytes, asset, builder),
            Form::Osquery => self.osquery(name, bytes, asset.as_deref(), builder),
            Form::Yaml => self.yaml(name, bytes, list, (&mapping, is_mapped), asset.as_deref(), builder),
            Form::Parquet => self.parquet(name, bytes, (mapping, has_fields), asset.as_deref(), builder),
            Form::Json if !is_mapped && owner_of(entity).is_none() => builder.add_file(entity, name, bytes),
            Form::Json => {
                let (split, fault) = json::apart(name, bytes, list.unwrap_or("records"));
                let mapping = read_only(mapping, &self.schema, builder.reads());
                if owner_of(entity).is_none() {
                    let other = |piece: &crate::facts::Piece<'_>| json::mapped(&mapping, piece);
                    let renames = mapping.renames();
                    let mapped = Mapped { chunks: &split.chunks, renames: renames.as_deref(), other: &other };
                    builder.add_mapped(entity, name, &mapped);
                } else {
                    let pieces = split.pieces();
                    // Where nothing is mapped, the records are those of the vocabulary.
                    let rows =
                        if is_mapped { json::rows(&mapping, &pieces) } else { json::plain_rows(&mapping, &pieces) };
                    self.take(&mapping, name, rows, asset.as_deref(), builder);
                }
                self.fault(entity, name, asset.as_deref(), fault, builder);
            }
            Form::Jira => {
                let (split, fault) = json::apart(name, bytes, list.unwrap_or("issues"));
                let (_, pages) = self.pages.entry(entity).or_insert_with(|| (Arc::from(name), jira::Pages::default()));
                split.frames.iter().for_each(|page| pages.add(page));
                let pieces = split.pieces();
                let read = |piece: &crate::facts::Piece<'_>| match json::parse(piece) {
                    Ok(issue) => json::row(&mapping, piece.line, &jira::plain(issue)),
                    Err(row) => *row,
                };
                let rows = pieces.par_iter().map(read).collect();
                self.take(&mapping, name, self.complete(&mapping, rows), asset.as_deref(), builder);
                self.fault(entity, name, asset.as_deref(), fault, builder);
            }
            Form::ServiceNow => {
                let (pieces, fault) = json::pieces(name, bytes, list.unwrap_or("result"));
                let export = servicenow::read(&mapping, &pieces);
                if entity == TableId::APPROVAL {
                    parts::votes_elsewhere(name, export.votes_elsewhere, builder);
                    if export.shapes.contains(&servicenow::Shape::Raw) {
                        self.raw_votes.insert(Arc::from(name));
                    }
                }
                for shape in export.shapes {
                    self.shapes.entry(shape).or_insert_with(|| name.to_owned());
                }
                self.ids.extend(export.ids);
                let rows = self.complete(&mapping, export.rows);
                self.waiting.push((mapping, name.to_owned(), rows));
                self.fault(entity, name, asset.as_deref(), fault, builder);
            }
        }
    }

    /// Says of tickets that it is not known what they fix, nor who has voted: the systems have no field for the one, and keep the other apart.
    fn complete(&self, mapping: &Mapping, mut rows: Vec<Row>) -> Vec<Row> {
        if mapping.entity != TableId::CHANGE {
            return rows;
        }
        for row in &mut rows {
            let Ok(Json::Object(entries)) = &mut row.record else { continue };
            let lacking = ["fixes", "approvals"].into_iter().filter(|key| *key == "fixes" || !self.has_votes);
            for key in lacking {
                if !entries.iter().any(|(name, _)| name == key) {
                    entries.push((key.into(), Json::Null));
                }
            }
        }
        rows
    }

    fn csv(
        &mut self,
        name: &str,
        bytes: &[u8],
        delimiter: u8,
        (mapping, has_fields): (Mapping, bool),
        asset: Option<&str>,
        builder: &mut FactsBuilder,
    ) {
        let schema = Arc::clone(&self.schema);
        let reads = builder.reads().cloned();
        let entity = mapping.entity;
        if columns::table(name, bytes, delimiter, (&mapping, has_fields), builder, &schema) {
            return;
        }
        let mut over = Vec::new();
        let make = |names: &[String]| {
            let mapped = columns::mapping_of(name, names, mapping, has_fields, &schema)?;
            over = mapped.1;
            Ok(read_only(mapped.0, &schema, reads.as_ref()))
        };
        let read =
            csv::read(name, bytes, delimiter, make, |mapping, rows| self.take(mapping, name, rows, asset, builder));
        for column in over {
            builder.pass_over(entity, name, &column);
        }
        self.fault(entity, name, asset, read.err(), builder);
    }

    fn yaml(
        &mut self,
        name: &str,
        bytes: &[u8],
        list: Option<&str>,
        (mapping, is_mapped): (&Mapping, bool),
        asset: Option<&str>,
        builder: &mut FactsBuilder,
    ) {
        const WRONG: &str = "a file of YAML cannot be read";
        let (records, fault) = match std::str::from_utf8(bytes) {
            Ok(text) => yaml::records(text, list.unwrap_or(list_of(mapping.entity))),
            Err(error) => {
                let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = read.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
                (Vec::new(), Some(("it is not UTF-8".to_owned(), line)))
            }
        };
        let row = |(line, record): (usize, Json<'static>)| {
            if is_mapped {
                return json::row(mapping, line, &record);
            }
            Row { line: u32::try_from(line).ok(), record: Ok(record), remarks: Vec::new() }
        };
        self.take(mapping, name, records.into_iter().map(row).collect(), asset, builder);
        let fault = fault.map(|(what, line)| Box::new(broken(name, u32::try_from(line).ok(), WRONG, what, "")));
        self.fault(mapping.entity, name, asset, fault, builder);
    }

    fn osquery(&mut self, name: &str, bytes: &[u8], asset: Option<&str>, builder: &mut FactsBuilder) {
        let (pieces, fault) = json::pieces(name, bytes, "hosts");
        let rows = pieces.iter().map(|piece| match json::parse(piece) {
            Err(row) => *row,
            Ok(tables) => Row {
                line: u32::try_from(piece.line).ok(),
                record: osquery::record(&tables, asset).map_err(|found| Misread {
                    message: "rows of osquery belong to no asset".to_owned(),
                    found,
                    help: Some(
                        "name it: `asset = \"…\"` in a `[[source]]` of changegate.toml, or `--report ASSET=FILE`"
                            .to_owned(),
                    ),
                }),
                remarks: Vec::new(),
            },
        });
        builder.add_rows(TableId::ASSET, name, rows.collect());
        self.fault(TableId::ASSET, name, asset, fault, builder);
    }

    fn report(&mut self, name: &str, bytes: &[u8], asset: Option<String>, builder: &mut FactsBuilder) {
        let file: Arc<str> = Arc::from(name);
        match readers::read(&file, bytes) {
            Some(report) => self.reports.push((file, asset, report)),
            None => {
                for entity in [TableId::FINDING, TableId::SOFTWARE] {
                    self.lack(entity, name, asset.as_deref());
                }
                let (found, help) = match foreign::recognised(bytes) {
                    Some(foreign) => (format!("it is {}, which is not read", foreign.form), foreign.help),
                    None => (
                        "it has the form of none that is known".to_owned(),
                        "give what one of the scanners prints as JSON, CSV or XML, or map its fields in a `[[source]]`",
                    ),
                };
                builder.add_error(broken(name, None, "a report cannot be read", found, help));
            }
        }
    }

    /// Hands on what had to wait for the rest; the files, and where the elements of an asset's lists come from.
    pub(super) fn finish(mut self, builder: &mut FactsBuilder, trace: Option<&str>) -> (Vec<FileRow>, Elements) {
        let display = self.shapes.get(&servicenow::Shape::Display);
        let raw = self.shapes.iter().find(|(shape, _)| **shape != servicenow::Shape::Display).map(|(_, file)| file);
        if let (Some(display), Some(raw)) = (display, raw) {
            let help = "export them alike: a person would be one in this file and another in that";
            let found = format!("`{raw}` has raw values, this file what people see");
            builder.add_error(broken(display, None, "exports of ServiceNow do not fit together", found, help));
        }
        for (mapping, name, mut rows) in std::mem::take(&mut self.waiting) {
            rows.iter_mut().for_each(|row| servicenow::rename(&mapping, row, &self.ids));
            self.take(&mapping, &name, rows, None, builder);
        }
        self.joined.rename(&self.ids);
        self.findings(builder);
        self.settle_assets(builder);
        self.settle_changes(builder);
        self.settle_pages(builder);
        let elements = trace.map(|asset| self.joined.places(asset)).unwrap_or_default();
        for Record { entity, place, record, caveats } in self.joined.records(self.known.as_deref()) {
            if !caveats.is_empty() {
                let id = match record.get("id") {
                    Some(Json::String(id)) => Some(printable(id)),
                    _ => None,
                };
                builder.caveats(&Place { record: id, ..place.clone() }, caveats);
            }
            builder.add_record(entity, &place.file, place.line, record);
        }
        for (entity, file) in &self.lacking {
            if let Some((owner, list)) = owner_of(*entity) {
                builder.lack_elements(owner, file, list);
            }
        }
        if let Some(known) = &self.known {
            software::correlate(known, builder);
        }
        (self.files, elements)
    }
}

/// How the records of an inventory of JSON are read whose fields a source maps.
pub(super) fn of_inventory(source: &Source, policy: &Policy, reads: &Reads) -> Foreign {
    let schema = policy.schema();
    let mut mapping = source.mapping.clone();
    mapping.rules = mapping::builtin::rules(Form::Json, mapping.entity, &mapping.rules, &schema);
    let mapping = read_only(mapping, &schema, Some(reads));
    Foreign { renames: mapping.renames(), other: Box::new(move |piece| json::mapped(&mapping, piece)) }
}

/// A mapping that only says what its records are.
fn empty(entity: TableId, schema: &Schema) -> Mapping {
    let name = schema.table(entity).map_or_else(String::new, |def| def.name.clone());
    Mapping { entity, name, zone: None, is_of_user: false, rules: Vec::new() }
}

/// The mapping without what fills fields that nobody reads. What is put together with others is known by all that it has.
fn read_only(mut mapping: Mapping, schema: &Schema, reads: Option<&Reads>) -> Mapping {
    if let (Some(reads), None) = (reads, owner_of(mapping.entity)) {
        mapping.rules.retain(|rule| reads.has_named(schema, mapping.entity, &rule.field));
    }
    mapping
}
