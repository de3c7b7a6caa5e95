//! Every record of the NVD at hand: each criterion asked about products made after it, and answers worked out by hand.

use std::path::PathBuf;

use super::*;
use crate::software::cpe::Attribute;

/// File, identifier and configurations of each record.
fn records() -> Option<Vec<(String, String, Value)>> {
    let folder = crate::testing::data("nvd")?;
    let mut files: Vec<PathBuf> = [".", "dtrack", "osvdev"]
        .iter()
        .flat_map(|part| std::fs::read_dir(folder.join(part)).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    let mut records = Vec::new();
    for path in files {
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let items = file["vulnerabilities"].as_array().cloned().unwrap_or_else(|| vec![file.clone()]);
        for item in items {
            let cve = if item["cve"].is_object() { item["cve"].clone() } else { item };
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            records.push((name, cve["id"].as_str().unwrap_or("-").to_owned(), cve["configurations"].clone()));
        }
    }
    Some(records)
}

/// The same criterion by another way: its bounds as text, version by version, without the three-valued logic.
fn within(criterion: &Value, version: &str) -> bool {
    use crate::software::version::{Order, compare};
    let bound = |key: &str| criterion[key].as_str().map(|limit| compare(Order::Plain, version, limit).unwrap());
    bound("versionStartIncluding").is_none_or(|o| o.is_ge())
        && bound("versionStartExcluding").is_none_or(|o| o.is_gt())
        && bound("versionEndIncluding").is_none_or(|o| o.is_le())
        && bound("versionEndExcluding").is_none_or(|o| o.is_lt())
}

#[test]
fn every_record() {
    let Some(records) = records() else { return };
    println!(
        "{:<52} {:>8} {:>9} {:>6} {:>5} {:>5} {:>8}",
        "file", "records", "criteria", "asked", "yes", "no", "unknown"
    );
    let mut totals = std::collections::BTreeMap::new();
    for (name, id, configurations) in &records {
        let row: &mut [usize; 6] = totals.entry(name.clone()).or_default();
        row[0] += 1;
        for configuration in configurations.as_array().into_iter().flatten() {
            let nodes = configuration["nodes"].as_array().unwrap();
            // What stands for the platforms, so that the vulnerable part decides.
            let platforms: Vec<Product> = nodes
                .iter()
                .flat_map(|node| node["cpeMatch"].as_array().unwrap())
                .filter(|criterion| criterion["vulnerable"] == false)
                .map(|criterion| Product::new(Cpe::parse(criterion["criteria"].as_str().unwrap()).unwrap(), None))
                .collect();
            for criterion in nodes.iter().flat_map(|node| node["cpeMatch"].as_array().unwrap()) {
                row[1] += 1;
                let name = Cpe::parse(criterion["criteria"].as_str().unwrap()).unwrap();
                let alone = json!([{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [criterion]}]}]);
                let bounds =
                    ["versionStartIncluding", "versionStartExcluding", "versionEndIncluding", "versionEndExcluding"];
                let mut versions: Vec<String> = bounds
                    .iter()
                    .filter_map(|key| criterion[*key].as_str())
                    .flat_map(|v| [v.to_owned(), format!("{v}.1")])
                    .collect();
                versions.extend(["0".to_owned(), "9999999999".to_owned()]);
                for version in versions {
                    row[2] += 1;
                    let mut cpe = name.clone();
                    if *name.get(Attribute::Version) == crate::software::cpe::Value::Any {
                        cpe.set(Attribute::Version, crate::software::cpe::Value::exactly(&version));
                    }
                    let mut products = vec![Product::new(cpe, None)];
                    let asked = answer_of(&alone, &products);
                    let expected = match criterion["vulnerable"] == true && within(criterion, &version) {
                        true => "yes",
                        false => "no",
                    };
                    assert_eq!(asked, expected, "{id} {criterion} {version}");
                    row[match asked {
                        "yes" => 3,
                        "no" => 4,
                        _ => 5,
                    }] += 1;
                    // On its platform the whole configuration says the same, and without it nothing.
                    if criterion["vulnerable"] == true && !platforms.is_empty() {
                        assert_eq!(answer_of(&json!([configuration]), &products), "no", "{id} without its platform");
                        products.extend(platforms.iter().cloned());
                        assert_eq!(answer_of(&json!([configuration]), &products), expected, "{id} on its platform");
                    }
                }
            }
        }
    }
    let mut sum = [0; 6];
    for (name, row) in &totals {
        println!("{name:<52} {:>8} {:>9} {:>6} {:>5} {:>5} {:>8}", row[0], row[1], row[2], row[3], row[4], row[5]);
        sum.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
    }
    println!("{:<52} {:>8} {:>9} {:>6} {:>5} {:>5} {:>8}", "all", sum[0], sum[1], sum[2], sum[3], sum[4], sum[5]);
    assert!(sum[0] >= 60 && sum[1] >= 280, "the records are there");
}

fn answer_of(configurations: &Value, products: &[Product]) -> &'static str {
    word(&affected(configurations, &Asset::new(products.to_vec(), true)))
}

/// Answers worked out by hand from the records' own text.
#[test]
fn by_hand() {
    let Some(records) = records() else { return };
    let cases: &[(&str, &[&str], &str)] = &[
        (
            "CVE-2021-0002",
            &[
                "cpe:2.3:o:intel:ethernet_controller_e810_firmware:1.4.10:*:*:*:*:linux:*:*",
                "h:intel:ethernet_controller_e810:-",
            ],
            "yes",
        ),
        (
            "CVE-2021-0002",
            &[
                "cpe:2.3:o:intel:ethernet_controller_e810_firmware:1.4.11:*:*:*:*:linux:*:*",
                "h:intel:ethernet_controller_e810:-",
            ],
            "no",
        ),
        (
            "CVE-2021-0002",
            &["o:intel:ethernet_controller_e810_firmware:1.4.10", "h:intel:ethernet_controller_e810:-"],
            "unknown",
        ),
        ("CVE-2021-0002", &["o:intel:ethernet_controller_e810_firmware:1.4.10"], "no"),
        ("CVE-2022-22377", &["a:ibm:security_verify_privilege_on-premises:11.4", "o:apple:macos:-"], "yes"),
        (
            "CVE-2022-22377",
            &["a:ibm:security_verify_privilege_on-premises:11.4", "o:microsoft:windows_server_2019:-"],
            "unknown",
        ),
        ("CVE-2022-22377", &["a:ibm:security_verify_privilege_on-premises:11.4", "o:linux:linux_kernel:6.1"], "no"),
        ("CVE-2022-22377", &["a:ibm:security_verify_privilege_on-premises:11.5", "o:apple:macos:-"], "no"),
        ("CVE-2020-13595", &["a:espressif:esp-idf:4.2", "h:espressif:esp32:-"], "yes"),
        ("CVE-2020-13595", &["a:espressif:esp-idf:4.2.1", "h:espressif:esp32:-"], "no"),
        ("CVE-2024-3094", &["a:tukaani:xz:5.6.0:-"], "yes"),
        ("CVE-2024-3094", &["a:tukaani:xz:5.6.0"], "yes"),
        ("CVE-2024-3094", &["a:tukaani:xz:5.4.0"], "no"),
        ("CVE-2023-4863", &["a:google:chrome:116.0.5845.186"], "yes"),
        ("CVE-2023-4863", &["a:google:chrome:116.0.5845.187"], "no"),
        ("CVE-2023-4863", &["a:google:chrome"], "unknown"),
    ];
    for (id, products, expected) in cases {
        let (_, _, configurations) =
            records.iter().find(|(_, found, _)| found == id).unwrap_or_else(|| panic!("{id} is there"));
        let found = answer(configurations, products, true);
        assert_eq!(word(&found), *expected, "{id} {products:?}: {found:?}");
    }
}
