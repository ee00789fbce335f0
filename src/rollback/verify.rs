//! Did it help? Checks after stable, each with its evidence. Late data is waiting, not failed; unknown never passes.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Fault, FaultKind, HealthReading, Observed, Phrase, Series};

use super::time::{MINUTE, minus, next_whole_minute, plus};

/// Where a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// Data is on its way.
    Waiting,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It cannot be told.
    Unknown,
    /// A person left it out, with a reason.
    Skipped,
}

/// Where one check stands, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's id in the runbook.
    pub check: String,
    /// Where it stands.
    pub state: CheckState,
    /// Why, as a sentence.
    pub evidence: Phrase,
    /// When this was found.
    pub at: Timestamp,
}

/// How long the first answer or the first minute may take before "waiting" turns into "unknown". CloudWatch publishes
/// within a few minutes; ten is far beyond that.
const LATE: Duration = Duration::from_secs(10 * 60);

fn result(check: &str, state: CheckState, evidence: Phrase, now: Timestamp) -> CheckResult {
    CheckResult {
        check: check.to_owned(),
        state,
        evidence,
        at: now,
    }
}

/// Whether the health address proves that the service is well: the newest `needed` answers since `stable_at` are all good.
/// `answers` are oldest first. It has failed when the newest `needed` are all bad; anything mixed is waiting.
#[must_use]
pub fn check_health(
    check: &str,
    answers: &[(Result<HealthReading, Fault>, Timestamp)],
    stable_at: Timestamp,
    needed: u32,
    has_url: bool,
    now: Timestamp,
) -> CheckResult {
    let result = |state, evidence| result(check, state, evidence, now);
    if !has_url {
        return result(CheckState::Unknown, Phrase::new("verify-health-no-url"));
    }
    let needed = needed.max(1);
    let enough = usize::try_from(needed).unwrap_or(usize::MAX);
    let newest: Vec<_> = answers
        .iter()
        .rev()
        .filter(|(_, at)| *at >= stable_at)
        .take(enough)
        .map(|(answer, _)| answer)
        .collect();
    let Some(last) = newest.first() else {
        return if now > plus(stable_at, LATE) {
            result(CheckState::Unknown, Phrase::new("verify-health-no-answer"))
        } else {
            result(
                CheckState::Waiting,
                Phrase::new("verify-health-none-yet").number("needed", needed),
            )
        };
    };
    let is_good = |answer: &&Result<HealthReading, Fault>| answer.as_ref().is_ok_and(HealthReading::is_ok);
    let good = newest.iter().copied().take_while(is_good).count();
    if good == enough {
        return result(
            CheckState::Passed,
            Phrase::new("verify-health-passed").number("needed", needed),
        );
    }
    if newest.len() == enough && !newest.iter().copied().any(|answer| is_good(&answer)) {
        // When this machine itself could not ask, nothing is known of the service.
        let asked = newest
            .iter()
            .any(|answer| answer.as_ref().err().is_none_or(|f| f.kind != FaultKind::Local));
        let state = if asked {
            CheckState::Failed
        } else {
            CheckState::Unknown
        };
        return result(state, bad_answer(last, needed));
    }
    let count = u32::try_from(good).unwrap_or(u32::MAX);
    result(
        CheckState::Waiting,
        Phrase::new("verify-health-waiting")
            .number("count", count)
            .number("needed", needed),
    )
}

fn bad_answer(answer: &Result<HealthReading, Fault>, needed: u32) -> Phrase {
    match answer {
        Ok(reading) => Phrase::new("verify-health-bad-status").number("status", reading.status),
        Err(fault) => Phrase::new("verify-health-fault").phrase("fault", fault.phrase()),
    }
    .number("needed", needed)
}

/// Whether the error rate proves that the service is well: the first `needed` complete minutes with requests that begin at
/// or after `stable_at` are all at or under the threshold. One over it is a failure. Late data is waiting; no requests for
/// long is unknown.
#[must_use]
pub fn check_error_rate(
    check: &str,
    series: &Observed<Series>,
    threshold_percent: f64,
    stable_at: Timestamp,
    needed: u32,
    now: Timestamp,
) -> CheckResult {
    let result = |state, evidence| result(check, state, evidence, now);
    let needed = needed.max(1);
    let first = next_whole_minute(stable_at);
    let complete = minus(now, MINUTE);
    let rates = series
        .value()
        .filter(|_| first <= complete)
        .into_iter()
        .flat_map(|series| {
            series.minutes.range(first..=complete).filter_map(|(at, minute)| {
                minute
                    .error_percent(series.balancer_is_ours)
                    .map(|rate| (*at, rate))
            })
        });
    let mut count = 0_u32;
    let mut worst = 0.0_f64;
    for (at, rate) in rates {
        if rate > threshold_percent {
            return result(
                CheckState::Failed,
                Phrase::new("verify-rate-over")
                    .number("value", rate)
                    .number("threshold", threshold_percent)
                    .time("at", at),
            );
        }
        count = count.saturating_add(1);
        worst = worst.max(rate);
        if count == needed {
            return result(
                CheckState::Passed,
                Phrase::new("verify-rate-passed")
                    .number("minutes", needed)
                    .number("value", worst)
                    .number("threshold", threshold_percent),
            );
        }
    }
    let late = plus(plus(stable_at, LATE), MINUTE.saturating_mul(needed));
    match (now > late, series.fault()) {
        (false, _) => result(
            CheckState::Waiting,
            Phrase::new("verify-rate-waiting")
                .number("count", count)
                .number("needed", needed),
        ),
        (true, Some(fault)) => result(
            CheckState::Unknown,
            Phrase::new("verify-rate-not-read").phrase("fault", fault.phrase()),
        ),
        (true, None) => result(
            CheckState::Unknown,
            Phrase::new("verify-rate-no-requests")
                .number("count", count)
                .number("needed", needed),
        ),
    }
}

/// The start of the first whole minute after `stable_at` in which no measured criterion is met. A minute without requests
/// tells nothing and is passed over; a threshold that the runbook does not set is not looked at.
#[must_use]
pub fn recovered_at(
    series: &Series,
    error_over_percent: Option<f64>,
    latency_over_seconds: Option<f64>,
    stable_at: Timestamp,
) -> Option<Timestamp> {
    series
        .minutes
        .range(next_whole_minute(stable_at)..)
        .find_map(|(at, minute)| {
            let rate = minute.error_percent(series.balancer_is_ours)?;
            let calm = error_over_percent.is_none_or(|over| rate <= over);
            let quick = match (latency_over_seconds, minute.p95_seconds) {
                (Some(over), Some(seconds)) => seconds <= over,
                (None, _) | (_, None) => true,
            };
            (calm && quick).then_some(*at)
        })
}
