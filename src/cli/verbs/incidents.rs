//! `incidents`: the journal's list.

use serde_json::{Value, json};

use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output, facts, output::table};
use crate::domain::Fault;
use crate::engine::Watch;
use crate::incident::{Incident, IncidentId, Stage, record};
use crate::rollback::Outcome;
use crate::words::Words;

use super::pick;

pub(super) async fn run(context: &Context, out: &mut Output) -> Result<Exit, Failure> {
    let engine = context.engine(&Region::Any, Watch::Once).await?;
    let incidents = pick::all(&engine).await;
    engine.shutdown().await;
    let incidents = incidents?;
    let mut exit = Exit::Done;
    for (id, fault) in incidents.iter().filter_map(|incident| incident.as_ref().err()) {
        // A damaged story is never believed, and never hidden: its place in the list says only that it is there.
        out.note(&format!("{id}: {}", out.words().say(&fault.phrase())));
        exit = Exit::Unexpected;
    }
    if out.is_json() {
        let objects: Vec<Value> = incidents
            .iter()
            .map(|incident| match incident {
                Ok(incident) => object(incident),
                Err((id, fault)) => damaged(id, fault),
            })
            .collect();
        out.object(&json!({ "incidents": objects }));
    } else if incidents.is_empty() {
        out.note(&out.words().get("cli-incidents-empty"));
    } else {
        let words = out.words().clone();
        let rows: Vec<Vec<String>> = incidents
            .iter()
            .map(|incident| match incident {
                Ok(incident) => row(incident, &words),
                Err((id, _)) => damaged_row(id, &words),
            })
            .collect();
        for line in table(&rows) {
            out.line(&line);
        }
    }
    Ok(exit)
}

fn object(incident: &Incident) -> Value {
    let step = incident.plan.as_ref().and_then(|plan| plan.steps.first());
    // What was given up before anything was sent ended as `rollback` says it: refused.
    let given_up = (incident.stage == Stage::Abandoned).then_some(Outcome::Refused);
    json!({
        "id": incident.id,
        "state": pick::state(incident.stage),
        "environment": incident.environment,
        "services": incident.services,
        "opened_at": incident.opened_at.to_string(),
        "ended_at": incident.ended_at().map(|at| at.to_string()),
        "from": step.and_then(|s| s.from.revision.as_ref()).map(|revision| revision.as_str()),
        "to": step.and_then(|s| s.to.revision.as_ref()).map(|revision| revision.as_str()),
        "steps": steps(incident),
        "outcome": incident.outcome().or(given_up),
        "verified": incident.verification.map(|verification| verification.passed),
        "world": incident.world,
    })
}

/// Each service of the plan: from where to where, and how that ended.
fn steps(incident: &Incident) -> Vec<Value> {
    let steps = incident.plan.iter().flat_map(|plan| &plan.steps).enumerate();
    steps
        .map(|(place, step)| {
            json!({
                "service": step.service,
                "method": step.method,
                "from": facts::point(&step.from),
                "to": facts::point(&step.to),
                "outcome": incident.step_endings.get(&place).map(|(ending, _)| ending.outcome),
            })
        })
        .collect()
}

/// The fields of any incident, so that scripts find them, and nothing in them.
fn damaged(id: &IncidentId, fault: &Fault) -> Value {
    json!({
        "id": id,
        "state": pick::DAMAGED,
        "environment": null,
        "services": null,
        "opened_at": null,
        "ended_at": null,
        "from": null,
        "to": null,
        "steps": null,
        "outcome": null,
        "verified": null,
        "world": null,
        "detail": fault.detail,
    })
}

fn damaged_row(id: &IncidentId, words: &Words) -> Vec<String> {
    let nothing = || words.get("no-value");
    vec![
        id.to_string(),
        pick::DAMAGED.to_owned(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
    ]
}

fn row(incident: &Incident, words: &Words) -> Vec<String> {
    let services = incident
        .services
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",");
    let (from, to) =
        pick::from_to(incident).unwrap_or_else(|| (words.get("no-value"), words.get("no-value")));
    vec![
        incident.id.to_string(),
        pick::state(incident.stage).to_owned(),
        format!("{}/{services}", incident.environment),
        words.date_time(incident.opened_at),
        format!("{from} → {to}"),
        incident.outcome().map_or_else(
            || words.get("no-value"),
            |outcome| words.say(&record::outcome(outcome)),
        ),
    ]
}
