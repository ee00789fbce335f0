//! What happened, newest first: ECS's own messages, deployments, criteria that were crossed, and our incident's story.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::{
    Clean, CriterionId, Freshness, Phrase, ServiceDeployment, ServiceDeploymentArn, ServiceEvent, ServiceKey,
    TaskDefinitionArn,
};
use crate::incident;
use crate::rollback::{CriterionState, CriterionStatus};
use crate::session::{ServiceView, Session};
use crate::tui::listing::Motion;
use crate::tui::screen::{Pane, Screen};
use crate::tui::search::Needle;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::chrome::{self, Chrome};
use super::deployments::target;

/// How old the services' state may be; their messages come with it.
const ALLOWED: Duration = Duration::from_secs(30);

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

/// An event before it is put into words: borrowed from the session, so that gathering a thousand of them costs little.
#[derive(Clone, Copy)]
struct Event<'a> {
    at: Timestamp,
    source: Source<'a>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Ecs(&'a ServiceKey, &'a ServiceEvent),
    Deployment(&'a ServiceView, &'a ServiceDeployment, bool),
    Crossed(&'a CriterionStatus),
    /// The nth entry of the story.
    Story(usize),
}

impl Event<'_> {
    fn id(&self) -> EventId {
        match self.source {
            Source::Ecs(_, event) => EventId::Ecs(event.id.clone()),
            Source::Deployment(_, deployment, ended) => EventId::Deployment(deployment.arn.clone(), ended),
            Source::Crossed(criterion) => EventId::Crossed(criterion.service.clone(), criterion.id, self.at),
            Source::Story(nth) => EventId::Story(nth),
        }
    }

    fn is(&self, id: &EventId) -> bool {
        match (self.source, id) {
            (Source::Ecs(_, event), EventId::Ecs(id)) => event.id == *id,
            (Source::Deployment(_, deployment, ended), EventId::Deployment(arn, end)) => {
                deployment.arn == *arn && ended == *end
            }
            (Source::Crossed(criterion), EventId::Crossed(service, id, since)) => {
                criterion.service == *service && criterion.id == *id && self.at == *since
            }
            (Source::Story(nth), EventId::Story(id)) => nth == *id,
            (
                Source::Ecs(..) | Source::Deployment(..) | Source::Crossed(_) | Source::Story(_),
                EventId::Ecs(_) | EventId::Deployment(..) | EventId::Crossed(..) | EventId::Story(_),
            ) => false,
        }
    }

    fn mark(&self) -> &'static str {
        match self.source {
            Source::Crossed(_) => "▲",
            Source::Deployment(..) => "▼",
            Source::Story(_) => "·",
            Source::Ecs(..) => " ",
        }
    }

    fn text(&self, story: &[(Timestamp, Phrase)], world: &World<'_>) -> (String, Role) {
        match self.source {
            // ECS begins each message with the service's name in brackets; the runbook's name for it is shorter.
            Source::Ecs(service, event) => {
                let rest = event
                    .message
                    .as_str()
                    .strip_prefix("(service ")
                    .and_then(|rest| rest.split_once(") "));
                let said = rest.map_or_else(
                    || event.message.to_string(),
                    |(_, rest)| format!("{service} {rest}"),
                );
                (said, Role::Text)
            }
            Source::Deployment(view, deployment, ended) => {
                let id = if ended {
                    "event-deployment-completed"
                } else {
                    "event-deployment-started"
                };
                let revision = target(view, deployment).map_or(0, TaskDefinitionArn::revision);
                let said = Phrase::new(id)
                    .text("revision", format!(":{revision}"))
                    .text("service", &view.key);
                (world.say(&said), Role::Title)
            }
            Source::Crossed(criterion) => {
                let said = Phrase::new("event-crossed")
                    .number("threshold", criterion.threshold.unwrap_or_default())
                    .text("service", &criterion.service);
                (world.say(&said), Role::Bad)
            }
            Source::Story(nth) => (
                story
                    .get(nth)
                    .map_or_else(String::new, |(_, phrase)| world.say(phrase)),
                Role::Focus,
            ),
        }
    }
}

fn story(session: &Session) -> Vec<(Timestamp, Phrase)> {
    session
        .incident
        .as_ref()
        .map(incident::timeline)
        .unwrap_or_default()
}

/// Everything that happened, newest first.
fn gather<'a>(session: &'a Session, story: &[(Timestamp, Phrase)]) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for view in &session.services {
        for event in view.state.value().into_iter().flat_map(|state| &state.events) {
            events.push(Event {
                at: event.at,
                source: Source::Ecs(&view.key, event),
            });
        }
        for deployment in view
            .history
            .value()
            .into_iter()
            .flat_map(|history| &history.deployments)
        {
            if target(view, deployment).is_none() {
                continue;
            }
            events.push(Event {
                at: deployment.started_at.unwrap_or(deployment.created_at),
                source: Source::Deployment(view, deployment, false),
            });
            // Only what succeeded "completed"; how another one ended, ECS's own message says.
            let completed = deployment
                .finished_at
                .filter(|_| deployment.effective() == deployment.target.as_ref());
            if let Some(at) = completed {
                events.push(Event {
                    at,
                    source: Source::Deployment(view, deployment, true),
                });
            }
        }
        for criterion in view.criteria.iter().filter(|c| c.state == CriterionState::Met) {
            if let (Some(at), Some(_), CriterionId::ErrorRate) =
                (criterion.since, criterion.threshold, criterion.id)
            {
                events.push(Event {
                    at,
                    source: Source::Crossed(criterion),
                });
            }
        }
    }
    events.extend(story.iter().enumerate().map(|(nth, (at, _))| Event {
        at: *at,
        source: Source::Story(nth),
    }));
    // Of what happened at the same moment, the story's later entry is the newer one.
    events.sort_by_key(|event| {
        let nth = match event.source {
            Source::Story(nth) => nth,
            Source::Ecs(..) | Source::Deployment(..) | Source::Crossed(_) => 0,
        };
        std::cmp::Reverse((event.at, nth))
    });
    events
}

fn rows<'a>(screen: &Screen, world: &World<'a>, story: &[(Timestamp, Phrase)]) -> Vec<Event<'a>> {
    let mut events = gather(world.session, story);
    if let Some(needle) = screen.needle(Pane::Events) {
        events.retain(|event| needle.passes(&[&event.text(story, world).0]));
    }
    screen
        .sort(Pane::Events)
        .apply(&mut events, |_, _| std::cmp::Ordering::Equal);
    events
}

fn at(screen: &Screen, events: &[Event<'_>]) -> usize {
    screen.events.locate(events.len(), |at, id| {
        events.get(at).is_some_and(|event| event.is(id))
    })
}

/// Where a motion leads, as the id of the event there.
pub(in crate::tui) fn moved(screen: &Screen, world: &World<'_>, motion: Motion) -> Option<EventId> {
    let story = story(world.session);
    let events = rows(screen, world, &story);
    let to = screen.events.step(motion, at(screen, &events), events.len());
    events.get(to).map(Event::id)
}

/// The next event, or the one before, round the end, that has what is looked for.
pub(super) fn found(screen: &Screen, world: &World<'_>, needle: &Needle, forward: bool) -> Option<EventId> {
    let story = story(world.session);
    let events = rows(screen, world, &story);
    let hits = |nth: usize| {
        events
            .get(nth)
            .is_some_and(|event| needle.passes(&[&event.text(&story, world).0]))
    };
    let to = super::next_hit(events.len(), at(screen, &events), forward, hits)?;
    events.get(to).map(Event::id)
}

/// Time and text of the selected event, with the service that it is about.
pub(super) fn selected<'a>(
    screen: &Screen,
    world: &World<'a>,
) -> Option<(Timestamp, String, Option<&'a ServiceKey>)> {
    let story = story(world.session);
    let events = rows(screen, world, &story);
    let event = events.get(at(screen, &events))?;
    let service = match event.source {
        Source::Ecs(service, _) => Some(service),
        Source::Deployment(view, ..) => Some(&view.key),
        Source::Crossed(criterion) => Some(&criterion.service),
        Source::Story(_) => None,
    };
    Some((event.at, event.text(&story, world).0, service))
}

/// The newest events as bare lines, for where there is no room for the pane.
pub(in crate::tui) fn newest(world: &World<'_>, rows: usize, cells: usize) -> Vec<Line<'static>> {
    let story = story(world.session);
    gather(world.session, &story)
        .iter()
        .take(rows)
        .map(|event| line(event, " ", &story, cells, world))
        .collect()
}

pub(in crate::tui) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let services = &world.session.services;
    // ECS's messages come with the state of the services; the one that is least to be trusted speaks for all.
    let worst = services
        .iter()
        .find(|view| view.state.freshness(world.now, ALLOWED) == Freshness::Stale);
    let inner = Chrome {
        pane: Pane::Events,
        about: None,
        note: worst.and_then(|view| chrome::notice_of(&view.state, ALLOWED, world)),
        legend: None,
        screen,
    }
    .draw(world, area, buffer);
    let cells = usize::from(inner.width);
    let story = story(world.session);
    let events = rows(screen, world, &story);
    if events.is_empty() {
        let unread = services.iter().find(|view| view.state.value().is_none());
        let nothing = services.iter().all(|view| view.state.value().is_none());
        let lines = unread
            .filter(|_| nothing)
            .and_then(|view| chrome::absent(&view.state, world, inner))
            .unwrap_or_else(|| vec![chrome::empty(screen, Pane::Events, "empty-events", world)]);
        return chrome::draw_lines(lines, inner, buffer);
    }
    let focused = screen.focus == Pane::Events && screen.layers.is_empty();
    let at = at(screen, &events);
    let window = screen
        .events
        .window_at(at, events.len(), usize::from(inner.height));
    let needle = screen.needle(Pane::Events);
    let lines = window.clone().filter_map(|row| {
        let line = line(
            events.get(row)?,
            chrome::cursor_mark(row == at, focused),
            &story,
            cells,
            world,
        );
        let line = chrome::found(line, needle.as_ref(), world);
        Some(chrome::highlight(line, row == at, focused, world))
    });
    chrome::draw_lines(lines.collect::<Vec<_>>(), inner, buffer);
    if let Some(view) = worst.or_else(|| services.first()) {
        chrome::foot(&view.state, Some((&window, events.len())), world, area, buffer);
    }
}

/// A row; `cursor` stands before it.
fn line(
    event: &Event<'_>,
    cursor: &'static str,
    story: &[(Timestamp, Phrase)],
    cells: usize,
    world: &World<'_>,
) -> Line<'static> {
    let (said, role) = event.text(story, world);
    let mark = event.mark();
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
        world.span(cursor, Role::Focus),
        world.span(time, Role::Muted),
        Span::raw(" "),
        world.span(mark, role),
        Span::raw(" "),
        world.span(text::cut(&said, room), role),
    ])
}
