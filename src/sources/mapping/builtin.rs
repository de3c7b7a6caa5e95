//! The mappings that come with the program, written as a project's own are.

use super::{Form, Rule, read};
use crate::check::schema::{Schema, TableId};

/// The rules of a form for an entity; the rules that a project gives for the same fields win.
#[must_use]
pub fn rules(form: Form, entity: TableId, own: &[Rule], schema: &Schema) -> Vec<Rule> {
    let text = match (form, entity) {
        (Form::ServiceNow, TableId::ASSET) => include_str!("servicenow_asset.toml"),
        (Form::ServiceNow, TableId::CHANGE) => include_str!("servicenow_change.toml"),
        (Form::ServiceNow, TableId::APPROVAL) => include_str!("servicenow_approval.toml"),
        (Form::Jira, TableId::CHANGE) => include_str!("jira_change.toml"),
        _ => "",
    };
    let mut rules: Vec<Rule> = read::builtin(text, schema, entity);
    rules.retain(|rule| !own.iter().any(|mine| mine.field == rule.field));
    rules.extend(own.iter().cloned());
    rules
}

/// Whether records of a form are mapped without a word from the project.
#[must_use]
pub fn has_rules(form: Form, entity: TableId) -> bool {
    matches!(
        (form, entity),
        (Form::ServiceNow, TableId::ASSET | TableId::CHANGE | TableId::APPROVAL) | (Form::Jira, TableId::CHANGE)
    )
}
