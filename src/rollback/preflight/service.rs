//! The service itself: its account, its tasks, what is under way on it, and whether the target is not what it has already.

use crate::domain::{Deployment, FaultKind, Identity, Phrase, RolloutState, ServiceDeployment, ServiceState};

use super::super::flight::Flight;
use super::super::propose::Way;
use super::super::{CriterionState, Method, Point, ProposalInputs, Target};
use super::rows::{Finding, block, pass, unknown, warn};

pub(super) fn account(inputs: &ProposalInputs<'_>, identity: &Identity) -> Finding {
    let environment = inputs.runbook.environments.get(inputs.environment);
    if let Some(region) = environment.and_then(|e| e.region.as_ref())
        && *region != identity.region
    {
        return block(
            Phrase::new("preflight-account-region")
                .text("region", &identity.region)
                .text("expected", region),
        );
    }
    match environment.and_then(|e| e.account.as_ref()) {
        Some(expected) if *expected == identity.account => {
            pass(Phrase::new("preflight-account-pass").text("account", expected))
        }
        Some(expected) => block(
            Phrase::new("preflight-account-differs")
                .text("account", &identity.account)
                .text("expected", expected),
        ),
        None => unknown(Phrase::new("preflight-account-unset").text("account", &identity.account)),
    }
}

pub(super) fn desired(state: &ServiceState) -> Finding {
    if state.desired == 0 {
        block(Phrase::new("preflight-desired-zero"))
    } else {
        pass(
            Phrase::new("preflight-desired-pass")
                .number("desired", state.desired)
                .number("running", state.running),
        )
    }
}

/// Whether `deployment` has, or is about to have, tasks.
fn has_tasks(deployment: &Deployment) -> bool {
    deployment.running > 0 || deployment.pending > 0 || deployment.desired > 0
}

pub(super) fn deployment(inputs: &ProposalInputs<'_>, state: &ServiceState, way: &Way<'_>) -> Finding {
    let primary = state.primary();
    match way.flight {
        // What is stopped is no foreign deployment, and the tasks beside it are those that ECS goes back to.
        Flight::Stoppable(stopped) | Flight::Paused(stopped, _) if way.turned_back().is_some() => {
            return pass(
                Phrase::new("preflight-deployment-stopped")
                    .text("deployment", stopped.arn.id())
                    .text("status", stopped.status.as_str()),
            );
        }
        Flight::Stoppable(running) | Flight::Paused(running, _) => {
            return block(
                Phrase::new("preflight-deployment-stoppable")
                    .text("deployment", running.arn.id())
                    .text("status", running.status.as_str())
                    .time("at", running.created_at),
            );
        }
        Flight::GoingBack(running) => return block(going_back(inputs, running)),
        Flight::Landed | Flight::Untold => {}
    }
    let other = state
        .deployments
        .iter()
        .find(|d| primary.is_none_or(|primary| primary.id != d.id) && has_tasks(d));
    if let Some(other) = other {
        return block(
            Phrase::new("preflight-deployment-other")
                .text("deployment", &other.id)
                .text("revision", other.task_definition.short())
                .number("running", other.running),
        );
    }
    let running = inputs
        .target
        .history
        .value()
        .and_then(|history| history.deployments.iter().find(|d| d.status.is_running()));
    if let Some(running) = running {
        return block(
            Phrase::new("preflight-deployment-running")
                .text("deployment", running.arn.id())
                .text("status", running.status.as_str())
                .time("at", running.created_at),
        );
    }
    let Some(primary) = primary else {
        return unknown(Phrase::new("preflight-deployment-no-primary"));
    };
    match &primary.rollout {
        Some(RolloutState::InProgress) => {
            return block(
                Phrase::new("preflight-deployment-rollout")
                    .text("deployment", &primary.id)
                    .text("revision", primary.task_definition.short()),
            );
        }
        Some(RolloutState::Other(other)) => {
            return unknown(
                Phrase::new("preflight-deployment-state")
                    .text("deployment", &primary.id)
                    .text("state", other),
            );
        }
        Some(RolloutState::Completed | RolloutState::Failed) | None => {}
    }
    // What is not offered is not needed: the service's own list shows the deployments of such an endpoint. What is refused
    // or broken could be hiding one.
    match inputs.target.history.fault() {
        Some(fault) if fault.kind != FaultKind::NotOffered => {
            unknown(Phrase::new("preflight-deployment-history").phrase("fault", fault.phrase()))
        }
        Some(_) | None => pass(match primary.updated_at.or(primary.created_at) {
            Some(at) => Phrase::new("preflight-deployment-pass").time("at", at),
            None => Phrase::new("preflight-deployment-pass-undated"),
        }),
    }
}

/// That ECS goes back already, and where to as far as it says.
pub(super) fn going_back(inputs: &ProposalInputs<'_>, running: &ServiceDeployment) -> Phrase {
    let to = running
        .rollback
        .as_ref()
        .zip(inputs.target.history.value())
        .and_then(|(rollback, history)| history.revisions.get(&rollback.revision))
        .map(|revision| revision.task_definition.short().to_owned());
    Phrase::new("preflight-deployment-going-back")
        .text("deployment", running.arn.id())
        .text("status", running.status.as_str())
        .text("revision", to.unwrap_or_else(|| "–".to_owned()))
}

pub(super) fn not_current(
    inputs: &ProposalInputs<'_>,
    from: &Point,
    target: &Target,
    way: &Way<'_>,
) -> Finding {
    let revision = |point: &str| Phrase::new("preflight-not-current-pass").text("revision", point);
    let same = match (&from.digest, &target.digest) {
        (Some(from), Some(to)) => from == to,
        (None, _) | (_, None) => true,
    };
    if way.method.deploys_the_same() {
        return the_same(inputs, way);
    }
    if target.registers.is_some() {
        // A new revision of what runs already is no way back, whatever its number.
        return if same && from.digest.is_some() {
            block(Phrase::new("preflight-not-current-content").text("revision", from.family_short()))
        } else {
            pass(Phrase::new("preflight-not-current-new").text("current", from.family_short()))
        };
    }
    if from.revision.as_ref() != Some(&target.definition) {
        return pass(revision(target.definition.short()).text("current", from.family_short()));
    }
    // The same definition with other content, deployed anew: a stop goes back to the content that was pinned, and the team's
    // workflow makes a revision of its own.
    if !same && (way.turned_back().is_some() || way.method == Method::Github) {
        return pass(revision(target.definition.short()).text("current", from.family_short()));
    }
    // Naming the definition that is set already starts no deployment, whatever its tag means by now.
    let id = if same {
        "preflight-not-current-same"
    } else {
        "preflight-not-current-same-definition"
    };
    block(Phrase::new(id).text("revision", target.definition.short()))
}

/// A deployment of the same: right after a switch of the database, and no answer to an image that is bad.
fn the_same(inputs: &ProposalInputs<'_>, way: &Way<'_>) -> Finding {
    let revision = |id: &'static str| Phrase::new(id).text("revision", way.target.definition.short());
    if way.method == Method::Database {
        return pass(revision("preflight-not-current-database"));
    }
    let burning = inputs
        .criteria
        .iter()
        .any(|criterion| criterion.state == CriterionState::Met);
    if burning {
        block(revision("preflight-not-current-redeploy"))
    } else {
        warn(revision("preflight-not-current-redeploy-calm"))
    }
}
