//! Verify: did it help? One line a check, with its evidence, who and when, under the clock of its list.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::Phrase;
use crate::rollback::CheckState;
use crate::session::{CheckLine, Session};
use crate::tui::panes::{draw_lines, highlight};
use crate::tui::text;
use crate::tui::theme::Role;

use super::frame::Scene;

/// The ids of the checks, in their order.
pub(in crate::tui) fn line_ids(session: &Session) -> Vec<String> {
    session.checklist().into_iter().map(|line| line.id).collect()
}

pub(super) fn draw(scene: &Scene<'_>, body: Rect, buffer: &mut Buffer) {
    // Every line of evidence whole where there is room, else the selected one's.
    let height = usize::from(body.height);
    let (mut lines, mut selected_row) = page(scene, true);
    if lines.len() > height {
        (lines, selected_row) = page(scene, false);
    }
    // The selected check stays in sight.
    let top = (selected_row + 3)
        .saturating_sub(height)
        .min(lines.len().saturating_sub(height));
    draw_lines(lines.into_iter().skip(top).take(height), body, buffer);
}

/// The lists with their checks, and the row of the selected one; `whole` tells every check's evidence to its end.
fn page(scene: &Scene<'_>, whole: bool) -> (Vec<Line<'static>>, usize) {
    let world = &scene.world;
    let checks = world.session.checklist();
    let ids: Vec<String> = checks.iter().map(|check| check.id.clone()).collect();
    let at = scene.wizard.checks.at(&ids);
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut selected_row = 0;
    for (immediate, id) in [(true, "verify-immediate"), (false, "verify-functional")] {
        let list = if immediate {
            &world.session.setup.runbook.checks.immediate
        } else {
            &world.session.setup.runbook.checks.functional
        };
        let title = world.say(&Phrase::new(id).text("minutes", list.within_minutes));
        let of_list: Vec<(usize, &CheckLine)> = checks
            .iter()
            .enumerate()
            .filter(|(_, check)| check.immediate == immediate)
            .collect();
        let due = of_list.first().and_then(|(_, check)| check.due);
        let done = of_list
            .iter()
            .all(|(_, check)| check.result.as_ref().is_some_and(|r| is_over(r.state)));
        let mut head = vec![world.span(title, Role::Title)];
        if let Some(due) = due.filter(|_| !done) {
            let (said, role) = clock(scene, due);
            head.push(world.span(format!("   {said}"), role));
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(head));
        for (nth, check) in of_list {
            if nth == at {
                selected_row = lines.len();
            }
            lines.extend(check_lines(scene, check, nth == at, whole));
        }
    }
    lines.push(Line::default());
    lines.extend(ending(scene));
    (lines, selected_row)
}

const fn is_over(state: CheckState) -> bool {
    match state {
        CheckState::Waiting => false,
        CheckState::Passed | CheckState::Failed | CheckState::Unknown | CheckState::Skipped => true,
    }
}

fn clock(scene: &Scene<'_>, due: Timestamp) -> (String, Role) {
    let left = due.duration_since(scene.world.now);
    let length = scene
        .world
        .words
        .countdown(Duration::try_from(left.abs()).unwrap_or_default());
    if left.is_negative() {
        (
            scene
                .world
                .say(&Phrase::new("verify-clock-over").text("over", length)),
            Role::Bad,
        )
    } else {
        (
            scene
                .world
                .say(&Phrase::new("verify-clock-left").text("left", length)),
            Role::Focus,
        )
    }
}

fn check_lines(scene: &Scene<'_>, check: &CheckLine, selected: bool, whole: bool) -> Vec<Line<'static>> {
    let world = &scene.world;
    let state = check
        .result
        .as_ref()
        .map_or(CheckState::Waiting, |result| result.state);
    let (glyph, id, role) = match state {
        CheckState::Waiting => ("○", "check-waiting", Role::Muted),
        CheckState::Passed => ("✓", "check-passed", Role::Ok),
        CheckState::Failed => ("✗", "check-failed", Role::Bad),
        CheckState::Unknown => ("?", "check-unknown", Role::Warn),
        CheckState::Skipped => ("–", "check-skipped", Role::Muted),
    };
    let language = world.words.lang().language();
    let evidence = match (&check.result, check.person) {
        (Some(result), _) => {
            let said = world.say(&result.evidence);
            check.signed_by.as_ref().map_or_else(
                || format!("{said} · {}", world.words.hm(result.at)),
                |by| format!("{by} {} · {said}", world.words.hm(result.at)),
            )
        }
        (None, true) => check.how.get(language).to_owned(),
        (None, false) => world.get("empty-waiting"),
    };
    let mark = if selected { "›" } else { " " };
    let word = text::pad(&world.get(id), 10);
    let title = text::pad(check.title.get(language), 18);
    let room = scene.cells.saturating_sub(34);
    let folded = text::fold(&evidence, room);
    let rest = if whole {
        folded.get(1..).unwrap_or_default()
    } else {
        &[]
    };
    let first = match folded.first() {
        Some(first) if folded.len() > 1 && rest.is_empty() => {
            // Cut between words: half a word says something else.
            let kept = text::fold(&evidence, room.saturating_sub(2)).into_iter().next();
            format!("{} …", kept.as_ref().unwrap_or(first))
        }
        first => first.cloned().unwrap_or_default(),
    };
    let line = Line::from(vec![
        world.span(format!("{mark} "), Role::Focus),
        world.span(format!("{glyph} {word} "), role),
        world.span(title, Role::Title),
        Span::raw(" "),
        world.span(first, Role::Text),
    ]);
    let mut lines = vec![highlight(line, selected, true, world)];
    for part in rest {
        let indent = scene.cells.saturating_sub(room);
        lines.push(Line::from(vec![
            Span::raw(" ".repeat(indent)),
            world.span(part.clone(), Role::Text),
        ]));
    }
    // What the selected one would not fit into its line stands below it.
    if selected && !whole && folded.len() > 1 {
        for part in text::fold(&evidence, scene.cells.saturating_sub(8)) {
            lines.push(Line::from(world.span(format!("        {part}"), Role::Muted)));
        }
    }
    lines
}

/// How verification ended, and when the service recovered.
fn ending(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let Some(verification) = scene.incident.verification else {
        return Vec::new();
    };
    let (id, role) = if verification.passed {
        ("verify-passed", Role::Ok)
    } else {
        ("verify-failed", Role::Bad)
    };
    let mut lines = scene.message(id, role);
    lines.extend(recovered(scene));
    lines
}

/// When the service recovered and how long that took from the first bad minute.
pub(super) fn recovered(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let recovered = scene
        .incident
        .verification
        .and_then(|verification| verification.recovered_at);
    match (recovered, scene.incident.first_bad) {
        (Some(at), Some(bad)) => {
            let time = Duration::try_from(at.duration_since(bad)).unwrap_or_default();
            let said = Phrase::new("recovered")
                .time("at", at)
                .text("time", world.words.span(time));
            scene.text(&world.say(&said), Role::Text)
        }
        (Some(_) | None, _) => scene.message("recovered-not-yet", Role::Muted),
    }
}
