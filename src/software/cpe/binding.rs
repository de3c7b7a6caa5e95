//! The two bindings of a well-formed name: NISTIR 7695, section 6.

use std::fmt::{self, Write};

use super::{ALL, ATTRIBUTES, Attribute, Cpe, Text, Value, Wild};

type Problem = &'static str;

const WILD_WITHIN: Problem = "a wildcard stands within a text: `*` and `?` belong at its ends, or `\\` before them";

/// Section 6.2.3. A sign that should have a backslash before it and does not stands for itself.
pub(super) fn read_string(text: &str) -> Result<Cpe, Problem> {
    let mut cpe = Cpe::default();
    let mut fields = fields(text).skip(2);
    for attribute in ALL {
        let field = fields.next().ok_or("it has fewer than eleven attributes")?;
        cpe.set(attribute, value(field)?);
    }
    match fields.next() {
        Some(_) => Err("it has more than eleven attributes"),
        None => with_part(cpe),
    }
}

/// What stands between colons that no backslash escapes.
fn fields(text: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |c| {
        let parts = c == ':' && !escaped;
        escaped = c == '\\' && !escaped;
        parts
    })
}

fn with_part(cpe: Cpe) -> Result<Cpe, Problem> {
    match cpe.get(Attribute::Part) {
        Value::Text(part) if part.is_pattern() || !matches!(part.core.as_str(), "a" | "o" | "h") => {
            Err("its part is none of `a`, `o`, `h`")
        }
        _ => Ok(cpe),
    }
}

fn value(field: &str) -> Result<Value, Problem> {
    match field {
        "*" => return Ok(Value::Any),
        "-" => return Ok(Value::Na),
        "" => return Err("an attribute is empty: `*` is any value, `-` not applicable"),
        _ => {}
    }
    let mut characters = Characters::default();
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => characters.plain(chars.next().ok_or("a backslash stands at the end")?)?,
            '*' | '?' => characters.wild(c)?,
            c => characters.plain(c)?,
        }
    }
    characters.value()
}

/// A text while it is read.
#[derive(Default)]
struct Characters {
    core: String,
    before: Option<Wild>,
    after: Option<Wild>,
}

impl Characters {
    fn plain(&mut self, c: char) -> Result<(), Problem> {
        if c.is_control() || c.is_whitespace() {
            return Err("an attribute has a space or a control character");
        }
        if self.after.is_some() {
            return Err(WILD_WITHIN);
        }
        self.core.extend(c.to_lowercase());
        Ok(())
    }

    fn wild(&mut self, c: char) -> Result<(), Problem> {
        let place = if self.core.is_empty() { &mut self.before } else { &mut self.after };
        *place = Some(match (&*place, c) {
            (None, '*') => Wild::Many,
            (None, _) => Wild::AtMost(1),
            (Some(Wild::AtMost(n)), '?') => Wild::AtMost(n + 1),
            (Some(_), _) => return Err("`*` stands beside another wildcard"),
        });
        Ok(())
    }

    fn value(self) -> Result<Value, Problem> {
        let none = Wild::AtMost(0);
        Ok(Value::Text(Text {
            before: self.before.unwrap_or(none),
            core: self.core,
            after: self.after.unwrap_or(none),
        }))
    }
}

/// Section 6.1.3: up to seven components; the sixth may hold five attributes of version 2.3 between tildes.
pub(super) fn read_uri(text: &str) -> Result<Cpe, Problem> {
    const COMPONENTS: [Attribute; 7] = [
        Attribute::Part,
        Attribute::Vendor,
        Attribute::Product,
        Attribute::Version,
        Attribute::Update,
        Attribute::Edition,
        Attribute::Language,
    ];
    const PACKED: [Attribute; 5] =
        [Attribute::Edition, Attribute::SwEdition, Attribute::TargetSw, Attribute::TargetHw, Attribute::Other];
    let (_, rest) = text.split_once('/').ok_or("it has no `/`")?;
    let mut cpe = Cpe::default();
    let mut components = rest.split(':');
    for (attribute, component) in COMPONENTS.into_iter().zip(components.by_ref()) {
        match component.strip_prefix('~') {
            Some(packed) if attribute == Attribute::Edition => {
                let mut parts = packed.split('~');
                for attribute in PACKED {
                    cpe.set(attribute, uri_value(parts.next().ok_or("its packed edition has fewer than five parts")?)?);
                }
                if parts.next().is_some() {
                    return Err("its packed edition has more than five parts");
                }
            }
            _ => cpe.set(attribute, uri_value(component)?),
        }
    }
    match components.next() {
        Some(_) => Err("it has more than seven components"),
        None => with_part(cpe),
    }
}

/// `%01` is `?`, `%02` is `*`, other escapes are signs of ASCII; nothing is any value.
fn uri_value(text: &str) -> Result<Value, Problem> {
    match text {
        "" => return Ok(Value::Any),
        "-" => return Ok(Value::Na),
        _ => {}
    }
    let mut characters = Characters::default();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            characters.plain(c)?;
            continue;
        }
        let mut digit = || chars.next().and_then(|c| c.to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err("`%` is not followed by two digits of base 16");
        };
        match char::from_u32(high * 16 + low) {
            Some('\u{1}') => characters.wild('?')?,
            Some('\u{2}') => characters.wild('*')?,
            Some(c) if c.is_ascii_graphic() => characters.plain(c)?,
            _ => return Err("an escape stands for no sign of ASCII"),
        }
    }
    characters.value()
}

/// Section 6.2.2.
pub(super) fn write_value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    let text = match value {
        Value::Any => return f.write_char('*'),
        Value::Na => return f.write_char('-'),
        Value::Text(text) => text,
    };
    write_wild(f, text.before)?;
    for c in text.core.chars() {
        let alone = text.core.len() == 1 && !text.is_pattern();
        let plain = c.is_alphanumeric() || c == '_' || c == '.' || (c == '-' && !alone);
        if !plain {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    write_wild(f, text.after)
}

fn write_wild(f: &mut fmt::Formatter<'_>, wild: Wild) -> fmt::Result {
    match wild {
        Wild::Many => f.write_char('*'),
        Wild::AtMost(n) => (0..n).try_for_each(|_| f.write_char('?')),
    }
}

const _: () = assert!(ALL.len() == ATTRIBUTES, "every attribute is read");
