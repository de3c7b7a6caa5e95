//! What osquery prints of one host: its tables as lists of rows, every value a text.

use std::borrow::Cow;

use crate::facts::Json;
use crate::sources::mapping::insert;

/// The tables of software, each with the columns of name, version and vendor.
const SOFTWARE: [(&str, &str, &str, Option<&str>); 8] = [
    ("deb_packages", "name", "version", None),
    ("rpm_packages", "name", "version", Some("vendor")),
    ("programs", "name", "version", Some("publisher")),
    ("apps", "bundle_name", "bundle_short_version", None),
    ("homebrew_packages", "name", "version", None),
    ("python_packages", "name", "version", None),
    ("npm_packages", "name", "version", None),
    ("apk_packages", "name", "version", None),
];
/// Tables that tell a file of osquery from any other.
const TABLES: [&str; 6] = ["os_version", "system_info", "deb_packages", "rpm_packages", "programs", "uptime"];

type Entries = Vec<(Cow<'static, str>, Json<'static>)>;

/// Whether an object holds tables of osquery, by its keys.
#[must_use]
pub fn is_tables(keys: &[String]) -> bool {
    keys.iter().any(|key| TABLES.contains(&key.as_str())) && !keys.iter().any(|key| key == "id")
}

/// The asset that tables are about. Without `asset` it is the host that they name.
///
/// # Errors
/// They name none.
pub fn record(tables: &Json<'_>, asset: Option<&str>) -> Result<Json<'static>, String> {
    let first = |table: &str, column: &str| rows(tables, table).first().and_then(|row| text(row, column));
    let hostname = first("system_info", "hostname").or_else(|| first("system_info", "computer_name"));
    let id = asset.or(hostname).or_else(|| first("system_info", "uuid"));
    let id = id.ok_or_else(|| "the tables have no `system_info` that names the host".to_owned())?;
    let mut entries: Entries = vec![("id".into(), string(id))];
    if let Some(hostname) = hostname {
        insert(&mut entries, "hostname", string(hostname));
    }
    for (field, column) in [("os.family", "platform"), ("os.name", "name"), ("os.version", "version")] {
        if let Some(value) = first("os_version", column) {
            insert(&mut entries, field, string(value));
        }
    }
    if let Some(free) = disk_free(tables) {
        entries.push(("disk_free".into(), Json::Number(Cow::Owned(free))));
    }
    if let Some(software) = software(tables) {
        entries.push(("software".into(), software));
    }
    Ok(Json::Object(entries))
}

fn rows<'r, 'j>(tables: &'r Json<'j>, table: &str) -> &'r [Json<'j>] {
    match tables.get(table) {
        Some(Json::Array(rows)) => rows,
        _ => &[],
    }
}

fn text<'r>(row: &'r Json<'_>, column: &str) -> Option<&'r str> {
    match row.get(column) {
        Some(Json::String(text)) if !text.trim().is_empty() => Some(text.trim()),
        _ => None,
    }
}

/// The free part of the root's file system, in percent to a hundredth, rounded down.
fn disk_free(tables: &Json<'_>) -> Option<String> {
    let root = rows(tables, "mounts").iter().find(|row| text(row, "path") == Some("/"))?;
    let blocks: u128 = text(root, "blocks")?.parse().ok().filter(|blocks| *blocks > 0)?;
    let free: u128 = text(root, "blocks_available")?.parse().ok()?;
    let part = free.checked_mul(10_000)?.checked_div(blocks)?;
    (part <= 10_000).then(|| format!("{}.{:02}", part / 100, part % 100))
}

/// All installed software; incomplete where a row has no name. Nothing where there is no table of it.
fn software(tables: &Json<'_>) -> Option<Json<'static>> {
    let mut elements = Vec::new();
    let (mut given, mut lacking) = (false, false);
    for (table, name, version, vendor) in SOFTWARE {
        given |= tables.get(table).is_some();
        lacking |= tables.get(table).is_some_and(|rows| !matches!(rows, Json::Array(_)));
        for row in rows(tables, table) {
            let Some(name) = text(row, name) else {
                lacking = true;
                continue;
            };
            let mut entries: Entries = vec![("name".into(), string(name))];
            let installed = text(row, version).map(|version| full_version(table, row, version));
            if let Some(version) = &installed {
                entries.push(("version".into(), string(version)));
            }
            if let Some(vendor) = vendor.and_then(|vendor| text(row, vendor)) {
                entries.push(("vendor".into(), string(vendor)));
            }
            if let Some(purl) = purl(tables, table, row, name, installed.as_deref()) {
                entries.push(("purl".into(), Json::String(Cow::Owned(purl))));
            }
            elements.push(Json::Object(entries));
        }
    }
    given.then_some(if lacking { Json::Incomplete(elements) } else { Json::Array(elements) })
}

/// The version as the package manager compares it: of an RPM with epoch and release.
fn full_version(table: &str, row: &Json<'_>, version: &str) -> String {
    let release = if table == "rpm_packages" { text(row, "release") } else { None };
    let epoch = if table == "rpm_packages" { text(row, "epoch").filter(|epoch| *epoch != "0") } else { None };
    let mut whole = epoch.map_or_else(String::new, |epoch| format!("{epoch}:"));
    whole.push_str(version);
    if let Some(release) = release {
        whole.push('-');
        whole.push_str(release);
    }
    whole
}

/// The package URL of a package of a distribution or of Python or npm.
fn purl(tables: &Json<'_>, table: &str, row: &Json<'_>, name: &str, version: Option<&str>) -> Option<String> {
    let os = rows(tables, "os_version").first();
    let platform = os.and_then(|os| text(os, "platform"));
    let kind = match table {
        "deb_packages" => format!("deb/{}", platform?),
        "rpm_packages" => format!("rpm/{}", platform?),
        "apk_packages" => "apk/alpine".to_owned(),
        "python_packages" => "pypi".to_owned(),
        "npm_packages" => "npm".to_owned(),
        _ => return None,
    };
    let name = if table == "python_packages" { name.to_lowercase().replace('_', "-") } else { name.to_owned() };
    let mut purl = format!("pkg:{kind}/{}", escaped(&name));
    if let Some(version) = version {
        purl.push('@');
        purl.push_str(&escaped(version));
    }
    if matches!(table, "deb_packages" | "rpm_packages" | "apk_packages") {
        let arch = text(row, "arch").map(|arch| format!("arch={}", escaped(arch)));
        let distro = os.and_then(|os| {
            let (major, minor) = (text(os, "major")?, text(os, "minor"));
            let number = match (platform?, minor) {
                // Ubuntu's minor version is the month, which has two digits.
                ("ubuntu", Some(minor)) => format!("{major}.{minor:0>2}"),
                ("debian", _) | (_, None) => major.to_owned(),
                (_, Some(minor)) => format!("{major}.{minor}"),
            };
            Some(format!("distro={}-{number}", platform?))
        });
        let upstream = if table == "deb_packages" { source(row, &name) } else { None };
        let qualifiers: Vec<String> = arch.into_iter().chain(distro).chain(upstream).collect();
        if !qualifiers.is_empty() {
            purl.push('?');
            purl.push_str(&qualifiers.join("&"));
        }
    }
    Some(purl)
}

/// The source of a Debian package, by which advisories speak of it: an empty cell is one of its own name, `name (version)` one of another version.
/// Where the table was asked for without the column, nobody knows.
fn source(row: &Json<'_>, name: &str) -> Option<String> {
    let Some(Json::String(source)) = row.get("source") else { return None };
    let source = if source.trim().is_empty() { name } else { source.trim() };
    let (source, version) = match source.split_once(" (") {
        Some((source, version)) => (source, version.strip_suffix(')')),
        None => (source, None),
    };
    let version = version.map_or_else(String::new, |version| format!("%40{}", escaped(version)));
    Some(format!("upstream={}{version}", escaped(source)))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn string(text: &str) -> Json<'static> {
    Json::String(Cow::Owned(text.to_owned()))
}
