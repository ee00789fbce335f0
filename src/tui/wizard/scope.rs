//! Scope: which services are put back, and where they are.

use ratatui::text::Line;

use crate::tui::theme::Role;

use super::frame::Scene;

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let session = world.session;
    let mut lines = scene.message("scope-ask", Role::Title);
    lines.push(Line::default());
    for key in &scene.incident.services {
        let Some(view) = session.services.iter().find(|view| view.key == *key) else {
            continue;
        };
        let said = view.state.value().map_or_else(
            || world.get("freshness-waiting"),
            |state| {
                format!(
                    "{key} · {} · :{} · {}/{}",
                    state.name,
                    state.task_definition.revision(),
                    state.running,
                    state.desired
                )
            },
        );
        lines.extend(scene.labelled("label-service", &said, Role::Title));
    }
    lines.push(Line::default());
    lines.extend(place(scene));
    lines
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
