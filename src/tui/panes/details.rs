//! All that is known of the selected thing, as label and text.

use crate::domain::DefinitionStatus;
use crate::tui::layer::Details;
use crate::tui::listing::Scroll;
use crate::tui::screen::{Pane, Screen};
use crate::tui::world::World;

use super::services::percent;
use super::{events, image_word, logs, revision_ids, served_word};

/// The details of what is selected in the focused pane; `None` when nothing is.
pub(in crate::tui) fn details(screen: &Screen, world: &World<'_>) -> Option<Details> {
    let (what, lines) = match screen.focus {
        Pane::Services | Pane::ErrorRate | Pane::Latency => service(screen, world)?,
        Pane::Revisions => revision(screen, world)?,
        Pane::Images => image(screen, world)?,
        Pane::Logs => logs::describe(screen, world)?,
        Pane::Events => {
            let ids = events::ids(screen, world);
            let (at, text) = events::find(screen.events.id(&ids)?, world)?;
            (world.words.date_time(at), vec![(String::new(), text)])
        }
    };
    let title = world.say(&crate::domain::Phrase::new("describe-title").text("what", what));
    Some(Details {
        title,
        lines,
        scroll: Scroll::default(),
    })
}

type Lines = Vec<(String, String)>;

fn service(screen: &Screen, world: &World<'_>) -> Option<(String, Lines)> {
    let view = screen.service(world.session)?;
    let mut lines = Vec::new();
    for criterion in &view.criteria {
        let state = match criterion.state {
            crate::rollback::CriterionState::Met => "state-met",
            crate::rollback::CriterionState::NotMet => "state-not-met",
            crate::rollback::CriterionState::Unknown => "state-unknown",
        };
        let said = format!("{} · {}", world.get(state), world.say(&criterion.why));
        lines.push((world.words.criterion(criterion.id), said));
    }
    if let Some(state) = view.state.value() {
        lines.push((world.get("label-service"), state.arn.to_string()));
        lines.push((
            world.get("label-tasks"),
            format!("{}/{} (+{})", state.running, state.desired, state.pending),
        ));
        lines.push((
            world.get("column-revision"),
            state.task_definition.short().to_owned(),
        ));
        for deployment in &state.deployments {
            let text = format!(
                "{} {} {}/{}",
                deployment.id,
                deployment.task_definition.short(),
                deployment.running,
                deployment.desired
            );
            lines.push((world.get("label-deployment"), text));
        }
    }
    if let Some(targets) = view.targets.value() {
        let text = format!(
            "{} / {}",
            targets.healthy,
            targets.healthy + targets.unhealthy + targets.initial + targets.draining + targets.other
        );
        lines.push((world.get("tasks-healthy"), text));
    }
    Some((view.key.to_string(), lines))
}

fn revision(screen: &Screen, world: &World<'_>) -> Option<(String, Lines)> {
    let view = screen.service(world.session)?;
    let ids = revision_ids(screen, world);
    let id = screen.revisions.id(&ids)?;
    let candidate = view
        .candidates
        .iter()
        .find(|candidate| candidate.definition == *id)?;
    let none = || world.get("no-value");
    let status = match &candidate.status {
        DefinitionStatus::Active => "ACTIVE".to_owned(),
        DefinitionStatus::Inactive => "INACTIVE".to_owned(),
        DefinitionStatus::DeleteInProgress => "DELETE_IN_PROGRESS".to_owned(),
        DefinitionStatus::Other(other) => other.to_string(),
    };
    let lines = vec![
        (world.get("column-revision"), candidate.definition.to_string()),
        (world.get("column-state"), status),
        (
            world.get("column-version"),
            candidate.version.as_ref().map_or_else(none, ToString::to_string),
        ),
        (
            world.get("column-image"),
            candidate.image.as_ref().map_or_else(none, ToString::to_string),
        ),
        (
            world.get("column-digest"),
            candidate.digest.as_ref().map_or_else(none, ToString::to_string),
        ),
        (
            world.get("label-in-ecr"),
            image_word(&candidate.image_state, world).0,
        ),
        (world.get("column-served"), served_word(candidate, world)),
        (
            world.get("column-5xx"),
            candidate
                .error_percent
                .map_or_else(none, |rate| percent(rate, world)),
        ),
        (
            world.get("label-registered"),
            candidate
                .registered_at
                .map_or_else(none, |at| world.words.date_time(at)),
        ),
    ];
    Some((candidate.definition.short().to_owned(), lines))
}

fn image(screen: &Screen, world: &World<'_>) -> Option<(String, Lines)> {
    let view = screen.service(world.session)?;
    let ids = super::image_ids(screen, world);
    let id = screen.images.id(&ids)?;
    let image = view.images.value()?.iter().find(|image| image.digest == *id)?;
    let tags: Vec<String> = image.tags.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        (world.get("column-digest"), image.digest.to_string()),
        (world.get("column-tags"), tags.join(" ")),
    ];
    if let Some(at) = image.pushed_at {
        lines.push((world.get("column-pushed"), world.words.date_time(at)));
    }
    Some((image.digest.short().to_owned(), lines))
}
