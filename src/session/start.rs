//! A session at its beginning, and its small questions.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{EnvironmentName, Observed, Phrase, ServiceKey};
use crate::incident::{ActState, Incident, Stage};
use crate::rollback::Verdict;
use crate::runbook::{Environment, Runbook};

use super::{JournalState, LinkState, Notice, NoticeLevel, ServiceView, Session, Setup};

/// What the session wants watched closely; the engine sets its cadence by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Nothing in particular.
    Calm,
    /// A rollback of this service is under way.
    Rollback(ServiceKey),
    /// This service was rolled back and is being verified.
    Verify(ServiceKey),
}

impl Session {
    /// A session that has not heard anything yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let services = setup
            .runbook
            .services
            .iter()
            .map(|service| ServiceView {
                key: service.name.clone(),
                state: Observed::default(),
                history: Observed::default(),
                definitions: Observed::default(),
                images: Observed::default(),
                targets: Observed::default(),
                tasks: Observed::default(),
                stopped: Vec::new(),
                series: Observed::default(),
                health: Observed::default(),
                health_answers: Vec::new(),
                logs: Observed::default(),
                has_health_url: setup
                    .runbook
                    .environment(&setup.environment)
                    .is_some_and(|e| e.health.contains_key(&service.name)),
                candidates: Vec::new(),
                criteria: Vec::new(),
            })
            .collect();
        Self {
            setup,
            identity: Observed::default(),
            alarms: Observed::default(),
            company: Observed::default(),
            services,
            declarations: Vec::new(),
            verdict: Verdict::Unknown,
            incident: None,
            follow: None,
            progress: None,
            stop_requested: false,
            looking: false,
            filing: false,
            taken_up: None,
            journal: JournalState::Ready,
            notice: None,
            logs_of: None,
            generations: BTreeMap::new(),
            unsaved: 0,
            waiting: VecDeque::new(),
        }
    }

    /// What is known of a service.
    #[must_use]
    pub fn view(&self, service: &ServiceKey) -> Option<&ServiceView> {
        self.services.iter().find(|view| view.key == *service)
    }

    pub(super) fn view_mut(&mut self, service: &ServiceKey) -> Option<&mut ServiceView> {
        self.services.iter_mut().find(|view| view.key == *service)
    }

    /// The environment's part of the runbook.
    #[must_use]
    pub fn environment(&self) -> Option<&Environment> {
        self.setup.runbook.environment(&self.setup.environment)
    }

    /// The environment's name.
    #[must_use]
    pub fn environment_name(&self) -> &EnvironmentName {
        &self.setup.environment
    }

    /// The log group of a service in this environment, if the runbook names one.
    #[must_use]
    pub fn log_group(&self, service: &ServiceKey) -> Option<String> {
        let group = self.setup.runbook.service(service)?.log_group.as_deref()?;
        Some(Runbook::expand(group, &self.setup.environment))
    }

    /// Whether the environment asks for approval by typing.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        // An environment that the runbook does not know is treated with the greater care.
        self.environment().is_none_or(|environment| environment.protected)
    }

    /// The incident, while it is not over.
    #[must_use]
    pub fn running_incident(&self) -> Option<&Incident> {
        self.incident.as_ref().filter(|incident| match incident.stage {
            Stage::Done | Stage::Abandoned => false,
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Act { .. }
            | Stage::Verify
            | Stage::Report => true,
        })
    }

    /// Whether a write may be under way, so that leaving wants a question.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.incident
            .as_ref()
            .is_some_and(|incident| incident.stage.is_open())
    }

    /// What wants to be watched closely.
    #[must_use]
    pub fn attention(&self) -> Attention {
        let Some(incident) = &self.incident else {
            return Attention::Calm;
        };
        let Some(service) = incident.services.first() else {
            return Attention::Calm;
        };
        match incident.stage {
            Stage::Act {
                state: ActState::Ready | ActState::Sent | ActState::Doubtful | ActState::Following,
                ..
            } => Attention::Rollback(service.clone()),
            Stage::Verify => Attention::Verify(service.clone()),
            Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Report
            | Stage::Done
            | Stage::Abandoned => Attention::Calm,
        }
    }

    /// How the world answers: by the services, which are asked most often.
    #[must_use]
    pub fn link(&self, now: Timestamp) -> LinkState {
        let newest = self.services.iter().filter_map(|view| view.state.age(now)).min();
        let failing = self.services.iter().any(|view| view.state.fault().is_some());
        match (newest, failing) {
            (None, false) => LinkState::Connecting,
            (age, true) => LinkState::Failing(age),
            (Some(age), false) => LinkState::Live(age),
        }
    }

    /// How old a reading of a service's state may be before it is called stale.
    pub const STATE_ALLOWED: Duration = Duration::from_secs(30);

    pub(super) fn notify(&mut self, level: NoticeLevel, text: Phrase, at: Timestamp) {
        self.notice = Some(Notice { level, text, at });
    }

    pub(super) fn refuse(&mut self, text: Phrase, at: Timestamp) {
        self.notify(NoticeLevel::Bad, text, at);
    }
}
