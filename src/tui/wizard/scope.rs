//! Scope: which services are put back, in which order, and where they are.

use ratatui::text::{Line, Span};

use crate::domain::{Phrase, ServiceKey};
use crate::incident::Incident;
use crate::rollback::CriterionState;
use crate::session::{ServiceView, Session};
use crate::tui::panes::highlight;
use crate::tui::text;
use crate::tui::theme::Role;

use super::Wizard;
use super::frame::Scene;

/// Cells of a service's name.
const NAME: usize = 14;

/// Every service of the runbook, in its order.
pub(super) fn ids(session: &Session) -> Vec<ServiceKey> {
    session.services.iter().map(|view| view.key.clone()).collect()
}

/// The services that are marked, in the runbook's order: those of the incident until somebody marks otherwise.
pub(super) fn marked(wizard: &Wizard, session: &Session, incident: &Incident) -> Vec<ServiceKey> {
    let marked = wizard.marked.as_ref().unwrap_or(&incident.services);
    session.in_order(marked)
}

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let marked = marked(scene.wizard, world.session, scene.incident);
    let ids = ids(world.session);
    let at = match scene.wizard.scope.chosen() {
        Some(_) => scene.wizard.scope.at(&ids),
        // Before the first key the keyboard is at the service that the incident is about.
        None => ids.iter().position(|key| marked.contains(key)).unwrap_or(0),
    };
    let mut lines = scene.message("scope-ask", Role::Title);
    lines.push(Line::default());
    for (nth, view) in world.session.services.iter().enumerate() {
        let place = marked.iter().position(|key| *key == view.key);
        lines.extend(service_lines(scene, view, place, nth == at));
    }
    lines.push(Line::default());
    let order = match marked.as_slice() {
        [] => (world.get("notice-scope-empty"), Role::Warn),
        [only] => (
            world.say(&Phrase::new("scope-one").text("service", only)),
            Role::Text,
        ),
        several => {
            let names: Vec<&str> = several.iter().map(ServiceKey::as_str).collect();
            (
                world.say(&Phrase::new("scope-order").text("services", names.join(" → "))),
                Role::Text,
            )
        }
    };
    lines.extend(scene.text(&order.0, order.1));
    lines.push(Line::default());
    lines.extend(place(scene));
    lines
}

/// A service with its mark, what runs of it, and the criteria that are met.
fn service_lines(
    scene: &Scene<'_>,
    view: &ServiceView,
    place: Option<usize>,
    selected: bool,
) -> Vec<Line<'static>> {
    let world = &scene.world;
    let (mark, role) = match place {
        Some(place) => (format!("[{}]", place + 1), Role::Focus),
        None => ("[ ]".to_owned(), Role::Muted),
    };
    let runs = view.state.value().map_or_else(
        || world.get("freshness-waiting"),
        |state| {
            let candidate = view
                .candidates
                .iter()
                .find(|candidate| candidate.definition == state.task_definition);
            let version = candidate
                .and_then(|candidate| candidate.version.as_ref())
                .map(|version| format!(" {version}"))
                .unwrap_or_default();
            format!(
                ":{}{version}   {}/{}   {}",
                state.task_definition.revision(),
                state.running,
                state.desired,
                state.name
            )
        },
    );
    let head = Line::from(vec![
        world.span(if selected { "› " } else { "  " }, Role::Focus),
        world.span(format!("{mark} "), role),
        world.span(text::pad(view.key.as_str(), NAME), Role::Title),
        Span::raw(" "),
        world.span(runs, Role::Text),
    ]);
    let mut lines = vec![highlight(head, selected, true, world)];
    let (said, role) = criteria(scene, view);
    lines.extend(
        text::fold(&said, scene.cells.saturating_sub(NAME + 7))
            .into_iter()
            .map(|part| Line::from(vec![Span::raw(" ".repeat(NAME + 7)), world.span(part, role)])),
    );
    lines
}

/// The criteria that are met, else that none is, else that it cannot be told.
fn criteria(scene: &Scene<'_>, view: &ServiceView) -> (String, Role) {
    let world = &scene.world;
    let in_state = |wanted: CriterionState| -> Vec<String> {
        view.criteria
            .iter()
            .filter(|criterion| criterion.state == wanted)
            .map(|criterion| world.words.criterion(criterion.id))
            .collect()
    };
    let met = in_state(CriterionState::Met);
    if !met.is_empty() {
        return (
            format!("▲ {}: {}", world.get("state-met"), met.join(", ")),
            Role::Bad,
        );
    }
    let unknown = in_state(CriterionState::Unknown);
    if !unknown.is_empty() {
        return (
            format!("? {}: {}", world.get("state-unknown"), unknown.join(", ")),
            Role::Warn,
        );
    }
    (format!("● {}", world.get("scope-none-met")), Role::Muted)
}

/// Account, region and cluster: seen again wherever a decision is made.
pub(super) fn place(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let session = world.session;
    let identity = session.identity.value();
    let unknown = || world.get("not-known");
    let role = if session.is_protected() {
        Role::Bad
    } else {
        Role::Text
    };
    let environment = if session.is_protected() {
        format!(
            "{} · {}",
            session.setup.environment,
            world.get("environment-protected")
        )
    } else {
        session.setup.environment.to_string()
    };
    let mut lines = scene.labelled("label-environment", &environment, role);
    lines.extend(scene.labelled(
        "label-account",
        &identity.map_or_else(unknown, |i| format!("{} · {}", i.account, i.short())),
        Role::Text,
    ));
    lines.extend(scene.labelled(
        "label-region",
        &identity.map_or_else(unknown, |i| i.region.to_string()),
        Role::Text,
    ));
    let cluster = session
        .environment()
        .map_or_else(unknown, |e| e.cluster.to_string());
    lines.extend(scene.labelled("label-cluster", &cluster, Role::Text));
    lines
}

/// The same in one line; the cluster is in the call.
pub(super) fn place_in_short(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let session = world.session;
    let mut parts = vec![session.setup.environment.to_string()];
    let role = if session.is_protected() {
        parts.push(world.get("environment-protected"));
        Role::Bad
    } else {
        Role::Text
    };
    match session.identity.value() {
        Some(identity) => parts.extend([identity.account.to_string(), identity.region.to_string()]),
        None => parts.push(world.get("not-known")),
    }
    scene.labelled("label-environment", &parts.join(" · "), role)
}
