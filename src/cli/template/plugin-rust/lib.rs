//! The checks of `my_plugin`. What a check answers may depend on nothing but what it is asked with: it is called once for each distinct input, from
//! a fresh state, and there is no clock, no file and no network.

wit_bindgen::generate!({ path: "wit", world: "our:my-plugin/my-plugin", generate_all });

use exports::changegate::plugin::description::{Check, Description, Guest as Describe};

struct Plugin;

impl Describe for Plugin {
    fn describe() -> Description {
        Description {
            name: "my_plugin".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            // As a policy writes it; wit/my-plugin.wit says the same in the component's own types.
            checks: vec![Check {
                signature: "allowed(tags: set<string>, start: time) -> bool".into(),
                about: "no tag forbids to start on that day of the week, in UTC".into(),
            }],
        }
    }
}

impl Guest for Plugin {
    /// `not-on-saturday` forbids to start on a Saturday. What it cannot tell it says as an error: the answer is unknown then, and a change that
    /// hangs on it does not go.
    fn allowed(tags: Vec<String>, start: Instant) -> Result<bool, String> {
        const DAYS: [&str; 7] = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];
        // 1970-01-01 was a Thursday.
        let day = start.unix_microseconds.div_euclid(86_400_000_000).rem_euclid(7);
        let today = usize::try_from(day).ok().and_then(|day| DAYS.get(day).copied());
        for tag in &tags {
            let Some(forbidden) = tag.strip_prefix("not-on-") else { continue };
            if !DAYS.contains(&forbidden) {
                return Err(format!("`{tag}` names no day of the week"));
            }
            if today == Some(forbidden) {
                changegate::plugin::host::log(&format!("`{tag}` forbids it"));
                return Ok(false);
            }
        }
        Ok(true)
    }
}

export!(Plugin);
