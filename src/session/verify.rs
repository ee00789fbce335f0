//! Verification after a rollback: the checks that modosu makes itself, and when all had recovered.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Phrase, ServiceKey};
use crate::incident::{Event, Incident};
use crate::rollback::{self, CheckResult, CheckState};
use crate::runbook::CheckKind;

use super::update::record;
use super::{Effects, Session};

/// How long after the immediate checks' own time late data is waited for; CloudWatch is one to three minutes late
/// (facts of the field), so ten minutes without an answer is no answer.
const LATE_DATA: Duration = Duration::from_secs(600);

/// What follows from the checks as they stand now: the next result, the end of verification, or nothing yet.
pub(super) fn verify(session: &mut Session, now: Timestamp) -> Effects {
    let Some(stable_at) = session.incident.as_ref().and_then(Incident::stable_at) else {
        return Effects::none();
    };
    let results = automatic(session, stable_at, now);
    let Some(incident) = &session.incident else {
        return Effects::none();
    };
    let changed = results.iter().find(|result| {
        incident
            .checks
            .get(&result.check)
            .is_none_or(|(known, _)| known.state != result.state)
    });
    if let Some(result) = changed {
        let event = Event::Checked {
            result: result.clone(),
            by: None,
        };
        return record(session, event);
    }
    if results.iter().any(|r| r.state == CheckState::Waiting) {
        return Effects::none();
    }
    // Nothing that was checked is nothing that passed.
    let passed = !results.is_empty() && results.iter().all(|r| r.state == CheckState::Passed);
    let recovered_at = recovered(session, stable_at);
    record(session, Event::Verified { passed, recovered_at })
}

/// The checks that modosu makes itself, as they stand now: of several services each is as good as the worst of them.
fn automatic(session: &Session, stable_at: Timestamp, now: Timestamp) -> Vec<CheckResult> {
    let Some(incident) = &session.incident else {
        return Vec::new();
    };
    let mut together: Vec<CheckResult> = Vec::new();
    let several = incident.services.len() > 1;
    for service in &incident.services {
        for result in automatic_of(session, service, stable_at, now) {
            let result = if several {
                CheckResult {
                    evidence: Phrase::new("verify-of-service")
                        .text("service", service)
                        .phrase("evidence", result.evidence),
                    ..result
                }
            } else {
                result
            };
            match together.iter_mut().find(|known| known.check == result.check) {
                Some(known) if badness(result.state) > badness(known.state) => *known = result,
                Some(_) => {}
                None => together.push(result),
            }
        }
    }
    together
}

/// The worse of two states is the one that is told.
const fn badness(state: CheckState) -> u8 {
    match state {
        CheckState::Passed => 0,
        CheckState::Skipped => 1,
        CheckState::Unknown => 2,
        CheckState::Waiting => 3,
        CheckState::Failed => 4,
    }
}

fn automatic_of(
    session: &Session,
    service: &ServiceKey,
    stable_at: Timestamp,
    now: Timestamp,
) -> Vec<CheckResult> {
    let runbook = &session.setup.runbook;
    let Some(view) = session.view(service) else {
        return Vec::new();
    };
    let window = Duration::from_secs(u64::from(runbook.checks.immediate.within_minutes) * 60) + LATE_DATA;
    let from = session
        .taken_up
        .map_or(stable_at, |taken_up| taken_up.max(stable_at));
    let over = now.duration_since(from) > jiff::SignedDuration::try_from(window).unwrap_or_default();
    runbook
        .checks
        .immediate
        .items
        .iter()
        .chain(&runbook.checks.functional.items)
        .filter_map(|check| match check.by {
            CheckKind::Health => Some(rollback::check_health(
                &check.id,
                &view.health_answers,
                stable_at,
                runbook.timing.health_answers,
                view.has_health_url,
                now,
            )),
            CheckKind::ErrorRate => {
                let threshold = runbook
                    .criterion(crate::domain::CriterionId::ErrorRate)?
                    .over_percent?;
                let needed = runbook.timing.healthy_minutes;
                Some(rollback::check_error_rate(
                    &check.id,
                    &view.series,
                    threshold,
                    stable_at,
                    needed,
                    now,
                ))
            }
            CheckKind::Person => None,
        })
        .map(|result| match result.state {
            // What has not answered by now will not: unknown, which never counts as passed.
            CheckState::Waiting if over => CheckResult {
                state: CheckState::Unknown,
                evidence: Phrase::new("verify-window-over"),
                ..result
            },
            CheckState::Waiting
            | CheckState::Passed
            | CheckState::Failed
            | CheckState::Unknown
            | CheckState::Skipped => result,
        })
        .collect()
}

/// When the last of the services had recovered; `None` while one has not.
fn recovered(session: &Session, stable_at: Timestamp) -> Option<Timestamp> {
    let runbook = &session.setup.runbook;
    let of = |id| runbook.criterion(id);
    let services = &session.incident.as_ref()?.services;
    let mut last = None;
    for service in services {
        let view = session.view(service)?;
        let at = rollback::recovered_at(
            view.series.value()?,
            of(crate::domain::CriterionId::ErrorRate).and_then(|c| c.over_percent),
            of(crate::domain::CriterionId::Latency).and_then(|c| c.over_seconds),
            view.series.as_of()?,
            stable_at,
        )?;
        last = last.max(Some(at));
    }
    last
}
