//! `rollback`: applies exactly the approved plan and follows it to its end.
//!
//! It enters the same walk as the console, at the same messages. Before an incident is opened the plan is made again, and
//! only the very same hash goes on.

use serde_json::json;

use crate::cli::args::RollbackArgs;
use crate::cli::{Context, Exit, Failure, Output, Signals};
use crate::domain::{Clean, Phrase, PlanHash};
use crate::engine::Engine;
use crate::incident::Stage;
use crate::rollback::Outcome;
use crate::session::OperatorMsg;

use super::approval::{Asked, Break, approved_hash, approved_plan, or_stale};
use super::drive::{self, End, Stopped};
use super::ends;
use super::pick;
use super::plan_text::Shown;
use super::teller::Teller;
use super::wanted::{Wanted, wanted};

/// How far a walk came.
enum Walked {
    /// To an end.
    Ended(Exit),
    /// A signal came first.
    Stopped(Exit),
}

/// That nothing was applied, and the plan that could be approved instead.
struct NotApplied {
    failure: Failure,
    new_plan: Option<Box<Shown>>,
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
    let NotApplied { failure, new_plan } = match apply(context, args, out, signals).await {
        Ok(exit) => return Ok(exit),
        Err(not_applied) => not_applied,
    };
    if out.is_json() {
        match failure.exit {
            // Scripts read the end from the last line, whichever end it is.
            Exit::Refused | Exit::Blocked => ends::say_not_applied(&failure, new_plan.as_deref(), out),
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
        say_new_plan(&plan, out);
    }
    Err(failure)
}

/// The plan that can be approved instead, on stderr: what it does, and the line that approves it.
fn say_new_plan(new_plan: &Shown, out: &Output) {
    out.note(&out.words().get("cli-new-plan"));
    for line in &new_plan.lines {
        out.note(line);
    }
}

async fn apply(
    context: &Context,
    args: &RollbackArgs,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, NotApplied> {
    let wanted = wanted(context, &args.plan).await?;
    drive::may_write(context)?;
    let approved = approved_hash(context, args)?;
    let mut engine = match drive::live(context, signals, |engine| wanted.prepare(engine)).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let words = out.words().clone();
    let asked = Asked {
        context,
        wanted: &wanted,
        words: &words,
    };
    let walked = walk(&mut engine, args, asked, approved.as_ref(), out, signals).await;
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

async fn walk(
    engine: &mut Engine,
    args: &RollbackArgs,
    asked: Asked<'_>,
    approved: Option<&PlanHash>,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Walked, Break> {
    refuse_while_one_is_open(engine, asked.wanted).await?;
    let plan = approved_plan(engine, asked, approved)?;
    let mut teller = Teller::default();
    if let Err(broke) = open_and_freeze(engine, asked.wanted, signals).await {
        return Err(or_stale(engine, asked, &plan, broke, signals).await);
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
        return Err(or_stale(engine, asked, &plan, refused, signals).await);
    }
    // The incident itself says from now on what is observed.
    engine.tell(OperatorMsg::Prepare(Vec::new()));
    let end = match drive::follow(engine, signals, out, &mut teller).await {
        Ok(end) => end,
        Err(Stopped(exit)) => return Ok(Walked::Stopped(exit)),
    };
    let End::Refused(why) = &end else {
        return Ok(Walked::Ended(ends::say_end(engine, &end, out)));
    };
    // The world is not the one that was approved; what would be planned in this one is said with the refusal.
    drive::look_anew(engine, &asked.wanted.services, signals).await?;
    let new_plan = asked
        .wanted
        .proposal(engine)
        .ok()
        .filter(|new_plan| new_plan.hash != plan.hash)
        .map(|new_plan| asked.shown(&new_plan, engine));
    ends::say_refused(engine, why, new_plan.as_ref(), out);
    if let Some(new_plan) = &new_plan {
        say_new_plan(new_plan, out);
    }
    Ok(Walked::Ended(Exit::Refused))
}

/// No second rollback of a service while the end of the first is not recorded.
async fn refuse_while_one_is_open(engine: &Engine, wanted: &Wanted) -> Result<(), Failure> {
    match pick::open(engine, &wanted.services).await? {
        None => Ok(()),
        Some(incident) => Err(Failure::refused(
            Phrase::new("cli-error-open-incident").text("incident", &incident.id),
        )
        .hint(Phrase::new("cli-hint-open-incident").text("incident", &incident.id))),
    }
}

/// Opens the incident and walks it to the frozen plan.
async fn open_and_freeze(engine: &mut Engine, wanted: &Wanted, signals: &mut Signals) -> Result<(), Break> {
    engine.tell(OperatorMsg::StartRollback {
        services: wanted.services.clone(),
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
            Stage::Assess | Stage::Scope => OperatorMsg::Advance,
            Stage::Check => {
                // Each is recorded with its reason before the plan is frozen.
                for over in &wanted.overrides {
                    engine.tell(over.said());
                }
                OperatorMsg::Advance
            }
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
        if stage == Stage::Check {
            drive::until_idle(engine, signals).await?;
            if engine.session().incident.as_ref().map(|i| i.stage) == Some(Stage::Check) {
                return Err(refusal(engine).into());
            }
            continue;
        }
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
        ends::say(engine, outcome, &why, out);
    }
    if open {
        let hint = Phrase::new("cli-hint-open-incident").text("incident", &incident.id);
        out.note(&out.words().say(&hint));
    } else {
        out.note(&out.words().get("cli-stopped-before"));
    }
}
