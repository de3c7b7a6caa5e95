//! `like` and `matches`.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind};
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::env::Env;
use super::program::{Const, NodeId, Op};
use super::types::{Ty, Type};

/// The largest compiled form of a regular expression, in bytes.
pub const REGEX_SIZE_LIMIT: usize = 1 << 20;

impl Checker {
    fn subject_text(&mut self, expr: &Expr, env: &Env) -> Option<NodeId> {
        let node = self.lower(expr, env, None);
        let node = self.key_as_text(node);
        match self.base(node) {
            Type::Error => None,
            Type::String | Type::Version | Type::Zone => Some(node),
            _ => {
                self.expected(node, "text");
                None
            }
        }
    }

    /// `x like "web-*"`
    pub(super) fn like(&mut self, value: &Expr, pattern: &Expr, env: &Env, span: Span) -> NodeId {
        let value = self.subject_text(value, env);
        let pattern_node = match &pattern.kind {
            ExprKind::Regex(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, pattern.span, "`like` takes a text with `*` and `?`")
                        .help("a regular expression stands behind `matches`"),
                );
                return self.failed(span);
            }
            _ => self.lower(pattern, env, Some(&Ty::plain(Type::String))),
        };
        if self.is_error(pattern_node) {
            return self.failed(span);
        }
        let Some(Const::Text(glob)) = self.constant(pattern_node).cloned() else {
            self.report(
                Diagnostic::error(codes::NOT_CONSTANT, pattern.span, "the pattern of `like` is written out")
                    .help("write a text such as `\"web-*\"`"),
            );
            return self.failed(span);
        };
        match value {
            Some(value) => self.push(Op::Like(value, glob), Ty::plain(Type::Bool), span),
            None => self.failed(span),
        }
    }

    /// `x matches /re/`
    pub(super) fn matches(&mut self, value: &Expr, pattern: &Expr, env: &Env, span: Span) -> NodeId {
        let value = self.subject_text(value, env);
        let ExprKind::Regex(regex) = &pattern.kind else {
            self.report(
                Diagnostic::error(
                    codes::NOT_CONSTANT,
                    pattern.span,
                    "`matches` takes a regular expression that is written out",
                )
                .help("write it between slashes: `matches /^web-[0-9]+$/`"),
            );
            return self.failed(span);
        };
        let compiled =
            regex::RegexBuilder::new(regex).size_limit(REGEX_SIZE_LIMIT).dfa_size_limit(REGEX_SIZE_LIMIT).build();
        if let Err(error) = compiled {
            let why = match &error {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
            };
            self.report(
                Diagnostic::error(codes::BAD_REGEX, pattern.span, "this is no regular expression")
                    .label(why)
                    .help("look-around and back-references are left out, so that matching takes linear time"),
            );
            return self.failed(span);
        }
        match value {
            Some(value) => self.push(Op::Matches(value, Arc::from(regex.as_str())), Ty::plain(Type::Bool), span),
            None => self.failed(span),
        }
    }
}
