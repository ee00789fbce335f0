//! Minutes of a load balancer's counters, and the rates that are ours to divide.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// What CloudWatch says of one minute. A value that is absent was not published: for a count that may mean zero or not yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Minute {
    /// Requests that reached a target (`RequestCount`, Sum).
    pub requests: Option<f64>,
    /// Answers of 500 to 599 by targets (`HTTPCode_Target_5XX_Count`, Sum).
    pub target_5xx: Option<f64>,
    /// Answers of 500 to 599 by the load balancer itself (`HTTPCode_ELB_5XX_Count`, Sum).
    pub elb_5xx: Option<f64>,
    /// The statistic of the response time that the runbook asks for, in seconds (`TargetResponseTime`).
    pub latency_seconds: Option<f64>,
}

/// Minutes of one service, by their start. Bounded by whoever fills it; gaps stay gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The minutes, keyed by the second at which each begins.
    pub minutes: BTreeMap<Timestamp, Minute>,
    /// Whether the load balancer serves this service alone, so that its own 5xx answers count as the service's.
    pub balancer_is_ours: bool,
}

impl Minute {
    /// Requests of this minute, those that reached no target included where the balancer is ours.
    #[must_use]
    pub fn total_requests(&self, balancer_is_ours: bool) -> f64 {
        // `RequestCount` leaves out requests for which no target could be chosen; a total outage must not read as "no traffic".
        let unserved = if balancer_is_ours {
            self.elb_5xx.unwrap_or(0.0)
        } else {
            0.0
        };
        self.requests.unwrap_or(0.0) + unserved
    }

    /// 5xx answers of this minute.
    #[must_use]
    pub fn errors(&self, balancer_is_ours: bool) -> f64 {
        let own = if balancer_is_ours {
            self.elb_5xx.unwrap_or(0.0)
        } else {
            0.0
        };
        self.target_5xx.unwrap_or(0.0) + own
    }

    /// 5xx answers in percent of requests; `None` when there were no requests, which is *unknown*, not 0 %.
    #[must_use]
    pub fn error_percent(&self, balancer_is_ours: bool) -> Option<f64> {
        let total = self.total_requests(balancer_is_ours);
        (total > 0.0).then(|| (100.0 * self.errors(balancer_is_ours) / total).min(100.0))
    }
}

impl Series {
    /// 5xx rate in percent for the minute that begins at `minute`.
    #[must_use]
    pub fn error_percent(&self, minute: Timestamp) -> Option<f64> {
        self.minutes
            .get(&minute)
            .and_then(|m| m.error_percent(self.balancer_is_ours))
    }

    /// The newest minute for which anything was published.
    #[must_use]
    pub fn newest(&self) -> Option<(Timestamp, &Minute)> {
        self.minutes.last_key_value().map(|(at, minute)| (*at, minute))
    }

    /// The newest minute that has a 5xx rate, with the rate in percent.
    #[must_use]
    pub fn newest_error_percent(&self) -> Option<(Timestamp, f64)> {
        self.minutes
            .iter()
            .rev()
            .find_map(|(at, m)| m.error_percent(self.balancer_is_ours).map(|rate| (*at, rate)))
    }

    /// 5xx answers of a balancer that other services share, in the newest minute in which it gave any. They cannot be told
    /// to be this service's, so they are not in its rate; they are shown apart.
    #[must_use]
    pub fn balancer_apart(&self) -> Option<(Timestamp, f64)> {
        let mut newest = self.minutes.iter().rev().filter(|_| !self.balancer_is_ours);
        newest.find_map(|(at, m)| m.elb_5xx.filter(|count| *count > 0.0).map(|count| (*at, count)))
    }

    /// The newest minute that has a response time, with it in seconds.
    #[must_use]
    pub fn newest_latency(&self) -> Option<(Timestamp, f64)> {
        self.minutes
            .iter()
            .rev()
            .find_map(|(at, m)| m.latency_seconds.map(|seconds| (*at, seconds)))
    }

    /// The newest response time, unless minutes after it have none: when the balancer answers by itself there is no response
    /// time, and an old one says nothing about now. One minute may lag behind, since CloudWatch publishes them apart.
    #[must_use]
    pub fn latency_now(&self) -> Option<(Timestamp, f64)> {
        let (newest, _) = self.newest()?;
        self.newest_latency()
            .filter(|(at, _)| newest.duration_since(*at) <= SignedDuration::from_mins(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_without_a_5xx_point_are_zero_percent_and_no_requests_are_unknown() {
        let calm = Minute {
            requests: Some(200.0),
            ..Minute::default()
        };
        assert_eq!(calm.error_percent(true), Some(0.0));
        assert_eq!(Minute::default().error_percent(true), None);
    }

    #[test]
    fn what_a_shared_balancer_answers_stands_apart() {
        let at = Timestamp::UNIX_EPOCH;
        let minute = Minute {
            requests: Some(100.0),
            elb_5xx: Some(7.0),
            ..Minute::default()
        };
        let mut series = Series {
            minutes: BTreeMap::from([(at, minute)]),
            balancer_is_ours: false,
        };
        assert_eq!(
            (series.error_percent(at), series.balancer_apart()),
            (Some(0.0), Some((at, 7.0)))
        );
        series.balancer_is_ours = true;
        assert_eq!(series.balancer_apart(), None);
        assert!(series.error_percent(at).unwrap() > 6.0);
    }

    #[test]
    fn a_total_outage_is_a_hundred_percent_where_the_balancer_is_ours_and_unknown_where_it_is_shared() {
        let outage = Minute {
            elb_5xx: Some(90.0),
            ..Minute::default()
        };
        assert_eq!(outage.error_percent(true), Some(100.0));
        assert_eq!(outage.error_percent(false), None);
    }

    #[test]
    fn an_old_response_time_says_nothing_about_now() {
        let minute = |latency| Minute {
            requests: Some(200.0),
            latency_seconds: latency,
            ..Minute::default()
        };
        let at = |m: i64| Timestamp::from_second(m * 60).unwrap();
        let mut series = Series::default();
        series.minutes.insert(at(1), minute(Some(0.3)));
        series.minutes.insert(at(2), minute(None));
        assert_eq!(series.latency_now(), Some((at(1), 0.3)));
        series.minutes.insert(at(3), minute(None));
        assert_eq!(series.latency_now(), None);
        assert_eq!(series.newest_latency(), Some((at(1), 0.3)));
    }
}
