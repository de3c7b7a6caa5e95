//! Change tickets and other records that are written in YAML, or come from Jira.

pub mod jira;
pub mod yaml;

#[cfg(test)]
mod tests;
