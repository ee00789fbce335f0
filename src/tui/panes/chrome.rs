//! What every pane has: a border with its number and title, the age of its data, and a word when there is no data.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use crate::domain::{Freshness, Observed, Phrase};
use crate::tui::screen::{Pane, Screen};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// The border of a pane.
pub(super) struct Chrome<'a> {
    /// Which pane.
    pub pane: Pane,
    /// What the pane is about, after its title.
    pub about: Option<String>,
    /// At the right of the upper border: unit, age.
    pub note: Option<(String, Role)>,
    /// At the right of the lower border.
    pub legend: Option<String>,
    /// The console's state.
    pub screen: &'a Screen,
}

impl Chrome<'_> {
    /// Draws the border and gives the room within.
    pub(super) fn draw(self, world: &World<'_>, area: Rect, buffer: &mut Buffer) -> Rect {
        let area = area.intersection(buffer.area);
        let focused = self.screen.layers.is_empty() && self.screen.focus == self.pane;
        let border = world.style(if focused { Role::Focus } else { Role::Muted });
        let mut title = vec![
            Span::raw(" "),
            world.span(self.pane.number().to_string(), Role::Key),
            Span::raw(" "),
            world.span(
                world.get(self.pane.title()),
                if focused { Role::Focus } else { Role::Title },
            ),
        ];
        if let Some(about) = self.about {
            title.push(world.span(format!(" · {about}"), Role::Text));
        }
        if let Some(filter) = self.screen.filter(self.pane) {
            title.push(world.span(format!(" /{filter}"), Role::Warn));
        }
        title.push(Span::raw(" "));
        let used: usize = title.iter().map(|span| text::width(&span.content)).sum();
        let mut block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(border)
            .title(Line::from(title));
        let room = usize::from(area.width).saturating_sub(used + 4);
        if let Some((note, role)) = self.note.filter(|(note, _)| text::width(note) <= room) {
            let note = Line::from(world.span(format!(" {note} "), role)).alignment(Alignment::Right);
            block = block.title(note);
        }
        if let Some(legend) = self
            .legend
            .filter(|legend| text::width(legend) + 4 <= usize::from(area.width))
        {
            let legend =
                Line::from(world.span(format!(" {legend} "), Role::Muted)).alignment(Alignment::Right);
            block = block.title_bottom(legend);
        }
        let inner = block.inner(area);
        block.render(area, buffer);
        inner
    }
}

/// The word at the right of the upper border: of which time the data is, and that it is stale when it is.
#[must_use]
pub(super) fn notice_of<T>(
    observed: &Observed<T>,
    allowed: Duration,
    world: &World<'_>,
) -> Option<(String, Role)> {
    let age = observed.age(world.now)?;
    match observed.freshness(world.now, allowed) {
        Freshness::Stale => {
            let age = world.say(&Phrase::new("age").text("age", world.words.span(age)));
            Some((
                format!("{} · {age}", world.words.freshness(Freshness::Stale)),
                Role::Warn,
            ))
        }
        Freshness::Fresh | Freshness::Waiting | Freshness::Failed => None,
    }
}

/// What stands in a pane that has no data: that it waits, or why it failed and what can be done about it. `None` when there
/// is data.
pub(in crate::tui) fn absent<T>(
    observed: &Observed<T>,
    world: &World<'_>,
    cells: usize,
) -> Option<Vec<Line<'static>>> {
    if observed.value().is_some() {
        return None;
    }
    Some(match observed.fault() {
        None => vec![Line::from(world.span(world.get("empty-waiting"), Role::Muted))],
        Some(fault) => {
            let what = text::fold(&world.say(&fault.phrase()), cells);
            let hint = text::fold(&world.say(&fault.hint()), cells);
            let what = what
                .into_iter()
                .map(|line| Line::from(world.span(line, Role::Bad)));
            what.chain(
                hint.into_iter()
                    .map(|line| Line::from(world.span(line, Role::Text))),
            )
            .collect()
        }
    })
}

/// Draws lines from the top of `area`. What is too long for its line ends in `…`: nothing is cut off without saying so.
pub(in crate::tui) fn draw_lines(
    lines: impl IntoIterator<Item = Line<'static>>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    for (line, y) in lines.into_iter().zip(area.y..area.bottom()) {
        text::fit(line, usize::from(area.width)).render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// The mark of the selected row, seen without colour too.
pub(in crate::tui) fn cursor_mark(selected: bool, focused: bool) -> &'static str {
    match (selected, focused) {
        (true, true) => "›",
        (true, false) | (false, _) => " ",
    }
}

/// Makes the selected row of the focused pane stand out.
pub(in crate::tui) fn highlight(
    line: Line<'static>,
    selected: bool,
    focused: bool,
    world: &World<'_>,
) -> Line<'static> {
    if selected && focused {
        line.patch_style(world.style(Role::Selected))
    } else {
        line
    }
}

/// What stands in a pane whose rows are none: that the filter leaves nothing, or that there is nothing.
pub(in crate::tui) fn empty(
    screen: &Screen,
    pane: Pane,
    id: &'static str,
    world: &World<'_>,
) -> Line<'static> {
    let text = screen.filter(pane).map_or_else(
        || world.get(id),
        |filter| world.say(&Phrase::new("empty-filter").text("filter", filter)),
    );
    Line::from(world.span(text, Role::Muted))
}

/// Whether a row of text passes a filter: every word of it occurs, large and small letters alike.
pub(in crate::tui) fn passes(filter: Option<&str>, row: impl FnOnce() -> String) -> bool {
    filter.is_none_or(|filter| {
        let row = row().to_lowercase();
        filter
            .to_lowercase()
            .split_whitespace()
            .all(|word| row.contains(word))
    })
}
