//! Names of packages that a format writes in parts.

/// A package's name with its group, as the ecosystem that its package URL names writes both: `group:name` for Maven, `group/name` for the others.
pub(in crate::sources) fn full(group: Option<&str>, name: &str, purl: Option<&str>) -> String {
    let Some(group) = group.map(str::trim).filter(|group| !group.is_empty()) else { return name.to_owned() };
    let kind = purl.and_then(|purl| purl.trim().strip_prefix("pkg:")?.split('/').next());
    match kind {
        Some("maven") => format!("{group}:{name}"),
        // A distribution is no part of the name, and some tools write the group into the name as well.
        Some("deb" | "rpm" | "apk") => name.to_owned(),
        _ if name.starts_with(&format!("{group}/")) => name.to_owned(),
        _ => format!("{group}/{name}"),
    }
}
