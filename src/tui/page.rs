//! A page over the panes: lines of label and text, scrolled and searched.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::layer::Details;
use super::layout::middle;
use super::listing::Scroll;
use super::overlays::{LABEL, framed, labelled_in};
use super::panes::draw_lines;
use super::screen::Screen;
use super::text;
use super::theme::Role;
use super::world::World;

/// Cells of a page at most: longer lines are hard to read.
const WIDEST: u16 = 110;

/// Draws a page.
pub(super) fn details(
    details: &Details,
    screen: &Screen,
    world: &World<'_>,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let cells = usize::from(middle(body, WIDEST, 1).width).saturating_sub(2);
    let longest = details.lines.iter().map(|line| text::width(&line.label)).max();
    let longest = longest.unwrap_or_default();
    let has_labels = longest > 0;
    // As wide as the longest label, while that leaves half of the page to the text.
    let column = longest.clamp(LABEL, (cells / 2).max(LABEL));
    let lines: Vec<Line<'static>> = details
        .lines
        .iter()
        .flat_map(|line| {
            if has_labels {
                labelled_in(column, &line.label, &line.text, line.role, cells, world)
            } else {
                text::fold(&line.text, cells)
                    .into_iter()
                    .map(|part| Line::from(world.span(part, line.role)))
                    .collect()
            }
        })
        .collect();
    let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inner = framed(&details.title, middle(body, WIDEST, rows), world, buffer);
    scrolled(lines, &details.scroll, screen, world, inner, buffer);
    None
}

/// Draws the lines of a page from where it is scrolled to, with what is looked for in it, and where in it one is.
pub(super) fn scrolled(
    lines: Vec<Line<'static>>,
    scroll: &Scroll,
    screen: &Screen,
    world: &World<'_>,
    inner: Rect,
    buffer: &mut Buffer,
) {
    let (height, len) = (usize::from(inner.height), lines.len());
    let lines = screen.finder.mark(lines, scroll, height, world.style(Role::Warn));
    let window = scroll.window(len, height);
    draw_lines(
        lines.into_iter().skip(window.start).take(window.len()),
        inner,
        buffer,
    );
    if window.len() < len {
        let place = format!(" {}–{} / {len} ", window.start + 1, window.end);
        let wide = u16::try_from(text::width(&place)).unwrap_or(u16::MAX);
        let x = inner.right().saturating_sub(wide.saturating_add(1));
        if x >= inner.x && inner.bottom() < buffer.area.bottom() {
            buffer.set_stringn(
                x,
                inner.bottom(),
                &place,
                usize::from(wide),
                world.style(Role::Muted),
            );
        }
    }
}
