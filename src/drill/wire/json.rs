//! awsJson: timestamps are epoch seconds, absent fields are left out, errors carry `__type`.

use serde_json::{Number, Value, json};

use crate::drill::{api::AwsError, time};

/// Reads a body; an empty one is an empty input.
pub(super) fn decode(body: &[u8]) -> Result<Value, String> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("the input is no structure".to_owned())
    }
}

/// Writes an outcome; `sentence` is what the service calls the sentence of an error.
pub(super) fn encode(outcome: &Result<Value, AwsError>, sentence: &str) -> Vec<u8> {
    match outcome {
        Ok(answer) => plain(answer),
        Err(error) => json!({ "__type": error.code, sentence: error.message }),
    }
    .to_string()
    .into_bytes()
}

/// The answer as plain JSON: timestamps as epoch seconds, no nulls.
pub(crate) fn plain(value: &Value) -> Value {
    map(value, &|millis| {
        Number::from_f64(millis as f64 / 1000.0).map_or(Value::Null, Value::Number)
    })
}

/// The answer for people: timestamps in RFC 3339, no nulls.
pub(crate) fn readable(value: &Value) -> Value {
    map(value, &|millis| json!(time::text(millis)))
}

fn map(value: &Value, moment: &impl Fn(i64) -> Value) -> Value {
    if let Some(millis) = time::marked(value) {
        return moment(millis);
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), map(value, moment)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| map(item, moment)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_become_seconds_and_nulls_vanish() {
        let at = "2026-11-23T05:05:12.250Z".parse().unwrap();
        let answer =
            json!({ "createdAt": time::wire(at), "nextToken": null, "list": [{ "at": time::wire(at) }] });
        assert_eq!(
            plain(&answer).to_string(),
            r#"{"createdAt":1795410312.25,"list":[{"at":1795410312.25}]}"#
        );
        assert_eq!(readable(&answer)["createdAt"], "2026-11-23T05:05:12.25Z");
    }

    #[test]
    fn only_structures_are_inputs() {
        assert_eq!(decode(b""), Ok(json!({})));
        assert!(decode(b"[]").is_err() && decode(b"{").is_err());
    }
}
