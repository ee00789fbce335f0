//! The 5xx rate of a service over three hours, with its threshold and the change of version.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{CriterionId, Phrase, Series, TaskDefinitionArn};
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{Chart, Marker, columns, per_column};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::revisions::version_of;

/// Minutes that the charts show; the session keeps three hours.
const MINUTES: usize = 180;
/// How old the metrics may be; CloudWatch is asked once a minute and is a minute or two late.
const ALLOWED: Duration = Duration::from_secs(180);

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let view = screen.service(world.session);
    let newest = view
        .and_then(|view| view.series.value())
        .and_then(Series::newest_error_percent);
    let note = view.and_then(|view| note(view, newest.map(|(at, _)| at), world));
    let apart = view
        .and_then(|view| view.series.value())
        .and_then(Series::balancer_apart);
    let legend = apart.map(|(at, count)| {
        world.say(
            &Phrase::new("balancer-apart")
                .number("count", count)
                .time("at", at),
        )
    });
    let inner = Chrome {
        pane: Pane::ErrorRate,
        about: view.map(|view| view.key.to_string()),
        note,
        legend,
        screen,
    }
    .draw(world, area, buffer);
    let Some(view) = view else { return };
    let threshold = world
        .session
        .setup
        .runbook
        .criterion(CriterionId::ErrorRate)
        .and_then(|c| c.over_percent);
    let say = Chartist {
        empty: "chart-no-requests",
        threshold,
        threshold_label: threshold
            .map(|value| world.say(&Phrase::new("chart-threshold").text("value", format!("{value} %")))),
        label: &|value| format!("{value:.1}"),
    };
    draw_chart(
        view,
        &say,
        |series, at| series.error_percent(at),
        world,
        inner,
        buffer,
    );
}

/// What differs between the charts.
pub(super) struct Chartist<'a> {
    pub(super) empty: &'static str,
    pub(super) threshold: Option<f64>,
    pub(super) threshold_label: Option<String>,
    pub(super) label: &'a dyn Fn(f64) -> String,
}

/// "as of 14:04", or that the data is stale.
pub(super) fn note(
    view: &ServiceView,
    newest: Option<Timestamp>,
    world: &World<'_>,
) -> Option<(String, Role)> {
    chrome::notice_of(&view.series, ALLOWED, world)
        .or_else(|| newest.map(|at| (world.say(&Phrase::new("as-of").time("at", at)), Role::Muted)))
}

pub(super) fn draw_chart(
    view: &ServiceView,
    say: &Chartist<'_>,
    value: impl Fn(&Series, Timestamp) -> Option<f64>,
    world: &World<'_>,
    inner: Rect,
    buffer: &mut Buffer,
) {
    let cells = usize::from(inner.width);
    if let Some(lines) = chrome::absent(&view.series, world, cells) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let Some(series) = view.series.value() else { return };
    let Some((newest, _)) = series.newest() else {
        let line = Line::from(world.span(world.get("empty-metrics"), Role::Muted));
        return chrome::draw_lines([line], inner, buffer);
    };
    let span = i64::try_from(MINUTES).unwrap_or(0) - 1;
    let Ok(from) = newest.checked_sub(SignedDuration::from_mins(span)) else {
        return;
    };
    let from = from.round(Unit::Minute).unwrap_or(from);
    // A label of five cells and its line stand at the left of the bars.
    let per_column = per_column(MINUTES, cells.saturating_sub(7));
    let values = columns(from, MINUTES, per_column, |at| value(series, at));
    if values.iter().all(Option::is_none) {
        let line = Line::from(world.span(world.get(say.empty), Role::Warn));
        return chrome::draw_lines([line], inner, buffer);
    }
    let chart = Chart {
        values: &values,
        from,
        minutes: i64::try_from(per_column).unwrap_or(1),
        threshold: say.threshold,
        threshold_label: say.threshold_label.clone().unwrap_or_default(),
        marker: marker(view, from),
        label: say.label,
        time: &|at| world.words.hm(at),
        styles: [Role::Ok, Role::Bad, Role::Muted, Role::Focus].map(|role| world.style(role)),
    };
    chart.draw(inner, buffer);
}

/// The newest deployment, if it began within the time shown: from which revision to which.
fn marker(view: &ServiceView, from: Timestamp) -> Option<Marker> {
    let state = view.state.value()?;
    let primary = state.primary()?;
    let at = primary.created_at.filter(|at| *at >= from)?;
    let name = |definition: &TaskDefinitionArn| {
        let version = version_of(view, definition).unwrap_or_default();
        format!(":{} {version}", definition.revision())
            .trim_end()
            .to_owned()
    };
    let before = before(view, &primary.task_definition, at);
    Some(Marker {
        at,
        before: before.map(name).unwrap_or_default(),
        after: name(&primary.task_definition),
    })
}

/// What served before a deployment, as far as history tells: the effective revision of the newest one that ended before it.
fn before<'a>(
    view: &'a ServiceView,
    now: &TaskDefinitionArn,
    at: Timestamp,
) -> Option<&'a TaskDefinitionArn> {
    let history = view.history.value()?;
    history
        .deployments
        .iter()
        .filter(|deployment| deployment.finished_at.is_some_and(|finished| finished <= at))
        .filter_map(|deployment| deployment.effective())
        .filter_map(|revision| history.revisions.get(revision))
        .map(|revision| &revision.task_definition)
        .find(|definition| *definition != now)
}
