//! `resume`: goes on with a rollback whose process ended. It looks first, never sends again, and sends what was not sent yet
//! only by a person's word.

use std::io;

use crate::cli::args::ResumeArgs;
use crate::cli::{Context, Exit, Failure, Output, Signals};
use crate::domain::Phrase;
use crate::engine::Engine;
use crate::incident::{Incident, Stage};
use crate::session::OperatorMsg;

use super::drive::{self, End, Stopped};
use super::teller::Teller;
use super::{ends, pick, standing};

/// What a person decides about a call whose effect cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    LookAgain,
    GiveUp,
    Leave,
}

/// What a person decides between two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    GoOn,
    Stop,
    Leave,
}

pub(super) async fn run(
    context: &Context,
    args: &ResumeArgs,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    drive::commanding(context, signals, async |engine, signals| {
        resume(engine, args, out, signals).await
    })
    .await
}

async fn resume(
    engine: &mut Engine,
    args: &ResumeArgs,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let incident = match &args.id {
        Some(id) => Some(pick::named(engine, id).await?),
        None => pick::open(engine, &[]).await?,
    };
    let Some(incident) = incident else {
        out.note(&out.words().get("cli-resume-none"));
        return Ok(Exit::Done);
    };
    match incident.stage {
        Stage::Act { .. } => go_on(engine, &incident, args.go_on, out, signals).await,
        // The engine looks whether the row of an ended rollback is missing, and writes it.
        Stage::Report => {
            engine.resume(&incident.id).await?;
            match drive::until_idle(engine, signals).await {
                Ok(()) => Ok(say_ended(engine, &incident, out)),
                Err(Stopped(exit)) => Ok(exit),
            }
        }
        Stage::Verify | Stage::Done => Ok(say_ended(engine, &incident, out)),
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
    without_asking: bool,
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
                    Ok(Decision::Leave) => return Ok(ends::say_end(engine, &end, out)),
                    Err(Stopped(exit)) => return Ok(exit),
                }
            }
            End::BetweenCalls(_) => {
                say_between_calls(engine, out);
                let word = if without_asking {
                    Ok(Word::GoOn)
                } else if out.can_ask() && !out.is_json() {
                    ask_for_word(out, signals).await
                } else {
                    out.note(&out.words().get("cli-hint-go-on"));
                    Ok(Word::Leave)
                };
                match word {
                    Ok(Word::GoOn) => engine.tell(OperatorMsg::GoOn),
                    Ok(Word::Stop) => engine.tell(OperatorMsg::StopBeforeNext),
                    Ok(Word::Leave) => return Ok(ends::say_end(engine, &end, out)),
                    Err(Stopped(exit)) => return Ok(exit),
                }
            }
            End::Doubtful(_) | End::Over(..) | End::Refused(_) | End::JournalFailed(_) => {
                return Ok(ends::say_end(engine, &end, out));
            }
        }
    }
}

/// What is done and what would be sent next. Programs read it from the last line.
fn say_between_calls(engine: &Engine, out: &Output) {
    if out.is_json() {
        return;
    }
    out.note(&out.words().get("cli-between-calls"));
    if let Some(incident) = &engine.session().incident {
        for line in standing::between_calls(incident, out.words()) {
            out.note(&line);
        }
    }
}

fn say_ended(engine: &Engine, incident: &Incident, out: &mut Output) -> Exit {
    match &incident.ending {
        Some((ending, at)) => {
            ends::say_ending(engine.session(), Some(incident), ending, *at, out);
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
        if let Some(decision) = decision(typed(signals).await?.as_deref()) {
            return Ok(decision);
        }
    }
}

async fn ask_for_word(out: &Output, signals: &mut Signals) -> Result<Word, Stopped> {
    out.note(&out.words().get("cli-between-choices"));
    Ok(word(typed(signals).await?.as_deref()))
}

/// A line from the keyboard; `None` at its end. Its reader cannot be interrupted; a signal ends the process beside it.
async fn typed(signals: &mut Signals) -> Result<Option<String>, Stopped> {
    tokio::select! {
        line = tokio::task::spawn_blocking(read_line) => Ok(line.ok().flatten()),
        exit = signals.next() => Err(Stopped(exit)),
    }
}

/// Only a clear letter sends or stops; anything else, Enter alone among it, leaves everything as it is.
fn word(line: Option<&str>) -> Word {
    match line.map(str::trim) {
        Some("y") => Word::GoOn,
        Some("s") => Word::Stop,
        Some(_) | None => Word::Leave,
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

    #[test]
    fn between_two_calls_only_a_clear_y_sends() {
        assert_eq!(word(Some("y\n")), Word::GoOn);
        assert_eq!(word(Some("s\n")), Word::Stop);
        for other in [Some("\n"), Some("yes\n"), Some("Y\n"), Some("n"), None] {
            assert_eq!(word(other), Word::Leave, "{other:?}");
        }
    }
}
