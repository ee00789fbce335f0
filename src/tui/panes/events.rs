//! What happened, newest first: ECS's own messages, deployments, criteria that were crossed, and our incident's story.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::{Clean, CriterionId, Phrase, ServiceDeploymentArn, ServiceKey};
use crate::incident;
use crate::rollback::CriterionState;
use crate::session::Session;
use crate::tui::screen::{Pane, Screen};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::chrome::{self, Chrome};

/// The id of an event's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventId {
    /// ECS's own message.
    Ecs(Clean),
    /// A deployment began, or (`true`) came to its end.
    Deployment(ServiceDeploymentArn, bool),
    /// A criterion was crossed.
    Crossed(ServiceKey, CriterionId, Timestamp),
    /// The nth entry of the incident's story.
    Story(usize),
}

/// An event before it is put into words.
struct Event<'a> {
    id: EventId,
    at: Timestamp,
    what: What<'a>,
}

enum What<'a> {
    Message(&'a ServiceKey, &'a Clean),
    Said(Phrase, Role),
}

impl Event<'_> {
    fn text(&self, world: &World<'_>) -> (String, Role) {
        match &self.what {
            // ECS begins each message with the service's name in brackets; the runbook's name for it is shorter.
            What::Message(service, message) => {
                let rest = message
                    .as_str()
                    .strip_prefix("(service ")
                    .and_then(|rest| rest.split_once(") "));
                (
                    rest.map_or_else(|| message.to_string(), |(_, rest)| format!("{service} {rest}")),
                    Role::Text,
                )
            }
            What::Said(phrase, role) => (world.say(phrase), *role),
        }
    }
}

fn gather(session: &Session) -> Vec<Event<'_>> {
    let mut events = Vec::new();
    for view in &session.services {
        for event in view.state.value().into_iter().flat_map(|state| &state.events) {
            events.push(Event {
                id: EventId::Ecs(event.id.clone()),
                at: event.at,
                what: What::Message(&view.key, &event.message),
            });
        }
        for deployment in view
            .history
            .value()
            .into_iter()
            .flat_map(|history| &history.deployments)
        {
            let revision = |history: &crate::domain::DeploymentHistory| {
                let arn = deployment.target.as_ref()?;
                Some(format!(
                    ":{}",
                    history.revisions.get(arn)?.task_definition.revision()
                ))
            };
            let Some(revision) = view.history.value().and_then(revision) else {
                continue;
            };
            let mut add = |id: &'static str, at: Option<Timestamp>, ended: bool| {
                if let Some(at) = at {
                    let said = Phrase::new(id)
                        .text("revision", &revision)
                        .text("service", &view.key);
                    let id = EventId::Deployment(deployment.arn.clone(), ended);
                    events.push(Event {
                        id,
                        at,
                        what: What::Said(said, Role::Title),
                    });
                }
            };
            add(
                "event-deployment-started",
                deployment.started_at.or(Some(deployment.created_at)),
                false,
            );
            // Only what succeeded "completed"; how another one ended, ECS's own message says.
            let completed = deployment
                .finished_at
                .filter(|_| deployment.effective() == deployment.target.as_ref());
            add("event-deployment-completed", completed, true);
        }
        for criterion in view.criteria.iter().filter(|c| c.state == CriterionState::Met) {
            if let (Some(since), Some(threshold), CriterionId::ErrorRate) =
                (criterion.since, criterion.threshold, criterion.id)
            {
                let said = Phrase::new("event-crossed")
                    .number("threshold", threshold)
                    .text("service", &view.key);
                let id = EventId::Crossed(view.key.clone(), criterion.id, since);
                events.push(Event {
                    id,
                    at: since,
                    what: What::Said(said, Role::Bad),
                });
            }
        }
    }
    if let Some(incident) = &session.incident {
        for (at, (time, phrase)) in incident::timeline(incident).into_iter().enumerate() {
            events.push(Event {
                id: EventId::Story(at),
                at: time,
                what: What::Said(phrase, Role::Focus),
            });
        }
    }
    // Of what happened at the same moment, the story's later entry is the newer one.
    events.sort_by_key(|event| {
        let nth = match &event.id {
            EventId::Story(nth) => *nth,
            EventId::Ecs(_) | EventId::Deployment(..) | EventId::Crossed(..) => 0,
        };
        std::cmp::Reverse((event.at, nth))
    });
    events
}

fn filtered<'a>(screen: &Screen, world: &World<'a>) -> Vec<Event<'a>> {
    let mut events = gather(world.session);
    let filter = screen.filter(Pane::Events);
    if filter.is_some() {
        events.retain(|event| chrome::passes(filter, || event.text(world).0));
    }
    events
}

/// The ids of the rows.
pub(in crate::tui) fn ids(screen: &Screen, world: &World<'_>) -> Vec<EventId> {
    filtered(screen, world)
        .into_iter()
        .map(|event| event.id)
        .collect()
}

/// Time and text of an event.
pub(in crate::tui) fn find(id: &EventId, world: &World<'_>) -> Option<(Timestamp, String)> {
    gather(world.session)
        .into_iter()
        .find(|event| event.id == *id)
        .map(|event| (event.at, event.text(world).0))
}

/// The newest events as bare lines, for where there is no room for the pane.
pub(in crate::tui) fn newest(world: &World<'_>, rows: usize, cells: usize) -> Vec<Line<'static>> {
    gather(world.session)
        .iter()
        .take(rows)
        .map(|event| line(event, cells, world))
        .collect()
}

pub(in crate::tui) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let inner = Chrome {
        pane: Pane::Events,
        about: None,
        note: None,
        legend: None,
        screen,
    }
    .draw(world, area, buffer);
    let events = filtered(screen, world);
    if events.is_empty() {
        let line = if world
            .session
            .services
            .iter()
            .all(|view| view.state.value().is_none())
        {
            Line::from(world.span(world.get("empty-waiting"), Role::Muted))
        } else {
            chrome::empty(screen, Pane::Events, "empty-events", world)
        };
        return chrome::draw_lines([line], inner, buffer);
    }
    let focused = screen.focus == Pane::Events && screen.layers.is_empty();
    let ids: Vec<EventId> = events.iter().map(|event| event.id.clone()).collect();
    let at = screen.events.at(&ids);
    let window = screen.events.window(&ids, usize::from(inner.height));
    let cells = usize::from(inner.width);
    let lines = window.filter_map(|row| {
        let line = line(events.get(row)?, cells, world);
        Some(chrome::highlight(line, row == at, focused, world))
    });
    chrome::draw_lines(lines.collect::<Vec<_>>(), inner, buffer);
}

fn line(event: &Event<'_>, cells: usize, world: &World<'_>) -> Line<'static> {
    let (said, role) = event.text(world);
    let mark = match &event.id {
        EventId::Crossed(..) => "▲",
        EventId::Deployment(..) => "▼",
        EventId::Story(_) => "·",
        EventId::Ecs(_) => " ",
    };
    let day = world.words.date_time(event.at);
    // Of another day, the day is said instead of the minute.
    let today = world.words.date_time(world.now);
    let same = day.get(..10) == today.get(..10);
    let time = if same {
        world.words.hm(event.at)
    } else {
        day.get(5..10).unwrap_or_default().to_owned()
    };
    let room = cells.saturating_sub(9);
    Line::from(vec![
        world.span(format!(" {time}"), Role::Muted),
        Span::raw(" "),
        world.span(mark, role),
        Span::raw(" "),
        world.span(text::cut(&said, room), role),
    ])
}
