//! Report: the draft from recorded facts, to be completed and settled by a person, and the list of what is still missing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Widget};

use crate::domain::Phrase;
use crate::incident::{Incident, ReportKind, next_step};
use crate::rollback::{Ending, EndingKind, Outcome};
use crate::session::ServiceView;
use crate::tui::panes::draw_lines;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::Draft;
use super::frame::Scene;
use super::halfway;
use super::state::service;

/// From this width on the gaps stand beside the draft, below it otherwise.
const BESIDE: u16 = 96;

pub(super) fn draw(
    scene: &Scene<'_>,
    draft: Option<&Draft>,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let world = &scene.world;
    // What went wrong is read before anything is written.
    let most = if went_well(scene.incident) {
        body.height / 3
    } else {
        body.height / 2
    };
    let head = outcome(scene, usize::from(most));
    let head_rows = u16::try_from(head.len()).unwrap_or(u16::MAX).min(body.height);
    draw_lines(
        head,
        Rect {
            height: head_rows,
            ..body
        },
        buffer,
    );
    let rest = Rect {
        y: body.y + head_rows,
        height: body.height - head_rows,
        ..body
    };
    let (writing_area, gaps_area) = if rest.width >= BESIDE {
        let width = rest.width * 2 / 3;
        (
            Rect { width, ..rest },
            Rect {
                x: rest.x + width + 1,
                width: rest.width - width - 1,
                ..rest
            },
        )
    } else {
        let below = 3.min(rest.height / 3);
        let height = rest.height - below;
        (
            Rect { height, ..rest },
            Rect {
                y: rest.y + height,
                height: below,
                ..rest
            },
        )
    };
    draw_gaps(scene, gaps_area, buffer);
    let Some(draft) = draft else {
        draw_lines(scene.message("empty-waiting", Role::Muted), writing_area, buffer);
        return None;
    };
    let writing = scene.wizard.is_writing();
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(world.style(if writing { Role::Focus } else { Role::Muted }));
    let inner = block.inner(writing_area).intersection(buffer.area);
    block.render(writing_area.intersection(buffer.area), buffer);
    if inner.is_empty() {
        return None;
    }
    (&draft.area).render(inner, buffer);
    if !writing {
        return None;
    }
    let cursor = draft.area.screen_cursor();
    let (top, left) = draft.area.scroll_offset();
    let x = usize::from(inner.x) + cursor.col.saturating_sub(usize::from(left));
    let y = usize::from(inner.y) + cursor.row.saturating_sub(usize::from(top));
    Some(Position {
        x: u16::try_from(x).unwrap_or(u16::MAX),
        y: u16::try_from(y).unwrap_or(u16::MAX),
    })
}

/// Whether the rollback reached its target and no check says that it did not help.
pub(super) fn went_well(incident: &Incident) -> bool {
    let reached = incident
        .ending
        .as_ref()
        .is_some_and(|(ending, _)| match ending.outcome {
            Outcome::OnTarget => true,
            Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown
            | Outcome::Refused => false,
        });
    reached
        && incident
            .verification
            .is_none_or(|verification| verification.passed)
}

/// How the rollback and its verification ended: a report must not say more. After a bad end also what runs now and what can
/// be done next: where `most` lines are not enough for all of it, the reason gives way.
fn outcome(scene: &Scene<'_>, most: usize) -> Vec<Line<'static>> {
    let world = &scene.world;
    let Some((ending, _)) = &scene.incident.ending else {
        return scene.message("report-edit", Role::Title);
    };
    if went_well(scene.incident) {
        let mut lines = scene.message("report-edit", Role::Title);
        lines.extend(scene.text(&world.say(&ending.why), Role::Ok));
        lines.truncate(most);
        return lines;
    }
    let mut lines = scene.text(&format!("✗ {}", world.get(headline(ending))), Role::Bad);
    let half_way = halfway::lines(scene);
    let mut after = if half_way.is_empty() {
        scene.labelled("label-runs-now", &runs_now(scene), Role::Title)
    } else {
        half_way
    };
    let mut said = world.say(&next_step(Some(scene.incident), ending));
    if let Some(key) = world.keymap.key(
        crate::tui::keymap::Context::Wizard,
        crate::tui::command::Command::StartRollback,
    ) {
        said.push(' ');
        said.push_str(&world.say(&Phrase::new("next-again").text("key", key)));
    }
    after.extend(scene.labelled("label-next", said.trim(), Role::Warn));
    let room = most.saturating_sub(lines.len() + after.len()).max(1);
    let mut why = text::fold(&world.say(&ending.why), scene.cells);
    if why.len() > room {
        why.truncate(room);
        if let Some(last) = why.last_mut() {
            *last = text::cut(&format!("{last} …"), scene.cells);
        }
    }
    lines.extend(
        why.into_iter()
            .map(|line| Line::from(world.span(line, Role::Text))),
    );
    lines.extend(after);
    lines
}

/// What happened, in one line.
fn headline(ending: &Ending) -> &'static str {
    match ending.known_kind() {
        EndingKind::OnTarget => "ending-no-help",
        EndingKind::PutBack(_) => "ending-put-back",
        EndingKind::Failed => "ending-failed",
        EndingKind::Stopped => "ending-stopped",
        EndingKind::Superseded => "ending-superseded",
        EndingKind::Paused => "ending-paused",
        EndingKind::Stalled => "ending-stalled",
        EndingKind::TimedOut => "ending-timed-out",
        EndingKind::OtherContent => "ending-elsewhere",
        EndingKind::Unknown => "ending-unknown",
        EndingKind::Refused => "ending-refused",
        EndingKind::Changed => "ending-changed",
    }
}

/// What the service runs now, as it was read last.
fn runs_now(scene: &Scene<'_>) -> String {
    runs(service(scene.world.session, scene.incident), &scene.world)
}

/// What a service runs, as it was read last: each revision that has tasks, and how many.
pub(super) fn runs(view: Option<&ServiceView>, world: &World<'_>) -> String {
    let Some(state) = view.and_then(|view| view.state.value()) else {
        return world.get("not-known");
    };
    let parts: Vec<String> = state
        .deployments
        .iter()
        .filter(|deployment| deployment.running > 0 || deployment.pending > 0)
        .map(|deployment| {
            let starting = match deployment.pending {
                0 => String::new(),
                pending => format!(" (+{pending})"),
            };
            format!(
                ":{} {}/{}{starting}",
                deployment.task_definition.revision(),
                deployment.running,
                state.desired
            )
        })
        .collect();
    if parts.is_empty() {
        world.get("runs-nothing")
    } else {
        parts.join(" · ")
    }
}

fn draw_gaps(scene: &Scene<'_>, area: Rect, buffer: &mut Buffer) {
    let world = &scene.world;
    let gaps = world
        .session
        .report(ReportKind::Done, world.words)
        .map(|report| report.gaps)
        .unwrap_or_default();
    let cells = usize::from(area.width);
    let lines: Vec<Line<'static>> = if gaps.is_empty() {
        vec![Line::from(
            world.span(text::cut(&world.get("report-no-gaps"), cells), Role::Ok),
        )]
    } else {
        let title = Line::from(world.span(world.get("report-gaps"), Role::Warn));
        let rows = gaps
            .iter()
            .flat_map(|gap| text::fold(&format!("· {}", world.say(gap)), cells));
        std::iter::once(title)
            .chain(rows.map(|row| Line::from(world.span(row, Role::Text))))
            .collect()
    };
    draw_lines(lines, area, buffer);
}
