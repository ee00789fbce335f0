//! What a call began and what must come to its end before anything else is done: an instance that is restored, a run of the
//! team's workflow. Nothing here ends well by itself: only what is seen does.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Clean, Database, DbInstance, DeploymentId, Endpoint, Observed, Phrase, RunId, RunState, RunStep,
    ServiceState, TaskDefinitionArn, WorkflowRun,
};

use super::time::{CLOCK_DIFFERENCE, between, minus};
use super::{Api, EndingKind, Fingerprint, Outcome};

/// How long a restored instance may take to appear in the list.
const APPEARS_WITHIN: Duration = Duration::from_secs(5 * 60);

/// What is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Awaited<'a> {
    /// The call that began it.
    pub api: &'a Api,
    /// The run that it started.
    pub run: Option<RunId>,
    /// The service as it was immediately before.
    pub before: &'a Fingerprint,
    /// When the call was sent.
    pub sent_at: Timestamp,
    /// How long it usually takes, as the runbook has it.
    pub usual: Duration,
    /// When waiting ends, counted from `sent_at`.
    pub limit: Duration,
}

/// What is observed meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct SettleSighting<'a> {
    /// The environment's database.
    pub database: &'a Observed<Database>,
    /// The run.
    pub run: &'a Observed<WorkflowRun>,
    /// The service.
    pub state: &'a Observed<ServiceState>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settled {
    /// Where the restored instance can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// The revision that the workflow set the service to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<TaskDefinitionArn>,
    /// The deployment that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
}

/// Where waiting stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Settling {
    /// Not at its end.
    Underway {
        /// What is waited for, as a sentence.
        note: Phrase,
        /// Since the call was sent.
        elapsed: Duration,
        /// How long it usually takes.
        usual: Duration,
    },
    /// At its end, and well.
    Settled(Settled),
    /// At its end, and not well.
    Ended {
        /// How.
        outcome: Outcome,
        /// How, more finely.
        kind: EndingKind,
        /// Why, as a sentence.
        why: Phrase,
    },
}

/// Where what `awaited` began stands at `now`.
#[must_use]
pub fn settle(awaited: &Awaited<'_>, seen: &SettleSighting<'_>, now: Timestamp) -> Settling {
    let elapsed = between(awaited.sent_at, now);
    let look = match awaited.api {
        Api::RestoreDbInstance { instance, .. } => restored(awaited, seen.database, instance, elapsed),
        Api::DispatchWorkflow { .. } => run(awaited, seen),
        Api::UpdateService { .. }
        | Api::StopServiceDeployment { .. }
        | Api::ContinueServiceDeployment { .. }
        | Api::RegisterTaskDefinition { .. }
        | Api::UpdateSecret { .. }
        | Api::UpdateSecretVersionStage { .. } => Look::Well(Settled::default()),
    };
    match look {
        Look::Well(settled) => Settling::Settled(settled),
        Look::Badly(why) => Settling::Ended {
            outcome: Outcome::Failed,
            kind: EndingKind::Failed,
            why,
        },
        Look::Waits(_) if elapsed > awaited.limit => Settling::Ended {
            outcome: Outcome::TimedOut,
            kind: EndingKind::TimedOut,
            why: Phrase::new("settle-timed-out").duration("waited", elapsed),
        },
        Look::Waits(note) => Settling::Underway {
            note,
            elapsed,
            usual: awaited.usual,
        },
    }
}

enum Look {
    Waits(Phrase),
    Well(Settled),
    Badly(Phrase),
}

fn restored(awaited: &Awaited<'_>, observed: &Observed<Database>, id: &Clean, elapsed: Duration) -> Look {
    let fresh = observed.as_of().is_some_and(|at| at >= awaited.sent_at);
    let Some(database) = observed.value().filter(|_| fresh) else {
        return Look::Waits(match observed.fault() {
            Some(fault) => Phrase::new("settle-unread").phrase("fault", fault.phrase()),
            None => Phrase::new("settle-restore-asked").text("instance", id),
        });
    };
    match database.named(id.as_str()) {
        Some(instance) => of_status(instance),
        None if elapsed > APPEARS_WITHIN => {
            Look::Badly(Phrase::new("settle-restore-missing").text("instance", id))
        }
        None => Look::Waits(Phrase::new("settle-restore-asked").text("instance", id)),
    }
}

/// Statuses that lead to `available` by themselves (Amazon RDS user guide, "Viewing Amazon RDS DB instance status").
const ON_ITS_WAY: [&str; 9] = [
    "creating",
    "backing-up",
    "modifying",
    "rebooting",
    "starting",
    "configuring-enhanced-monitoring",
    "configuring-log-exports",
    "configuring-iam-database-auth",
    "storage-optimization",
];

fn of_status(instance: &DbInstance) -> Look {
    let told = |id: &'static str| {
        Phrase::new(id)
            .text("instance", &instance.id)
            .text("status", &instance.status)
    };
    match (instance.is_available(), &instance.endpoint) {
        (true, Some(endpoint)) => Look::Well(Settled {
            endpoint: Some(endpoint.clone()),
            ..Settled::default()
        }),
        (true, None) => Look::Waits(told("settle-restore-no-endpoint")),
        (false, _) if ON_ITS_WAY.contains(&instance.status.as_str()) => {
            Look::Waits(told("settle-restore-status"))
        }
        (false, _) => Look::Badly(told("settle-restore-failed")),
    }
}

fn run(awaited: &Awaited<'_>, seen: &SettleSighting<'_>) -> Look {
    let Some(run) = seen.run.value().filter(|run| awaited.run == Some(run.id)) else {
        return Look::Waits(match seen.run.fault() {
            Some(fault) => Phrase::new("settle-unread").phrase("fault", fault.phrase()),
            None => Phrase::new("settle-run-asked"),
        });
    };
    match &run.state {
        RunState::Queued => Look::Waits(Phrase::new("settle-run-queued").text("run", run.id)),
        RunState::Waiting => {
            let environments: Vec<_> = run.waits_for.iter().map(Clean::as_str).collect();
            Look::Waits(
                Phrase::new("settle-run-waiting")
                    .text("run", run.id)
                    .text("environments", environments.join(", ")),
            )
        }
        RunState::InProgress => Look::Waits(match at_work(run) {
            Some((job, step)) => Phrase::new("settle-run-step")
                .text("run", run.id)
                .text("job", job)
                .text("step", step),
            None => Phrase::new("settle-run-running").text("run", run.id),
        }),
        RunState::Success => ran(awaited, seen, run),
        RunState::Ended(word) => Look::Badly(match failed_step(run) {
            Some((job, step)) => Phrase::new("settle-run-failed-step")
                .text("run", run.id)
                .text("conclusion", word)
                .text("job", job)
                .text("step", step),
            None => Phrase::new("settle-run-failed")
                .text("run", run.id)
                .text("conclusion", word),
        }),
        RunState::Other(word) => Look::Waits(
            Phrase::new("settle-run-other")
                .text("run", run.id)
                .text("status", word),
        ),
    }
}

/// The run ended well. That proves nothing of the service: what it set it to is read after its end.
fn ran(awaited: &Awaited<'_>, seen: &SettleSighting<'_>, run: &WorkflowRun) -> Look {
    let read_after = seen
        .state
        .as_of()
        .zip(seen.run.as_of())
        .is_some_and(|(state, run)| state >= run);
    let Some(state) = seen.state.value().filter(|_| read_after) else {
        return Look::Waits(Phrase::new("settle-run-proving").text("run", run.id));
    };
    match state.primary() {
        Some(primary)
            if awaited.before.primary.as_ref() != Some(&primary.id)
                && primary
                    .created_at
                    .is_none_or(|at| at >= minus(awaited.sent_at, CLOCK_DIFFERENCE)) =>
        {
            Look::Well(Settled {
                definition: Some(primary.task_definition.clone()),
                deployment: Some(primary.id.clone()),
                ..Settled::default()
            })
        }
        Some(_) | None => Look::Badly(Phrase::new("settle-run-nothing").text("run", run.id)),
    }
}

fn at_work(run: &WorkflowRun) -> Option<(Clean, Clean)> {
    step_of(run, |step| step.state == RunState::InProgress)
}

fn failed_step(run: &WorkflowRun) -> Option<(Clean, Clean)> {
    step_of(run, |step| match &step.state {
        RunState::Ended(word) => word.as_str() != "skipped",
        RunState::Queued
        | RunState::Waiting
        | RunState::InProgress
        | RunState::Success
        | RunState::Other(_) => false,
    })
}

fn step_of(run: &WorkflowRun, is: impl Fn(&RunStep) -> bool) -> Option<(Clean, Clean)> {
    run.jobs.iter().find_map(|job| {
        job.steps
            .iter()
            .find(|step| is(step))
            .map(|step| (job.name.clone(), step.name.clone()))
    })
}
