//! The command of a drill: its printed words come over the wire, and are read by the same functions.

use std::time::Duration;

use serde::Deserialize;

use crate::adapters::http::Http;
use crate::domain::{Clean, Fault, FaultKind, Migrations};

use super::folder::UNKNOWN;
use super::print::{Ran, Told, read, shown};
use super::survey::{Beside, of_answers};

const OPERATION: &str = "prisma.MigrateStatus";
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Printed {
    exit_code: i32,
    stdout: String,
    stderr: String,
    /// Names in the folder.
    migrations: Vec<String>,
}

/// Runs the status command of a drill, for `service` of `environment`. `command` is what the runbook calls it.
///
/// # Errors
/// When the drill did not answer, or does not play this command (`NotOffered`).
pub async fn status_in_drill(
    http: &Http,
    drill: &str,
    environment: &str,
    service: &str,
    command: &[String],
) -> Result<Migrations, Fault> {
    let base = format!(
        "{}/prisma/migrate-status?environment={environment}&service={service}",
        drill.trim_end_matches('/')
    );
    of_answers(shown(&command.join(" ")), |beside| {
        let url = match beside {
            None => base.clone(),
            Some(Beside::Unknown) => format!("{base}&folder={UNKNOWN}"),
            Some(Beside::Empty) => format!("{base}&folder="),
        };
        ask(http, url)
    })
    .await
}

async fn ask(http: &Http, url: String) -> Result<(Told, Vec<String>), Fault> {
    let answer = http.get(&url, LIMIT).await.map_err(|fault| Fault {
        operation: OPERATION.to_owned(),
        ..fault
    })?;
    match answer.status {
        200 => {}
        // What a drill answers to a path that it does not know, and where a scenario has no database.
        400 | 404 | 405 | 501 => {
            let detail = Clean::new("the drill does not play this command");
            return Err(Fault::new(FaultKind::NotOffered, OPERATION, detail.as_str()));
        }
        other => {
            return Err(Fault::new(
                FaultKind::Server,
                OPERATION,
                &format!("status {other}"),
            ));
        }
    }
    let printed: Printed = serde_json::from_slice(&answer.body)
        .map_err(|error| Fault::new(FaultKind::Malformed, OPERATION, &error.to_string()))?;
    let told = read(&Ran {
        exit_code: Some(printed.exit_code),
        stdout: printed.stdout,
        stderr: printed.stderr,
    });
    Ok((told, printed.migrations))
}
