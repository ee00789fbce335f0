//! An incident's state, folded from its events.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{AccountId, Clean, EnvironmentName, Operator, Region, ServiceKey, TargetSpec};
use crate::rollback::{CheckResult, CriterionStatus, Declaration, Ending, Plan};

use super::{IncidentId, Receipt, Recorded, Stage};

/// What a person approved.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Who.
    pub by: Operator,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: Option<Clean>,
    /// After how many seconds waiting ends.
    pub timeout_seconds: u64,
}

/// How verification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Whether every automatic check passed.
    pub passed: bool,
    /// When it ended.
    pub at: Timestamp,
    /// The first complete minute after stable in which no criterion is met.
    pub recovered_at: Option<Timestamp>,
}

/// An incident as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Where it stands.
    pub stage: Stage,
    /// Its environment.
    pub environment: EnvironmentName,
    /// Its services.
    pub services: Vec<ServiceKey>,
    /// Its account, as far as known.
    pub account: Option<AccountId>,
    /// Its region, as far as known.
    pub region: Option<Region>,
    /// Who opened it.
    pub opened_by: Operator,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The run of the drill that it belongs to; absent for the real world.
    pub world: Option<String>,
    /// The criteria when it was opened.
    pub criteria_at_open: Vec<CriterionStatus>,
    /// The criteria as last recorded.
    pub criteria: Vec<CriterionStatus>,
    /// What people declared and did not withdraw.
    pub declarations: Vec<Declaration>,
    /// The earliest `since` of any criterion that was ever met: where the time to recover begins.
    pub first_bad: Option<Timestamp>,
    /// The chosen target, as written.
    pub target: Option<TargetSpec>,
    /// The frozen plan.
    pub plan: Option<Plan>,
    /// Its approval.
    pub approval: Option<Approval>,
    /// Answers by step and call.
    pub receipts: BTreeMap<(usize, usize), (Receipt, Timestamp)>,
    /// When the newest intent was recorded.
    pub sent_at: Option<Timestamp>,
    /// Why nothing was sent, when the world had changed.
    pub refusal: Option<crate::domain::Phrase>,
    /// How the rollback ended, and when.
    pub ending: Option<(Ending, Timestamp)>,
    /// The newest result of each check and who signed it.
    pub checks: BTreeMap<String, (CheckResult, Option<Operator>)>,
    /// How verification ended.
    pub verification: Option<Verification>,
    /// The report's settled text.
    pub report: Option<String>,
    /// The file that the history row went to.
    pub filed: Option<String>,
    /// Everything that happened, in order.
    pub events: Vec<Recorded>,
}
