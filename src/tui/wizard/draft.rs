//! The report as the operator has it.

use tui_textarea::{CursorMove, TextArea, WrapMode};

use crate::incident::{IncidentId, ReportKind};
use crate::tui::listing::Motion;
use crate::tui::world::World;

/// Lines of a page.
const PAGE: usize = 10;

/// The report of one incident while it is written. What a person changed is never written over.
pub struct Draft {
    incident: IncidentId,
    base: String,
    pub(super) area: TextArea<'static>,
}

impl Draft {
    fn new(incident: IncidentId, text: String) -> Self {
        let area = area(&text);
        Self {
            incident,
            base: text,
            area,
        }
    }

    /// The text as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Puts another text in its place, as it came back from an editor.
    pub fn replace(&mut self, text: &str) {
        self.area = area(text);
    }

    /// Moves through the text, to read it.
    pub(super) fn go(&mut self, motion: Motion) {
        let (steps, to) = match motion {
            Motion::Up => (1, CursorMove::Up),
            Motion::Down => (1, CursorMove::Down),
            Motion::PageUp => (PAGE, CursorMove::Up),
            Motion::PageDown => (PAGE, CursorMove::Down),
            Motion::Top => (1, CursorMove::Top),
            Motion::Bottom => (1, CursorMove::Bottom),
        };
        for _ in 0..steps {
            self.area.move_cursor(to);
        }
    }

    /// Types or pastes.
    pub fn insert(&mut self, text: &str) {
        self.area.insert_str(clean(text));
    }
}

/// The draft that belongs to the incident at hand: kept as it is when a person changed it, made anew from recorded facts
/// otherwise.
pub(in crate::tui) fn keep(draft: &mut Option<Draft>, world: &World<'_>) {
    let Some(incident) = &world.session.incident else {
        return;
    };
    if draft
        .as_ref()
        .is_some_and(|draft| draft.incident == incident.id && draft.text() != draft.base)
    {
        return;
    }
    let Some(report) = world.session.report(ReportKind::Done, world.words) else {
        return;
    };
    if draft
        .as_ref()
        .is_none_or(|draft| draft.incident != incident.id || draft.base != report.text)
    {
        *draft = Some(Draft::new(incident.id.clone(), report.text));
    }
}

/// An area to write in.
pub(in crate::tui) fn area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(clean(text).lines().map(str::to_owned).collect());
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    // The terminal's own cursor stands there, so that an input method opens at it.
    area.set_cursor_style(ratatui::style::Style::default());
    area.set_cursor_line_style(ratatui::style::Style::default());
    area
}

/// Text of several lines without anything that drives a terminal.
pub(in crate::tui) fn clean(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| crate::domain::Clean::new(line).to_string())
        .collect();
    let mut joined = lines.join("\n");
    if text.ends_with('\n') && !lines.is_empty() {
        joined.push('\n');
    }
    joined
}
