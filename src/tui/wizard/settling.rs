//! What a call began and what must come to its end before the next one: a database that is restored, a run of the workflow.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::domain::{Clean, Phrase, RunState, WorkflowRun};
use crate::rollback::{Settling, Step};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::widgets::bar;

use super::frame::Scene;

/// RDS's newest events that are shown.
const EVENTS: usize = 4;
/// Lines of the failed step's log that are shown.
const TAIL: usize = 12;

pub(super) fn settling(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let Some(Settling::Underway { note, elapsed, usual }) = &world.session.settling else {
        return scene.message("progress-waiting", Role::Text);
    };
    let mut lines = scene.text(&world.say(note), Role::Title);
    lines.extend(progress(scene, *elapsed, *usual));
    match world.session.run.value() {
        Some(run) if world.session.run_at_hand() == Some(run.id) => lines.extend(of_run(scene, run)),
        Some(_) | None => lines.extend(events(scene, step)),
    }
    lines
}

/// How long it has taken of how long it usually takes, and when it would then end. Past that time there is no guess any more.
fn progress(scene: &Scene<'_>, elapsed: Duration, usual: Duration) -> Vec<Line<'static>> {
    let world = &scene.world;
    let seconds = |length: Duration| u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
    let said = Phrase::new("settling-elapsed")
        .duration("elapsed", elapsed)
        .duration("usual", usual);
    let mut lines = scene.text(&world.say(&said), Role::Muted);
    let is_late = elapsed > usual;
    let role = if is_late { Role::Warn } else { Role::Focus };
    let mut spans = bar(
        &[(seconds(elapsed.min(usual)), "█", world.style(role))],
        seconds(usual),
        scene.cells.saturating_sub(4).min(50),
        world.style(Role::Muted),
    );
    spans.push(Span::raw(" "));
    lines.push(Line::from(spans));
    let left = usual.saturating_sub(elapsed);
    if is_late {
        let said = Phrase::new("settling-late").duration("over", elapsed.saturating_sub(usual));
        lines.extend(scene.text(&format!("▲ {}", world.say(&said)), Role::Warn));
    } else if let Ok(at) = world.now.checked_add(left) {
        let said = Phrase::new("settling-eta")
            .text("at", world.words.clock(at))
            .duration("left", left);
        lines.extend(scene.text(&world.say(&said), Role::Text));
    }
    lines
}

/// What RDS said of the instance that is made.
fn events(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let (Some(database), Some(moved)) = (world.session.database.value(), &step.database) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for event in database
        .events
        .iter()
        .filter(|event| event.instance == moved.to)
        .take(EVENTS)
    {
        lines.extend(scene.text(
            &format!("{}  {}", world.words.clock(event.at), event.message),
            Role::Muted,
        ));
    }
    lines
}

fn mark(state: &RunState) -> (&'static str, Role) {
    match state {
        RunState::Queued | RunState::Waiting => ("○", Role::Muted),
        RunState::InProgress => ("●", Role::Focus),
        RunState::Success => ("✓", Role::Ok),
        RunState::Ended(word) if word.as_str() == "skipped" => ("–", Role::Muted),
        RunState::Ended(_) => ("✗", Role::Bad),
        RunState::Other(_) => ("?", Role::Warn),
    }
}

/// The run: whose approval it waits for, its jobs and their steps, and the end of the failed step's log.
fn of_run(scene: &Scene<'_>, run: &WorkflowRun) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = scene.labelled("label-run-page", run.page.as_str(), Role::Muted);
    if !run.waits_for.is_empty() {
        let names: Vec<&str> = run.waits_for.iter().map(Clean::as_str).collect();
        let said = Phrase::new("run-waits-for").text("environments", names.join(", "));
        lines.extend(scene.text(&format!("▲ {}", world.say(&said)), Role::Warn));
    }
    for job in &run.jobs {
        let (glyph, role) = mark(&job.state);
        lines.push(Line::from(vec![
            world.span(format!("{glyph} "), role),
            world.span(
                text::cut(job.name.as_str(), scene.cells.saturating_sub(2)),
                Role::Title,
            ),
        ]));
        // Steps of a job that is over and well say nothing more.
        if job.state == RunState::Success {
            continue;
        }
        for step in &job.steps {
            let (glyph, role) = mark(&step.state);
            lines.push(Line::from(vec![
                world.span(format!("  {glyph} "), role),
                world.span(
                    text::cut(step.name.as_str(), scene.cells.saturating_sub(4)),
                    Role::Text,
                ),
            ]));
        }
    }
    lines.extend(tail(scene, run));
    lines
}

/// The end of the failed step's log.
pub(super) fn tail(scene: &Scene<'_>, run: &WorkflowRun) -> Vec<Line<'static>> {
    let skip = run.failed_tail.len().saturating_sub(TAIL);
    run.failed_tail
        .iter()
        .skip(skip)
        .flat_map(|line| scene.text(line.as_str(), Role::Bad))
        .collect()
}
