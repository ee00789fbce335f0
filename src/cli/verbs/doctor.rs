//! `doctor`: does everything that a rollback needs stand ready? Each line says what was looked at, and what to do.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::context::Region;
use crate::cli::settings::github_token;
use crate::cli::{Context, Exit, Failure, Global, Output, Settings, Signals, facts, output::table};
use crate::domain::{Clean, Fault, FaultKind, MigrationState, Migrations, Observed, Phrase};
use crate::engine::{Watch, outside};
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
    /// More about it, for JSON, under the name of the check.
    more: Option<Value>,
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
    rows.extend(migrations(&context).await);
    rows.extend(workflow(&context).await);
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
        more: None,
    }
}

fn of_failure(check: &'static str, failure: &Failure, words: &Words) -> Row {
    Row {
        check,
        about: String::new(),
        state: State::Failed,
        evidence: words.say(&failure.what),
        hint: failure.hint.as_ref().map(|hint| words.say(hint)),
        more: None,
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
            more: None,
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

fn not_set(check: &'static str, evidence: String) -> Row {
    Row {
        state: State::Unknown,
        ..ok(check, "", &evidence)
    }
}

/// The migrations, where the runbook has a table `prisma`.
async fn migrations(context: &Context) -> Option<Row> {
    const CHECK: &str = "migrations";
    let (prisma, words) = (context.runbook.prisma.as_ref()?, &context.words);
    let service = outside::database_service(&context.runbook)?;
    let folders = outside::Folders {
        working_dir: &context.settings.working_dir,
        state_dir: &context.state_dir,
    };
    let drill = context.settings.drill.as_deref();
    let told = outside::migrations(prisma, folders, drill, &context.environment, service).await;
    Some(match told {
        None => not_set(CHECK, words.get("cli-doctor-no-folder")),
        Some(Err(fault)) => of_fault(CHECK, service.as_str(), &fault, words),
        Some(Ok(told)) => of_migrations(CHECK, service.as_str(), &told, words),
    })
}

fn of_migrations(check: &'static str, about: &str, told: &Migrations, words: &Words) -> Row {
    let (state, name) = match &told.state {
        MigrationState::UpToDate => (State::Ok, "up-to-date"),
        MigrationState::Pending(_) => (State::Ok, "pending"),
        MigrationState::DatabaseAhead(_) => (State::Ok, "database-ahead"),
        MigrationState::NotManaged => (State::Unknown, "not-managed"),
        MigrationState::Failed(_) => (State::Failed, "failed"),
        MigrationState::Diverged { .. } => (State::Failed, "diverged"),
        MigrationState::Unreachable(_) => (State::Failed, "unreachable"),
        MigrationState::Unreadable(_) => (State::Failed, "unreadable"),
    };
    let read = match &told.state {
        MigrationState::Unreachable(_) | MigrationState::Unreadable(_) => false,
        MigrationState::UpToDate
        | MigrationState::Pending(_)
        | MigrationState::DatabaseAhead(_)
        | MigrationState::NotManaged
        | MigrationState::Failed(_)
        | MigrationState::Diverged { .. } => true,
    };
    let said = words.say(&told.phrase());
    let hidden = read && !told.whole;
    let known: Vec<Value> = told
        .known
        .iter()
        .map(|it| {
            json!({
                "name": it.name.as_str(),
                "written_at": it.written_at.map(|at| at.to_string()),
                "applied": it.applied,
            })
        })
        .collect();
    Row {
        check,
        about: about.to_owned(),
        // A list that may hide something newer does not stand ready.
        state: if hidden && state == State::Ok {
            State::Unknown
        } else {
            state
        },
        evidence: if hidden {
            words.say(&Phrase::new("migrations-not-whole").text("state", Clean::new(&said)))
        } else {
            said
        },
        hint: (!read).then(|| words.get("cli-doctor-migrations-hint")),
        more: Some(json!({
            "state": name,
            "command": told.command.as_str(),
            "whole": told.whole,
            "known": known,
        })),
    }
}

/// The team's workflow, where the runbook has a table `github`.
async fn workflow(context: &Context) -> Option<Row> {
    const CHECK: &str = "workflow";
    let (github, words) = (context.runbook.github.as_ref()?, &context.words);
    let drill = context.settings.drill.as_deref();
    let Some(told) = outside::workflow(github, drill, github_token()).await else {
        return Some(not_set(CHECK, words.get("cli-doctor-no-repository")));
    };
    let about = outside::repository(github, drill).unwrap_or_default();
    Some(match told {
        // In a drill that does not play GitHub there is no workflow; that is no failure of the set-up.
        Err(fault) if drill.is_some() && matches!(fault.kind, FaultKind::NotFound | FaultKind::Rejected) => {
            Row {
                state: State::Unknown,
                ..ok(CHECK, about, &words.say(&fault.phrase()))
            }
        }
        Err(fault) => of_fault(CHECK, about, &fault, words),
        Ok(it) if it.active => {
            let said = Phrase::new("cli-doctor-workflow")
                .text("name", &it.name)
                .text("branch", &it.branch);
            ok(CHECK, about, &words.say(&said))
        }
        Ok(it) => Row {
            state: State::Failed,
            hint: Some(words.get("cli-doctor-workflow-off-hint")),
            ..ok(
                CHECK,
                about,
                &words.say(&Phrase::new("cli-doctor-workflow-off").text("name", &it.name)),
            )
        },
    })
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
            more: None,
        },
    }
}

fn of_fault(check: &'static str, about: &str, fault: &Fault, words: &Words) -> Row {
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
        more: None,
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
                let mut fields = json!({
                    "check": row.check,
                    "about": row.about,
                    "state": word(row.state),
                    "evidence": row.evidence,
                    "hint": row.hint,
                });
                if let (Some(more), Some(fields)) = (&row.more, fields.as_object_mut()) {
                    fields.insert(row.check.to_owned(), more.clone());
                }
                fields
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
