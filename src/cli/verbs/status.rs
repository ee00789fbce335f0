//! `status`: every service of the environment, once.

use std::time::Duration;

use jiff::Timestamp;

use crate::cli::context::Region;
use crate::cli::{Context, Exit, Failure, Output, Signals, facts, output::table};
use crate::domain::{Phrase, RolloutState};
use crate::engine::{Engine, Watch};
use crate::rollback::{CriterionState, CriterionStatus, Verdict};
use crate::session::{ServiceView, Session};
use crate::words::Words;

use super::drive::{Stopped, look_once};

pub(super) async fn run(context: &Context, out: &mut Output, signals: &mut Signals) -> Result<Exit, Failure> {
    let engine = match observed(context, signals, |_| ()).await? {
        Ok(engine) => engine,
        Err(Stopped(exit)) => return Ok(exit),
    };
    let (session, now) = (engine.session(), engine.now());
    if out.is_json() {
        out.object(&facts::status(session, now));
    } else {
        let words = out.words().clone();
        for line in text(session, now, &words) {
            out.line(&line);
        }
        faults(session, out);
    }
    engine.shutdown().await;
    Ok(Exit::Done)
}

/// An engine that has looked at everything once, when the credentials allow it to look at anything. It is prepared for that
/// before it looks.
pub(super) async fn observed(
    context: &Context,
    signals: &mut Signals,
    prepare: impl FnOnce(&mut Engine),
) -> Result<Result<Engine, Stopped>, Failure> {
    let mut engine = context.engine(&Region::Needed, Watch::Once).await?;
    prepare(&mut engine);
    if let Err(stopped) = look_once(&mut engine, signals).await {
        engine.shutdown().await;
        return Ok(Err(stopped));
    }
    if let Some(fault) = facts::credentials_fault(engine.session()) {
        engine.shutdown().await;
        return Err(fault.into());
    }
    Ok(Ok(engine))
}

fn text(session: &Session, now: Timestamp, words: &Words) -> Vec<String> {
    let mut lines = head(session, now, words);
    lines.push(String::new());
    lines.push(words.get("cli-status-services"));
    let mut rows = vec![
        [
            "cli-column-service",
            "cli-column-status",
            "cli-column-tasks",
            "cli-column-version",
            "cli-column-deployment",
            "cli-column-health",
        ]
        .map(|id| words.say(&Phrase::new(id)))
        .to_vec(),
    ];
    rows.extend(session.services.iter().map(|view| service_row(view, words)));
    lines.extend(table(&rows).into_iter().map(|line| format!("  {line}")));
    lines.push(String::new());
    lines.push(words.get("cli-status-criteria"));
    lines.extend(criteria(session, now, words));
    lines
}

/// Where we are and what the criteria say together.
pub(super) fn head(session: &Session, now: Timestamp, words: &Words) -> Vec<String> {
    let unknown = words.get("not-known");
    let identity = session.identity.value();
    let place = format!(
        "{}  {}  {}  {}",
        session.setup.environment,
        identity.map_or_else(|| unknown.clone(), |i| i.account.to_string()),
        identity.map_or_else(|| unknown.clone(), |i| i.region.to_string()),
        words.date_time(now),
    );
    vec![place, verdict(session, words)]
}

fn verdict(session: &Session, words: &Words) -> String {
    words.get(match session.verdict {
        Verdict::Hold => "cli-verdict-hold",
        Verdict::RollBack => "cli-verdict-roll-back",
        Verdict::Unknown => "cli-verdict-unknown",
    })
}

fn service_row(view: &ServiceView, words: &Words) -> Vec<String> {
    let none = || words.get("no-value");
    let Some(state) = view.state.value() else {
        return vec![
            view.key.to_string(),
            words.get("not-known"),
            none(),
            none(),
            none(),
            none(),
        ];
    };
    let version = facts::current(view, state).and_then(|c| c.version.as_ref());
    let deployment = state
        .primary()
        .map_or_else(none, |primary| match &primary.rollout {
            // What is done needs no word; what is under way or failed is not told by the id.
            None | Some(RolloutState::Completed) => primary.id.to_string(),
            Some(state @ (RolloutState::InProgress | RolloutState::Failed | RolloutState::Other(_))) => {
                format!("{} {}", primary.id, facts::rollout(state))
            }
        });
    vec![
        view.key.to_string(),
        facts::service_status(&state.status).to_owned(),
        format!("{}/{}", state.running, state.desired),
        facts::shown(state.task_definition.revision(), version),
        deployment,
        words.get(match facts::health_state(&view.health) {
            "ok" => "cli-health-ok",
            "failing" => "cli-health-failing",
            _ => "not-known",
        }),
    ]
}

/// One line a criterion, with why it stands so and until when a person must have decided.
pub(super) fn criteria(session: &Session, now: Timestamp, words: &Words) -> Vec<String> {
    let rows: Vec<Vec<String>> = session
        .services
        .iter()
        .flat_map(|view| &view.criteria)
        .map(|status| criterion_row(status, now, words))
        .collect();
    table(&rows).into_iter().map(|line| format!("  {line}")).collect()
}

fn criterion_row(status: &CriterionStatus, now: Timestamp, words: &Words) -> Vec<String> {
    let decide_by = match (status.state, status.decide_by) {
        (CriterionState::Met, Some(at)) if at < now => {
            let over = Duration::try_from(now.duration_since(at)).unwrap_or_default();
            words.say(
                &Phrase::new("cli-decide-overdue")
                    .text("at", words.clock(at))
                    .duration("over", over),
            )
        }
        (CriterionState::Met, Some(at)) => {
            words.say(&Phrase::new("cli-decide-by").text("at", words.clock(at)))
        }
        (CriterionState::Met, None) | (CriterionState::NotMet | CriterionState::Unknown, _) => String::new(),
    };
    vec![
        match status.state {
            CriterionState::Met => "▲",
            CriterionState::NotMet => "●",
            CriterionState::Unknown => "?",
        }
        .to_owned(),
        status.service.to_string(),
        words.criterion(status.id),
        words.get(match status.state {
            CriterionState::Met => "state-met",
            CriterionState::NotMet => "state-not-met",
            CriterionState::Unknown => "state-unknown",
        }),
        words.severity(status.severity),
        words.say(&status.why),
        decide_by,
    ]
}

/// What could not be read, with what to do about it, each hint once.
pub(super) fn faults(session: &Session, out: &Output) {
    let mut seen = Vec::new();
    let of_services = session.services.iter().flat_map(|view| {
        [
            view.state.fault(),
            view.history.fault(),
            view.definitions.fault(),
            view.images.fault(),
            view.series.fault(),
        ]
    });
    for fault in std::iter::once(session.identity.fault())
        .chain(of_services)
        .flatten()
    {
        if !seen.contains(&fault) {
            out.note(&out.words().say(&fault.phrase()));
            out.note(&format!("  {}", out.words().say(&fault.hint())));
            seen.push(fault);
        }
    }
}
