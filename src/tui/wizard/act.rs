//! Roll back: what was sent, how far it is, what would remain if it stopped here, and what a person must decide when it
//! cannot be told.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::domain::Phrase;
use crate::incident::{ActState, Stage};
use crate::rollback::{Phase, Progress, Settling, Step, Trouble};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::widgets::bar;

use super::approve::expected;
use super::check::way;
use super::frame::Scene;
use super::state::service;

/// ECS's newest messages that are shown.
const MESSAGES: usize = 6;

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let Stage::Act { step, state, .. } = scene.incident.stage else {
        return Vec::new();
    };
    let Some(of_plan) = scene.incident.plan.as_ref().and_then(|plan| plan.steps.get(step)) else {
        return Vec::new();
    };
    let mut lines = way(scene, of_plan);
    lines.push(Line::default());
    match state {
        ActState::Ready => {
            lines.extend(scene.message("act-ready", Role::Text));
            lines.extend(meaning(scene, "stop-means-nothing"));
        }
        ActState::Sent => lines.extend(scene.message("act-sent", Role::Text)),
        ActState::Doubtful => lines.extend(doubtful(scene)),
        ActState::Settling => lines.extend(settling(scene)),
        ActState::Following => lines.extend(following(scene, of_plan)),
    }
    lines.push(Line::default());
    lines.extend(messages(scene));
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
    for (command, id) in [
        (crate::tui::command::Command::LookAgain, "doubt-look"),
        (crate::tui::command::Command::GiveUp, "doubt-give-up"),
    ] {
        if let Some(key) = world.keymap.key(crate::tui::keymap::Context::Wizard, command) {
            lines.push(Line::from(vec![
                world.span(format!("  {key}  "), Role::Key),
                world.span(world.get(id), Role::Text),
            ]));
        }
    }
    lines
}

/// What a call began and what is waited for before the next one.
fn settling(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let Some(Settling::Underway { note, elapsed, usual }) = &world.session.settling else {
        return scene.message("progress-waiting", Role::Text);
    };
    let mut lines = scene.text(&world.say(note), Role::Text);
    let said = Phrase::new("settling-elapsed")
        .duration("elapsed", *elapsed)
        .duration("usual", *usual);
    lines.extend(scene.text(&world.say(&said), Role::Muted));
    lines
}

fn following(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let Some(progress) = &world.session.progress else {
        return scene.message("progress-waiting", Role::Text);
    };
    // Before the first reading there is nothing to count.
    let mut lines = if progress.desired == 0 {
        Vec::new()
    } else {
        vec![tasks(scene, progress), Line::default()]
    };
    if let Some(trouble) = &progress.trouble {
        // Loud, because it does not end by itself before the time is over.
        let said = format!("▲ {}", world.say(trouble.sentence()));
        let role = match trouble {
            Trouble::Paused(_) | Trouble::Stalled(_) => Role::Bad,
            Trouble::Failing(_) => Role::Warn,
        };
        lines.extend(scene.text(&said, role));
        lines.push(Line::default());
    }
    let expected = expected(world.session, step)
        .map_or_else(|| world.get("not-known"), |length| world.words.countdown(length));
    let elapsed = Phrase::new("progress-elapsed")
        .text("elapsed", world.words.countdown(progress.elapsed))
        .text("expected", expected);
    lines.extend(scene.text(&world.say(&elapsed), Role::Text));
    let (said, role, stopped) = match progress.phase {
        Phase::Waiting => (Phrase::new("progress-waiting"), Role::Text, "stop-means-mixed"),
        Phase::Starting => (
            Phrase::new("progress-starting")
                .text("new", progress.new_running)
                .text("desired", progress.desired),
            Role::Text,
            "stop-means-mixed",
        ),
        Phase::Draining if progress.old_running == 0 => {
            (Phrase::new("progress-finishing"), Role::Text, "stop-means-target")
        }
        Phase::Draining => (
            Phrase::new("progress-draining").text("old", progress.old_running),
            Role::Text,
            "stop-means-mixed",
        ),
        Phase::Holding { since } => {
            let held = Duration::try_from(world.now.duration_since(since)).unwrap_or_default();
            let hold = Duration::from_secs(u64::from(world.session.setup.runbook.timing.hold_seconds));
            (
                Phrase::new("progress-holding")
                    .text("held", world.words.countdown(held.min(hold)))
                    .text("hold", world.words.countdown(hold)),
                Role::Ok,
                "stop-means-target",
            )
        }
    };
    lines.extend(scene.text(&world.say(&said), role));
    // While it holds, the line above says the same with a clock of its own.
    if !matches!(progress.phase, Phase::Holding { .. }) {
        lines.extend(scene.text(&world.say(&progress.note), Role::Muted));
    }
    if let Some(healthy) = progress.healthy {
        let health = format!("{healthy} / {}", progress.desired);
        lines.extend(scene.labelled("tasks-healthy", &health, Role::Text));
    }
    lines.extend(meaning(scene, stopped));
    lines
}

/// What it would mean if it stopped here.
fn meaning(scene: &Scene<'_>, id: &'static str) -> Vec<Line<'static>> {
    let said = Phrase::new("progress-stop-means").phrase("meaning", Phrase::new(id));
    scene.text(&scene.world.say(&said), Role::Muted)
}

/// `new ████▒▒·· old`, with numbers.
fn tasks(scene: &Scene<'_>, progress: &Progress) -> Line<'static> {
    let world = &scene.world;
    let whole = progress
        .desired
        .max(progress.new_running + progress.new_pending + progress.old_running);
    let mut spans = vec![
        world.span(
            format!("{} {}", world.get("tasks-new"), progress.new_running),
            Role::Ok,
        ),
        world.span(format!("/{} ", progress.desired), Role::Muted),
    ];
    spans.extend(bar(
        &[
            (progress.new_running, "█", world.style(Role::Ok)),
            (progress.new_pending, "▒", world.style(Role::Warn)),
            (progress.old_running, "░", world.style(Role::Bad)),
        ],
        whole,
        scene.cells.saturating_sub(30).min(60),
        world.style(Role::Muted),
    ));
    spans.push(Span::raw(" "));
    spans.push(world.span(
        format!("{} {}", world.get("tasks-old"), progress.old_running),
        Role::Bad,
    ));
    Line::from(spans)
}

/// What ECS said since the call was sent, newest first, each in as many lines as it takes.
fn messages(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let since = scene.incident.sent_at;
    let events = service(world.session, scene.incident)
        .and_then(|view| view.state.value())
        .map(|state| &state.events);
    let mut lines = Vec::new();
    for event in events
        .into_iter()
        .flatten()
        .filter(|event| since.is_some_and(|since| event.at >= since))
        .take(MESSAGES)
    {
        let clock = world.words.clock(event.at);
        let indent = text::width(&clock) + 2;
        for (nth, part) in text::fold(event.message.as_str(), scene.cells.saturating_sub(indent))
            .into_iter()
            .enumerate()
        {
            let clock = if nth == 0 { clock.as_str() } else { "" };
            lines.push(Line::from(vec![
                world.span(text::pad(clock, indent), Role::Muted),
                world.span(part, Role::Text),
            ]));
        }
    }
    lines
}
