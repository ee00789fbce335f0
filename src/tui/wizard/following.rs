//! The deployment of the service at hand, followed to its end: tasks, the stages of its strategy, what ECS says.

use std::time::Duration;

use ratatui::text::{Line, Span};

use crate::domain::{HookTimeout, Phrase, ServiceDeployment};
use crate::rollback::{Phase, Progress, Step, Trouble};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::widgets::bar;

use super::approve::expected;
use super::frame::Scene;
use super::state::service;

/// ECS's newest messages that are shown.
const MESSAGES: usize = 6;

pub(super) fn following(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
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
    lines.extend(strategy(scene, step));
    lines.extend(meaning(scene, stopped));
    lines
}

/// What it would mean if it stopped here.
pub(super) fn meaning(scene: &Scene<'_>, id: &'static str) -> Vec<Line<'static>> {
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
pub(super) fn messages(scene: &Scene<'_>) -> Vec<Line<'static>> {
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

/// The deployment of the step that goes on now, as ECS lists it.
fn deployment<'a>(scene: &Scene<'a>, step: &Step) -> Option<&'a ServiceDeployment> {
    let history = scene.world.session.view(&step.service)?.history.value()?;
    let turned = step.turns_back();
    history
        .deployments
        .iter()
        .find(|deployment| turned == Some(&deployment.arn) || deployment.status.is_running())
}

/// Where it stands in the stages of its strategy: the stage, the wait after all traffic was moved, the steps of traffic, and
/// a hook that holds it. A rolling deployment has none of these.
fn strategy(scene: &Scene<'_>, step: &Step) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = Vec::new();
    let settings = world
        .session
        .view(&step.service)
        .and_then(|view| view.state.value())
        .map(|state| &state.strategy_settings);
    let now = deployment(scene, step);
    let stage = now.and_then(|deployment| deployment.lifecycle_stage.as_ref());
    if let Some(stage) = stage {
        lines.extend(scene.labelled("label-stage", stage.as_str(), Role::Text));
    }
    if let (Some(_), Some(settings)) = (stage, settings) {
        if let Some(steps) = settings.steps
            && let (Some(permille), Some(minutes)) = (steps.permille, steps.bake_minutes)
        {
            let said = Phrase::new("strategy-steps")
                .text("percent", f64::from(permille) / 10.0)
                .number("minutes", f64::from(minutes));
            lines.extend(scene.labelled("label-traffic", &world.say(&said), Role::Muted));
        }
        if let Some(minutes) = settings.bake_minutes.filter(|minutes| *minutes > 0) {
            let said = Phrase::new("strategy-bake").number("minutes", f64::from(minutes));
            lines.extend(scene.labelled("label-bake", &world.say(&said), Role::Muted));
        }
    }
    if let Some(hook) = now.and_then(ServiceDeployment::paused_at) {
        let then = match &hook.on_timeout {
            Some(HookTimeout::Continue) => world.get("hook-then-continue"),
            Some(HookTimeout::Rollback) => world.get("hook-then-rollback"),
            Some(HookTimeout::Other(other)) => other.to_string(),
            None => world.get("not-known"),
        };
        let by = hook
            .expires_at
            .map_or_else(|| world.get("not-known"), |at| world.words.clock(at));
        let said = Phrase::new("hook-waits")
            .text("hook", &hook.id)
            .text("by", by)
            .text("then", then);
        lines.extend(scene.labelled("label-hook", &world.say(&said), Role::Bad));
    }
    lines
}
