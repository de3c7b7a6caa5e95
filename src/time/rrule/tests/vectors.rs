//! Rules with their exact instances, where such files are at hand: `CHANGEGATE_DATA` names the folder that holds
//! `rrule/`; without it these tests do nothing.

use super::*;

/// What became of the cases of a file.
#[derive(Default)]
struct Tally {
    cases: usize,
    right: usize,
    refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn print(&self, file: &str) {
        println!("{file:42} {:5} {:5} {:7} {:5}", self.cases, self.right, self.refused, self.wrong.len());
    }
}

fn file(name: &str) -> Option<String> {
    let folder = std::env::var("CHANGEGATE_DATA").ok()?;
    Some(std::fs::read_to_string(format!("{folder}/rrule/{name}")).unwrap())
}

/// The value of a line that begins with that name.
fn line<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

/// The rule for a start, which may be a date.
fn starting(rule: RRule, dtstart: &str) -> RRule {
    if dtstart.len() == 8 { rule.on_dates().unwrap() } else { rule }
}

fn exact(text: &str) -> Tally {
    let mut tally = Tally::default();
    for block in text.split("\n\n") {
        let (Some(text), Some(dtstart), Some(instances)) =
            (line(block, "RRULE"), line(block, "DTSTART"), line(block, "INSTANCES"))
        else {
            continue;
        };
        tally.cases += 1;
        let rule = match RRule::parse(text) {
            Ok(rule) => starting(rule, dtstart),
            Err(error) => {
                println!("refused: {text}: {error}");
                tally.refused += 1;
                continue;
            }
        };
        let wanted: Vec<LocalDateTime> = instances.split(',').map(local).collect();
        let start = local(dtstart);
        let found: Vec<LocalDateTime> = rule.starts(start, start).take(wanted.len() + 1).collect();
        // A rule that goes on is listed up to its `COUNT` or `UNTIL`, so nothing may follow.
        let mut right = found == wanted;
        for from in line(block, "START-AT").map(local).into_iter().chain(wanted.iter().copied()) {
            let late: Vec<LocalDateTime> = rule.starts(start, from).take(wanted.len() + 1).collect();
            right &= late == wanted.iter().copied().filter(|at| *at >= from).collect::<Vec<_>>();
        }
        if right {
            tally.right += 1;
        } else {
            let short =
                |list: &[LocalDateTime]| list.iter().take(8).map(ToString::to_string).collect::<Vec<_>>().join(" ");
            tally.wrong.push(format!("{text} from {dtstart}\n  found  {}\n  wanted {}", short(&found), short(&wanted)));
        }
    }
    tally
}

/// Events of which only the number of instances is known, in iCalendar's folded lines.
fn counted(text: &str) -> Tally {
    let mut tally = Tally::default();
    for block in text.replace("\n ", "").split("END:VEVENT") {
        // A block that is commented out, or has what is no matter of a rule.
        if block.contains(";BEGIN:VEVENT") || block.contains("EXDATE") || block.contains("EXRULE") {
            continue;
        }
        let value = |name| {
            let line = block.lines().find(|line| line.starts_with(name))?;
            line.split_once(':').map(|(_, value)| value)
        };
        let (Some(text), Some(dtstart)) = (value("RRULE"), value("DTSTART")) else { continue };
        tally.cases += 1;
        let rule = match RRule::parse(text) {
            Ok(rule) => rule,
            Err(error) => {
                println!("refused: {text}: {error}");
                tally.refused += 1;
                continue;
            }
        };
        let found = rule.starts_in(local(dtstart), local(dtstart), &Zone::get("America/Los_Angeles").unwrap()).count();
        match value("X-EXPECT-NUMEVENTS").map(|number| number.trim().parse::<usize>().unwrap()) {
            Some(wanted) if wanted != found => {
                tally.wrong.push(format!("{text} from {dtstart}: {found}, not {wanted}"))
            }
            _ => tally.right += 1,
        }
    }
    tally
}

#[test]
fn rules_have_exactly_the_instances_of_the_files() {
    if std::env::var("CHANGEGATE_DATA").is_err() {
        return;
    }
    println!("{:42} cases right refused wrong", "file");
    let mut wrong = Vec::new();
    for name in
        ["libical-icalrecur_test.txt", "libical-icalrecur_test_rscale.txt", "libical-icalrecur_test_rscale_withicu.txt"]
    {
        let tally = exact(&file(name).unwrap());
        tally.print(name);
        assert!(tally.cases > 0, "{name}");
        wrong.extend(tally.wrong);
    }
    for name in ["libical-recur.txt", "libical-recur-errors.ics"] {
        let tally = counted(&file(name).unwrap());
        tally.print(name);
        assert!(tally.cases > 0, "{name}");
        wrong.extend(tally.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
