//! The walk of an approved plan: what follows from an event that is durable, and what follows from a look at the world.
//!
//! Everything here is decided on the folded incident, so that a restart goes on exactly where the story stands.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Phrase, ServiceKey};
use crate::incident::{ActState, Event, Incident, Stage, record as row};
use crate::rollback::{
    self, Api, Awaited, Ending, EndingKind, Follow, Following, Goal, Outcome, SettleSighting, Settling,
    Sighting, Stopped,
};

use super::update::record;
use super::{Effect, Effects, Made, Session, Subject, operator, verify};

/// What follows from an event that has just become durable.
pub(super) fn after(session: &mut Session, event: &Event, now: Timestamp) -> Effects {
    match event {
        Event::Approved { .. } => {
            session.owes_word = false;
            act(session)
        }
        Event::Intended { .. } => {
            // The stop came while the intent was on its way to the journal, past the last look at it.
            if session.stop_requested {
                session.refuse(Phrase::new("notice-stop-came-late"), now);
            }
            Effects::none()
        }
        Event::Answered { .. } | Event::Settled { .. } => next_call_or_follow(session, now),
        Event::Adopted { .. } => {
            session.looking = false;
            next_call_or_follow(session, now)
        }
        Event::Rejected { fault, .. } => {
            let why = Phrase::new("ended-rejected").phrase("fault", fault.phrase());
            session.refuse(why.clone(), now);
            end(session, EndingKind::Failed, why)
        }
        Event::Doubtful { .. } => look_again(session),
        Event::NotApplied { .. } => {
            session.looking = false;
            end(session, EndingKind::Failed, Phrase::new("ended-not-applied"))
        }
        Event::Ended { ending } => ended(session, ending, now),
        Event::Verified { .. } | Event::Abandoned { .. } => file(session),
        Event::Opened { .. }
        | Event::CriteriaChanged { .. }
        | Event::Declared { .. }
        | Event::Withdrawn { .. }
        | Event::Noted { .. }
        | Event::Assessed
        | Event::Scoped { .. }
        | Event::Overridden { .. }
        | Event::Attached { .. }
        | Event::TargetChosen { .. }
        | Event::Planned { .. }
        | Event::Reconsidered
        | Event::Refused { .. }
        | Event::Checked { .. }
        | Event::Reported { .. }
        | Event::Filed { .. } => Effects::none(),
    }
}

/// Goes on with an incident of an earlier process. Nothing is sent again: what was sent is looked for.
pub(super) fn resume(session: &mut Session, incident: Incident, now: Timestamp) -> Effects {
    session.declarations.extend(incident.declarations.iter().cloned());
    let stage = incident.stage;
    let sent = incident.was_sent();
    session.taken_up = Some(now);
    session.owes_word = true;
    session.incident = Some(incident);
    let mut effects = Effects::one(Effect::Observe(operator::subjects(session, None)));
    effects.extend(match stage {
        Stage::Act {
            step,
            call,
            state: ActState::Sent,
        } => record(
            session,
            Event::Doubtful {
                step,
                call,
                fault: None,
            },
        ),
        Stage::Act {
            state: ActState::Doubtful,
            ..
        } => look_again(session),
        Stage::Act {
            state: ActState::Following | ActState::Settling,
            ..
        } => next_call_or_follow(session, now),
        // Between two calls: the first part was done and is seen again; the next call waits for a person's word.
        Stage::Act {
            step,
            call,
            state: ActState::Ready,
        } if (step > 0 || call > 0) && !sent => next_call_or_follow(session, now),
        // Sent, found to have done nothing, and interrupted before that was said.
        Stage::Act {
            state: ActState::Ready,
            ..
        } if sent => end(session, EndingKind::Failed, Phrase::new("ended-not-applied")),
        // Approved in another life and never sent: the approval was for a world that may have moved.
        Stage::Act {
            state: ActState::Ready,
            ..
        } => record(
            session,
            Event::Refused {
                why: Phrase::new("refused-interrupted"),
            },
        ),
        Stage::Report => file(session),
        Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Verify
        | Stage::Done
        | Stage::Abandoned => Effects::none(),
    });
    effects
}

fn act(session: &mut Session) -> Effects {
    let Some(incident) = &session.incident else {
        return Effects::none();
    };
    let Stage::Act {
        step,
        call,
        state: ActState::Ready,
    } = incident.stage
    else {
        return Effects::none();
    };
    let Some(plan) = &incident.plan else {
        return Effects::none();
    };
    let Some(of_plan) = plan.steps.get(step) else {
        return Effects::none();
    };
    session.waits_for_word = false;
    Effects::one(Effect::Act {
        made: Box::new(made(incident, step, call)),
        incident: incident.id.clone(),
        account: plan.account.clone(),
        step: Box::new(of_plan.clone()),
        step_index: step,
        call_index: call,
    })
}

/// After a restart between two calls, with a person's word: the next call, or the stop that was the answer.
pub(super) fn go_on(session: &mut Session, now: Timestamp) -> Effects {
    next_call_or_follow(session, now)
}

/// What the calls of `step` before `call` made.
fn made(incident: &Incident, step: usize, call: usize) -> Made {
    let (receipt, settled) = incident.made_before(step, call);
    Made {
        definition: receipt.definition,
        endpoint: settled.endpoint,
        secret_version: receipt.secret_version,
    }
}

/// Looks whether a call without an answer took effect.
pub(super) fn look_again(session: &mut Session) -> Effects {
    let Some(incident) = &session.incident else {
        return Effects::none();
    };
    let Stage::Act {
        step,
        call,
        state: ActState::Doubtful,
    } = incident.stage
    else {
        return Effects::none();
    };
    let (Some(plan), Some((before, sent_at))) = (&incident.plan, incident.last_intent()) else {
        return Effects::none();
    };
    let Some(of_plan) = plan.steps.get(step) else {
        return Effects::none();
    };
    let look = Effect::Reconcile {
        incident: incident.id.clone(),
        step: Box::new(of_plan.clone()),
        step_index: step,
        call_index: call,
        before: Box::new(before.clone()),
        sent_at,
        token: incident.last_token().cloned(),
        made: Box::new(made(incident, step, call)),
    };
    session.looking = true;
    Effects::one(look)
}

fn next_call_or_follow(session: &mut Session, now: Timestamp) -> Effects {
    let Some(stage) = session.incident.as_ref().map(|i| i.stage) else {
        return Effects::none();
    };
    match stage {
        Stage::Act {
            state: ActState::Ready,
            ..
        } if session.stop_requested => stopped(session),
        // What an earlier process sent was looked for and followed; what was never sent, a person is asked about.
        Stage::Act {
            state: ActState::Ready,
            ..
        } if session.owes_word => {
            session.settling = None;
            session.waits_for_word = true;
            session.refuse(Phrase::new("notice-waits-for-word"), now);
            Effects::none()
        }
        Stage::Act {
            state: ActState::Ready,
            ..
        } => act(session),
        Stage::Act {
            state: ActState::Settling,
            ..
        } => {
            // What it began is looked at from now on, and not by a reading of before.
            let mut effects = Effects::one(Effect::Observe(vec![Subject::Database, Subject::Run]));
            effects.extend(derive(session, now));
            effects
        }
        Stage::Act {
            state: ActState::Following,
            ..
        } => {
            session.settling = None;
            session.follow = goal(session).map(Follow::new);
            derive(session, now)
        }
        Stage::Act {
            state: ActState::Sent | ActState::Doubtful,
            ..
        }
        | Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Verify
        | Stage::Report
        | Stage::Done
        | Stage::Abandoned => Effects::none(),
    }
}

fn goal(session: &Session) -> Option<Goal> {
    let incident = session.incident.as_ref()?;
    let Stage::Act { step, call, .. } = incident.stage else {
        return None;
    };
    let of_plan = incident.plan.as_ref()?.steps.get(step)?;
    let (receipt, answered_at) = incident.receipts.get(&(step, call)).cloned().unzip();
    let receipt = receipt.unwrap_or_default();
    let approval = incident.approval.as_ref()?;
    let settled = incident.settled.get(&(step, call)).cloned().unwrap_or_default();
    let made = made(incident, step, call);
    // A run that did it for several services settled with the first one; of the others it is what they are set to since.
    let by_run = || {
        let state = session.view(&of_plan.service)?.state.value()?;
        let primary = state.primary()?;
        (of_plan.calls.is_empty() && of_plan.fingerprint.primary.as_ref() != Some(&primary.id))
            .then(|| (primary.task_definition.clone(), primary.id.clone()))
    };
    let (definition, deployment) = match of_plan
        .to
        .revision
        .clone()
        .or(made.definition)
        .or(settled.definition)
    {
        Some(definition) => (definition, receipt.deployment.or(settled.deployment)),
        None => {
            let (definition, deployment) = by_run()?;
            (definition, Some(deployment))
        }
    };
    Some(Goal {
        definition,
        digest: of_plan.to.digest.clone(),
        deployment,
        service_deployment: of_plan.turns_back().cloned().or(receipt.service_deployment),
        stopped: of_plan.turns_back().map(|_| Stopped {
            primary: incident
                .last_intent()
                .and_then(|(fingerprint, _)| fingerprint.primary.clone()),
        }),
        sent_at: incident.sent_at.or(answered_at)?,
        begun_at: following_since(incident)?,
        hold: Duration::from_secs(u64::from(session.setup.runbook.timing.hold_seconds)),
        timeout: Duration::from_secs(approval.timeout_seconds),
    })
}

/// When following began: with the answer to the last call, with what it settled to, or with the end of the step before.
fn following_since(incident: &Incident) -> Option<Timestamp> {
    incident
        .events
        .iter()
        .rev()
        .find(|recorded| {
            matches!(
                recorded.event,
                Event::Answered { .. } | Event::Adopted { .. } | Event::Settled { .. } | Event::Ended { .. }
            )
        })
        .map(|recorded| recorded.at)
}

/// The end that the stop key brings between two calls.
pub(super) fn stopped(session: &mut Session) -> Effects {
    end(session, EndingKind::Stopped, Phrase::new("ended-stopped"))
}

/// An end that came to no deployment of ours.
fn end(session: &mut Session, kind: EndingKind, why: Phrase) -> Effects {
    let ending = Ending::bare(Outcome::Failed, kind, why);
    record(session, Event::Ended { ending })
}

fn ended(session: &mut Session, ending: &Ending, now: Timestamp) -> Effects {
    session.follow = None;
    session.settling = None;
    session.progress = None;
    match ending.outcome {
        // With a step to go the incident is still open: its next call, or what an earlier one did for it.
        Outcome::OnTarget if session.is_writing() => next_call_or_follow(session, now),
        Outcome::OnTarget => Effects::none(),
        Outcome::Elsewhere | Outcome::Failed | Outcome::TimedOut | Outcome::Unknown | Outcome::Refused => {
            file(session)
        }
    }
}

/// Writes the row that is owed, once. What was never approved is no rollback and has no row.
fn file(session: &mut Session) -> Effects {
    match &session.incident {
        Some(incident)
            if incident.filed.is_none()
                && !session.filing
                && row::row(incident, &session.setup.runbook).is_some() =>
        {
            let effect = Effect::WriteHistory(incident.id.clone());
            session.filing = true;
            Effects::one(effect)
        }
        Some(_) | None => Effects::none(),
    }
}

/// What follows from the world as it is seen now.
pub(super) fn derive(session: &mut Session, now: Timestamp) -> Effects {
    // While an event is on its way to the journal, the story is not whole and nothing is derived from it.
    if session.unsaved > 0 {
        return Effects::none();
    }
    let changed = criteria_changed(session);
    if !changed.is_empty() {
        return changed;
    }
    match session.incident.as_ref().map(|i| i.stage) {
        Some(Stage::Act {
            state: ActState::Following,
            ..
        }) => follow(session, now),
        Some(Stage::Act {
            state: ActState::Settling,
            ..
        }) => settle(session, now),
        Some(Stage::Verify) => verify::verify(session, now),
        Some(
            Stage::Act {
                state: ActState::Ready | ActState::Sent | ActState::Doubtful,
                ..
            }
            | Stage::Assess
            | Stage::Scope
            | Stage::Target
            | Stage::Check
            | Stage::Approve
            | Stage::Report
            | Stage::Done
            | Stage::Abandoned,
        )
        | None => Effects::none(),
    }
}

fn criteria_changed(session: &mut Session) -> Effects {
    let Some(incident) = session.running_incident() else {
        return Effects::none();
    };
    let now: Vec<_> = session
        .services
        .iter()
        .filter(|view| incident.services.contains(&view.key))
        .flat_map(|view| view.criteria.iter().cloned())
        .collect();
    let states = |criteria: &[rollback::CriterionStatus]| -> Vec<_> {
        criteria
            .iter()
            .map(|c| (c.service.clone(), c.id, c.state))
            .collect()
    };
    if states(&now) == states(&incident.criteria) {
        return Effects::none();
    }
    record(session, Event::CriteriaChanged { criteria: now })
}

/// How long a restored instance may take, whatever the runbook thinks is usual: a large one takes hours.
const RESTORE_LIMIT: Duration = Duration::from_secs(6 * 3600);
/// How long a run may take, the approval that it may wait for included.
const RUN_LIMIT: Duration = Duration::from_secs(2 * 3600);

fn settle(session: &mut Session, now: Timestamp) -> Effects {
    let settling = {
        let Some(incident) = &session.incident else {
            return Effects::none();
        };
        let Stage::Act { step, call, .. } = incident.stage else {
            return Effects::none();
        };
        let Some(of_plan) = incident.plan.as_ref().and_then(|plan| plan.steps.get(step)) else {
            return Effects::none();
        };
        let (Some(of_step), Some((before, sent_at)), Some(view)) = (
            of_plan.calls.get(call),
            incident.last_intent(),
            session.view(&of_plan.service),
        ) else {
            return Effects::none();
        };
        let is_run = matches!(of_step.api, Api::DispatchWorkflow { .. });
        let runbook = &session.setup.runbook;
        let usual = match (&runbook.database, is_run) {
            (Some(database), false) => Duration::from_secs(u64::from(database.restore_minutes) * 60),
            (None, false) | (_, true) => Duration::from_secs(5 * 60),
        };
        let awaited = Awaited {
            api: &of_step.api,
            run: incident
                .receipts
                .get(&(step, call))
                .and_then(|(receipt, _)| receipt.run),
            before,
            sent_at,
            usual,
            limit: if is_run { RUN_LIMIT } else { RESTORE_LIMIT },
        };
        let sighting = SettleSighting {
            database: &session.database,
            run: &session.run,
            state: &view.state,
        };
        let settling = rollback::settle(&awaited, &sighting, now);
        (settling, step, call)
    };
    let (settling, step, call) = settling;
    match settling {
        Settling::Underway { .. } => {
            session.settling = Some(settling);
            Effects::none()
        }
        Settling::Settled(settled) => {
            session.settling = None;
            record(session, Event::Settled { step, call, settled })
        }
        Settling::Ended { outcome, kind, why } => {
            session.settling = None;
            let revision = session
                .incident
                .as_ref()
                .and_then(Incident::service_at_hand)
                .and_then(|key| session.view(key)?.state.value())
                .map(|state| state.task_definition.clone());
            let ending = Ending {
                revision,
                ..Ending::bare(outcome, kind, why)
            };
            record(session, Event::Ended { ending })
        }
    }
}

fn follow(session: &mut Session, now: Timestamp) -> Effects {
    if session.follow.is_none() {
        session.follow = goal(session).map(Follow::new);
    }
    // A step without a call of its own, whose service stayed as it was: the run left it out. Only a reading of after the run
    // can say so.
    let left_out = session.follow.is_none()
        && session.incident.as_ref().is_some_and(|incident| {
            let read_at = incident
                .service_at_hand()
                .and_then(|key| session.view(key)?.state.as_of());
            incident.step_at_hand().is_some_and(|step| step.calls.is_empty())
                && following_since(incident)
                    .zip(read_at)
                    .is_some_and(|(since, read_at)| read_at >= since)
        });
    if left_out {
        return end(session, EndingKind::Failed, Phrase::new("settle-run-left-out"));
    }
    let Some(service) = service_at_hand(session) else {
        return Effects::none();
    };
    let (Some(mut follow), Some(view)) = (session.follow.take(), session.view(&service)) else {
        return Effects::none();
    };
    let sighting = Sighting {
        state: &view.state,
        history: &view.history,
        tasks: &view.tasks,
        failures: &view.stopped,
        targets: &view.targets,
    };
    let following = follow.see(&sighting, now);
    session.follow = Some(follow);
    match following {
        Following::Underway(progress) => {
            session.progress = Some(progress);
            Effects::none()
        }
        Following::Ended(ending) => record(session, Event::Ended { ending }),
    }
}

fn service_at_hand(session: &Session) -> Option<ServiceKey> {
    session
        .incident
        .as_ref()
        .and_then(|i| i.service_at_hand().cloned())
}
