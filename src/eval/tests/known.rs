//! Columns of which everything is known are worked out by shorter ways: what comes out is what the long way says.

use arrow_buffer::BooleanBuffer;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::arms::Choice;
use super::super::column::{Col, Rows, Truth, Vals, ValsBuilder};
use super::super::groups::Groups;
use super::super::mask;
use super::super::partition::Partition;
use super::super::value::{Could, Poss, Raw, compare, numeric};
use super::OPS;
use super::time::Given;

/// Everything that looks at facts: arms, tables, texts, lists, deadlines, votes, many constants.
const POLICY: &str = "extend change  { pre_approved: bool  exceptions: set<string> }
    extend finding { score: number  vector: string }
    table sla \"Days to fix\" {
      given  level
      across tier = asset.tier ->  1    2    3     4
      row    urgent         ->    1d   3d   7d   14d
      row    plan           ->    7d  14d  30d   30d
      row    defer          -> none none none none
    }
    triage patching {
      levels urgent > plan > defer
      clock  if finding.patch_available then finding.published else none
      within sla
      urgent when (finding.kev and asset.exposure == internet) or (finding.score >= 9.0 and finding.epss >= 50%)
      plan   when finding.score >= 7.0 or (asset.tier == 1 and finding.vector like \"*AV:N*\")
      defer  otherwise
    }
    let overdue = any f in asset.findings where f.triage.overdue
    categorise each asset kind {
      emergency when asset.triage.level == urgent and overdue
      standard  when change.pre_approved and \"pci\" not in asset.tags
      normal    otherwise
    }
    approval manager  { when category == normal  need 1 from \"manager\" }
    approval owner    { when asset.tier <= 2 and category != standard  need 2 from \"owner\" }
    approval privacy  { when any t in asset.tags where t in { \"pii\", \"pci\" }  need 1 from \"privacy\" }
    blackout trading  { every weekday 08:00 to 21:45  for asset.business_unit == \"a\"  except category == emergency }
    blackout logistics { every day 08:00 to 23:00  for asset.business_unit == \"b\" and asset.tier == 1  except category == emergency }
    rule backup { require asset.backup.verified }
    rule stale  { forbid now - asset.backup.last_success > 24h }
    rule old    { forbid asset.os.eol < now and \"{asset.os.family}:{asset.os.version}\" not in change.exceptions }
    rule each_patched { forbid asset.tier == 1 and not (every f in asset.findings satisfies f.patch_available) }
    rule units { forbid asset.business_unit in { \"a\", \"c\" } and asset.tier >= 3 }
    rule not_d { forbid asset.business_unit != \"d\" and asset.region == \"eu\" }
    rule e { forbid asset.business_unit == \"e\" }
    rule f { forbid asset.business_unit == \"f\" or asset.business_unit == \"b\" }";

fn inventory() -> Vec<Value> {
    let pick = |of: &[Value], n: usize| of[n % of.len()].clone();
    let finding = |n: usize| {
        json!({
            "cve": format!("CVE-2026-{:04}", 1000 + n % 40),
            "kev": pick(&[json!(true), json!(false), json!(false), json!(null)], n),
            "score": pick(&[json!(9.8), json!(7.5), json!(5.0), json!(null), json!(9.0)], n / 3),
            "epss": pick(&[json!(0.7), json!(0.01), json!(null)], n / 2),
            "vector": pick(&[json!("CVSS:3.1/AV:N/AC:L"), json!("CVSS:3.1/AV:L/AC:L"), json!(null)], n / 4),
            "patch_available": pick(&[json!(true), json!(true), json!(false), json!(null)], n / 5),
            "published": pick(&[json!("2026-11-01T00:00:00Z"), json!("2026-11-19T00:00:00Z"), json!(null)], n / 7),
        })
    };
    let asset = |n: usize| {
        let findings: Vec<Value> = (0..n % 4).map(|k| finding(n * 3 + k)).collect();
        json!({
            "id": format!("{n:03}"),
            "tier": pick(&[json!(1), json!(2), json!(3), json!(4), json!(null)], n),
            "exposure": pick(&[json!("internet"), json!("internal"), json!(null)], n / 2),
            "business_unit": pick(&[json!("a"), json!("b"), json!("c"), json!("d"), json!("e"), json!(null)], n / 3),
            "region": pick(&[json!("eu"), json!("us"), json!(null)], n / 5),
            "os": {
                "family": pick(&[json!("linux"), json!("windows"), json!(null)], n / 4),
                "version": pick(&[json!("1"), json!("2")], n),
                "eol": pick(&[json!("none"), json!("2026-01-01"), json!("2030-01-01"), json!(null)], n / 2),
            },
            "tags": pick(&[json!(["pci", "x"]), json!(["pii"]), json!([]), json!(["x", null]), json!(null)], n / 3),
            "backup": {
                "verified": pick(&[json!(true), json!(false), json!(null)], n / 7),
                "last_success": pick(&[json!("2026-11-20T00:00:00Z"), json!("2026-11-01T00:00:00Z"), json!(null)], n / 6),
            },
            "findings": if n % 17 == 5 { json!(null) } else { json!(findings) },
        })
    };
    (0..360).map(asset).collect()
}

#[test]
fn an_asset_gets_among_others_what_it_gets_alone() {
    let given = |inventory: Vec<Value>| {
        let mut given = Given::new(POLICY, "2026-11-24T10:30:00Z", "2026-11-24T11:00:00Z")
            .with("pre_approved", json!(true))
            .with("exceptions", json!(["linux:1"]));
        given.inventory = inventory;
        given
    };
    let together = given(inventory()).outcome();
    assert_eq!(together.decisions.len(), 360);
    for (n, asset) in inventory().into_iter().enumerate() {
        let alone = given(vec![asset]).outcome();
        let (all, one) = (&together.decisions[n], &alone.decisions[0]);
        assert_eq!(format!("{all:#?}"), format!("{one:#?}"));
    }
}

fn row() -> impl Strategy<Value = Poss> {
    prop_oneof![
        6 => (-3_i64..4).prop_map(|v| Poss::One(Raw::Int(v))),
        1 => Just(Poss::One(Raw::None)),
        1 => Just(Poss::Any),
        1 => (-3_i64..4, 1_i64..3).prop_map(|(low, more)| Poss::of(vec![Raw::Int(low), Raw::Int(low + more)])),
        1 => (-3_i64..4, 1_i64..3).prop_map(|(low, more)| Poss::range(Some(Raw::Int(low)), Some(Raw::Int(low + more)))),
    ]
}

fn column(rows: &[Poss]) -> Vals {
    let mut builder = ValsBuilder::new(rows.len(), false);
    rows.iter().for_each(|row| builder.push(row.clone()));
    builder.finish()
}

fn known(rows: &[i64]) -> Vec<Poss> {
    rows.iter().map(|value| Poss::One(Raw::Int(*value))).collect()
}

fn rows() -> impl Strategy<Value = Vec<Poss>> {
    prop_oneof![
        prop::collection::vec(row(), 0..200),
        prop::collection::vec(-3_i64..4, 0..200).prop_map(|rows| known(&rows)),
    ]
}

fn is(vals: &Vals, rows: &[Poss]) -> Result<(), TestCaseError> {
    prop_assert_eq!(vals.len(), rows.len());
    for (at, row) in rows.iter().enumerate() {
        prop_assert_eq!(&vals.at(at), row);
        prop_assert_eq!(vals.certain(at), row.one());
    }
    let all_known = rows.iter().all(|row| matches!(row, Poss::One(Raw::Int(_))));
    prop_assert_eq!(vals.all_known(), all_known);
    prop_assert_eq!(vals.is_plain(), rows.iter().all(|row| row.one().is_some()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_column_has_the_rows_that_were_put_in(a in rows(), b in rows(), from in 0_u32..200, count in 0_u32..200) {
        is(&column(&a), &a)?;
        is(&Vals::joined(&[column(&a), column(&b)]), &[a.clone(), b].concat())?;
        // Rows that follow each other, and others.
        let len = u32::try_from(a.len()).unwrap();
        let run: Vec<u32> = (from.min(len)..from.saturating_add(count).min(len)).collect();
        let mixed: Vec<u32> = run.iter().rev().map(|row| row * 7 % (len + 2)).collect();
        for rows in [run, mixed] {
            let picked: Vec<Poss> = rows.iter().map(|row| a.get(*row as usize).cloned().unwrap_or(Poss::Any)).collect();
            is(&column(&a).gather(&Rows::These(rows.clone().into()), rows.len()), &picked)?;
        }
    }

    #[test]
    fn rows_by_their_values_are_the_rows_that_compare(values in prop::collection::vec(-60_i64..61, 0..300), with in -62_i64..63) {
        let rows = known(&values);
        let vals = column(&rows);
        let partition = Partition::new(&vals).unwrap();
        for op in OPS {
            let mask = partition.compared(op, Raw::Int(with)).unwrap();
            prop_assert_eq!(mask.len(), rows.len());
            for (row, value) in rows.iter().enumerate() {
                let could = compare(op, value, &Poss::One(Raw::Int(with)), &numeric);
                prop_assert_eq!(Could::certain(mask.value(row)), could, "{:?}", op);
            }
        }
        prop_assert!(partition.compared(OPS[0], Raw::Decimal(0)).is_none());
    }

    #[test]
    fn what_is_worked_out_of_groups_is_what_each_row_says(a in rows(), b in rows()) {
        let len = a.len().min(b.len());
        let (a, b) = (&a[..len], &b[..len]);
        let cols = [Col::Vals(column(a)), Col::Vals(column(b))];
        let sum = |row: usize| match (&a[row], &b[row]) {
            (Poss::One(Raw::Int(x)), Poss::One(Raw::Int(y))) => Poss::One(Raw::Int(x * 10 + y)),
            (Poss::Any, _) | (_, Poss::Any) => Poss::Any,
            (x, y) => x.union(y),
        };
        let each = Groups::new(&cols, len).each(false, sum);
        is(&each, &(0..len).map(sum).collect::<Vec<Poss>>())?;
    }

    #[test]
    fn a_choice_is_what_the_masks_say(bits in prop::collection::vec(0_u8..8, 0..150)) {
        let mask = |bit: u8| BooleanBuffer::collect_bool(bits.len(), |row| bits[row] & bit != 0);
        let answers = [Raw::None, Raw::Int(4), Raw::Int(9)];
        let masks = [mask(1), mask(2), mask(4)];
        let of = |row: usize| {
            Poss::of(answers.iter().zip(&masks).filter(|(_, mask)| mask.value(row)).map(|(answer, _)| *answer).collect())
        };
        let choice = Choice::new(bits.len(), answers.iter().copied().zip(&masks));
        for (row, bits) in bits.iter().enumerate() {
            prop_assert_eq!(choice.settled().value(row), bits.count_ones() == 1);
        }
        is(&choice.finish(of), &(0..bits.len()).map(of).collect::<Vec<Poss>>())?;
    }

    #[test]
    fn a_mask_of_words_is_one_of_bits(values in prop::collection::vec(any::<u32>(), 0..300), rows in prop::collection::vec(0_u32..320, 0..200)) {
        let odd = mask::of(&values, |value| value % 2 == 1);
        prop_assert_eq!(&odd, &BooleanBuffer::collect_bool(values.len(), |row| values[row] % 2 == 1));
        let same = mask::of_pairs(&values, &values, |a, b| a == b);
        prop_assert_eq!(same.count_set_bits(), values.len());
        let picked = mask::gather(&odd, &rows);
        let mut marks = mask::Marks::new(rows.len());
        let mut put = mask::Marks::like(&!&picked);
        for (at, row) in rows.iter().enumerate() {
            let is = values.get(*row as usize).is_some_and(|value| value % 2 == 1);
            prop_assert_eq!(picked.value(at), is);
            if is {
                marks.set(at);
            }
            put.put(at, is);
        }
        prop_assert_eq!(&marks.finish(), &picked);
        prop_assert_eq!(&put.finish(), &picked);
    }

    #[test]
    fn a_condition_is_sure_only_where_every_row_is(rows in prop::collection::vec((any::<bool>(), any::<bool>()), 0..200)) {
        let could = |row: usize| match rows[row] {
            (value, false) => Could::certain(value),
            (_, true) => Could::UNKNOWN,
        };
        let truth = Truth::collect(rows.len(), could);
        let known = BooleanBuffer::collect_bool(rows.len(), |row| rows[row].0);
        let others = rows.iter().enumerate().filter(|(_, (_, unknown))| *unknown).map(|(row, _)| row);
        let but = Truth::sure_but(known, others, could);
        for truth in [&truth, &but] {
            prop_assert_eq!(truth.is_sure(), rows.is_empty() || !rows.iter().any(|(_, unknown)| *unknown));
            for row in 0..rows.len() {
                prop_assert_eq!(truth.at(row), could(row));
                prop_assert_eq!(truth.not().at(row), Could { be_true: could(row).be_false, be_false: could(row).be_true });
            }
        }
        let both = truth.and(&but.not());
        let either = truth.or(&but.not());
        for row in 0..rows.len() {
            let not = truth.not().at(row);
            prop_assert_eq!(both.at(row), could(row).and(not));
            let or = Could { be_true: could(row).be_true || not.be_true, be_false: could(row).be_false && not.be_false };
            prop_assert_eq!(either.at(row), or);
        }
    }
}
