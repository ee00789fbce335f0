//! Assess: the runbook's criteria as they stand, with their reasons.

use std::time::Duration;

use ratatui::text::Line;

use crate::domain::Phrase;
use crate::rollback::{CriterionState, CriterionStatus};
use crate::tui::text;
use crate::tui::theme::Role;

use super::frame::Scene;
use super::state::service;

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let criteria = service(world.session, scene.incident).map_or(&[][..], |view| view.criteria.as_slice());
    let met = criteria
        .iter()
        .any(|criterion| criterion.state == CriterionState::Met);
    let mut lines = scene.message("assess-ask", Role::Title);
    lines.push(Line::default());
    for criterion in criteria {
        lines.extend(criterion_lines(scene, criterion));
    }
    if !met {
        lines.push(Line::default());
        lines.extend(scene.message("assess-none-met", Role::Warn));
    }
    lines
}

fn criterion_lines(scene: &Scene<'_>, criterion: &CriterionStatus) -> Vec<Line<'static>> {
    let world = &scene.world;
    let (glyph, id, role) = match criterion.state {
        CriterionState::Met => ("▲", "state-met", Role::Bad),
        CriterionState::NotMet => ("●", "state-not-met", Role::Muted),
        CriterionState::Unknown => ("?", "state-unknown", Role::Warn),
    };
    let head = Line::from(vec![
        world.span(format!("{glyph} "), role),
        world.span(text::pad(&world.get(id), 9), role),
        world.span(
            text::pad(&world.words.criterion(criterion.id), 24),
            if role == Role::Muted {
                Role::Muted
            } else {
                Role::Title
            },
        ),
        world.span(text::pad(&world.words.severity(criterion.severity), 10), role),
        world.span(deadline(scene, criterion), role),
    ]);
    let mut lines = vec![head];
    // What is calm stays in one line.
    if criterion.state != CriterionState::NotMet || criterion.proposed {
        for part in text::fold(&world.say(&criterion.why), scene.cells.saturating_sub(11)) {
            lines.push(Line::from(world.span(format!("           {part}"), Role::Text)));
        }
    }
    lines
}

/// Until when a person must have decided, and how long that is.
fn deadline(scene: &Scene<'_>, criterion: &CriterionStatus) -> String {
    let world = &scene.world;
    let Some(by) = criterion
        .decide_by
        .filter(|_| criterion.state == CriterionState::Met)
    else {
        return String::new();
    };
    if criterion.since.is_some_and(|since| by <= since) {
        return world.get("deadline-now");
    }
    let left = by.duration_since(world.now);
    let (id, name) = if left.is_negative() {
        ("deadline-overdue", "over")
    } else {
        ("deadline-left", "left")
    };
    let length = Duration::try_from(left.abs()).unwrap_or_default();
    let by = world.say(&Phrase::new("deadline-by").time("at", by));
    format!(
        "{by} · {}",
        world.say(&Phrase::new(id).text(name, world.words.countdown(length)))
    )
}
