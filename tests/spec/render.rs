//! Decisions in the compact form of `expect` blocks.

use serde_json::Value;

/// A text, or `-` for null.
pub(crate) fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => time(text),
        other => other.to_string(),
    }
}

/// A time without seconds where they are zero.
fn time(text: &str) -> String {
    let is_time = text.len() == 20 && text.ends_with(":00Z") && text.as_bytes().get(10) == Some(&b'T');
    if is_time { format!("{}Z", &text[..16]) } else { text.to_owned() }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// `asset.tier missing, asset.owner malformed`
pub(crate) fn unknown(facts: &Value) -> String {
    joined(list(facts).iter().map(|fact| format!("{} {}", word(&fact["fact"]), word(&fact["cause"]))))
}

/// The verdict and reasons of a decision.
pub(crate) fn verdict(decision: &Value, with_reasons: bool) -> String {
    let verdict = word(&decision["verdict"]);
    if !with_reasons {
        return verdict;
    }
    let reasons = list(&decision["reasons"]);
    let reason = |one: &Value| format!("{} {}", word(&one["rule"]), word(&one["effect"]));
    format!("{verdict} [{}]", joined(reasons.iter().map(reason)))
}

/// One of the items that stand behind `;`, by its first word and what follows it.
///
/// # Errors
/// An item that there is not.
pub(crate) fn item(decision: &Value, item: &str) -> Result<String, String> {
    let mut words = item.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let name = words.next().unwrap_or_default();
    let reasons = list(&decision["reasons"]);
    let reason = || reasons.iter().find(|one| one["rule"] == name).cloned().unwrap_or_default();
    let rest = match kind {
        "category" => word(&decision["category"]),
        "possible" => joined(list(&decision["category_possible"]).iter().map(word)),
        "effects" => joined(list(&decision["effects"]).iter().map(word)),
        "tested" => {
            let tested = &decision["tested"];
            format!("{} to {} by {}", word(&tested["from"]), word(&tested["to"]), word(&tested["by"]))
        }
        "unknown" => {
            let mut facts: Vec<String> = Vec::new();
            for fact in reasons.iter().flat_map(|reason| list(&reason["unknown"])) {
                let fact = format!("{} {}", word(&fact["fact"]), word(&fact["cause"]));
                if !facts.contains(&fact) {
                    facts.push(fact);
                }
            }
            facts.sort();
            facts.join(", ")
        }
        "not_before" => word(&decision["not_before"]),
        "until" => format!("{name} {}", word(&reason()["until"])),
        "because" => format!("{name} {}", word(&reason()["because"])),
        "title" => format!("{name} {}", word(&reason()["title"])),
        "refs" => format!("{name} {}", joined(list(&reason()["refs"]).iter().map(word))),
        "kind" => format!("{name} {}", word(&reason()["kind"])),
        "at" => format!("{name} {}:{}", word(&reason()["at"]["line"]), word(&reason()["at"]["column"])),
        "triage" | "findings" => {
            let blocks = list(&decision["triage"]);
            let Some(block) = blocks.iter().find(|block| block["block"] == name) else {
                return Ok(format!("{kind} {name} (no such block)"));
            };
            if kind == "triage" {
                let (level, due) = (word(&block["level"]), word(&block["due"]));
                format!("{name} {level} due {due} overdue {}", word(&block["overdue"]))
            } else {
                format!("{name} {}", joined(list(&block["findings"]).iter().map(finding)))
            }
        }
        "duties" => joined(list(&decision["obligations"]).iter().map(duty)),
        "uncounted" => {
            let entries = list(&decision["obligations"]);
            let votes = entries.iter().filter(|one| one["rule"] == name).flat_map(|one| list(&one["not_counted"]));
            let vote = |one: Value| {
                let from = one["on_behalf_of"].as_str().map(|whom| format!(" for {whom}")).unwrap_or_default();
                format!(
                    "{}{from} {} {}: {}",
                    word(&one["by"]),
                    word(&one["role"]),
                    word(&one["decision"]),
                    word(&one["why"])
                )
            };
            format!("{name} {}", votes.map(vote).collect::<Vec<_>>().join(" | "))
        }
        "risk" => {
            let risks = list(&decision["risk"]);
            let Some(risk) = risks.iter().find(|one| one["risk"] == name) else {
                return Ok(format!("{kind} {name} (no such risk)"));
            };
            let bands = list(&risk["band_possible"]).iter().map(word).collect::<Vec<_>>().join("|");
            let band = if bands.is_empty() { word(&risk["band"]) } else { bands };
            format!("{name} {} {band}", word(&risk["score"]))
        }
        "waiver" => format!("{name} {}", word(&reason()["waiver"]["name"])),
        "refused_waivers" => {
            let one = |one: &Value| format!("{}: {}", word(&one["name"]), word(&one["why"]));
            format!("{name} {}", list(&reason()["refused_waivers"]).iter().map(one).collect::<Vec<_>>().join(" | "))
        }
        "subject" => format!("{name} {}", word(&reason()["subject"])),
        "blocks" => joined(list(&decision["triage"]).iter().map(|block| word(&block["block"]))),
        "assumed" => {
            let one = |one: &Value| {
                let used = if one["applied"] == true { "used" } else { "unused" };
                format!("{} = {} {used} in {}", word(&one["fact"]), word(&one["value"]), word(&one["rule"]))
            };
            joined(list(&decision["assumed"]).iter().map(one))
        }
        other => return Err(format!("`{other}` is no item of a decision")),
    };
    Ok(format!("{kind} {rest}").trim_end().to_owned())
}

/// `cab cab-member 1/2 for payments due 2026-11-22T00:00Z`
fn duty(one: &Value) -> String {
    let role = one["role"].as_str().map(|role| format!(" {role}")).unwrap_or_default();
    let subject = one["subject"].as_str().map(|subject| format!(" for {subject}")).unwrap_or_default();
    let due = one["due"].as_str().map(|due| format!(" due {}", time(due))).unwrap_or_default();
    let kind = if one["kind"] == "review" { " review" } else { "" };
    format!("{}{kind}{role} {}/{}{subject}{due}", word(&one["rule"]), one["have"], one["need"])
}

/// `CVE-2026-1 act due 2026-11-22T00:00Z overdue`
fn finding(one: &Value) -> String {
    let overdue = if one["overdue"] == true { " overdue" } else { "" };
    format!("{} {} due {}{overdue}", word(&one["finding"]), word(&one["level"]), word(&one["due"]))
}

/// A line of `changegate triage`.
pub(crate) fn triage_row(row: &Value) -> String {
    let unknown = unknown(&row["unknown"]);
    let unknown = if unknown.is_empty() { String::new() } else { format!("; unknown {unknown}") };
    let (asset, block) = (word(&row["asset"]), word(&row["block"]));
    let (cve, rest) = (word(&row["finding"]), finding(row));
    let rest = rest.strip_prefix(&format!("{cve} ")).unwrap_or(&rest);
    format!("{asset} {cve} {block}: {rest}{unknown}")
}

/// The values of an expression: `db-1 9.8, web-1 unknown (4 to 9)`, and with `causes` the missing facts behind `<-`.
pub(crate) fn values(rows: &[Value], causes: bool) -> String {
    joined(rows.iter().map(|row| {
        let subject = row["subject"].as_str().map(|subject| format!("{subject} ")).unwrap_or_default();
        let possible = row["possible"].as_str().map(|text| format!(" ({text})")).unwrap_or_default();
        let value = match &row["value"] {
            Value::Null => "unknown".to_owned(),
            Value::Array(items) => format!("{{ {} }}", joined(items.iter().map(word))),
            other => word(other),
        };
        let causes = if causes { format!(" <- {}", unknown(&row["unknown"])) } else { String::new() };
        format!("{subject}{value}{possible}{causes}")
    }))
}
