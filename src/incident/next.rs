//! What a person does next after a rollback that is not on its target. The console's last screen and the command line say
//! the same.

use crate::domain::{FaultKind, Phrase};
use crate::rollback::{Ending, EndingKind, PutBackBy};

use super::{Event, Incident};

/// The next step after `ending`. When AWS refused the call itself, the service is as it was, and what helps depends on why.
#[must_use]
pub fn next_step(incident: Option<&Incident>, ending: &Ending) -> Phrase {
    match ending.known_kind() {
        EndingKind::OnTarget => Phrase::new("next-no-help"),
        EndingKind::PutBack(PutBackBy::Stop) => Phrase::new("next-put-back-stop"),
        EndingKind::PutBack(PutBackBy::CircuitBreaker | PutBackBy::Alarm | PutBackBy::Untold) => {
            Phrase::new("next-put-back")
        }
        EndingKind::Failed => incident
            .and_then(not_carried_out)
            .unwrap_or_else(|| Phrase::new("next-failed")),
        EndingKind::Stopped => Phrase::new("next-stopped"),
        EndingKind::Superseded => Phrase::new("next-superseded"),
        EndingKind::Paused => Phrase::new("next-paused"),
        EndingKind::Stalled => Phrase::new("next-stalled"),
        EndingKind::TimedOut => Phrase::new("next-timed-out"),
        EndingKind::OtherContent => Phrase::new("next-elsewhere"),
        EndingKind::Unknown => Phrase::new("next-unknown"),
        EndingKind::Refused => Phrase::new("next-refused"),
        EndingKind::Changed => Phrase::new("next-changed"),
    }
}

/// What to do about a call that certainly did nothing, when that is how it ended.
fn not_carried_out(incident: &Incident) -> Option<Phrase> {
    incident
        .events
        .iter()
        .rev()
        .find_map(|recorded| match &recorded.event {
            Event::Rejected { fault, .. } => Some(Some(after_refusal(&fault.kind))),
            Event::NotApplied { .. } => Some(Some(Phrase::new("next-not-applied"))),
            Event::Intended { .. }
            | Event::Answered { .. }
            | Event::Adopted { .. }
            | Event::Doubtful { .. }
            | Event::Approved { .. } => Some(None),
            Event::Opened { .. }
            | Event::CriteriaChanged { .. }
            | Event::Declared { .. }
            | Event::Withdrawn { .. }
            | Event::Noted { .. }
            | Event::Assessed
            | Event::Scoped { .. }
            | Event::Overridden { .. }
            | Event::Attached { .. }
            | Event::Settled { .. }
            | Event::TargetChosen { .. }
            | Event::Planned { .. }
            | Event::Reconsidered
            | Event::Refused { .. }
            | Event::Ended { .. }
            | Event::Checked { .. }
            | Event::Verified { .. }
            | Event::Reported { .. }
            | Event::Filed { .. }
            | Event::Abandoned { .. } => None,
        })
        .flatten()
}

fn after_refusal(kind: &FaultKind) -> Phrase {
    match kind {
        FaultKind::Denied { action } => Phrase::new("next-denied").text("action", action),
        FaultKind::Expired | FaultKind::NoCredentials => Phrase::new("next-credentials"),
        FaultKind::Throttled => Phrase::new("next-throttled"),
        FaultKind::TimedOut | FaultKind::Unreachable | FaultKind::Server | FaultKind::Malformed => {
            Phrase::new("next-not-applied")
        }
        FaultKind::NotFound
        | FaultKind::NotOffered
        | FaultKind::Rejected
        | FaultKind::Held
        | FaultKind::Local
        | FaultKind::NotSent => Phrase::new("next-rejected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clean;
    use crate::rollback::Outcome;

    #[test]
    fn what_to_do_about_a_refused_call_depends_on_why() {
        let action = Clean::new("ecs:UpdateService");
        assert_eq!(
            after_refusal(&FaultKind::Denied { action }),
            Phrase::new("next-denied").text("action", "ecs:UpdateService")
        );
        for (kind, id) in [
            (FaultKind::Throttled, "next-throttled"),
            (FaultKind::Expired, "next-credentials"),
            (FaultKind::NoCredentials, "next-credentials"),
            (FaultKind::Server, "next-not-applied"),
            (FaultKind::Rejected, "next-rejected"),
        ] {
            assert_eq!(after_refusal(&kind).id, id);
        }
    }

    #[test]
    fn where_our_own_stop_led_elsewhere_another_target_is_not_the_advice() {
        let next = |by| {
            let kind = EndingKind::PutBack(by);
            next_step(None, &Ending::bare(Outcome::Elsewhere, kind, Phrase::new("x"))).id
        };
        assert_eq!(next(PutBackBy::Stop), "next-put-back-stop");
        for by in [PutBackBy::CircuitBreaker, PutBackBy::Alarm, PutBackBy::Untold] {
            assert_eq!(next(by), "next-put-back");
        }
    }
}
