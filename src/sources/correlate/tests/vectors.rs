//! The records at hand against software made after what they say is affected: each is found by its package URL or its CPE name.

use std::sync::Arc;

use super::*;
use crate::sources::Harvest;

/// The advisories of a folder of the data, where it is there.
fn advisories(kind: Kind, folder: &str) -> Option<Vec<Advisory>> {
    let mut folders = vec![crate::testing::data(folder)?];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut harvest = Harvest::default();
    for path in files.iter().filter(|path| path.file_name().unwrap() != "schema.json") {
        kind.read(&Arc::from(path.to_string_lossy()), &std::fs::read(path).unwrap(), &mut harvest);
    }
    Some(harvest.advisories)
}

#[test]
fn every_record_is_found_by_what_it_names() {
    let (Some(osv), Some(nvd)) = (advisories(Kind::Osv, "osv"), advisories(Kind::Nvd, "nvd")) else { return };
    println!("{:<8} {:>8} {:>9} {:>7} {:>8}", "feed", "records", "software", "found", "doubts");

    // OSV: every package under a version that the entry lists or from which it is affected.
    let (mut list, mut wanted) = (Vec::new(), Vec::new());
    for (place, advisory) in osv.iter().enumerate().filter(|(_, advisory)| !advisory.withdrawn) {
        for entry in advisory.affected.iter().flat_map(|affected| affected.as_array().unwrap()) {
            let (Some(ecosystem), Some(name)) =
                (entry["package"]["ecosystem"].as_str(), entry["package"]["name"].as_str())
            else {
                continue;
            };
            let version = entry["versions"][0].as_str().or_else(|| {
                let events = entry["ranges"].as_array()?.iter().flat_map(|range| range["events"].as_array().unwrap());
                events.filter_map(|event| event["introduced"].as_str()).find(|at| *at != "0")
            });
            let (family, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
            let purl = match family {
                "PyPI" => format!("pkg:pypi/{name}"),
                "npm" => format!("pkg:npm/{name}"),
                "RubyGems" => format!("pkg:gem/{name}"),
                "Go" => format!("pkg:golang/{name}"),
                "Maven" => format!("pkg:maven/{}", name.replace(':', "/")),
                "Debian" => format!("pkg:deb/debian/{name}?distro=debian-{release}"),
                "Alpine" => format!("pkg:apk/alpine/{name}?distro=alpine-{}", release.trim_start_matches('v')),
                _ => continue,
            };
            list.push(software(json!({"purl": purl, "version": version.unwrap_or("0.0.1")})));
            wanted.push(place);
        }
    }
    let result = Index::new(&osv).correlate(&list, true, &Seen::default());
    let (mut found, mut doubts) = (0, 0);
    for (software, place) in wanted.iter().enumerate() {
        let ids = finding_ids(&osv[*place]);
        let has = |f: &Found| f.software == software && ids.contains(f.finding["cve"].as_str().unwrap());
        found += usize::from(result.found.iter().any(has));
        doubts += usize::from(
            !result.found.iter().any(has)
                && result.doubts.iter().any(|d| d.software == software && ids.contains(&d.id)),
        );
    }
    println!("{:<8} {:>8} {:>9} {found:>7} {doubts:>8}", "osv", osv.len(), list.len());
    assert_eq!(found, list.len(), "every package is found");

    // NVD: every vulnerable criterion as it stands, with the platforms of its configuration and a version within its bounds.
    let (mut asked, mut found, mut doubts) = (0, 0, 0);
    let index = Index::new(&nvd);
    for advisory in nvd.iter().filter(|advisory| !advisory.withdrawn) {
        for configuration in advisory.affected.iter().flat_map(|affected| affected.as_array().unwrap()) {
            let criteria: Vec<&Value> = configuration["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|node| node["cpeMatch"].as_array().unwrap())
                .collect();
            let platforms = criteria.iter().filter(|criterion| criterion["vulnerable"] == false);
            let platforms: Vec<Fields> =
                platforms.map(|criterion| software(json!({"cpe": criterion["criteria"]}))).collect();
            for criterion in criteria.iter().filter(|criterion| criterion["vulnerable"] == true) {
                let bounded = |key: &str| criterion[key].as_str().map(str::to_owned);
                let version = bounded("versionStartIncluding")
                    .or_else(|| bounded("versionEndIncluding"))
                    .or_else(|| bounded("versionStartExcluding").map(|version| format!("{version}.0.1")))
                    .or_else(|| bounded("versionEndExcluding").map(|_| "0.0.0.1".to_owned()))
                    .unwrap_or_else(|| "1".to_owned());
                let mut list = vec![software(json!({"cpe": criterion["criteria"], "version": version}))];
                list.extend(platforms.iter().cloned());
                let result = index.correlate(&list, true, &Seen::default());
                asked += 1;
                found += usize::from(
                    result.found.iter().any(|f| f.software == 0 && f.finding["cve"] == advisory.id.as_str()),
                );
                doubts += usize::from(result.doubts.iter().any(|d| d.software == 0 && d.id == advisory.id));
            }
        }
    }
    println!("{:<8} {:>8} {asked:>9} {found:>7} {doubts:>8}", "nvd", nvd.len());
    assert_eq!((found, doubts), (asked, 0), "every product is found");
}
