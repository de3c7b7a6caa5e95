//! The releases of distributions, which OSV, package URLs and the distributions themselves write differently.

use crate::software::Affected;

/// Code names of Debian and Ubuntu, in use or supported since 2015.
const CODE_NAMES: [(&str, &str, &str); 19] = [
    ("Debian", "wheezy", "7"),
    ("Debian", "jessie", "8"),
    ("Debian", "stretch", "9"),
    ("Debian", "buster", "10"),
    ("Debian", "bullseye", "11"),
    ("Debian", "bookworm", "12"),
    ("Debian", "trixie", "13"),
    ("Debian", "forky", "14"),
    ("Debian", "unstable", "sid"),
    ("Ubuntu", "trusty", "14.04"),
    ("Ubuntu", "xenial", "16.04"),
    ("Ubuntu", "bionic", "18.04"),
    ("Ubuntu", "focal", "20.04"),
    ("Ubuntu", "jammy", "22.04"),
    ("Ubuntu", "kinetic", "22.10"),
    ("Ubuntu", "lunar", "23.04"),
    ("Ubuntu", "mantic", "23.10"),
    ("Ubuntu", "noble", "24.04"),
    ("Ubuntu", "plucky", "25.04"),
];

/// A `distro` qualifier: the distribution, if it says one, and the release: `debian-12.1`, `3.19.1`, `bookworm`.
pub(super) fn from_distro(distro: Option<&str>) -> (Option<&str>, Option<&str>) {
    let Some(distro) = distro else { return (None, None) };
    let code = CODE_NAMES.iter().find(|(_, code, _)| *code == distro);
    if let Some((family, _, _)) = code {
        return (Some(if *family == "Debian" { "debian" } else { "ubuntu" }), Some(distro));
    }
    if distro.starts_with(|c: char| c.is_ascii_digit()) {
        return (None, Some(distro));
    }
    match distro.rsplit_once('-') {
        Some((name, release)) => (Some(name), Some(release)),
        None => (Some(distro), None),
    }
}

/// A release in one form for all who write it; nothing for distributions that have none.
pub(super) fn normalised(name: &str, release: &str) -> Option<String> {
    let code = CODE_NAMES.iter().find(|(family, code, _)| *family == name && release.eq_ignore_ascii_case(code));
    let release = code.map_or(release, |(_, _, number)| *number);
    let parts = |count: usize| release.split('.').take(count).collect::<Vec<_>>().join(".");
    Some(match name {
        "Debian" | "AlmaLinux" | "Rocky Linux" | "Mageia" | "Azure Linux" => parts(1),
        "Alpine" => parts(2).trim_start_matches('v').to_owned(),
        "Ubuntu" => release.trim_end_matches(":LTS").to_owned(),
        "Wolfi" | "Chainguard" | "MinimOS" => return None,
        "openSUSE" if release.starts_with(|c: char| c.is_ascii_digit()) => {
            if release.contains('.') {
                format!("Leap {release}")
            } else {
                "Tumbleweed".to_owned()
            }
        }
        _ => release.to_owned(),
    })
}

/// Whether what is said of one release holds for a package of another.
pub(super) fn covers(name: &str, said: &str, own: &str) -> Affected {
    if said == own {
        return Affected::Yes;
    }
    match name {
        "Red Hat" => red_hat(said, own),
        "SUSE" => suse(said, own),
        "Ubuntu" if said.rsplit(':').next() == Some(own) => Affected::Unknown(format!(
            "it is said of Ubuntu {said} alone: whether the asset is subscribed to it is not known"
        )),
        _ => Affected::No,
    }
}

/// `enterprise_linux:9::appstream` speaks of all of 9; streams with extended support of one minor release of those subscribed to them.
fn red_hat(said: &str, own: &str) -> Affected {
    let mut parts = said.split(':');
    let (product, release) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let major = |text: &str| text.split('.').next().unwrap_or_default().to_owned();
    if release.is_empty() {
        return Affected::Unknown(format!("`{said}` names no release of Red Hat"));
    }
    match (product == "enterprise_linux", major(release) == major(own)) {
        (_, false) => Affected::No,
        (true, true) => Affected::Yes,
        (false, true) if release == own || !own.contains('.') || !release.contains('.') => Affected::Unknown(format!(
            "it is said of `{product}` {release} alone: whether the asset has it is not known"
        )),
        (false, true) => Affected::No,
    }
}

/// `Linux Enterprise Server 15 SP3` is `15.3` in package URLs; modules may or may not be installed.
fn suse(said: &str, own: &str) -> Affected {
    let (major, pack) = own.split_once('.').unwrap_or((own, "0"));
    let release = if pack == "0" { major.to_owned() } else { format!("{major} SP{pack}") };
    let of_it = said.strip_suffix(release.as_str()).is_some_and(|before| before.ends_with(' '));
    match (of_it, said.starts_with("Linux Enterprise Server ")) {
        (false, _) => Affected::No,
        (true, true) => Affected::Yes,
        (true, false) => {
            Affected::Unknown(format!("it is said of `{said}` alone: whether the asset has it is not known"))
        }
    }
}
