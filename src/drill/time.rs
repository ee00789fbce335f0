//! Small arithmetic on timestamps, and their one representation inside answers.
//!
//! Handlers build answers as JSON values, but the protocols disagree about time: JSON sends epoch seconds, CBOR tags
//! them, XML writes ISO 8601. An answer therefore carries a marked value which each codec writes in its own way.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

/// The key which marks a timestamp (epoch milliseconds) inside an answer.
const MARK: &str = "$time";

/// The moment `seconds` later (earlier when negative), to the millisecond; it stays inside the calendar.
pub(crate) fn after(at: Timestamp, seconds: f64) -> Timestamp {
    let millis = at
        .as_millisecond()
        .saturating_add((seconds * 1000.0).round() as i64);
    Timestamp::from_millisecond(millis).unwrap_or(if seconds < 0.0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// The moment `by` later; it stays inside the calendar.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Seconds between two moments, negative when `to` lies before `from`.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_millisecond() - from.as_millisecond()) as f64 / 1000.0
}

/// The moment cut to whole milliseconds, the finest that travels on the wire.
pub(crate) fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// The start of the minute that holds this moment.
pub(crate) fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// The start and the end of the hour that holds this moment.
pub(crate) fn hour(at: Timestamp) -> (Timestamp, Timestamp) {
    let start = Timestamp::from_second(at.as_second().div_euclid(3_600) * 3_600).unwrap_or(at);
    (start, after(start, 3_600.0))
}

/// A timestamp inside an answer, to be written by the codec.
pub(crate) fn wire(at: Timestamp) -> Value {
    json!({ MARK: at.as_millisecond() })
}

/// A timestamp that may be missing.
pub(crate) fn wire_option(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, wire)
}

/// Epoch milliseconds when the value is a marked timestamp.
pub(crate) fn marked(value: &Value) -> Option<i64> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.get(MARK)?.as_i64()
}

/// RFC 3339 text of a marked timestamp in milliseconds.
pub(crate) fn text(millis: i64) -> String {
    Timestamp::from_millisecond(millis)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// Reads a moment that a client sent: epoch seconds (also as text) or ISO 8601.
pub(crate) fn read(value: &Value) -> Option<Timestamp> {
    let from_seconds = |seconds: f64| Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok();
    match value {
        Value::Number(number) => from_seconds(number.as_f64()?),
        // Clients leave the zone out now and then; AWS reads UTC.
        Value::String(text) => text
            .parse::<Timestamp>()
            .ok()
            .or_else(|| format!("{text}Z").parse().ok())
            .or_else(|| from_seconds(text.parse().ok()?)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_every_form_that_clients_send() {
        let expected: Timestamp = "2026-11-23T05:05:12Z".parse().unwrap();
        for value in [
            json!("2026-11-23T05:05:12Z"),
            json!("2026-11-23T05:05:12"),
            json!("2026-11-23T14:05:12+09:00"),
            json!(expected.as_second()),
            json!(expected.as_second() as f64),
            json!(expected.as_second().to_string()),
        ] {
            assert_eq!(read(&value), Some(expected), "{value}");
        }
        assert_eq!(read(&json!("yesterday")), None);
    }

    #[test]
    fn minutes_are_cut_downwards_before_the_epoch_too() {
        assert_eq!(
            minute("2026-11-23T05:05:59.999Z".parse().unwrap()),
            "2026-11-23T05:05:00Z".parse().unwrap()
        );
        assert_eq!(
            minute("1969-12-31T23:59:30Z".parse().unwrap()),
            "1969-12-31T23:59:00Z".parse().unwrap()
        );
    }
}
