//! What following says besides how far it is: what is in the way, who put what back, and how an end is told.

use jiff::Timestamp;

use crate::domain::{Deployment, Fault, GivenUpBy, Phrase, ServiceDeployment, ServiceState};

use super::super::cause;
use super::super::stall::STALLED_AFTER;
use super::super::{EndingKind, Outcome, Progress, PutBackBy, Sighting, Trouble};
use super::{Follow, LONGEST_GAP, Look};

impl Follow {
    pub(super) fn watch_movement(
        &mut self,
        state: &ServiceState,
        state_at: Timestamp,
        sighting: &Sighting<'_>,
    ) {
        let healthy = sighting.targets.value().map(|health| health.healthy);
        let stage = self
            .native(state, sighting)
            .and_then(|(_, native, _)| native.lifecycle_stage.as_ref());
        self.movement.see(state, healthy, stage, state_at, LONGEST_GAP);
    }

    /// What wants to be seen. What is right so far has no trouble.
    pub(super) fn trouble(&self, state: &ServiceState, sighting: &Sighting<'_>) -> Option<Trouble> {
        let native = self.native(state, sighting).map(|(_, native, _)| native);
        let stage = native.and_then(|native| native.lifecycle_stage.as_ref());
        if let Some(hook) = native.and_then(ServiceDeployment::paused_at) {
            let text = stage.map_or_else(|| "–".to_owned(), ToString::to_string);
            let said = match hook.expires_at {
                Some(at) => Phrase::new("follow-paused-until").time("at", at),
                None => Phrase::new("follow-paused"),
            };
            return Some(Trouble::Paused(said.text("stage", text).text("hook", &hook.id)));
        }
        if self.right_since.is_some() {
            return None;
        }
        let cause = cause::of_tasks(sighting.failures, &self.goal.definition, self.goal.sent_at);
        let quiet = self.movement.still_for();
        // Baking is standing still on purpose.
        let bakes = stage.is_some_and(|stage| stage.as_str() == "BAKE_TIME");
        if quiet < STALLED_AFTER || bakes {
            return cause.map(Trouble::Failing);
        }
        let cause = cause.or_else(|| cause::of_events(&state.events, self.goal.sent_at));
        Some(Trouble::Stalled(
            match cause {
                Some(cause) => Phrase::new("follow-stalled").phrase("cause", cause),
                None => Phrase::new("follow-stalled-unexplained"),
            }
            .duration("quiet", quiet),
        ))
    }

    /// The sentence of an end that our own tasks brought about, with why they did not stay up where ECS tells.
    pub(super) fn with_cause(&self, kind: EndingKind, why: Phrase, sighting: &Sighting<'_>) -> Phrase {
        match kind {
            EndingKind::PutBack(PutBackBy::CircuitBreaker | PutBackBy::Untold) | EndingKind::Failed => {
                match cause::of_tasks(sighting.failures, &self.goal.definition, self.goal.sent_at) {
                    Some(cause) => with_cause(why, cause),
                    None => why,
                }
            }
            EndingKind::PutBack(PutBackBy::Alarm | PutBackBy::Stop)
            | EndingKind::OnTarget
            | EndingKind::Stopped
            | EndingKind::Superseded
            | EndingKind::Paused
            | EndingKind::Stalled
            | EndingKind::TimedOut
            | EndingKind::OtherContent
            | EndingKind::Unknown
            | EndingKind::Changed
            | EndingKind::Refused => why,
        }
    }
}

pub(super) fn not_read(fault: &Fault) -> Phrase {
    Phrase::new("follow-not-read").phrase("fault", fault.phrase())
}

/// How it stood when the time was over.
pub(super) fn out_of_time(progress: Progress) -> (EndingKind, Phrase) {
    match progress.trouble {
        Some(Trouble::Paused(said)) => (EndingKind::Paused, said),
        Some(Trouble::Stalled(said)) => (EndingKind::Stalled, said),
        Some(Trouble::Failing(cause)) => (EndingKind::TimedOut, with_cause(progress.note, cause)),
        None => (EndingKind::TimedOut, progress.note),
    }
}

fn with_cause(why: Phrase, cause: Phrase) -> Phrase {
    Phrase::new("follow-with-cause")
        .phrase("why", why)
        .phrase("cause", cause)
}

/// ECS's own reason for how a service deployment ended.
pub(super) fn said(native: &ServiceDeployment) -> String {
    let own = native
        .rollback
        .as_ref()
        .and_then(|rollback| rollback.reason.as_ref());
    own.or(native.reason.as_ref())
        .map_or_else(|| "–".to_owned(), ToString::to_string)
}

/// Who turned a service deployment back: what tripped, else our own stop, else what ECS's reason says.
pub(super) fn put_back_by(native: &ServiceDeployment, is_stopped_by_us: bool) -> PutBackBy {
    match &native.given_up_by {
        Some(GivenUpBy::CircuitBreaker) => PutBackBy::CircuitBreaker,
        Some(GivenUpBy::Alarms(_)) => PutBackBy::Alarm,
        None if is_stopped_by_us => PutBackBy::Stop,
        None => by_words(&said(native)),
    }
}

pub(super) fn by_words(reason: &str) -> PutBackBy {
    let reason = reason.to_lowercase();
    if reason.contains("circuit breaker") {
        PutBackBy::CircuitBreaker
    } else if reason.contains("alarm") {
        PutBackBy::Alarm
    } else if reason.contains("stop") {
        PutBackBy::Stop
    } else {
        PutBackBy::Untold
    }
}

/// That another version was put back, without the version and ECS's reason yet.
pub(super) const fn put_back(by: PutBackBy) -> Phrase {
    Phrase::new(match by {
        PutBackBy::CircuitBreaker => "follow-put-back-breaker",
        PutBackBy::Alarm => "follow-put-back-alarm",
        PutBackBy::Stop => "follow-put-back-stop",
        PutBackBy::Untold => "follow-put-back",
    })
}

/// Another deployment took our place.
pub(super) fn superseded(primary: &Deployment) -> Look {
    let why = Phrase::new(match primary.created_at {
        Some(_) => "follow-superseded",
        None => "follow-superseded-undated",
    })
    .text("deployment", &primary.id)
    .text("revision", primary.task_definition.short());
    let why = match primary.created_at {
        Some(at) => why.time("at", at),
        None => why,
    };
    Look::Ended(
        Outcome::Elsewhere,
        EndingKind::Superseded,
        Some(primary.task_definition.clone()),
        why,
    )
}
