//! `doctor`: does everything that a rollback needs stand ready? Each line says what was looked at, and what to do.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Global, Output, Settings, Signals, facts, output::table};
use crate::domain::{Fault, Observed, Phrase};
use crate::engine::Watch;
use crate::session::Session;
use crate::words::Words;

use super::drive::{self, Stopped};

/// How one line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    Unknown,
    Failed,
}

/// One line.
#[derive(Clone, Debug)]
struct Row {
    check: &'static str,
    about: String,
    state: State,
    evidence: String,
    hint: Option<String>,
}

pub(super) async fn run(
    global: &Global,
    settings: &Settings,
    out: &mut Output,
    signals: &mut Signals,
) -> Exit {
    let context = match Context::new(global, settings) {
        Ok(context) => context,
        Err(failure) => {
            let row = of_failure("runbook", &failure, out.words());
            print(&[row], out);
            return failure.exit;
        }
    };
    let words = context.words.clone();
    let mut out = Output::new(out.format, words.clone());
    let mut rows = vec![
        ok(
            "runbook",
            &context.environment.to_string(),
            &context.runbook_place,
        ),
        state_folder(&context.state_dir, &words),
    ];
    let mut exit = Exit::Done;
    match context.engine(&Region::Needed, Watch::Once).await {
        Err(failure) => {
            rows.push(of_failure("connection", &failure, &words));
            exit = failure.exit;
        }
        Ok(mut engine) => {
            let looked = drive::look_once(&mut engine, signals).await;
            rows.extend(of_session(engine.session(), &words));
            if facts::credentials_fault(engine.session()).is_some() {
                exit = Exit::Usage;
            }
            engine.shutdown().await;
            if let Err(Stopped(by_signal)) = looked {
                return by_signal;
            }
        }
    }
    if exit == Exit::Done && rows.iter().any(|row| row.state == State::Failed) {
        exit = Exit::Unexpected;
    }
    print(&rows, &mut out);
    exit
}

fn ok(check: &'static str, about: &str, evidence: &str) -> Row {
    Row {
        check,
        about: about.to_owned(),
        state: State::Ok,
        evidence: evidence.to_owned(),
        hint: None,
    }
}

fn of_failure(check: &'static str, failure: &Failure, words: &Words) -> Row {
    Row {
        check,
        about: String::new(),
        state: State::Failed,
        evidence: words.say(&failure.what),
        hint: failure.hint.as_ref().map(|hint| words.say(hint)),
    }
}

/// The state folder is looked at, not made: the first rollback makes it.
fn state_folder(path: &Path, words: &Words) -> Row {
    let shown = path.display().to_string();
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() && !meta.permissions().readonly() => ok("state-folder", "", &shown),
        Ok(_) => Row {
            check: "state-folder",
            about: String::new(),
            state: State::Failed,
            evidence: words.say(&Phrase::new("cli-doctor-folder-unusable").text("path", &shown)),
            hint: Some(words.get("cli-hint-no-state-dir")),
        },
        Err(_) => ok(
            "state-folder",
            "",
            &words.say(&Phrase::new("cli-doctor-folder-later").text("path", &shown)),
        ),
    }
}

fn of_session(session: &Session, words: &Words) -> Vec<Row> {
    let identity = session.identity.value();
    let who = identity
        .map(|i| format!("{}  {}  {}", i.account, i.region, i.arn))
        .unwrap_or_default();
    let mut rows = vec![observed("identity", "", &session.identity, &who, words)];
    for view in &session.services {
        let about = view.key.as_str();
        let running = view
            .state
            .value()
            .map(|s| format!("{}/{}", s.running, s.desired))
            .unwrap_or_default();
        rows.push(observed("service", about, &view.state, &running, words));
        rows.push(observed("deployments", about, &view.history, "", words));
        rows.push(observed("task-definitions", about, &view.definitions, "", words));
        rows.push(observed("images", about, &view.images, "", words));
        rows.push(observed("targets", about, &view.targets, "", words));
        rows.push(observed("tasks", about, &view.tasks, "", words));
        rows.push(observed("metrics", about, &view.series, "", words));
        rows.push(observed(
            "health",
            about,
            &view.health,
            facts::health_state(&view.health),
            words,
        ));
    }
    rows
}

fn observed<T>(check: &'static str, about: &str, seen: &Observed<T>, evidence: &str, words: &Words) -> Row {
    match (seen.fault(), seen.value()) {
        (Some(fault), _) => of_fault(check, about, fault, words),
        (None, Some(_)) => ok(check, about, evidence),
        (None, None) => Row {
            check,
            about: about.to_owned(),
            state: State::Unknown,
            evidence: words.get("not-known"),
            hint: None,
        },
    }
}

fn of_fault(check: &'static str, about: &str, fault: &Fault, words: &Words) -> Row {
    use crate::domain::FaultKind;
    let state = match fault.kind {
        // What an endpoint does not offer, or the runbook does not name, is unknown and no failure.
        FaultKind::NotOffered => State::Unknown,
        FaultKind::Denied { .. }
        | FaultKind::Expired
        | FaultKind::NoCredentials
        | FaultKind::Throttled
        | FaultKind::TimedOut
        | FaultKind::Unreachable
        | FaultKind::NotFound
        | FaultKind::Rejected
        | FaultKind::Server
        | FaultKind::Malformed
        | FaultKind::Held
        | FaultKind::Local
        | FaultKind::NotSent => State::Failed,
    };
    Row {
        check,
        about: about.to_owned(),
        state,
        evidence: words.say(&fault.phrase()),
        hint: (state == State::Failed).then(|| words.say(&fault.hint())),
    }
}

const fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Unknown => "unknown",
        State::Failed => "failed",
    }
}

fn print(rows: &[Row], out: &mut Output) {
    if out.is_json() {
        let checks: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "check": row.check,
                    "about": row.about,
                    "state": word(row.state),
                    "evidence": row.evidence,
                    "hint": row.hint,
                })
            })
            .collect();
        out.object(&json!({ "checks": checks }));
        return;
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let glyph = match row.state {
                State::Ok => "✓",
                State::Unknown => "?",
                State::Failed => "✗",
            };
            vec![
                glyph.to_owned(),
                row.check.to_owned(),
                row.about.clone(),
                row.evidence.clone(),
            ]
        })
        .collect();
    for (line, row) in table(&cells).iter().zip(rows) {
        out.line(line);
        if let Some(hint) = &row.hint {
            out.line(&format!("   {hint}"));
        }
    }
}
