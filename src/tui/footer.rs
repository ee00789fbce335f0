//! The footer: which keys matter here, from the live key map, and the newest notice.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::session::NoticeLevel;

use super::command::Command;
use super::keymap::Context;
use super::layer::{Layer, Question};
use super::layout;
use super::screen::{Pane, Screen};
use super::text;
use super::theme::Role;
use super::wizard;
use super::world::World;

/// How long a notice stays.
const NOTICE: Duration = Duration::from_secs(12);

/// `key label` for each command that has a key in `context`.
pub(super) fn hints(commands: &[Command], context: Context, world: &World<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for command in commands {
        if let Some(key) = world.keymap.key(context, *command) {
            if !spans.is_empty() {
                spans.push(Span::raw("  "));
            }
            spans.push(world.span(key.to_string(), Role::Key));
            spans.push(world.span(format!(" {}", world.get(command.label())), Role::Muted));
        }
    }
    spans
}

/// The commands that matter where the keyboard is, the most important first.
fn commands(screen: &Screen, world: &World<'_>) -> Vec<Command> {
    match screen.layers.last() {
        None => main(screen, world),
        Some(Layer::Help(_) | Layer::Details(_)) => vec![Command::Back, Command::Down, Command::PageDown],
        Some(Layer::Palette(_) | Layer::Filter(_) | Layer::Note(_)) => vec![Command::Choose, Command::Back],
        Some(Layer::Pick(_)) => vec![Command::Choose, Command::Down, Command::Back],
        // Its own keys stand in its frame: what they do there has other names.
        Some(Layer::Sheet(_)) => Vec::new(),
        Some(Layer::Declare(_)) => vec![Command::Choose, Command::Down, Command::Back],
        Some(Layer::Ask(ask)) => match ask.question {
            Question::Quit | Question::Abandon | Question::GiveUp | Question::Again | Question::GoOn => {
                vec![Command::Switch, Command::Press, Command::Back]
            }
        },
        Some(Layer::Wizard(wizard)) => wizard::commands(wizard, world),
    }
}

fn main(screen: &Screen, world: &World<'_>) -> Vec<Command> {
    if screen.focus == Pane::Logs {
        return vec![
            Command::Help,
            Command::StartRollback,
            Command::Filter,
            Command::NextMatch,
            Command::WrapLines,
            Command::Into,
            Command::Bottom,
            Command::NextPane,
            Command::Palette,
        ];
    }
    let mut commands = vec![
        Command::Help,
        Command::StartRollback,
        Command::Filter,
        Command::Palette,
        Command::NextPane,
    ];
    if screen.focus != Pane::Services || world.session.services.len() > 1 {
        commands.push(Command::Into);
    }
    commands.extend([Command::Checklist, Command::Declare, Command::Refresh]);
    commands
}

/// Draws the footer.
pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let cells = usize::from(area.width);
    let context = screen.context(world.session);
    let right = match context {
        Context::Main | Context::Wizard => hints(&[Command::Quit], context, world),
        Context::Approve | Context::Report | Context::Text | Context::List => Vec::new(),
    };
    let right_cells: usize = right.iter().map(|span| text::width(&span.content)).sum();
    let room = cells.saturating_sub(right_cells + 3);
    let left = match notice(screen, world) {
        Some((said, role)) => vec![world.span(text::cut(&said, room), role)],
        None => fitting(screen, world, context, room),
    };
    let used: usize = left.iter().map(|span| text::width(&span.content)).sum();
    let mut spans = vec![Span::raw(" ")];
    spans.extend(left);
    spans.push(Span::raw(
        " ".repeat(cells.saturating_sub(used + right_cells + 2)),
    ));
    spans.extend(right);
    text::fit(Line::from(spans), cells).render(area, buffer);
}

/// As many hints as there is room for, whole ones only.
fn fitting(screen: &Screen, world: &World<'_>, context: Context, room: usize) -> Vec<Span<'static>> {
    let mut commands = commands(screen, world);
    loop {
        let spans = hints(&commands, context, world);
        let wide: usize = spans.iter().map(|span| text::width(&span.content)).sum();
        if wide <= room || commands.pop().is_none() {
            return spans;
        }
    }
}

/// The newest notice while it is young; where a question is not seen whole, that it cannot be answered.
fn notice(screen: &Screen, world: &World<'_>) -> Option<(String, Role)> {
    if screen.context(world.session) == Context::Approve && !layout::approves(world.size) {
        return Some((format!("! {}", world.get("approve-too-small")), Role::Warn));
    }
    let notice = screen.notice.as_ref()?;
    if world.moment.saturating_duration_since(notice.at) > NOTICE {
        return None;
    }
    let (glyph, role) = match notice.level {
        NoticeLevel::Info => ("·", Role::Focus),
        NoticeLevel::Bad => ("!", Role::Bad),
    };
    Some((format!("{glyph} {}", world.say(&notice.text)), role))
}
