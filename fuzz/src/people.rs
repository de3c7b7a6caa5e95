//! Any bytes as people, services, incidents, waivers and duties, a NUL between them: reading ends, and what was read can be decided on.

use std::sync::OnceLock;

use changegate::check::schema::TableId;
use changegate::facts::Problems;
use changegate::report::{Format, Look, Paint, audit_human, json, problem};
use changegate::time::Zone;
use changegate::{DecideOptions, Facts, Policy, audit, decide};

use crate::sample;

/// Reads all of it.
const POLICY: &str = r#"policy fuzz { timezone "Europe/London" }
triage patching {
  levels act > track
  clock  finding.published
  act    within 48h when finding.kev
  track  within 30d otherwise
  waivable by "ciso", "manager" up to 365d
}
risk change_risk {
  add 30 when any a in assets where a.tier == 1
  add 20 when not (change.test_plan is given)
  bands high from 40, low from 0
}
approval technical { need 1 from "peer"  not by change.requester }
approval cab {
  need   2 from "cab"
  need   1 from "owner" for each s in change.services
  not by change.requester, change.implementer
  after  technical
  valid  14d
  review within 5d of change.finished_at
}
approval retro { need 1 from "manager"  afterwards within 5d of change.finished_at }
obligation forensics { when finding.kev  assigned to "soc"  due within 72h of finding.detected  met any e in change.evidence where e.kind == "forensics" }
obligation hardened { for asset.tier == 1  due within 30d of asset.first_seen  met "hardened" in asset.tags }
rule no_eol { forbid asset.os.eol < now  waivable by "ciso" up to 365d }
rule owned { require asset.owner.name is known and asset.owner.roles is given  effect hold }
rule quiet { forbid any i in incidents where i.closed == none and (any a in i.assets where a in change.assets)  effect hold }
rule known { require any p in people where p == change.requester  effect warn }
rule risky { forbid risk.change_risk.band == high and not approved(cab)  effect hold }
rule late { forbid asset.triage.patching.overdue and not waived(no_eol)  effect warn }
"#;

/// What the parts are, in their order, and the names of their files.
const KINDS: [(TableId, &str); 6] = [
    (TableId::PERSON, "people.json"),
    (TableId::SERVICE, "services.ndjson"),
    (TableId::INCIDENT, "incidents.json"),
    (TableId::WAIVER, "waivers.csv"),
    (TableId::DUTY, "obligations.ndjson"),
    (TableId::WAIVER, "waivers.json"),
];

/// Reads, decides and audits.
pub fn run(data: &[u8]) {
    static READY: OnceLock<Policy> = OnceLock::new();
    let policy = READY.get_or_init(|| sample::load(POLICY).expect("a policy that checks"));
    let parts: Vec<(TableId, &str, &[u8])> =
        data.split(|byte| *byte == 0).zip(KINDS).map(|(bytes, (kind, name))| (kind, name, bytes)).collect();
    let (facts, problems) = read(policy, parts.iter());
    let look = Look { paint: Paint(false), width: 100, zone: Zone::get("UTC").expect("a zone") };
    for format in [Format::Human, Format::Json] {
        problem::write(&mut std::io::sink(), &problems, format, &look).expect("a sink takes everything");
    }
    sample::total(policy, &facts);
    let report = audit(policy, &facts, sample::now(), None);
    audit_human::audit(&mut std::io::sink(), &report, &look).expect("a sink takes everything");
    let (other, others) = read(policy, parts.iter().rev());
    assert_eq!(facts.data().digest, other.data().digest, "the order of files shows in the digest");
    assert_eq!(problems.error_count, others.error_count, "the order of files shows in the errors");
    let printed = printed(policy, &facts);
    assert_eq!(printed, self::printed(policy, &other), "the order of files shows in the decisions");
    // What is printed is what the next run reads.
    let (_, problems) = read(policy, [(TableId::DUTY, "earlier.ndjson", printed.as_slice())].iter());
    assert_eq!(problems.error_count, 0, "what was decided cannot be read: {problems:?}");
}

fn read<'a>(policy: &Policy, parts: impl Iterator<Item = &'a (TableId, &'a str, &'a [u8])>) -> (Facts, Problems) {
    let mut builder = policy.facts_builder(sample::now(), None);
    builder.add_inventory("inventory.ndjson", sample::INVENTORY);
    builder.add_changes("changes.ndjson", sample::CHANGES);
    for (kind, name, bytes) in parts {
        builder.add_file(*kind, name, bytes);
    }
    builder.finish()
}

/// The decisions and the audit as NDJSON.
fn printed(policy: &Policy, facts: &Facts) -> Vec<u8> {
    let outcome = decide(policy, facts, sample::now(), &DecideOptions::default());
    let shown: Vec<_> = outcome.decisions.iter().collect();
    let mut out = Vec::new();
    json::decisions(&mut out, &shown, &outcome.summaries, Format::Ndjson).expect("memory takes everything");
    let report = audit(policy, facts, sample::now(), None);
    json::audit(&mut out, &report, Format::Ndjson).expect("memory takes everything");
    out
}
