//! The workload's policy with a hundred times its rules: the same kinds with other constants, most of which meet few assets or none.

use std::fmt::Write as _;

/// How many times the arms stand in one block, which holds 63 at most.
const TIMES: u32 = 9;

/// 99 more of each arm, approval, blackout and rule; the verdicts follow from them.
pub(crate) fn hundredfold(policy: &str) -> String {
    // Of several blocks each has to be named.
    let mut text = policy.replace("asset.triage.level", "asset.triage.patching.level");
    for n in 1..100 {
        let more = [approvals(n), blackouts(n), preconditions(n)].concat();
        text.push_str(&more);
    }
    for block in 0..11 {
        let each = |arms: fn(u32) -> String| (1..=TIMES).map(|n| arms(block * TIMES + n)).collect::<String>();
        // A text takes all.
        let _ = write!(
            text,
            "triage patching_{block} {{\n  levels act > urgent > attend > plan > track > defer\n  clock finding.published\n{}  defer otherwise\n}}\n",
            each(arms)
        );
        let _ = write!(text, "categorise each asset kind_{block} {{\n{}  normal otherwise\n}}\n", each(categorised));
    }
    text
}

fn arms(n: u32) -> String {
    let score = format!("9.{}", n % 10);
    format!(
        r#"
  act    when finding.base_score >= {score} and finding.epss >= 98% and asset.region == "region-{n}"
  urgent when finding.base_score >= {score} and finding.epss >= 97% and asset.region == "place-{n}"
  attend when finding.base_score >= {score} and finding.cvss_vector like "*AV:N/AC:H/*/S:C/C:{n}*"
  plan   when finding.epss >= 96% and asset.exposure == isolated and asset.business_unit == "unit-{n}"
  track  when finding.base_score < 2.{n:02} and finding.patch_available and asset.os.version == "{n}.1"
  defer  when asset.tier == 4 and asset.os.version == "{n}.2"
"#
    )
}

fn categorised(n: u32) -> String {
    format!(
        r#"
  emergency when asset.triage.patching.level == act and change.security and asset.business_unit == "unit-{n}"
  emergency when asset.triage.patching.level == urgent and asset.triage.overdue and asset.region == "region-{n}"
  standard  when change.pre_approved and asset.tier >= 3 and "scope-{n}" in asset.tags
  standard  when change.pre_approved and not in_prod and asset.redundancy_group == "rg-{n}"
  normal    when asset.disk_free < 20.{n:02}% and asset.os.version == "{n}.3"
"#
    )
}

fn approvals(n: u32) -> String {
    format!(
        r#"
approval change_manager_{n} {{ when category == normal and asset.region == "region-{n}"  need 1 from "change-manager-{n}" }}
approval ecab_{n} {{ when category == emergency and asset.business_unit == "unit-{n}"  need 1 from "ecab-{n}" }}
approval service_owner_{n} {{ when asset.tier <= 2 and asset.redundancy_group == "rg-{n}"  need 1 from "owner-{n}" }}
approval ciso_{n} {{ when asset.data_classification == restricted and asset.disk_free < 0.{n:02}%  need 1 from "ciso-{n}" }}
approval dpo_{n} {{ when "pii-{n}" in asset.tags and asset.region in {{ "eu-{n}", "eu-west" }}  need 1 from "dpo-{n}" }}
approval compliance_{n} {{ when any t in asset.tags where t in {{ "pci-{n}", "sox-{n}" }}  need 1 from "compliance-{n}" }}
approval db_lead_{n} {{ when change.requires_reboot and (any s in asset.services where s in {{ "db-{n}", "store-{n}" }})  need 1 from "db-{n}" }}
approval cto_{n} {{ when asset.tier == 1 and in_prod and asset.os.version == "{n}.0"  need 1 from "cto-{n}" }}
"#
    )
}

fn blackouts(n: u32) -> String {
    let (day, hour) = (n % 27 + 1, n % 20);
    format!(
        r#"
blackout b1_{n} {{ from 2026-11-{day:02} to 2026-11-{:02}  for asset.business_unit == "unit-{n}" and in_prod  except category == emergency }}
blackout b2_{n} {{ from 2026-12-{day:02} to 2026-12-{:02}  for asset.business_unit == "finance"  except category == emergency }}
blackout b3_{n} {{ every weekday {hour:02}:00 to {hour:02}:45  for asset.business_unit == "trading-{n}"  except category == emergency }}
blackout b4_{n} {{ every day {hour:02}:15 to {hour:02}:59  for asset.business_unit == "logistics" and asset.region == "region-{n}"  except category == emergency }}
blackout b5_{n} {{ every saturday {hour:02}:00 to {:02}:00  for asset.tier == 1 and in_prod and asset.region != "region-{n}"  except category == emergency }}
blackout b6_{n} {{ from 2026-11-20T{hour:02}:00 to 2026-11-20T{hour:02}:30  for asset.business_unit == "payments-{n}"  except category == emergency }}
"#,
        day + 1,
        day + 1,
        hour + 1
    )
}

fn preconditions(n: u32) -> String {
    format!(
        r#"
rule backup_unverified_{n} {{ when asset.business_unit == "unit-{n}"  require asset.backup.verified }}
rule backup_stale_{n} {{ forbid now - asset.backup.last_success > {}h }}
rule disk_low_{n} {{ forbid asset.disk_free < 0.{n:02}% }}
rule eol_no_exception_{n} {{ forbid asset.os.eol < 2020-01-01 and "{{asset.os.family}}:{n}" not in change.eol_exceptions }}
rule no_redundancy_{n} {{ when change.requires_reboot and asset.tier == 1 and asset.region == "region-{n}"  forbid asset.redundancy_group == "" }}
rule cooldown_{n} {{ when category == normal and asset.redundancy_group == "rg-{n}"  forbid now - asset.last_patched < {n}h }}
"#,
        260 + n
    )
}
