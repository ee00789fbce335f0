//! `verify`: the automatic checks after a rollback, over their window, and their end in journal and history.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::{Context, Exit, Failure, Output, Signals};
use crate::domain::Phrase;
use crate::engine::Engine;
use crate::incident::{Incident, Stage};
use crate::rollback::{CheckResult, CheckState};
use crate::session::OperatorMsg;

use super::drive::{self, Stopped};
use super::pick;

pub(super) async fn run(
    context: &Context,
    id: Option<&str>,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    drive::commanding(context, signals, async |engine, signals| {
        checked(engine, id, out, signals).await
    })
    .await
}

async fn checked(
    engine: &mut Engine,
    id: Option<&str>,
    out: &mut Output,
    signals: &mut Signals,
) -> Result<Exit, Failure> {
    let incident = incident_to_verify(engine, id).await?;
    match incident.stage {
        Stage::Verify => {}
        // It was verified before: what was found then is said again, and nothing is checked anew.
        Stage::Report | Stage::Done if incident.verification.is_some() => {
            for (result, _) in incident.checks.values() {
                say_check(&incident, result, out);
            }
            return Ok(say_end(&incident, out));
        }
        Stage::Assess
        | Stage::Scope
        | Stage::Target
        | Stage::Check
        | Stage::Approve
        | Stage::Act { .. }
        | Stage::Report
        | Stage::Done
        | Stage::Abandoned => {
            let what = Phrase::new("cli-error-not-at-verify")
                .text("incident", &incident.id)
                .text("state", pick::state(incident.stage));
            return Err(Failure::usage(what).hint(Phrase::new("cli-hint-incidents")));
        }
    }
    engine.resume(&incident.id).await?;
    // What the checks look at may be older than the rollback: everything is read again.
    engine.tell(OperatorMsg::Refresh(None));
    match watch(engine, out, signals).await {
        Ok(()) => {}
        Err(Stopped(exit)) => return Ok(exit),
    }
    if let Some(fault) = drive::journal_fault(engine) {
        return Err(fault.into());
    }
    match &engine.session().incident {
        Some(incident) => Ok(say_end(incident, out)),
        None => Err(Failure::usage(
            Phrase::new("cli-error-incident").text("incident", &incident.id),
        )),
    }
}

async fn incident_to_verify(engine: &Engine, id: Option<&str>) -> Result<Incident, Failure> {
    let waits = |incident: &Incident| incident.stage == Stage::Verify;
    if id.is_none()
        && let Some(waiting) = pick::newest(engine, waits).await?
    {
        return Ok(waiting);
    }
    // Of a rollback that ended badly it is said that there is nothing to verify, rather than what an older one came to.
    let over = |incident: &Incident| incident.verification.is_some() || incident.ending.is_some();
    if id.is_none()
        && let Some(over) = pick::newest(engine, over).await?
    {
        return Ok(over);
    }
    pick::named_or_newest(engine, id, |_| true).await
}

/// Says each change of a check until verification has ended and the history row is written, or could not be.
async fn watch(engine: &mut Engine, out: &mut Output, signals: &mut Signals) -> Result<(), Stopped> {
    let mut said: BTreeMap<String, CheckState> = BTreeMap::new();
    loop {
        if let Some(incident) = &engine.session().incident {
            for (result, signed) in incident.checks.values() {
                if signed.is_none() && said.insert(result.check.clone(), result.state) != Some(result.state) {
                    say_check(incident, result, out);
                }
            }
        }
        if is_over(engine) {
            return Ok(());
        }
        drive::step(engine, signals).await?;
    }
}

fn is_over(engine: &Engine) -> bool {
    let session = engine.session();
    if drive::journal_fault(engine).is_some() {
        return true;
    }
    let unfiled = session
        .notice
        .as_ref()
        .is_some_and(|notice| notice.text.id == "notice-history-failed");
    session
        .incident
        .as_ref()
        .is_none_or(|incident| incident.verification.is_some() && (incident.filed.is_some() || unfiled))
}

fn say_check(incident: &Incident, result: &CheckResult, out: &mut Output) {
    let evidence = out.words().say(&result.evidence);
    if out.is_json() {
        out.object(&json!({
            "event": "check",
            "at": result.at.to_string(),
            "incident": incident.id,
            "check": result.check,
            "state": result.state,
            "evidence": evidence,
        }));
    } else {
        let words = out.words().clone();
        let state = words.get(match result.state {
            CheckState::Waiting => "check-waiting",
            CheckState::Passed => "check-passed",
            CheckState::Failed => "check-failed",
            CheckState::Unknown => "check-unknown",
            CheckState::Skipped => "check-skipped",
        });
        out.note(&format!(
            "{}  {}  {state}  {evidence}",
            words.clock(result.at),
            result.check
        ));
    }
}

fn say_end(incident: &Incident, out: &mut Output) -> Exit {
    let passed = incident
        .verification
        .is_some_and(|verification| verification.passed);
    let failed = incident
        .checks
        .values()
        .any(|(result, signed)| signed.is_none() && result.state == CheckState::Failed);
    let (exit, outcome, sentence) = match (passed, failed) {
        (true, _) => (Exit::Done, "passed", "verify-passed"),
        (false, true) => (Exit::NotVerified, "failed", "verify-failed"),
        (false, false) => (Exit::CannotTell, "unknown", "verify-incomplete"),
    };
    let recovered = incident
        .verification
        .and_then(|verification| verification.recovered_at);
    if out.is_json() {
        out.object(&json!({
            "event": "ended",
            "outcome": outcome,
            "incident": incident.id,
            "recovered_at": recovered.map(|at| at.to_string()),
            "history": incident.filed,
        }));
        return exit;
    }
    let words = out.words().clone();
    out.line(&words.say(&Phrase::new("cli-incident").text("incident", &incident.id)));
    out.line(&words.say(&Phrase::new(sentence)));
    if let Some((from, to)) = pick::from_to(incident) {
        out.line(&format!("  {from} → {to}"));
    }
    if let Some(at) = recovered {
        out.line(&words.say(&Phrase::new("cli-recovered").text("at", words.clock(at))));
    }
    match &incident.filed {
        Some(path) => out.line(&words.say(&Phrase::new("cli-filed").text("path", path))),
        None => out.note(&words.get("cli-not-filed")),
    }
    exit
}
