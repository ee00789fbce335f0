//! The services: what runs, since when, and which one burns.

use std::cmp::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{FaultKind, Freshness, Phrase, ServiceKey};
use crate::rollback::CriterionState;
use crate::session::{ServiceView, Session};
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::sort::{SortBy, largest};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::revisions::{ROLLING, version_of};

/// How old a service's state may be; it is asked for every few seconds.
const ALLOWED: Duration = Duration::from_secs(30);
/// Cells that a service's name may take before it is cut.
const LONGEST_NAME: usize = 24;

/// Whether a row has what is looked for: in its names, its revision, its version, or what is wrong with it.
pub(super) fn passes(view: &ServiceView, needle: &Needle, world: &World<'_>) -> bool {
    let state = view.state.value();
    let revision = state.map(|state| format!(":{}", state.task_definition.revision()));
    let version = state.and_then(|state| version_of(view, &state.task_definition));
    let wrong = missing(view, world);
    needle.passes(&[
        view.key.as_str(),
        state.map_or("", |state| state.name.as_str()),
        revision.as_deref().unwrap_or_default(),
        version.unwrap_or_default(),
        wrong.as_deref().unwrap_or_default(),
        state_glyph(view).0,
    ])
}

/// The rows, filtered and sorted.
pub(super) fn rows<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a ServiceView> {
    let session: &'a Session = world.session;
    let needle = screen.needle(Pane::Services);
    let mut rows: Vec<&ServiceView> = session
        .services
        .iter()
        .filter(|view| needle.as_ref().is_none_or(|needle| passes(view, needle, world)))
        .collect();
    let sort = screen.sort(Pane::Services);
    sort.apply(&mut rows, |a, b| compare(sort.by, a, b));
    rows
}

fn compare(by: SortBy, a: &ServiceView, b: &ServiceView) -> Ordering {
    let rate = |view: &ServiceView| view.series.value()?.newest_error_percent().map(|(_, rate)| rate);
    let latency = |view: &ServiceView| view.series.value()?.latency_now().map(|(_, seconds)| seconds);
    match by {
        SortBy::Burning => heat(b).cmp(&heat(a)).then_with(|| largest(rate(a), rate(b))),
        SortBy::Name => a.key.cmp(&b.key),
        SortBy::ErrorRate => largest(rate(a), rate(b)),
        SortBy::Latency => largest(latency(a), latency(b)),
        SortBy::Since => since(b).cmp(&since(a)),
        SortBy::Own | SortBy::Served | SortBy::Tags | SortBy::Size | SortBy::State => Ordering::Equal,
    }
}

/// How much a service wants to be looked at.
fn heat(view: &ServiceView) -> u8 {
    let any = |state| view.criteria.iter().any(|criterion| criterion.state == state);
    if any(CriterionState::Met) {
        2
    } else {
        u8::from(any(CriterionState::Unknown) || view.criteria.is_empty())
    }
}

fn since(view: &ServiceView) -> Option<Timestamp> {
    view.state.value()?.primary()?.created_at
}

/// The ids of the rows.
pub(in crate::tui) fn ids<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a ServiceKey> {
    rows(screen, world).into_iter().map(|view| &view.key).collect()
}

/// Why a service has no row of numbers, in a few words.
fn missing(view: &ServiceView, world: &World<'_>) -> Option<String> {
    if view.state.value().is_some() {
        return None;
    }
    Some(match view.state.fault() {
        None => world.get("freshness-waiting"),
        Some(fault) if fault.kind == FaultKind::NotFound => world.get("service-missing"),
        Some(fault) => chrome::briefly(fault, world),
    })
}

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let session = world.session;
    let oldest = session
        .services
        .iter()
        .find(|view| view.state.freshness(world.now, ALLOWED) == Freshness::Stale);
    let rolling = session.services.iter().any(is_rolling_out);
    let note = oldest.and_then(|view| chrome::notice_of(&view.state, ALLOWED, world));
    let inner = Chrome {
        pane: Pane::Services,
        about: None,
        note,
        legend: rolling.then(|| world.get("legend-rolling-out")),
        screen,
    }
    .draw(world, area, buffer);
    let rows = rows(screen, world);
    if rows.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(screen, Pane::Services, "empty-services", world)],
            inner,
            buffer,
        );
    }
    let table = table(&rows, world, usize::from(inner.width));
    let focused = screen.focus == Pane::Services && screen.layers.is_empty();
    let about = screen.service(session).map(|view| &view.key);
    let at = rows
        .iter()
        .position(|view| Some(&view.key) == about)
        .unwrap_or_default();
    let (head, height) = chrome::head_and_rows(inner);
    let window = screen.services.window_at(at, rows.len(), height);
    let needle = screen.needle(Pane::Services);
    let mut lines: Vec<Line<'static>> = head
        .then(|| table.head(world.style(Role::Muted)))
        .into_iter()
        .collect();
    for view in &rows[window.clone()] {
        let selected = about == Some(&view.key);
        let line = row(view, selected, focused, &table, world);
        let line = chrome::found(line, needle.as_ref(), world);
        lines.push(chrome::highlight(line, selected, focused, world));
    }
    chrome::draw_lines(lines, inner, buffer);
    if let Some(view) = oldest.or_else(|| rows.first().copied()) {
        chrome::foot(&view.state, Some((&window, rows.len())), world, area, buffer);
    }
}

/// The columns. What is not seen beside other panes is seen when the pane has the whole screen.
fn table(rows: &[&ServiceView], world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    let longest = rows.iter().map(|view| text::width(view.key.as_str())).max();
    let revision = rows
        .iter()
        .filter_map(|view| revision(view))
        .map(|said| text::width(&said))
        .max();
    let columns = vec![
        Column::new("", 3, 0),
        Column::new(head("column-service"), longest.unwrap_or(8).min(LONGEST_NAME), 0).growing(),
        Column::new(head("column-tasks"), 5, 1),
        Column::new(head("column-rev"), revision.unwrap_or_default().max(4), 0),
        Column::new(head("column-ver"), 7, 2),
        Column::new(head("column-since"), 5, 6),
        Column::new(head("column-age"), 7, 5),
        Column::new(head("column-5xx"), 7, 3).right(),
        Column::new(chrome::statistic(world), 7, 4).right(),
        Column::new(head("column-targets"), 7, 7).right(),
        Column::new(head("column-health"), 6, 8),
        Column::new(head("column-ecs-service"), 24, 9),
    ];
    Table::fit(columns, room)
}

fn row(view: &ServiceView, selected: bool, focused: bool, table: &Table, world: &World<'_>) -> Line<'static> {
    let style = |role| world.style(role);
    let none = || world.get("no-value");
    let (glyph, role) = state_glyph(view);
    let mut cells: Vec<(String, Style)> = vec![
        (
            format!("{} {glyph}", chrome::cursor_mark(selected, focused)),
            style(role),
        ),
        (
            view.key.to_string(),
            style(if role == Role::Ok { Role::Text } else { role }),
        ),
    ];
    let Some(state) = view.state.value() else {
        let role = if view.state.fault().is_some() {
            Role::Bad
        } else {
            Role::Muted
        };
        let what = missing(view, world).unwrap_or_default();
        return table.short_row(&cells, &what, style(role));
    };
    let tasks = format!("{}/{}", state.running, state.desired);
    let short = state.running < state.desired || state.desired == 0;
    cells.push((tasks, style(if short { Role::Warn } else { Role::Text })));
    let rolling = is_rolling_out(view);
    cells.push((
        revision(view).unwrap_or_default(),
        style(if rolling { Role::Warn } else { Role::Text }),
    ));
    cells.push((
        version_of(view, &state.task_definition).map_or_else(none, ToOwned::to_owned),
        style(Role::Text),
    ));
    let since = since(view);
    cells.push((
        since.map_or_else(none, |at| world.words.hm(at)),
        style(Role::Text),
    ));
    let age = since.and_then(|at| Duration::try_from(world.now.duration_since(at)).ok());
    cells.push((
        age.map_or_else(String::new, |age| world.words.span(age)),
        style(Role::Muted),
    ));
    let series = view.series.value();
    let rate = series.and_then(|series| series.newest_error_percent());
    cells.push((
        rate.map_or_else(none, |(_, rate)| percent(rate, world)),
        style(role),
    ));
    let latency = series.and_then(|series| series.latency_now());
    cells.push((
        latency.map_or_else(none, |(_, seconds)| millis(seconds, world)),
        style(Role::Text),
    ));
    let targets = view.targets.value().map(|targets| {
        let all = targets.healthy + targets.unhealthy + targets.initial + targets.draining + targets.other;
        format!("{}/{all}", targets.healthy)
    });
    cells.push((targets.unwrap_or_else(none), style(Role::Text)));
    let health = view.health.value().map(|reading| reading.status.to_string());
    cells.push((health.unwrap_or_else(none), style(Role::Text)));
    cells.push((state.name.to_string(), style(Role::Muted)));
    table.row(&cells)
}

/// Whether what a service is set to is not all that it runs yet.
fn is_rolling_out(view: &ServiceView) -> bool {
    view.state
        .value()
        .is_some_and(|state| state.rolling_out().is_some())
}

/// `:57`, or `:57↻` while it is being rolled out.
fn revision(view: &ServiceView) -> Option<String> {
    let revision = view.state.value()?.task_definition.revision();
    let mark = if is_rolling_out(view) { ROLLING } else { "" };
    Some(format!(":{revision}{mark}"))
}

/// What a service's criteria say together, as a glyph.
fn state_glyph(view: &ServiceView) -> (&'static str, Role) {
    match heat(view) {
        0 => ("●", Role::Ok),
        1 => ("?", Role::Warn),
        _ => ("▲", Role::Bad),
    }
}

/// A rate in percent as it is read: two places, one from ten percent on.
pub(in crate::tui) fn percent(value: f64, world: &World<'_>) -> String {
    let said = if value < 9.995 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    };
    world.say(&Phrase::new("unit-percent").text("value", said))
}

/// Seconds as milliseconds under a second and as seconds above.
pub(in crate::tui) fn millis(seconds: f64, world: &World<'_>) -> String {
    if seconds < 1.0 {
        world.say(&Phrase::new("unit-milliseconds").text("value", format!("{:.0}", seconds * 1000.0)))
    } else {
        world.say(&Phrase::new("unit-seconds").text("value", format!("{seconds:.1}")))
    }
}
