//! What a session wants done, as data. The engine does it.

use crate::domain::{AccountId, Clean, Endpoint, TaskDefinitionArn};
use crate::incident::{Event, IncidentId};
use crate::rollback::{Fingerprint, Step};

use super::Subject;

/// What the earlier calls of a step made, which a later one may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The revision that was registered.
    pub definition: Option<TaskDefinitionArn>,
    /// Where the restored instance can be reached.
    pub endpoint: Option<Endpoint>,
    /// The version of the secret that is in use by our doing.
    pub secret_version: Option<Clean>,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Create the incident in the journal with its first event.
    CreateIncident(Box<Event>),
    /// Append an event to the incident, durably, in order.
    Record(IncidentId, Box<Event>),
    /// Observe these subjects now.
    Observe(Vec<Subject>),
    /// Carry out one call of the approved plan: read again, intent, call, outcome.
    Act {
        /// The incident.
        incident: IncidentId,
        /// The account that the plan was made in.
        account: AccountId,
        /// The step.
        step: Box<Step>,
        /// Its place in the plan.
        step_index: usize,
        /// The call's place in the step.
        call_index: usize,
        /// What the earlier calls of the step made.
        made: Box<Made>,
    },
    /// After a call without an answer: look whether it took effect.
    Reconcile {
        /// The incident.
        incident: IncidentId,
        /// The step.
        step: Box<Step>,
        /// Its place in the plan.
        step_index: usize,
        /// The call's place in the step.
        call_index: usize,
        /// The world as it was immediately before.
        before: Box<Fingerprint>,
        /// When the intent was recorded.
        sent_at: jiff::Timestamp,
        /// The intent's token.
        token: Option<Clean>,
        /// What the earlier calls of the step made.
        made: Box<Made>,
    },
    /// Send nothing that is not sent yet.
    Halt,
    /// Another process wrote to the incident too: read it again, then go on after this event of ours.
    Reload(IncidentId, Box<Event>),
    /// Append the incident's row to the history file, once.
    WriteHistory(IncidentId),
}

/// Effects in the order in which they must be done.
#[must_use = "an effect that is dropped never happens"]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects(Vec<Effect>);

impl Effects {
    /// Nothing to be done.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// One thing to be done.
    pub fn one(effect: Effect) -> Self {
        Self(vec![effect])
    }

    /// Adds something to be done after the rest.
    pub fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    /// Adds all of `other` after the rest.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether there is nothing to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Effects {
    type Item = Effect;
    type IntoIter = std::vec::IntoIter<Effect>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
