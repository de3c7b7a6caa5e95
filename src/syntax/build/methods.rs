//! Calls by name, and the methods and tests of other languages that are operators here.

use super::super::codes;
use super::super::expr::{BinaryOp, Expr, ExprKind, Path, Presence, StrLit, StrPart};
use super::super::source::Span;
use super::Builder;

impl Builder<'_> {
    /// A call by name; methods and tests of other languages are read as the operators that they are here.
    pub(super) fn named_call(
        &mut self,
        path: Path,
        base: Expr,
        mut arguments: Vec<Expr>,
        span: Span,
        highest: u32,
    ) -> Expr {
        let one = arguments.len() == 1;
        let method =
            path.parts.last().filter(|_| path.parts.len() > 1).map(|name| name.text.clone()).unwrap_or_default();
        let function =
            path.parts.first().filter(|_| path.parts.len() == 1).map(|name| name.text.clone()).unwrap_or_default();
        if one && matches!(function.as_str(), "has" | "defined" | "isset" | "exists") {
            let Some(argument) = arguments.pop() else { return self.missing(span) };
            let shown = self.source(argument.span).to_owned();
            self.foreign(
                codes::FOREIGN_HAS,
                span,
                format!("`{function}` is no function of this language"),
                "asks whether something is there",
                format!("write `{shown} is known`"),
            );
            return self.grown(highest, Expr { span, kind: ExprKind::Is(Box::new(argument), Presence::Known) });
        }
        let known = matches!(
            method.as_str(),
            "contains"
                | "includes"
                | "has"
                | "startsWith"
                | "starts_with"
                | "startswith"
                | "endsWith"
                | "ends_with"
                | "endswith"
                | "matches"
        );
        if !one || !known {
            return self.grown(highest, Expr { span, kind: ExprKind::Call(path, arguments) });
        }
        let (ExprKind::Field(subject, method_name), Some(argument)) = (base.kind, arguments.pop()) else {
            return self.missing(span);
        };
        let subject_text = self.source(subject.span).to_owned();
        let argument_text = self.source(argument.span).to_owned();
        let (op, left, right, corrected) = match (method.as_str(), plain(&argument)) {
            ("contains" | "includes" | "has", _) => {
                (BinaryOp::In, argument, *subject, format!("{argument_text} in {subject_text}"))
            }
            ("matches", Some(pattern)) => {
                let kind = ExprKind::Regex(pattern.clone());
                (
                    BinaryOp::Matches,
                    *subject,
                    Expr { span: argument.span, kind },
                    format!("{subject_text} matches /{pattern}/"),
                )
            }
            (name, Some(text)) => {
                let glob = if name.starts_with("start") { format!("{text}*") } else { format!("*{text}") };
                let corrected = format!("{subject_text} like \"{glob}\"");
                let literal = StrLit { span: argument.span, parts: vec![StrPart::Text(glob)] };
                (BinaryOp::Like, *subject, Expr { span: argument.span, kind: ExprKind::Str(literal) }, corrected)
            }
            (_, None) => (BinaryOp::Like, *subject, argument, format!("{subject_text} like \"…*\"")),
        };
        self.foreign(
            codes::FOREIGN_METHOD,
            method_name.span,
            format!("values have no method `{method}`"),
            "a method of another language",
            format!("write `{corrected}`"),
        );
        self.grown(
            highest,
            Expr { span, kind: ExprKind::Binary(op, method_name.span, Box::new(left), Box::new(right)) },
        )
    }
}

/// The text of a literal without holes.
fn plain(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Str(text) => text.plain(),
        _ => None,
    }
}
