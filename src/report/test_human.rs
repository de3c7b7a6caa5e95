//! The policy's own tests as people read them.

use std::io::{self, Write};

use super::Look;
use super::human::unknown;
use super::rows::TestResult;
use super::text::{clean, counted};

/// Prints each test that failed with what it expected, what it got and the reasons, then the count.
///
/// # Errors
/// What writing fails with.
pub fn tests(out: &mut impl Write, results: &[TestResult], verbose: bool, look: &Look) -> io::Result<()> {
    for result in results {
        if !result.passed {
            failed(out, result, look)?;
        } else if verbose {
            writeln!(out, "{}  {}", look.paint.good("ok    "), result.test)?;
        }
    }
    let passed = results.iter().filter(|result| result.passed).count();
    let failed = results.len() - passed;
    let total = counted(u64::try_from(results.len()).unwrap_or(u64::MAX), "test");
    match failed {
        0 => writeln!(out, "{total}: {}", look.paint.good("all passed")),
        failed => writeln!(out, "{total}: {passed} passed, {}", look.paint.bad(&format!("{failed} failed"))),
    }
}

fn failed(out: &mut impl Write, result: &TestResult, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let title = result.title.as_deref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
    writeln!(out, "{}  {}{title}", paint.bad("FAILED"), paint.bold(&result.test))?;
    for failure in &result.failures {
        let at = &failure.at;
        writeln!(out, "  {}", paint.dim(&format!("{}:{}:{}", at.file, at.line, at.column)))?;
        writeln!(out, "    expected  {}", clean(&failure.expected))?;
        writeln!(out, "    actual    {}", paint.bad(&clean(&failure.actual)))?;
    }
    for decision in &result.decisions {
        let asset = decision.asset.as_deref().unwrap_or("(asset not known)");
        writeln!(out, "  {}  {}", clean(asset), paint.verdict(decision.verdict, decision.verdict.as_str()))?;
        for reason in &decision.reasons {
            let effect = paint.verdict(reason.effect.verdict(), reason.effect.as_str());
            write!(out, "    {effect}  {}", reason.rule)?;
            if !reason.unknown.is_empty() {
                write!(out, "  {}", paint.caution(&unknown(&reason.unknown).join(", ")))?;
            }
            writeln!(out)?;
        }
    }
    writeln!(out)
}
