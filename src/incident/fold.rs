//! An incident's state, folded from its events.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{AccountId, Clean, EnvironmentName, Operator, Region, ServiceKey, TargetSpec};
use crate::rollback::{
    CheckResult, CriterionStatus, Declaration, Ending, Fingerprint, Method, Outcome, Override, Plan, Settled,
    Step,
};

use super::{Event, IllegalEvent, IncidentId, Receipt, Recorded, Stage, facts};

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
    /// The earliest `since` of any measured criterion that was met before the rollback ended, or the declaration that was not
    /// withdrawn: where the time to recover begins.
    pub first_bad: Option<Timestamp>,
    /// The chosen target, as written.
    pub target: Option<TargetSpec>,
    /// The method that was asked for; `None` lets the state choose.
    pub method: Option<Method>,
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
    /// The operator's own definition that is to be registered, by its file.
    pub file: Option<Clean>,
    /// Checks that a person overrode since the target was chosen.
    pub overrides: Vec<Override>,
    /// Texts that were put beside it: title, text, and who did.
    pub attachments: Vec<(Clean, String, Operator)>,
    /// What settled, by step and call.
    pub settled: BTreeMap<(usize, usize), Settled>,
    /// How each step of the plan ended that came to an end, and when.
    pub step_endings: BTreeMap<usize, (Ending, Timestamp)>,
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

/// Why a story does not fold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// There are no events.
    #[error("incident {0} has no events")]
    Empty(IncidentId),
    /// The first event does not open the incident.
    #[error("incident {0} does not begin with its opening")]
    NotOpened(IncidentId),
    /// An event is missing or out of its place.
    #[error("incident {id}: event {found} stands where {expected} was expected")]
    Gap {
        /// The incident.
        id: IncidentId,
        /// The place that was expected.
        expected: u64,
        /// The place that was found.
        found: u64,
    },
    /// A plan is for another environment, or for a service that is not the incident's.
    #[error("incident {id}: its plan is for another environment or service")]
    ForeignPlan {
        /// The incident.
        id: IncidentId,
    },
    /// An event cannot follow where the incident stands.
    #[error("incident {id}: {illegal}")]
    Illegal {
        /// The incident.
        id: IncidentId,
        /// What is illegal.
        illegal: IllegalEvent,
    },
}

impl Incident {
    /// The incident that its first event opens.
    ///
    /// # Errors
    /// When the event is not an opening, or not the first.
    pub fn opened(id: IncidentId, first: Recorded) -> Result<Self, FoldError> {
        if first.seq != 1 {
            return Err(FoldError::Gap {
                id,
                expected: 1,
                found: first.seq,
            });
        }
        let Event::Opened {
            environment,
            services,
            account,
            region,
            by,
            world,
            criteria,
        } = first.event.clone()
        else {
            return Err(FoldError::NotOpened(id));
        };
        let mut incident = Self {
            id,
            stage: Stage::Assess,
            environment,
            services,
            account,
            region,
            opened_by: by,
            opened_at: first.at,
            world,
            criteria_at_open: criteria.clone(),
            criteria: Vec::new(),
            declarations: Vec::new(),
            first_bad: None,
            target: None,
            method: None,
            plan: None,
            approval: None,
            receipts: BTreeMap::new(),
            sent_at: None,
            refusal: None,
            file: None,
            overrides: Vec::new(),
            attachments: Vec::new(),
            settled: BTreeMap::new(),
            step_endings: BTreeMap::new(),
            ending: None,
            checks: BTreeMap::new(),
            verification: None,
            report: None,
            filed: None,
            events: vec![first],
        };
        incident.criteria = criteria;
        incident.first_bad = facts::first_bad(&incident);
        Ok(incident)
    }

    /// The incident of these events, in their order.
    ///
    /// # Errors
    /// When they are not a story: no opening, a gap, or an event that cannot follow.
    pub fn fold(id: IncidentId, events: &[Recorded]) -> Result<Self, FoldError> {
        let (first, rest) = events.split_first().ok_or_else(|| FoldError::Empty(id.clone()))?;
        let mut incident = Self::opened(id, first.clone())?;
        for recorded in rest {
            incident.apply(recorded.clone())?;
        }
        Ok(incident)
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// When it is not the next, or cannot follow. The incident is then unchanged.
    pub fn apply(&mut self, recorded: Recorded) -> Result<(), FoldError> {
        let expected = self.events.last().map_or(1, |last| last.seq + 1);
        if recorded.seq != expected {
            return Err(FoldError::Gap {
                id: self.id.clone(),
                expected,
                found: recorded.seq,
            });
        }
        let stage = self
            .stage
            .next(&recorded.event, self.plan.as_ref())
            .map_err(|illegal| FoldError::Illegal {
                id: self.id.clone(),
                illegal,
            })?;
        if let Event::Planned { plan } = &recorded.event
            && !self.is_about(plan)
        {
            return Err(FoldError::ForeignPlan { id: self.id.clone() });
        }
        let before = self.stage;
        self.stage = stage;
        let at = recorded.at;
        if let (Event::Ended { ending }, Stage::Act { step, .. }) = (&recorded.event, before) {
            self.step_endings.insert(step, (ending.clone(), at));
        }
        match recorded.event.clone() {
            Event::CriteriaChanged { criteria } => self.criteria = criteria,
            Event::Declared {
                criterion,
                service,
                note,
                by,
            } => {
                self.declarations
                    .retain(|d| !(d.criterion == criterion && d.service == service));
                self.declarations.push(Declaration {
                    criterion,
                    service,
                    at,
                    by,
                    note,
                });
            }
            Event::Withdrawn {
                criterion, service, ..
            } => {
                self.declarations
                    .retain(|d| !(d.criterion == criterion && d.service == service));
            }
            Event::Scoped {
                services: Some(services),
            } => self.services = services,
            Event::TargetChosen { target, method, file } => {
                self.target = Some(target);
                self.method = method;
                self.file = file;
                // A reason was given for another plan.
                self.overrides.clear();
            }
            Event::Overridden { over } => {
                self.overrides
                    .retain(|known| !(known.check == over.check && known.service == over.service));
                self.overrides.push(over);
            }
            Event::Attached { title, text, by } => self.attachments.push((title, text, by)),
            Event::Settled { step, call, settled } => {
                self.settled.insert((step, call), settled);
            }
            Event::Planned { plan } => {
                self.plan = Some(*plan);
                self.approval = None;
                self.refusal = None;
            }
            Event::Reconsidered => self.plan = None,
            Event::Approved {
                by,
                reason,
                timeout_seconds,
                ..
            } => {
                self.approval = Some(Approval {
                    by,
                    at,
                    reason,
                    timeout_seconds,
                });
            }
            Event::Refused { why } => {
                self.plan = None;
                self.approval = None;
                self.refusal = Some(why);
            }
            Event::Intended { .. } => self.sent_at = Some(at),
            Event::Answered { step, call, receipt } | Event::Adopted { step, call, receipt } => {
                self.receipts.insert((step, call), (receipt, at));
            }
            // The end of one step of several is in the events; the incident's ending is that of its last.
            Event::Ended { .. } if self.stage.is_open() => {}
            Event::Ended { ending } => self.ending = Some((ending, at)),
            Event::Checked { result, by } => {
                self.checks.insert(result.check.clone(), (result, by));
            }
            Event::Verified { passed, recovered_at } => {
                self.verification = Some(Verification {
                    passed,
                    at,
                    recovered_at,
                });
            }
            Event::Reported { text } => self.report = Some(text),
            Event::Filed { path } => self.filed = Some(path),
            Event::Opened { .. }
            | Event::Noted { .. }
            | Event::Assessed
            | Event::Scoped { services: None }
            | Event::Rejected { .. }
            | Event::Doubtful { .. }
            | Event::NotApplied { .. }
            | Event::Abandoned { .. } => {}
        }
        self.events.push(recorded);
        self.first_bad = facts::first_bad(self);
        Ok(())
    }

    fn is_about(&self, plan: &Plan) -> bool {
        plan.environment == self.environment
            && plan
                .steps
                .iter()
                .all(|step| self.services.contains(&step.service))
    }

    /// The step of the plan that is carried out now, or that ended last.
    #[must_use]
    pub fn step_at_hand(&self) -> Option<&Step> {
        let place = match self.stage {
            Stage::Act { step, .. } => step,
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Verify
            | Stage::Report
            | Stage::Done
            | Stage::Abandoned => self.step_endings.keys().next_back().copied().unwrap_or(0),
        };
        self.plan.as_ref()?.steps.get(place)
    }

    /// The service that is put back now; the first one before anything is sent.
    #[must_use]
    pub fn service_at_hand(&self) -> Option<&ServiceKey> {
        match self.step_at_hand() {
            Some(step) => Some(&step.service),
            None => self.services.first(),
        }
    }

    /// Services whose rollback ended on target, while that of another ended otherwise or never began: the world is between
    /// two versions, and somebody has to say which. Empty when all ended alike.
    #[must_use]
    pub fn half_way(&self) -> Vec<&Step> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        let is_done = |place: usize| {
            self.step_endings
                .get(&place)
                .is_some_and(|(ending, _)| ending.outcome == Outcome::OnTarget)
        };
        let done: Vec<&Step> = plan
            .steps
            .iter()
            .enumerate()
            .filter(|(place, _)| is_done(*place))
            .map(|(_, step)| step)
            .collect();
        if self.ending.is_some() && done.len() < plan.steps.len() {
            done
        } else {
            Vec::new()
        }
    }

    /// Whether the call at hand was sent before: it was rejected, or looking showed that it did nothing.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        let Stage::Act { step, call, .. } = self.stage else {
            return false;
        };
        let approved = |event: &Event| matches!(event, Event::Approved { .. });
        self.events
            .iter()
            .rev()
            .take_while(|recorded| !approved(&recorded.event))
            .any(|recorded| {
                matches!(recorded.event, Event::Intended { step: s, call: c, .. } if (s, c) == (step, call))
            })
    }

    /// What the earlier calls of a step made, together: a later call may name it.
    #[must_use]
    pub fn made_before(&self, step: usize, call: usize) -> (Receipt, Settled) {
        let mut made = (Receipt::default(), Settled::default());
        for ((_, _), (receipt, _)) in self.receipts.range((step, 0)..(step, call)) {
            let into = &mut made.0;
            into.definition = receipt.definition.clone().or_else(|| into.definition.take());
            into.instance = receipt.instance.clone().or_else(|| into.instance.take());
            into.secret_version = receipt
                .secret_version
                .clone()
                .or_else(|| into.secret_version.take());
            into.run = receipt.run.or(into.run);
        }
        for (_, settled) in self.settled.range((step, 0)..(step, call)) {
            let into = &mut made.1;
            into.endpoint = settled.endpoint.clone().or_else(|| into.endpoint.take());
            into.definition = settled.definition.clone().or_else(|| into.definition.take());
            into.deployment = settled.deployment.clone().or_else(|| into.deployment.take());
        }
        made
    }

    /// Whether a write may have happened whose end is not recorded: no other rollback of its services may start.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.stage.is_open()
    }

    /// The token of the newest intent.
    #[must_use]
    pub fn last_token(&self) -> Option<&Clean> {
        self.events
            .iter()
            .rev()
            .find_map(|recorded| match &recorded.event {
                Event::Intended { token, .. } => Some(token.as_ref()),
                _ => None,
            })
            .flatten()
    }

    /// The world as it was read immediately before the newest call, and when its intent was recorded.
    #[must_use]
    pub fn last_intent(&self) -> Option<(&Fingerprint, Timestamp)> {
        self.events
            .iter()
            .rev()
            .find_map(|recorded| match &recorded.event {
                Event::Intended { fingerprint, .. } => Some((fingerprint, recorded.at)),
                _ => None,
            })
    }

    /// When everything became right and stayed so, once the rollback ended on target.
    #[must_use]
    pub fn stable_at(&self) -> Option<Timestamp> {
        self.ending.as_ref().and_then(|(ending, _)| ending.stable_at)
    }

    /// When it came to its end: that of its rollback, or that it was given up before anything was sent.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        let given_up = || {
            self.events
                .iter()
                .find(|recorded| matches!(recorded.event, Event::Abandoned { .. }))
                .map(|recorded| recorded.at)
        };
        self.ending.as_ref().map(|(_, at)| *at).or_else(given_up)
    }

    /// How the rollback ended, once it did.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.ending.as_ref().map(|(ending, _)| ending.outcome)
    }
}
