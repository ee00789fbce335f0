//! Report: the draft from recorded facts, to be completed and settled by a person, and the list of what is still missing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Widget};

use crate::incident::ReportKind;
use crate::rollback::Outcome;
use crate::tui::panes::draw_lines;
use crate::tui::text;
use crate::tui::theme::Role;

use super::Draft;
use super::frame::Scene;

/// From this width on the gaps stand beside the draft, below it otherwise.
const BESIDE: u16 = 96;

pub(super) fn draw(
    scene: &Scene<'_>,
    draft: Option<&Draft>,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let world = &scene.world;
    let head = outcome(scene);
    let head_rows = u16::try_from(head.len()).unwrap_or(u16::MAX).min(body.height / 3);
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

/// How the rollback and its verification ended: a report must not say more.
fn outcome(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let world = &scene.world;
    let mut lines = scene.message("report-edit", Role::Title);
    if let Some((ending, _)) = &scene.incident.ending {
        let role = match ending.outcome {
            Outcome::OnTarget => Role::Ok,
            Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown
            | Outcome::Refused => Role::Bad,
        };
        lines.extend(scene.text(&world.say(&ending.why), role));
    }
    lines
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
