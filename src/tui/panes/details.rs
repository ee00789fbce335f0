//! All that is known of a thing, as label and text.

use crate::domain::{DefinitionStatus, ImageStatus, Observed, Phrase, ServiceDeployment, TaskDefinition};
use crate::rollback::{Candidate, CriterionState};
use crate::session::ServiceView;
use crate::tui::layer::{Details, PageLine};
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::chrome::briefly;
use super::services::percent;
use super::{Thing, deployments, image_word, images, logs, served_word};

type Lines = Vec<PageLine>;

/// The page of a thing.
#[must_use]
pub(in crate::tui) fn details(thing: &Thing<'_>, world: &World<'_>) -> Details {
    let lines = match thing {
        Thing::Service(view) => service(view, world),
        Thing::Revision(view, candidate) => revision(view, candidate, world),
        Thing::Deployment(view, found) => deployment(view, found, world),
        Thing::Image(view, found) => image(view, found, world),
        Thing::Log(view, line) => logs::describe(view, line, world),
        Thing::Event(_, _, text) => vec![PageLine::bare(text.clone())],
    };
    let what = thing.name(world);
    let title = world.say(&Phrase::new("describe-title").text("what", what));
    let mut details = Details::new(title, lines);
    details.copies = thing.copied();
    details
}

/// The line of an ECS word for whether a revision can be deployed.
pub(super) fn status_of(status: &DefinitionStatus) -> &str {
    match status {
        DefinitionStatus::Active => "ACTIVE",
        DefinitionStatus::Inactive => "INACTIVE",
        DefinitionStatus::DeleteInProgress => "DELETE_IN_PROGRESS",
        DefinitionStatus::Other(other) => other.as_str(),
    }
}

/// ECR's word for whether an image can be pulled.
pub(super) fn pulls(status: &ImageStatus) -> &str {
    match status {
        ImageStatus::Active => "ACTIVE",
        ImageStatus::Archived => "ARCHIVED",
        ImageStatus::Activating => "ACTIVATING",
        ImageStatus::Other(other) => other.as_str(),
    }
}

/// Why something could not be read, and what can be done about it.
fn trouble<T>(label: &str, observed: &Observed<T>, world: &World<'_>, lines: &mut Lines) {
    if let Some(fault) = observed.fault() {
        lines.push(PageLine::new(label, briefly(fault, world)).role(Role::Bad));
        lines.push(PageLine::bare(world.say(&fault.phrase())));
        lines.push(PageLine::bare(world.say(&fault.hint())).role(Role::Focus));
    }
}

fn service(view: &ServiceView, world: &World<'_>) -> Lines {
    let mut lines = Vec::new();
    for criterion in &view.criteria {
        let (state, role) = match criterion.state {
            CriterionState::Met => ("state-met", Role::Bad),
            CriterionState::NotMet => ("state-not-met", Role::Text),
            CriterionState::Unknown => ("state-unknown", Role::Warn),
        };
        let said = format!("{} · {}", world.get(state), world.say(&criterion.why));
        lines.push(PageLine::new(world.words.criterion(criterion.id), said).role(role));
    }
    trouble(&world.get("label-service"), &view.state, world, &mut lines);
    if let Some(state) = view.state.value() {
        lines.push(PageLine::new(world.get("label-service"), state.arn.as_str()));
        let tasks = format!("{}/{} (+{})", state.running, state.desired, state.pending);
        lines.push(PageLine::new(world.get("label-tasks"), tasks));
        lines.push(PageLine::new(
            world.get("column-revision"),
            state.task_definition.short(),
        ));
        for deployment in &state.deployments {
            let text = format!(
                "{} {} {}/{}",
                deployment.id,
                deployment.task_definition.short(),
                deployment.running,
                deployment.desired
            );
            lines.push(PageLine::new(world.get("label-deployment"), text));
        }
        let breaker = match state.circuit_breaker {
            Some(breaker) if breaker.enable && breaker.rollback => "breaker-rolls-back",
            Some(breaker) if breaker.enable => "breaker-stops",
            Some(_) | None => "breaker-off",
        };
        lines.push(PageLine::new(world.get("label-breaker"), world.get(breaker)));
    }
    if let Some(targets) = view.targets.value() {
        let all = targets.healthy + targets.unhealthy + targets.initial + targets.draining + targets.other;
        lines.push(PageLine::new(
            world.get("tasks-healthy"),
            format!("{} / {all}", targets.healthy),
        ));
    }
    if let Some(reading) = view.health.value() {
        let text = format!("{} · {} ms", reading.status, reading.millis);
        lines.push(PageLine::new(world.get("column-health"), text));
    }
    lines
}

/// The definition of a candidate, as far as it was listed.
pub(super) fn definition_of<'a>(view: &'a ServiceView, candidate: &Candidate) -> Option<&'a TaskDefinition> {
    view.definitions
        .value()?
        .iter()
        .find(|definition| definition.arn == candidate.definition)
}

fn revision(view: &ServiceView, candidate: &Candidate, world: &World<'_>) -> Lines {
    let none = || world.get("no-value");
    let mut lines = vec![
        PageLine::new(world.get("column-revision"), candidate.definition.as_str()),
        PageLine::new(world.get("column-state"), status_of(&candidate.status)),
        PageLine::new(
            world.get("column-version"),
            candidate.version.as_ref().map_or_else(none, ToString::to_string),
        ),
        PageLine::new(
            world.get("column-image"),
            candidate.image.as_ref().map_or_else(none, ToString::to_string),
        ),
        PageLine::new(
            world.get("column-digest"),
            candidate.digest.as_ref().map_or_else(none, ToString::to_string),
        ),
    ];
    let (ecr, role) = image_word(&candidate.image_state, world);
    lines.push(PageLine::new(world.get("label-in-ecr"), ecr).role(role));
    lines.push(PageLine::new(
        world.get("column-served"),
        served_word(candidate, world),
    ));
    for (from, until) in served_intervals(view, candidate, world) {
        lines.push(PageLine::bare(format!("{from} – {until}")));
    }
    lines.push(PageLine::new(
        world.get("column-5xx"),
        candidate
            .error_percent
            .map_or_else(none, |rate| percent(rate, world)),
    ));
    lines.push(PageLine::new(
        world.get("label-registered"),
        candidate
            .registered_at
            .map_or_else(none, |at| world.words.date_time(at)),
    ));
    if let Some(definition) = definition_of(view, candidate) {
        written(definition, world, &mut lines);
    }
    lines
}

/// What a definition says: sizes, ports, and the names of what it is given. Values never come this far.
fn written(definition: &TaskDefinition, world: &World<'_>, lines: &mut Lines) {
    if let Some(by) = &definition.registered_by {
        lines.push(PageLine::new(world.get("column-by"), by.as_str()));
    }
    let settings = &definition.settings;
    if let (Some(cpu), Some(memory)) = (&settings.cpu, &settings.memory) {
        lines.push(PageLine::new(
            world.get("label-size"),
            format!("{cpu} CPU · {memory} MiB"),
        ));
    }
    for container in &definition.containers {
        let settings = &container.settings;
        lines.push(
            PageLine::new(
                world.get("field-container"),
                format!("{} · {}", container.name, container.image),
            )
            .role(Role::Title),
        );
        let mut say = |label: &'static str, names: Vec<&str>| {
            if !names.is_empty() {
                lines.push(PageLine::new(world.get(label), names.join(", ")));
            }
        };
        say(
            "field-port",
            settings.ports.iter().map(|port| port.as_str()).collect(),
        );
        say(
            "field-environment",
            settings.environment.keys().map(|name| name.as_str()).collect(),
        );
        say(
            "field-secret",
            settings.secrets.keys().map(|name| name.as_str()).collect(),
        );
        say(
            "field-log-group",
            settings.log_group.iter().map(|name| name.as_str()).collect(),
        );
    }
}

/// When a revision was in effect, newest first: from the end of each deployment that brought it to the begin of the next one.
fn served_intervals(view: &ServiceView, candidate: &Candidate, world: &World<'_>) -> Vec<(String, String)> {
    let deployments = view.history.value().map(|history| history.deployments.as_slice());
    let deployments = deployments.unwrap_or_default();
    let mut intervals = Vec::new();
    let mut next: Option<&ServiceDeployment> = None;
    for deployment in deployments {
        let effective = deployment
            .effective()
            .and_then(|revision| view.history.value()?.revisions.get(revision));
        if effective.is_some_and(|revision| revision.task_definition == candidate.definition)
            && let Some(from) = deployment.finished_at
        {
            let until = next.map_or_else(
                || world.get("served-until-now"),
                |next| world.words.date_time(next.started_at.unwrap_or(next.created_at)),
            );
            intervals.push((world.words.date_time(from), until));
        }
        next = Some(deployment);
    }
    intervals
}

fn deployment(view: &ServiceView, found: &ServiceDeployment, world: &World<'_>) -> Lines {
    let none = || world.get("no-value");
    let time = |at: Option<jiff::Timestamp>| at.map_or_else(none, |at| world.words.date_time(at));
    let (state, role) = deployments::status_word(found, world);
    let target = deployments::target(view, found);
    let said = |reason: Option<&crate::domain::Clean>| reason.map_or_else(none, ToString::to_string);
    let mut lines = vec![
        PageLine::new(
            world.get("column-state"),
            format!("{state} · {}", found.status.as_str()),
        )
        .role(role),
        PageLine::new(world.get("label-deployment"), found.arn.as_str()),
        PageLine::new(
            world.get("column-from"),
            deployments::named(view, deployments::source(view, found), world),
        ),
        PageLine::new(world.get("column-to"), deployments::named(view, target, world)),
        PageLine::new(
            world.get("column-by"),
            deployments::registered_by(view, target).map_or_else(none, ToOwned::to_owned),
        ),
        PageLine::new(world.get("label-created"), time(Some(found.created_at))),
        PageLine::new(world.get("column-started"), time(found.started_at)),
        PageLine::new(world.get("label-finished"), time(found.finished_at)),
        PageLine::new(
            world.get("column-took"),
            deployments::took(found, world.now).map_or_else(none, |took| world.words.span(took)),
        ),
        PageLine::new(world.get("column-reason"), said(found.reason.as_ref())),
    ];
    match &found.rollback {
        Some(rollback) => {
            let to = view
                .history
                .value()
                .and_then(|history| history.revisions.get(&rollback.revision))
                .map(|revision| &revision.task_definition);
            let to = deployments::named(view, to, world);
            let said = Phrase::new("put-back-by-ecs")
                .text("revision", to)
                .text("at", time(rollback.started_at));
            lines.push(PageLine::new(world.get("label-breaker"), world.say(&said)).role(Role::Bad));
            if let Some(reason) = &rollback.reason {
                lines.push(PageLine::bare(reason.as_str()));
            }
        }
        None => lines.push(PageLine::new(
            world.get("label-breaker"),
            world.get("not-put-back"),
        )),
    }
    lines
}

fn image(view: &ServiceView, image: &crate::domain::Image, world: &World<'_>) -> Lines {
    let none = || world.get("no-value");
    let tags = images::tags(image);
    let used = images::used_by(image, view);
    let pulls = pulls(&image.status);
    let mut lines = vec![
        PageLine::new(world.get("column-digest"), image.digest.as_str()),
        PageLine::new(
            world.get("column-tags"),
            if tags.is_empty() {
                world.get("image-untagged")
            } else {
                tags
            },
        ),
    ];
    for moved in images::moved(image, view) {
        lines.push(PageLine::bare(images::moved_word(&moved, world)).role(Role::Warn));
    }
    lines.extend([
        PageLine::new(
            world.get("column-pushed"),
            image.pushed_at.map_or_else(none, |at| world.words.date_time(at)),
        ),
        PageLine::new(
            world.get("column-size"),
            image.size_bytes.map_or_else(none, images::size),
        ),
        PageLine::new(world.get("column-state"), pulls),
        PageLine::new(
            world.get("label-used-by"),
            if used.is_empty() {
                world.get("used-by-none")
            } else {
                used
            },
        ),
    ]);
    lines
}
