//! `rollback`: applies exactly the approved plan and follows it to its end.
//!
//! It enters the same walk as the console, at the same messages. Before an incident is opened the plan is made again, and
//! only the very same hash goes on.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::args::RollbackArgs;
use crate::cli::{Context, Exit, Failure, Output, Signals, facts};
use crate::domain::{Clean, Phrase, PlanHash};
use crate::engine::Engine;
use crate::incident::{Incident, Stage, next_step};
use crate::rollback::{
    Ending, EndingKind, Outcome, Plan, PlanVerdict, PreflightCheck, PreflightRow, PreflightVerdict,
    PutBackBy, Unproven,
};
use crate::session::OperatorMsg;

use super::drive::{self, End, Stopped, Teller};
use super::pick;
use super::plan::{self, Wanted};

/// How far a walk came.
enum Walked {
    /// To an end.
    Ended(Exit),
    /// A signal came first.
    Stopped(Exit),
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

/// Why a walk did not go on.
enum Break {
    Stopped(Exit),
    Failed(Failure),
    /// What was approved is not what would be planned now; this would be.
    Stale(Failure, Box<Plan>),
}

/// That nothing was applied, and the plan that could be approved instead.
struct NotApplied {
    failure: Failure,
    new_plan: Option<Box<Plan>>,
}

impl From<Failure> for NotApplied {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            new_plan: None,
        }
    }
}

pub(super) async fn run(
    context: &Context,
    args: &RollbackArgs,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let wanted = plan::wanted(context, &args.plan)?;
    refuse_overrides(&args.r#override)?;
    let NotApplied { failure, new_plan } = match apply(context, args, &wanted, out, signals).await {
        Ok(exit) => return Ok(exit),
        Err(not_applied) => not_applied,
    };
    if out.is_json() {
        match failure.exit {
            // Scripts read the end from the last line, whichever end it is.
            Exit::Refused | Exit::Blocked => {
                let why = out.words().say(&failure.what);
                let last = Last {
                    next: failure.hint.as_ref().map(|hint| out.words().say(hint)),
                    new_plan: new_plan.as_deref().map(|plan| facts::plan(plan, out.words())),
                    ..Last::of(Outcome::Refused, EndingKind::Refused, why)
                };
                out.object(&last.object());
            }
            Exit::Done
            | Exit::Unexpected
            | Exit::Usage
            | Exit::Elsewhere
            | Exit::TimedOut
            | Exit::NotVerified
            | Exit::OutcomeUnknown
            | Exit::CriteriaMet
            | Exit::CannotTell
            | Exit::Interrupted
            | Exit::Terminated => {}
        }
    }
    if let Some(plan) = new_plan {
        say_new_plan(context, &wanted, &plan, out);
    }
    Err(failure)
}

/// The plan that can be approved instead, on stderr: what it does, and the line that approves it.
fn say_new_plan(context: &Context, wanted: &Wanted, new_plan: &Plan, out: &Output) {
    let words = out.words();
    out.note(&words.get("cli-new-plan"));
    for line in plan::text(new_plan, words) {
        out.note(&line);
    }
    match new_plan.verdict {
        PlanVerdict::Ready | PlanVerdict::Warn => {
            out.note(&words.say(&plan::how_to_approve(context, wanted, new_plan)));
        }
        PlanVerdict::Blocked => {}
    }
}

async fn apply(
    context: &Context,
    args: &RollbackArgs,
    wanted: &Wanted,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, NotApplied> {
    drive::may_write(context)?;
    let approved = approved_hash(context, args)?;
    let mut engine = match drive::live(context, signals).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let walked = walk(
        &mut engine,
        context,
        args,
        wanted,
        approved.as_ref(),
        out,
        signals,
    )
    .await;
    let done = match walked {
        Ok(Walked::Ended(exit)) => Ok(exit),
        Ok(Walked::Stopped(exit)) | Err(Break::Stopped(exit)) => {
            say_stopped(&engine, out);
            Ok(exit)
        }
        Err(Break::Failed(failure)) => Err(failure.into()),
        Err(Break::Stale(failure, plan)) => Err(NotApplied {
            failure,
            new_plan: Some(plan),
        }),
    };
    give_up_what_was_not_sent(&mut engine);
    engine.shutdown().await;
    done
}

/// The hash that `--approve` gives; `None` where `--yes` may stand for whatever plan there is.
fn approved_hash(context: &Context, args: &RollbackArgs) -> Result<Option<PlanHash>, Failure> {
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

fn refuse_overrides(overrides: &[String]) -> Result<(), Failure> {
    let Some(first) = overrides.first() else {
        return Ok(());
    };
    let well_formed = first
        .split_once('=')
        .is_some_and(|(check, reason)| !check.is_empty() && !reason.trim().is_empty());
    Err(if well_formed {
        Failure::usage(Phrase::new("cli-error-override")).hint(Phrase::new("cli-hint-override"))
    } else {
        Failure::usage(Phrase::new("cli-error-override-form").text("given", Clean::new(first)))
    })
}

async fn walk(
    engine: &mut Engine,
    context: &Context,
    args: &RollbackArgs,
    wanted: &Wanted,
    approved: Option<&PlanHash>,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Walked, Break> {
    refuse_while_one_is_open(engine, wanted).await?;
    let plan = approved_plan(engine, wanted, approved)?;
    let mut teller = Teller::default();
    if let Err(broke) = open_and_freeze(engine, wanted, signals).await {
        return Err(or_stale(engine, wanted, &plan, broke, signals).await);
    }
    teller.tell(engine, out);
    engine.tell(OperatorMsg::Approve {
        hash: plan.hash.clone(),
        by: None,
        reason: args.reason.as_deref().map(Clean::new),
        timeout_seconds: args.timeout,
    });
    drive::until_idle(engine, signals).await?;
    if engine
        .session()
        .incident
        .as_ref()
        .is_some_and(|i| i.stage == Stage::Approve && i.refusal.is_none())
    {
        let refused = refusal(engine).into();
        return Err(or_stale(engine, wanted, &plan, refused, signals).await);
    }
    let end = match drive::follow(engine, signals, out, &mut teller).await {
        Ok(end) => end,
        Err(Stopped(exit)) => return Ok(Walked::Stopped(exit)),
    };
    let End::Refused(why) = &end else {
        return Ok(Walked::Ended(say_end(engine, &end, out)));
    };
    // The world is not the one that was approved; what would be planned in this one is said with the refusal.
    drive::look_anew(engine, &wanted.service, signals).await?;
    let new_plan = engine
        .session()
        .proposal(&wanted.service, &wanted.target, wanted.method, engine.now())
        .ok()
        .filter(|new_plan| new_plan.hash != plan.hash);
    let why = why.clone();
    say_refused(engine.session().incident.as_ref(), &why, new_plan.as_ref(), out);
    if let Some(new_plan) = &new_plan {
        say_new_plan(context, wanted, new_plan, out);
    }
    Ok(Walked::Ended(Exit::Refused))
}

/// No second rollback of a service while the end of the first is not recorded.
async fn refuse_while_one_is_open(engine: &Engine, wanted: &Wanted) -> Result<(), Failure> {
    match pick::open(engine, Some(&wanted.service)).await? {
        None => Ok(()),
        Some(incident) => Err(Failure::refused(
            Phrase::new("cli-error-open-incident").text("incident", &incident.id),
        )
        .hint(Phrase::new("cli-hint-open-incident").text("incident", &incident.id))),
    }
}

/// The plan as it would be made now, when it is the one that was approved.
fn approved_plan(engine: &Engine, wanted: &Wanted, approved: Option<&PlanHash>) -> Result<Plan, Break> {
    let stale = |actual: String| {
        let given = approved.map_or("", PlanHash::short);
        Failure::refused(
            Phrase::new("cli-error-approval")
                .text("actual", actual)
                .text("given", given),
        )
        .hint(Phrase::new("cli-hint-approval"))
    };
    let proposal = engine
        .session()
        .proposal(&wanted.service, &wanted.target, wanted.method, engine.now());
    let plan = match (proposal, approved) {
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
        return Err(Break::Stale(stale(plan.hash.short().to_owned()), Box::new(plan)));
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
async fn or_stale(
    engine: &mut Engine,
    wanted: &Wanted,
    approved: &Plan,
    broke: Break,
    signals: &mut Signals,
) -> Break {
    let failure = match broke {
        Break::Failed(failure) if failure.exit == Exit::Refused => failure,
        Break::Failed(_) | Break::Stopped(_) | Break::Stale(..) => return broke,
    };
    let again = engine
        .session()
        .proposal(&wanted.service, &wanted.target, wanted.method, engine.now());
    if let Some(forbidden) = again.ok().and_then(|again| turned(&again, approved)) {
        return Break::Failed(forbidden);
    }
    if let Err(Stopped(exit)) = drive::look_anew(engine, &wanted.service, signals).await {
        return Break::Stopped(exit);
    }
    let session = engine.session();
    match session.proposal(&wanted.service, &wanted.target, wanted.method, engine.now()) {
        Ok(new_plan) if new_plan.hash != approved.hash => {
            let what = session.what_changed(approved).unwrap_or(failure.what);
            Break::Stale(
                Failure::refused(what).hint(Phrase::new("cli-hint-approval")),
                Box::new(new_plan),
            )
        }
        Ok(_) | Err(_) => Break::Failed(failure),
    }
}

/// Opens the incident and walks it to the frozen plan.
async fn open_and_freeze(engine: &mut Engine, wanted: &Wanted, signals: &mut Signals) -> Result<(), Break> {
    engine.tell(OperatorMsg::StartRollback {
        services: vec![wanted.service.clone()],
    });
    loop {
        drive::until_idle(engine, signals).await?;
        if let Some(fault) = drive::journal_fault(engine) {
            return Err(Failure::from(fault).into());
        }
        let Some(stage) = engine.session().incident.as_ref().map(|i| i.stage) else {
            return Err(refusal(engine).into());
        };
        let next = match stage {
            Stage::Assess | Stage::Scope | Stage::Check => OperatorMsg::Advance,
            Stage::Target => OperatorMsg::Choose {
                target: wanted.target.clone(),
                method: wanted.method,
            },
            Stage::Approve => return Ok(()),
            Stage::Act { .. } | Stage::Verify | Stage::Report | Stage::Done | Stage::Abandoned => {
                return Err(refusal(engine).into());
            }
        };
        engine.tell(next);
        if engine.session().unsaved == 0 && engine.session().waiting.is_empty() {
            // Nothing was recorded, so the step was refused, and the session has said why.
            return Err(refusal(engine).into());
        }
    }
}

/// Why the session did not go on.
fn refusal(engine: &Engine) -> Failure {
    if let Some(fault) = drive::journal_fault(engine) {
        return fault.into();
    }
    let what = engine
        .session()
        .notice
        .as_ref()
        .map_or_else(|| Phrase::new("cli-error-not-applied"), |n| n.text.clone());
    Failure::refused(what).hint(Phrase::new("cli-hint-approval"))
}

/// An incident in which nothing was sent and that nobody goes on with is given up.
fn give_up_what_was_not_sent(engine: &mut Engine) {
    match engine.session().incident.as_ref().map(|i| i.stage) {
        Some(Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve) => {
            engine.tell(OperatorMsg::Abandon);
        }
        Some(Stage::Act { .. } | Stage::Verify | Stage::Report | Stage::Done | Stage::Abandoned) | None => {}
    }
}

fn say_stopped(engine: &Engine, out: &mut Output) {
    let Some(incident) = &engine.session().incident else {
        return;
    };
    let open = incident.stage.is_open();
    if out.is_json() {
        out.object(&json!({ "event": "interrupted", "incident": incident.id, "open": open }));
        // The last line says how it ended as far as this process knows.
        let (outcome, why) = if open {
            (
                Outcome::Unknown,
                Phrase::new("cli-hint-open-incident").text("incident", &incident.id),
            )
        } else {
            (Outcome::Refused, Phrase::new("cli-stopped-before"))
        };
        say(
            Some(incident),
            outcome,
            elapsed(Some(incident), engine.now()),
            &why,
            out,
        );
    }
    if open {
        let hint = Phrase::new("cli-hint-open-incident").text("incident", &incident.id);
        out.note(&out.words().say(&hint));
    } else {
        out.note(&out.words().get("cli-stopped-before"));
    }
}

/// Says where the rollback ended and how the process ends by it.
pub(super) fn say_end(engine: &Engine, end: &End, out: &mut Output) -> Exit {
    let incident = engine.session().incident.as_ref();
    match end {
        End::Over(ending, at) => {
            say_ending(incident, ending, *at, out);
            Exit::from(ending.outcome)
        }
        End::Refused(why) => {
            say_refused(incident, why, None, out);
            Exit::Refused
        }
        End::Doubtful(why) => {
            let why = why.clone().unwrap_or_else(|| Phrase::new("cli-resume-ask"));
            say(
                incident,
                Outcome::Unknown,
                elapsed(incident, engine.now()),
                &why,
                out,
            );
            if let Some(incident) = incident {
                let hint = Phrase::new("cli-hint-open-incident").text("incident", &incident.id);
                out.note(&out.words().say(&hint));
            }
            Exit::OutcomeUnknown
        }
        End::JournalFailed(fault) => {
            out.failure(&fault.clone().into());
            // Whether anything was sent can be told from the journal alone, and that is what failed.
            match incident.map(|i| i.stage) {
                Some(Stage::Act { .. }) => {
                    say(
                        incident,
                        Outcome::Unknown,
                        elapsed(incident, engine.now()),
                        &fault.phrase(),
                        out,
                    );
                    Exit::OutcomeUnknown
                }
                Some(
                    Stage::Assess
                    | Stage::Scope
                    | Stage::Target
                    | Stage::Check
                    | Stage::Approve
                    | Stage::Verify
                    | Stage::Report
                    | Stage::Done
                    | Stage::Abandoned,
                )
                | None => Exit::Unexpected,
            }
        }
    }
}

/// Says how a rollback ended that may have ended long ago.
pub(super) fn say_ending(incident: Option<&Incident>, ending: &Ending, at: Timestamp, out: &mut Output) {
    let seconds = elapsed(incident, at);
    if out.is_json() {
        let last = Last {
            incident,
            outcome: ending.outcome,
            kind: ending.kind,
            revision: ending.revision.as_ref().map(|arn| arn.as_str()),
            seconds,
            unproven: &ending.unproven,
            why: out.words().say(&ending.why),
            next: next(incident, ending).map(|next| out.words().say(&next)),
            new_plan: None,
        };
        out.object(&last.object());
        return;
    }
    say_text(incident, ending.outcome, &ending.why, out);
    for what in &ending.unproven {
        let what = out.words().get(match what {
            Unproven::Digests => "unproven-digests",
            Unproven::ServiceDeployment => "unproven-service-deployment",
            Unproven::TargetHealth => "unproven-target-health",
        });
        let line = out.words().say(&Phrase::new("cli-unproven").text("what", what));
        out.line(&line);
    }
    match next(incident, ending) {
        None => out.note(&out.words().get("cli-next-verify")),
        Some(next) => {
            let next = out.words().say(&next);
            out.note(&out.words().say(&Phrase::new("cli-next").text("next", next)));
        }
    }
}

/// What a person does next, where the rollback is not on its target: that one is verified.
fn next(incident: Option<&Incident>, ending: &Ending) -> Option<Phrase> {
    match ending.outcome {
        Outcome::OnTarget => None,
        Outcome::Elsewhere | Outcome::Failed | Outcome::TimedOut | Outcome::Unknown | Outcome::Refused => {
            Some(next_step(incident, ending))
        }
    }
}

/// Says that nothing was sent, and for scripts the plan that could be approved instead.
fn say_refused(incident: Option<&Incident>, why: &Phrase, new_plan: Option<&Plan>, out: &mut Output) {
    if out.is_json() {
        let last = Last {
            incident,
            next: Some(out.words().get("next-refused")),
            new_plan: new_plan.map(|plan| facts::plan(plan, out.words())),
            ..Last::of(Outcome::Refused, EndingKind::Refused, out.words().say(why))
        };
        out.object(&last.object());
    } else {
        say_text(incident, Outcome::Refused, why, out);
    }
}

/// Says an end that is no ending of the story: what is not known yet, or was never begun.
fn say(incident: Option<&Incident>, outcome: Outcome, seconds: i64, why: &Phrase, out: &mut Output) {
    if out.is_json() {
        let kind = match outcome {
            Outcome::Refused => EndingKind::Refused,
            Outcome::OnTarget
            | Outcome::Elsewhere
            | Outcome::Failed
            | Outcome::TimedOut
            | Outcome::Unknown => EndingKind::Unknown,
        };
        let next = next(incident, &Ending::bare(outcome, kind, why.clone()));
        let last = Last {
            incident,
            seconds,
            next: next.map(|next| out.words().say(&next)),
            ..Last::of(outcome, kind, out.words().say(why))
        };
        out.object(&last.object());
    } else {
        say_text(incident, outcome, why, out);
    }
}

fn say_text(incident: Option<&Incident>, outcome: Outcome, why: &Phrase, out: &mut Output) {
    let words = out.words().clone();
    let sentence = words.get(match outcome {
        Outcome::OnTarget => "outcome-on-target",
        Outcome::Elsewhere => "outcome-elsewhere",
        Outcome::Failed => "outcome-failed",
        Outcome::TimedOut => "outcome-timed-out",
        Outcome::Unknown => "outcome-unknown",
        Outcome::Refused => "outcome-refused",
    });
    if let Some(incident) = incident {
        out.line(&words.say(&Phrase::new("cli-incident").text("incident", &incident.id)));
    }
    out.line(&words.say(&Phrase::new("cli-ended").text("outcome", sentence)));
    out.line(&format!("  {}", words.say(why)));
}

/// From the moment the write was sent, else from the approval, in whole seconds of the engine's clock.
fn elapsed(incident: Option<&Incident>, until: Timestamp) -> i64 {
    let since = incident.and_then(|i| i.sent_at.or(i.approval.as_ref().map(|approval| approval.at)));
    since.map_or(0, |since| until.duration_since(since).as_secs().max(0))
}

/// The last line for scripts.
struct Last<'a> {
    incident: Option<&'a Incident>,
    outcome: Outcome,
    kind: Option<EndingKind>,
    revision: Option<&'a str>,
    seconds: i64,
    unproven: &'a [Unproven],
    why: String,
    next: Option<String>,
    new_plan: Option<Value>,
}

impl Last<'_> {
    /// An end without an incident, a revision or a time.
    const fn of(outcome: Outcome, kind: EndingKind, why: String) -> Self {
        Self {
            incident: None,
            outcome,
            kind: Some(kind),
            revision: None,
            seconds: 0,
            unproven: &[],
            why,
            next: None,
            new_plan: None,
        }
    }

    fn object(&self) -> Value {
        let mut object = json!({
            "event": "ended",
            "outcome": self.outcome,
            "kind": self.kind.map(EndingKind::as_str),
            "by": self.kind.and_then(EndingKind::put_back_by).map(PutBackBy::as_str),
            "incident": self.incident.map(|i| &i.id),
            "revision": self.revision,
            "seconds": self.seconds,
            "unproven": self.unproven,
            "why": self.why,
            "next": self.next,
        });
        // Only a refusal has one, so only there is it looked for.
        if let (Value::Object(fields), Some(plan)) = (&mut object, &self.new_plan) {
            fields.insert("new_plan".to_owned(), plan.clone());
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::samples;
    #[test]
    fn the_last_line_names_the_contracts_fields() {
        let line = Last {
            revision: Some("arn:x:56"),
            seconds: 95,
            unproven: &[Unproven::ServiceDeployment],
            ..Last::of(
                Outcome::Elsewhere,
                EndingKind::PutBack(PutBackBy::Alarm),
                "why".to_owned(),
            )
        };
        assert_eq!(
            line.object().to_string(),
            r#"{"event":"ended","outcome":"elsewhere","kind":"put-back","by":"alarm","incident":null,"revision":"arn:x:56","seconds":95,"unproven":["service-deployment"],"why":"why","next":null}"#
        );
        let refused = Last {
            new_plan: Some(json!({ "hash": "abc" })),
            ..Last::of(Outcome::Refused, EndingKind::Refused, "stale".to_owned())
        };
        assert_eq!(refused.object()["new_plan"]["hash"], "abc");
    }

    #[test]
    fn an_override_is_read_and_refused_with_a_sentence() {
        assert_eq!(refuse_overrides(&[]), Ok(()));
        let said = |text: &str| refuse_overrides(&[text.to_owned()]).unwrap_err();
        assert_eq!(said("image=we have it elsewhere").what.id, "cli-error-override");
        for wrong in ["image", "image=", "=because", "image=  "] {
            assert_eq!(said(wrong).what.id, "cli-error-override-form", "{wrong}");
            assert_eq!(said(wrong).exit, Exit::Usage);
        }
    }

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
