//! Is it safe? Each row passes, warns, blocks or is unknown, with its evidence.

use serde::{Deserialize, Serialize};

use crate::domain::{Phrase, ServiceKey};

/// What is checked before a plan may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreflightCheck {
    /// The account is the one that the runbook names.
    Account,
    /// ECS itself drives deployments, of replicas, in a way that this version knows.
    Controller,
    /// The service wants at least one task.
    Desired,
    /// No other deployment is under way.
    Deployment,
    /// The target is not what runs already.
    NotCurrent,
    /// The target can still be deployed.
    TargetActive,
    /// The target's image is in ECR, by digest, and can be pulled.
    Image,
    /// The target is known to have run.
    Proven,
}

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreflightVerdict {
    /// Fine.
    Pass,
    /// Go on with open eyes.
    Warn,
    /// Do not go on.
    Block,
    /// It cannot be told; never shown as a pass.
    Unknown,
}

/// One checked row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreflightRow {
    /// The service it is about.
    pub service: ServiceKey,
    /// What was checked.
    pub check: PreflightCheck,
    /// What it says.
    pub verdict: PreflightVerdict,
    /// Why, as a sentence.
    pub evidence: Phrase,
}
