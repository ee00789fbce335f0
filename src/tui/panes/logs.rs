//! The newest log lines of a service, the newest last. What a line contains is text and nothing else: it is cleaned where
//! it arrives, again where an escape inside JSON is undone, and a last time over the finished picture.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde_json::Value;

use crate::domain::{Clean, FaultKind, Freshness, LogLevel, LogLine, LogWindow, Observed, Phrase};
use crate::session::ServiceView;
use crate::tui::layer::PageLine;
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::chrome::{self, Chrome};

/// How old the lines may be: four looks may fail before it is said.
const ALLOWED: Duration = Duration::from_secs(20);
/// The most rows of the screen that one folded line takes.
const FOLDED_MOST: usize = 12;

/// The rows that pass the filter, as places in the window.
fn rows(screen: &Screen, window: &LogWindow) -> Vec<usize> {
    let needle = screen.needle(Pane::Logs);
    window
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            needle
                .as_ref()
                .is_none_or(|needle| needle.passes(&[line.message.as_str()]))
        })
        .map(|(nth, _)| nth)
        .collect()
}

/// The log of the selected service and the rows that pass the filter.
pub(in crate::tui) fn in_view<'a>(screen: &Screen, world: &World<'a>) -> Option<(&'a LogWindow, Vec<usize>)> {
    let window = screen.service(world.session)?.logs.value()?;
    Some((window, rows(screen, window)))
}

/// The line where the operator stands.
pub(in crate::tui) fn selected<'a>(screen: &Screen, world: &World<'a>) -> Option<&'a LogLine> {
    let (window, rows) = in_view(screen, world)?;
    window.get(*rows.get(screen.logs.at(&rows, window))?)
}

pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let view = screen.service(world.session);
    let window = view.and_then(|view| view.logs.value());
    let rows = window.map(|window| rows(screen, window)).unwrap_or_default();
    let room = usize::from(area.width).saturating_sub(4);
    let inner = Chrome {
        pane: Pane::Logs,
        about: view.map(|view| about(screen, view)),
        note: view.and_then(|view| note(screen, view, &rows, world)),
        legend: window.and_then(|window| missing(window, room, world)),
        screen,
    }
    .draw(world, area, buffer);
    let Some(view) = view else { return };
    let cells = usize::from(inner.width);
    if let Some(lines) = instead(screen, view, inner, world) {
        return chrome::draw_lines(lines, inner, buffer);
    }
    let Some(window) = window else { return };
    if rows.is_empty() {
        let line = chrome::empty(screen, Pane::Logs, "logs-empty", world);
        return chrome::draw_lines([line], inner, buffer);
    }
    let focused = screen.focus == Pane::Logs && screen.layers.is_empty();
    let columns = Columns::fit(cells, view);
    let sought = screen
        .needle(Pane::Logs)
        .or_else(|| screen.logs.search.as_deref().map(Needle::new));
    let at = screen.logs.at(&rows, window);
    let folded = |row: usize| {
        rows.get(row)
            .filter(|_| screen.logs.wrap)
            .and_then(|nth| window.get(*nth))
            .map_or(1, |line| columns.fold(line, true, world).len())
    };
    let seen = screen.logs.seen(&rows, window, usize::from(inner.height), folded);
    let mut lines = Vec::new();
    for row in seen {
        let Some(line) = rows.get(row).and_then(|nth| window.get(*nth)) else {
            continue;
        };
        for line in columns.lines(
            line,
            row == at && focused,
            sought.as_ref(),
            screen.logs.wrap,
            world,
        ) {
            lines.push(chrome::highlight(line, row == at, focused, world));
        }
    }
    chrome::draw_lines(lines, inner, buffer);
}

/// The service, and what `n` and `N` look for.
fn about(screen: &Screen, view: &ServiceView) -> String {
    match &screen.logs.search {
        Some(sought) => format!("{} · n/N {}", view.key, Clean::new(sought)),
        None => view.key.to_string(),
    }
}

/// What stands in the place of lines: that the log is closed, not configured, missing, waited for, or refused.
fn instead(screen: &Screen, view: &ServiceView, room: Rect, world: &World<'_>) -> Option<Vec<Line<'static>>> {
    let said = |phrase: &Phrase, role: Role| {
        text::fold(&world.say(phrase), usize::from(room.width))
            .into_iter()
            .map(|line| Line::from(world.span(line, role)))
            .collect::<Vec<_>>()
    };
    let Some(group) = world.session.log_group(&view.key) else {
        let mut lines = said(
            &Phrase::new("logs-not-configured").text("service", &view.key),
            Role::Text,
        );
        lines.extend(said(&Phrase::new("logs-not-configured-hint"), Role::Muted));
        return Some(lines);
    };
    let group = Clean::from(group);
    if !screen.logs_open && view.logs.value().is_none() {
        let key = world
            .keymap
            .key(
                crate::tui::keymap::Context::Main,
                crate::tui::command::Command::Logs,
            )
            .map(|key| key.to_string())
            .unwrap_or_default();
        return Some(said(&Phrase::new("logs-closed").text("key", key), Role::Muted));
    }
    if view.logs.value().is_none()
        && view
            .logs
            .fault()
            .is_some_and(|fault| fault.kind == FaultKind::NotFound)
    {
        let mut lines = said(
            &Phrase::new("logs-missing-group").text("group", &group),
            Role::Bad,
        );
        lines.extend(said(&Phrase::new("logs-missing-group-hint"), Role::Text));
        return Some(lines);
    }
    chrome::absent(&view.logs, world, room)
}

/// At the right of the upper border: that it is stale and why, else whether the newest line is followed.
fn note(screen: &Screen, view: &ServiceView, rows: &[usize], world: &World<'_>) -> Option<(String, Role)> {
    let window = view.logs.value()?;
    if !screen.logs_open {
        return stopped(&view.logs, world);
    }
    if let Some((stale, role)) = chrome::notice_of(&view.logs, ALLOWED, world) {
        let why = view.logs.fault().map(|fault| match &fault.kind {
            FaultKind::Throttled => "logs-throttled",
            FaultKind::Denied { .. } => "logs-denied",
            FaultKind::NotFound => "logs-gone",
            FaultKind::Expired
            | FaultKind::NoCredentials
            | FaultKind::TimedOut
            | FaultKind::Unreachable
            | FaultKind::NotOffered
            | FaultKind::Rejected
            | FaultKind::Server
            | FaultKind::Malformed
            | FaultKind::Held
            | FaultKind::Local
            | FaultKind::NotSent => "logs-failing",
        });
        let said = why.map_or_else(|| stale.clone(), |why| format!("{} · {stale}", world.get(why)));
        return Some((said, role));
    }
    if screen.logs.is_following() {
        return Some((world.get("logs-following"), Role::Ok));
    }
    let below = rows.len().saturating_sub(screen.logs.at(rows, window) + 1);
    let said = world.say(&Phrase::new("logs-paused").text("below", below));
    Some((said, Role::Warn))
}

/// The note of a log that is no longer looked at.
fn stopped(logs: &Observed<LogWindow>, world: &World<'_>) -> Option<(String, Role)> {
    let age = logs.age(world.now)?;
    let age = world.say(&Phrase::new("age").text("age", world.words.span(age)));
    Some((
        format!("{} · {age}", world.words.freshness(Freshness::Stale)),
        Role::Warn,
    ))
}

/// What is missing from the window, in as many words as there is room for.
fn missing(window: &LogWindow, room: usize, world: &World<'_>) -> Option<String> {
    let mut parts = Vec::new();
    if window.dropped() > 0 {
        parts.push((
            Phrase::new("logs-dropped").text("count", window.dropped()),
            Phrase::new("logs-dropped-short").text("count", window.dropped()),
        ));
    }
    if let Some(gap) = window.gap() {
        let (from, to) = (clock(gap.from, world), clock(gap.to, world));
        parts.push((
            Phrase::new("logs-gap").text("from", &from).text("to", &to),
            Phrase::new("logs-gap-short").text("from", &from).text("to", &to),
        ));
    }
    let joined = |short: bool| {
        let said: Vec<String> = parts
            .iter()
            .map(|(long, brief)| world.say(if short { brief } else { long }))
            .collect();
        said.join(" · ")
    };
    if parts.is_empty() {
        return None;
    }
    let long = joined(false);
    Some(if text::width(&long) <= room {
        long
    } else {
        text::cut(&joined(true), room)
    })
}

/// `HH:MM:SS` in the runbook's zone; the header names the zone.
fn clock(at: jiff::Timestamp, world: &World<'_>) -> String {
    world.words.clock(at).get(..8).unwrap_or_default().to_owned()
}

/// Who wrote a line: revision, where it is known, and the first digits of the task's id.
fn origin(line: &LogLine, view: &ServiceView) -> String {
    let task = line.task();
    let short: String = task.chars().take(6).collect();
    let revision = view
        .tasks
        .value()
        .into_iter()
        .flatten()
        .find(|known| known.arn.as_str().rsplit('/').next() == Some(task))
        .map(|known| format!(":{} ", known.task_definition.revision()));
    format!("{}{short}", revision.unwrap_or_default())
}

/// Where things stand in a row, by its width.
struct Columns<'a> {
    /// Cells for who wrote the line; none on a narrow screen.
    origin: usize,
    /// Cells for what it says.
    message: usize,
    view: &'a ServiceView,
}

impl<'a> Columns<'a> {
    /// Mark, time, origin, message.
    fn fit(cells: usize, view: &'a ServiceView) -> Self {
        let origin = if cells >= 60 { 11 } else { 0 };
        let before = 1 + 9 + if origin > 0 { origin + 1 } else { 0 };
        Self {
            origin,
            message: cells.saturating_sub(before).max(2),
            view,
        }
    }

    /// What a line says, in the rows that it takes.
    fn fold(&self, line: &LogLine, wrap: bool, world: &World<'_>) -> Vec<String> {
        let mut said = shown(line, wrap);
        if line.left_out > 0 {
            said.push(' ');
            said.push_str(&world.say(&Phrase::new("logs-left-out").text("count", line.left_out)));
        }
        if !wrap {
            return vec![text::cut(&said, self.message)];
        }
        let mut folded = text::fold(&said, self.message);
        if folded.len() > FOLDED_MOST {
            folded.truncate(FOLDED_MOST);
            if let Some(last) = folded.last_mut() {
                *last = text::cut(&format!("{last}{}", " ".repeat(self.message)), self.message);
            }
        }
        folded
    }

    fn lines(
        &self,
        line: &LogLine,
        marked: bool,
        sought: Option<&Needle>,
        wrap: bool,
        world: &World<'_>,
    ) -> Vec<Line<'static>> {
        let role = match line.level {
            LogLevel::Error => Role::Bad,
            LogLevel::Warn => Role::Warn,
            LogLevel::Plain => Role::Text,
            LogLevel::Debug => Role::Muted,
        };
        let rows = self.fold(line, wrap, world).into_iter().enumerate();
        rows.map(|(nth, said)| {
            let mut spans = vec![world.span(chrome::cursor_mark(marked && nth == 0, true), Role::Focus)];
            let head = if nth == 0 {
                let time = clock(line.at, world);
                let origin = if self.origin > 0 {
                    format!(" {}", text::pad(&origin(line, self.view), self.origin))
                } else {
                    String::new()
                };
                format!("{time}{origin} ")
            } else {
                " ".repeat(9 + if self.origin > 0 { self.origin + 1 } else { 0 })
            };
            spans.push(world.span(head, Role::Muted));
            let said = chrome::found(Line::from(world.span(said, role)), sought, world);
            spans.extend(said.spans);
            Line::from(spans)
        })
        .collect()
    }
}

/// A line as it is read best: of a JSON object its level and message first, then what went wrong, then the other fields;
/// a stack only where lines are folded, each of its places in a row of its own.
fn shown(line: &LogLine, stack: bool) -> String {
    let raw = line.message.as_str();
    if !raw.starts_with('{') {
        return raw.to_owned();
    }
    let Ok(Value::Object(fields)) = serde_json::from_str(raw) else {
        return raw.to_owned();
    };
    let Some(message) = scalar(&fields, MESSAGES) else {
        return raw.to_owned();
    };
    let mut said =
        scalar(&fields, LEVELS).map_or_else(String::new, |level| format!("{} ", level.to_uppercase()));
    said.push_str(&message);
    let error = ERRORS
        .iter()
        .find_map(|name| Some((*name, fields.get(*name)?.as_object()?)));
    if let Some((_, error)) = error
        && let Some(message) = scalar(error, MESSAGES)
    {
        let kind = scalar(error, KINDS).map_or_else(String::new, |kind| format!("{kind}: "));
        said.push_str(&format!(" · {kind}{message}"));
    }
    for (name, value) in &fields {
        let name = name.as_str();
        let told = [MESSAGES, LEVELS, TIMES]
            .iter()
            .any(|known| known.contains(&name))
            || error.is_some_and(|(told, _)| told == name);
        match value {
            Value::Null => {}
            _ if told => {}
            Value::String(text) => said.push_str(&format!(" {name}={text}")),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                said.push_str(&format!(" {name}={value}"));
            }
        }
    }
    // Reading JSON undoes escapes: what was harmless as `\u001b` would no longer be.
    let mut said = Clean::from(said).to_string();
    let places = error
        .and_then(|(_, error)| error.get("stack")?.as_str())
        .filter(|_| stack);
    // The first line of a stack says the error again.
    for place in places.into_iter().flat_map(|stack| stack.lines().skip(1)) {
        said.push_str(&format!("\n  {}", Clean::new(place.trim())));
    }
    said
}

/// The first of these fields that is a text or a number.
fn scalar(fields: &serde_json::Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match fields.get(*name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// What loggers call the message, the level, the time, an error and its kind.
const MESSAGES: &[&str] = &["msg", "message"];
const LEVELS: &[&str] = &["level", "severity", "lvl"];
const TIMES: &[&str] = &["time", "timestamp", "ts", "@timestamp"];
const ERRORS: &[&str] = &["err", "error", "exception"];
const KINDS: &[&str] = &["type", "name", "class"];

/// All that is known of the selected line, as label and text.
pub(super) fn describe(view: &ServiceView, line: &LogLine, world: &World<'_>) -> Vec<PageLine> {
    let mut lines = vec![
        (world.get("logs-label-from"), origin(line, view)),
        (world.get("logs-label-stream"), line.stream.to_string()),
    ];
    match serde_json::from_str(line.message.as_str()) {
        Ok(Value::Object(fields)) => {
            for (name, value) in &fields {
                flatten(&Clean::new(name).to_string(), value, &mut lines);
            }
        }
        Ok(_) | Err(_) => lines.push((String::new(), line.message.to_string())),
    }
    if line.left_out > 0 {
        let said = world.say(&Phrase::new("logs-left-out").text("count", line.left_out));
        lines.push((String::new(), said));
    }
    lines
        .into_iter()
        .map(|(label, text)| PageLine::new(label, text))
        .collect()
}

/// A field and, of a structure, the fields in it; a text keeps its line breaks, for stacks.
fn flatten(name: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (inner, value) in fields {
                flatten(&format!("{name}.{}", Clean::new(inner)), value, lines);
            }
        }
        Value::String(text) => {
            let clean: Vec<String> = text
                .split('\n')
                .map(|line| Clean::new(line).to_string())
                .collect();
            lines.push((name.to_owned(), clean.join("\n")));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            lines.push((name.to_owned(), Clean::from(value.to_string()).to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(raw: &str) -> LogLine {
        let at = "2026-11-23T05:05:12Z".parse().unwrap();
        LogLine::new("1", at, "app/app/0123456789abcdef", raw)
    }

    #[test]
    fn json_reads_message_first_and_undoing_an_escape_lets_nothing_through() {
        let failed = line(
            r#"{"time":"x","level":"error","msg":"POST failed","status":500,"err":{"type":"T","message":"no","stack":"T: no\n    at a\n    at \u001bb"}}"#,
        );
        assert_eq!(shown(&failed, false), "ERROR POST failed · T: no status=500");
        assert_eq!(
            shown(&failed, true),
            "ERROR POST failed · T: no status=500\n  at a\n  at \u{FFFD}b"
        );
        assert_eq!(shown(&line("GET / 200"), true), "GET / 200");
        assert_eq!(shown(&line(r#"{"no":"message"}"#), false), r#"{"no":"message"}"#);
        let hostile = shown(&line(r#"{"msg":"a\u001b[2Jb\u202ec","x":"\u0007"}"#), false);
        assert_eq!(hostile, "a\u{FFFD}[2Jb\u{FFFD}c x=\u{FFFD}");
        let mut lines = Vec::new();
        let nested: Value = serde_json::from_str(r#"{"s":"a\u001b\nb"}"#).unwrap();
        flatten("err", &nested, &mut lines);
        assert_eq!(lines, [("err.s".to_owned(), "a\u{FFFD}\nb".to_owned())]);
    }
}
