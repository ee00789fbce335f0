//! `resume`: goes on with a rollback whose process ended. It looks first, and never sends again.

use std::io;

use crate::cli::{Context, Exit, Failure, Output, Signals};
use crate::domain::Phrase;
use crate::engine::Engine;
use crate::incident::{Incident, Stage};
use crate::session::OperatorMsg;

use super::drive::{self, End, Stopped, Teller};
use super::{pick, rollback};

/// What a person decides about a call whose effect cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    LookAgain,
    GiveUp,
    Leave,
}

pub(super) async fn run(
    context: &Context,
    id: Option<&str>,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    drive::commanding(context, signals, async |engine, signals| {
        resume(engine, id, out, signals).await
    })
    .await
}

async fn resume(
    engine: &mut Engine,
    id: Option<&str>,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let incident = match id {
        Some(id) => Some(pick::named(engine, id).await?),
        None => pick::open(engine, None).await?,
    };
    let Some(incident) = incident else {
        out.note(&out.words().get("cli-resume-none"));
        return Ok(Exit::Done);
    };
    match incident.stage {
        Stage::Act { .. } => go_on(engine, &incident, out, signals).await,
        // The engine looks whether the row of an ended rollback is missing, and writes it.
        Stage::Report => {
            engine.resume(&incident.id).await?;
            match drive::until_idle(engine, signals).await {
                Ok(()) => Ok(say_ended(&incident, out)),
                Err(Stopped(exit)) => Ok(exit),
            }
        }
        Stage::Verify | Stage::Done => Ok(say_ended(&incident, out)),
        Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve | Stage::Abandoned => {
            out.note(
                &out.words()
                    .say(&Phrase::new("cli-resume-not-sent").text("incident", &incident.id)),
            );
            Ok(Exit::Done)
        }
    }
}

async fn go_on(
    engine: &mut Engine,
    incident: &Incident,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let mut teller = Teller::after(incident);
    engine.resume(&incident.id).await?;
    loop {
        let end = match drive::follow(engine, signals, out, &mut teller).await {
            Ok(end) => end,
            Err(Stopped(exit)) => return Ok(exit),
        };
        match &end {
            End::Doubtful(why) if out.can_ask() && !out.is_json() => {
                match ask(why.as_ref(), out, signals).await {
                    Ok(Decision::LookAgain) => engine.tell(OperatorMsg::LookAgain),
                    Ok(Decision::GiveUp) => engine.tell(OperatorMsg::GiveUpUnknown),
                    Ok(Decision::Leave) => return Ok(rollback::say_end(engine, &end, out)),
                    Err(Stopped(exit)) => return Ok(exit),
                }
            }
            End::Doubtful(_) | End::Over(..) | End::Refused(_) | End::JournalFailed(_) => {
                return Ok(rollback::say_end(engine, &end, out));
            }
        }
    }
}

fn say_ended(incident: &Incident, out: &mut Output) -> Exit {
    match &incident.ending {
        Some((ending, at)) => {
            rollback::say_ending(Some(incident), ending, *at, out);
            Exit::from(ending.outcome)
        }
        None => Exit::Done,
    }
}

async fn ask(why: Option<&Phrase>, out: &Output, signals: &mut Signals) -> Result<Decision, Stopped> {
    let words = out.words();
    if let Some(why) = why {
        out.note(&words.say(why));
    }
    out.note(&words.get("cli-resume-ask"));
    loop {
        out.note(&words.get("cli-resume-choices"));
        // The reader of the keyboard cannot be interrupted; a signal ends the process beside it.
        let line = tokio::select! {
            line = tokio::task::spawn_blocking(read_line) => line.ok().flatten(),
            exit = signals.next() => return Err(Stopped(exit)),
        };
        if let Some(decision) = decision(line.as_deref()) {
            return Ok(decision);
        }
    }
}

fn read_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line),
    }
}

/// Only a clear letter decides; the end of the input leaves everything as it is.
fn decision(line: Option<&str>) -> Option<Decision> {
    match line.map(str::trim) {
        None => Some(Decision::Leave),
        Some("l") => Some(Decision::LookAgain),
        Some("g") => Some(Decision::GiveUp),
        Some("q") => Some(Decision::Leave),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_alone_decides_nothing_and_no_keyboard_leaves_things_as_they_are() {
        assert_eq!(decision(Some("\n")), None);
        assert_eq!(decision(Some("yes\n")), None);
        assert_eq!(decision(Some("g\n")), Some(Decision::GiveUp));
        assert_eq!(decision(None), Some(Decision::Leave));
    }
}
