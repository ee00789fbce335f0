//! The revisions of a service: which one runs, which one is known to have worked, and which cannot be used any more.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{DefinitionStatus, Phrase, TaskDefinitionArn};
use crate::rollback::{Candidate, ImageState, Point, Served};
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::services::percent;

/// How old the list of revisions may be; revisions never change, only new ones come.
const ALLOWED: Duration = Duration::from_secs(900);

/// The version that a revision's image is tagged with.
pub(in crate::tui) fn version_of(view: &ServiceView, definition: &TaskDefinitionArn) -> Option<String> {
    view.candidates
        .iter()
        .find(|candidate| candidate.definition == *definition)
        .and_then(|candidate| candidate.version.as_ref())
        .map(ToString::to_string)
}

/// `:57 v1.4.0`.
pub(in crate::tui) fn point(point: &Point) -> String {
    let revision = point.revision.revision();
    point.version.as_ref().map_or_else(
        || format!(":{revision}"),
        |version| format!(":{revision} {version}"),
    )
}

/// `:57 v1.4.0  →  :56 v1.3.4`.
pub(in crate::tui) fn from_to(from: &Point, to: &Point) -> String {
    format!("{}  →  {}", point(from), point(to))
}

/// The ids of the rows.
pub(in crate::tui) fn ids(screen: &Screen, world: &World<'_>) -> Vec<TaskDefinitionArn> {
    let filter = screen.filter(Pane::Revisions);
    let candidates = screen
        .service(world.session)
        .map_or(&[][..], |view| view.candidates.as_slice());
    candidates
        .iter()
        .filter(|candidate| {
            chrome::passes(filter, || {
                let version = candidate
                    .version
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                format!(
                    ":{} {version} {}",
                    candidate.definition.revision(),
                    served_word(candidate, world)
                )
            })
        })
        .map(|candidate| candidate.definition.clone())
        .collect()
}

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let view = screen.service(world.session);
    let inner = Chrome {
        pane: Pane::Revisions,
        about: view.map(|view| view.key.to_string()),
        note: view.and_then(|view| chrome::notice_of(&view.definitions, ALLOWED, world)),
        legend: Some(world.get("legend-last-good")),
        screen,
    }
    .draw(world, area, buffer);
    let Some(view) = view else { return };
    let cells = usize::from(inner.width);
    if let Some(lines) = chrome::absent(&view.definitions, world, cells) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let ids = ids(screen, world);
    if ids.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(screen, Pane::Revisions, "empty-definitions", world)],
            inner,
            buffer,
        );
    }
    let focused = screen.focus == Pane::Revisions && screen.layers.is_empty();
    let table = table(world, cells);
    let mut lines = vec![table.head(world.style(Role::Muted))];
    let rows = usize::from(inner.height).saturating_sub(1);
    let selected = screen.revisions.id(&ids).cloned();
    for id in &ids[screen.revisions.window(&ids, rows)] {
        if let Some(candidate) = view
            .candidates
            .iter()
            .find(|candidate| candidate.definition == *id)
        {
            let selected = selected.as_ref() == Some(id);
            let line = row(candidate, selected, focused, &table, world);
            lines.push(chrome::highlight(line, selected, focused, world));
        }
    }
    chrome::draw_lines(lines, inner, buffer);
}

/// The columns of candidates, here and where the wizard chooses one.
pub(in crate::tui) fn table(world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    let columns = vec![
        Column::new("", 3, 0),
        Column::new(head("column-revision"), 5, 0),
        Column::new(head("column-version"), 8, 0),
        Column::new(head("column-served"), 12, 1).growing(),
        Column::new(head("column-5xx"), 7, 2).right(),
        Column::new(head("column-image"), 6, 3),
    ];
    Table::fit(columns, room)
}

/// A candidate's row.
pub(in crate::tui) fn row(
    candidate: &Candidate,
    selected: bool,
    focused: bool,
    table: &Table,
    world: &World<'_>,
) -> Line<'static> {
    let style = |role| world.style(role);
    let (mark, role) = mark(candidate);
    let version = candidate
        .version
        .as_ref()
        .map_or_else(|| world.get("no-value"), ToString::to_string);
    let (served, served_role) = match candidate.served {
        Served::Now { .. } | Served::Before { .. } => (served_word(candidate, world), Role::Text),
        Served::Never => (served_word(candidate, world), Role::Muted),
        Served::Unknown => (served_word(candidate, world), Role::Warn),
    };
    let rate = candidate
        .error_percent
        .map_or_else(|| world.get("no-value"), |rate| percent(rate, world));
    let (image, image_role) = image_word(&candidate.image_state, world);
    table.row(&[
        (
            format!("{} {mark}", chrome::cursor_mark(selected, focused)),
            style(role),
        ),
        (format!(":{}", candidate.definition.revision()), style(Role::Text)),
        (version, style(Role::Text)),
        (served, style(served_role)),
        (rate, style(Role::Text)),
        (image, style(image_role)),
    ])
}

fn mark(candidate: &Candidate) -> (&'static str, Role) {
    match candidate.served {
        Served::Now { .. } => ("▶", Role::Focus),
        Served::Before { .. } | Served::Never | Served::Unknown if candidate.last_good => ("★", Role::Ok),
        Served::Before { .. } | Served::Never | Served::Unknown => match candidate.status {
            DefinitionStatus::Active => (" ", Role::Text),
            DefinitionStatus::Inactive | DefinitionStatus::DeleteInProgress | DefinitionStatus::Other(_) => {
                ("×", Role::Bad)
            }
        },
    }
}

/// Whether and how long a revision served, in words.
pub(in crate::tui) fn served_word(candidate: &Candidate, world: &World<'_>) -> String {
    match candidate.served {
        Served::Now { since: Some(since) } => {
            let total = Duration::try_from(world.now.duration_since(since)).unwrap_or_default();
            world.say(&Phrase::new("served-now").text("total", world.words.span(total)))
        }
        Served::Now { since: None } => world.get("served-now-unknown"),
        Served::Before { total, .. } => {
            world.say(&Phrase::new("served-before").text("total", world.words.span(total)))
        }
        Served::Never => world.get("served-never"),
        Served::Unknown => world.get("served-unknown"),
    }
}

/// Whether an image can be pulled, in a word.
pub(in crate::tui) fn image_word(state: &ImageState, world: &World<'_>) -> (String, Role) {
    match state {
        ImageState::Present => (world.get("image-ok"), Role::Text),
        ImageState::Gone => (world.get("image-gone"), Role::Bad),
        ImageState::NotPullable(_) => (world.get("image-not-pullable"), Role::Bad),
        ImageState::Unknown => (world.get("image-unknown"), Role::Warn),
    }
}
