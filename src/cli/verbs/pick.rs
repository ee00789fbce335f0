//! Which incident is meant.

use crate::cli::{Exit, Failure, facts};
use crate::domain::{Clean, Fault, Phrase, ServiceKey};
use crate::engine::{Damaged, Engine, Head};
use crate::incident::{Incident, IncidentId, Stage};
use crate::rollback::{Point, Step};

/// The incident that `id` names.
pub(super) async fn named(engine: &Engine, id: &str) -> Result<Incident, Failure> {
    let unknown = || {
        Failure::usage(Phrase::new("cli-error-incident").text("incident", Clean::new(id)))
            .hint(Phrase::new("cli-hint-incidents"))
    };
    let id = IncidentId::parse(id).ok_or_else(unknown)?;
    let known = engine.heads().await?;
    let is_named = |head: &Result<Head, Damaged>| match head {
        Ok(head) => head.id == id,
        // What is wrong with it is said when it is read.
        Err(damaged) => damaged.id == id,
    };
    if !known.iter().any(is_named) {
        return Err(unknown());
    }
    Ok(engine.incident(&id).await?)
}

/// The newest incident of this environment and this world that fits.
///
/// When one that is newer is damaged, it cannot be told whether it fits, and a person names the one that is meant.
pub(super) async fn newest(
    engine: &Engine,
    fits: impl Fn(&Incident) -> bool,
) -> Result<Option<Incident>, Failure> {
    match search(engine, fits).await? {
        (Some(damaged), Some(_)) => Err(may_be_meant(damaged)),
        (Some(_) | None, found) => Ok(found),
    }
}

/// The incident that is named, else the newest that fits, else a usage error.
pub(super) async fn named_or_newest(
    engine: &Engine,
    id: Option<&str>,
    fits: impl Fn(&Incident) -> bool,
) -> Result<Incident, Failure> {
    if let Some(id) = id {
        return named(engine, id).await;
    }
    match search(engine, fits).await? {
        (Some(damaged), _) => Err(may_be_meant(damaged)),
        (None, Some(incident)) => Ok(incident),
        (None, None) => Err(Failure::usage(
            Phrase::new("cli-error-no-incident").text("environment", &engine.session().setup.environment),
        )
        .hint(Phrase::new("cli-hint-incidents"))),
    }
}

/// The newest that fits, and a damaged one that may be of this environment and world and is newer than that.
async fn search(
    engine: &Engine,
    fits: impl Fn(&Incident) -> bool,
) -> Result<(Option<Damaged>, Option<Incident>), Failure> {
    let setup = &engine.session().setup;
    let mut newer = None;
    for head in engine.heads().await? {
        match head {
            Ok(head) => {
                if (&head.environment, &head.world) != (&setup.environment, &setup.world) {
                    continue;
                }
                let incident = engine.incident(&head.id).await?;
                if fits(&incident) {
                    return Ok((newer, Some(incident)));
                }
            }
            Err(damaged) => {
                if damaged.may_belong_to(&setup.environment, setup.world.as_deref()) {
                    newer = newer.or(Some(damaged));
                }
            }
        }
    }
    Ok((newer, None))
}

/// The incident of this environment and world, of any of these services or of any at all where none is named, of which a call
/// may be at work.
///
/// A damaged one of which that cannot be excluded is a refusal; any other damage is none of this.
pub(super) async fn open(engine: &Engine, services: &[ServiceKey]) -> Result<Option<Incident>, Failure> {
    let any = services.is_empty();
    let setup = &engine.session().setup;
    let mut unsure = None;
    for head in engine.heads().await? {
        match head {
            Ok(head) => {
                if head.stage.is_open()
                    && (&head.environment, &head.world) == (&setup.environment, &setup.world)
                    && (any || services.iter().any(|service| head.services.contains(service)))
                {
                    return Ok(Some(engine.incident(&head.id).await?));
                }
            }
            Err(damaged) => {
                if damaged.may_belong_to(&setup.environment, setup.world.as_deref())
                    && (any && damaged.may_be_open(None)
                        || services.iter().any(|service| damaged.may_be_open(Some(service))))
                {
                    unsure = unsure.or(Some(damaged));
                }
            }
        }
    }
    match unsure {
        None => Ok(None),
        Some(damaged) => Err(Failure::refused(
            Phrase::new("cli-error-damaged-open").text("detail", Fault::from(damaged.error).detail),
        )
        .hint(Phrase::new("cli-hint-damaged-open"))),
    }
}

fn may_be_meant(damaged: Damaged) -> Failure {
    Failure::new(
        Exit::Unexpected,
        Phrase::new("cli-error-damaged-newest").text("detail", Fault::from(damaged.error).detail),
    )
    .hint(Phrase::new("cli-hint-damaged-newest"))
}

/// Every incident of the journal, newest first. One that is damaged is reported as what it is and does not hide the others.
pub(super) async fn all(engine: &Engine) -> Result<Vec<Result<Incident, (IncidentId, Fault)>>, Failure> {
    let mut incidents = Vec::new();
    for head in engine.heads().await? {
        incidents.push(match head {
            Ok(head) => Ok(engine.incident(&head.id).await?),
            Err(damaged) => Err((damaged.id, damaged.error.into())),
        });
    }
    Ok(incidents)
}

/// What stands in the place of an incident's state when it is not believed.
pub(super) const DAMAGED: &str = "damaged";

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

/// Where an incident goes from and to, as people say it: each service by its name where there are several.
pub(super) fn from_to(incident: &Incident) -> Option<(String, String)> {
    let steps = incident.plan.as_ref()?.steps.as_slice();
    let points = |of: fn(&Step) -> &Point| match steps {
        [] => None,
        [step] => Some(facts::shown_point(of(step))),
        _ => {
            let named = steps
                .iter()
                .map(|step| format!("{} {}", step.service, facts::shown_point(of(step))));
            Some(named.collect::<Vec<_>>().join(", "))
        }
    };
    Some((points(|step| &step.from)?, points(|step| &step.to)?))
}
