//! Roll back: what was sent and what is next, how far it is, what would remain if it stopped here, and what a person must
//! decide when it cannot be told.

use ratatui::text::Line;

use crate::incident::{ActState, Stage};
use crate::tui::command::Command;
use crate::tui::keymap::Context;
use crate::tui::theme::Role;

use super::check::way;
use super::following::{following, meaning, messages};
use super::frame::Scene;
use super::ladder;
use super::settling::settling;
use super::state::service;

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let Stage::Act { step, state, .. } = scene.incident.stage else {
        return Vec::new();
    };
    let Some(plan) = &scene.incident.plan else {
        return Vec::new();
    };
    let Some(of_plan) = plan.steps.get(step) else {
        return Vec::new();
    };
    let calls: usize = plan.steps.iter().map(|step| step.calls.len()).sum();
    // A single call of a single service is told by its own lines.
    let mut lines = if calls > 1 || plan.steps.len() > 1 {
        ladder::lines(scene, plan)
    } else {
        way(scene, of_plan)
    };
    lines.push(Line::default());
    if scene.world.session.waits_for_word {
        lines.extend(waits_for_word(scene));
        return lines;
    }
    if scene.world.session.stop_requested {
        lines.extend(scene.message("act-stop-requested", Role::Warn));
    }
    match state {
        ActState::Ready => {
            lines.extend(scene.message("act-ready", Role::Text));
            if !ladder::is_begun(scene.incident) {
                lines.extend(meaning(scene, "stop-means-nothing"));
            }
        }
        ActState::Sent => lines.extend(scene.message("act-sent", Role::Text)),
        ActState::Doubtful => lines.extend(doubtful(scene)),
        ActState::Settling => lines.extend(settling(scene, of_plan)),
        ActState::Following => lines.extend(following(scene, of_plan)),
    }
    lines.push(Line::default());
    lines.extend(messages(scene));
    lines
}

/// After a restart between two calls: what is done, what would be sent next, and the two answers.
fn waits_for_word(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = scene.message("word-ask", Role::Warn);
    let done = ladder::done_calls(scene.incident);
    let done = if done.is_empty() {
        world.get("no-value")
    } else {
        done.join(", ")
    };
    lines.extend(scene.labelled("label-done", &done, Role::Ok));
    if let Some(next) = ladder::next_call(scene.incident) {
        lines.extend(scene.labelled("label-next-call", &next, Role::Title));
    }
    lines.push(Line::default());
    lines.extend(keys(
        scene,
        [(Command::GoOn, "word-go-on"), (Command::Stop, "word-stop")],
    ));
    lines
}

fn doubtful(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = scene.message("doubt-ask", Role::Bad);
    if let Some(sent) = scene.incident.sent_at {
        lines.extend(scene.labelled("label-sent", &world.words.clock(sent), Role::Text));
    }
    if let Some(state) = service(world.session, scene.incident).and_then(|view| view.state.value()) {
        let seen = state.primary().map_or_else(
            || state.task_definition.short().to_owned(),
            |primary| format!("{} {}", primary.id, primary.task_definition.short()),
        );
        lines.extend(scene.labelled("label-seen", &seen, Role::Text));
    }
    lines.push(Line::default());
    lines.extend(keys(
        scene,
        [
            (Command::LookAgain, "doubt-look"),
            (Command::GiveUp, "doubt-give-up"),
        ],
    ));
    lines
}

/// Answers that a person can give here, each with its key.
fn keys(scene: &Scene<'_>, answers: [(Command, &'static str); 2]) -> Vec<Line<'static>> {
    let world = &scene.world;
    answers
        .into_iter()
        .filter_map(|(command, id)| {
            let key = world.keymap.key(Context::Wizard, command)?;
            Some(Line::from(vec![
                world.span(format!("  {key}  "), Role::Key),
                world.span(world.get(id), Role::Text),
            ]))
        })
        .collect()
}
