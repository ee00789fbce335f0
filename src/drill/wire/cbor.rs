//! Smithy RPC v2 CBOR: timestamps carry tag 1, real numbers stay real, errors carry `__type`.

use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value, json};

use crate::drill::{api::AwsError, time};

/// The tag of an epoch time (RFC 8949, 3.4.2).
const EPOCH: u64 = 1;
/// Deeper bodies are refused; no AWS input comes near it.
const DEEPEST: usize = 64;

/// Reads a body; an empty one is an empty input.
pub(super) fn decode(body: &[u8]) -> Result<Value, String> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let value: Cbor =
        ciborium::de::from_reader_with_recursion_limit(body, DEEPEST).map_err(|error| error.to_string())?;
    let value = from_cbor(value)?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("the input is no structure".to_owned())
    }
}

fn from_cbor(value: Cbor) -> Result<Value, String> {
    Ok(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Integer(number) => {
            let number: i128 = number.into();
            i64::try_from(number)
                .map(Value::from)
                .map_err(|_| "a number is too large".to_owned())?
        }
        Cbor::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Cbor::Text(text) => Value::String(text),
        // A timestamp arrives as what it tags; handlers read epoch seconds.
        Cbor::Tag(_, inner) => from_cbor(*inner)?,
        Cbor::Array(items) => Value::Array(items.into_iter().map(from_cbor).collect::<Result<_, _>>()?),
        Cbor::Map(fields) => {
            let mut map = Map::new();
            for (name, value) in fields {
                let Cbor::Text(name) = name else {
                    return Err("a field has no name".to_owned());
                };
                map.insert(name, from_cbor(value)?);
            }
            Value::Object(map)
        }
        Cbor::Bytes(_) => return Err("bytes are not expected here".to_owned()),
        _ => return Err("a value of an unknown kind".to_owned()),
    })
}

/// Writes an outcome.
pub(super) fn encode(outcome: &Result<Value, AwsError>) -> Vec<u8> {
    let value = match outcome {
        Ok(answer) => to_cbor(answer),
        Err(error) => to_cbor(&json!({ "__type": error.code, "message": error.message })),
    };
    let mut body = Vec::new();
    // Writing into a vector cannot fail, and a body that did would be an empty one.
    if ciborium::into_writer(&value, &mut body).is_err() {
        body.clear();
    }
    body
}

fn to_cbor(value: &Value) -> Cbor {
    if let Some(millis) = time::marked(value) {
        return Cbor::Tag(EPOCH, Box::new(Cbor::Float(millis as f64 / 1000.0)));
    }
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Cbor::Integer(whole.into()),
            (None, Some(real)) => Cbor::Float(real),
            (None, None) => Cbor::Null,
        },
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(items) => Cbor::Array(items.iter().map(to_cbor).collect()),
        Value::Object(fields) => Cbor::Map(
            fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (Cbor::Text(name.clone()), to_cbor(value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_tagged_and_reals_stay_real() {
        let at = "2026-11-23T05:05:12Z".parse().unwrap();
        let body = encode(&Ok(
            json!({ "At": time::wire(at), "Values": [4.0, 0.5], "Period": 60, "Next": null }),
        ));
        let read: Cbor = ciborium::from_reader(body.as_slice()).unwrap();
        let expected = Cbor::Map(vec![
            (
                Cbor::Text("At".into()),
                Cbor::Tag(1, Box::new(Cbor::Float(1_795_410_312.0))),
            ),
            (
                Cbor::Text("Values".into()),
                Cbor::Array(vec![Cbor::Float(4.0), Cbor::Float(0.5)]),
            ),
            (Cbor::Text("Period".into()), Cbor::Integer(60.into())),
        ]);
        assert_eq!(read, expected);
        let input = decode(&body).unwrap();
        assert_eq!(time::read(&input["At"]), Some(at));
    }

    #[test]
    fn what_is_no_structure_is_refused() {
        assert_eq!(decode(&[]), Ok(json!({})));
        assert!(decode(&[0x80]).is_err() && decode(&[0xff]).is_err() && decode(&[0xa1, 0x01, 0x02]).is_err());
        let bomb = vec![0x81; 10_000];
        assert!(decode(&bomb).is_err());
    }
}
