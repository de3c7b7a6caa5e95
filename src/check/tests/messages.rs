use super::support::{check_text, listing};
use std::fmt::Write;

#[test]
fn explore() {
    let Ok(text) = std::fs::read_to_string("/tmp/h/check-crate/try.gate") else { return };
    for part in text.split("\n=====\n") {
        let checked = check_text(part);
        println!("--- {}\n{}", part.lines().next().unwrap_or_default(), listing(&checked));
    }
}

#[test]
fn hostile() {
    let time = |name: &str, text: &str| {
        let start = std::time::Instant::now();
        let checked = check_text(text);
        println!("{name}: {:?} {} nodes; {}", start.elapsed(), checked.program.as_ref().map_or(0, |p| p.nodes.len()), listing(&checked).lines().take(2).collect::<Vec<_>>().join("\n  "));
    };
    for n in [50, 1000] {
        let mut t = String::from("let a0 = asset.tier == 1\n");
        for i in 1..n { writeln!(t, "let a{i} = a{} and not a{}", i - 1, i - 1).unwrap(); }
        writeln!(t, "rule r {{ forbid a{} }}", n - 1).unwrap();
        time("chain", &t);
        let mut t = format!("rule r {{ forbid a{} }}\n", n - 1);
        for i in (1..n).rev() { writeln!(t, "let a{i} = a{} and not a{}", i - 1, i - 1).unwrap(); }
        t.push_str("let a0 = asset.tier == 1\n");
        time("reverse chain", &t);
        let mut t = String::from("let a0 = finding.kev\n");
        for i in 1..n { writeln!(t, "let a{i} = (any f in asset.findings where a{} of f) and (any g in asset.findings where a{} of g)", i - 1, i - 1).unwrap(); }
        writeln!(t, "rule r {{ forbid a{} }}", n - 1).unwrap();
        time("doubling", &t);
        let mut t = String::from("rule r { forbid ");
        for i in 0..n { write!(t, "{}asset.tier == 1", if i > 0 { " or " } else { "" }).unwrap(); }
        t.push('}');
        time("or", &t);
        let mut t = String::from("rule r { forbid ");
        for i in 0..n { write!(t, "{}asset.tier", if i > 0 { " + " } else { "" }).unwrap(); }
        t.push_str(" > 3 }");
        time("plus", &t);
        let mut t = String::from("triage t { levels a > b clock finding.detected\n");
        for i in 0..n.min(62) { write!(t, "a within 3d when finding.epss > {i}.5% and (").unwrap(); for j in 0..30 { write!(t, "asset.hostname == \"{i}-{j}\" or ").unwrap(); } t.push_str("finding.kev)\n"); }
        t.push_str("b otherwise }");
        time("arms", &t);
        let mut t = String::from("table t { given a = asset.tier, b = asset.exposure, c = asset.kind, d = asset.environment, e = asset.data_classification, f = finding.kev, g = finding.exploitation\n");
        for i in 0..n { writeln!(t, "row {} {} {} {} {} {} {} -> x", i % 4 + 1, ["internet","internal","isolated"][i % 3], ["server","workstation","mobile"][i % 3], ["prod","any","dev"][i%3], ["public","internal","any"][i%3], ["yes","no","any"][i%3], ["none","poc","any"][i%3]).unwrap(); }
        t.push_str("}\nrule r { forbid any f in asset.findings where t of f == x }");
        time("table", &t);
    }
    let deep = format!("rule r {{ forbid {}asset.tier == 1{} }}", "(".repeat(60), ")".repeat(60));
    time("parens", &deep);
    let deep = format!("rule r {{ forbid {}asset.tier == 1 }}", "not ".repeat(60));
    time("not", &deep);
}
