//! The five situations in which the runbook considers a rollback.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Which of the runbook's criteria (runbook, "ロールバック判断基準").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionId {
    /// The rate of 5xx answers is over its threshold. Measured.
    ErrorRate,
    /// Answers take longer than their threshold. Measured.
    Latency,
    /// A main feature cannot be used. Declared by a person, proposed when no target is healthy.
    FeatureDown,
    /// Data is inconsistent. Declared by a person.
    DataInconsistency,
    /// A vulnerability was found. Declared by a person.
    Vulnerability,
}

impl CriterionId {
    /// All five, in the runbook's order.
    pub const ALL: [Self; 5] = [
        Self::ErrorRate,
        Self::Latency,
        Self::FeatureDown,
        Self::DataInconsistency,
        Self::Vulnerability,
    ];

    /// The name in files and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorRate => "error-rate",
            Self::Latency => "latency",
            Self::FeatureDown => "feature-down",
            Self::DataInconsistency => "data-inconsistency",
            Self::Vulnerability => "vulnerability",
        }
    }

    /// Whether metrics decide it; the others are declared by a person.
    #[must_use]
    pub const fn is_measured(self) -> bool {
        match self {
            Self::ErrorRate | Self::Latency => true,
            Self::FeatureDown | Self::DataInconsistency | Self::Vulnerability => false,
        }
    }
}

/// A text that names no criterion.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is none of error-rate, latency, feature-down, data-inconsistency, vulnerability")]
pub struct UnknownCriterion(pub String);

impl FromStr for CriterionId {
    type Err = UnknownCriterion;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|id| id.as_str() == text)
            .ok_or_else(|| UnknownCriterion(super::Clean::new(text).to_string()))
    }
}

impl fmt::Display for CriterionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How bad it is when a criterion is met (runbook, column 重要度).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// High.
    High,
    /// Critical.
    Critical,
}
