//! A component's own types: what it imports, which checks it exports, and their types in the language's words.

use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentItem, Type};
use wasmtime::component::{Component, ComponentExportIndex};

use crate::check::plugin::{Kind, Signature};

use super::engine::PACKAGE;
use super::failure::LoadError;
use super::limits::{MAX_CHECKS, MAX_DEPTH, MAX_SHOWN, MAX_WIDTH};
use super::readable;
use super::wit;

/// An exported function that a policy can call.
#[derive(Clone, Debug)]
pub(super) struct Exported {
    /// By the component's types; no other than a description that agrees with it is taken.
    pub(super) signature: Signature,
    /// The parameters' names, `_` for `-`.
    pub(super) names: Vec<String>,
    /// Whether it answers with a `result`.
    pub(super) may_refuse: bool,
    /// As WIT: `func(tags: list<string>) -> bool`.
    pub(super) text: String,
    pub(super) index: ComponentExportIndex,
    /// Whether it stands in an interface, which may have functions that are no checks.
    pub(super) of_interface: bool,
}

/// What a component exports.
#[derive(Debug)]
pub(super) struct Reflected {
    pub(super) describe: ComponentExportIndex,
    /// Sorted by name.
    pub(super) checks: Vec<Exported>,
}

/// What the component imports and exports.
pub(super) fn reflect(engine: &Engine, component: &Component) -> Result<Reflected, LoadError> {
    imports(engine, component)?;
    let mut describe = None;
    let mut checks: Vec<Exported> = Vec::new();
    let root = component.component_type();
    for (name, item) in root.exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(ty) => {
                if let Some(index) = component.get_export_index(None, name) {
                    add(&mut checks, exported(name, &ty, index)?)?;
                }
            }
            ComponentItem::ComponentInstance(instance) => {
                let parent = component.get_export_index(None, name);
                let described = name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix("description@"));
                if let Some(version) = described
                    && !version.starts_with("1.")
                {
                    return Err(other_version(name));
                }
                for (function, item) in instance.exports(engine) {
                    let ComponentItem::ComponentFunc(ty) = item.ty else { continue };
                    let Some(index) = component.get_export_index(parent.as_ref(), function) else { continue };
                    if described.is_none() {
                        // What a toolchain exports for itself, such as the `init` of an interpreter, is no check: nobody can ask it.
                        if let Ok(check) = exported(function, &ty, index) {
                            add(&mut checks, Exported { of_interface: true, ..check })?;
                        }
                    } else if function == "describe" {
                        fits_description(&ty)?;
                        describe = Some(index);
                    }
                }
            }
            _ => {}
        }
    }
    let describe = describe.ok_or_else(|| {
        LoadError::new(format!("it does not export `{PACKAGE}description@1.0.0` with its function `describe`"))
            .help("the world of a plugin begins with `include changegate:plugin/plugin@1.0.0;`")
    })?;
    if checks.is_empty() {
        return Err(LoadError::new("it exports no check").help("a check is a function that its world exports"));
    }
    checks.sort_by(|a, b| a.signature.name.cmp(&b.signature.name));
    Ok(Reflected { describe, checks })
}

fn other_version(name: &str) -> LoadError {
    LoadError::new(format!(
        "it is written for `{}`, and this program knows `{PACKAGE}description@1.0.0`",
        readable::line(name, MAX_SHOWN)
    ))
}

/// Nothing may be imported but `log` and types.
fn imports(engine: &Engine, component: &Component) -> Result<(), LoadError> {
    let root = component.component_type();
    let mut foreign: Vec<String> = Vec::new();
    for (name, item) in root.imports(engine) {
        let harmless = match item.ty {
            ComponentItem::Type(_) => true,
            ComponentItem::ComponentInstance(instance) => {
                let host = name.strip_prefix(PACKAGE).is_some_and(|rest| rest.starts_with("host@1."));
                instance.exports(engine).all(|(function, item)| match item.ty {
                    ComponentItem::Type(_) => true,
                    ComponentItem::ComponentFunc(ty) => host && function == "log" && fits_log(&ty),
                    _ => false,
                })
            }
            _ => false,
        };
        if !harmless {
            foreign.push(format!("`{}`", readable::line(name, MAX_SHOWN)));
        }
    }
    let Some(first) = foreign.first() else { return Ok(()) };
    let what = match foreign.len() {
        1 => format!("it imports {first}"),
        n => format!("it imports {first} and {} more", n - 1),
    };
    Err(LoadError::new(format!("{what}, and a plugin may import nothing but `log` of `{PACKAGE}host@1.0.0`")).help(
        "a plugin has no clock, files, network, environment or randomness; build it without WASI, as wasm-plugins/README.md says",
    ))
}

fn fits_log(ty: &ComponentFunc) -> bool {
    let mut parameters = ty.params();
    !ty.async_()
        && ty.results().len() == 0
        && matches!(parameters.next(), Some((_, Type::String)))
        && parameters.next().is_none()
}

/// Whether `describe` has the type that the interface gives it.
fn fits_description(ty: &ComponentFunc) -> Result<(), LoadError> {
    let mut results = ty.results();
    let fits = !ty.async_()
        && ty.params().len() == 0
        && match (results.next(), results.next()) {
            (Some(Type::Record(record)), None) => fields(&record, &["name", "version", "checks"]).is_some_and(|types| {
                matches!(types.as_slice(), [Type::String, Type::String, Type::List(list)]
                    if matches!(list.ty(), Type::Record(check)
                        if fields(&check, &["signature", "about"]).is_some_and(|types| matches!(types.as_slice(), [Type::String, Type::String]))))
            }),
            _ => false,
        };
    if fits {
        Ok(())
    } else {
        Err(LoadError::new("its `describe` has another type than the interface gives it")
            .help("take the interface as it is in wasm-plugins/wit"))
    }
}

/// The types of a record's fields, if they have these names.
fn fields(record: &wasmtime::component::types::Record, names: &[&str]) -> Option<Vec<Type>> {
    let found: Vec<_> = record.fields().map(|field| (field.name.to_owned(), field.ty)).collect();
    if !found.iter().map(|(name, _)| name.as_str()).eq(names.iter().copied()) {
        return None;
    }
    Some(found.into_iter().map(|(_, ty)| ty).collect())
}

fn add(checks: &mut Vec<Exported>, check: Exported) -> Result<(), LoadError> {
    if checks.iter().any(|known| known.signature.name == check.signature.name) {
        return Err(LoadError::new(format!("it exports two functions called `{}`", check.signature.name)));
    }
    if checks.len() >= MAX_CHECKS {
        return Err(LoadError::new(format!("it exports more than {MAX_CHECKS} functions")));
    }
    checks.push(check);
    Ok(())
}

fn exported(name: &str, ty: &ComponentFunc, index: ComponentExportIndex) -> Result<Exported, LoadError> {
    let shown = readable::line(name, MAX_SHOWN);
    let wrong = |what: String| {
        LoadError::new(format!("its function `{shown}` {what}"))
            .help("the types that a check may have are in the table of wasm-plugins/wit/changegate-plugin.wit")
    };
    if name.len() > MAX_SHOWN {
        return Err(wrong(format!("has a name of more than {MAX_SHOWN} bytes")));
    }
    if ty.async_() {
        return Err(wrong("is `async`, and a check answers at once".to_owned()));
    }
    if ty.params().len() > MAX_WIDTH {
        return Err(wrong(format!("has more than {MAX_WIDTH} parameters")));
    }
    let mut names = Vec::new();
    let mut inputs = Vec::new();
    for (parameter, ty) in ty.params() {
        inputs.push(
            kind(&ty, 0).map_err(|what| {
                wrong(format!("has a parameter `{}` of {what}", readable::line(parameter, MAX_SHOWN)))
            })?,
        );
        names.push(word(parameter));
    }
    let mut results = ty.results();
    let (Some(result), None) = (results.next(), results.next()) else {
        return Err(wrong("answers nothing".to_owned()));
    };
    let (answer, may_refuse) = match result {
        Type::Result(result) => match (result.ok(), result.err()) {
            (Some(ok), Some(Type::String)) => (ok, true),
            _ => return Err(wrong("answers with a `result` that is not `result<T, string>`".to_owned())),
        },
        other => (other, false),
    };
    let answer = kind(&answer, 0).map_err(|what| wrong(format!("answers with {what}")))?;
    if !answers(&answer) {
        return Err(wrong(format!("answers with `{answer}`, and a policy cannot use records as an answer")));
    }
    let signature = Signature { name: word(name), inputs, answer };
    Ok(Exported { signature, names, may_refuse, text: wit::function(ty), index, of_interface: false })
}

/// Whether a check may answer with it: one value or a set of them.
fn answers(kind: &Kind) -> bool {
    match kind {
        Kind::OrNone(of) => of.is_single(),
        Kind::Set(of) => of.is_single() && !matches!(**of, Kind::OrNone(_)),
        Kind::List(_) | Kind::Record(_) => false,
        _ => true,
    }
}

/// A name as the language writes it.
pub(super) fn word(name: &str) -> String {
    name.replace('-', "_")
}

/// The language's type for a component's.
fn kind(ty: &Type, depth: usize) -> Result<Kind, String> {
    if depth >= MAX_DEPTH {
        return Err(format!("types nested more than {MAX_DEPTH} deep"));
    }
    let no = |ty: &str, instead: &str| Err(format!("type `{ty}`, which the language does not have{instead}"));
    Ok(match ty {
        Type::Bool => Kind::Bool,
        Type::S64 => Kind::Int,
        Type::String => Kind::Text,
        Type::Enum(values) => {
            let words: Vec<String> = values.names().take(MAX_WIDTH + 1).map(word).collect();
            if words.len() > MAX_WIDTH {
                return Err(format!("an enumeration of more than {MAX_WIDTH} values"));
            }
            Kind::Word(words)
        }
        Type::Option(of) => match kind(&of.ty(), depth + 1)? {
            Kind::OrNone(_) => return Err("type `option<option<_>>`, which the language does not have".to_owned()),
            of => Kind::OrNone(Box::new(of)),
        },
        Type::List(of) => match kind(&of.ty(), depth + 1)? {
            of @ Kind::Record(_) => Kind::List(Box::new(of)),
            of if of.is_single() => Kind::Set(Box::new(of)),
            _ => return Err("a list of lists, which the language does not have".to_owned()),
        },
        Type::Record(of) => record(of, depth)?,
        Type::S8 | Type::U8 | Type::S16 | Type::U16 | Type::S32 | Type::U32 | Type::U64 => {
            return no(&wit::name(ty), "; an `int` is `s64`");
        }
        Type::Float32 | Type::Float64 => return no(&wit::name(ty), "; a `number` is `types.decimal`"),
        Type::Char => return no("char", "; a text is `string`"),
        Type::Result(_) => return no("result", "; only an answer may be one"),
        other => return no(&wit::name(other), ""),
    })
}

fn record(record: &wasmtime::component::types::Record, depth: usize) -> Result<Kind, String> {
    if record.fields().len() > MAX_WIDTH {
        return Err(format!("a record of more than {MAX_WIDTH} fields"));
    }
    if let Some(known) = known(record) {
        return Ok(known);
    }
    let mut fields = Vec::new();
    for field in record.fields() {
        fields.push((word(field.name), kind(&field.ty, depth + 1)?));
    }
    if fields.is_empty() { Err("a record without fields".to_owned()) } else { Ok(Kind::Record(fields)) }
}

/// The records of the interface `types`, which a component may also write anew.
pub(super) fn known(record: &wasmtime::component::types::Record) -> Option<Kind> {
    let fields: Vec<(String, Type)> = record.fields().map(|field| (field.name.to_owned(), field.ty)).collect();
    let fields: Vec<(&str, &Type)> = fields.iter().map(|(name, ty)| (name.as_str(), ty)).collect();
    match fields.as_slice() {
        [("unix-microseconds", Type::S64)] => Some(Kind::Time),
        [("microseconds", Type::S64)] => Some(Kind::Duration),
        [("year", Type::S16), ("month", Type::U8), ("day", Type::U8)] => Some(Kind::Date),
        [("whole", Type::S64), ("billionths", Type::S32)] => Some(Kind::Number),
        [("points", Type::S64), ("billionths", Type::S32)] => Some(Kind::Percent),
        _ => None,
    }
}
