//! A plugin without a module: a check over texts, for the engine and for the oracle.

use std::sync::Arc;

use changegate::check::plugin::{Asked, Checks, Described, DescribedCheck, Kind, Outcome, Refused, Value};

use crate::ir::Val;

/// How every policy declares it.
pub const STATEMENT: &str = "plugin stub { module \"stub.wasm\"  digest \"sha256:5757575757575757575757575757575757575757575757575757575757575757\"  check even(\"text\") -> bool }\n";

/// Whether a text's length is even; it cannot tell of some, and there is none of `none`.
pub fn even(text: &Val) -> Option<bool> {
    match text {
        Val::Str(text) => of_text(text),
        _ => Some(false),
    }
}

fn of_text(text: &str) -> Option<bool> {
    (text.len() % 5 != 3).then_some(text.len().is_multiple_of(2))
}

/// What the module would say of itself.
pub fn described(digest: Option<&str>) -> Result<Arc<Described>, Refused> {
    let signature = Kind::parse_signature("even(string or none) -> bool").unwrap();
    let exported = "func(text: option<string>) -> bool".to_owned();
    Ok(Arc::new(Described {
        name: "stub".to_owned(),
        version: "1.0.0".to_owned(),
        digest: digest.unwrap_or_default().to_owned(),
        checks: vec![DescribedCheck { signature, exported }],
    }))
}

/// Answers for it.
#[derive(Debug)]
pub struct Stub;

impl Checks for Stub {
    fn ask(&self, _asked: Asked, inputs: &[Value]) -> Outcome {
        let answer = match inputs {
            [Value::Text(text)] => of_text(text),
            [Value::None] => Some(false),
            _ => None,
        };
        answer.map_or_else(|| Outcome::Failed("cannot tell".into()), |answer| Outcome::Answer(Value::Bool(answer)))
    }
}
