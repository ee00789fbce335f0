//! The revisions of a service: which one runs, which one is known to have worked, and which cannot be used any more.

use std::cmp::Ordering;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{Clean, DefinitionStatus, Phrase, TaskDefinitionArn};
use crate::rollback::{Candidate, ImageState, Point, Served};
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::sort::{SortBy, largest};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::services::percent;

/// How old the list of revisions may be; revisions never change, only new ones come.
const ALLOWED: Duration = Duration::from_secs(900);

/// The mark of what is being rolled out.
pub(in crate::tui) const ROLLING: &str = "↻";

/// The version that a revision's image is tagged with.
pub(in crate::tui) fn version_of<'a>(
    view: &'a ServiceView,
    definition: &TaskDefinitionArn,
) -> Option<&'a str> {
    view.candidates
        .iter()
        .find(|candidate| candidate.definition == *definition)
        .and_then(|candidate| candidate.version.as_ref())
        .map(Clean::as_str)
}

/// `:57 v1.4.0`.
pub(in crate::tui) fn point(point: &Point) -> String {
    let revision = point.short();
    match (&point.version, &point.revision) {
        (Some(version), _) => format!("{revision} {version}"),
        (None, None) => point.digest.as_ref().map_or_else(
            || revision.clone(),
            |digest| format!("{revision} sha256:{}", digest.short()),
        ),
        (None, Some(_)) => revision,
    }
}

/// `:57 v1.4.0  →  :56 v1.3.4`.
pub(in crate::tui) fn from_to(from: &Point, to: &Point) -> String {
    format!("{}  →  {}", point(from), point(to))
}

/// Whether a row has what is looked for, in any of its columns.
pub(super) fn passes(candidate: &Candidate, needle: &Needle, world: &World<'_>) -> bool {
    let revision = format!(":{}", candidate.definition.revision());
    let fields: [&str; 6] = [
        &revision,
        candidate.definition.short(),
        candidate.version.as_ref().map_or("", Clean::as_str),
        &served_word(candidate, world),
        &image_word(&candidate.image_state, world).0,
        mark(candidate, world).0,
    ];
    let digest = candidate.digest.as_ref().map_or("", |digest| digest.as_str());
    needle.passes_or_id(&fields, &[digest])
}

/// The rows, filtered and sorted.
pub(super) fn rows<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a Candidate> {
    let needle = screen.needle(Pane::Revisions);
    let mut rows: Vec<&Candidate> = screen
        .service(world.session)
        .map_or(&[][..], |view| view.candidates.as_slice())
        .iter()
        .filter(|candidate| {
            needle
                .as_ref()
                .is_none_or(|needle| passes(candidate, needle, world))
        })
        .collect();
    let sort = screen.sort(Pane::Revisions);
    sort.apply(&mut rows, |a, b| match sort.by {
        SortBy::ErrorRate => largest(a.error_percent, b.error_percent),
        SortBy::Served => largest(served_seconds(a, world), served_seconds(b, world)),
        SortBy::Own
        | SortBy::Burning
        | SortBy::Name
        | SortBy::Latency
        | SortBy::Since
        | SortBy::Tags
        | SortBy::Size
        | SortBy::State => Ordering::Equal,
    });
    rows
}

fn served_seconds(candidate: &Candidate, world: &World<'_>) -> Option<f64> {
    match candidate.served {
        Served::Now { since } => since.map(|since| world.now.duration_since(since).as_secs_f64()),
        Served::Before { total, .. } => Some(total.as_secs_f64()),
        Served::Never => Some(0.0),
        Served::Unknown => None,
    }
}

/// The ids of the rows.
pub(in crate::tui) fn ids<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a TaskDefinitionArn> {
    rows(screen, world)
        .into_iter()
        .map(|candidate| &candidate.definition)
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
    if let Some(lines) = chrome::absent(&view.definitions, world, inner) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let rows = rows(screen, world);
    if rows.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(screen, Pane::Revisions, "empty-definitions", world)],
            inner,
            buffer,
        );
    }
    let focused = screen.focus == Pane::Revisions && screen.layers.is_empty();
    let table = table(world, cells);
    let (head, height) = chrome::head_and_rows(inner);
    let at = screen.revisions.locate(rows.len(), |at, id| {
        rows.get(at).is_some_and(|row| row.definition == *id)
    });
    let window = screen.revisions.window_at(at, rows.len(), height);
    let mut lines: Vec<Line<'static>> = head
        .then(|| table.head(world.style(Role::Muted)))
        .into_iter()
        .collect();
    let needle = screen.needle(Pane::Revisions);
    for (candidate, nth) in rows[window.clone()].iter().zip(window.start..) {
        let selected = nth == at;
        let marked = screen.marks.contains(&candidate.definition);
        let line = marked_row(candidate, (selected, focused, marked), &table, world);
        let line = chrome::found(line, needle.as_ref(), world);
        lines.push(chrome::highlight(line, selected, focused, world));
    }
    chrome::draw_lines(lines, inner, buffer);
    chrome::foot(
        &view.definitions,
        Some((&window, rows.len())),
        world,
        area,
        buffer,
    );
}

/// What can be said of an image in a row.
const IMAGE_WORDS: [&str; 5] = [
    "image-ok",
    "image-gone",
    "image-not-pullable",
    "image-unknown",
    "image-untagged",
];

/// The columns of candidates, here and where the wizard chooses one: those that fit into `room`.
pub(in crate::tui) fn table(world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    // As wide as its longest word: half a word about an image is worse than no column.
    let image = IMAGE_WORDS
        .iter()
        .map(|id| text::width(&world.get(id)))
        .max()
        .unwrap_or_default();
    let columns = vec![
        Column::new("", 3, 0),
        Column::new(head("column-rev"), 5, 0),
        Column::new(head("column-ver"), 8, 0),
        Column::new(head("column-served"), 12, 1).growing(),
        Column::new(head("column-5xx"), 7, 2).right(),
        Column::new(head("column-image"), image, 3),
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
    marked_row(candidate, (selected, focused, false), table, world)
}

/// A candidate's row: whether it is selected, whether the keyboard is there, and whether it is marked to be compared.
fn marked_row(
    candidate: &Candidate,
    (selected, focused, marked): (bool, bool, bool),
    table: &Table,
    world: &World<'_>,
) -> Line<'static> {
    let style = |role| world.style(role);
    let (mark, role) = mark(candidate, world);
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
            format!(
                "{}{}{mark}",
                chrome::cursor_mark(selected, focused),
                if marked { "◆" } else { " " }
            ),
            style(role),
        ),
        (format!(":{}", candidate.definition.revision()), style(Role::Text)),
        (version, style(Role::Text)),
        (served, style(served_role)),
        (rate, style(Role::Text)),
        (image, style(image_role)),
    ])
}

/// Whether a revision is being rolled out: others may still serve beside it.
fn is_rolling_out(candidate: &Candidate, world: &World<'_>) -> bool {
    world
        .session
        .services
        .iter()
        .filter_map(|view| view.state.value()?.rolling_out())
        .any(|definition| *definition == candidate.definition)
}

fn mark(candidate: &Candidate, world: &World<'_>) -> (&'static str, Role) {
    if is_rolling_out(candidate, world) {
        return (ROLLING, Role::Warn);
    }
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
    if is_rolling_out(candidate, world) {
        return world.get("rolling-out");
    }
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
