//! The forms of files that a source can name.

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated values.
    Csv,
    /// JSON: one record on each line, a list, or a list under a key.
    Json,
    /// YAML: records or a list of them.
    Yaml,
    /// Parquet.
    Parquet,
    /// What the Table API of ServiceNow gives.
    ServiceNow,
    /// Rows of osquery.
    Osquery,
    /// What a search in Jira gives.
    Jira,
    /// A scanner's report or a bill of materials, told by its content.
    Report,
}

impl Form {
    /// All of them, by the names that `format` can have.
    pub const ALL: [(&'static str, Self); 8] = [
        ("csv", Self::Csv),
        ("json", Self::Json),
        ("yaml", Self::Yaml),
        ("parquet", Self::Parquet),
        ("servicenow", Self::ServiceNow),
        ("osquery", Self::Osquery),
        ("jira", Self::Jira),
        ("report", Self::Report),
    ];

    /// The form of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, form)| *form)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, form)| *form == self).map_or("", |(name, _)| name)
    }

    /// Whether every value of such a file is a text.
    #[must_use]
    pub const fn has_texts_only(self) -> bool {
        matches!(self, Self::Csv | Self::ServiceNow | Self::Osquery)
    }
}
