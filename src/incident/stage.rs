//! Where an incident stands. The wizard's steps derive from it, so they cannot disagree with it.

use serde::{Deserialize, Serialize};

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Reading the criteria.
    Assess,
    /// Confirming the services.
    Scope,
    /// Choosing where to go back to.
    Target,
    /// Reading the checks of a plan that is not frozen yet.
    Check,
    /// The plan is frozen and waits for its approval.
    Approve,
    /// The plan is approved and is carried out.
    Act {
        /// Which step of the plan.
        step: usize,
        /// Which call of the step.
        call: usize,
        /// How far that call is.
        state: ActState,
    },
    /// The rollback ended on target; the checks run.
    Verify,
    /// Verification ended, or the rollback ended badly: the report is written.
    Report,
    /// Reported and filed, or as much of it as was wanted.
    Done,
    /// Given up before anything was sent.
    Abandoned,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActState {
    /// Next to be sent.
    Ready,
    /// The intent is durable; the answer is not known.
    Sent,
    /// It cannot be told whether it happened.
    Doubtful,
    /// Every call of the step is answered; its deployment is followed.
    Following,
}

impl Stage {
    /// Whether a write may have happened and its end is not recorded: no other rollback of the services may start.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Act { .. } => true,
            Self::Assess
            | Self::Scope
            | Self::Target
            | Self::Check
            | Self::Approve
            | Self::Verify
            | Self::Report
            | Self::Done
            | Self::Abandoned => false,
        }
    }
}
