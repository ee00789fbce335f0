//! The load balancer's minutes from CloudWatch: one batch for all services, raw numbers only.
//!
//! No metric expressions: some endpoints answer them with silence, and a rate whose parts are at hand can be checked. The
//! division, and what a missing point means, is `domain::Series`'s.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatch::types as sdk;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::domain::{Clean, Fault, FaultKind, Minute, Series, ServiceKey, TargetGroupArn};

use super::convert::{Pages, malformed, time};
use super::elb::DESCRIBE_GROUPS;
use super::fault::needed_action;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const GET: &str = "cloudwatch.GetMetricData";
const NAMESPACE: &str = "AWS/ApplicationELB";
/// Seconds in a bucket; Elastic Load Balancing publishes once a minute.
const PERIOD: i32 = 60;
/// Queries in one call (CloudWatch API reference, GetMetricData).
const QUERIES_A_CALL: usize = 500;
/// Pages that are followed.
const PAGES: usize = 50;

/// Which minutes are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsOf {
    /// The service.
    pub service: ServiceKey,
    /// Its target groups; their numbers are summed.
    pub groups: Vec<TargetGroupArn>,
    /// Whether its load balancer serves others too, so that the balancer's own 5xx answers are not the service's.
    pub shared: bool,
    /// The statistic of the response time, such as `p95`. Over several groups the largest counts: percentiles do not add up.
    pub statistic: &'static str,
}

/// What one query measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Requests,
    Target5xx,
    Balancer5xx,
    Latency,
}

impl Measure {
    const OF_A_GROUP: [Self; 3] = [Self::Requests, Self::Target5xx, Self::Latency];

    const fn metric(self) -> &'static str {
        match self {
            Self::Requests => "RequestCount",
            Self::Target5xx => "HTTPCode_Target_5XX_Count",
            Self::Balancer5xx => "HTTPCode_ELB_5XX_Count",
            Self::Latency => "TargetResponseTime",
        }
    }

    fn add(self, minute: &mut Minute, value: f64) {
        let (slot, sum) = match self {
            Self::Requests => (&mut minute.requests, true),
            Self::Target5xx => (&mut minute.target_5xx, true),
            Self::Balancer5xx => (&mut minute.elb_5xx, true),
            Self::Latency => (&mut minute.latency_seconds, false),
        };
        *slot = Some(match *slot {
            Some(before) if sum => before + value,
            Some(before) => before.max(value),
            None => value,
        });
    }
}

/// One query and the services that its numbers belong to, as places in the list that was asked for.
struct Query {
    measure: Measure,
    balancer: String,
    group: Option<TargetGroupArn>,
    statistic: &'static str,
    services: Vec<usize>,
}

/// What CloudWatch answered to one query.
#[derive(Default)]
struct Answer {
    points: Vec<(Timestamp, f64)>,
    status: Option<sdk::StatusCode>,
    message: Option<String>,
}

impl Reader {
    /// The minutes of all `wanted` services that begin at or after `from` and before `to`, in the order asked. One whose
    /// numbers cannot be had carries its own fault: minutes that CloudWatch gave only in part are a fault, not a calm
    /// service. A balancer that turns out to serve two of the wanted services is shared, whatever was said of it.
    ///
    /// # Errors
    /// When GetMetricData failed as a whole.
    pub async fn metrics(
        &self,
        wanted: &[MetricsOf],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(ServiceKey, Result<Series, Fault>)>, Fault> {
        let mut series: Vec<Result<Series, Fault>> = Vec::new();
        let mut queries: Vec<Query> = Vec::new();
        for (place, one) in wanted.iter().enumerate() {
            let added = self.plan(one, place, &mut queries).await;
            series.push(added.map(|()| Series {
                minutes: BTreeMap::new(),
                balancer_is_ours: !one.shared,
            }));
        }
        for query in queries
            .iter()
            .filter(|q| q.measure == Measure::Balancer5xx && q.services.len() > 1)
        {
            for place in &query.services {
                if let Some(Ok(series)) = series.get_mut(*place) {
                    series.balancer_is_ours = false;
                }
            }
        }
        let (from, to) = (whole_minute(from), to);
        for chunk in queries.chunks(QUERIES_A_CALL) {
            let answers = self.ask_for(chunk, from, to).await?;
            for (query, answer) in chunk.iter().zip(answers) {
                let outcome = judge(query, &answer);
                for place in &query.services {
                    let Some(slot) = series.get_mut(*place) else {
                        continue;
                    };
                    match (&outcome, slot.as_mut()) {
                        (Ok(()), Ok(series)) => take(series, query.measure, &answer, from, to),
                        (Err(fault), Ok(_)) => *slot = Err(fault.clone()),
                        (_, Err(_)) => {}
                    }
                }
            }
        }
        Ok(wanted.iter().map(|one| one.service.clone()).zip(series).collect())
    }

    /// Adds the queries that `one` needs.
    async fn plan(&self, one: &MetricsOf, place: usize, queries: &mut Vec<Query>) -> Result<(), Fault> {
        let nothing = |why: &str| Fault::new(FaultKind::NotFound, DESCRIBE_GROUPS, why);
        if one.groups.is_empty() {
            return Err(nothing("the service is behind no load balancer"));
        }
        let groups = self.balancers(&one.groups).await?;
        if groups.iter().all(|(_, balancers)| balancers.is_empty()) {
            return Err(nothing(
                "no application load balancer forwards to the service's target groups",
            ));
        }
        for (group, balancers) in groups {
            for balancer in balancers {
                let own = queries
                    .iter_mut()
                    .find(|q| q.measure == Measure::Balancer5xx && q.balancer == balancer);
                match own {
                    Some(query) if !query.services.contains(&place) => query.services.push(place),
                    Some(_) => {}
                    None => queries.push(Query {
                        measure: Measure::Balancer5xx,
                        balancer: balancer.clone(),
                        group: None,
                        statistic: "Sum",
                        services: vec![place],
                    }),
                }
                for measure in Measure::OF_A_GROUP {
                    queries.push(Query {
                        measure,
                        balancer: balancer.clone(),
                        group: Some(group.clone()),
                        statistic: if measure == Measure::Latency {
                            one.statistic
                        } else {
                            "Sum"
                        },
                        services: vec![place],
                    });
                }
            }
        }
        Ok(())
    }

    /// The answers to `queries`, in their order, over all pages.
    async fn ask_for(&self, queries: &[Query], from: Timestamp, to: Timestamp) -> Result<Vec<Answer>, Fault> {
        let wire: Vec<_> = queries
            .iter()
            .enumerate()
            .map(|(n, query)| query_for(n, query))
            .collect();
        let mut by_id: HashMap<String, Answer> = HashMap::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Metrics,
                GET,
                self.inner
                    .cloudwatch
                    .get_metric_data()
                    .set_metric_data_queries(Some(wire.clone()))
                    .start_time(DateTime::from_secs(from.as_second()))
                    .end_time(DateTime::from_secs(to.as_second()))
                    .scan_by(sdk::ScanBy::TimestampAscending)
                    .set_next_token(token)
            )?;
            for result in answer.metric_data_results() {
                let Some(id) = result.id() else {
                    return Err(malformed(GET, "MetricDataResults[].Id", "is missing"));
                };
                let answer = by_id.entry(id.to_owned()).or_default();
                for (at, value) in result.timestamps().iter().zip(result.values()) {
                    answer.points.extend(time(Some(at)).map(|at| (at, *value)));
                }
                answer.status = result.status_code().cloned();
                answer.message = result
                    .messages()
                    .first()
                    .and_then(|message| message.value())
                    .map(str::to_owned)
                    .or(answer.message.take());
            }
            token = pages.next(answer.next_token());
            if token.is_none() {
                break;
            }
        }
        Ok((0..queries.len())
            .map(|n| by_id.remove(&query_id(n)).unwrap_or_default())
            .collect())
    }
}

/// Ids of queries must begin with a lower-case letter.
fn query_id(n: usize) -> String {
    format!("q{n}")
}

fn query_for(n: usize, query: &Query) -> sdk::MetricDataQuery {
    let dimension = |name: &str, value: &str| sdk::Dimension::builder().name(name).value(value).build();
    let mut metric = sdk::Metric::builder()
        .namespace(NAMESPACE)
        .metric_name(query.measure.metric())
        .dimensions(dimension("LoadBalancer", &query.balancer));
    if let Some(group) = &query.group {
        metric = metric.dimensions(dimension("TargetGroup", group.dimension()));
    }
    sdk::MetricDataQuery::builder()
        .id(query_id(n))
        .metric_stat(
            sdk::MetricStat::builder()
                .metric(metric.build())
                .period(PERIOD)
                .stat(query.statistic)
                .build(),
        )
        .return_data(true)
        .build()
}

/// Whether the points may be believed.
fn judge(query: &Query, answer: &Answer) -> Result<(), Fault> {
    let why = |default: &str| {
        format!(
            "{}: {}",
            query.measure.metric(),
            answer.message.as_deref().unwrap_or(default)
        )
    };
    match &answer.status {
        Some(sdk::StatusCode::Complete) => Ok(()),
        Some(sdk::StatusCode::Forbidden) => Err(Fault::new(
            FaultKind::Denied {
                action: Clean::new(&needed_action(GET)),
            },
            GET,
            &why("forbidden"),
        )),
        Some(sdk::StatusCode::InternalError) => {
            Err(Fault::new(FaultKind::Server, GET, &why("internal error")))
        }
        // After the last page: some points are missing, and a missing 5xx count would read as 0 %.
        Some(sdk::StatusCode::PartialData) => Err(Fault::new(
            FaultKind::Server,
            GET,
            &why("only part of the data came"),
        )),
        Some(other) => Err(malformed(GET, "StatusCode", other.as_str())),
        None => Err(malformed(GET, query.measure.metric(), "has no result")),
    }
}

fn take(series: &mut Series, measure: Measure, answer: &Answer, from: Timestamp, to: Timestamp) {
    for (at, value) in &answer.points {
        let minute = whole_minute(*at);
        if value.is_finite() && minute >= from && minute < to {
            measure.add(series.minutes.entry(minute).or_default(), *value);
        }
    }
}

/// The start of the minute that `at` is in.
fn whole_minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_summed_and_the_slower_percentile_counts() {
        let mut minute = Minute::default();
        for (measure, value) in [
            (Measure::Requests, 10.0),
            (Measure::Requests, 5.0),
            (Measure::Latency, 0.2),
            (Measure::Latency, 0.9),
            (Measure::Latency, 0.4),
        ] {
            measure.add(&mut minute, value);
        }
        assert_eq!(minute.requests, Some(15.0));
        assert_eq!(minute.latency_seconds, Some(0.9));
        assert_eq!(minute.target_5xx, None);
    }

    #[test]
    fn minutes_are_floored() {
        let at: Timestamp = "2026-11-23T14:05:59.9Z".parse().unwrap();
        assert_eq!(whole_minute(at), "2026-11-23T14:05:00Z".parse().unwrap());
    }
}
