//! The one way in which a session changes.

use jiff::Timestamp;

use crate::domain::{Fault, FaultKind, Phrase};
use crate::incident::{Event, Incident, IncidentId, Recorded, Stage};
use crate::rollback::{Ending, EndingKind, Outcome};

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
        Msg::Saved(id, recorded) => {
            session.unsaved = session.unsaved.saturating_sub(1);
            let mut effects = saved(session, &id, recorded, now);
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
            Effects::one(Effect::Halt)
        }
        Msg::CreateRefused(fault) => {
            session.unsaved = session.unsaved.saturating_sub(1);
            session.waiting.clear();
            session.refuse(
                Phrase::new("notice-create-refused").text("detail", &fault.detail),
                now,
            );
            Effects::none()
        }
        Msg::Reloaded {
            incident,
            after,
            owed,
        } => {
            if owed {
                session.unsaved = session.unsaved.saturating_sub(1);
            }
            if session
                .incident
                .as_ref()
                .is_none_or(|at_hand| at_hand.id != incident.id)
            {
                return catch_up(session, now);
            }
            session.notify(NoticeLevel::Info, Phrase::new("notice-reloaded"), now);
            session.incident = Some(*incident);
            let mut effects = after.map_or(Effects::none(), |event| walk::after(session, &event, now));
            effects.extend(catch_up(session, now));
            effects
        }
        Msg::Act(ActMsg::LeaseLost { why }) => {
            session.refuse(why, now);
            Effects::one(Effect::Halt)
        }
        Msg::Act(ActMsg::Saved(id, recorded)) => {
            let mut effects = saved(session, &id, recorded, now);
            effects.extend(catch_up(session, now));
            effects
        }
        Msg::Act(ActMsg::Stale { why }) => {
            session.stop_requested = false;
            session.refuse(why.clone(), now);
            // The next plan is made from what is so now, not from what the refused one was made from. Once something was sent,
            // there is no going back to the checks: the story needs an ending that says how far it came.
            let mut effects = if is_begun(session) {
                let ending = Ending::bare(Outcome::Failed, EndingKind::Changed, why);
                record(session, Event::Ended { ending })
            } else {
                record(session, Event::Refused { why })
            };
            effects.push(look_at_hand(session));
            effects
        }
        Msg::Act(ActMsg::NotSent { why }) => {
            session.refuse(why.clone(), now);
            match (is_begun(session), session.stop_requested) {
                // The approval was for a moment that is over.
                (false, _) => {
                    session.stop_requested = false;
                    let mut effects = record(session, Event::Refused { why });
                    effects.push(look_at_hand(session));
                    effects
                }
                (true, true) => walk::stopped(session),
                // What was done stands, and what is left may be sent when it can be: a person says when.
                (true, false) => {
                    session.waits_for_word = true;
                    Effects::none()
                }
            }
        }
        Msg::Act(ActMsg::StillDoubtful { why }) => {
            session.looking = false;
            session.refuse(why, now);
            Effects::none()
        }
        Msg::HistoryWritten(id, Ok(path)) => {
            session.filing = false;
            session.notify(
                NoticeLevel::Info,
                Phrase::new("notice-filed").text("path", &path),
                now,
            );
            // The row belongs to its incident, whichever is at hand by now.
            record_to(session, id, Event::Filed { path })
        }
        Msg::HistoryWritten(_, Err(fault)) => {
            session.filing = false;
            session.refuse(Phrase::new("notice-history-failed").text("detail", &fault), now);
            Effects::none()
        }
        Msg::ResumeFailed(fault) => {
            session.refuse(
                Phrase::new("notice-resume-failed").text("detail", &fault.detail),
                now,
            );
            Effects::none()
        }
        Msg::Resumed(incident) => {
            let text = Phrase::new("notice-resumed").text("incident", &incident.id);
            session.notify(NoticeLevel::Info, text, now);
            walk::resume(session, *incident, now)
        }
    }
}

/// A look at everything that belongs to the service at hand.
fn look_at_hand(session: &Session) -> Effect {
    let service = session
        .incident
        .as_ref()
        .and_then(|incident| incident.service_at_hand().cloned());
    Effect::Observe(operator::subjects(session, service.as_ref()))
}

/// Whether an earlier call of the plan was carried out, so that there is no going back to the checks.
fn is_begun(session: &Session) -> bool {
    session.incident.as_ref().is_some_and(
        |incident| matches!(incident.stage, Stage::Act { step, call, .. } if step > 0 || call > 0),
    )
}

/// Hands an event of the incident at hand to the journal. The state changes when the journal says that it is durable.
pub(super) fn record(session: &mut Session, event: Event) -> Effects {
    match session.incident.as_ref().map(|incident| incident.id.clone()) {
        Some(id) => record_to(session, id, event),
        None => Effects::none(),
    }
}

fn record_to(session: &mut Session, id: IncidentId, event: Event) -> Effects {
    match &session.journal {
        JournalState::Ready => {
            session.unsaved += 1;
            Effects::one(Effect::Record(id, Box::new(event)))
        }
        JournalState::Failed(_) => Effects::none(),
    }
}

/// What a person does while events are on their way waits for them, so that no decision is made on half a story.
fn operator_or_wait(session: &mut Session, msg: OperatorMsg, now: Timestamp) -> Effects {
    if session.unsaved > 0 && !matches!(msg, OperatorMsg::Refresh(_) | OperatorMsg::WatchLogs(_)) {
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
    session.looking = false;
    session.taken_up = None;
    session.settling = None;
    session.waits_for_word = false;
    session.owes_word = false;
    session.preparing = None;
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

fn saved(session: &mut Session, id: &IncidentId, recorded: Recorded, now: Timestamp) -> Effects {
    let Some(incident) = session.incident.as_mut().filter(|incident| incident.id == *id) else {
        return Effects::none();
    };
    let event = recorded.event.clone();
    if incident
        .events
        .last()
        .is_some_and(|last| recorded.seq > last.seq + 1)
    {
        // Somebody else wrote in between, which they may; their part of the story comes first.
        session.unsaved += 1;
        return Effects::one(Effect::Reload(id.clone(), Box::new(event)));
    }
    if let Err(error) = incident.apply(recorded) {
        // The journal took what the fold refuses: the story is broken, and nothing more may be decided on it.
        let fault = Fault::new(FaultKind::Local, "journal.fold", &error.to_string());
        return update(session, Msg::JournalFailed(fault), now);
    }
    walk::after(session, &event, now)
}
