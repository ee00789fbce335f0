//! A sentence without a language: a message id and its values.
//!
//! The pure floors say what they mean with these; `words` turns them into the reader's language at the edge, so the same
//! recorded fact reads Japanese in the report and English in a log.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A value inside a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arg {
    /// Text, drawn as it is; it must be clean already.
    Text(String),
    /// A number, formatted by the message.
    Number(f64),
    /// A moment, drawn as a clock time in the runbook's time zone.
    Time(Timestamp),
    /// A length of time in seconds, drawn as `1:48` or `9 d 2 h`.
    Seconds(u64),
    /// Another sentence.
    Phrase(Box<Phrase>),
}

/// A message id with its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phrase {
    /// The id of the message in `assets/locales`.
    pub id: Cow<'static, str>,
    /// The values by name, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(Cow<'static, str>, Arg)>,
}

impl Phrase {
    /// The message `id`, without values yet.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            args: Vec::new(),
        }
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &'static str, value: impl ToString) -> Self {
        self.with(name, Arg::Text(value.to_string()))
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, name: &'static str, value: impl Into<f64>) -> Self {
        self.with(name, Arg::Number(value.into()))
    }

    /// Adds a moment.
    #[must_use]
    pub fn time(self, name: &'static str, value: Timestamp) -> Self {
        self.with(name, Arg::Time(value))
    }

    /// Adds a length of time.
    #[must_use]
    pub fn duration(self, name: &'static str, value: Duration) -> Self {
        self.with(name, Arg::Seconds(value.as_secs()))
    }

    /// Adds another sentence.
    #[must_use]
    pub fn phrase(self, name: &'static str, value: Self) -> Self {
        self.with(name, Arg::Phrase(Box::new(value)))
    }

    fn with(mut self, name: &'static str, value: Arg) -> Self {
        self.args.push((Cow::Borrowed(name), value));
        self
    }
}
