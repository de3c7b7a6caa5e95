//! Which feed a file is, from what it holds.

use super::Kind;

/// The kind of feed that a file is, by its content; its name is asked only where that leaves it open. `None`: none of those that are known.
///
/// One pass without a stack, which ends at the first keys that say it.
pub fn detect(name: &str, bytes: &[u8]) -> Option<Kind> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = bytes.trim_ascii_start();
    match start.first() {
        Some(b'{' | b'[') => json(start),
        Some(_) => text(start).or_else(|| by_name(name)),
        None => None,
    }
}

fn text(bytes: &[u8]) -> Option<Kind> {
    let first = bytes.split(|byte| *byte == b'\n').next()?.trim_ascii();
    let first: Vec<u8> = first.iter().filter(|byte| **byte != b'"').map(u8::to_ascii_lowercase).collect();
    if first.starts_with(b"#model_version") || first.starts_with(b"cve,epss,") {
        return Some(Kind::Epss);
    }
    let has = |column: &[u8]| first.split(|byte| *byte == b',').any(|cell| cell.trim_ascii() == column);
    (has(b"cveid") && has(b"dateadded")).then_some(Kind::Kev)
}

fn by_name(name: &str) -> Option<Kind> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    if base.starts_with("epss_scores") {
        Some(Kind::Epss)
    } else if base.starts_with("known_exploited_vulnerabilities") {
        Some(Kind::Kev)
    } else {
        None
    }
}

/// Keys that tell feeds apart, with the number of objects around them.
#[derive(Default)]
struct Seen {
    id: bool,
    affected: bool,
    modified: bool,
    schema_version: bool,
    told: bool,
    product: bool,
    releases: bool,
    cycle: bool,
    eol: bool,
    document: bool,
    context: bool,
    statements: bool,
    bom: bool,
    page: bool,
    vulnerabilities: bool,
    cve_id: bool,
}

impl Seen {
    fn key(&mut self, depth: usize, key: &[u8]) -> Option<Kind> {
        match (depth, key) {
            (1, b"catalogVersion") => return Some(Kind::Kev),
            (1, b"cveMetadata") => return Some(Kind::Cve),
            (1..=3, b"vulnStatus" | b"sourceIdentifier") => return Some(Kind::Nvd),
            (2, b"isEol") => return Some(Kind::Eol),
            (3, b"isEol") => return Some(Kind::Eol),
            (1, b"id") => self.id = true,
            (1, b"affected") => self.affected = true,
            (1, b"modified") => self.modified = true,
            (1, b"schema_version") => self.schema_version = true,
            (1, b"aliases" | b"details" | b"summary" | b"severity" | b"withdrawn") => self.told = true,
            (1, b"product") => self.product = true,
            (1, b"releases") => self.releases = true,
            (1, b"cycle") => self.cycle = true,
            (1, b"eol") => self.eol = true,
            (1, b"document") => self.document = true,
            (1, b"@context") => self.context = true,
            (1, b"statements") => self.statements = true,
            (1, b"bomFormat") => self.bom = true,
            (1, b"resultsPerPage") => self.page = true,
            (1, b"vulnerabilities") => self.vulnerabilities = true,
            (2, b"csaf_version") if self.document => return Some(Kind::Csaf),
            (2, b"cveID") if self.vulnerabilities => self.cve_id = true,
            (2, b"dateAdded") if self.cve_id => return Some(Kind::Kev),
            (2, b"analysis") if self.bom && self.vulnerabilities => return Some(Kind::CycloneDxVex),
            _ => return None,
        }
        if self.context && self.statements {
            Some(Kind::OpenVex)
        } else if self.page && self.vulnerabilities {
            // Of NVD's API, though there be nothing on it.
            Some(Kind::Nvd)
        } else if self.id && (self.affected || self.schema_version || (self.modified && self.told)) {
            Some(Kind::Osv)
        } else if (self.product && self.releases) || (self.cycle && self.eol) {
            Some(Kind::Eol)
        } else {
            None
        }
    }
}

fn json(bytes: &[u8]) -> Option<Kind> {
    let mut seen = Seen::default();
    let mut objects = 0_usize;
    let mut rest = bytes;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'{' => objects = objects.saturating_add(1),
            b'}' => objects = objects.saturating_sub(1),
            b'"' => {
                let length = string_length(rest)?;
                let (text, behind) = rest.split_at_checked(length)?;
                rest = behind.split_first()?.1;
                let is_key = rest.trim_ascii_start().first() == Some(&b':');
                if is_key && let Some(kind) = seen.key(objects, text) {
                    return Some(kind);
                }
            }
            _ => {}
        }
    }
    None
}

/// How many bytes stand before the quote that ends a string.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    bytes.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}
