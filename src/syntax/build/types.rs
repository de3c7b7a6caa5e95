//! Types as written.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::Name;
use super::super::grammar::Rule;
use super::super::tree::{FieldDecl, TypeExpr, TypeKind};
use super::{Builder, Pair};

impl Builder<'_> {
    pub(super) fn type_expr(&mut self, pair: Pair<'_>) -> TypeExpr {
        let span = self.tight(&pair);
        let mut ty = TypeExpr {
            span,
            kind: TypeKind::Named(Name { text: String::new(), span }),
            required: false,
            or_none: false,
            absent_empty: false,
            absent_none: false,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::type_attribute => {
                    for attribute in inner.into_inner() {
                        match attribute.as_rule() {
                            Rule::kw_required => ty.required = true,
                            Rule::or_none => ty.or_none = true,
                            Rule::absent_empty => ty.absent_empty = true,
                            Rule::absent_none => ty.absent_none = true,
                            _ => {}
                        }
                    }
                }
                Rule::set_type => ty.kind = TypeKind::Set(Box::new(self.inner_type(inner))),
                Rule::list_type => ty.kind = TypeKind::List(Box::new(self.inner_type(inner))),
                Rule::record_type => ty.kind = TypeKind::Record(self.field_decls(inner)),
                Rule::int_type => ty.kind = self.int_type(inner),
                Rule::named_type => ty.kind = self.named_type(inner),
                _ => {}
            }
        }
        ty
    }

    fn inner_type(&mut self, pair: Pair<'_>) -> TypeExpr {
        let span = self.tight(&pair);
        match pair.into_inner().find(|inner| inner.as_rule() == Rule::type_expr) {
            Some(inner) => self.type_expr(inner),
            None => TypeExpr {
                span,
                kind: TypeKind::Named(Name { text: String::new(), span }),
                required: false,
                or_none: false,
                absent_empty: false,
                absent_none: false,
            },
        }
    }

    fn field_decls(&mut self, pair: Pair<'_>) -> Vec<FieldDecl> {
        pair.into_inner()
            .filter(|inner| inner.as_rule() == Rule::field_decl)
            .map(|inner| self.field_decl(inner))
            .collect()
    }

    pub(super) fn field_decl(&mut self, pair: Pair<'_>) -> FieldDecl {
        let name = pair
            .clone()
            .into_inner()
            .find(|inner| inner.as_rule() == Rule::word)
            .map_or_else(|| Name { text: String::new(), span: self.span(&pair) }, |word| self.name(&word));
        FieldDecl { name, ty: self.inner_type(pair) }
    }

    fn int_type(&mut self, pair: Pair<'_>) -> TypeKind {
        let span = self.tight(&pair);
        let bounds: Vec<i64> = pair
            .into_inner()
            .filter(|inner| inner.as_rule() == Rule::int_bound)
            .map(|inner| self.whole(&inner))
            .collect();
        let (Some(low), Some(high)) = (bounds.first().copied(), bounds.get(1).copied()) else {
            return TypeKind::Int(None);
        };
        if low > high {
            self.report(
                Diagnostic::error(codes::OUT_OF_RANGE, span, format!("no number is from {low} to {high}"))
                    .label("the lower bound is greater")
                    .help(format!("write `int {high}..{low}`")),
            );
            return TypeKind::Int(Some((high, low)));
        }
        TypeKind::Int(Some((low, high)))
    }

    fn named_type(&self, pair: Pair<'_>) -> TypeKind {
        let ordered = pair.clone().into_inner().any(|inner| inner.as_rule() == Rule::less);
        let mut values: Vec<Name> =
            pair.into_inner().filter(|inner| inner.as_rule() == Rule::name).map(|inner| self.name(&inner)).collect();
        match (values.len(), values.pop()) {
            (1, Some(only)) => TypeKind::Named(only),
            (_, last) => {
                values.extend(last);
                TypeKind::Enum { values, ordered }
            }
        }
    }
}
