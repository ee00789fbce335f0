//! Are the runbook's criteria met, since when, and until when must a person have decided?

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Clean, CriterionId, Observed, Operator, Phrase, Series, ServiceKey, ServiceState, Severity, TargetHealth,
};
use crate::runbook::Runbook;

/// Whether a criterion is met. No data is unknown, never "not met".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionState {
    /// It is met.
    Met,
    /// It is not met.
    NotMet,
    /// It cannot be told.
    Unknown,
}

/// One criterion of one service, with all that a person needs to trust it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionStatus {
    /// Which one.
    pub id: CriterionId,
    /// Of which service.
    pub service: ServiceKey,
    /// How bad it is when met.
    pub severity: Severity,
    /// Whether it is met.
    pub state: CriterionState,
    /// Whether a person declared it.
    pub declared: bool,
    /// Whether the observations suggest that a person should look at it (no healthy target proposes `feature-down`).
    pub proposed: bool,
    /// The measured value: percent for `error-rate`, seconds for `latency`.
    pub value: Option<f64>,
    /// The threshold, in the same unit.
    pub threshold: Option<f64>,
    /// The start of the first bad complete minute of the present run, or the declaration.
    pub since: Option<Timestamp>,
    /// `since` plus the runbook's time.
    pub decide_by: Option<Timestamp>,
    /// The minute that `value` belongs to.
    pub as_of: Option<Timestamp>,
    /// Why it is so, as a sentence.
    pub why: Phrase,
}

/// What all criteria say together: met over unknown over not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// None is met and all are known.
    Hold,
    /// At least one is met.
    RollBack,
    /// None is met and at least one cannot be told.
    Unknown,
}

/// A person's word that a criterion is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Which one.
    pub criterion: CriterionId,
    /// Of which service.
    pub service: ServiceKey,
    /// When it was declared.
    pub at: Timestamp,
    /// By whom.
    pub by: Operator,
    /// In their words.
    pub note: Clean,
}

/// What is observed of one service, as far as criteria look at it.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The service.
    pub service: &'a ServiceKey,
    /// Its state.
    pub state: &'a Observed<ServiceState>,
    /// Its minutes.
    pub series: &'a Observed<Series>,
    /// Its targets.
    pub targets: &'a Observed<TargetHealth>,
}
