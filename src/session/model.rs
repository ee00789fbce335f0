//! The session's state.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    Alarm, Company, Database, DeploymentHistory, EnvironmentName, Fault, HealthReading, Identity, Image,
    LogWindow, Migrations, Mode, Observed, Operator, OwnDefinition, Permissions, Phrase, References, Scaling,
    Series, ServiceKey, ServiceState, Shelf, StoppedTask, TargetHealth, Task, TaskDefinition, Workflow,
    WorkflowRun,
};
use crate::incident::Incident;
use crate::rollback::{
    Candidate, CriterionState, CriterionStatus, Declaration, Follow, Override, Progress, Settling, Verdict,
};
use crate::runbook::Runbook;

/// What a session is started with and never changes.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The team's runbook.
    pub runbook: Arc<Runbook>,
    /// The environment that is watched.
    pub environment: EnvironmentName,
    /// Whether anything may be written.
    pub mode: Mode,
    /// The person at the keyboard.
    pub operator: Operator,
    /// The run of the drill that this session belongs to; absent for the real world.
    pub world: Option<String>,
}

/// Something that can be observed. One subject is one request (or one batch of them).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Who we are (STS).
    Identity,
    /// The state of all services of the environment.
    Services,
    /// The minutes of all services.
    Metrics,
    /// The alarms of all services, by name.
    Alarms,
    /// Who else is at work, as the journal tells it.
    Company,
    /// The deployment history of a service.
    History(ServiceKey),
    /// The revisions of a service's family.
    Definitions(ServiceKey),
    /// The images of a service's repository.
    Images(ServiceKey),
    /// The targets of a service.
    Targets(ServiceKey),
    /// The tasks of a service.
    Tasks(ServiceKey),
    /// The health address of a service.
    Health(ServiceKey),
    /// The log of a service; only while somebody looks at it.
    Logs(ServiceKey),
    /// The environment's database and the secret that leads to it; only while a way back is planned or goes on.
    Database,
    /// The state of its migrations; only while a way back is planned.
    Migrations,
    /// The team's workflow; only while a way back is planned.
    Workflow,
    /// The run that a rollback started, while it is followed.
    Run,
    /// What the caller may do; only while a way back is planned.
    Permissions,
    /// What scales a service; only while a way back is planned.
    Scaling(ServiceKey),
    /// What a service's definitions refer to; only while a way back is planned.
    References(ServiceKey),
    /// What is known of a service's repository beside its images; only while a way back is planned.
    Shelf(ServiceKey),
}

/// What is known of one service.
#[derive(Clone, Debug)]
pub struct ServiceView {
    /// What the runbook calls it.
    pub key: ServiceKey,
    /// Its state.
    pub state: Observed<ServiceState>,
    /// Its deployment history.
    pub history: Observed<DeploymentHistory>,
    /// The revisions of its family, newest first.
    pub definitions: Observed<Vec<TaskDefinition>>,
    /// The images of its repository, newest first.
    pub images: Observed<Vec<Image>>,
    /// Its targets.
    pub targets: Observed<TargetHealth>,
    /// Its tasks.
    pub tasks: Observed<Vec<Task>>,
    /// Its tasks that stopped lately, newest first, as last read while a rollback was followed.
    pub stopped: Vec<StoppedTask>,
    /// Its minutes, three hours of them.
    pub series: Observed<Series>,
    /// Its health address's last answer.
    pub health: Observed<HealthReading>,
    /// Every answer of the health address since the rollback became stable, oldest first; bounded.
    pub health_answers: Vec<(Result<HealthReading, Fault>, Timestamp)>,
    /// The newest lines of its log, while or since somebody looked at it.
    pub logs: Observed<LogWindow>,
    /// What scales it.
    pub scaling: Observed<Scaling>,
    /// What its definitions refer to.
    pub references: Observed<References>,
    /// What is known of its repository beside the images.
    pub shelf: Observed<Shelf>,
    /// Whether the runbook names a health address; without one, health is unknown.
    pub has_health_url: bool,
    /// Its revisions with what is known of each, newest first. Derived at each change.
    pub candidates: Vec<Candidate>,
    /// Its criteria. Derived at each change.
    pub criteria: Vec<CriterionStatus>,
}

impl ServiceView {
    /// Whether a criterion of it is met.
    #[must_use]
    pub fn is_burning(&self) -> bool {
        self.criteria
            .iter()
            .any(|criterion| criterion.state == CriterionState::Met)
    }
}

/// Whether the journal can be trusted with the next intent.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalState {
    /// It takes events.
    Ready,
    /// It failed: nothing is written to the world any more.
    Failed(Fault),
}

/// How the world answers, for the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Nothing has been heard yet.
    Connecting,
    /// The newest answer is this old.
    Live(Duration),
    /// The newest attempts failed; the last good answer is this old.
    Failing(Option<Duration>),
}

/// How much a notice wants to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeLevel {
    /// For information.
    Info,
    /// Something was refused or went wrong.
    Bad,
}

/// A sentence for the operator about what just happened; the newest is shown in the footer.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// How much it wants to be seen.
    pub level: NoticeLevel,
    /// The sentence.
    pub text: Phrase,
    /// When.
    pub at: Timestamp,
}

/// What is true about the world and the incident.
#[derive(Debug)]
pub struct Session {
    /// What it was started with.
    pub setup: Setup,
    /// Who we are.
    pub identity: Observed<Identity>,
    /// The services in the runbook's order.
    pub services: Vec<ServiceView>,
    /// The alarms of all services.
    pub alarms: Observed<Vec<Alarm>>,
    /// Who else is at work on them.
    pub company: Observed<Company>,
    /// The environment's database.
    pub database: Observed<Database>,
    /// The state of its migrations.
    pub migrations: Observed<Migrations>,
    /// The team's workflow.
    pub workflow: Observed<Workflow>,
    /// The run that the rollback at hand started.
    pub run: Observed<WorkflowRun>,
    /// What the caller may do.
    pub permissions: Observed<Permissions>,
    /// What people declared.
    pub declarations: Vec<Declaration>,
    /// What the criteria of all services say together. Derived at each change.
    pub verdict: Verdict,
    /// The incident at hand.
    pub incident: Option<Incident>,
    /// The state of following our deployment, while the incident is at that stage.
    pub follow: Option<Follow>,
    /// Numbers of the deployment that is followed.
    pub progress: Option<Progress>,
    /// Where what a call began stands, while it is waited for.
    pub settling: Option<Settling>,
    /// A plan that is looked at without an incident, and for which services.
    pub preparing: Option<Vec<ServiceKey>>,
    /// The operator's own definition, if one is to be registered.
    pub own_definition: Option<OwnDefinition>,
    /// Blocks that the caller of a plan without an incident overrides.
    pub overrides: Vec<Override>,
    /// Set between two calls, after a restart or when the next one could not be sent: it waits for a person's word.
    pub waits_for_word: bool,
    /// Set by a restart: whoever took the incident up is asked before the first call that is sent in this process.
    pub owes_word: bool,
    /// Whether the operator asked to stop before the next call.
    pub stop_requested: bool,
    /// Whether the engine is looking for the effect of a call without an answer; a second look must not run beside it.
    pub looking: bool,
    /// Whether the history row is being written.
    pub filing: bool,
    /// When this session took up the incident of an earlier process; late data is waited for from then on.
    pub taken_up: Option<Timestamp>,
    /// The journal.
    pub journal: JournalState,
    /// The newest notice.
    pub notice: Option<Notice>,
    /// The service whose log is looked at; nobody else's is read.
    pub logs_of: Option<ServiceKey>,
    /// Generation of the newest answer of each subject; an older one that comes late is dropped.
    pub generations: BTreeMap<Subject, u64>,
    /// Events that have been handed to the journal and are not durable yet. While there are any, nothing is derived from the
    /// incident and what the operator does waits in `waiting`.
    pub unsaved: usize,
    /// What the operator did while events were on their way to the journal.
    pub waiting: VecDeque<super::OperatorMsg>,
}
