//! `plan`: the plan of a rollback, frozen under its hash. Nothing is changed.

use crate::cli::args::PlanArgs;
use crate::cli::{Context, Exit, Failure, Output, Signals};
use crate::domain::Phrase;
use crate::rollback::{NoPlan, Plan, PlanVerdict, PreflightVerdict};

use super::drive::Stopped;
use super::plan_text::Shown;
use super::status;
use super::wanted::wanted;

pub(super) async fn run(
    context: &Context,
    args: &PlanArgs,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let wanted = wanted(context, args).await?;
    let engine = match status::observed(context, signals, |engine| wanted.prepare(engine)).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let shown = wanted.proposal(&engine).map(|plan| {
        let shown = Shown::of(&plan, &wanted, context, &engine, out.words());
        (shown, plan.verdict)
    });
    engine.shutdown().await;
    let (shown, verdict) = shown.map_err(no_plan)?;
    for line in &shown.remarks {
        out.note(line);
    }
    if out.is_json() {
        out.object(&shown.object);
    } else {
        for line in &shown.lines {
            out.line(line);
        }
    }
    Ok(exit_of(verdict))
}

/// That there is no plan, and why.
pub(super) fn no_plan(none: NoPlan) -> Failure {
    let what = Phrase::new("cli-error-no-plan").phrase("why", none.why);
    Failure::new(Exit::Blocked, what).hint(Phrase::new("cli-hint-no-plan"))
}

/// How `plan` ends.
pub(super) const fn exit_of(verdict: PlanVerdict) -> Exit {
    match verdict {
        PlanVerdict::Ready | PlanVerdict::Warn => Exit::Done,
        PlanVerdict::Blocked => Exit::Blocked,
    }
}

/// The rows that block a plan and that nobody overrode, each with its evidence.
pub(super) fn blocking(plan: &Plan) -> Phrase {
    plan.preflight
        .iter()
        .filter(|row| row.verdict == PreflightVerdict::Block)
        .filter(|row| !crate::cli::plan_facts::is_overridden(plan, row))
        .map(|row| {
            Phrase::new("cli-blocking-row")
                .phrase("check", row.check.phrase())
                .phrase("evidence", row.evidence.clone())
        })
        .reduce(|first, rest| {
            Phrase::new("cli-blocking-rows")
                .phrase("first", first)
                .phrase("rest", rest)
        })
        .unwrap_or_else(|| Phrase::new("cli-plan-blocked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_blocked_plan_ends_badly() {
        assert_eq!(exit_of(PlanVerdict::Warn), Exit::Done);
        assert_eq!(exit_of(PlanVerdict::Blocked), Exit::Blocked);
    }
}
