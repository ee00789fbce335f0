//! The response time of a service, in the statistic that the runbook asks for, over three hours.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::{CriterionId, Phrase, Series};
use crate::tui::screen::{Pane, Screen};
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::error_rate::{Chartist, draw_chart, note};
use super::services::millis;

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let view = screen.service(world.session);
    let newest = view
        .and_then(|view| view.series.value())
        .and_then(Series::newest_latency);
    let inner = Chrome {
        pane: Pane::Latency,
        about: view.map(|view| view.key.to_string()),
        note: view.and_then(|view| note(view, newest.map(|(at, _)| at), world)),
        legend: None,
        screen,
    }
    .draw(world, area, buffer);
    let Some(view) = view else { return };
    let threshold = world
        .session
        .setup
        .runbook
        .criterion(CriterionId::Latency)
        .and_then(|c| c.over_seconds);
    let say = Chartist {
        empty: "empty-metrics",
        threshold,
        threshold_label: threshold
            .map(|value| world.say(&Phrase::new("chart-threshold").text("value", millis(value, world)))),
        label: &|value| format!("{value:.1}s"),
    };
    let summary = view.series.value().and_then(|series| summary(series, world));
    let line = u16::from(summary.is_some() && inner.height > 2);
    let chart = Rect {
        height: inner.height.saturating_sub(line),
        ..inner
    };
    draw_chart(
        view,
        &say,
        |series, at| series.minutes.get(&at).and_then(|m| m.latency_seconds),
        world,
        chart,
        buffer,
    );
    if let (Some(summary), 1) = (summary, line) {
        let below = Rect {
            y: inner.bottom() - 1,
            height: 1,
            ..inner
        };
        chrome::draw_lines(
            [Line::from(world.span(format!("     {summary}"), Role::Muted))],
            below,
            buffer,
        );
    }
    chrome::foot(&view.series, None, world, area, buffer);
}

/// "312 ms now · 298 ms an hour ago".
fn summary(series: &Series, world: &World<'_>) -> Option<String> {
    let (at, now) = series.latency_now()?;
    let hour = at.checked_sub(SignedDuration::from_hours(1)).ok()?;
    let before = series
        .minutes
        .range(..=hour)
        .rev()
        .find_map(|(_, minute)| minute.latency_seconds)?;
    let phrase = Phrase::new("chart-latency-now")
        .text("now", millis(now, world))
        .text("before", millis(before, world));
    Some(world.say(&phrase))
}
