//! Types as their author wrote them, in WIT.

use wasmtime::component::types::{ComponentFunc, Type};

use crate::check::plugin::Kind;

use super::limits::{MAX_DEPTH, MAX_SHOWN};
use super::{readable, reflect};

/// The most bytes of a type as text.
const MAX_TEXT: usize = 2_000;

/// `func(tags: list<string>, start: instant) -> bool`.
pub(super) fn function(ty: &ComponentFunc) -> String {
    let mut out = String::from("func(");
    for (n, (parameter, of)) in ty.params().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        out.push_str(&readable::line(parameter, MAX_SHOWN));
        out.push_str(": ");
        write(&of, 0, &mut out);
    }
    out.push(')');
    for of in ty.results() {
        out.push_str(" -> ");
        write(&of, 0, &mut out);
    }
    readable::line(&out, MAX_TEXT)
}

/// The type alone.
pub(super) fn name(ty: &Type) -> String {
    let mut out = String::new();
    write(ty, 0, &mut out);
    readable::line(&out, MAX_TEXT)
}

/// Types of a few bytes can be as long as the world when they are written out: what is deep or long is cut.
fn write(ty: &Type, depth: usize, out: &mut String) {
    if depth > MAX_DEPTH || out.len() > MAX_TEXT {
        out.push('…');
        return;
    }
    let mut of = |name: &str, inner: &[Option<Type>]| {
        out.push_str(name);
        out.push('<');
        for (n, inner) in inner.iter().enumerate() {
            if n > 0 {
                out.push_str(", ");
            }
            match inner {
                Some(inner) => write(inner, depth + 1, out),
                None => out.push('_'),
            }
        }
        out.push('>');
    };
    match ty {
        Type::List(list) => of("list", &[Some(list.ty())]),
        Type::Option(option) => of("option", &[Some(option.ty())]),
        Type::Result(result) => of("result", &[result.ok(), result.err()]),
        Type::Tuple(tuple) => of("tuple", &tuple.types().take(MAX_DEPTH * 2).map(Some).collect::<Vec<_>>()),
        Type::Map(map) => of("map", &[Some(map.key()), Some(map.value())]),
        Type::Record(record) if reflect::known(record).is_some() => {
            out.push_str(match reflect::known(record) {
                Some(Kind::Time) => "instant",
                Some(Kind::Duration) => "duration",
                Some(Kind::Date) => "date",
                Some(Kind::Percent) => "percent",
                _ => "decimal",
            });
        }
        Type::Record(record) => {
            out.push_str("record { ");
            for (n, field) in record.fields().enumerate() {
                if out.len() > MAX_TEXT {
                    break;
                }
                out.push_str(if n == 0 { "" } else { ", " });
                out.push_str(&readable::line(field.name, MAX_SHOWN));
                out.push_str(": ");
                write(&field.ty, depth + 1, out);
            }
            out.push_str(" }");
        }
        Type::Enum(values) => {
            out.push_str("enum { ");
            for (n, value) in values.names().enumerate() {
                if out.len() > MAX_TEXT {
                    break;
                }
                out.push_str(if n == 0 { "" } else { ", " });
                out.push_str(&readable::line(value, MAX_SHOWN));
            }
            out.push_str(" }");
        }
        other => out.push_str(match other {
            Type::Bool => "bool",
            Type::S8 => "s8",
            Type::U8 => "u8",
            Type::S16 => "s16",
            Type::U16 => "u16",
            Type::S32 => "s32",
            Type::U32 => "u32",
            Type::S64 => "s64",
            Type::U64 => "u64",
            Type::Float32 => "f32",
            Type::Float64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::Variant(_) => "variant",
            Type::Flags(_) => "flags",
            Type::Own(_) | Type::Borrow(_) => "resource",
            Type::Future(_) => "future",
            Type::Stream(_) => "stream",
            Type::ErrorContext => "error-context",
            _ => "list",
        }),
    }
}
