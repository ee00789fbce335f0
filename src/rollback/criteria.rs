//! Are the runbook's criteria met, since when, and until when must a person have decided?

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::proposes_vulnerability;
use crate::domain::{
    Clean, CriterionId, Digest, Freshness, Minute, Observed, Operator, Phrase, Series, ServiceKey,
    ServiceState, Severity, Shelf, TargetHealth,
};
use crate::runbook::{Criterion, LatencyStatistic, Runbook};

use super::time::{MINUTE, complete_until, minus, plus};

/// How old a reading of the metrics may be. They are asked for once a minute; CloudWatch itself is one to three minutes
/// late (facts: Application Load Balancer metrics are reported in 60-second intervals).
const SERIES_ALLOWED: Duration = Duration::from_secs(5 * 60);

/// A rate older than this says nothing about now.
const RECENT: Duration = Duration::from_secs(6 * 60);

/// Whether a criterion is met. No data is unknown, never "not met".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionState {
    /// It is met.
    Met,
    /// It is not met.
    NotMet,
    /// It cannot be told.
    Unknown,
}

/// One criterion of one service, with all that a person needs to trust it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionStatus {
    /// Which one.
    pub id: CriterionId,
    /// Of which service.
    pub service: ServiceKey,
    /// How bad it is when met.
    pub severity: Severity,
    /// Whether it is met.
    pub state: CriterionState,
    /// Whether a person declared it.
    pub declared: bool,
    /// Whether the observations suggest that a person should look at it (no healthy target proposes `feature-down`, critical
    /// findings in the image that runs propose `vulnerability`).
    pub proposed: bool,
    /// The measured value: percent for `error-rate`, seconds for `latency`.
    pub value: Option<f64>,
    /// The threshold, in the same unit.
    pub threshold: Option<f64>,
    /// The start of the first bad complete minute of the present run, or the declaration.
    pub since: Option<Timestamp>,
    /// `since` plus the runbook's time.
    pub decide_by: Option<Timestamp>,
    /// The minute that `value` belongs to.
    pub as_of: Option<Timestamp>,
    /// Why it is so, as a sentence.
    pub why: Phrase,
}

/// What all criteria say together: met over unknown over not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// None is met and all are known.
    Hold,
    /// At least one is met.
    RollBack,
    /// None is met and at least one cannot be told.
    Unknown,
}

/// A person's word that a criterion is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Which one.
    pub criterion: CriterionId,
    /// Of which service.
    pub service: ServiceKey,
    /// When it was declared.
    pub at: Timestamp,
    /// By whom.
    pub by: Operator,
    /// In their words.
    pub note: Clean,
}

/// What is observed of one service, as far as criteria look at it.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The service.
    pub service: &'a ServiceKey,
    /// Its state.
    pub state: &'a Observed<ServiceState>,
    /// Its minutes.
    pub series: &'a Observed<Series>,
    /// Its targets.
    pub targets: &'a Observed<TargetHealth>,
    /// What is known of its repository; read only while a way back is planned.
    pub shelf: &'a Observed<Shelf>,
    /// The content that runs, where known.
    pub running: Option<&'a Digest>,
}

/// Whether each of the runbook's criteria is met for one service, in the runbook's order.
#[must_use]
pub fn assess(
    runbook: &Runbook,
    evidence: &Evidence<'_>,
    declarations: &[Declaration],
    now: Timestamp,
) -> Vec<CriterionStatus> {
    runbook
        .criteria
        .iter()
        .map(|criterion| match criterion.id {
            CriterionId::ErrorRate => measured(criterion, Measure::ErrorRate, evidence, now),
            CriterionId::Latency => measured(criterion, Measure::Latency, evidence, now),
            CriterionId::FeatureDown => {
                let proposed = no_target_is_healthy(evidence).then(|| Phrase::new("why-no-healthy-target"));
                declared(criterion, evidence.service, declarations, proposed)
            }
            CriterionId::DataInconsistency => declared(criterion, evidence.service, declarations, None),
            CriterionId::Vulnerability => {
                let found = evidence.shelf.value().zip(evidence.running);
                let proposed = found.and_then(|(shelf, running)| proposes_vulnerability(shelf, running));
                declared(criterion, evidence.service, declarations, proposed)
            }
        })
        .collect()
}

/// What criteria say together: met over unknown over not met. None at all is unknown.
pub fn verdict<'a>(criteria: impl IntoIterator<Item = &'a CriterionStatus>) -> Verdict {
    let mut together = None;
    for status in criteria {
        together = Some(match (together, status.state) {
            (Some(Verdict::RollBack), _) | (_, CriterionState::Met) => Verdict::RollBack,
            (Some(Verdict::Unknown), _) | (_, CriterionState::Unknown) => Verdict::Unknown,
            (Some(Verdict::Hold) | None, CriterionState::NotMet) => Verdict::Hold,
        });
    }
    together.unwrap_or(Verdict::Unknown)
}

#[derive(Clone, Copy)]
enum Measure {
    ErrorRate,
    Latency,
}

impl Measure {
    fn threshold(self, criterion: &Criterion) -> Option<f64> {
        match self {
            Self::ErrorRate => criterion.over_percent,
            Self::Latency => criterion.over_seconds,
        }
    }

    fn of(self, minute: &Minute, series: &Series) -> Option<f64> {
        match self {
            Self::ErrorRate => minute.error_percent(series.balancer_is_ours),
            Self::Latency => minute.latency_seconds,
        }
    }

    /// A sentence about a value, which says what it is a value of where the runbook has a choice.
    fn phrase(self, id: &'static str, criterion: &Criterion) -> Phrase {
        let phrase = Phrase::new(id);
        let percentile = match (self, criterion.statistic) {
            (Self::ErrorRate, _) => return phrase,
            (Self::Latency, LatencyStatistic::Average) => {
                return phrase.phrase("statistic", Phrase::new("statistic-average"));
            }
            (Self::Latency, LatencyStatistic::P50) => "p50",
            (Self::Latency, LatencyStatistic::P90) => "p90",
            (Self::Latency, LatencyStatistic::P95) => "p95",
            (Self::Latency, LatencyStatistic::P99) => "p99",
        };
        phrase.text("statistic", percentile)
    }

    const fn over(self) -> &'static str {
        match self {
            Self::ErrorRate => "why-error-rate-over",
            Self::Latency => "why-response-time-over",
        }
    }

    const fn under(self) -> &'static str {
        match self {
            Self::ErrorRate => "why-error-rate-under",
            Self::Latency => "why-response-time-under",
        }
    }

    const fn absent(self) -> &'static str {
        match self {
            Self::ErrorRate => "why-error-rate-no-requests",
            Self::Latency => "why-response-time-none",
        }
    }
}

fn blank(criterion: &Criterion, service: &ServiceKey, state: CriterionState, why: Phrase) -> CriterionStatus {
    CriterionStatus {
        id: criterion.id,
        service: service.clone(),
        severity: criterion.severity,
        state,
        declared: false,
        proposed: false,
        value: None,
        threshold: None,
        since: None,
        decide_by: None,
        as_of: None,
        why,
    }
}

fn decide_by(criterion: &Criterion, since: Timestamp) -> Timestamp {
    plus(since, MINUTE.saturating_mul(criterion.decide_within_minutes))
}

fn measured(
    criterion: &Criterion,
    measure: Measure,
    evidence: &Evidence<'_>,
    now: Timestamp,
) -> CriterionStatus {
    let unknown = |why| blank(criterion, evidence.service, CriterionState::Unknown, why);
    let Some(threshold) = measure.threshold(criterion) else {
        return unknown(Phrase::new("why-no-threshold"));
    };
    let Some((series, as_of)) = evidence.series.value().zip(evidence.series.as_of()) else {
        return CriterionStatus {
            threshold: Some(threshold),
            ..unknown(match evidence.series.fault() {
                Some(fault) => Phrase::new("why-metrics-not-read").phrase("fault", fault.phrase()),
                None => Phrase::new("why-metrics-waiting"),
            })
        };
    };
    // The newest minute was still filling up when it was read; a partial count is no rate.
    let complete = complete_until(as_of.min(now));
    let newest = series
        .minutes
        .range(..=complete)
        .rev()
        .find_map(|(at, minute)| measure.of(minute, series).map(|value| (*at, value)));
    let status = CriterionStatus {
        threshold: Some(threshold),
        value: newest.map(|(_, value)| value),
        as_of: newest.map(|(at, _)| at),
        ..unknown(Phrase::new(measure.absent()))
    };
    match (
        evidence.series.freshness(now, SERIES_ALLOWED),
        evidence.series.fault(),
    ) {
        (Freshness::Fresh, _) => {}
        (Freshness::Stale | Freshness::Failed | Freshness::Waiting, Some(fault)) => {
            if !still_bad(newest, threshold, now) {
                let why = Phrase::new("why-metrics-not-read").phrase("fault", fault.phrase());
                return CriterionStatus { why, ..status };
            }
        }
        (Freshness::Stale | Freshness::Failed | Freshness::Waiting, None) => {
            if !still_bad(newest, threshold, now) {
                let age = evidence.series.age(now).unwrap_or_default();
                let why = Phrase::new("why-metrics-old").duration("age", age);
                return CriterionStatus { why, ..status };
            }
        }
    }
    match newest {
        None => status,
        Some((at, _)) if at < minus(now, RECENT) => status,
        Some((at, value)) if value > threshold => {
            let since = run_of_bad_minutes(series, measure, threshold, at);
            CriterionStatus {
                state: CriterionState::Met,
                since: Some(since),
                decide_by: Some(decide_by(criterion, since)),
                why: measure
                    .phrase(measure.over(), criterion)
                    .number("value", value)
                    .number("threshold", threshold)
                    .time("since", since)
                    .time("at", at),
                ..status
            }
        }
        Some((at, value)) => CriterionStatus {
            state: CriterionState::NotMet,
            why: measure
                .phrase(measure.under(), criterion)
                .number("value", value)
                .number("threshold", threshold)
                .time("at", at),
            ..status
        },
    }
}

/// Whether the newest known minute is bad and recent. Bad news stands while a later look fails, because one failed poll must
/// not blank a burning verdict; good news does not.
fn still_bad(newest: Option<(Timestamp, f64)>, threshold: f64, now: Timestamp) -> bool {
    newest.is_some_and(|(at, value)| value > threshold && at >= minus(now, RECENT))
}

/// The first minute of the run of bad minutes that ends at `last`. A minute without data inside the run does not end it:
/// silence is no recovery. A good one does.
fn run_of_bad_minutes(series: &Series, measure: Measure, threshold: f64, last: Timestamp) -> Timestamp {
    series
        .minutes
        .range(..=last)
        .rev()
        .filter_map(|(at, minute)| measure.of(minute, series).map(|value| (*at, value)))
        .take_while(|(_, value)| *value > threshold)
        .last()
        .map_or(last, |(at, _)| at)
}

fn no_target_is_healthy(evidence: &Evidence<'_>) -> bool {
    match (evidence.state.value(), evidence.targets.value()) {
        (Some(state), Some(targets)) => {
            !state.target_groups.is_empty() && state.desired > 0 && targets.healthy == 0
        }
        (None, _) | (_, None) => false,
    }
}

fn declared(
    criterion: &Criterion,
    service: &ServiceKey,
    declarations: &[Declaration],
    proposed: Option<Phrase>,
) -> CriterionStatus {
    // The first declaration starts the time to decide; a second person who says the same does not start it again.
    let declaration = declarations
        .iter()
        .filter(|d| d.criterion == criterion.id && d.service == *service)
        .min_by_key(|d| d.at);
    match declaration {
        Some(declaration) => CriterionStatus {
            declared: true,
            proposed: proposed.is_some(),
            since: Some(declaration.at),
            decide_by: Some(decide_by(criterion, declaration.at)),
            ..blank(
                criterion,
                service,
                CriterionState::Met,
                Phrase::new("why-declared-by")
                    .text("by", &declaration.by)
                    .text("note", &declaration.note)
                    .time("at", declaration.at),
            )
        },
        None => {
            let is_proposed = proposed.is_some();
            let why = proposed.unwrap_or_else(|| Phrase::new("why-nobody-declared"));
            CriterionStatus {
                proposed: is_proposed,
                ..blank(criterion, service, CriterionState::NotMet, why)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{World, at, failed, minute, minutes, runbook, seconds, series};
    use super::*;
    use crate::domain::{Arg, FaultKind};

    fn service() -> ServiceKey {
        "backend".parse().unwrap()
    }

    fn of(world: &World, declarations: &[Declaration], now: Timestamp) -> Vec<CriterionStatus> {
        let evidence = Evidence {
            service: &service(),
            state: &world.state,
            series: &world.series,
            targets: &world.targets,
            shelf: &world.shelf,
            running: None,
        };
        assess(&runbook(), &evidence, declarations, now)
    }

    fn error_rate(rates: &[(i64, Option<f64>)], read_at: Timestamp, now: Timestamp) -> CriterionStatus {
        let mut world = World::new();
        let minutes = rates
            .iter()
            .map(|(m, rate)| (*m, rate.map_or_else(Minute::default, |rate| minute(100.0, rate))));
        world.series = Observed::known(series(minutes), read_at);
        of(&world, &[], now).remove(0)
    }

    #[test]
    fn the_error_rate_is_judged_by_the_newest_complete_minute_that_has_one() {
        use CriterionState::{Met, NotMet, Unknown};
        let b = Some(4.0);
        let g = Some(0.2);
        type Case<'a> = (
            &'a str,
            &'a [(i64, Option<f64>)],
            CriterionState,
            Option<i64>,
            &'a str,
        );
        let cases: &[Case<'_>] = &[
            (
                "bad now",
                &[(1, g), (2, b), (3, b)],
                Met,
                Some(2),
                "why-error-rate-over",
            ),
            (
                "exactly at the threshold",
                &[(2, b), (3, Some(1.0))],
                NotMet,
                None,
                "why-error-rate-under",
            ),
            (
                "a good minute ends a run",
                &[(0, b), (1, g), (2, b), (3, b)],
                Met,
                Some(2),
                "why-error-rate-over",
            ),
            (
                "silence does not end a run",
                &[(0, b), (1, None), (3, b)],
                Met,
                Some(0),
                "why-error-rate-over",
            ),
            (
                "the minute that is not over is not looked at",
                &[(3, g), (4, b)],
                NotMet,
                None,
                "why-error-rate-under",
            ),
            (
                "a newest minute without requests is passed over",
                &[(2, b), (3, None)],
                Met,
                Some(2),
                "why-error-rate-over",
            ),
            (
                "no requests for six minutes",
                &[(-3, b), (2, None)],
                Unknown,
                None,
                "why-error-rate-no-requests",
            ),
            ("nothing at all", &[], Unknown, None, "why-error-rate-no-requests"),
            (
                "all bad since the first minute known",
                &[(0, b), (1, b), (3, b)],
                Met,
                Some(0),
                "why-error-rate-over",
            ),
        ];
        // 4:30 past the hour: minute 3 is complete, minute 4 is not.
        for (name, rates, state, since, why) in cases {
            let status = error_rate(rates, seconds(260), seconds(270));
            assert_eq!(status.state, *state, "{name}");
            assert_eq!(status.since, since.map(at), "{name}");
            assert_eq!(status.decide_by, since.map(|m| at(m + 5)), "{name}");
            assert_eq!(status.why.id, *why, "{name}");
            assert_eq!(status.threshold, Some(1.0), "{name}");
        }
    }

    #[test]
    fn a_reading_that_is_old_or_failed_is_unknown_and_says_why() {
        let old = error_rate(&[(3, Some(4.0))], at(4), at(10));
        assert_eq!(
            (old.state, old.why.id.as_ref()),
            (CriterionState::Unknown, "why-metrics-old")
        );
        assert_eq!(
            (old.value, old.as_of),
            (Some(4.0), Some(at(3))),
            "the last value stays visible"
        );

        let mut world = World::new();
        world
            .series
            .take(Err(super::super::fixtures::fault(FaultKind::Throttled)), at(5));
        let burning = of(&world, &[], at(5)).remove(0);
        assert_eq!(
            burning.state,
            CriterionState::Met,
            "one failed look does not blank a burning verdict"
        );
        let calm = series([(3, minute(100.0, 0.0))]);
        world.series = Observed::known(calm, at(4));
        assert_eq!(of(&world, &[], at(5))[0].state, CriterionState::NotMet);
        world
            .series
            .take(Err(super::super::fixtures::fault(FaultKind::Throttled)), at(5));
        let after_failure = of(&world, &[], at(5)).remove(0);
        assert_eq!(
            (after_failure.state, after_failure.why.id.as_ref()),
            (CriterionState::Unknown, "why-metrics-not-read"),
            "good news does not stand on a failed look"
        );
        world.series = failed(FaultKind::Expired);
        assert_eq!(of(&world, &[], at(5))[0].why.id, "why-metrics-not-read");
        world.series = Observed::default();
        assert_eq!(of(&world, &[], at(5))[0].why.id, "why-metrics-waiting");
    }

    #[test]
    fn a_total_outage_is_met_where_the_balancer_is_ours() {
        let mut world = World::new();
        let outage = Minute {
            elb_5xx: Some(50.0),
            ..Minute::default()
        };
        world.series = Observed::known(series([(2, outage), (3, outage)]), at(5));
        let status = of(&world, &[], at(5)).remove(0);
        assert_eq!((status.state, status.value), (CriterionState::Met, Some(100.0)));
        world.series.value_mut().unwrap().balancer_is_ours = false;
        assert_eq!(of(&world, &[], at(5))[0].state, CriterionState::Unknown);
    }

    #[test]
    fn latency_is_judged_in_seconds_whatever_statistic_the_runbook_asks_for() {
        let mut world = World::new();
        let slow = Minute {
            latency_seconds: Some(6.5),
            ..minute(100.0, 0.0)
        };
        world.series = Observed::known(series([(1, minute(1.0, 0.0)), (2, slow), (3, slow)]), at(5));
        let status = of(&world, &[], at(5)).remove(1);
        assert_eq!(
            (status.state, status.since, status.decide_by),
            (CriterionState::Met, Some(at(2)), Some(at(12)))
        );

        let mut book = runbook();
        let key = service();
        let evidence = Evidence {
            service: &key,
            state: &world.state,
            series: &world.series,
            targets: &world.targets,
            shelf: &world.shelf,
            running: None,
        };
        for (statistic, named) in [
            (LatencyStatistic::P50, Arg::Text("p50".to_owned())),
            (LatencyStatistic::P90, Arg::Text("p90".to_owned())),
            (LatencyStatistic::P95, Arg::Text("p95".to_owned())),
            (LatencyStatistic::P99, Arg::Text("p99".to_owned())),
            (
                LatencyStatistic::Average,
                Arg::Phrase(Box::new(Phrase::new("statistic-average"))),
            ),
        ] {
            book.criteria[1].statistic = statistic;
            let status = assess(&book, &evidence, &[], at(5)).remove(1);
            assert_eq!(
                (status.state, status.since),
                (CriterionState::Met, Some(at(2))),
                "{statistic:?}"
            );
            let said = status.why.args.iter().find(|(name, _)| name == "statistic");
            assert_eq!(said.map(|(_, value)| value), Some(&named), "{statistic:?}");
        }
    }

    #[test]
    fn what_was_read_of_a_minute_before_it_was_over_is_not_looked_at_later_either() {
        use CriterionState::{Met, NotMet, Unknown};
        let (bad, good) = (Some(4.0), Some(0.2));
        // Minute 3 ends at 240; all is looked at a minute later.
        for (name, rates, read_at, state) in [
            (
                "a part of a good minute is not good",
                [(2, bad), (3, good)],
                239,
                Met,
            ),
            ("the whole of it is", [(2, bad), (3, good)], 240, NotMet),
            (
                "a part of a bad minute is not bad",
                [(2, good), (3, bad)],
                239,
                NotMet,
            ),
            (
                "nor does it make anything known",
                [(2, None), (3, good)],
                239,
                Unknown,
            ),
        ] {
            let status = error_rate(&rates, seconds(read_at), at(5));
            assert_eq!(status.state, state, "{name}");
        }
    }

    #[test]
    fn people_declare_what_no_metric_shows() {
        let mut world = World::new();
        let declaration = |service: &str, m| Declaration {
            criterion: CriterionId::FeatureDown,
            service: service.parse().unwrap(),
            at: at(m),
            by: Operator(Clean::new("sato")),
            note: Clean::new("login fails"),
        };
        let none = of(&world, &[declaration("frontend", 1)], at(5)).remove(2);
        assert_eq!(
            (none.state, none.declared, none.proposed),
            (CriterionState::NotMet, false, false)
        );
        let met = of(
            &world,
            &[declaration("backend", 3), declaration("backend", 2)],
            at(5),
        )
        .remove(2);
        assert_eq!(
            (met.state, met.declared, met.since),
            (CriterionState::Met, true, Some(at(2)))
        );
        assert_eq!(met.decide_by, Some(at(2)), "at once");

        world.targets = Observed::known(
            TargetHealth {
                unhealthy: 4,
                ..TargetHealth::default()
            },
            at(5),
        );
        let proposed = of(&world, &[], at(5)).remove(2);
        assert_eq!(
            (proposed.state, proposed.proposed),
            (CriterionState::NotMet, true)
        );
        world.state_mut().desired = 0;
        assert!(!of(&world, &[], at(5))[2].proposed, "nothing is wanted");
        world.state_mut().desired = 4;
        world.state_mut().target_groups.clear();
        assert!(
            !of(&world, &[], at(5))[2].proposed,
            "there are no targets to be healthy"
        );
        world.targets = failed(FaultKind::NotOffered);
        assert!(!of(&world, &[], at(5))[2].proposed, "targets are not known");
    }

    #[test]
    fn critical_findings_in_what_runs_propose_the_vulnerability_and_do_not_declare_it() {
        let mut world = World::new();
        let found = |count: u32| crate::domain::ScanFindings {
            scanned_at: None,
            counts: [("CRITICAL".into(), count)].into(),
            worst: Vec::new(),
        };
        let running = super::super::fixtures::digest(57);
        let mut with_vulnerability = runbook();
        let mut criterion = with_vulnerability.criteria[2].clone();
        criterion.id = CriterionId::Vulnerability;
        with_vulnerability.criteria.push(criterion);
        let mut vulnerability = |count: u32| {
            world.shelf = Observed::known(
                Shelf {
                    lifecycle: Vec::new(),
                    findings: [(running.clone(), found(count))].into(),
                },
                at(4),
            );
            let evidence = Evidence {
                service: &service(),
                state: &world.state,
                series: &world.series,
                targets: &world.targets,
                shelf: &world.shelf,
                running: Some(&running),
            };
            assess(&with_vulnerability, &evidence, &[], at(5)).pop().unwrap()
        };
        let clean = vulnerability(0);
        assert_eq!((clean.id, clean.proposed), (CriterionId::Vulnerability, false));
        let proposed = vulnerability(2);
        assert_eq!(
            (proposed.state, proposed.proposed),
            (CriterionState::NotMet, true)
        );
        assert_eq!(proposed.why.id, "proposes-vulnerability");
    }

    #[test]
    fn criteria_say_together_met_over_unknown_over_not_met() {
        use CriterionState::{Met, NotMet, Unknown};
        let status = |state| {
            let mut status = error_rate(&[], at(4), at(5));
            status.state = state;
            status
        };
        for (states, expected) in [
            (vec![NotMet, NotMet], Verdict::Hold),
            (vec![NotMet, Unknown], Verdict::Unknown),
            (vec![Unknown, NotMet], Verdict::Unknown),
            (vec![Unknown, Met, NotMet], Verdict::RollBack),
            (vec![], Verdict::Unknown),
        ] {
            let all: Vec<_> = states.iter().copied().map(status).collect();
            assert_eq!(verdict(&all), expected, "{states:?}");
        }
    }

    proptest::proptest! {
        /// Whatever the minutes are: met means that the newest complete rate of the last six minutes is over, the run
        /// begins at or before it, and no good minute lies inside the run.
        #[test]
        fn met_is_never_said_without_a_bad_run(
            rates in proptest::collection::vec(proptest::option::of(0.0..3.0_f64), 1..20),
            now in 60_i64..1500,
        ) {
            let rates: Vec<_> = rates.into_iter().enumerate().map(|(m, r)| (i64::try_from(m).unwrap(), r)).collect();
            let now = seconds(now);
            let status = error_rate(&rates, now, now);
            let complete: Vec<_> = rates.iter()
                .filter(|(m, r)| plus(at(*m), MINUTE) <= now && r.is_some())
                .map(|(m, r)| (at(*m), r.unwrap()))
                .collect();
            let newest = complete.last().copied().filter(|(m, _)| plus(*m, minutes(6)) >= now);
            let expected = match newest {
                None => CriterionState::Unknown,
                Some((_, rate)) if rate > 1.0 => CriterionState::Met,
                Some(_) => CriterionState::NotMet,
            };
            proptest::prop_assert_eq!(status.state, expected);
            if let Some(since) = status.since {
                proptest::prop_assert!(complete.iter().filter(|(m, _)| *m >= since).all(|(_, r)| *r > 1.0));
                let before = complete.iter().rfind(|(m, _)| *m < since);
                proptest::prop_assert!(before.is_none_or(|(_, r)| *r <= 1.0));
            }
        }
    }
}
