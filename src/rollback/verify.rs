//! Did it help? Checks after stable, each with its evidence. Late data is waiting, not failed; unknown never passes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::Phrase;

/// Where a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// Data is on its way.
    Waiting,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It cannot be told.
    Unknown,
    /// A person left it out, with a reason.
    Skipped,
}

/// Where one check stands, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's id in the runbook.
    pub check: String,
    /// Where it stands.
    pub state: CheckState,
    /// Why, as a sentence.
    pub evidence: Phrase,
    /// When this was found.
    pub at: Timestamp,
}
