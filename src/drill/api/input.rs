//! Reads fields from an input, whatever the protocol made of them: the query protocol only knows text.

use jiff::Timestamp;
use serde_json::Value;

use super::AwsError;
use crate::drill::time;

/// An input, or a structure in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a>(&'a Value);

impl<'a> Input<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self(value)
    }

    /// The field itself; null counts as left out.
    pub(crate) fn field(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.field(name)?.as_str()
    }

    /// A text that must be there.
    pub(crate) fn required(self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| AwsError::parameter(format!("{name} must not be empty.")))
    }

    /// A text that must be one of these.
    pub(crate) fn one_of(self, name: &str, known: &[&str]) -> Result<Option<&'a str>, AwsError> {
        match self.text(name) {
            Some(text) if !known.contains(&text) => Err(AwsError::parameter(format!(
                "{name} must be one of {}, but was {text}.",
                known.join(", ")
            ))),
            given => Ok(given),
        }
    }

    /// A list of texts; left out, it is empty.
    pub(crate) fn texts(self, name: &str) -> Vec<String> {
        self.items(name)
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    /// A list; left out, it is empty.
    pub(crate) fn items(self, name: &str) -> &'a [Value] {
        self.field(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// A structure in it; left out, it has no fields.
    pub(crate) fn inner(self, name: &str) -> Self {
        self.field(name).map_or(Self(&Value::Null), Self)
    }

    /// Its fields by name; what is no structure has none.
    pub(crate) fn fields(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.as_object().into_iter().flatten()
    }

    /// A whole number.
    pub(crate) fn number(self, name: &str) -> Option<i64> {
        match self.field(name)? {
            Value::Number(number) => number
                .as_i64()
                .or_else(|| number.as_f64().map(|number| number as i64)),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A truth value; left out, it is false.
    pub(crate) fn flag(self, name: &str) -> bool {
        match self.field(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text == "true",
            Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => false,
        }
    }

    /// A moment.
    pub(crate) fn moment(self, name: &str) -> Option<Timestamp> {
        time::read(self.field(name)?)
    }
}
