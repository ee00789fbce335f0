//! Did it help? Checks after stable, each with its evidence. Late data is waiting, not failed; unknown never passes.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Fault, FaultKind, HealthReading, Observed, Phrase, Series};

use super::time::{MINUTE, complete_until, next_whole_minute, plus};

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
/// long is unknown. A minute is complete when it was over both now and when the series was read.
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
    let rates = series
        .value()
        .zip(series.as_of())
        .map(|(series, as_of)| (series, complete_until(as_of.min(now))))
        .filter(|(_, complete)| first <= *complete)
        .into_iter()
        .flat_map(|(series, complete)| {
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
/// tells nothing and is passed over, and so is one that was not over at `as_of`, when the series was read; a threshold that
/// the runbook does not set is not looked at.
#[must_use]
pub fn recovered_at(
    series: &Series,
    error_over_percent: Option<f64>,
    latency_over_seconds: Option<f64>,
    as_of: Timestamp,
    stable_at: Timestamp,
) -> Option<Timestamp> {
    let (first, complete) = (next_whole_minute(stable_at), complete_until(as_of));
    if complete < first {
        return None;
    }
    series.minutes.range(first..=complete).find_map(|(at, minute)| {
        let rate = minute.error_percent(series.balancer_is_ours)?;
        let calm = error_over_percent.is_none_or(|over| rate <= over);
        let quick = match (latency_over_seconds, minute.latency_seconds) {
            (Some(over), Some(seconds)) => seconds <= over,
            (None, _) | (_, None) => true,
        };
        (calm && quick).then_some(*at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{at, failed, fault, minute, seconds, series};
    use super::*;
    use crate::domain::Minute;

    type Answer = (Result<HealthReading, Fault>, Timestamp);

    fn answer(status: u16, second: i64) -> Answer {
        let reading = HealthReading {
            status,
            millis: 20,
            version: None,
        };
        (Ok(reading), seconds(second))
    }

    fn refused(kind: FaultKind, second: i64) -> Answer {
        (Err(fault(kind)), seconds(second))
    }

    #[test]
    fn health_is_proven_by_answers_in_a_row_after_stable() {
        use CheckState::{Failed, Passed, Unknown, Waiting};
        let ok = |s| answer(200, s);
        let bad = |s| answer(503, s);
        let cases: Vec<(&str, Vec<Answer>, i64, CheckState, &str)> = vec![
            ("none yet", vec![], 70, Waiting, "none-yet"),
            (
                "only from before stable",
                vec![ok(30), ok(40), ok(50)],
                70,
                Waiting,
                "none-yet",
            ),
            (
                "two of three",
                vec![ok(50), ok(60), ok(70)],
                80,
                Waiting,
                "waiting",
            ),
            (
                "three",
                vec![bad(60), ok(70), ok(80), ok(90)],
                90,
                Passed,
                "passed",
            ),
            (
                "204 is good",
                vec![answer(204, 60), ok(70), ok(80)],
                90,
                Passed,
                "passed",
            ),
            (
                "a redirect is not",
                vec![answer(302, 60), answer(302, 70), answer(302, 80)],
                90,
                Failed,
                "bad-status",
            ),
            (
                "one bad between",
                vec![ok(60), bad(70), ok(80)],
                90,
                Waiting,
                "waiting",
            ),
            (
                "bad, but not three",
                vec![bad(60), bad(70)],
                90,
                Waiting,
                "waiting",
            ),
            (
                "good before, all bad now",
                vec![ok(60), bad(70), bad(80), bad(90)],
                90,
                Failed,
                "bad-status",
            ),
            (
                "no answer at all",
                vec![
                    refused(FaultKind::TimedOut, 60),
                    bad(70),
                    refused(FaultKind::Unreachable, 80),
                ],
                90,
                Failed,
                "fault",
            ),
            (
                "this machine could not ask",
                (6..9).map(|s| refused(FaultKind::Local, s * 10)).collect(),
                90,
                Unknown,
                "fault",
            ),
            ("nobody asked for long", vec![], 60 + 601, Unknown, "no-answer"),
        ];
        for (name, answers, now, state, evidence) in cases {
            let result = check_health("health", &answers, at(1), 3, true, seconds(now));
            assert_eq!(result.state, state, "{name}");
            assert_eq!(result.evidence.id, format!("verify-health-{evidence}"), "{name}");
            assert_eq!((result.check.as_str(), result.at), ("health", seconds(now)));
        }
        let no_url = check_health("health", &[ok(60), ok(70), ok(80)], at(1), 3, false, at(2));
        assert_eq!(no_url.state, Unknown);
    }

    #[test]
    fn the_rate_is_proven_by_whole_minutes_after_stable() {
        use CheckState::{Failed, Passed, Unknown, Waiting};
        let good = || minute(100.0, 1.0);
        let bad = || minute(100.0, 2.0);
        let none = Minute::default;
        type Case = (&'static str, Vec<(i64, Minute)>, i64, CheckState, &'static str);
        // Stable at 1:30, so minute 2 is the first that counts.
        let cases: Vec<Case> = vec![
            (
                "late data is waiting",
                vec![(0, bad()), (1, bad())],
                300,
                Waiting,
                "waiting",
            ),
            (
                "the minute of stable itself is not looked at",
                vec![(1, bad()), (2, good()), (3, good()), (4, good())],
                300,
                Passed,
                "passed",
            ),
            (
                "the third is not over yet",
                vec![(2, good()), (3, good()), (4, good())],
                299,
                Waiting,
                "waiting",
            ),
            ("one over", vec![(2, good()), (3, bad())], 300, Failed, "over"),
            (
                "an incomplete one over",
                vec![(2, good()), (4, bad())],
                290,
                Waiting,
                "waiting",
            ),
            (
                "silence between is passed over",
                vec![(2, good()), (3, none()), (4, good()), (5, good())],
                360,
                Passed,
                "passed",
            ),
            (
                "bad after it was proven",
                vec![(2, good()), (3, good()), (4, good()), (5, bad())],
                400,
                Passed,
                "passed",
            ),
            (
                "no requests, not yet long",
                vec![(2, none()), (3, none())],
                90 + 780,
                Waiting,
                "waiting",
            ),
            (
                "no requests for long",
                vec![(2, none()), (3, none())],
                90 + 781,
                Unknown,
                "no-requests",
            ),
        ];
        for (name, minutes, now, state, evidence) in cases {
            let observed = Observed::known(series(minutes), seconds(now));
            let result = check_error_rate("error-rate", &observed, 1.0, seconds(90), 3, seconds(now));
            assert_eq!(result.state, state, "{name}");
            assert_eq!(result.evidence.id, format!("verify-rate-{evidence}"), "{name}");
        }
        let denied = failed(FaultKind::Throttled);
        let at_once = check_error_rate("error-rate", &denied, 1.0, at(1), 3, at(2));
        let later = check_error_rate("error-rate", &denied, 1.0, at(1), 3, at(60));
        assert_eq!((at_once.state, later.state), (Waiting, Unknown));
        assert_eq!(later.evidence.id, "verify-rate-not-read");
    }

    #[test]
    fn recovered_is_the_first_calm_whole_minute_after_stable() {
        let slow = Minute {
            latency_seconds: Some(9.0),
            ..minute(100.0, 0.0)
        };
        let minutes = series([
            (1, minute(100.0, 0.0)),
            (2, minute(100.0, 5.0)),
            (3, Minute::default()),
            (4, slow),
            (5, minute(100.0, 1.0)),
        ]);
        assert_eq!(
            recovered_at(&minutes, Some(1.0), Some(5.0), at(6), seconds(61)),
            Some(at(5))
        );
        assert_eq!(
            recovered_at(&minutes, Some(1.0), None, at(6), seconds(61)),
            Some(at(4))
        );
        assert_eq!(
            recovered_at(&minutes, None, None, at(6), seconds(61)),
            Some(at(2))
        );
        assert_eq!(
            recovered_at(&minutes, Some(1.0), Some(5.0), at(6), at(1)),
            Some(at(1))
        );
        assert_eq!(recovered_at(&minutes, Some(0.5), Some(5.0), at(6), at(2)), None);
    }

    #[test]
    fn what_was_read_of_a_minute_before_it_was_over_is_no_minute() {
        let minutes = series([(2, minute(100.0, 0.0)), (3, minute(100.0, 0.0))]);
        let recovered = |read, stable| recovered_at(&minutes, Some(1.0), None, seconds(read), at(stable));
        assert_eq!(recovered(239, 3), None);
        assert_eq!(recovered(240, 3), Some(at(3)));
        assert_eq!(recovered(100, 3), None, "read before stable");

        for (errors, state) in [(0.0, CheckState::Passed), (5.0, CheckState::Failed)] {
            let minutes = series([(2, minute(100.0, 0.0)), (3, minute(100.0, errors))]);
            for (read, expected) in [(239, CheckState::Waiting), (240, state)] {
                let observed = Observed::known(minutes.clone(), seconds(read));
                let result = check_error_rate("error-rate", &observed, 1.0, at(2), 2, at(6));
                assert_eq!(result.state, expected, "{errors} read at {read}");
            }
        }
    }
}
