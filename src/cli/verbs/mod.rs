//! One file a verb.

mod approval;
mod check;
mod doctor;
mod drive;
mod ends;
mod help;
mod history;
mod incidents;
mod init;
mod pick;
mod plan;
mod plan_text;
mod replay;
mod report;
mod resume;
mod rollback;
mod standing;
mod status;
mod teller;
mod verify;
mod wanted;

use crate::domain::Phrase;

use super::{Context, Exit, Failure, Format, Global, Output, Settings, Signals, Verb, command_line_words};

/// Carries out a verb that prints and ends. Console and drill have a screen or a server and are not among them: `None`.
///
/// # Errors
/// When the process cannot listen to signals.
pub async fn run(verb: &Verb, global: &Global, settings: &Settings) -> std::io::Result<Option<Exit>> {
    let mut signals = Signals::listen()?;
    let mut early = Output::new(Format::Text, command_line_words(global, settings));
    let needs_no_runbook = match verb {
        Verb::Console | Verb::Drill(_) => return Ok(None),
        Verb::Completions(args) => Some(Ok(help::completions(args.shell, &mut early))),
        Verb::Man => Some(help::man(&mut early)),
        Verb::Init => Some(init::run(global, settings, &mut early)),
        Verb::Doctor(args) => {
            early.format = Format::json_if(args.json);
            Some(Ok(doctor::run(global, settings, &mut early, &mut signals).await))
        }
        Verb::Status(_)
        | Verb::Check(_)
        | Verb::Plan(_)
        | Verb::Rollback(_)
        | Verb::Verify(_)
        | Verb::Report(_)
        | Verb::History(_)
        | Verb::Incidents(_)
        | Verb::Resume(_)
        | Verb::Replay(_) => None,
    };
    if let Some(done) = needs_no_runbook {
        return Ok(Some(ended(done, &early)));
    }
    let settings = &acting(verb, settings);
    let context = match Context::new(global, settings) {
        Ok(context) => context,
        Err(failure) => return Ok(Some(ended(Err(failure), &early))),
    };
    let mut out = Output::new(Format::json_if(wants_json(verb)), context.words.clone());
    let done = match verb {
        Verb::Status(_) => status::run(&context, &mut out, &mut signals).await,
        Verb::Check(_) => check::run(&context, &mut out, &mut signals).await,
        Verb::Plan(args) => plan::run(&context, args, &mut out, &mut signals).await,
        Verb::Rollback(args) => rollback::run(&context, args, &mut out, &mut signals).await,
        Verb::Verify(args) => verify::run(&context, args.incident.as_deref(), &mut out, &mut signals).await,
        Verb::Report(args) => report::run(&context, args, &mut out).await,
        Verb::History(args) => history::run(&context, args, &mut out).await,
        Verb::Incidents(_) => incidents::run(&context, &mut out).await,
        Verb::Resume(args) => resume::run(&context, args, &mut out, &mut signals).await,
        Verb::Replay(args) => replay::run(&context, &args.id, &mut out).await,
        Verb::Console | Verb::Drill(_) | Verb::Completions(_) | Verb::Man | Verb::Init | Verb::Doctor(_) => {
            return Ok(None);
        }
    };
    Ok(Some(ended(done, &out)))
}

/// The settings with the person that `--by` names: who approves is who opened it, too.
fn acting(verb: &Verb, settings: &Settings) -> Settings {
    let by = match verb {
        Verb::Rollback(args) => args.by.clone().filter(|name| !name.trim().is_empty()),
        Verb::Console
        | Verb::Drill(_)
        | Verb::Status(_)
        | Verb::Check(_)
        | Verb::Plan(_)
        | Verb::Verify(_)
        | Verb::Report(_)
        | Verb::History(_)
        | Verb::Incidents(_)
        | Verb::Resume(_)
        | Verb::Replay(_)
        | Verb::Init
        | Verb::Doctor(_)
        | Verb::Completions(_)
        | Verb::Man => None,
    };
    let user = by.or_else(|| settings.user.clone());
    Settings {
        user,
        ..settings.clone()
    }
}

fn ended(done: Result<Exit, Failure>, out: &Output) -> Exit {
    let exit = done.unwrap_or_else(|failure| {
        out.failure(&failure);
        failure.exit
    });
    match exit {
        // A script must not take a file that a full disk cut off for the answer.
        Exit::Done if out.failed() => {
            let lost = Failure::new(Exit::Unexpected, Phrase::new("cli-error-output"));
            out.failure(&lost);
            lost.exit
        }
        exit => exit,
    }
}

fn wants_json(verb: &Verb) -> bool {
    use super::args::HistoryVerb;
    match verb {
        Verb::Status(args) | Verb::Check(args) | Verb::Incidents(args) | Verb::Doctor(args) => args.json,
        Verb::Plan(args) => args.json,
        Verb::Rollback(args) => args.plan.json,
        Verb::Verify(args) => args.json,
        Verb::Resume(args) => args.json,
        Verb::Replay(args) => args.json,
        Verb::History(args) => match &args.verb {
            Some(HistoryVerb::List(args) | HistoryVerb::Stats(args)) => args.json,
            Some(HistoryVerb::Path | HistoryVerb::Append { .. }) | None => false,
        },
        Verb::Console | Verb::Drill(_) | Verb::Report(_) | Verb::Init | Verb::Completions(_) | Verb::Man => {
            false
        }
    }
}
