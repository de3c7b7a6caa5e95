//! What policies become.

use super::support::{op, program};
use crate::check::program::{Const, Effect, Op, Times, VarId, ZoneRef};
use crate::check::types::Type;
use crate::check::{NoLoader, PolicyInput, Sight, check, expression};
use crate::time::{Bound, Recurrence};

#[test]
fn children_come_before_parents_and_know_their_variables() {
    let program = program(
        "rule r { forbid (any f in asset.findings where f.kev and f.cvss >= 9) and count(a in assets where a.tier == 1) > 2 }",
    );
    let rule = &program.rules[0];
    assert_eq!((rule.head.effect, rule.head.unknown), (Effect::Deny, Effect::Deny));
    assert_eq!(rule.head.vars, [VarId::ASSET, VarId::CHANGE]);
    let Op::And(parts) = op(&program, rule.broken[0]) else { panic!() };
    assert_eq!(parts.len(), 2);
    let Op::Quant(_, var, _, None, Some(_)) = op(&program, parts[0]) else { panic!() };
    assert_eq!(program.vars[usize::from(var.0)].owner, Some(VarId::ASSET));
    assert!(program.nodes[parts[0].0 as usize].vars == [VarId::ASSET]);
}

#[test]
fn levels_ascend_and_done_is_the_least() {
    let program = program(
        "triage t { levels act > track  clock finding.detected  done when finding.state == fixed\n act within 3 days end of day in \"UTC\" when finding.kev\n track otherwise }",
    );
    let triage = &program.triages[0];
    assert_eq!(triage.levels.values, ["done", "track", "act"]);
    assert_eq!(triage.arms.iter().map(|arm| arm.code).collect::<Vec<_>>(), [2, 1]);
    let due = triage.arms[0].due.as_ref().unwrap();
    assert!(matches!(op(&program, due.node), Op::Due { before: false, .. }));
    let Some(ZoneRef::Fixed(zone)) = due.end_of_day else { panic!() };
    assert_eq!(program.zones[usize::from(zone.0)].as_str(), "UTC");
    assert!(triage.arms[1].due.is_none());
}

#[test]
fn a_deciding_table_gives_codes_of_the_levels() {
    let program = program(
        "table t { given k = finding.kev row yes -> hot row no -> cold }\n\
         triage u { levels hot > cold  decide t  clock finding.detected  hot within 3d  cold }",
    );
    let Op::Table(index, _) = op(&program, program.triages[0].decide.unwrap()) else { panic!() };
    let outcomes: Vec<&Const> = program.tables[usize::from(*index)].rows.iter().map(|row| &row.outcome).collect();
    assert_eq!(outcomes, [&Const::Enum(1), &Const::Enum(0)]);
}

#[test]
fn a_let_is_one_node_for_each_subject() {
    let program = program(
        "let hot = finding.kev or finding.ransomware\n\
         triage t { levels a > b  clock finding.detected  a within 1d when hot  b otherwise }\n\
         triage u { levels a > b  clock finding.detected  a within 1d when hot  b otherwise }",
    );
    assert_eq!(program.triages[0].arms[0].when, program.triages[1].arms[0].when);
}

#[test]
fn dates_meet_times_in_the_zone_of_their_text() {
    let program = program("policy p { timezone \"America/New_York\" }\nrule r { forbid asset.os.eol < now }");
    let Op::Compare(_, _, right) = op(&program, program.rules[0].broken[0]) else { panic!() };
    let Op::ToDate(_, zone) = op(&program, *right) else { panic!() };
    assert_eq!(program.zones[usize::from(zone.0)], "America/New_York");
}

#[test]
fn ranges_are_instants_where_their_zone_is_fixed() {
    let program = program(
        "blackout a { from 2026-12-18 to 2026-12-18 in \"UTC\" }\n\
         blackout b { from 2026-12-18T18:00 to 2027-01-04T06:00 in asset.timezone }",
    );
    let Times::Known(Recurrence::Fixed { from: Bound::Date(from), to: Bound::Date(to) }) =
        program.blackouts[0].times[0].times
    else {
        panic!()
    };
    assert_eq!(to, from, "a bare date is the whole day");
    assert!(matches!(program.blackouts[1].times[0].zone, ZoneRef::Node(_)));
    assert_eq!(program.blackouts[0].head.effect, Effect::Defer);
}

#[test]
fn packs_keep_their_names_and_their_zone() {
    let program = program(
        "policy p { timezone \"America/New_York\" }\nimport pack \"cisa/bod-26-04\" as bod\n\
         rule r { forbid any f in asset.findings where f.triage.bod.remediation.level == days_3 }",
    );
    assert_eq!(program.triages[0].head.name, "bod.remediation");
    assert!(program.triages[0].head.pack);
    let zone = |n: usize| program.contexts[n].zone.map(|zone| program.zones[usize::from(zone.0)].clone());
    assert_eq!((zone(0).as_deref(), zone(1).as_deref()), (Some("America/New_York"), Some("UTC")));
}

#[test]
fn expressions_from_outside_see_the_policy() {
    let program = program(
        "let hot = finding.kev\ntriage t { levels a > b  clock finding.detected  a within 1d when hot  b otherwise }",
    );
    let level = expression(&program, "finding.triage.level", Sight::Everything).unwrap();
    assert!(matches!(level.program.nodes[level.node.0 as usize].ty.base, Type::Enum(_)));
    assert!(expression(&program, "hot", Sight::Everything).is_ok());
    assert!(expression(&program, "asset.tier <= 2", Sight::Selection).is_ok());
    let refused = expression(&program, "hot", Sight::Selection).unwrap_err();
    assert!(refused.first_message().contains("`finding`"), "{}", refused.first_message());
    assert!(expression(&program, "asset.tier", Sight::Selection).is_err());
}

#[test]
fn an_empty_policy_checks() {
    let checked = check(PolicyInput::default(), &mut NoLoader);
    assert!(checked.program.is_some() && checked.diagnostics.is_empty());
}
