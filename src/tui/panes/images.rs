//! The images of a service's repository.

use std::cmp::Ordering;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{Clean, Digest, Image, ImageReference, ImageStatus, Phrase};
use crate::rollback::Candidate;
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::sort::{SortBy, largest};
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};

/// How old the list of images may be.
const ALLOWED: Duration = Duration::from_secs(900);

/// The tags of an image, apart by a space.
pub(super) fn tags(image: &Image) -> String {
    let tags: Vec<&str> = image.tags.iter().map(Clean::as_str).collect();
    tags.join(" ")
}

/// Whether a row has what is looked for: in a tag or the digest.
pub(super) fn passes(image: &Image, needle: &Needle) -> bool {
    // A list of images is long: nothing is put together for a row that may not be seen.
    let tags: Vec<&str> = image.tags.iter().map(Clean::as_str).collect();
    needle.passes_or_id(&tags, &[image.digest.as_str()])
}

/// The rows, filtered and sorted.
pub(super) fn rows<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a Image> {
    let needle = screen.needle(Pane::Images);
    let images = screen.service(world.session).and_then(|view| view.images.value());
    let mut rows: Vec<&Image> = images
        .into_iter()
        .flatten()
        .filter(|image| needle.as_ref().is_none_or(|needle| passes(image, needle)))
        .collect();
    let sort = screen.sort(Pane::Images);
    sort.apply(&mut rows, |a, b| match sort.by {
        SortBy::Tags => a.tags.cmp(&b.tags),
        SortBy::Size => largest(
            a.size_bytes.map(|bytes| bytes as f64),
            b.size_bytes.map(|bytes| bytes as f64),
        ),
        SortBy::Own
        | SortBy::Burning
        | SortBy::Name
        | SortBy::ErrorRate
        | SortBy::Latency
        | SortBy::Since
        | SortBy::Served
        | SortBy::State => Ordering::Equal,
    });
    rows
}

/// The ids of the rows.
pub(in crate::tui) fn ids<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a Digest> {
    rows(screen, world)
        .into_iter()
        .map(|image| &image.digest)
        .collect()
}

/// A tag that names another image than the one that a revision ran with.
#[derive(Clone, Debug)]
pub(super) enum Moved<'a> {
    /// It names this image now; the revision ran another one under it.
    Here(&'a str, &'a Candidate),
    /// It named this image when the revision ran; now it names another one.
    Away(&'a str, &'a Candidate),
}

/// The tags that moved to this image, or away from it, as far as the revisions of the service tell.
pub(super) fn moved<'a>(image: &Image, view: &'a ServiceView) -> Vec<Moved<'a>> {
    let images = view.images.value().map(Vec::as_slice).unwrap_or_default();
    let mut moved = Vec::new();
    for candidate in &view.candidates {
        let (Some(written), Some(ran)) = (&candidate.image, &candidate.digest) else {
            continue;
        };
        let reference = ImageReference::parse(written.as_str());
        let Some(tag) = reference.tag.filter(|_| reference.digest.is_none()) else {
            continue;
        };
        let names = |image: &Image| image.tags.iter().any(|known| known.as_str() == tag);
        if names(image) && *ran != image.digest {
            moved.push(Moved::Here(tag, candidate));
        } else if !names(image) && *ran == image.digest && images.iter().any(names) {
            moved.push(Moved::Away(tag, candidate));
        }
    }
    moved
}

/// That a tag moved, as a sentence.
pub(super) fn moved_word(moved: &Moved<'_>, world: &World<'_>) -> String {
    let (phrase, tag, candidate) = match moved {
        Moved::Here(tag, candidate) => (Phrase::new("tag-moved-here"), tag, candidate),
        Moved::Away(tag, candidate) => (Phrase::new("tag-moved-away"), tag, candidate),
    };
    world.say(
        &phrase
            .text("tag", tag)
            .text("revision", format!(":{}", candidate.definition.revision())),
    )
}

/// The revisions that ran with an image, or would.
pub(super) fn used_by(image: &Image, view: &ServiceView) -> String {
    let revisions: Vec<String> = view
        .candidates
        .iter()
        .filter(|candidate| candidate.digest.as_ref() == Some(&image.digest))
        .map(|candidate| format!(":{}", candidate.definition.revision()))
        .collect();
    revisions.join(" ")
}

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let view = screen.service(world.session);
    let inner = Chrome {
        pane: Pane::Images,
        about: view.map(|view| view.key.to_string()),
        note: view.and_then(|view| chrome::notice_of(&view.images, ALLOWED, world)),
        legend: None,
        screen,
    }
    .draw(world, area, buffer);
    let Some(view) = view else { return };
    let cells = usize::from(inner.width);
    if let Some(lines) = chrome::absent(&view.images, world, inner) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let rows = rows(screen, world);
    if rows.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(screen, Pane::Images, "empty-images", world)],
            inner,
            buffer,
        );
    }
    let table = table(world, cells);
    let focused = screen.focus == Pane::Images && screen.layers.is_empty();
    let (head, height) = chrome::head_and_rows(inner);
    let at = screen.images.locate(rows.len(), |at, id| {
        rows.get(at).is_some_and(|row| row.digest == *id)
    });
    let window = screen.images.window_at(at, rows.len(), height);
    let mut lines: Vec<Line<'static>> = head
        .then(|| table.head(world.style(Role::Muted)))
        .into_iter()
        .collect();
    let needle = screen.needle(Pane::Images);
    for (image, nth) in rows[window.clone()].iter().zip(window.start..) {
        let selected = nth == at;
        let line = row(image, view, selected, focused, &table, world);
        let line = chrome::found(line, needle.as_ref(), world);
        lines.push(chrome::highlight(line, selected, focused, world));
    }
    chrome::draw_lines(lines, inner, buffer);
    chrome::foot(&view.images, Some((&window, rows.len())), world, area, buffer);
}

/// The columns of images, here and where the wizard chooses one: those that fit into `room`.
pub(in crate::tui) fn table(world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    Table::fit(
        vec![
            Column::new("", 3, 0),
            Column::new(head("column-tags"), 10, 0).growing(),
            Column::new(head("column-digest"), 12, 1),
            Column::new(head("column-pushed"), 16, 3),
            Column::new(head("column-size"), 8, 4).right(),
            Column::new(head("column-rev"), 7, 2),
        ],
        room,
    )
}

/// An image's row, with the revisions that have it already.
pub(in crate::tui) fn row(
    image: &Image,
    view: &ServiceView,
    selected: bool,
    focused: bool,
    table: &Table,
    world: &World<'_>,
) -> Line<'static> {
    let style = |role| world.style(role);
    let (pulled, glyph) = match image.status {
        ImageStatus::Active => (Role::Text, " "),
        ImageStatus::Archived | ImageStatus::Activating | ImageStatus::Other(_) => (Role::Bad, "×"),
    };
    let moved = moved(image, view);
    let mut named = tags(image);
    if let Some(first) = moved.first() {
        if !named.is_empty() {
            named.push(' ');
        }
        let said = match first {
            Moved::Here(..) => Phrase::new("tag-moved-here-short"),
            Moved::Away(tag, _) => Phrase::new("tag-moved-away-short").text("tag", tag),
        };
        named.push_str(&world.say(&said));
    }
    if named.is_empty() {
        named = world.get("image-untagged");
    }
    let (glyph, role) = if moved.is_empty() {
        (glyph, pulled)
    } else {
        ("!", Role::Warn)
    };
    // Day and minute; the zone is the one of the header's clock.
    let pushed = image.pushed_at.map_or_else(
        || world.get("no-value"),
        |at| world.words.date_time(at).get(..16).unwrap_or_default().to_owned(),
    );
    table.row(&[
        (
            format!("{} {glyph}", chrome::cursor_mark(selected, focused)),
            style(role),
        ),
        (named, style(role)),
        (image.digest.short().to_owned(), style(Role::Text)),
        (pushed, style(Role::Muted)),
        (
            image.size_bytes.map_or_else(String::new, size),
            style(Role::Muted),
        ),
        (used_by(image, view), style(Role::Text)),
    ])
}

/// Bytes in the unit that a person reads.
pub(super) fn size(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
