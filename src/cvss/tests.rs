#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use super::*;

fn vector(text: &str) -> Vector {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Base, temporal or threat, environmental; `-` where the vector gives none.
fn given(text: &str) -> String {
    let vector = vector(text);
    let optional = |score: Option<Tenths>| score.map_or("-".to_owned(), |score| score.to_string());
    format!("{} {} {}", vector.base(), optional(vector.temporal()), optional(vector.environmental()))
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn version_2_as_in_the_worked_examples_of_its_guide() {
    // CVE-2002-0392, CVE-2003-0818, CVE-2003-0062: sections 3.3.1 to 3.3.3.
    assert_eq!(given("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H"), "7.8 6.4 9.2");
    assert_eq!(given("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L"), "10.0 8.3 9.0");
    assert_eq!(given("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M"), "6.2 4.9 7.5");
}

#[test]
fn version_2_may_stand_in_parentheses_or_behind_its_number() {
    let plain = vector("AV:N/AC:L/Au:N/C:P/I:P/A:P");
    assert_eq!(plain.score().to_string(), "7.5");
    assert_eq!(vector("(AV:N/AC:L/Au:N/C:P/I:P/A:P)"), plain);
    assert_eq!(vector("CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P"), plain);
    assert_eq!(vector("A:P/I:P/C:P/Au:N/AC:L/AV:N/RC:ND"), plain);
    assert_eq!(plain.text(), "AV:N/AC:L/Au:N/C:P/I:P/A:P");
}

#[test]
fn version_2_never_falls_below_zero() {
    // The adjusted base score is -0.2 before the target distribution.
    assert_eq!(given("AV:L/AC:H/Au:M/C:N/I:N/A:P/AR:L"), "0.8 - 0.0");
}

#[test]
fn version_3_base_temporal_and_environmental() {
    assert_eq!(given("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "9.8 - -");
    assert_eq!(given("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), "10.0 - -");
    assert_eq!(given("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:N"), "0.0 - -");
    assert_eq!(given("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C"), "9.8 8.8 -");
    assert_eq!(given("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:L"), "9.8 - 8.4");
    // CVE-2014-0160 and CVE-2014-6271, as published.
    assert_eq!(given("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), "7.5 - -");
    assert_eq!(given("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), "6.1 - -");
}

#[test]
fn the_environmental_impact_of_version_3_1_is_not_that_of_3_0() {
    let metrics = "AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/MAV:A/MAC:H/CR:H";
    let old = vector(&format!("CVSS:3.0/{metrics}"));
    let new = vector(&format!("CVSS:3.1/{metrics}"));
    assert_eq!(old.base(), new.base());
    assert_eq!(old.environmental().unwrap().to_string(), "8.0");
    assert_eq!(new.environmental().unwrap().to_string(), "8.1");
}

#[test]
fn version_4_by_what_it_gives() {
    let base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
    assert_eq!(given(base), "9.3 - -");
    assert_eq!(given(&format!("{base}/E:U")), "9.3 8.1 -");
    assert_eq!(given(&format!("{base}/E:U/MAV:L")), "9.3 8.1 6.1");
    assert_eq!(given(&format!("{base}/S:P/AU:Y/U:Red")), "9.3 - -");
    assert_eq!(vector(&format!("{base}/E:U")).score().to_string(), "8.1");
    assert_eq!(given("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N"), "0.0 - -");
    assert_eq!(given("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/MSI:S"), "10.0 - 10.0");
}

#[test]
fn what_is_not_defined_is_as_if_it_were_not_there() {
    let short = vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    let long = vector("CVSS:3.1/S:U/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H/E:X/RL:X/MAV:X/CR:X");
    assert_eq!(short, long);
    assert_eq!(long.temporal(), None);
    assert_eq!(long.environmental(), None);
    assert_eq!(long.metric("modified_attack_vector"), None);
    assert_eq!(long.text(), "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
}

#[test]
fn metrics_have_names_and_words() {
    let three = vector("CVSS:3.1/AV:A/AC:L/PR:N/UI:R/S:C/C:H/I:L/A:N/E:P/RC:U");
    assert_eq!(three.metric("attack_vector"), Some("adjacent"));
    assert_eq!(three.metric("scope"), Some("changed"));
    assert_eq!(three.metric("user_interaction"), Some("required"));
    assert_eq!(three.metric("exploit_code_maturity"), Some("proof_of_concept"));
    assert_eq!(three.metric("report_confidence"), Some("unknown"));
    assert_eq!(three.metric("remediation_level"), None);
    assert_eq!(three.metric("access_vector"), None);
    assert_eq!(three.metric("colour"), None);
    let four = vector("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:L/VA:N/SC:N/SI:N/SA:N/MSI:S/AU:Y/U:Amber");
    assert_eq!(four.metric("attack_requirements"), Some("present"));
    assert_eq!(four.metric("vuln_integrity_impact"), Some("low"));
    assert_eq!(four.metric("modified_sub_integrity_impact"), Some("safety"));
    assert_eq!(four.metric("automatable"), Some("yes"));
    assert_eq!(four.metric("provider_urgency"), Some("amber"));
    let two = vector("AV:A/AC:M/Au:S/C:C/I:P/A:N/CDP:LM");
    assert_eq!(two.metric("access_vector"), Some("adjacent"));
    assert_eq!(two.metric("collateral_damage_potential"), Some("low_medium"));
}

#[test]
fn malformed_vectors_are_refused_with_what_was_expected() {
    let cases = [
        ("", "the CVSS vector is empty"),
        ("()", "the CVSS vector is empty"),
        (
            "cvss:3.1/AV:N",
            "`cvss:3.1` begins no CVSS vector, expected `CVSS:4.0/`, `CVSS:3.1/`, `CVSS:3.0/` or a vector of version 2.0",
        ),
        (
            "CVSS:3.1",
            "`CVSS:3.1` begins no CVSS vector, expected `CVSS:4.0/`, `CVSS:3.1/`, `CVSS:3.0/` or a vector of version 2.0",
        ),
        (
            "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "`CVSS:3.2` begins no CVSS vector, expected `CVSS:4.0/`, `CVSS:3.1/`, `CVSS:3.0/` or a vector of version 2.0",
        ),
        (
            " AV:N/AC:L/Au:N/C:P/I:P/A:P",
            "` AV:N` begins no CVSS vector, expected `CVSS:4.0/`, `CVSS:3.1/`, `CVSS:3.0/` or a vector of version 2.0",
        ),
        (
            "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "`PR:N` names no metric of CVSS 2.0, expected one of `AV`, `AC`, `Au`, `C`, `I`, `A`, `E`, `RL`, `RC`, `CDP`, `TD`, `CR`, `IR`, `AR`",
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
            "a `/` of a CVSS vector has nothing behind it, expected `METRIC:VALUE`",
        ),
        ("CVSS:3.1/AV:N//AC:L", "a `/` of a CVSS vector has nothing behind it, expected `METRIC:VALUE`"),
        ("CVSS:3.1/AV", "`AV` is no part of a CVSS vector, expected `METRIC:VALUE`"),
        ("CVSS:3.1/AV:N/AC:L/AV:N", "`AV` is given twice in one CVSS vector, expected once"),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/E:X",
            "`E` is given twice in one CVSS vector, expected once",
        ),
        ("CVSS:3.0/AV:N/AC:L/PR:U", "`PR:U` is no value of `PR` in CVSS 3.0, expected one of `N`, `L`, `H`"),
        ("CVSS:3.1/AV:n", "`AV:n` is no value of `AV` in CVSS 3.1, expected one of `N`, `A`, `L`, `P`"),
        ("CVSS:3.1/AV:X", "`AV:X` is no value of `AV` in CVSS 3.1, expected one of `N`, `A`, `L`, `P`"),
        ("CVSS:3.1/RC:ND", "`RC:ND` is no value of `RC` in CVSS 3.1, expected one of `C`, `R`, `U`, `X`"),
        ("CVSS:3.1/AV:N:N", "`AV:N:N` is no value of `AV` in CVSS 3.1, expected one of `N`, `A`, `L`, `P`"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/S:U/C:H/I:H", "the vector lacks `UI`, `A`, expected every base metric of CVSS 3.1"),
        ("CVSS:4.0/AC:L/AV:N", "`AV` stands behind `AC`, expected before it: the order is fixed in CVSS 4.0"),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S",
            "`SC:S` is no value of `SC` in CVSS 4.0, expected one of `H`, `L`, `N`",
        ),
        (
            "(CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H)",
            "parentheses stand only round a whole vector of CVSS 2.0, and both must be there",
        ),
        (
            "(AV:N/AC:L/Au:N/C:P/I:P/A:P",
            "parentheses stand only round a whole vector of CVSS 2.0, and both must be there",
        ),
        (
            "CVSS:3.1/АV:N",
            "`АV:N` names no metric of CVSS 3.1, expected one of `AV`, `AC`, `PR`, `UI`, `S`, `C`, `I`, `A`, `E`, `RL`, `RC`, `CR`, `IR`, `AR`, `MAV`, `MAC`, `MPR`, `MUI`, `MS`, `MC`, `MI`, `MA`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refused(text), message, "{text}");
    }
    for text in [")", "(", "/", ":", "CVSS:", "CVSS:4.0/", "AV:N/AC:L/Au:N/C:P/I:P/A:P)", "AV:N\n", "9.8"] {
        refused(text);
    }
}

#[test]
fn a_megabyte_is_refused_shortly() {
    for text in ["a", "AV:N/", "é", "(", "CVSS:3.1/", "/", "\u{1b}"] {
        let message = refused(&text.repeat(1_000_000 / text.len()));
        assert!(message.chars().count() < 700, "{message}");
        assert!(!message.contains('\u{1b}'));
    }
}

#[test]
fn every_cut_of_a_vector_is_refused_or_reads_back() {
    let texts = [
        "(AV:N/AC:L/Au:N/C:N/I:N/A:C/E:POC/RL:OF/RC:UC/CDP:LM/TD:H/CR:M/IR:M/AR:ND)",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C/MS:C/MPR:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P/MSA:S/U:Red",
    ];
    for text in texts {
        for end in 0..=text.len() {
            if let Ok(vector) = parse(text.get(..end).unwrap()) {
                assert_eq!(parse(&vector.text()), Ok(vector));
            }
        }
    }
}

#[test]
fn severities_are_those_of_the_versions() {
    let word = |tenths, version| Tenths::new(tenths).unwrap().severity(version).as_str();
    let all = |version| [0, 1, 39, 40, 69, 70, 89, 90, 100].map(|tenths| word(tenths, version));
    assert_eq!(all(Version::V31), ["none", "low", "low", "medium", "medium", "high", "high", "critical", "critical"]);
    assert_eq!(all(Version::V2), ["low", "low", "low", "medium", "medium", "high", "high", "high", "high"]);
    assert!(Severity::ALL.is_sorted());
}

#[test]
fn tenths_are_read_exactly_or_not_at_all() {
    let read = |text| Tenths::from_decimal(text).map(Tenths::tenths);
    assert_eq!(read("9.8"), Some(98));
    assert_eq!(read("10"), Some(100));
    assert_eq!(read("07.50"), Some(75));
    for wrong in ["", ".", "9.", ".5", "10.1", "9.81", "-1", "+1", "1e1", "999", "NaN", "９", "9,8"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    assert_eq!(Tenths::new(101), None);
}

#[test]
fn vectors_are_small() {
    assert!(size_of::<Vector>() <= 40);
    assert!(size_of::<Option<Vector>>() <= 40);
}

#[test]
fn the_table_of_names_holds_exactly_what_the_versions_hold() {
    for def in METRICS {
        assert_eq!(METRICS.iter().filter(|other| other.name == def.name).count(), 1);
        let mut words = BTreeSet::new();
        let mut versions = Vec::new();
        for version in Version::ALL {
            for metric in version.metrics().iter().filter(|m| m.name == def.name) {
                versions.push(version);
                words.extend(metric.levels.iter().map(|level| level.word));
            }
        }
        assert_eq!(def.versions, versions, "{}", def.name);
        assert_eq!(def.values.iter().copied().collect::<BTreeSet<_>>(), words, "{}", def.name);
        assert_eq!(def.values.len(), words.len(), "{}", def.name);
    }
    for metric in Version::ALL.iter().flat_map(|version| version.metrics()) {
        assert!(metric_def(metric.name).is_some(), "{}", metric.name);
    }
}

#[test]
fn the_places_of_the_equations_are_those_of_the_tables() {
    let codes = |version: Version, places: &[usize]| {
        let name = |place: &usize| version.metrics()[*place].code;
        places.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    {
        use super::metrics2::*;
        assert_eq!(
            codes(Version::V2, &[AV, AC, AU, C, I, A, E, RL, RC, CDP, TD, CR, IR, AR]),
            "AV AC Au C I A E RL RC CDP TD CR IR AR"
        );
    }
    {
        use super::metrics3::*;
        let places = [AV, AC, PR, UI, S, C, I, A, E, RL, RC, CR, IR, AR, MAV, MAC, MPR, MUI, MS, MC, MI, MA];
        assert_eq!(codes(Version::V31, &places), "AV AC PR UI S C I A E RL RC CR IR AR MAV MAC MPR MUI MS MC MI MA");
    }
    {
        use super::metrics4::*;
        let places = [AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA, E, CR, IR, AR];
        assert_eq!(codes(Version::V40, &places), "AV AC AT PR UI VC VI VA SC SI SA E CR IR AR");
        for place in AV..=SA {
            let metric = &Version::V40.metrics()[place];
            let modified = &Version::V40.metrics()[FIRST_MODIFIED + place];
            assert_eq!(modified.code, format!("M{}", metric.code));
        }
    }
    assert_eq!(Version::V40.metrics().len(), MOST_METRICS);
}

/// The power in version 3's changed scope is cut to 18 decimals. Over every impact and every
/// exploitability that there is, the sum stays 10^-10 clear of each boundary of its rounding.
#[test]
fn no_version_3_score_hangs_on_the_cut_decimals() {
    const ONE: i128 = 10_i128.pow(18);
    let weights: BTreeSet<i128> = [0, 220, 560]
        .into_iter()
        .flat_map(|impact| [50, 100, 150].map(|requirement| impact * requirement / 100))
        .collect();
    let mut impacts = BTreeSet::new();
    for &c in &weights {
        for &i in &weights {
            for &a in &weights {
                let sub_score = score3::impact_sub_score([c, i, a]);
                impacts.insert((Version::V30, score3::base_impact(true, sub_score)));
                impacts.insert((Version::V31, score3::base_impact(true, sub_score)));
                let capped = sub_score.min(ONE / 1000 * 915);
                for version in [Version::V30, Version::V31] {
                    impacts.insert((version, score3::modified_impact(version, true, capped)));
                }
            }
        }
    }
    let mut checked = 0;
    for (version, impact) in impacts {
        for vector in [85, 62, 55, 20] {
            for complexity in [77, 44] {
                for privileges in [85, 62, 27] {
                    for interaction in [85, 62] {
                        let ways = [vector, complexity, privileges, interaction];
                        let sum = 108 * (impact + score3::exploitability(true, ways)) / 100;
                        if impact <= 0 || sum >= 10 * ONE {
                            continue;
                        }
                        checked += 1;
                        for nudged in [sum - ONE / 10_i128.pow(10), sum + ONE / 10_i128.pow(10)] {
                            assert_eq!(
                                score3::round_up(version, nudged, ONE),
                                score3::round_up(version, sum, ONE),
                                "{version} {sum}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(checked > 10_000, "{checked}");
}
