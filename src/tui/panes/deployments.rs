//! The deployments of a service, newest first: which revision each brought, how it ended, and why.

use std::cmp::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{
    Clean, ServiceDeployment, ServiceDeploymentArn, ServiceDeploymentStatus as Status, ServiceRevisionArn,
    TaskDefinitionArn,
};
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::sort::SortBy;
use crate::tui::theme::Role;
use crate::tui::widgets::{Column, Table};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::revisions::version_of;

/// How old the history may be; it is asked for once a minute or two.
const ALLOWED: Duration = Duration::from_secs(600);

/// The task definition behind a service revision, as far as history tells.
fn definition<'a>(view: &'a ServiceView, revision: &ServiceRevisionArn) -> Option<&'a TaskDefinitionArn> {
    let history = view.history.value()?;
    history
        .revisions
        .get(revision)
        .map(|revision| &revision.task_definition)
}

/// `:57 v1.4.0`, or that it is not known.
pub(super) fn named(view: &ServiceView, definition: Option<&TaskDefinitionArn>, world: &World<'_>) -> String {
    definition.map_or_else(
        || world.get("not-known"),
        |definition| match version_of(view, definition) {
            Some(version) => format!(":{} {version}", definition.revision()),
            None => format!(":{}", definition.revision()),
        },
    )
}

/// What a deployment brings.
pub(super) fn target<'a>(
    view: &'a ServiceView,
    deployment: &ServiceDeployment,
) -> Option<&'a TaskDefinitionArn> {
    definition(view, deployment.target.as_ref()?)
}

/// What was in effect before a deployment: what it says that it replaces, else the one before it in history. The first
/// deployment of a service replaces nothing.
pub(super) fn source<'a>(
    view: &'a ServiceView,
    deployment: &ServiceDeployment,
) -> Option<&'a TaskDefinitionArn> {
    let told = deployment
        .sources
        .first()
        .and_then(|revision| definition(view, revision));
    told.or_else(|| {
        view.history
            .value()?
            .deployments
            .iter()
            .filter(|other| other.created_at < deployment.created_at)
            .find_map(ServiceDeployment::effective)
            .and_then(|revision| definition(view, revision))
    })
}

/// Who registered what a deployment brings. ECS does not say who started the deployment itself.
pub(super) fn registered_by<'a>(
    view: &'a ServiceView,
    definition: Option<&TaskDefinitionArn>,
) -> Option<&'a str> {
    let definition = definition?;
    view.definitions
        .value()?
        .iter()
        .find(|known| known.arn == *definition)?
        .registered_by
        .as_ref()
        .map(|by| by.as_str().rsplit('/').next().unwrap_or(by.as_str()))
}

/// How a deployment stands, in a word, and what that means.
pub(super) fn status_word(deployment: &ServiceDeployment, world: &World<'_>) -> (String, Role) {
    let (id, role) = match &deployment.status {
        Status::Pending => ("deployment-pending", Role::Warn),
        Status::InProgress => ("deployment-in-progress", Role::Warn),
        Status::Successful => ("deployment-successful", Role::Ok),
        Status::StopRequested => ("deployment-stop-requested", Role::Warn),
        Status::Stopped => ("deployment-stopped", Role::Bad),
        Status::RollbackRequested => ("deployment-rollback-requested", Role::Warn),
        Status::RollbackInProgress => ("deployment-rollback-in-progress", Role::Warn),
        Status::RollbackSuccessful => ("deployment-rollback-successful", Role::Bad),
        Status::RollbackFailed => ("deployment-rollback-failed", Role::Bad),
        Status::Other(other) => return (other.to_string(), Role::Warn),
    };
    (world.get(id), role)
}

/// Why a deployment ended as it did, in ECS's words: its rollback's reason first.
pub(super) fn reason(deployment: &ServiceDeployment) -> Option<&Clean> {
    let rollback = deployment.rollback.as_ref();
    rollback
        .and_then(|rollback| rollback.reason.as_ref())
        .or(deployment.reason.as_ref())
        .filter(|reason| !reason.is_empty())
}

/// How long a deployment took, or has been under way.
pub(super) fn took(deployment: &ServiceDeployment, now: Timestamp) -> Option<Duration> {
    let from = deployment.started_at.unwrap_or(deployment.created_at);
    let to = match deployment.finished_at {
        Some(finished) => finished,
        None if deployment.status.is_running() => now,
        None => return None,
    };
    Duration::try_from(to.duration_since(from)).ok()
}

/// Whether a row has what is looked for.
pub(super) fn passes(
    deployment: &ServiceDeployment,
    view: &ServiceView,
    needle: &Needle,
    world: &World<'_>,
) -> bool {
    let fields: [&str; 5] = [
        &status_word(deployment, world).0,
        deployment.status.as_str(),
        &named(view, target(view, deployment), world),
        &named(view, source(view, deployment), world),
        reason(deployment).map_or("", Clean::as_str),
    ];
    needle.passes_or_id(&fields, &[deployment.arn.id()])
}

/// The rows, filtered and sorted.
pub(super) fn rows<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a ServiceDeployment> {
    let needle = screen.needle(Pane::Deployments);
    let Some(view) = screen.service(world.session) else {
        return Vec::new();
    };
    let mut rows: Vec<&ServiceDeployment> = view
        .history
        .value()
        .into_iter()
        .flat_map(|history| &history.deployments)
        .filter(|deployment| {
            needle
                .as_ref()
                .is_none_or(|needle| passes(deployment, view, needle, world))
        })
        .collect();
    let sort = screen.sort(Pane::Deployments);
    sort.apply(&mut rows, |a, b| match sort.by {
        SortBy::State => a.status.as_str().cmp(b.status.as_str()),
        SortBy::Own
        | SortBy::Burning
        | SortBy::Name
        | SortBy::ErrorRate
        | SortBy::Latency
        | SortBy::Since
        | SortBy::Served
        | SortBy::Tags
        | SortBy::Size => Ordering::Equal,
    });
    rows
}

/// The ids of the rows.
pub(in crate::tui) fn ids<'a>(screen: &Screen, world: &World<'a>) -> Vec<&'a ServiceDeploymentArn> {
    rows(screen, world)
        .into_iter()
        .map(|deployment| &deployment.arn)
        .collect()
}

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let view = screen.service(world.session);
    let inner = Chrome {
        pane: Pane::Deployments,
        about: view.map(|view| view.key.to_string()),
        note: view.and_then(|view| chrome::notice_of(&view.history, ALLOWED, world)),
        legend: None,
        screen,
    }
    .draw(world, area, buffer);
    let Some(view) = view else { return };
    let cells = usize::from(inner.width);
    if let Some(lines) = chrome::absent(&view.history, world, inner) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let rows = rows(screen, world);
    if rows.is_empty() {
        return chrome::draw_lines(
            [chrome::empty(
                screen,
                Pane::Deployments,
                "empty-deployments",
                world,
            )],
            inner,
            buffer,
        );
    }
    let table = table(world, cells);
    let focused = screen.focus == Pane::Deployments && screen.layers.is_empty();
    let at = screen.deployments.locate(rows.len(), |at, id| {
        rows.get(at).is_some_and(|row| row.arn == *id)
    });
    let (head, height) = chrome::head_and_rows(inner);
    let window = screen.deployments.window_at(at, rows.len(), height);
    let mut lines: Vec<Line<'static>> = head
        .then(|| table.head(world.style(Role::Muted)))
        .into_iter()
        .collect();
    let needle = screen.needle(Pane::Deployments);
    for (deployment, nth) in rows[window.clone()].iter().zip(window.start..) {
        let selected = nth == at;
        let line = row(deployment, view, selected, focused, &table, world);
        let line = chrome::found(line, needle.as_ref(), world);
        lines.push(chrome::highlight(line, selected, focused, world));
    }
    chrome::draw_lines(lines, inner, buffer);
    chrome::foot(&view.history, Some((&window, rows.len())), world, area, buffer);
}

fn table(world: &World<'_>, room: usize) -> Table {
    let head = |id| world.get(id);
    Table::fit(
        vec![
            Column::new("", 2, 0),
            Column::new(head("column-started"), 11, 0),
            Column::new(head("column-state"), 12, 0),
            Column::new(head("column-from"), 11, 2),
            Column::new(head("column-to"), 11, 0),
            Column::new(head("column-took"), 7, 1).right(),
            Column::new(head("column-by"), 10, 4),
            Column::new(head("column-reason"), 20, 3).growing(),
        ],
        room,
    )
}

fn row(
    deployment: &ServiceDeployment,
    view: &ServiceView,
    selected: bool,
    focused: bool,
    table: &Table,
    world: &World<'_>,
) -> Line<'static> {
    let style = |role| world.style(role);
    let (state, role) = status_word(deployment, world);
    let target = target(view, deployment);
    let started = deployment.started_at.unwrap_or(deployment.created_at);
    let took = took(deployment, world.now).map(|took| world.words.span(took));
    table.row(&[
        (
            chrome::cursor_mark(selected, focused).to_owned(),
            style(Role::Focus),
        ),
        // Month, day and minute; the zone is the one of the header's clock.
        (
            world
                .words
                .date_time(started)
                .get(5..16)
                .unwrap_or_default()
                .to_owned(),
            style(Role::Text),
        ),
        (state, style(role)),
        (named(view, source(view, deployment), world), style(Role::Muted)),
        (named(view, target, world), style(Role::Text)),
        (took.unwrap_or_default(), style(Role::Muted)),
        (
            registered_by(view, target).unwrap_or_default().to_owned(),
            style(Role::Muted),
        ),
        (
            reason(deployment).map_or_else(String::new, ToString::to_string),
            style(Role::Text),
        ),
    ])
}
