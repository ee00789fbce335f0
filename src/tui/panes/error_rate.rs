//! The 5xx rate of a service over three hours, with its threshold and the change of version.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{CriterionId, Phrase, RolloutState, Series, ServiceDeployment, TaskDefinitionArn};
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{Chart, Marker, columns, per_column};
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::revisions::{ROLLING, version_of};

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
    chrome::foot(&view.series, None, world, area, buffer);
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
    if let Some(lines) = chrome::absent(&view.series, world, inner) {
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
    let (before, markers) = markers(view, from);
    let chart = Chart {
        values: &values,
        from,
        minutes: i64::try_from(per_column).unwrap_or(1),
        threshold: say.threshold,
        threshold_label: say.threshold_label.clone().unwrap_or_default(),
        before,
        markers: &markers,
        label: say.label,
        time: &|at| world.words.hm(at),
        styles: [Role::Ok, Role::Bad, Role::Muted, Role::Focus].map(|role| world.style(role)),
    };
    chart.draw(inner, buffer);
}

/// What served when the time shown began, and a mark for each deployment since then, oldest first, with what served from
/// then on: what it brought only when it reached its end, or what ECS put back. The newest one that is under way says so.
fn markers(view: &ServiceView, from: Timestamp) -> (String, Vec<Marker>) {
    let name = |definition: &TaskDefinitionArn| {
        let version = version_of(view, definition).unwrap_or_default();
        format!(":{} {version}", definition.revision())
            .trim_end()
            .to_owned()
    };
    let history = view.history.value();
    let began = |deployment: &ServiceDeployment| deployment.started_at.unwrap_or(deployment.created_at);
    let mut shown: Vec<&ServiceDeployment> = history
        .map_or(&[][..], |history| history.deployments.as_slice())
        .iter()
        .take_while(|deployment| began(deployment) >= from)
        .collect();
    shown.reverse();
    let state = view.state.value();
    let primary = state.and_then(|state| state.primary());
    let first = shown.first().map(|deployment| began(deployment));
    let unread = primary.and_then(|primary| primary.created_at).filter(|at| {
        // The service's own list knows a deployment before history has been asked again.
        let newest = shown.last().map(|deployment| began(deployment));
        *at >= from && newest.is_none_or(|newest| at.duration_since(newest).as_secs() > 60)
    });
    let served_first = before(view, first.or(unread).unwrap_or(Timestamp::MAX));
    let mut serving = served_first;
    let mut markers: Vec<Marker> = Vec::new();
    for deployment in shown {
        serving = deployment
            .effective()
            .and_then(|revision| history?.revisions.get(revision))
            .map(|revision| &revision.task_definition)
            .or(serving);
        markers.push(Marker {
            at: began(deployment),
            after: serving.map(name).unwrap_or_default(),
        });
    }
    if let Some(at) = unread {
        let after = serving.map(name).unwrap_or_default();
        markers.push(Marker { at, after });
    }
    if let (Some(newest), Some(state)) = (markers.last_mut(), state) {
        if let Some(coming) = state.rolling_out() {
            newest.after = format!("{ROLLING} {}", name(coming));
        } else if primary.is_some_and(|primary| primary.rollout == Some(RolloutState::Completed)) {
            // History may be older than the end of the newest deployment.
            newest.after = name(&state.task_definition);
        }
    }
    let now = || state.map(|state| name(&state.task_definition));
    let before = served_first
        .map(name)
        .or_else(|| markers.is_empty().then(now).flatten());
    (before.unwrap_or_default(), markers)
}

/// What served before a moment, as far as history tells: the effective revision of the newest deployment that ended before.
fn before(view: &ServiceView, at: Timestamp) -> Option<&TaskDefinitionArn> {
    let history = view.history.value()?;
    history
        .deployments
        .iter()
        .filter(|deployment| deployment.finished_at.is_some_and(|finished| finished <= at))
        .filter_map(|deployment| deployment.effective())
        .find_map(|revision| history.revisions.get(revision))
        .map(|revision| &revision.task_definition)
}
