//! Nessus' own reports, the second version of its XML.

use super::document::{Reading, line_of, utf16, without_mark};
use super::finding::{Cvss, Finding, joined};
use super::ids::cves;
use super::nessus::{SCANNER, kind, push, references};
use super::when;
use super::xml::{Event, Xml};
use crate::sources::Edition;

/// The root of a report.
const ROOT: &str = "NessusClientData_v2";

/// Whether a file begins like a report.
pub(super) fn is_report(bytes: &[u8]) -> bool {
    let start = without_mark(bytes);
    let start = start.get(..start.len().min(4096)).unwrap_or(start);
    start.trim_ascii_start().starts_with(b"<") && start.windows(ROOT.len()).any(|part| part == ROOT.as_bytes())
}

pub(super) fn read(bytes: &[u8], reading: &mut Reading<'_>) {
    if utf16(bytes) {
        reading.refuse_line(1, "the file is UTF-16", "UTF-8");
        return;
    }
    // What stands before a byte that is no text is read.
    let bytes = without_mark(bytes);
    let (text, whole) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), false)
        }
    };
    let mut xml = Xml::new(text);
    let (mut host, mut item) = (None::<String>, None::<Item>);
    let (mut root, mut ended) = (false, None::<i64>);
    loop {
        match xml.next() {
            Ok(Event::Start(name)) => match name.as_str() {
                ROOT => root = true,
                "ReportHost" => {
                    host = xml.attribute("name");
                    let origin = reading.line(xml.line());
                    reading.looked_at(host.as_deref(), origin);
                }
                "ReportItem" => {
                    let line = xml.line();
                    item = Some(Item::new(&xml, line));
                }
                _ => {}
            },
            Ok(Event::End(name, text)) => {
                if name == "ReportItem" {
                    if let Some(item) = item.take() {
                        item.finish(host.as_deref(), reading);
                    }
                } else if name == "ReportHost" {
                    host = None;
                } else if name == "tag" && xml.attribute("name").as_deref() == Some("HOST_END_TIMESTAMP") {
                    ended = ended.max(text.trim().parse().ok());
                } else if let Some(item) = &mut item {
                    item.child(name, &text);
                }
            }
            Ok(Event::Finish) => break,
            Err(problem) => {
                let line = xml.line();
                match whole {
                    true => reading.refuse_line(line, problem.message, problem.expected),
                    false => reading.refuse_line(line_of(bytes, text.len()), "the file is not UTF-8", "UTF-8"),
                }
                return;
            }
        }
    }
    let made = ended.and_then(|seconds| when::millis(&seconds.checked_mul(1000)?.to_string()));
    reading.harvest.editions.extend(made.map(|made| Edition { made: Some(made), ..Edition::default() }));
    if !whole {
        reading.refuse_line(line_of(bytes, text.len()), "the file is not UTF-8", "UTF-8");
    } else if !root {
        reading.refuse_line(1, "it is not a report of Nessus", "`<NessusClientData_v2>`");
    }
}

/// What a plugin reports of a host.
struct Item {
    line: u64,
    plugin: String,
    family: String,
    severity: String,
    /// The elements within, in their order.
    children: Vec<(String, String)>,
}

impl Item {
    fn new(xml: &Xml<'_>, line: u64) -> Self {
        let attribute = |name: &str| xml.attribute(name).unwrap_or_default();
        let [plugin, family, severity] = ["pluginID", "pluginFamily", "severity"].map(attribute);
        Self { line, plugin, family, severity, children: Vec::new() }
    }

    fn child(&mut self, name: String, text: &str) {
        const KEPT: &[&str] = &[
            "cve",
            "cvss_vector",
            "cvss_temporal_vector",
            "cvss_base_score",
            "cvss3_vector",
            "cvss3_temporal_vector",
            "cvss3_base_score",
            "cvss4_vector",
            "cvss4_threat_vector",
            "cvss4_base_score",
            "cvss_score_source",
            "patch_publication_date",
            "vuln_publication_date",
            "xref",
            "msft",
            "mskb",
            "cm:compliance-check-name",
            "cm:compliance-result",
        ];
        if KEPT.contains(&name.as_str()) && !text.trim().is_empty() {
            self.children.push((name, text.trim().to_owned()));
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.children.iter().find(|(own, _)| own == name).map(|(_, text)| text.as_str())
    }

    fn all<'i>(&'i self, name: &str) -> impl Iterator<Item = &'i str> {
        self.children.iter().filter(move |(own, _)| own == name).map(|(_, text)| text.as_str())
    }

    fn finish(self, host: Option<&str>, reading: &mut Reading<'_>) {
        if self.plugin.is_empty() || !self.plugin.bytes().all(|byte| byte.is_ascii_digit()) {
            reading.refuse_line(self.line, "a `ReportItem` has no `pluginID`", "the plugin's number");
            return;
        }
        let named = cves(&self.all("cve").collect::<Vec<_>>().join(" "));
        let origin = reading.line(self.line);
        if let Some(check) = self.get("cm:compliance-check-name") {
            // A check of the configuration has the number of the plugin that ran it and a name of its own.
            if self.get("cm:compliance-result") == Some("FAILED") {
                let mut finding = Finding::of(SCANNER);
                finding.text("kind", Some("configuration"));
                push(finding, &format!("{}: {check}", self.plugin), &[], host, origin, reading);
            }
            return;
        }
        if named.is_empty() && self.severity == "0" {
            return;
        }
        let scored = self.get("cvss_score_source").and_then(super::ids::cve).filter(|scored| named.contains(scored));
        let mut finding = Finding::of(SCANNER);
        finding.time("published", self.get("vuln_publication_date"));
        let patched_at = self.get("patch_publication_date").and_then(when::time);
        finding.text("patch_available_at", patched_at.as_deref());
        finding.flag("patch_available", patched_at.is_some().then_some(true));
        finding.text("kind", kind(&self.family));
        for article in self.all("mskb").chain(self.all("msft")) {
            let number = article.bytes().all(|byte| byte.is_ascii_digit());
            finding.advisory(&if number { format!("KB{article}") } else { article.to_owned() });
        }
        self.all("xref").for_each(|reference| references(reference, &mut finding));
        // The scores are those of one CVE where the report says of which.
        let (of, others): (Vec<String>, Vec<String>) =
            named.iter().cloned().partition(|id| scored.as_ref().is_none_or(|scored| scored == id));
        if !others.is_empty() {
            push(finding.clone(), &self.plugin, &others, host, origin.clone(), reading);
        }
        self.scores(&mut finding);
        push(finding, &self.plugin, &of, host, origin, reading);
    }

    fn scores(&self, finding: &mut Finding) {
        for (version, vector, more, score) in [
            (Cvss::V2, "cvss_vector", "cvss_temporal_vector", "cvss_base_score"),
            (Cvss::V30, "cvss3_vector", "cvss3_temporal_vector", "cvss3_base_score"),
            (Cvss::V40, "cvss4_vector", "cvss4_threat_vector", "cvss4_base_score"),
        ] {
            let vector = joined(self.get(vector), self.get(more));
            finding.cvss(Some(SCANNER), Some(version), vector.as_deref(), self.get(score));
        }
    }
}
