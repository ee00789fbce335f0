//! Where an incident stands. The wizard's steps derive from it, so they cannot disagree with it.

use serde::{Deserialize, Serialize};

use crate::rollback::{Method, Outcome, Plan, PlanVerdict};

use super::Event;

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
    /// It is answered, and what it began must come to its end before anything else is done.
    Settling,
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

/// An event that cannot follow where the incident stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event `{event}` cannot follow at stage {stage:?}")]
pub struct IllegalEvent {
    /// Where the incident stands.
    pub stage: Stage,
    /// The name of the event.
    pub event: &'static str,
}

impl Stage {
    /// Where the incident stands after `event`. Total: every pair has an answer, an illegal one is an error. `plan` is the
    /// frozen plan, which says how many calls a step has.
    ///
    /// # Errors
    /// When the event cannot follow here.
    pub fn next(self, event: &Event, plan: Option<&Plan>) -> Result<Self, IllegalEvent> {
        let illegal = Err(IllegalEvent {
            stage: self,
            event: event.name(),
        });
        match event {
            // The first event makes the incident; it never follows another.
            Event::Opened { .. } => illegal,
            Event::CriteriaChanged { .. }
            | Event::Declared { .. }
            | Event::Withdrawn { .. }
            | Event::Noted { .. }
            | Event::Attached { .. } => Ok(self),
            Event::Assessed if self == Self::Assess => Ok(Self::Scope),
            Event::Scoped { .. } if self == Self::Scope => Ok(Self::Target),
            Event::TargetChosen { .. } if self == Self::Target => Ok(Self::Check),
            // Only a check that is before everybody's eyes can be overridden.
            Event::Overridden { .. } if self == Self::Check => Ok(self),
            Event::Planned { .. } if self == Self::Check => Ok(Self::Approve),
            Event::Assessed
            | Event::Scoped { .. }
            | Event::TargetChosen { .. }
            | Event::Overridden { .. }
            | Event::Planned { .. } => illegal,
            Event::Reconsidered => match self {
                Self::Scope => Ok(Self::Assess),
                Self::Target => Ok(Self::Scope),
                Self::Check => Ok(Self::Target),
                Self::Approve => Ok(Self::Check),
                Self::Assess
                | Self::Act { .. }
                | Self::Verify
                | Self::Report
                | Self::Done
                | Self::Abandoned => illegal,
            },
            Event::Approved { hash, .. } => match (self, plan) {
                (Self::Approve, Some(plan)) if plan.hash == *hash && may_be_carried_out(plan) => {
                    Ok(Self::Act {
                        step: 0,
                        call: 0,
                        state: ActState::Ready,
                    })
                }
                (
                    Self::Assess
                    | Self::Scope
                    | Self::Target
                    | Self::Check
                    | Self::Approve
                    | Self::Act { .. }
                    | Self::Verify
                    | Self::Report
                    | Self::Done
                    | Self::Abandoned,
                    _,
                ) => illegal,
            },
            // Only while nothing was sent: after the first call the story needs an ending, not a new plan.
            Event::Refused { .. } => match self {
                Self::Approve
                | Self::Act {
                    step: 0,
                    call: 0,
                    state: ActState::Ready,
                } => Ok(Self::Check),
                Self::Assess
                | Self::Scope
                | Self::Target
                | Self::Check
                | Self::Act { .. }
                | Self::Verify
                | Self::Report
                | Self::Done
                | Self::Abandoned => illegal,
            },
            Event::Intended { step, call, .. } => self
                .of_call(*step, *call, ActState::Ready, ActState::Sent)
                .ok_or_else(|| self.illegal(event)),
            Event::Doubtful { step, call, .. } => self
                .of_call(*step, *call, ActState::Sent, ActState::Doubtful)
                .ok_or_else(|| self.illegal(event)),
            // What certainly did nothing leaves the call as it was before: not sent.
            Event::Rejected { step, call, .. } => self
                .of_call(*step, *call, ActState::Sent, ActState::Ready)
                .ok_or_else(|| self.illegal(event)),
            Event::NotApplied { step, call } => self
                .of_call(*step, *call, ActState::Doubtful, ActState::Ready)
                .ok_or_else(|| self.illegal(event)),
            Event::Answered { step, call, .. } => self
                .of_call(*step, *call, ActState::Sent, ActState::Settling)
                .map(|stage| stage.answered(plan))
                .ok_or_else(|| self.illegal(event)),
            Event::Adopted { step, call, .. } => self
                .of_call(*step, *call, ActState::Doubtful, ActState::Settling)
                .map(|stage| stage.answered(plan))
                .ok_or_else(|| self.illegal(event)),
            Event::Settled { step, call, .. } => self
                .of_call(*step, *call, ActState::Settling, ActState::Following)
                .map(|stage| stage.next_call(plan))
                .ok_or_else(|| self.illegal(event)),
            Event::Ended { ending } => self
                .ended(ending.outcome, plan)
                .ok_or_else(|| self.illegal(event)),
            Event::Checked { .. } => match self {
                Self::Verify | Self::Report | Self::Done => Ok(self),
                Self::Assess
                | Self::Scope
                | Self::Target
                | Self::Check
                | Self::Approve
                | Self::Act { .. }
                | Self::Abandoned => illegal,
            },
            Event::Verified { .. } if self == Self::Verify => Ok(Self::Report),
            Event::Verified { .. } => illegal,
            Event::Reported { .. } => match self {
                Self::Report | Self::Done => Ok(Self::Done),
                Self::Assess
                | Self::Scope
                | Self::Target
                | Self::Check
                | Self::Approve
                | Self::Act { .. }
                | Self::Verify
                | Self::Abandoned => illegal,
            },
            // Written by hand before verification ended, at its end, or when an approved plan was given up.
            Event::Filed { .. } => match self {
                Self::Verify | Self::Report | Self::Done | Self::Abandoned => Ok(self),
                Self::Assess
                | Self::Scope
                | Self::Target
                | Self::Check
                | Self::Approve
                | Self::Act { .. } => illegal,
            },
            Event::Abandoned { .. } => match self {
                Self::Assess | Self::Scope | Self::Target | Self::Check | Self::Approve => {
                    Ok(Self::Abandoned)
                }
                Self::Act { .. } | Self::Verify | Self::Report | Self::Done | Self::Abandoned => illegal,
            },
        }
    }

    /// Where the end of a step leads. "On target" needs a deployment that was followed; while a call has no answer, the
    /// only honest ending is that it cannot be told.
    fn ended(self, outcome: Outcome, plan: Option<&Plan>) -> Option<Self> {
        let Self::Act { step, call, state } = self else {
            return None;
        };
        match (state, outcome) {
            (ActState::Following, Outcome::OnTarget) => {
                let next = plan.and_then(|plan| plan.steps.get(step + 1));
                Some(match next {
                    // What an earlier step's call did for all is only followed.
                    Some(next) => Self::Act {
                        step: step + 1,
                        call: 0,
                        state: if next.calls.is_empty() {
                            ActState::Following
                        } else {
                            ActState::Ready
                        },
                    },
                    None => Self::Verify,
                })
            }
            (
                ActState::Following | ActState::Settling | ActState::Ready,
                Outcome::Elsewhere | Outcome::Failed | Outcome::TimedOut | Outcome::Unknown,
            )
            | (ActState::Sent | ActState::Doubtful, Outcome::Unknown) => Some(Self::Report),
            (ActState::Ready, Outcome::Refused) if step == 0 && call == 0 => Some(Self::Report),
            (ActState::Ready, Outcome::OnTarget | Outcome::Refused)
            | (ActState::Settling, Outcome::OnTarget | Outcome::Refused)
            | (ActState::Following, Outcome::Refused)
            | (
                ActState::Sent | ActState::Doubtful,
                Outcome::OnTarget
                | Outcome::Elsewhere
                | Outcome::Failed
                | Outcome::TimedOut
                | Outcome::Refused,
            ) => None,
        }
    }

    fn illegal(self, event: &Event) -> IllegalEvent {
        IllegalEvent {
            stage: self,
            event: event.name(),
        }
    }

    /// The same call in another state, when it is the call at hand and in the state it must be in.
    fn of_call(self, step: usize, call: usize, from: ActState, to: ActState) -> Option<Self> {
        (self
            == Self::Act {
                step,
                call,
                state: from,
            })
        .then_some(Self::Act {
            step,
            call,
            state: to,
        })
    }

    /// After an answer: what the call began must settle, where there is anything of that kind.
    fn answered(self, plan: Option<&Plan>) -> Self {
        match self {
            Self::Act { step, call, .. } => {
                let settles = plan
                    .and_then(|plan| plan.steps.get(step)?.calls.get(call))
                    .is_some_and(|call| call.api.settles());
                if settles {
                    self
                } else {
                    Self::Act {
                        step,
                        call,
                        state: ActState::Following,
                    }
                    .next_call(plan)
                }
            }
            Self::Assess
            | Self::Scope
            | Self::Target
            | Self::Check
            | Self::Approve
            | Self::Verify
            | Self::Report
            | Self::Done
            | Self::Abandoned => self,
        }
    }

    /// After a call that is done: the next call of its step, or following when there is none.
    fn next_call(self, plan: Option<&Plan>) -> Self {
        match self {
            Self::Act { step, call, .. } => {
                let calls = plan
                    .and_then(|plan| plan.steps.get(step))
                    .map_or(0, |step| step.calls.len());
                if call + 1 < calls {
                    Self::Act {
                        step,
                        call: call + 1,
                        state: ActState::Ready,
                    }
                } else {
                    self
                }
            }
            Self::Assess
            | Self::Scope
            | Self::Target
            | Self::Check
            | Self::Approve
            | Self::Verify
            | Self::Report
            | Self::Done
            | Self::Abandoned => self,
        }
    }
}

/// A plan that forbids itself, or in which there is nothing to do, is never approved.
fn may_be_carried_out(plan: &Plan) -> bool {
    let (first, rest) = (plan.steps.first(), plan.steps.iter().skip(1));
    let has_calls = first.is_some_and(|first| !first.calls.is_empty())
        && rest
            .into_iter()
            .all(|step| !step.calls.is_empty() || step.method == Method::Github);
    let allowed = match plan.verdict {
        PlanVerdict::Ready | PlanVerdict::Warn => true,
        PlanVerdict::Blocked => false,
    };
    has_calls && allowed
}
