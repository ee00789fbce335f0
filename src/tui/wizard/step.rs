//! The steps of the way, derived from where the incident stands.

use crate::incident::{Incident, Stage};
use crate::rollback::Outcome;

/// A step of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Reading the criteria.
    Assess,
    /// Confirming the services.
    Scope,
    /// Choosing where to go back to.
    Target,
    /// Reading the checks of the plan.
    Check,
    /// Approving the frozen plan.
    Approve,
    /// It is carried out.
    RollBack,
    /// Did it help?
    Verify,
    /// Saying what happened.
    Report,
    /// Filing it.
    Record,
}

/// How a step stands on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Behind us.
    Done,
    /// Behind us, and it did not go well.
    Bad,
    /// Left out: there was nothing to do at it.
    Left,
    /// At hand.
    Current,
    /// Before us.
    Ahead,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 9] = [
        Self::Assess,
        Self::Scope,
        Self::Target,
        Self::Check,
        Self::Approve,
        Self::RollBack,
        Self::Verify,
        Self::Report,
        Self::Record,
    ];

    /// The step of a stage. An incident that was given up has nothing left but its record.
    #[must_use]
    pub const fn of(stage: Stage) -> Self {
        match stage {
            Stage::Assess => Self::Assess,
            Stage::Scope => Self::Scope,
            Stage::Target => Self::Target,
            Stage::Check => Self::Check,
            Stage::Approve => Self::Approve,
            Stage::Act { .. } => Self::RollBack,
            Stage::Verify => Self::Verify,
            Stage::Report => Self::Report,
            Stage::Done | Stage::Abandoned => Self::Record,
        }
    }

    /// The message of its name.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Assess => "step-assess",
            Self::Scope => "step-scope",
            Self::Target => "step-target",
            Self::Check => "step-check",
            Self::Approve => "step-approve",
            Self::RollBack => "step-roll-back",
            Self::Verify => "step-verify",
            Self::Report => "step-report",
            Self::Record => "step-record",
        }
    }

    /// How it stands in an incident.
    #[must_use]
    pub fn standing(self, incident: &Incident) -> Standing {
        let current = Self::of(incident.stage);
        if self == current {
            return Standing::Current;
        }
        if self > current {
            return Standing::Ahead;
        }
        let reached = match self {
            Self::Assess | Self::Scope | Self::Target | Self::Check => true,
            Self::Approve => incident.approval.is_some(),
            Self::RollBack => match &incident.ending {
                Some((ending, _)) => match ending.outcome {
                    Outcome::OnTarget => true,
                    Outcome::Elsewhere
                    | Outcome::Failed
                    | Outcome::TimedOut
                    | Outcome::Unknown
                    | Outcome::Refused => return Standing::Bad,
                },
                None => false,
            },
            Self::Verify => match incident.verification {
                Some(verification) if !verification.passed => return Standing::Bad,
                Some(_) => true,
                None => false,
            },
            Self::Report => incident.report.is_some(),
            Self::Record => incident.filed.is_some(),
        };
        if reached { Standing::Done } else { Standing::Left }
    }
}
