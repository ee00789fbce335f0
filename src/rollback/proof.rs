//! What one look proves of a goal: digests, the service deployment's own end, healthy targets. Each is proven, not yet so,
//! or beyond what the endpoint can show.

use jiff::Timestamp;

use crate::domain::{
    DeploymentHistory, FaultKind, Observed, Phrase, ServiceDeployment, ServiceDeploymentStatus, ServiceState,
    TargetHealth, Task,
};

use super::time::{CLOCK_DIFFERENCE, minus, plus};
use super::{Goal, Unproven};

/// How long a service deployment may take to appear in a list that is offered. After that the endpoint is taken not to
/// keep one.
const APPEARS_WITHIN: std::time::Duration = std::time::Duration::from_secs(2 * 60);

/// What one part of the proof says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// It is as it should be, as read then; `None` where the time of reading does not matter.
    Right(Option<Timestamp>),
    /// The endpoint cannot show it.
    Beyond(Unproven),
    /// It is not so yet: what is waited for.
    NotYet(Phrase),
    /// The content that runs is another one, for good.
    OtherContent,
}

/// The last good reading, if it was taken at or after `sent_at`.
pub(super) fn since_sent<T>(observed: &Observed<T>, sent_at: Timestamp) -> Option<(&T, Timestamp)> {
    let at = observed.as_of().filter(|at| *at >= sent_at)?;
    observed.value().map(|value| (value, at))
}

/// Whether the newest attempt shows that this endpoint, or these rights, will never tell.
pub(super) fn never_tells<T>(observed: &Observed<T>) -> bool {
    match observed.fault().map(|fault| &fault.kind) {
        Some(FaultKind::NotOffered | FaultKind::Denied { .. }) => true,
        None
        | Some(
            FaultKind::Expired
            | FaultKind::NoCredentials
            | FaultKind::Throttled
            | FaultKind::TimedOut
            | FaultKind::Unreachable
            | FaultKind::NotFound
            | FaultKind::Rejected
            | FaultKind::Server
            | FaultKind::Malformed
            | FaultKind::Held
            | FaultKind::Local
            | FaultKind::NotSent,
        ) => false,
    }
}

fn not_read<T>(observed: &Observed<T>, waiting: &'static str) -> Part {
    Part::NotYet(match observed.fault() {
        Some(fault) => Phrase::new("follow-not-read").phrase("fault", fault.phrase()),
        None => Phrase::new(waiting),
    })
}

enum Content {
    Goal,
    Other,
    Untold,
}

/// What a task's content is, measured by the goal. A task may have other containers: one of them has to be the goal's.
fn content(task: &Task, goal: &Goal) -> Content {
    let Some(wanted) = &goal.digest else {
        return Content::Untold;
    };
    let told: Vec<_> = task
        .digests
        .iter()
        .filter_map(|(_, digest)| digest.as_ref())
        .collect();
    if told.contains(&wanted) {
        Content::Goal
    } else if told.is_empty() || told.len() < task.digests.len() {
        Content::Untold
    } else {
        Content::Other
    }
}

/// Whether every running task runs the goal's content.
pub(super) fn digests(goal: &Goal, observed: &Observed<Vec<Task>>) -> Part {
    if goal.digest.is_none() {
        return Part::Beyond(Unproven::Digests);
    }
    let Some((tasks, at)) = since_sent(observed, goal.sent_at) else {
        return if never_tells(observed) {
            Part::Beyond(Unproven::Digests)
        } else {
            not_read(observed, "follow-tasks-waiting")
        };
    };
    let running: Vec<_> = tasks.iter().filter(|task| task.is_running()).collect();
    if running.is_empty() {
        return Part::Beyond(Unproven::Digests);
    }
    if running.iter().any(|task| task.task_definition != goal.definition) {
        return Part::NotYet(Phrase::new("follow-tasks-old"));
    }
    let (mut other, mut untold) = (0_usize, 0_usize);
    for task in &running {
        match content(task, goal) {
            Content::Goal => {}
            Content::Other => other += 1,
            Content::Untold => untold += 1,
        }
    }
    if other > 0 {
        Part::OtherContent
    } else if untold > 0 {
        Part::Beyond(Unproven::Digests)
    } else {
        Part::Right(Some(at))
    }
}

/// Our service deployment in the history: the one we were told of when it is for our target, else the one that is current,
/// else the newest one for our target that was made since the write. The answer to a write may still name the deployment
/// before it, so its word alone is not taken. A stop names its service deployment, so there it is that one and no other.
pub(super) fn native<'h>(
    goal: &Goal,
    state: &ServiceState,
    history: &'h DeploymentHistory,
) -> Option<&'h ServiceDeployment> {
    if goal.stopped.is_some() {
        return history
            .deployments
            .iter()
            .find(|d| Some(&d.arn) == goal.service_deployment.as_ref());
    }
    let earliest = minus(goal.sent_at, CLOCK_DIFFERENCE);
    let is_for_us = |deployment: &&ServiceDeployment, unless_known: bool| {
        let target = deployment
            .target
            .as_ref()
            .and_then(|arn| history.revisions.get(arn));
        deployment.created_at >= earliest
            && target.map_or(unless_known, |revision| {
                revision.task_definition == goal.definition
            })
    };
    let named = |arn: Option<&crate::domain::ServiceDeploymentArn>| {
        history
            .deployments
            .iter()
            .find(|d| Some(&d.arn) == arn)
            .filter(|d| is_for_us(d, true))
    };
    named(goal.service_deployment.as_ref())
        .or_else(|| named(state.current_deployment.as_ref()))
        .or_else(|| {
            history
                .deployments
                .iter()
                .filter(|d| is_for_us(d, false))
                .max_by_key(|d| d.created_at)
        })
}

/// Whether ECS says that our service deployment reached its end.
pub(super) fn service_deployment(
    goal: &Goal,
    state: &ServiceState,
    observed: &Observed<DeploymentHistory>,
) -> Part {
    let Some((history, at)) = since_sent(observed, goal.sent_at) else {
        return if never_tells(observed) {
            Part::Beyond(Unproven::ServiceDeployment)
        } else {
            not_read(observed, "follow-history-waiting")
        };
    };
    let Some(ours) = native(goal, state, history) else {
        return if history.deployments.is_empty() || at >= plus(goal.sent_at, APPEARS_WITHIN) {
            Part::Beyond(Unproven::ServiceDeployment)
        } else {
            Part::NotYet(Phrase::new("follow-history-waiting"))
        };
    };
    match &ours.status {
        // Its end does not change any more, so a later reading is not needed.
        ServiceDeploymentStatus::RollbackSuccessful => Part::Right(None),
        ServiceDeploymentStatus::Successful if goal.stopped.is_none() => Part::Right(None),
        ServiceDeploymentStatus::Pending
        | ServiceDeploymentStatus::InProgress
        | ServiceDeploymentStatus::Successful
        | ServiceDeploymentStatus::StopRequested
        | ServiceDeploymentStatus::Stopped
        | ServiceDeploymentStatus::RollbackRequested
        | ServiceDeploymentStatus::RollbackInProgress
        | ServiceDeploymentStatus::RollbackFailed
        | ServiceDeploymentStatus::Other(_) => {
            Part::NotYet(Phrase::new("follow-service-deployment").text("status", ours.status.as_str()))
        }
    }
}

/// Whether as many targets are healthy as tasks are wanted, where there are target groups at all.
pub(super) fn targets(goal: &Goal, state: &ServiceState, observed: &Observed<TargetHealth>) -> Part {
    if state.target_groups.is_empty() {
        return Part::Right(None);
    }
    match since_sent(observed, goal.sent_at) {
        Some((health, at)) if health.healthy >= state.desired => Part::Right(Some(at)),
        Some((health, _)) => Part::NotYet(
            Phrase::new("follow-targets")
                .number("healthy", health.healthy)
                .number("desired", state.desired),
        ),
        None if never_tells(observed) => Part::Beyond(Unproven::TargetHealth),
        None => not_read(observed, "follow-targets-waiting"),
    }
}
