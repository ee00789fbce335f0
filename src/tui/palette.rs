//! The command palette: commands by their name or sentence, and services by their name.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::domain::{Phrase, ServiceKey};

use super::command::Command;
use super::keymap::Context;
use super::layer::Palette;
use super::layout::middle;
use super::overlays::{beneath, draw_field, framed};
use super::panes::{draw_lines, highlight};
use super::screen::Screen;
use super::text;
use super::theme::Role;
use super::world::World;

/// Cells of what was typed that are said again, at most: a paste may be long.
const TYPED: usize = 40;

/// Something that the palette can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A command.
    Command(Command),
    /// Go to a service.
    Service(ServiceKey),
}

/// How well `typed` fits `text`: lower is better, `None` when it does not fit. A beginning beats the begin of a word, that beats
/// any place, and that beats letters apart in the right order.
fn fit(typed: &str, text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    if typed.is_empty() || text.starts_with(typed) {
        return Some(0);
    }
    if let Some(at) = text.find(typed) {
        let word = text.get(..at).is_some_and(|before| before.ends_with(['-', ' ']));
        return Some(if word { 1 } else { 2 });
    }
    // Letters apart: only in names, where few letters say much; spread too far they say nothing.
    let mut letters = typed.chars().peekable();
    let mut spread = 0;
    for c in text.chars() {
        if letters.peek() == Some(&c) {
            letters.next();
        } else if letters.peek().is_some() && letters.clone().count() < typed.chars().count() {
            spread += 1;
        }
    }
    let far = typed.chars().count().saturating_mul(3);
    (letters.peek().is_none() && spread <= far).then_some(3 + spread)
}

/// The entries that what was typed leaves, the best first, for the context beneath.
pub(super) fn entries(palette: &Palette, context: Context, world: &World<'_>) -> Vec<Entry> {
    let typed = palette.field.text().trim().to_lowercase();
    let mut found: Vec<(usize, Entry)> = Vec::new();
    for command in Command::ALL.iter().copied() {
        if command == Command::Palette || world.keymap.key(context, command).is_none() {
            continue;
        }
        let by_name = fit(&typed, command.name());
        // A sentence is long: letters apart in it would fit nearly anything.
        let sentence = world.get(command.sentence()).to_lowercase();
        let by_sentence = sentence.contains(&typed).then_some(2);
        if let Some(fits) = by_name.into_iter().chain(by_sentence).min() {
            found.push((fits, Entry::Command(command)));
        }
    }
    // Over the wizard the services stay where they are: its incident is about one of them.
    if context == Context::Main {
        for view in &world.session.services {
            if let Some(fits) = fit(&typed, view.key.as_str()) {
                // A name that is typed in full is meant, whatever command it is the beginning of.
                let whole = view.key.as_str().to_lowercase() == typed;
                let fits = if whole { 0 } else { fits + 1 };
                found.push((fits, Entry::Service(view.key.clone())));
            }
        }
    }
    // Equal ones keep their order: commands as help has them, then services as the runbook has them.
    found.sort_by_key(|(fits, entry)| {
        let service_named = matches!(entry, Entry::Service(key) if key.as_str().to_lowercase() == typed);
        (*fits, !service_named)
    });
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// Draws it; gives the place of the cursor.
pub(super) fn draw(
    palette: &Palette,
    screen: &Screen,
    world: &World<'_>,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let context = beneath(screen, world);
    let entries = entries(palette, context, world);
    let inner = framed(&world.get("palette-title"), middle(body, 84, 20), world, buffer);
    let line = Rect {
        height: inner.height.min(1),
        ..inner
    };
    let cursor = draw_field(":", &palette.field, line, world, buffer);
    let rows = Rect {
        y: inner.y.saturating_add(1),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    if entries.is_empty() {
        let said = Phrase::new("palette-none").text("typed", text::cut(palette.field.text().trim(), TYPED));
        let lines = text::fold(&world.say(&said), usize::from(rows.width));
        let lines = lines
            .into_iter()
            .map(|line| Line::from(world.span(line, Role::Bad)));
        draw_lines(lines.collect::<Vec<_>>(), rows, buffer);
        return cursor;
    }
    let at = palette.list.at(&entries);
    let cells = usize::from(rows.width);
    let lines = palette
        .list
        .window(&entries, usize::from(rows.height))
        .filter_map(|row| {
            let line = entry_line(entries.get(row)?, context, cells, world);
            Some(highlight(line, row == at, true, world))
        });
    draw_lines(lines.collect::<Vec<_>>(), rows, buffer);
    cursor
}

fn entry_line(entry: &Entry, context: Context, cells: usize, world: &World<'_>) -> Line<'static> {
    let (name, key, sentence) = match entry {
        Entry::Command(command) => {
            let key = world.keymap.key(context, *command);
            (
                command.name().to_owned(),
                key.map(|key| key.to_string()).unwrap_or_default(),
                world.get(command.sentence()),
            )
        }
        Entry::Service(key) => (
            key.to_string(),
            String::new(),
            world.say(&Phrase::new("palette-service").text("service", key)),
        ),
    };
    Line::from(vec![
        world.span(text::pad(&name, 18), Role::Focus),
        world.span(text::pad(&key, 10), Role::Key),
        world.span(text::cut(&sentence, cells.saturating_sub(28)), Role::Text),
    ])
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_beginning_beats_a_word_beats_a_place_beats_letters_apart() {
        let order = ["ref", "t", "rb", "frsh"].map(|typed| {
            let name = if typed == "t" { "start-rollback" } else { "refresh" };
            fit(typed, if typed == "rb" { "start-rollback" } else { name })
        });
        assert_eq!(order[0], Some(0));
        assert_eq!(order[1], Some(2));
        assert!(order[2] > Some(2) && order[3] > Some(2), "{order:?}");
        assert_eq!(fit("rollback", "start-rollback"), Some(1));
        assert_eq!(fit("zzz", "start-rollback"), None);
        assert_eq!(fit("", "refresh"), Some(0));
    }
}
