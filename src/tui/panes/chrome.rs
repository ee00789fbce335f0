//! What every pane has: a border with its number and title, the age of its data, and a word when there is no data.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use crate::domain::{CriterionId, Fault, FaultKind, Freshness, Observed, Phrase};
use crate::runbook::LatencyStatistic;
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::sort::SortBy;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// Cells of a filter that are shown, at most: enough to know it again.
const FILTER: usize = 32;

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

/// The title of a pane. Response times say in which statistic they are.
#[must_use]
pub(super) fn title(pane: Pane, world: &World<'_>) -> String {
    match pane {
        Pane::Latency => world.say(&Phrase::new("pane-latency").text("statistic", statistic(world))),
        Pane::Services
        | Pane::Revisions
        | Pane::Deployments
        | Pane::Images
        | Pane::Events
        | Pane::Logs
        | Pane::ErrorRate => world.get(pane.title()),
    }
}

/// The statistic of the response time that the runbook asks for.
#[must_use]
pub(in crate::tui) fn statistic(world: &World<'_>) -> String {
    let asked = world.session.setup.runbook.criterion(CriterionId::Latency);
    match asked.map(|criterion| criterion.statistic).unwrap_or_default() {
        LatencyStatistic::P50 => "p50".to_owned(),
        LatencyStatistic::P90 => "p90".to_owned(),
        LatencyStatistic::P95 => "p95".to_owned(),
        LatencyStatistic::P99 => "p99".to_owned(),
        LatencyStatistic::Average => world.get("statistic-average"),
    }
}

/// What rows are sorted by, in a word.
fn by(by: SortBy, world: &World<'_>) -> String {
    match by {
        SortBy::Latency => statistic(world),
        SortBy::Own
        | SortBy::Burning
        | SortBy::Name
        | SortBy::ErrorRate
        | SortBy::Since
        | SortBy::Served
        | SortBy::Tags
        | SortBy::Size
        | SortBy::State => world.get(by.title()),
    }
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
                title(self.pane, world),
                if focused { Role::Focus } else { Role::Title },
            ),
        ];
        if let Some(about) = self.about {
            title.push(world.span(format!(" · {about}"), Role::Text));
        }
        if let Some(filter) = self.screen.filter(self.pane) {
            // A pasted text must not run over the border.
            let used: usize = title.iter().map(|span| text::width(&span.content)).sum();
            let room = usize::from(area.width).saturating_sub(used + 5).min(FILTER);
            title.push(world.span(format!(" /{}", text::cut(filter, room)), Role::Warn));
        }
        let sort = self.screen.sort(self.pane);
        if !sort.is_own() {
            let by = format!(" {}{}", sort.arrow(), by(sort.by, world));
            title.push(world.span(by, Role::Warn));
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

/// A failure in a few words: what is missing, when it is a permission.
#[must_use]
pub(in crate::tui) fn briefly(fault: &Fault, world: &World<'_>) -> String {
    let id = match &fault.kind {
        FaultKind::Denied { action } => {
            return world.say(&Phrase::new("briefly-denied").text("action", action));
        }
        FaultKind::Expired => "briefly-expired",
        FaultKind::NoCredentials => "briefly-no-credentials",
        FaultKind::Throttled => "briefly-throttled",
        FaultKind::TimedOut => "briefly-timed-out",
        FaultKind::Unreachable => "briefly-unreachable",
        FaultKind::NotFound => "briefly-not-found",
        FaultKind::NotOffered => "briefly-not-offered",
        FaultKind::Rejected => "briefly-rejected",
        FaultKind::Server => "briefly-server",
        FaultKind::Malformed => "briefly-malformed",
        FaultKind::Held => "briefly-held",
        FaultKind::Local => "briefly-local",
        FaultKind::NotSent => "briefly-not-sent",
    };
    world.say(&Phrase::new(id))
}

/// Writes into the lower border of a pane, at its left: which rows are seen when not all are, and why its data is old when
/// the newest look failed.
pub(super) fn foot<T>(
    observed: &Observed<T>,
    seen: Option<(&std::ops::Range<usize>, usize)>,
    world: &World<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    if area.height < 2 || area.width < 8 {
        return;
    }
    let (mut x, y) = (area.x + 2, area.bottom() - 1);
    // What stands at the right of this border stays: the foot ends where the line ends.
    let line_goes_on = |x: u16, buffer: &Buffer| buffer.cell((x, y)).is_some_and(|cell| cell.symbol() == "─");
    let mut parts = Vec::new();
    if let Some((range, len)) = seen.filter(|(range, len)| range.len() < *len) {
        let (first, last) = (range.start + 1, range.end);
        parts.push((format!(" {first}–{last} / {len} "), Role::Muted));
    }
    if let (Some(_), Some(fault)) = (observed.value(), observed.fault()) {
        parts.push((format!(" ! {} ", briefly(fault, world)), Role::Warn));
    }
    for (said, role) in parts {
        let wide = u16::try_from(text::width(&said)).unwrap_or(u16::MAX);
        let end = x.saturating_add(wide);
        if end < area.right() && (x..end).all(|x| line_goes_on(x, buffer)) {
            buffer.set_stringn(x, y, &said, usize::from(wide), world.style(role));
            x = end + 1;
        }
    }
}

/// What stands in a pane that has no data: that it waits, or why it failed and what can be done about it. `None` when there
/// is data.
pub(in crate::tui) fn absent<T>(
    observed: &Observed<T>,
    world: &World<'_>,
    room: Rect,
) -> Option<Vec<Line<'static>>> {
    if observed.value().is_some() {
        return None;
    }
    Some(match observed.fault() {
        None => vec![Line::from(world.span(world.get("empty-waiting"), Role::Muted))],
        Some(fault) => {
            let folded = |said: String, role| -> Vec<Line<'static>> {
                text::fold(&said, usize::from(room.width))
                    .into_iter()
                    .map(|line| Line::from(world.span(line, role)))
                    .collect()
            };
            let mut lines = folded(briefly(fault, world), Role::Bad);
            let mut sentence = folded(world.say(&fault.phrase()), Role::Text);
            let hint = folded(world.say(&fault.hint()), Role::Focus);
            // Where there is not room for all, what can be done is told to its end, and the sentence gives way.
            let left = usize::from(room.height).saturating_sub(lines.len() + hint.len());
            if sentence.len() > left {
                sentence.truncate(left);
                if let Some(last) = sentence.pop() {
                    let said: String = last.spans.iter().map(|span| span.content.as_ref()).collect();
                    let kept = text::cut(&said, usize::from(room.width).saturating_sub(2));
                    let kept = kept.trim_end_matches('…').trim_end();
                    sentence.push(Line::from(world.span(format!("{kept} …"), Role::Text)));
                }
            }
            lines.extend(sentence);
            lines.extend(hint);
            lines
        }
    })
}

/// Whether a table has its heads in this room, and how many rows: in one line a row says more than heads.
#[must_use]
pub(super) fn head_and_rows(inner: Rect) -> (bool, usize) {
    let head = inner.height >= 2;
    (head, usize::from(inner.height).saturating_sub(usize::from(head)))
}

/// Draws lines from the top of `area`. What is too long for its line ends in `…`, and so does the last line when there are
/// more: nothing is cut off without saying so.
pub(in crate::tui) fn draw_lines(
    lines: impl IntoIterator<Item = Line<'static>>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    let mut lines = lines.into_iter();
    for y in area.y..area.bottom() {
        let Some(mut line) = lines.next() else { return };
        let more = y + 1 == area.bottom()
            && lines.any(|line| line.spans.iter().any(|span| !span.content.trim().is_empty()));
        if more {
            line.spans.push(Span::raw(" …"));
        }
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
        |filter| world.say(&Phrase::new("empty-filter").text("filter", text::cut(filter, FILTER))),
    );
    Line::from(world.span(text, Role::Muted))
}

/// Marks what the filter of a pane found in a row.
pub(super) fn found(line: Line<'static>, needle: Option<&Needle>, world: &World<'_>) -> Line<'static> {
    match needle {
        Some(needle) => needle.mark(line, world.style(Role::Warn)),
        None => line,
    }
}
