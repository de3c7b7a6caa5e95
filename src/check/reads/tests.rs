#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::Reads;
use crate::Policy;
use crate::check::schema::{FieldId, TableId};
use crate::check::{Sight, expression};

fn read_of(policy: &str) -> (Policy, Reads) {
    let (policy, diagnostics, _) = Policy::load(vec![("p.gate".into(), policy.into())], &mut crate::check::NoLoader);
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let reads = Reads::of(policy.program());
    (policy, reads)
}

/// The names of the fields of the inventory that are read; of elements that are read whole, one name for all.
fn names(policy: &Policy, reads: &Reads) -> Vec<String> {
    let schema = policy.schema();
    let mut names = Vec::new();
    for table in [TableId::ASSET, TableId::FINDING, TableId::SOFTWARE] {
        let def = schema.table(table).unwrap();
        let mut fields = (0..u16::try_from(def.fields.len()).unwrap()).map(FieldId);
        if fields.all(|field| reads.has(table, field)) {
            names.push(format!("{}.*", def.name));
            continue;
        }
        for (at, field) in def.fields.iter().enumerate() {
            if reads.has(table, FieldId(u16::try_from(at).unwrap())) {
                names.push(format!("{}.{}", def.name, field.name));
            }
        }
    }
    names
}

#[test]
fn what_a_policy_names_is_read_and_what_names_a_record() {
    let always = ["asset.id", "finding.", "software."];
    for (policy, more) in [
        ("rule a { forbid asset.tier == 1 }", vec!["asset.tier"]),
        ("rule a { forbid change.title == \"x\" }", vec![]),
        ("rule a { forbid \"pci\" in asset.tags because \"{asset.hostname}\" }", vec!["asset.hostname", "asset.tags"]),
        ("rule a { forbid any f in asset.findings where f.kev }", vec!["asset.findings"]),
        ("rule a { forbid any s in asset.software where s.eol < now }", vec!["asset.software"]),
        ("rule a { forbid asset.owner.name == \"x\" }", vec!["asset.owner"]),
        (
            "rule a { forbid any d in asset.depends_on where d.environment == prod }",
            vec!["asset.environment", "asset.depends_on"],
        ),
        ("let l = asset.region == \"eu\"\nrule a { forbid l }", vec!["asset.region"]),
        (
            "triage t { levels act > later  act when asset.tier == 1  later otherwise }",
            vec!["asset.tier", "asset.findings"],
        ),
        ("blackout b { every day 01:00 to 02:00 in asset.timezone }", vec!["asset.timezone"]),
        ("approval x { need 1 from \"a\" for each s in asset.services }", vec!["asset.services"]),
    ] {
        let (policy_read, reads) = read_of(policy);
        let names = names(&policy_read, &reads);
        for wanted in always.iter().copied().chain(more.iter().copied()) {
            assert!(names.iter().any(|name| name.contains(wanted)), "{policy}: {wanted} not in {names:?}");
        }
        assert_eq!(names.len(), always.len() + more.len(), "{policy}: {names:?}");
    }
}

#[test]
fn of_what_is_no_inventory_everything_is_read() {
    let (policy, reads) = read_of("rule a { forbid asset.tier == 1 }");
    for table in [TableId::CHANGE, TableId::PERSON, TableId::WAIVER, TableId::DUTY, TableId::SAMPLE, TableId::APPROVAL]
    {
        let def = policy.schema().table(table).unwrap().fields.len();
        assert!((0..def).all(|at| reads.has(table, FieldId(u16::try_from(at).unwrap()))));
    }
}

#[test]
fn a_selection_widens_what_is_read() {
    let (policy, mut reads) = read_of("rule a { forbid asset.tier == 1 }");
    assert!(!reads.has_named(&policy.schema(), TableId::ASSET, "region"));
    let compiled = expression(policy.program(), "asset.region == \"eu\"", Sight::Selection).unwrap();
    reads.widen(&compiled.program);
    assert!(reads.has_named(&policy.schema(), TableId::ASSET, "region"));
    assert!(reads.has_named(&policy.schema(), TableId::ASSET, "tier"));
}
