//! The services: what runs, since when, and which one burns.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::{Freshness, Phrase, ServiceKey};
use crate::rollback::CriterionState;
use crate::session::{ServiceView, Session};
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::revisions::version_of;

/// How old a service's state may be; it is asked for every few seconds.
const ALLOWED: Duration = Duration::from_secs(30);

/// The ids of the rows.
pub(in crate::tui) fn ids(screen: &Screen, session: &Session) -> Vec<ServiceKey> {
    let filter = screen.filter(Pane::Services);
    session
        .services
        .iter()
        .filter(|view| chrome::passes(filter, || view.key.to_string()))
        .map(|view| view.key.clone())
        .collect()
}

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let session = world.session;
    let oldest = session
        .services
        .iter()
        .find(|view| view.state.freshness(world.now, ALLOWED) == Freshness::Stale);
    let note = oldest.and_then(|view| chrome::notice_of(&view.state, ALLOWED, world));
    let inner = Chrome {
        pane: Pane::Services,
        about: None,
        note,
        legend: None,
        screen,
    }
    .draw(world, area, buffer);
    let ids = ids(screen, session);
    if ids.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(screen, Pane::Services, "empty-services", world)],
            inner,
            buffer,
        );
    }
    let table = table(world, usize::from(inner.width));
    let focused = screen.focus == Pane::Services && screen.layers.is_empty();
    let about = screen.service(session).map(|view| view.key.clone());
    let rows = usize::from(inner.height).saturating_sub(1);
    let mut lines = vec![table.head(world.style(Role::Muted))];
    for id in &ids[screen.services.window(&ids, rows)] {
        if let Some(view) = session.services.iter().find(|view| view.key == *id) {
            let selected = about.as_ref() == Some(id);
            let line = row(view, selected, focused, &table, world);
            lines.push(chrome::highlight(line, selected, focused, world));
        }
    }
    chrome::draw_lines(lines, inner, buffer);
}

fn table(world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    let columns = vec![
        Column::new("", 3, 0),
        Column::new(head("column-service"), 8, 0).growing(),
        Column::new(head("column-tasks"), 5, 1),
        Column::new(head("column-revision"), 5, 0),
        Column::new(head("column-version"), 7, 2),
        Column::new(head("column-since"), 5, 4),
        Column::new(head("column-age"), 7, 3),
        Column::new(head("column-5xx"), 8, 5).right(),
        Column::new("p95", 8, 6).right(),
    ];
    Table::fit(columns, room)
}

fn row(view: &ServiceView, selected: bool, focused: bool, table: &Table, world: &World<'_>) -> Line<'static> {
    let style = |role| world.style(role);
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
        let what = view.state.fault().map_or_else(
            || world.get("freshness-waiting"),
            |fault| world.say(&fault.phrase()),
        );
        let role = if view.state.fault().is_some() {
            Role::Bad
        } else {
            Role::Muted
        };
        cells.push((world.get("no-value"), style(Role::Muted)));
        cells.push((what, style(role)));
        return table.row(&cells);
    };
    let tasks = format!("{}/{}", state.running, state.desired);
    let short = state.running < state.desired || state.desired == 0;
    cells.push((tasks, style(if short { Role::Warn } else { Role::Text })));
    cells.push((
        format!(":{}", state.task_definition.revision()),
        style(Role::Text),
    ));
    cells.push((
        version_of(view, &state.task_definition).unwrap_or_else(|| world.get("no-value")),
        style(Role::Text),
    ));
    let since = state.primary().and_then(|deployment| deployment.created_at);
    cells.push((
        since.map_or_else(|| world.get("no-value"), |at| world.words.hm(at)),
        style(Role::Text),
    ));
    let age = since.and_then(|at| Duration::try_from(world.now.duration_since(at)).ok());
    cells.push((
        age.map_or_else(String::new, |age| world.words.span(age)),
        style(Role::Muted),
    ));
    let rate = view
        .series
        .value()
        .and_then(|series| series.newest_error_percent());
    cells.push((
        rate.map_or_else(|| world.get("no-value"), |(_, rate)| percent(rate, world)),
        style(role),
    ));
    let latency = view.series.value().and_then(|series| series.newest_latency());
    cells.push((
        latency.map_or_else(|| world.get("no-value"), |(_, seconds)| millis(seconds, world)),
        style(Role::Text),
    ));
    table.row(&cells)
}

/// What a service's criteria say together, as a glyph.
fn state_glyph(view: &ServiceView) -> (&'static str, Role) {
    let any = |state| view.criteria.iter().any(|criterion| criterion.state == state);
    if any(CriterionState::Met) {
        ("▲", Role::Bad)
    } else if any(CriterionState::Unknown) || view.criteria.is_empty() {
        ("?", Role::Warn)
    } else {
        ("●", Role::Ok)
    }
}

/// A rate in percent as it is read.
pub(in crate::tui) fn percent(value: f64, world: &World<'_>) -> String {
    world.say(&Phrase::new("unit-percent").text("value", format!("{value:.2}")))
}

/// Seconds as milliseconds under a second and as seconds above.
pub(in crate::tui) fn millis(seconds: f64, world: &World<'_>) -> String {
    if seconds < 1.0 {
        world.say(&Phrase::new("unit-milliseconds").text("value", format!("{:.0}", seconds * 1000.0)))
    } else {
        world.say(&Phrase::new("unit-seconds").text("value", format!("{seconds:.1}")))
    }
}
