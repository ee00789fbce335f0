//! Ways to pick one from, and a text of several lines that is put beside the incident.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::command::Command;
use super::keymap::Context;
use super::layer::{PickBox, Sheet};
use super::layout::middle;
use super::overlays::framed;
use super::panes::{draw_lines, highlight};
use super::text;
use super::theme::Role;
use super::world::World;

/// Cells of a list of ways, where there is room.
const WIDE: u16 = 84;
/// Lines of a sheet, where there is room.
const TALL: u16 = 20;

/// Draws ways; each with what it means, so that nobody picks by a name alone.
pub(super) fn pick(pick: &PickBox, world: &World<'_>, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let at = pick.list.at(&pick.places());
    let cells = usize::from(middle(body, WIDE, 1).width).saturating_sub(6);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (nth, way) in pick.ways.iter().enumerate() {
        let selected = nth == at;
        let mark = if selected { "› " } else { "  " };
        let line = Line::from(vec![
            world.span(mark, Role::Focus),
            world.span(text::cut(&way.label, cells), Role::Title),
        ]);
        lines.push(highlight(line, selected, true, world));
        lines.extend(
            text::fold(&way.text, cells)
                .into_iter()
                .map(|part| Line::from(vec![Span::raw("    "), world.span(part, Role::Muted)])),
        );
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inner = framed(&pick.title, middle(body, WIDE, height), world, buffer);
    draw_lines(lines, inner, buffer);
    None
}

/// Draws a sheet; gives the cursor's place.
pub(super) fn draw(sheet: &Sheet, world: &World<'_>, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inner = framed(&sheet.title, middle(body, WIDE, TALL), world, buffer);
    let about = text::fold(&sheet.about, usize::from(inner.width));
    let above = u16::try_from(about.len()).unwrap_or(u16::MAX).min(inner.height);
    draw_lines(
        about
            .into_iter()
            .map(|line| Line::from(world.span(line, Role::Muted)))
            .collect::<Vec<_>>(),
        inner,
        buffer,
    );
    let keys = Rect {
        y: inner.bottom().saturating_sub(1),
        height: inner.height.saturating_sub(above).min(1),
        ..inner
    };
    let mut spans = Vec::new();
    for (command, id) in [
        (Command::SettleReport, "sheet-attach"),
        (Command::Back, "sheet-leave"),
    ] {
        if let Some(key) = world.keymap.key(Context::Report, command) {
            spans.push(world.span(format!("{key} "), Role::Key));
            spans.push(world.span(format!("{}   ", world.get(id)), Role::Muted));
        }
    }
    draw_lines([Line::from(spans)], keys, buffer);
    let area = Rect {
        y: inner.y.saturating_add(above),
        height: inner.height.saturating_sub(above + 1),
        ..inner
    }
    .intersection(buffer.area);
    if area.is_empty() {
        return None;
    }
    (&sheet.area).render(area, buffer);
    let cursor = sheet.area.screen_cursor();
    let (top, left) = sheet.area.scroll_offset();
    let x = usize::from(area.x) + cursor.col.saturating_sub(usize::from(left));
    let y = usize::from(area.y) + cursor.row.saturating_sub(usize::from(top));
    Some(Position {
        x: u16::try_from(x).unwrap_or(u16::MAX),
        y: u16::try_from(y).unwrap_or(u16::MAX),
    })
}
