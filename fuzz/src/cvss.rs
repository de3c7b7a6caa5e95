//! Any bytes as a CVSS vector: it is refused, or it has scores and reads back as itself.

use changegate::cvss::{self, Tenths};

/// Parses, scores, prints, and parses again.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    Tenths::from_decimal(text);
    let vector = match cvss::parse(text) {
        Ok(vector) => vector,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "refused without a word");
            return;
        }
    };
    let scores = vector.scores();
    for score in [scores.base, scores.temporal, scores.environmental, vector.score()] {
        assert!(score.tenths() <= 100, "{score:?}");
    }
    for metric in cvss::METRICS {
        vector.metric(metric.name);
    }
    let printed = vector.text();
    let again = cvss::parse(&printed).unwrap_or_else(|error| panic!("`{printed}` does not read back: {error}"));
    assert_eq!(again, vector, "`{printed}` reads as another vector");
    assert_eq!(again.text(), printed, "two texts of one vector");
    // Neither the order of the metrics nor case tricks make a difference: reversed, version 2.0 and 3.x say the same.
    if let Some((prefix, metrics)) = printed.split_once('/').filter(|(prefix, _)| prefix.starts_with("CVSS:3")) {
        let reversed: Vec<&str> = metrics.rsplit('/').collect();
        let reversed = format!("{prefix}/{}", reversed.join("/"));
        assert_eq!(cvss::parse(&reversed).ok(), Some(vector), "`{reversed}`");
    }
}
