//! CloudWatch's view of the traffic: metrics, statistics, and how late they are.

use jiff::Timestamp;

use super::{
    course::Side,
    state::World,
    traffic::{Minute, Spread},
};
use crate::drill::time::{after, minute};

/// Seconds after the end of a minute until its datapoints can be seen.
const LATE: f64 = 60.0;

/// Seconds for which CloudWatch keeps datapoints of a period: 15, 63 or 455 days.
fn retention(period: f64) -> f64 {
    let days = match period {
        _ if period < 300.0 => 15.0,
        _ if period < 3_600.0 => 63.0,
        _ => 455.0,
    };
    days * 86_400.0
}

/// A metric of `AWS/ApplicationELB` that the drill publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metric {
    RequestCount,
    Target5xx,
    Elb5xx,
    TargetResponseTime,
    HealthyHostCount,
    UnHealthyHostCount,
}

impl Metric {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::RequestCount,
        Self::Target5xx,
        Self::Elb5xx,
        Self::TargetResponseTime,
        Self::HealthyHostCount,
        Self::UnHealthyHostCount,
    ];

    /// Its name in CloudWatch.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequestCount => "RequestCount",
            Self::Target5xx => "HTTPCode_Target_5XX_Count",
            Self::Elb5xx => "HTTPCode_ELB_5XX_Count",
            Self::TargetResponseTime => "TargetResponseTime",
            Self::HealthyHostCount => "HealthyHostCount",
            Self::UnHealthyHostCount => "UnHealthyHostCount",
        }
    }

    /// Its unit; a query for another one finds nothing.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::TargetResponseTime => "Seconds",
            Self::RequestCount
            | Self::Target5xx
            | Self::Elb5xx
            | Self::HealthyHostCount
            | Self::UnHealthyHostCount => "Count",
        }
    }

    /// Whether it is published with the load balancer alone.
    pub(crate) fn by_balancer(self) -> bool {
        match self {
            Self::RequestCount | Self::Target5xx | Self::Elb5xx | Self::TargetResponseTime => true,
            Self::HealthyHostCount | Self::UnHealthyHostCount => false,
        }
    }

    /// Whether it is published with the load balancer and the target group.
    pub(crate) fn by_group(self) -> bool {
        match self {
            Self::Elb5xx => false,
            Self::RequestCount
            | Self::Target5xx
            | Self::TargetResponseTime
            | Self::HealthyHostCount
            | Self::UnHealthyHostCount => true,
        }
    }
}

/// A statistic of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    Sum,
    Average,
    Minimum,
    Maximum,
    SampleCount,
    /// Share between 0 and 1.
    Percentile(f64),
}

impl Statistic {
    /// Reads `Sum`, `Average`, …, `p95` or `p99.9`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        match text {
            "Sum" => Some(Self::Sum),
            "Average" => Some(Self::Average),
            "Minimum" => Some(Self::Minimum),
            "Maximum" => Some(Self::Maximum),
            "SampleCount" => Some(Self::SampleCount),
            _ => {
                let percent: f64 = text.strip_prefix('p')?.parse().ok()?;
                (percent > 0.0 && percent <= 100.0).then_some(Self::Percentile(percent / 100.0))
            }
        }
    }
}

impl World {
    /// Whether the datapoints of the minute that begins at `start` can be seen by now.
    fn visible(&self, start: Timestamp) -> bool {
        after(start, 60.0 + LATE) <= self.now
    }

    /// Datapoints from `from` (whole periods) until before `to`, oldest first, of a service or of one of its target groups.
    /// A minute without a value has none.
    pub(crate) fn series(
        &self,
        (service, side): (usize, Option<Side>),
        metric: Metric,
        statistic: Statistic,
        period: u32,
        (from, to): (Timestamp, Timestamp),
    ) -> Vec<(Timestamp, f64)> {
        let Some(created) = self.services[service].created_at else {
            return Vec::new();
        };
        let period = f64::from(period);
        let from = from.max(after(self.now, -retention(period)));
        let aligned = (from.as_second() as f64 / period).floor() * period;
        let mut bucket = Timestamp::from_second(aligned as i64).unwrap_or(from);
        let (created, to) = (minute(created), to.min(self.now));
        if bucket < created {
            // Nothing was published before the service existed, so the walk begins with the bucket of its first minute.
            let skipped = ((created.as_second() - bucket.as_second()) as f64 / period).floor();
            bucket = after(bucket, skipped * period);
        }
        let mut points = Vec::new();
        while bucket < to {
            let next = after(bucket, period);
            let mut minutes = Vec::new();
            let mut at = bucket;
            while at < next && self.visible(at) {
                minutes.push(self.minute(service, at, side));
                at = after(at, 60.0);
            }
            points.extend(value(&minutes, metric, statistic).map(|value| (bucket, value)));
            bucket = next;
        }
        points
    }

    /// Share of 5xx answers, in percent, in each of the last visible minutes, newest first; `None` without requests.
    pub(crate) fn recent_error_percent(
        &self,
        service: usize,
        minutes: usize,
    ) -> Vec<(Timestamp, Option<f64>)> {
        let newest = minute(after(self.now, -60.0 - LATE));
        (0..minutes)
            .map(|back| {
                let start = after(newest, -60.0 * back as f64);
                let minute = self.minute(service, start, None);
                let percent = (minute.requests > 0.0).then(|| 100.0 * minute.target_5xx / minute.requests);
                (start, percent)
            })
            .collect()
    }
}

/// The value of a bucket, `None` where CloudWatch has no datapoint.
fn value(minutes: &[Minute], metric: Metric, statistic: Statistic) -> Option<f64> {
    match metric {
        Metric::RequestCount => counted(minutes.iter().map(|it| it.requests).sum(), statistic),
        Metric::Target5xx => counted(minutes.iter().map(|it| it.target_5xx).sum(), statistic),
        Metric::Elb5xx => counted(minutes.iter().map(|it| it.elb_5xx).sum(), statistic),
        Metric::TargetResponseTime => {
            let requests = minutes.iter().map(|it| it.requests).sum();
            let responses = minutes
                .iter()
                .flat_map(|it| it.responses.iter().copied())
                .collect();
            let bucket = Minute {
                requests,
                responses,
                ..Minute::default()
            };
            match statistic {
                Statistic::Sum => bucket.mean_response().map(|mean| mean * bucket.requests),
                Statistic::Average => bucket.mean_response(),
                Statistic::Minimum => bucket.quantile(0.001),
                Statistic::Maximum => bucket.quantile(0.999),
                Statistic::SampleCount => Some(bucket.requests).filter(|requests| *requests > 0.0),
                Statistic::Percentile(share) => bucket.quantile(share.min(0.999)),
            }
        }
        Metric::HealthyHostCount => hosts(minutes.iter().filter_map(|it| it.healthy), statistic),
        Metric::UnHealthyHostCount => hosts(minutes.iter().filter_map(|it| it.unhealthy), statistic),
    }
}

/// Counters are published as so many samples of 1, and not at all when there were none.
fn counted(count: f64, statistic: Statistic) -> Option<f64> {
    (count > 0.0).then_some(match statistic {
        Statistic::Sum | Statistic::SampleCount => count,
        Statistic::Average | Statistic::Minimum | Statistic::Maximum | Statistic::Percentile(_) => 1.0,
    })
}

fn hosts(spreads: impl Iterator<Item = Spread>, statistic: Statistic) -> Option<f64> {
    let spreads: Vec<Spread> = spreads.collect();
    if spreads.is_empty() {
        return None;
    }
    let sum: f64 = spreads.iter().map(|it| it.mean).sum();
    Some(match statistic {
        Statistic::Sum => sum,
        Statistic::Average | Statistic::Percentile(_) => sum / spreads.len() as f64,
        Statistic::Minimum => spreads.iter().map(|it| it.least).fold(f64::INFINITY, f64::min),
        Statistic::Maximum => spreads.iter().map(|it| it.most).fold(0.0, f64::max),
        Statistic::SampleCount => spreads.len() as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_as_cloudwatch_spells_them() {
        assert_eq!(Statistic::read("Sum"), Some(Statistic::Sum));
        assert_eq!(Statistic::read("p95"), Some(Statistic::Percentile(0.95)));
        assert!(
            matches!(Statistic::read("p99.9"), Some(Statistic::Percentile(share)) if (share - 0.999).abs() < 1e-9)
        );
        for wrong in ["sum", "p0", "p101", "px", "95", ""] {
            assert_eq!(Statistic::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_count_of_zero_has_no_datapoint() {
        let calm = Minute {
            requests: 100.0,
            ..Minute::default()
        };
        assert_eq!(
            value(std::slice::from_ref(&calm), Metric::Target5xx, Statistic::Sum),
            None
        );
        assert_eq!(
            value(std::slice::from_ref(&calm), Metric::RequestCount, Statistic::Sum),
            Some(100.0)
        );
        assert_eq!(value(&[calm], Metric::HealthyHostCount, Statistic::Average), None);
        assert_eq!(value(&[], Metric::RequestCount, Statistic::Sum), None);
    }
}
