//! What the session knows, as the contract's JSON fields.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{
    Clean, CriterionId, DeploymentStatus, HealthReading, Observed, RolloutState, RunState, Series,
    ServiceState, ServiceStatus, WorkflowRun,
};
use crate::rollback::{Candidate, CriterionState, CriterionStatus, Point, Verdict};
use crate::session::{ServiceView, Session};

/// The word of a verdict over criteria.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Hold => "hold",
        Verdict::RollBack => "roll-back",
        Verdict::Unknown => "unknown",
    }
}

/// The word of a criterion's state.
pub(super) const fn criterion_state(state: CriterionState) -> &'static str {
    match state {
        CriterionState::Met => "met",
        CriterionState::NotMet => "not-met",
        CriterionState::Unknown => "unknown",
    }
}

/// ECS's word for the life of a service.
pub(super) fn service_status(status: &ServiceStatus) -> &str {
    match status {
        ServiceStatus::Active => "ACTIVE",
        ServiceStatus::Draining => "DRAINING",
        ServiceStatus::Inactive => "INACTIVE",
        ServiceStatus::Other(other) => other.as_str(),
    }
}

/// ECS's word for how far a deployment is.
pub(super) fn rollout(state: &RolloutState) -> &str {
    match state {
        RolloutState::InProgress => "IN_PROGRESS",
        RolloutState::Completed => "COMPLETED",
        RolloutState::Failed => "FAILED",
        RolloutState::Other(other) => other.as_str(),
    }
}

fn deployment_status(status: &DeploymentStatus) -> &str {
    match status {
        DeploymentStatus::Primary => "PRIMARY",
        DeploymentStatus::Active => "ACTIVE",
        DeploymentStatus::Inactive => "INACTIVE",
        DeploymentStatus::Other(other) => other.as_str(),
    }
}

fn moment(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// The fields of `status`.
pub(super) fn status(session: &Session, now: Timestamp) -> Value {
    let mut object = head(session, now);
    let services: Vec<Value> = session
        .services
        .iter()
        .map(|view| service(session, view))
        .collect();
    if let Value::Object(fields) = &mut object {
        fields.insert("services".to_owned(), Value::Array(services));
        fields.insert("criteria".to_owned(), criteria(session));
    }
    object
}

/// The fields of `check`.
pub(super) fn check(session: &Session, now: Timestamp) -> Value {
    let mut object = head(session, now);
    if let Value::Object(fields) = &mut object {
        fields.insert("criteria".to_owned(), criteria(session));
    }
    object
}

fn head(session: &Session, now: Timestamp) -> Value {
    let identity = session.identity.value();
    json!({
        "environment": session.setup.environment,
        "account": identity.map(|i| &i.account),
        "region": identity.map(|i| &i.region),
        "observed_at": now.to_string(),
        "verdict": verdict(session.verdict),
    })
}

fn criteria(session: &Session) -> Value {
    session
        .services
        .iter()
        .flat_map(|view| &view.criteria)
        .map(criterion)
        .collect()
}

fn criterion(status: &CriterionStatus) -> Value {
    json!({
        "id": status.id.as_str(),
        "service": status.service,
        "severity": status.severity,
        "state": criterion_state(status.state),
        "declared": status.declared,
        "value": status.value,
        "threshold": status.threshold,
        "since": moment(status.since),
        "decide_by": moment(status.decide_by),
        "as_of": moment(status.as_of),
    })
}

fn service(session: &Session, view: &ServiceView) -> Value {
    let state = view.state.value();
    let ecs_service = session.setup.runbook.service(&view.key).map(|s| &s.ecs_service);
    let candidate = state.and_then(|state| current(view, state));
    let deployment = state
        .and_then(ServiceState::primary)
        .map_or(Value::Null, |primary| {
            json!({
                "id": primary.id,
                "state": primary.rollout.as_ref().map_or_else(|| deployment_status(&primary.status), rollout),
                "reason": primary.rollout_reason,
            })
        });
    json!({
        "name": view.key,
        "ecs_service": ecs_service,
        "status": state.map(|s| service_status(&s.status)),
        "desired": state.map(|s| s.desired),
        "running": state.map(|s| s.running),
        "pending": state.map(|s| s.pending),
        "revision": state.map(|s| s.task_definition.as_str()),
        "image": candidate.and_then(|c| c.image.as_ref()),
        "version": candidate.and_then(|c| c.version.as_ref()),
        "digest": candidate.and_then(|c| c.digest.as_ref()),
        "deployment": deployment,
        "error_rate": measured(view, CriterionId::ErrorRate),
        "balancer_5xx": view.series.value().and_then(Series::balancer_apart).map(|(at, count)| {
            json!({ "count": count, "as_of": at.to_string(), "shared": true })
        }),
        "latency": measured(view, CriterionId::Latency),
        "health": health(&view.health),
        "as_of": moment(view.state.as_of()),
        "fault": view.state.fault().map(ToString::to_string),
    })
}

/// What is known of the revision that a service is set to.
pub(super) fn current<'a>(view: &'a ServiceView, state: &ServiceState) -> Option<&'a Candidate> {
    view.candidates
        .iter()
        .find(|candidate| candidate.definition == state.task_definition)
}

/// A measured value, whether or not the runbook has a criterion for it.
fn measured(view: &ServiceView, id: CriterionId) -> Value {
    let status = view.criteria.iter().find(|status| status.id == id);
    let newest = view.series.value().and_then(|series| match id {
        CriterionId::ErrorRate => series.newest_error_percent(),
        CriterionId::Latency => series.newest_latency(),
        CriterionId::FeatureDown | CriterionId::DataInconsistency | CriterionId::Vulnerability => None,
    });
    json!({
        "value": status.and_then(|s| s.value).or(newest.map(|(_, value)| value)),
        "state": criterion_state(status.map_or(CriterionState::Unknown, |s| s.state)),
        "as_of": moment(status.and_then(|s| s.as_of).or(newest.map(|(at, _)| at))),
    })
}

/// Whether a health address answers well. One that does not answer, or that nobody named, is unknown: only an answer counts.
pub(super) fn health_state(health: &Observed<HealthReading>) -> &'static str {
    match (health.value(), health.fault()) {
        (Some(reading), None) if reading.is_ok() => "ok",
        (Some(_), None) => "failing",
        (_, Some(_)) | (None, None) => "unknown",
    }
}

fn health(health: &Observed<HealthReading>) -> Value {
    json!({
        "state": health_state(health),
        "as_of": moment(health.as_of()),
        "status": health.value().map(|reading| reading.status),
    })
}

/// A revision as people say it, `v1.3.4 (:56)`, or the number alone.
pub(super) fn shown(revision: u32, version: Option<&Clean>) -> String {
    version.map_or_else(
        || format!(":{revision}"),
        |version| format!("{version} (:{revision})"),
    )
}

/// The fields of a point.
pub(super) fn point(point: &Point) -> Value {
    json!({
        "revision": point.revision.as_ref().map(|revision| revision.as_str()),
        "image": point.image,
        "version": point.version,
        "digest": point.digest,
    })
}

/// GitHub's word for where a run, a job or a step stands: its status, and its conclusion once it has ended.
fn run_state(state: &RunState) -> &str {
    match state {
        RunState::Queued => "queued",
        RunState::Waiting => "waiting",
        RunState::InProgress => "in_progress",
        RunState::Success => "success",
        RunState::Ended(word) | RunState::Other(word) => word.as_str(),
    }
}

/// The fields of a run of the team's workflow.
pub(super) fn run(run: &WorkflowRun) -> Value {
    let jobs: Vec<Value> = run
        .jobs
        .iter()
        .map(|job| {
            let steps: Vec<Value> = job
                .steps
                .iter()
                .map(|step| json!({ "name": step.name, "state": run_state(&step.state) }))
                .collect();
            json!({ "name": job.name, "state": run_state(&job.state), "steps": steps })
        })
        .collect();
    json!({
        "id": run.id,
        "state": run_state(&run.state),
        "page": run.page,
        "waits_for": run.waits_for,
        "jobs": jobs,
        "failed_tail": run.failed_tail,
    })
}

/// A point as people say it.
pub(super) fn shown_point(point: &Point) -> String {
    crate::incident::record::point(point)
}

/// Whether nothing could be read because of the credentials, and why.
pub(super) fn credentials_fault(session: &Session) -> Option<crate::domain::Fault> {
    use crate::domain::FaultKind;
    // Credentials that end between two calls show at the services first.
    let of_services = session
        .services
        .iter()
        .find_map(|view| view.state.fault().filter(|_| view.state.value().is_none()));
    let fault = session.identity.fault().or(of_services)?;
    match fault.kind {
        FaultKind::Expired | FaultKind::NoCredentials => Some(fault.clone()),
        FaultKind::Denied { .. }
        | FaultKind::Throttled
        | FaultKind::TimedOut
        | FaultKind::Unreachable
        | FaultKind::NotFound
        | FaultKind::NotOffered
        | FaultKind::Rejected
        | FaultKind::Server
        | FaultKind::Malformed
        | FaultKind::Held
        | FaultKind::Local
        | FaultKind::NotSent => None,
    }
}
