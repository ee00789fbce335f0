//! The one way in which a session changes.

use jiff::Timestamp;

use crate::domain::{Fault, FaultKind, Phrase};
use crate::incident::{Event, Incident, Recorded};

use super::{
    ActMsg, Effect, Effects, JournalState, Msg, NoticeLevel, OperatorMsg, Session, observe, operator, walk,
};

/// Takes in one message at `now` and says what is to be done about it.
pub fn update(session: &mut Session, msg: Msg, now: Timestamp) -> Effects {
    match msg {
        Msg::Tick => {
            observe::derive_criteria(session, now);
            walk::derive(session, now)
        }
        Msg::Observed {
            subject,
            generation,
            result,
            at,
        } => {
            if !observe::take(session, subject, generation, result, at, now) {
                return Effects::none();
            }
            walk::derive(session, now)
        }
        Msg::Operator(msg) => operator_or_wait(session, msg, now),
        Msg::Saved(recorded) => {
            session.unsaved = session.unsaved.saturating_sub(1);
            let mut effects = saved(session, recorded, now);
            effects.extend(catch_up(session, now));
            effects
        }
        Msg::IncidentCreated(incident) => {
            session.unsaved = session.unsaved.saturating_sub(1);
            let mut effects = created(session, *incident);
            effects.extend(catch_up(session, now));
            effects
        }
        Msg::JournalFailed(fault) => {
            // A failed write of the journal is never tried again: from here on nothing is written to the world.
            session.unsaved = 0;
            session.waiting.clear();
            session.refuse(Phrase::new("notice-journal-failed").text("detail", &fault), now);
            session.journal = JournalState::Failed(fault);
            Effects::none()
        }
        Msg::Act(ActMsg::Saved(recorded)) => {
            let mut effects = saved(session, recorded, now);
            effects.extend(catch_up(session, now));
            effects
        }
        Msg::Act(ActMsg::Stale { why }) => {
            session.refuse(why.clone(), now);
            record(session, Event::Refused { why })
        }
        Msg::Act(ActMsg::StillDoubtful { why }) => {
            session.refuse(why, now);
            Effects::none()
        }
        Msg::HistoryWritten(Ok(path)) => {
            session.notify(
                NoticeLevel::Info,
                Phrase::new("notice-filed").text("path", &path),
                now,
            );
            record(session, Event::Filed { path })
        }
        Msg::HistoryWritten(Err(fault)) => {
            session.refuse(Phrase::new("notice-history-failed").text("detail", &fault), now);
            Effects::none()
        }
        Msg::Resumed(incident) => walk::resume(session, *incident, now),
    }
}

/// Hands an event of the incident at hand to the journal. The state changes when the journal says that it is durable.
pub(super) fn record(session: &mut Session, event: Event) -> Effects {
    match (&session.incident, &session.journal) {
        (Some(incident), JournalState::Ready) => {
            session.unsaved += 1;
            Effects::one(Effect::Record(incident.id.clone(), Box::new(event)))
        }
        (None, JournalState::Ready) | (_, JournalState::Failed(_)) => Effects::none(),
    }
}

/// What a person does while events are on their way waits for them, so that no decision is made on half a story.
fn operator_or_wait(session: &mut Session, msg: OperatorMsg, now: Timestamp) -> Effects {
    if session.unsaved > 0 && !matches!(msg, OperatorMsg::Refresh(_)) {
        session.waiting.push_back(msg);
        return Effects::none();
    }
    operator::operator(session, msg, now)
}

fn catch_up(session: &mut Session, now: Timestamp) -> Effects {
    let mut effects = Effects::none();
    while session.unsaved == 0 {
        match session.waiting.pop_front() {
            Some(msg) => effects.extend(operator::operator(session, msg, now)),
            None => {
                effects.extend(walk::derive(session, now));
                break;
            }
        }
    }
    effects
}

fn created(session: &mut Session, incident: Incident) -> Effects {
    session.follow = None;
    session.progress = None;
    session.stop_requested = false;
    session.incident = Some(incident);
    // What was declared before the incident was opened belongs to its story too.
    let declared: Vec<Event> = session
        .declarations
        .iter()
        .filter(|d| {
            session
                .incident
                .as_ref()
                .is_some_and(|i| i.services.contains(&d.service))
        })
        .map(|d| Event::Declared {
            criterion: d.criterion,
            service: d.service.clone(),
            note: d.note.clone(),
            by: d.by.clone(),
        })
        .collect();
    let mut effects = Effects::none();
    for event in declared {
        effects.extend(record(session, event));
    }
    effects
}

fn saved(session: &mut Session, recorded: Recorded, now: Timestamp) -> Effects {
    let Some(incident) = &mut session.incident else {
        return Effects::none();
    };
    let event = recorded.event.clone();
    if let Err(error) = incident.apply(recorded) {
        // The journal took what the fold refuses: the story is broken, and nothing more may be decided on it.
        let fault = Fault::new(FaultKind::Local, "journal.fold", &error.to_string());
        return update(session, Msg::JournalFailed(fault), now);
    }
    walk::after(session, &event, now)
}
