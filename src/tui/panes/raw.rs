//! A thing as JSON, as modosu knows it. Values that may be secret are not in it, because they are not in what modosu keeps.

use serde_json::{Map, Value, json};

use crate::domain::{Fault, Image, Observed, Phrase, ServiceDeployment, TaskDefinition};
use crate::rollback::{Candidate, CriterionState, ImageState, Served};
use crate::session::ServiceView;
use crate::tui::layer::{Details, PageLine};
use crate::tui::world::World;

use super::details::{definition_of, pulls, status_of};
use super::{Thing, deployments};

/// The page of a thing's JSON.
#[must_use]
pub(in crate::tui) fn raw(thing: &Thing<'_>, world: &World<'_>) -> Details {
    let value = match thing {
        Thing::Service(view) => service(view),
        Thing::Revision(view, candidate) => revision(view, candidate),
        Thing::Deployment(view, found) => deployment(view, found),
        Thing::Image(view, found) => image(view, found),
        Thing::Log(view, line) => json!({
            "at": line.at.to_string(),
            "service": view.key.as_str(),
            "stream": line.stream,
            "message": line.message,
        }),
        Thing::Event(view, at, text) => json!({
            "at": at.to_string(),
            "service": view.map(|view| view.key.as_str()),
            "text": text,
        }),
    };
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    let title = world.say(&Phrase::new("raw-title").text("what", thing.name(world)));
    let lines = text.lines().map(PageLine::bare).collect();
    Details::new(title, lines).copying("copied-json", text)
}

fn observed<T>(observed: &Observed<T>, value: impl FnOnce(&T) -> Value) -> Value {
    let fault = |fault: &Fault| json!({ "operation": fault.operation, "detail": fault.detail });
    json!({
        "as_of": observed.as_of().map(|at| at.to_string()),
        "fault": observed.fault().map(fault),
        "value": observed.value().map(value),
    })
}

fn service(view: &ServiceView) -> Value {
    let criteria: Vec<Value> = view
        .criteria
        .iter()
        .map(|criterion| {
            json!({
                "id": criterion.id,
                "state": match criterion.state {
                    CriterionState::Met => "met",
                    CriterionState::NotMet => "not-met",
                    CriterionState::Unknown => "unknown",
                },
                "declared": criterion.declared,
                "value": criterion.value,
                "threshold": criterion.threshold,
                "since": criterion.since.map(|at| at.to_string()),
                "decide_by": criterion.decide_by.map(|at| at.to_string()),
            })
        })
        .collect();
    json!({
        "name": view.key,
        "criteria": criteria,
        "state": observed(&view.state, |state| {
            let deployments: Vec<Value> = state
                .deployments
                .iter()
                .map(|deployment| {
                    json!({
                        "id": deployment.id,
                        "status": deployment.status,
                        "task_definition": deployment.task_definition,
                        "rollout": deployment.rollout,
                        "rollout_reason": deployment.rollout_reason,
                        "desired": deployment.desired,
                        "running": deployment.running,
                        "pending": deployment.pending,
                        "failed": deployment.failed,
                        "created_at": deployment.created_at.map(|at| at.to_string()),
                        "updated_at": deployment.updated_at.map(|at| at.to_string()),
                    })
                })
                .collect();
            json!({
                "arn": state.arn,
                "cluster": state.cluster,
                "status": state.status,
                "desired": state.desired,
                "running": state.running,
                "pending": state.pending,
                "task_definition": state.task_definition,
                "controller": state.controller,
                "strategy": state.strategy,
                "scheduling": state.scheduling,
                "minimum_and_maximum_percent": state.percent,
                "circuit_breaker": state.circuit_breaker,
                "deployments": deployments,
                "current_deployment": state.current_deployment,
                "target_groups": state.target_groups,
            })
        }),
        "health": observed(&view.health, |health| json!(health)),
        "newest_minute": observed(&view.series, |series| {
            series.newest().map_or(Value::Null, |(at, minute)| {
                json!({
                    "at": at.to_string(),
                    "requests": minute.requests,
                    "target_5xx": minute.target_5xx,
                    "balancer_5xx": minute.elb_5xx,
                    "latency_seconds": minute.latency_seconds,
                })
            })
        }),
    })
}

fn revision(view: &ServiceView, candidate: &Candidate) -> Value {
    let served = match &candidate.served {
        Served::Now { since } => json!({ "now": true, "since": since.map(|at| at.to_string()) }),
        Served::Before { total, until } => {
            json!({ "seconds": total.as_secs(), "until": until.to_string() })
        }
        Served::Never => json!("never"),
        Served::Unknown => json!("unknown"),
    };
    let image_state = match &candidate.image_state {
        ImageState::Present => json!("present"),
        ImageState::Gone => json!("gone"),
        ImageState::NotPullable(status) => json!(status),
        ImageState::Unknown => json!("unknown"),
    };
    json!({
        "arn": candidate.definition,
        "status": status_of(&candidate.status),
        "registered_at": candidate.registered_at.map(|at| at.to_string()),
        "image": candidate.image,
        "version": candidate.version,
        "digest": candidate.digest,
        "served": served,
        "last_good": candidate.last_good,
        "error_percent": candidate.error_percent,
        "image_state": image_state,
        "definition": definition_of(view, candidate).map(written),
    })
}

/// A definition without a value of anything that may be secret: of variables and secrets only the names, and of secrets
/// where each comes from.
fn written(definition: &TaskDefinition) -> Value {
    let containers: Vec<Value> = definition
        .containers
        .iter()
        .map(|container| {
            let settings = &container.settings;
            let secrets: Map<String, Value> = settings
                .secrets
                .iter()
                .map(|(name, from)| (name.to_string(), json!(from)))
                .collect();
            json!({
                "name": container.name,
                "image": container.image,
                "essential": settings.essential,
                "cpu": settings.cpu,
                "memory_mib": settings.memory,
                "memory_reservation_mib": settings.memory_reservation,
                "ports": settings.ports,
                "environment_names": settings.environment.keys().collect::<Vec<_>>(),
                "environment_files": settings.environment_files,
                "secrets": secrets,
                "mounts": settings.mounts,
                "log_driver": settings.log_driver,
                "log_group": settings.log_group,
            })
        })
        .collect();
    let settings = &definition.settings;
    json!({
        "registered_by": definition.registered_by,
        "cpu": settings.cpu,
        "memory": settings.memory,
        "task_role": settings.task_role,
        "execution_role": settings.execution_role,
        "network_mode": settings.network_mode,
        "platform": settings.platform,
        "containers": containers,
    })
}

fn deployment(view: &ServiceView, found: &ServiceDeployment) -> Value {
    let rollback = found.rollback.as_ref().map(|rollback| {
        json!({
            "reason": rollback.reason,
            "started_at": rollback.started_at.map(|at| at.to_string()),
            "service_revision": rollback.revision,
        })
    });
    json!({
        "arn": found.arn,
        "status": found.status,
        "reason": found.reason,
        "service_revision": found.target,
        "task_definition": deployments::target(view, found),
        "replaces": found.sources,
        "rollback": rollback,
        "created_at": found.created_at.to_string(),
        "started_at": found.started_at.map(|at| at.to_string()),
        "finished_at": found.finished_at.map(|at| at.to_string()),
    })
}

fn image(view: &ServiceView, image: &Image) -> Value {
    let used: Vec<&str> = view
        .candidates
        .iter()
        .filter(|candidate| candidate.digest.as_ref() == Some(&image.digest))
        .map(|candidate| candidate.definition.as_str())
        .collect();
    json!({
        "digest": image.digest,
        "tags": image.tags,
        "pushed_at": image.pushed_at.map(|at| at.to_string()),
        "size_bytes": image.size_bytes,
        "status": pulls(&image.status),
        "used_by": used,
    })
}
