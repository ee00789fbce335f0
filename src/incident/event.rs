//! What can happen in an incident. Events are durable: a field is never renamed, a new one has a default.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, Clean, CriterionId, DeploymentId, EnvironmentName, Fault, Operator, Phrase, PlanHash, Region,
    RunId, ServiceDeploymentArn, ServiceKey, TargetSpec, TaskDefinitionArn,
};
use crate::rollback::{CheckResult, CriterionStatus, Ending, Fingerprint, Method, Override, Plan, Settled};

/// The id of an incident: its day in the runbook's time zone and a number, `2026-11-23-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(String);

impl IncidentId {
    /// The `number`th incident of `day` (`YYYY-MM-DD`).
    #[must_use]
    pub fn of(day: jiff::civil::Date, number: u32) -> Self {
        Self(format!("{day}-{number}"))
    }

    /// Reads an id as a person types it. Anything of letters, digits and `-` is accepted; whether it exists, the journal tells.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.len() <= 32
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What AWS answered to a write, or what was found in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// AWS's id of the request; absent when the effect was found by looking.
    pub request_id: Option<Clean>,
    /// The deployment that the write made.
    pub deployment: Option<DeploymentId>,
    /// The service deployment that it made, where the endpoint tells.
    pub service_deployment: Option<ServiceDeploymentArn>,
    /// The revision that it registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<TaskDefinitionArn>,
    /// The database instance that it began to restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Clean>,
    /// The version of the secret that it made, or put back into use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_version: Option<Clean>,
    /// The run of the workflow that it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A person opened the incident.
    Opened {
        /// Where.
        environment: EnvironmentName,
        /// For which services.
        services: Vec<ServiceKey>,
        /// In which account, as far as known.
        account: Option<AccountId>,
        /// In which region, as far as known.
        region: Option<Region>,
        /// Who.
        by: Operator,
        /// The run of the drill that this belongs to; absent for the real world.
        world: Option<String>,
        /// The criteria as they stood.
        criteria: Vec<CriterionStatus>,
    },
    /// The verdict of the criteria changed.
    CriteriaChanged {
        /// The criteria as they stand.
        criteria: Vec<CriterionStatus>,
    },
    /// A person declared a criterion.
    Declared {
        /// Which.
        criterion: CriterionId,
        /// Of which service.
        service: ServiceKey,
        /// In their words.
        note: Clean,
        /// Who.
        by: Operator,
    },
    /// A person took a declaration back.
    Withdrawn {
        /// Which.
        criterion: CriterionId,
        /// Of which service.
        service: ServiceKey,
        /// Who.
        by: Operator,
    },
    /// A person wrote something down.
    Noted {
        /// What.
        text: Clean,
        /// Who.
        by: Operator,
    },
    /// The assessment was read; the scope is next.
    Assessed,
    /// The services were confirmed; the target is next.
    Scoped {
        /// All of them, in the order in which they are put back; absent in older journals, where they were those of the
        /// opening.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        services: Option<Vec<ServiceKey>>,
    },
    /// A target was chosen; the checks are next.
    TargetChosen {
        /// As written.
        target: TargetSpec,
        /// The method that was asked for; absent when the state chooses, and in older journals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<Method>,
        /// The file of the operator's own definition, if one is to be registered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Clean>,
    },
    /// A person goes on in spite of a check that forbids it.
    Overridden {
        /// Which check, why and who.
        #[serde(flatten)]
        over: Override,
    },
    /// A person put a text beside the incident, such as the SQL that they will run by hand. It is kept, never run.
    Attached {
        /// What it is.
        title: Clean,
        /// The text.
        text: String,
        /// Who.
        by: Operator,
    },
    /// The plan was frozen; approval is next.
    Planned {
        /// The plan.
        plan: Box<Plan>,
    },
    /// A person went back a step before anything was approved.
    Reconsidered,
    /// A person approved exactly this plan.
    Approved {
        /// The plan.
        hash: PlanHash,
        /// Who.
        by: Operator,
        /// Why, in their words.
        reason: Option<Clean>,
        /// Seconds after which waiting ends.
        timeout_seconds: u64,
    },
    /// Nothing was sent, because the world is not what was approved; a new plan is needed.
    Refused {
        /// Why.
        why: Phrase,
    },
    /// About to send a call. Durable before it is sent.
    Intended {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// The world as read again immediately before.
        fingerprint: Fingerprint,
        /// The token that the call carries where AWS takes one, and by which its effect is found again; absent in older
        /// journals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Clean>,
    },
    /// AWS answered. Durable before anything says so.
    Answered {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// The answer.
        receipt: Receipt,
    },
    /// The call certainly did nothing.
    Rejected {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// Why.
        fault: Fault,
    },
    /// No answer: whether it happened cannot be told yet.
    Doubtful {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// What went wrong; absent when the process ended in between.
        fault: Option<Fault>,
    },
    /// Looking showed that a call without an answer took effect.
    Adopted {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// What was found.
        receipt: Receipt,
    },
    /// Looking showed that a call without an answer did nothing.
    NotApplied {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
    },
    /// What a call began came to its end: the next call may be sent.
    Settled {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// What came of it.
        settled: Settled,
    },
    /// A step ended; with its last step, or when it ended badly, the rollback.
    Ended {
        /// How.
        ending: Ending,
    },
    /// A check was made.
    Checked {
        /// The result.
        result: CheckResult,
        /// Who signed it; absent for an automatic check.
        by: Option<Operator>,
    },
    /// Verification ended.
    Verified {
        /// Whether every automatic check passed.
        passed: bool,
        /// The start of the first complete minute after stable in which no criterion is met.
        recovered_at: Option<Timestamp>,
    },
    /// A person settled the report's text.
    Reported {
        /// The text.
        text: String,
    },
    /// The history row was written.
    Filed {
        /// To which file.
        path: String,
    },
    /// The incident was given up before anything was sent.
    Abandoned {
        /// Why.
        why: Phrase,
    },
}

/// An event with its place and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place in the incident, from 1 without gaps.
    pub seq: u64,
    /// When, on the engine's clock.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

impl Event {
    /// The name that the event has in the journal.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::CriteriaChanged { .. } => "criteria-changed",
            Self::Declared { .. } => "declared",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Noted { .. } => "noted",
            Self::Assessed => "assessed",
            Self::Scoped { .. } => "scoped",
            Self::TargetChosen { .. } => "target-chosen",
            Self::Overridden { .. } => "overridden",
            Self::Attached { .. } => "attached",
            Self::Planned { .. } => "planned",
            Self::Reconsidered => "reconsidered",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::Intended { .. } => "intended",
            Self::Answered { .. } => "answered",
            Self::Rejected { .. } => "rejected",
            Self::Doubtful { .. } => "doubtful",
            Self::Adopted { .. } => "adopted",
            Self::NotApplied { .. } => "not-applied",
            Self::Settled { .. } => "settled",
            Self::Ended { .. } => "ended",
            Self::Checked { .. } => "checked",
            Self::Verified { .. } => "verified",
            Self::Reported { .. } => "reported",
            Self::Filed { .. } => "filed",
            Self::Abandoned { .. } => "abandoned",
        }
    }
}
