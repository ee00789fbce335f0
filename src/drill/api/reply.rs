//! An answer in which HTTP says more than the body: a REST service's.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Stands in addresses for the service's own beginning, which only the request knows.
pub(crate) const BASE: &str = "base://drill";

/// Status, headers and body of a REST answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// `Link`.
    #[serde(default)]
    pub(crate) link: Option<String>,
    /// `Location`.
    #[serde(default)]
    pub(crate) location: Option<String>,
    /// A JSON body, with its nulls.
    #[serde(default)]
    pub(crate) json: Option<Value>,
    /// A plain text body.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

impl Reply {
    /// 200 with a JSON body.
    pub(crate) fn json(body: Value) -> Self {
        Self {
            status: 200,
            json: Some(body),
            ..Self::default()
        }
    }

    /// A status without a body.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// As an operation answers.
    pub(crate) fn into_value(self) -> Value {
        // Plain data always has a value.
        serde_json::to_value(self).unwrap_or_else(|_| json!({ "status": 500 }))
    }

    /// What an operation answered.
    pub(crate) fn from_value(value: &Value) -> Self {
        serde_json::from_value(value.clone()).unwrap_or_else(|_| Self::status(500))
    }
}
