//! A session at its beginning, and its small questions.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{EnvironmentName, Observed, Phrase, RunId, ServiceKey};
use crate::incident::{ActState, Incident, Stage};
use crate::rollback::Verdict;
use crate::runbook::{Environment, Runbook};

use super::{JournalState, LinkState, Notice, NoticeLevel, ServiceView, Session, Setup, Subject};

/// What the session wants watched closely; the engine sets its cadence by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Nothing in particular.
    Calm,
    /// A rollback of this service is under way.
    Rollback(ServiceKey),
    /// These services were rolled back and are being verified.
    Verify(Vec<ServiceKey>),
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
                scaling: Observed::default(),
                references: Observed::default(),
                shelf: Observed::default(),
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
            database: Observed::default(),
            migrations: Observed::default(),
            workflow: Observed::default(),
            run: Observed::default(),
            permissions: Observed::default(),
            services,
            declarations: Vec::new(),
            verdict: Verdict::Unknown,
            incident: None,
            follow: None,
            progress: None,
            settling: None,
            preparing: None,
            own_definition: None,
            overrides: Vec::new(),
            waits_for_word: false,
            owes_word: false,
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
        let Some(service) = incident.service_at_hand() else {
            return Attention::Calm;
        };
        match incident.stage {
            Stage::Act {
                state:
                    ActState::Ready
                    | ActState::Sent
                    | ActState::Doubtful
                    | ActState::Settling
                    | ActState::Following,
                ..
            } => Attention::Rollback(service.clone()),
            Stage::Verify => Attention::Verify(incident.services.clone()),
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

    /// Whether a subject that is not always watched is wanted now. What nobody needs is not asked for.
    #[must_use]
    pub fn wants(&self, subject: &Subject) -> bool {
        let runbook = &self.setup.runbook;
        match subject {
            Subject::Identity
            | Subject::Services
            | Subject::Metrics
            | Subject::Alarms
            | Subject::Company
            | Subject::History(_)
            | Subject::Definitions(_)
            | Subject::Images(_)
            | Subject::Targets(_)
            | Subject::Tasks(_)
            | Subject::Health(_) => true,
            Subject::Logs(key) => self.logs_of.as_ref() == Some(key),
            Subject::Database => runbook.database.is_some() && (self.is_planning() || self.is_writing()),
            Subject::Migrations => runbook.prisma.is_some() && self.is_planning(),
            Subject::Workflow => {
                let named = |github: &crate::runbook::Github| github.repository.is_some();
                runbook.github.as_ref().is_some_and(named) && self.is_planning()
            }
            Subject::Run => self.run_at_hand().is_some(),
            Subject::Permissions => self.is_planning(),
            Subject::Scaling(key) | Subject::References(key) | Subject::Shelf(key) => {
                self.is_planning() && self.planned_services().contains(key)
            }
        }
    }

    /// Whether a way back is being planned: what its checks need is then observed.
    fn is_planning(&self) -> bool {
        let at_plan = self
            .incident
            .as_ref()
            .is_some_and(|incident| match incident.stage {
                Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve => true,
                Stage::Act { .. } | Stage::Verify | Stage::Report | Stage::Done | Stage::Abandoned => false,
            });
        at_plan || self.preparing.is_some()
    }

    /// The services that a way back is planned for.
    fn planned_services(&self) -> &[ServiceKey] {
        match (&self.incident, &self.preparing) {
            (Some(incident), _) => &incident.services,
            (None, Some(services)) => services,
            (None, None) => &[],
        }
    }

    /// Whether there is a call of the approved plan that is not sent yet, so that stopping before it means something.
    #[must_use]
    pub fn has_a_next_call(&self) -> bool {
        let Some(incident) = &self.incident else {
            return false;
        };
        let (Stage::Act { step, call, state }, Some(plan)) = (incident.stage, &incident.plan) else {
            return false;
        };
        let later = plan
            .steps
            .iter()
            .skip(step + 1)
            .any(|step| !step.calls.is_empty());
        let in_step = plan.steps.get(step).is_some_and(|step| match state {
            ActState::Ready => call < step.calls.len(),
            ActState::Sent | ActState::Doubtful | ActState::Settling | ActState::Following => {
                call + 1 < step.calls.len()
            }
        });
        in_step || later
    }

    /// The run of the team's workflow that the rollback at hand waits for.
    #[must_use]
    pub fn run_at_hand(&self) -> Option<RunId> {
        let incident = self.incident.as_ref()?;
        let Stage::Act {
            step,
            call,
            state: ActState::Settling,
        } = incident.stage
        else {
            return None;
        };
        incident.receipts.get(&(step, call))?.0.run
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
