//! The walk of an approved plan: what follows from an event that is durable, and what follows from a look at the world.
//!
//! Everything here is decided on the folded incident, so that a restart goes on exactly where the story stands.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Phrase, ServiceKey};
use crate::incident::{ActState, Event, Incident, Stage, record as row};
use crate::rollback::{
    self, CheckResult, CheckState, Ending, EndingKind, Follow, Following, Goal, Outcome, Sighting, Stopped,
};
use crate::runbook::CheckKind;

use super::update::record;
use super::{Effect, Effects, Session, operator};

/// How long after the immediate checks' own time late data is waited for; CloudWatch is one to three minutes late
/// (facts of the field), so ten minutes without an answer is no answer.
const LATE_DATA: Duration = Duration::from_secs(600);

/// What follows from an event that has just become durable.
pub(super) fn after(session: &mut Session, event: &Event, now: Timestamp) -> Effects {
    match event {
        Event::Approved { .. } => act(session),
        Event::Intended { .. } => {
            // The stop came while the intent was on its way to the journal, past the last look at it.
            if session.stop_requested {
                session.refuse(Phrase::new("notice-stop-came-late"), now);
            }
            Effects::none()
        }
        Event::Answered { .. } => next_call_or_follow(session, now),
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
        Event::Ended { ending } => ended(session, ending),
        Event::Verified { .. } | Event::Abandoned { .. } => file(session),
        Event::Opened { .. }
        | Event::CriteriaChanged { .. }
        | Event::Declared { .. }
        | Event::Withdrawn { .. }
        | Event::Noted { .. }
        | Event::Assessed
        | Event::Scoped
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
    let sent = incident
        .sent_at
        .zip(incident.approval.as_ref())
        .is_some_and(|(sent, approval)| sent >= approval.at);
    session.taken_up = Some(now);
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
            state: ActState::Following,
            ..
        } => next_call_or_follow(session, now),
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
    Effects::one(Effect::Act {
        incident: incident.id.clone(),
        account: plan.account.clone(),
        step: Box::new(of_plan.clone()),
        step_index: step,
        call_index: call,
    })
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
        } if session.stop_requested => end(session, EndingKind::Stopped, Phrase::new("ended-stopped")),
        Stage::Act {
            state: ActState::Ready,
            ..
        } => act(session),
        Stage::Act {
            state: ActState::Following,
            ..
        } => {
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
    Some(Goal {
        definition: of_plan.to.revision.clone(),
        digest: of_plan.to.digest.clone(),
        deployment: receipt.deployment,
        service_deployment: of_plan.stops().cloned().or(receipt.service_deployment),
        stopped: of_plan.stops().map(|_| Stopped {
            primary: incident
                .last_intent()
                .and_then(|(fingerprint, _)| fingerprint.primary.clone()),
        }),
        sent_at: incident.sent_at.or(answered_at)?,
        hold: Duration::from_secs(u64::from(session.setup.runbook.timing.hold_seconds)),
        timeout: Duration::from_secs(approval.timeout_seconds),
    })
}

/// An end that came to no deployment of ours.
fn end(session: &mut Session, kind: EndingKind, why: Phrase) -> Effects {
    let ending = Ending::bare(Outcome::Failed, kind, why);
    record(session, Event::Ended { ending })
}

fn ended(session: &mut Session, ending: &Ending) -> Effects {
    session.follow = None;
    match ending.outcome {
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
        Some(Stage::Verify) => verify(session, now),
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

fn follow(session: &mut Session, now: Timestamp) -> Effects {
    if session.follow.is_none() {
        session.follow = goal(session).map(Follow::new);
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
        .and_then(|i| i.services.first().cloned())
}

fn verify(session: &mut Session, now: Timestamp) -> Effects {
    let Some(stable_at) = session.incident.as_ref().and_then(Incident::stable_at) else {
        return Effects::none();
    };
    let results = automatic(session, stable_at, now);
    let Some(incident) = &session.incident else {
        return Effects::none();
    };
    let changed = results.iter().find(|result| {
        incident
            .checks
            .get(&result.check)
            .is_none_or(|(known, _)| known.state != result.state)
    });
    if let Some(result) = changed {
        let event = Event::Checked {
            result: result.clone(),
            by: None,
        };
        return record(session, event);
    }
    if results.iter().any(|r| r.state == CheckState::Waiting) {
        return Effects::none();
    }
    // Nothing that was checked is nothing that passed.
    let passed = !results.is_empty() && results.iter().all(|r| r.state == CheckState::Passed);
    let recovered_at = recovered(session, stable_at);
    record(session, Event::Verified { passed, recovered_at })
}

/// The checks that modosu makes itself, as they stand now.
fn automatic(session: &Session, stable_at: Timestamp, now: Timestamp) -> Vec<CheckResult> {
    let runbook = &session.setup.runbook;
    let Some(view) = service_at_hand(session).and_then(|key| session.view(&key)) else {
        return Vec::new();
    };
    let window = Duration::from_secs(u64::from(runbook.checks.immediate.within_minutes) * 60) + LATE_DATA;
    let from = session
        .taken_up
        .map_or(stable_at, |taken_up| taken_up.max(stable_at));
    let over = now.duration_since(from) > jiff::SignedDuration::try_from(window).unwrap_or_default();
    runbook
        .checks
        .immediate
        .items
        .iter()
        .chain(&runbook.checks.functional.items)
        .filter_map(|check| match check.by {
            CheckKind::Health => Some(rollback::check_health(
                &check.id,
                &view.health_answers,
                stable_at,
                runbook.timing.health_answers,
                view.has_health_url,
                now,
            )),
            CheckKind::ErrorRate => {
                let threshold = runbook
                    .criterion(crate::domain::CriterionId::ErrorRate)?
                    .over_percent?;
                let needed = runbook.timing.healthy_minutes;
                Some(rollback::check_error_rate(
                    &check.id,
                    &view.series,
                    threshold,
                    stable_at,
                    needed,
                    now,
                ))
            }
            CheckKind::Person => None,
        })
        .map(|result| match result.state {
            // What has not answered by now will not: unknown, which never counts as passed.
            CheckState::Waiting if over => CheckResult {
                state: CheckState::Unknown,
                evidence: Phrase::new("verify-window-over"),
                ..result
            },
            CheckState::Waiting
            | CheckState::Passed
            | CheckState::Failed
            | CheckState::Unknown
            | CheckState::Skipped => result,
        })
        .collect()
}

fn recovered(session: &Session, stable_at: Timestamp) -> Option<Timestamp> {
    let runbook = &session.setup.runbook;
    let view = session.view(&service_at_hand(session)?)?;
    let of = |id| runbook.criterion(id);
    rollback::recovered_at(
        view.series.value()?,
        of(crate::domain::CriterionId::ErrorRate).and_then(|c| c.over_percent),
        of(crate::domain::CriterionId::Latency).and_then(|c| c.over_seconds),
        view.series.as_of()?,
        stable_at,
    )
}
