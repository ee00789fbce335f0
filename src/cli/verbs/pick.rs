//! Which incident is meant.

use crate::cli::{Failure, facts};
use crate::domain::{Clean, FaultKind, Phrase};
use crate::engine::Engine;
use crate::incident::{Incident, IncidentId, Stage};

/// The incident that `id` names.
pub(super) async fn named(engine: &Engine, id: &str) -> Result<Incident, Failure> {
    let unknown = || {
        Failure::usage(Phrase::new("cli-error-incident").text("incident", Clean::new(id)))
            .hint(Phrase::new("cli-hint-incidents"))
    };
    let id = IncidentId::parse(id).ok_or_else(unknown)?;
    let known = engine.heads().await?;
    if !known.iter().any(|head| head.id == id) {
        return Err(unknown());
    }
    Ok(engine.incident(&id).await?)
}

/// The newest incident of this environment and this world that fits.
pub(super) async fn newest(
    engine: &Engine,
    fits: impl Fn(&Incident) -> bool,
) -> Result<Option<Incident>, Failure> {
    let setup = &engine.session().setup;
    for head in engine.heads().await? {
        let incident = engine.incident(&head.id).await?;
        if incident.environment == setup.environment && incident.world == setup.world && fits(&incident) {
            return Ok(Some(incident));
        }
    }
    Ok(None)
}

/// The incident that is named, else the newest that fits, else a usage error.
pub(super) async fn named_or_newest(
    engine: &Engine,
    id: Option<&str>,
    fits: impl Fn(&Incident) -> bool,
) -> Result<Incident, Failure> {
    match id {
        Some(id) => named(engine, id).await,
        None => newest(engine, fits).await?.ok_or_else(|| {
            Failure::usage(
                Phrase::new("cli-error-no-incident").text("environment", &engine.session().setup.environment),
            )
            .hint(Phrase::new("cli-hint-incidents"))
        }),
    }
}

/// Every incident of the journal, newest first. One that is damaged is reported as what it is and does not hide the others.
pub(super) async fn all(
    engine: &Engine,
) -> Result<Vec<Result<Incident, (IncidentId, crate::domain::Fault)>>, Failure> {
    let mut incidents = Vec::new();
    for head in engine.heads().await? {
        incidents.push(match engine.incident(&head.id).await {
            Ok(incident) => Ok(incident),
            Err(fault) if fault.kind == FaultKind::Local => Err((head.id, fault)),
            Err(fault) => return Err(fault.into()),
        });
    }
    Ok(incidents)
}

/// Where an incident stands, as one word.
pub(super) const fn state(stage: Stage) -> &'static str {
    match stage {
        Stage::Assess => "assess",
        Stage::Scope => "scope",
        Stage::Target => "target",
        Stage::Check => "check",
        Stage::Approve => "approve",
        Stage::Act { .. } => "act",
        Stage::Verify => "verify",
        Stage::Report => "report",
        Stage::Done => "done",
        Stage::Abandoned => "abandoned",
    }
}

/// Where an incident's first step goes from and to, as people say it.
pub(super) fn from_to(incident: &Incident) -> Option<(String, String)> {
    let step = incident.plan.as_ref()?.steps.first()?;
    Some((facts::shown_point(&step.from), facts::shown_point(&step.to)))
}
