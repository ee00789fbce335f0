//! The approval of a plan: whether what was approved is still what would be planned, and what to say when it is not.

use crate::cli::args::RollbackArgs;
use crate::cli::{Context, Exit, Failure, Signals};
use crate::domain::{Clean, Phrase, PlanHash};
use crate::engine::Engine;
use crate::rollback::{Plan, PlanVerdict, PreflightCheck, PreflightRow, PreflightVerdict};
use crate::words::Words;

use super::drive::{self, Stopped};
use super::plan;
use super::plan_text::Shown;
use super::wanted::Wanted;

/// Why a walk did not go on.
pub(super) enum Break {
    /// A signal came first.
    Stopped(Exit),
    /// Something went wrong, or is refused.
    Failed(Failure),
    /// What was approved is not what would be planned now; this would be.
    Stale(Failure, Box<Shown>),
}

impl From<Stopped> for Break {
    fn from(Stopped(exit): Stopped) -> Self {
        Self::Stopped(exit)
    }
}

impl From<Failure> for Break {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What is asked for, by whom it is read, and in which words a plan is shown.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) context: &'a Context,
    pub(super) wanted: &'a Wanted,
    pub(super) words: &'a Words,
}

impl Asked<'_> {
    pub(super) fn shown(&self, plan: &Plan, engine: &Engine) -> Shown {
        Shown::of(plan, self.wanted, self.context, engine, self.words)
    }
}

/// The hash that `--approve` gives; `None` where `--yes` may stand for whatever plan there is.
pub(super) fn approved_hash(context: &Context, args: &RollbackArgs) -> Result<Option<PlanHash>, Failure> {
    match &args.approve {
        Some(text) => PlanHash::new(text).map(Some).map_err(|_| {
            Failure::refused(Phrase::new("cli-error-approval-form").text("given", Clean::new(text)))
                .hint(Phrase::new("cli-hint-approval"))
        }),
        None if context
            .of_environment()
            .is_none_or(|environment| environment.protected) =>
        {
            Err(Failure::refused(
                Phrase::new("cli-error-protected").text("environment", &context.environment),
            )
            .hint(Phrase::new("cli-hint-protected")))
        }
        None => Ok(None),
    }
}

/// The plan as it would be made now, when it is the one that was approved.
pub(super) fn approved_plan(
    engine: &Engine,
    asked: Asked<'_>,
    approved: Option<&PlanHash>,
) -> Result<Plan, Break> {
    let stale = |actual: String| {
        let given = approved.map_or("", PlanHash::short);
        Failure::refused(
            Phrase::new("cli-error-approval")
                .text("actual", actual)
                .text("given", given),
        )
        .hint(Phrase::new("cli-hint-approval"))
    };
    let plan = match (asked.wanted.proposal(engine), approved) {
        (Ok(plan), _) => plan,
        // What was approved cannot be planned any more: the approval is stale.
        (Err(none), Some(_)) if !none.waiting => {
            let failure = Failure::refused(Phrase::new("cli-error-no-plan").phrase("why", none.why))
                .hint(Phrase::new("cli-hint-approval"));
            return Err(failure.into());
        }
        (Err(none), Some(_) | None) => return Err(plan::no_plan(none).into()),
    };
    if approved.is_some_and(|hash| *hash != plan.hash) {
        let shown = asked.shown(&plan, engine);
        return Err(Break::Stale(stale(plan.hash.short().to_owned()), Box::new(shown)));
    }
    match forbidden(&plan) {
        None => Ok(plan),
        Some(failure) => Err(failure.into()),
    }
}

/// Why the plan's own checks do not let it be applied, if they do not.
fn forbidden(plan: &Plan) -> Option<Failure> {
    // Somebody else at work is a refusal and no verdict on the plan.
    if let Some(row) = plan.preflight.iter().find(|row| row.is_anothers_command()) {
        return Some(Failure::refused(row.evidence.clone()).hint(Phrase::new("hint-held")));
    }
    match plan.verdict {
        PlanVerdict::Ready | PlanVerdict::Warn => None,
        PlanVerdict::Blocked => Some(
            Failure::new(
                Exit::Blocked,
                Phrase::new("cli-error-blocked").phrase("rows", plan::blocking(plan)),
            )
            .hint(Phrase::new("cli-hint-plan-again")),
        ),
    }
}

/// Why the approved plan may not be applied any more, where it is the same and one of its rows has turned since: that is a
/// verdict on the plan and no stale approval. Another deployment is not such a row: the history may tell of it before the
/// service itself was read again, and then the world is what changed.
fn turned(again: &Plan, approved: &Plan) -> Option<Failure> {
    let of_deployment = |row: &PreflightRow| {
        row.check == PreflightCheck::Deployment && row.verdict == PreflightVerdict::Block
    };
    if again.hash == approved.hash && !again.preflight.iter().any(of_deployment) {
        forbidden(again)
    } else {
        None
    }
}

/// What broke the walk, as a stale approval when the world is not the one that was approved any more.
pub(super) async fn or_stale(
    engine: &mut Engine,
    asked: Asked<'_>,
    approved: &Plan,
    broke: Break,
    signals: &mut Signals,
) -> Break {
    let failure = match broke {
        Break::Failed(failure) if failure.exit == Exit::Refused => failure,
        Break::Failed(_) | Break::Stopped(_) | Break::Stale(..) => return broke,
    };
    let again = asked.wanted.proposal(engine);
    if let Some(forbidden) = again.ok().and_then(|again| turned(&again, approved)) {
        return Break::Failed(forbidden);
    }
    if let Err(Stopped(exit)) = drive::look_anew(engine, &asked.wanted.services, signals).await {
        return Break::Stopped(exit);
    }
    match asked.wanted.proposal(engine) {
        Ok(new_plan) if new_plan.hash != approved.hash => {
            let what = engine.session().what_changed(approved).unwrap_or(failure.what);
            Break::Stale(
                Failure::refused(what).hint(Phrase::new("cli-hint-approval")),
                Box::new(asked.shown(&new_plan, engine)),
            )
        }
        Ok(_) | Err(_) => Break::Failed(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::samples;

    #[test]
    fn a_row_that_turned_since_is_a_verdict_unless_somebody_else_is_at_work() {
        let approved = samples::plan(&["backend"], 1);
        let with = |check| {
            let mut again = approved.clone();
            again.preflight[0].check = check;
            again.preflight[0].verdict = PreflightVerdict::Block;
            again.verdict = PlanVerdict::Blocked;
            again
        };
        let exit = |again: &Plan| turned(again, &approved).map(|failure| failure.exit);
        assert_eq!(exit(&approved), None);
        assert_eq!(exit(&with(PreflightCheck::Image)), Some(Exit::Blocked));
        assert_eq!(exit(&with(PreflightCheck::Lease)), Some(Exit::Refused));
        assert_eq!(exit(&with(PreflightCheck::Deployment)), None);
        // Another plan is a stale approval, whatever it says.
        let mut other = with(PreflightCheck::Image);
        other.hash = samples::hash('b');
        assert_eq!(exit(&other), None);
    }
}
