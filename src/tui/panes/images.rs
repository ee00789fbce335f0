//! The images of a service's repository.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{Digest, Image, ImageStatus};
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};

/// How old the list of images may be.
const ALLOWED: Duration = Duration::from_secs(900);

fn tags(image: &Image) -> String {
    let tags: Vec<&str> = image.tags.iter().map(crate::domain::Clean::as_str).collect();
    tags.join(" ")
}

/// The ids of the rows.
pub(in crate::tui) fn ids(screen: &Screen, world: &World<'_>) -> Vec<Digest> {
    let filter = screen.filter(Pane::Images);
    let images = screen.service(world.session).and_then(|view| view.images.value());
    images
        .into_iter()
        .flatten()
        .filter(|image| chrome::passes(filter, || format!("{} {}", tags(image), image.digest)))
        .map(|image| image.digest.clone())
        .collect()
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
    if let Some(lines) = chrome::absent(&view.images, world, cells) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let ids = ids(screen, world);
    if ids.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(screen, Pane::Images, "empty-images", world)],
            inner,
            buffer,
        );
    }
    let head = |id| world.get(id);
    let table = Table::fit(
        vec![
            Column::new("", 3, 0),
            Column::new(head("column-tags"), 10, 0).growing(),
            Column::new(head("column-digest"), 12, 1),
            Column::new(head("column-pushed"), 16, 3),
            Column::new(head("column-size"), 8, 4).right(),
            Column::new(head("column-revision"), 7, 2),
        ],
        cells,
    );
    let focused = screen.focus == Pane::Images && screen.layers.is_empty();
    let selected = screen.images.id(&ids).cloned();
    let mut lines = vec![table.head(world.style(Role::Muted))];
    let rows = usize::from(inner.height).saturating_sub(1);
    for id in &ids[screen.images.window(&ids, rows)] {
        if let Some(image) = view
            .images
            .value()
            .into_iter()
            .flatten()
            .find(|image| image.digest == *id)
        {
            let selected = selected.as_ref() == Some(id);
            let line = row(image, view, selected, focused, &table, world);
            lines.push(chrome::highlight(line, selected, focused, world));
        }
    }
    chrome::draw_lines(lines, inner, buffer);
}

fn row(
    image: &Image,
    view: &ServiceView,
    selected: bool,
    focused: bool,
    table: &Table,
    world: &World<'_>,
) -> Line<'static> {
    let style = |role| world.style(role);
    let pulled = match image.status {
        ImageStatus::Active => Role::Text,
        ImageStatus::Archived | ImageStatus::Activating | ImageStatus::Other(_) => Role::Bad,
    };
    let revisions: Vec<String> = view
        .candidates
        .iter()
        .filter(|candidate| candidate.digest.as_ref() == Some(&image.digest))
        .map(|candidate| format!(":{}", candidate.definition.revision()))
        .collect();
    // Day and minute; the zone is the one of the header's clock.
    let pushed = image.pushed_at.map_or_else(
        || world.get("no-value"),
        |at| world.words.date_time(at).get(..16).unwrap_or_default().to_owned(),
    );
    table.row(&[
        (
            chrome::cursor_mark(selected, focused).to_owned(),
            style(Role::Focus),
        ),
        (tags(image), style(pulled)),
        (image.digest.short().to_owned(), style(Role::Text)),
        (pushed, style(Role::Muted)),
        (
            image.size_bytes.map_or_else(String::new, size),
            style(Role::Muted),
        ),
        (revisions.join(" "), style(Role::Text)),
    ])
}

/// Bytes in the unit that a person reads.
fn size(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
