//! Inputs and answers as text: what reasons show, and what `changegate plugin run` takes.

use serde_json::{Map, Value as Json};

use crate::check::decimal::Decimal;
use crate::time::{Date, Duration, Instant, parse_date, parse_duration, parse_instant};

use super::{Kind, Value};

impl Value {
    /// The value in JSON: numbers as numbers, a percent as `"15%"`, times and lengths of time as texts, `none` as `null`.
    #[must_use]
    pub fn to_json(&self, kind: &Kind) -> Json {
        match (self, kind) {
            (Self::None, _) => Json::Null,
            (value, Kind::OrNone(inner)) => value.to_json(inner),
            (Self::Bool(value), _) => Json::Bool(*value),
            (Self::Int(value), _) => Json::from(*value),
            (Self::Decimal(raw), Kind::Percent) => Json::from(format!("{}%", decimal(*raw))),
            (Self::Decimal(raw), _) => decimal(*raw).parse().map_or_else(|_| Json::from(decimal(*raw)), Json::Number),
            (Self::Text(text), _) => Json::from(&**text),
            (Self::Date(days), _) => {
                Json::from(Date::from_days(i64::from(*days)).map_or_else(|| days.to_string(), |date| date.to_string()))
            }
            (Self::Time(micros), _) => {
                Json::from(Instant::from_micros(*micros).map_or_else(|| micros.to_string(), Instant::to_rfc3339))
            }
            (Self::Duration(micros), _) => Json::from(Duration::from_micros(*micros).to_string()),
            (Self::Word(at), Kind::Word(words)) => {
                words.get(*at as usize).map_or(Json::Null, |w| Json::from(w.clone()))
            }
            (Self::Word(at), _) => Json::from(*at),
            (Self::List(items), Kind::Set(inner) | Kind::List(inner)) => {
                Json::Array(items.iter().map(|item| item.to_json(inner)).collect())
            }
            (Self::Record(values), Kind::Record(fields)) => {
                let one = |((name, kind), value): (&(String, Kind), &Self)| (name.clone(), value.to_json(kind));
                Json::Object(fields.iter().zip(values).map(one).collect::<Map<String, Json>>())
            }
            (Self::List(_) | Self::Record(_), _) => Json::Null,
        }
    }

    /// The value of a type that JSON holds.
    ///
    /// # Errors
    /// What was expected, in words for people.
    pub fn from_json(json: &Json, kind: &Kind) -> Result<Self, String> {
        let expected = |what: &str| format!("`{json}` is no {what}");
        let text = |what: &str| json.as_str().ok_or_else(|| expected(what));
        Ok(match kind {
            Kind::OrNone(_) if json.is_null() => Self::None,
            Kind::OrNone(inner) => Self::from_json(json, inner)?,
            Kind::Bool => Self::Bool(json.as_bool().ok_or_else(|| expected("`true` or `false`"))?),
            Kind::Int => Self::Int(json.as_i64().ok_or_else(|| expected("whole number"))?),
            Kind::Number => {
                let number = json.as_number().map(ToString::to_string);
                let number = number.or_else(|| json.as_str().map(str::to_owned)).ok_or_else(|| expected("number"))?;
                Self::Decimal(Decimal::parse(&number).ok_or_else(|| expected("number"))?.raw())
            }
            Kind::Percent => {
                let text = text("percent, such as `\"15%\"`")?.trim_end_matches('%');
                Self::Decimal(Decimal::parse(text).ok_or_else(|| expected("percent, such as `\"15%\"`"))?.raw())
            }
            Kind::Text => Self::Text(text("text")?.into()),
            Kind::Date => {
                let date = parse_date(text("date, such as `\"2026-12-18\"`")?);
                let days = date.ok().and_then(|date| i32::try_from(date.days()).ok());
                Self::Date(days.ok_or_else(|| expected("date, such as `\"2026-12-18\"`"))?)
            }
            Kind::Time => {
                let what = "time, such as `\"2026-12-18T18:00:00Z\"`";
                Self::Time(parse_instant(text(what)?).map_err(|_| expected(what))?.micros())
            }
            Kind::Duration => {
                let what = "length of time, such as `\"90min\"`";
                Self::Duration(parse_duration(text(what)?).map_err(|_| expected(what))?.micros())
            }
            Kind::Word(words) => {
                let what = format!("one of `{}`", words.join("`, `"));
                let at = words.iter().position(|word| json.as_str() == Some(word));
                let at = at.and_then(|at| u32::try_from(at).ok());
                Self::Word(at.ok_or_else(|| format!("`{json}` is not {what}"))?)
            }
            Kind::Set(inner) | Kind::List(inner) => {
                let items = json.as_array().ok_or_else(|| expected("list"))?;
                let values = items.iter().map(|item| Self::from_json(item, inner)).collect::<Result<_, _>>()?;
                Self::in_order(values, matches!(kind, Kind::Set(_)))
            }
            Kind::Record(fields) => {
                let object = json.as_object().ok_or_else(|| expected("record"))?;
                if let Some(other) = object.keys().find(|key| !fields.iter().any(|(name, _)| name == *key)) {
                    return Err(format!("the record has no field `{other}`"));
                }
                let one = |(name, kind): &(String, Kind)| match object.get(name) {
                    Some(value) => Self::from_json(value, kind),
                    None => Err(format!("the field `{name}` is missing")),
                };
                Self::Record(fields.iter().map(one).collect::<Result<_, _>>()?)
            }
        })
    }

    /// A list in the order in which checks are handed it, whatever the order it was found in; a set has each element once.
    #[must_use]
    pub fn in_order(mut values: Vec<Self>, is_set: bool) -> Self {
        values.sort();
        if is_set {
            values.dedup();
        }
        Self::List(values)
    }
}

fn decimal(raw: i128) -> String {
    Decimal::from_raw(raw).map_or_else(|| raw.to_string(), |decimal| decimal.to_string())
}

/// Inputs as a call shows them: JSON, with commas between.
#[must_use]
pub fn shown(inputs: &[Value], kinds: &[Kind]) -> Vec<String> {
    inputs.iter().zip(kinds).map(|(input, kind)| input.to_json(kind).to_string()).collect()
}

#[cfg(test)]
mod tests;
