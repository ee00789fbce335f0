//! What can happen to a session.

use jiff::Timestamp;

use crate::domain::{
    Alarm, Clean, Company, CriterionId, Database, DeploymentHistory, Fault, HealthReading, Identity, Image,
    LogBatch, Migrations, Operator, OwnDefinition, Permissions, Phrase, PlanHash, References, Scaling,
    Series, ServiceKey, ServiceState, Shelf, StoppedTask, TargetHealth, TargetSpec, Task, TaskDefinition,
    Workflow, WorkflowRun,
};
use crate::incident::{Event, Incident, IncidentId, Recorded};
use crate::rollback::{CheckState, Method, PreflightCheck};

use super::Subject;

/// What an observation brought.
#[derive(Clone, Debug)]
pub enum Observation {
    /// Who we are.
    Identity(Identity),
    /// The services, by what the runbook calls them; one that is missing carries its fault.
    Services(Vec<(ServiceKey, Result<ServiceState, Fault>)>),
    /// The minutes, by service.
    Metrics(Vec<(ServiceKey, Result<Series, Fault>)>),
    /// The alarms of all services that have any.
    Alarms(Vec<Alarm>),
    /// Who else is at work.
    Company(Company),
    /// A service's deployment history.
    History(DeploymentHistory),
    /// The revisions of a service's family, newest first.
    Definitions(Vec<TaskDefinition>),
    /// The images of a service's repository, newest first.
    Images(Vec<Image>),
    /// A service's targets.
    Targets(TargetHealth),
    /// A service's tasks; and, while a rollback of it is followed, those that stopped lately, newest first, where they could be
    /// read.
    Tasks(Vec<Task>, Option<Vec<StoppedTask>>),
    /// The answer of a health address.
    Health(HealthReading),
    /// Lines of a service's log.
    Logs(LogBatch),
    /// The environment's database.
    Database(Box<Database>),
    /// The state of its migrations.
    Migrations(Migrations),
    /// The team's workflow.
    Workflow(Workflow),
    /// A run.
    Run(WorkflowRun),
    /// What the caller may do.
    Permissions(Permissions),
    /// What scales a service.
    Scaling(Scaling),
    /// What a service's definitions refer to.
    References(References),
    /// What is known of a service's repository.
    Shelf(Shelf),
}

/// What a person did, in the console or by a verb.
#[derive(Clone, Debug)]
pub enum OperatorMsg {
    /// Look again now at everything, or at what belongs to one service.
    Refresh(Option<ServiceKey>),
    /// The log of this service is in sight, or none is: what nobody sees is not read.
    WatchLogs(Option<ServiceKey>),
    /// Declare a criterion.
    Declare {
        /// Which.
        criterion: CriterionId,
        /// Of which service.
        service: ServiceKey,
        /// In their words.
        note: Clean,
    },
    /// Take a declaration back.
    Withdraw {
        /// Which.
        criterion: CriterionId,
        /// Of which service.
        service: ServiceKey,
    },
    /// Write something into the timeline.
    Note(Clean),
    /// Observe what a plan for these services needs, without an incident; an empty list ends it.
    Prepare(Vec<ServiceKey>),
    /// Open an incident for services, or go on with the one that is open.
    StartRollback {
        /// The services.
        services: Vec<ServiceKey>,
    },
    /// Confirm these services, in the runbook's order; the target is next.
    Scope(Vec<ServiceKey>),
    /// Register this definition of the operator's own, when the target is chosen; `None` forgets it.
    UseDefinition(Option<Box<OwnDefinition>>),
    /// Go on in spite of a check that forbids it.
    Override {
        /// Which check.
        check: PreflightCheck,
        /// Of which service; `None` for all of the plan.
        service: Option<ServiceKey>,
        /// Why.
        reason: Clean,
        /// Who, when it is not the person at the keyboard.
        by: Option<Operator>,
    },
    /// Put a text beside the incident.
    Attach {
        /// What it is.
        title: Clean,
        /// The text.
        text: String,
    },
    /// Between two calls, after a restart or when the next one could not be sent: send it.
    GoOn,
    /// The next step of the wizard: assess → scope → target → check → approve (which freezes the plan).
    Advance,
    /// A step back, before anything is approved.
    Back,
    /// Choose a target and a method.
    Choose {
        /// The target.
        target: TargetSpec,
        /// The method; `None` chooses by state.
        method: Option<Method>,
    },
    /// Approve the frozen plan.
    Approve {
        /// The hash that was read and approved.
        hash: PlanHash,
        /// Who approves, when it is not the person at the keyboard.
        by: Option<Operator>,
        /// Why.
        reason: Option<Clean>,
        /// Seconds after which waiting ends, when not the runbook's.
        timeout_seconds: Option<u64>,
    },
    /// Stop before the next call.
    StopBeforeNext,
    /// After a call whose effect cannot be told: look again.
    LookAgain,
    /// After a call whose effect cannot be told: end the rollback as unknown; a person takes over.
    GiveUpUnknown,
    /// Sign a check that a person makes.
    Sign {
        /// The check's id.
        check: String,
        /// How it went.
        state: CheckState,
        /// In their words.
        note: Clean,
    },
    /// Settle the report's text.
    SettleReport(String),
    /// Give the incident up before anything was sent.
    Abandon,
    /// Close the incident that is done, so that the next can be opened.
    CloseIncident,
}

/// What the mutation path reports.
#[derive(Clone, Debug)]
pub enum ActMsg {
    /// It made an event durable: an intent, an outcome, or what looking showed.
    Saved(IncidentId, Recorded),
    /// Read again immediately before the write, the world was not what was approved. Nothing was sent and no intent was
    /// recorded.
    Stale {
        /// Why.
        why: Phrase,
    },
    /// Nothing was sent and no intent was recorded, and nothing is known to have changed: the world could not be read, the
    /// lease was not to be had, or nothing may be sent any more.
    NotSent {
        /// Why.
        why: Phrase,
    },
    /// The lease could not be renewed: somebody else may command now.
    LeaseLost {
        /// Why.
        why: Phrase,
    },
    /// Looking found nothing certain about a call without an answer.
    StillDoubtful {
        /// Why.
        why: Phrase,
    },
}

/// What can happen to a session.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A second has passed on the engine's clock: deadlines and ages move.
    Tick,
    /// An observation ended.
    Observed {
        /// Of what.
        subject: Subject,
        /// Of which request.
        generation: u64,
        /// What it brought.
        result: Result<Observation, Fault>,
        /// When the answer came.
        at: Timestamp,
    },
    /// A person did something.
    Operator(OperatorMsg),
    /// The journal made the event of an effect durable.
    Saved(IncidentId, Recorded),
    /// The journal created the incident.
    IncidentCreated(Box<Incident>),
    /// The journal did not create the incident: another one of these services is open, or somebody holds them.
    CreateRefused(Fault),
    /// Another process wrote to the incident too: this is how it stands now.
    Reloaded {
        /// The incident.
        incident: Box<Incident>,
        /// The event of ours that became durable among theirs; what follows from it is still owed.
        after: Option<Box<Event>>,
        /// Whether an effect of this session waits for the answer.
        owed: bool,
    },
    /// The journal could not take an event.
    JournalFailed(Fault),
    /// The mutation path.
    Act(ActMsg),
    /// The history row of this incident was written, or was there already.
    HistoryWritten(IncidentId, Result<String, Fault>),
    /// An incident of an earlier process could not be taken up.
    ResumeFailed(Fault),
    /// The incident to go on with after a restart.
    Resumed(Box<Incident>),
}
