//! Identifiers of vulnerabilities: which are CVEs, which are other names of one vulnerability, and which name an advisory about several.

use std::collections::BTreeSet;

/// What a finding is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sources) struct Identity {
    /// The CVE, or where there is none the scanner's own identifier.
    pub(in crate::sources) id: String,
    /// Other identifiers of the same vulnerability.
    pub(in crate::sources) aliases: Vec<String>,
    /// Advisories that fix it.
    pub(in crate::sources) advisories: Vec<String>,
}

/// The CVE identifier that a text is, in capitals: a year and four digits or more.
pub(in crate::sources) fn cve(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let (year, number) = text.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && (4..=19).contains(&number.len()) && digits(year) && digits(number)).then_some(text)
}

/// Every CVE in a cell, each once and in its order, whatever stands between them.
pub(in crate::sources) fn cves(cell: &str) -> Vec<String> {
    let words = cell.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    each_once(words.filter_map(cve))
}

/// An identifier as it is compared: a CVE in capitals, another as it was written.
pub(in crate::sources) fn plain(text: &str) -> String {
    cve(text).unwrap_or_else(|| text.trim().to_owned())
}

/// Whether an identifier is that of an advisory of a distribution or vendor, which may be about several vulnerabilities at once.
pub(in crate::sources) fn is_advisory(id: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "DSA-",
        "DLA-",
        "DTSA-",
        "USN-",
        "RHSA-",
        "RHBA-",
        "RHEA-",
        "CESA-",
        "ELSA-",
        "ALSA-",
        "RLSA-",
        "GLSA-",
        "ASA-",
        "VMSA-",
        "SUSE-",
        "OPENSUSE-",
        "FEDORA-",
        "ALAS-",
        "ALAS2-",
        "ALAS2023-",
        "KB",
        "MS",
    ];
    let id = id.trim().to_ascii_uppercase();
    PREFIXES.iter().any(|prefix| {
        let digit = |rest: &str| rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        id.strip_prefix(prefix).is_some_and(|rest| prefix.ends_with('-') || digit(rest))
    })
}

/// Who is meant by a primary identifier and those that stand beside it.
///
/// Beside one CVE, the others are its aliases. An advisory with several CVEs is as many vulnerabilities, and itself what fixes them.
pub(in crate::sources) fn identities(primary: &str, others: &[&str]) -> Vec<Identity> {
    let primary = plain(primary);
    let others = others.iter().filter(|other| !other.trim().is_empty()).map(|other| plain(other));
    let ids = each_once(std::iter::once(primary.clone()).chain(others));
    let (advisories, names): (Vec<String>, Vec<String>) = ids.into_iter().partition(|id| is_advisory(id));
    let cves: Vec<String> = names.iter().filter_map(|id| cve(id)).collect();
    if cve(&primary).is_some() || cves.len() < 2 {
        let id = cve(&primary).or_else(|| cves.into_iter().next()).unwrap_or(primary);
        let aliases = names.into_iter().filter(|name| *name != id).collect();
        let advisories = advisories.into_iter().filter(|advisory| *advisory != id).collect();
        return vec![Identity { id, aliases, advisories }];
    }
    let mut fixes = advisories;
    fixes.extend((!is_advisory(&primary)).then_some(primary));
    cves.into_iter().map(|id| Identity { id, aliases: Vec::new(), advisories: fixes.clone() }).collect()
}

/// Each of them once, in their order.
fn each_once(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| seen.insert(id.clone())).collect()
}
