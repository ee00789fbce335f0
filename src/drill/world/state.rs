//! The world's state and its one way forward in time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    agenda::{Agenda, Happening},
    database::Databases,
    github::GitHub,
    model::{Cluster, Repository, Service, ServiceEvent, TaskDefinition},
    permissions::Denial,
    secrets::Secret,
};
use crate::drill::{chance::Chance, scenario::Alarm, time::after};

/// AWS keeps the latest hundred events of a service.
const EVENTS: usize = 100;

/// The simulated account.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) scenario: String,
    pub(crate) chance: Chance,
    pub(crate) account: String,
    pub(crate) region: &'static str,
    /// `role/session` of the caller.
    pub(crate) caller: String,
    pub(crate) now: Timestamp,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) repositories: Vec<Repository>,
    /// Task definitions by family, in order of their revisions.
    pub(crate) families: BTreeMap<String, Vec<TaskDefinition>>,
    pub(crate) services: Vec<Service>,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) databases: Databases,
    pub(crate) secrets: Vec<Secret>,
    /// Parameters of the Systems Manager that are gone, by their names, and since when.
    pub(super) gone_parameters: BTreeMap<String, Timestamp>,
    /// Roles that are gone, by their names.
    pub(super) gone_roles: BTreeSet<String>,
    /// What the caller may not do at this moment.
    pub(crate) denials: Vec<Denial>,
    pub(crate) github: GitHub,
    /// What somebody else was to do once and has done.
    pub(super) acted: BTreeSet<String>,
    pub(super) agenda: Agenda,
    pub(super) serial: u64,
}

impl World {
    /// Works off everything that is due until this moment. Going back changes nothing.
    pub(crate) fn advance_to(&mut self, to: Timestamp) {
        while let Some((at, happening)) = self.agenda.take_due(to) {
            self.now = self.now.max(at);
            self.happen(happening);
        }
        self.now = self.now.max(to);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Deploy {
                service,
                task_definition,
                by,
                act,
            } => {
                if act.is_none_or(|act| self.acted.insert(act)) {
                    self.begin_deployment(service, &task_definition, &by);
                }
            }
            Happening::Begin { service, deployment } => self.begin_pending(service, deployment),
            Happening::Reconcile { service } | Happening::Retry { service } => self.reconcile(service),
            Happening::Alarms { service, deployment } => self.look_at_alarms(service, deployment),
            Happening::GoBack {
                service,
                deployment,
                cause,
            } => self.go_back_as_requested(service, deployment, &cause),
            Happening::StageOver {
                service,
                deployment,
                entry,
            } => self.stage_over(service, deployment, entry),
            Happening::StageOverdue {
                service,
                deployment,
                entry,
            } => self.stage_overdue(service, deployment, entry),
            Happening::HookExpires {
                service,
                deployment,
                hook,
            } => self.hook_expires(service, deployment, hook),
            Happening::Answer { service, action } => self.answer_waiting(service, action),
            Happening::Settle { service, deployment } => self.settle(service, &deployment),
            Happening::Task {
                service,
                serial,
                step,
            } => self.task_step(service, serial, step),
            Happening::Scaled { service, to } => self.scale_by_policy(service, to),
            Happening::Run { run } => self.run_goes_on(run),
            Happening::Changed { repository, image } => self.image_changed(repository, image),
        }
    }

    /// Puts something on the agenda, so many seconds from now.
    pub(super) fn due(&mut self, seconds: f64, happening: Happening) {
        self.agenda.put(after(self.now, seconds), happening);
    }

    /// Somebody else deploys a revision of the service's family, so many seconds from now. Of all that share an `act`,
    /// only the first one happens.
    pub(crate) fn colleague_deploys(
        &mut self,
        service: usize,
        revision: u32,
        by: &str,
        act: Option<&str>,
        in_seconds: f64,
    ) {
        let deploy = Happening::Deploy {
            service,
            task_definition: format!("{}:{revision}", self.services[service].name),
            by: by.to_owned(),
            act: act.map(str::to_owned),
        };
        if in_seconds > 0.0 {
            self.due(in_seconds, deploy);
        } else {
            self.happen(deploy);
        }
    }

    /// Asks the scheduler to look at a service shortly; asking twice is asking once.
    pub(super) fn reconcile_soon(&mut self, service: usize) {
        if !self.services[service].reconcile_due {
            self.services[service].reconcile_due = true;
            self.due(1.5, Happening::Reconcile { service });
        }
    }

    /// The next number of this world's things, from which their ids come.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Writes a service event in ECS's words.
    pub(super) fn event(&mut self, service: usize, what: &str) {
        let serial = self.next_serial();
        let id = self.chance.uuid("event", serial);
        let service = &mut self.services[service];
        let message = format!("(service {}) {what}", service.name);
        service.events.push_front(ServiceEvent {
            id,
            at: self.now,
            message,
        });
        service.events.truncate(EVENTS);
    }

    /// ARN of the caller's session.
    pub(crate) fn caller_arn(&self) -> String {
        self.session_arn(&self.caller)
    }

    /// ARN of a session; a bare role name is its own session name.
    pub(crate) fn session_arn(&self, who: &str) -> String {
        let session = if who.contains('/') {
            who.to_owned()
        } else {
            format!("{who}/{who}")
        };
        format!("arn:aws:sts::{}:assumed-role/{session}", self.account)
    }

    /// The cluster with this name or ARN.
    pub(crate) fn cluster(&self, wanted: &str) -> Option<&Cluster> {
        self.clusters
            .iter()
            .find(|cluster| cluster.name == wanted || cluster.arn == wanted)
    }

    /// Index of the service with this name or ARN in a cluster, once it has been created.
    pub(crate) fn service(&self, cluster: &str, wanted: &str) -> Option<usize> {
        self.services.iter().position(|service| {
            service.cluster == cluster
                && (service.name == wanted || service.arn == wanted)
                && service.created_at.is_some()
        })
    }

    /// Index of the service with these short names.
    pub(crate) fn service_of(&self, environment: &str, application: &str) -> Option<usize> {
        self.services
            .iter()
            .position(|service| service.environment == environment && service.application == application)
    }

    /// The registered task definition by `family`, `family:revision` or ARN; a family alone means its latest ACTIVE one.
    pub(crate) fn task_definition(&self, wanted: &str) -> Option<&TaskDefinition> {
        let name = wanted
            .rsplit_once("task-definition/")
            .map_or(wanted, |(_, name)| name);
        if wanted.starts_with("arn:") && !wanted.contains(&format!(":{}:task-definition/", self.account)) {
            return None;
        }
        let registered = |definition: &&TaskDefinition| definition.registered_at <= self.now;
        match name.split_once(':') {
            Some((family, revision)) => {
                let revision: u32 = revision.parse().ok()?;
                self.families
                    .get(family)?
                    .iter()
                    .filter(registered)
                    .find(|it| it.revision == revision)
            }
            None => self
                .families
                .get(name)?
                .iter()
                .filter(registered)
                .rfind(|it| it.active(self.now)),
        }
    }
}
