//! Approvals, obligations, risks and waivers: what they become, and what is wrong with them.

use super::support::{check_text, listing, op, program};
use crate::check::program::{ApprovalField, Excluded, ListRef, Op, RiskField, VarId, Waivable};
use crate::check::types::Type;

/// The examples of the contract in one policy.
const CONTRACT: &str = r#"
policy acme { timezone "America/New_York" }
categorise category_of {
  emergency when change.priority == "1"
  normal    otherwise
}
risk change_risk "Change risk" {
  add 30 when any a in assets where a.tier == 1
  add 20 when not (change.test_plan is given)
  add 2 * count(a in assets)
  bands high from 60, medium from 30, low from 0
}
approval technical_review { need 1 from "reviewer" }
approval cab "Change Advisory Board" {
  when    category == normal and (any a in assets where a.tier <= 2)
  need    2 from "cab-member"
  need    1 from "service-owner" for each s in change.services
  not by  change.requester, change.implementer
  after   technical_review
  valid   14d
}
approval ecab "Emergency CAB" {
  when    category == emergency
  need    1 from "ecab", "ciso"
  review  within 5 business days of change.finished_at
}
approval retro { when category == emergency  need 1 from "change-authority"  afterwards within 5 business days of change.finished_at }
obligation forensic_triage "Forensic triage before patching" {
  when     finding.kev and finding.technical_impact == total
  assigned to "soc"
  due      within 72h of finding.detected
  met      any e in change.evidence where e.kind == "forensic-triage" and e.result == passed
  effect   hold
}
rule backup_verified "Verified backup first" {
  when     asset.tier <= 2
  require  asset.backup.verified and now - asset.backup.last_success <= 24h
  unknown  hold
  waivable by "ciso" up to 180d
}
rule no_eol { forbid asset.os.eol < now  waivable by "ciso" up to 365d }
blackout year_end "Year-end freeze" {
  from    2026-12-18T18:00 to 2027-01-04T06:00 in "America/New_York"
  for     asset.business_unit in { "finance", "retail" }
  except  category == emergency and approved(ecab)
}
waiver kiosk_eol {
  waives   no_eol
  for      "kiosk" in asset.tags
  from     2026-11-01 until 2027-03-31
  by       "ciso"
  provided asset.exposure == isolated
  because  "Extended support contract 8841"
}
rule collision { forbid any c in changes where (any a in assets where a in c.assets) and c overlaps change }
rule not_too_risky { when risk.change_risk.band >= high  require approved(cab) and met(forensic_triage) }
rule waived_elsewhere { forbid asset.tier == 1 and asset.pending_reboot  except waived(no_eol) or cleared(cab) }
rule known_people { require "change-manager" in change.requester.roles and (any p in people where p.id == change.implementer) }
rule no_incident { forbid any i in incidents where i.closed == none and asset in i.assets }
rule owners { forbid any s in change.services where s.owner == none or "oncall" not in s.owner.roles }
"#;

#[test]
fn the_contracts_statements_check() {
    let program = program(CONTRACT);
    assert_eq!(program.risks[0].bands.values, ["low", "medium", "high"]);
    assert_eq!(program.risks[0].from.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0", "30", "60"]);
    let cab = &program.approvals[1];
    assert_eq!(cab.head.vars, [VarId::CHANGE]);
    assert_eq!((cab.after.clone(), cab.needs.len(), cab.not_by.len()), (vec![0], 2, 2));
    assert!(matches!(cab.not_by[0], Excluded::One(_)));
    assert!(matches!(cab.needs[1].each, Some((_, ListRef::Field(VarId::CHANGE, _), _))));
    assert!(program.approvals[2].review.is_some() && program.approvals[3].afterwards.is_some());
    let duty = &program.obligations[0];
    assert_eq!(duty.head.vars, [VarId::ASSET, VarId::FINDING, VarId::CHANGE]);
    assert_eq!(duty.assigned, ["soc"]);
    let waiver = &program.waivers[0];
    assert_eq!((waiver.waives.clone(), waiver.refused.clone()), (vec![Waivable::Rule(1)], vec![None]));
    assert_eq!(waiver.until - waiver.from, 151 * 86_400_000_000);
    let Op::Compare(_, band, _) = op(&program, program.rules[3].head.scope[0]) else { panic!() };
    assert!(matches!(op(&program, *band), Op::Risk(0, RiskField::Band)));
    assert!(matches!(program.nodes[band.0 as usize].ty.base, Type::Enum(_)));
    let Op::Not(both) = op(&program, program.rules[3].broken[0]).clone() else { panic!() };
    let _ = both;
    let meets = program.nodes.iter().any(|node| matches!(node.op, Op::Meets(_, VarId::CHANGE)));
    let approved = program.nodes.iter().any(|node| node.op == Op::Approval(2, ApprovalField::Approved));
    assert!(meets && approved);
}

/// Code and underlined text of each message.
fn found(text: &str) -> Vec<(u16, String)> {
    let checked = check_text(text);
    checked.diagnostics.iter().map(|d| (d.code.0, checked.sources.text(d.span).to_owned())).collect()
}

#[test]
fn absences_go_through_risks_votes_duties_and_waivers() {
    const RISK: &str = "risk r { ADD  bands high from 60, medium from 30, low from 0 }\n";
    let risk = |add: &str| RISK.replace("ADD", add);
    let known = risk("add 30 when change.requester is known");
    let unknown = risk("add 30 when change.requester is unknown");
    let less = risk("add 60  add -30 when change.requester is known");
    let counted = risk("add 2 * count(a in assets where a.owner is unknown)");
    let rule = |risk: &str, condition: &str| format!("{risk}rule q {{ forbid {condition} }}");
    for (text, wrong) in [
        // A risk by itself is reported with its upper end.
        (known.clone(), true),
        (unknown.clone(), false),
        (less.clone(), false),
        (counted.clone(), false),
        (rule(&unknown, "risk.r.band >= medium"), false),
        (rule(&unknown, "risk.r.band == high"), false),
        (rule(&unknown, "risk.r.band in { high, medium }"), false),
        (rule(&unknown, "risk.r.band in { high, low }"), true),
        (rule(&unknown, "risk.r.band == medium"), true),
        (rule(&unknown, "risk.r.band == low"), true),
        (rule(&unknown, "risk.r.band != low"), false),
        (rule(&unknown, "risk.r.score > 20"), false),
        (rule(&unknown, "risk.r.score < 20"), true),
        (rule(&unknown, "not (risk.r.score >= 20)"), true),
        (rule(&counted, "risk.r.score >= 20"), false),
        (rule(&counted, "risk.r.score <= 20"), true),
        (rule(&unknown, "asset.tier == 1 except risk.r.band <= medium"), false),
        (rule(&unknown, "asset.tier == 1 except risk.r.band >= medium"), true),
        (format!("{unknown}let hot = risk.r.band >= medium\nrule q {{ require hot }}"), true),
        (format!("{unknown}categorise k {{ a when risk.r.band >= high  b otherwise }}"), true),
        ("approval x { when asset.owner is unknown  need 1 from \"a\" }".to_owned(), false),
        ("approval x { when asset.owner is known  need 1 from \"a\" }".to_owned(), true),
        ("approval x { need 1 from \"a\"  except asset.owner is unknown }".to_owned(), true),
        (
            "approval x { when asset.owner is unknown  need 1 from \"a\" }\nrule q { forbid asset.tier == 1  except approved(x) }".to_owned(),
            true,
        ),
        (
            "approval x { when asset.owner is unknown  need 1 from \"a\" }\nrule q { forbid asset.tier == 1  except cleared(x) }".to_owned(),
            false,
        ),
        ("obligation x { when asset.tier == 1  met asset.owner is unknown }".to_owned(), true),
        ("obligation x { when asset.tier == 1  met asset.owner is known }".to_owned(), false),
        ("obligation x { when asset.owner is unknown  met asset.tier == 1 }\nrule q { forbid met(x) }".to_owned(), true),
        ("obligation x { when asset.owner is unknown  met asset.tier == 1 }\nrule q { require met(x) }".to_owned(), false),
        (
            "rule q { forbid asset.tier == 1 waivable by \"c\" }\nwaiver w { waives q  by \"c\"  from 2026-01-01T00:00Z until 2026-02-01T00:00Z  for asset.owner is unknown }".to_owned(),
            true,
        ),
        (
            "rule q { forbid asset.tier == 1 waivable by \"c\" }\nwaiver w { waives q  by \"c\"  from 2026-01-01T00:00Z until 2026-02-01T00:00Z  for asset.owner is known  except asset.tier is unknown }".to_owned(),
            false,
        ),
        (
            "rule q { forbid asset.tier == 1 waivable by \"c\" }\nwaiver w { waives q  by \"c\"  from 2026-01-01T00:00Z until 2026-02-01T00:00Z  provided not (asset.owner is given) }".to_owned(),
            true,
        ),
    ] {
        let codes: Vec<u16> = found(&text).into_iter().map(|(code, _)| code).collect();
        let right = if wrong { !codes.is_empty() && codes.iter().all(|code| *code == 149) } else { codes.is_empty() };
        assert!(right, "{text}\n{}", listing(&check_text(&text)));
    }
}

#[test]
fn the_order_of_statements_changes_nothing() {
    let first = "rule r { when approved(last)  forbid asset.tier == 1 }\nlet given = approved(last)\nrule s { require given }\n";
    let rest =
        "approval last { need 1 from \"a\"  after first }\napproval first { need 1 from \"b\"  when asset.tier == 2 }";
    for text in [format!("{first}{rest}"), format!("{rest}\n{first}")] {
        let program = program(&text);
        let vars = |name: &str| program.approvals.iter().find(|a| a.head.name == name).unwrap().head.vars.clone();
        assert_eq!(vars("last"), [VarId::ASSET, VarId::CHANGE], "what it follows is decided for each asset");
        let approved: Vec<_> = program.nodes.iter().filter(|node| matches!(node.op, Op::Approval(..))).collect();
        assert!(approved.len() >= 2 && approved.iter().all(|node| node.vars == [VarId::ASSET, VarId::CHANGE]));
        assert!(program.rules.iter().all(|rule| rule.head.vars == [VarId::ASSET, VarId::CHANGE]));
    }
}

#[test]
fn what_a_statement_is_about_follows_from_what_it_names() {
    let vars = |text: &str| program(text).obligations[0].head.vars.clone();
    assert_eq!(vars("obligation x { when asset.tier == 1 }"), [VarId::ASSET]);
    assert_eq!(vars("obligation x { when finding.kev }"), [VarId::ASSET, VarId::FINDING]);
    assert_eq!(vars("obligation x { when change.reboot }"), [VarId::CHANGE]);
    assert_eq!(vars("obligation x { when change.reboot  due within 3d of finding.detected }").len(), 3);
    let program = program("approval x { need 1 from \"a\"  not by asset.owner }");
    assert_eq!(program.approvals[0].head.vars, [VarId::ASSET, VarId::CHANGE]);
}
