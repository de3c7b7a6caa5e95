//! The form of a file that nobody names.

use super::ends_in;
use crate::check::schema::TableId;
use crate::cli::input::InputFile;
use crate::facts::{first_keys, plain_name};
use crate::sources::inventories::{csv, osquery};
use crate::sources::mapping::{self, Form};
use crate::sources::reports;
use crate::sources::tickets::jira;

/// The key under which a list of an entity's records may stand.
pub(super) fn list_of(entity: TableId) -> &'static str {
    match entity {
        TableId::ASSET => "assets",
        TableId::CHANGE => "changes",
        TableId::PERSON => "people",
        TableId::SERVICE => "services",
        TableId::INCIDENT => "incidents",
        TableId::WAIVER => "waivers",
        TableId::SAMPLE => "samples",
        TableId::DUTY => "obligations",
        _ => "records",
    }
}

/// The form of a file that nobody names, by its content and name.
pub(in crate::cli) fn detect(entity: TableId, file: &InputFile, is_mapped: bool) -> Form {
    let name = plain_name(&file.name);
    if file.bytes.starts_with(b"PAR1") {
        return Form::Parquet;
    }
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        return Form::Yaml;
    }
    let is_asset = ends_in(entity) == TableId::ASSET;
    if is_asset && !is_mapped && reports::is_report(&file.name, &file.bytes) {
        return Form::Report;
    }
    if csv::is_csv(&file.name) {
        return Form::Csv;
    }
    let keys = first_keys(&file.bytes);
    let has = |key: &str| keys.iter().any(|known| known == key);
    if has("result") && !has("id") && mapping::builtin::has_rules(Form::ServiceNow, entity) {
        Form::ServiceNow
    } else if jira::is_search(&keys) && mapping::builtin::has_rules(Form::Jira, entity) {
        Form::Jira
    } else if entity == TableId::ASSET && osquery::is_tables(&keys) && !is_mapped {
        Form::Osquery
    } else {
        Form::Json
    }
}
