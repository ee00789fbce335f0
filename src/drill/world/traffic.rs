//! What the load balancer of a service saw in one minute: a pure function of the seed, the minute and who served then.

use jiff::Timestamp;

use super::{course::Side, state::World};
use crate::drill::time::{after, seconds};

/// The mixture of response times in a minute: the requests, their median and their shape, for each revision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Response {
    /// Requests.
    pub(crate) weight: f64,
    /// Median in seconds.
    pub(crate) median: f64,
    /// Exponent of the log-logistic distribution.
    pub(crate) shape: f64,
}

/// One whole minute at the load balancer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Minute {
    /// Requests that reached a target.
    pub(crate) requests: f64,
    /// 5xx answers of targets.
    pub(crate) target_5xx: f64,
    /// 5xx answers of the load balancer itself.
    pub(crate) elb_5xx: f64,
    /// Response times of targets.
    pub(crate) responses: Vec<Response>,
    /// Healthy targets: mean, least, most; `None` before the service existed.
    pub(crate) healthy: Option<Spread>,
    /// Unhealthy targets.
    pub(crate) unhealthy: Option<Spread>,
}

/// A count that changed during the minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Minute {
    /// Response time in seconds below which this share of the answers lies, `None` without requests.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let total: f64 = self.responses.iter().map(|it| it.weight).sum();
        if total <= 0.0 {
            return None;
        }
        // The mixture has no closed form, but it rises steadily, so halving finds the place.
        let below = |x: f64| -> f64 {
            self.responses
                .iter()
                .map(|it| it.weight / (1.0 + (x / it.median).powf(-it.shape)))
                .sum::<f64>()
                / total
        };
        let (mut low, mut high) = (1e-6, 600.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if below(middle) < share {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some((low + high) / 2.0)
    }

    /// Mean response time in seconds, `None` without requests.
    pub(crate) fn mean_response(&self) -> Option<f64> {
        let total: f64 = self.responses.iter().map(|it| it.weight).sum();
        let sum: f64 = self
            .responses
            .iter()
            .map(|it| {
                let angle = std::f64::consts::PI / it.shape.max(1.05);
                it.weight * it.median * angle / angle.sin()
            })
            .sum();
        (total > 0.0).then(|| sum / total)
    }
}

impl World {
    /// The minute that begins at `start` for a service: all of it, or what reached one of its target groups. What the
    /// balancer answered itself belongs to no group.
    pub(crate) fn minute(&self, service: usize, start: Timestamp, only: Option<Side>) -> Minute {
        let it = &self.services[service];
        let end = after(start, 60.0);
        let number = start.as_second().div_euclid(60) as u64;
        let topic = |what: &str| format!("{what} {} {}", it.environment, it.application);
        let arrived = self.arrivals(service, start, number);
        let mut minute = Minute::default();
        let mut balancer_errors = 0.0;
        // By target group, blue and green: requests that reached it, and errors that are expected of them.
        let (mut requests, mut errors) = ([0.0; 2], [0.0; 2]);
        let mut healthy = Spreading::default();
        let mut unhealthy = Spreading::default();
        let first = it
            .serving
            .partition_point(|serving| serving.from <= start)
            .saturating_sub(1);
        let mut jitter = 1.0 + 0.03 * self.chance.normal(&topic("latency"), number);
        jitter = jitter.clamp(0.8, 1.2);
        let counts = |revision: &usize| only.is_none_or(|only| it.revisions[*revision].side == only);
        for (index, serving) in it
            .serving
            .iter()
            .enumerate()
            .skip(first)
            .take_while(|(_, it)| it.from < end)
        {
            let from = serving.from.max(start);
            let to = it.serving.get(index + 1).map_or(end, |next| next.from.min(end));
            let part = seconds(from, to) / 60.0;
            if part <= 0.0 {
                continue;
            }
            let hosts = |of: &[(usize, u32)]| -> u32 {
                of.iter()
                    .filter(|(revision, _)| counts(revision))
                    .map(|(_, count)| count)
                    .sum()
            };
            healthy.add(part, f64::from(hosts(&serving.healthy)));
            unhealthy.add(part, f64::from(hosts(&serving.unhealthy)));
            balancer_errors += arrived * part * serving.unanswered;
            for (revision, link, share) in &serving.shares {
                let share = arrived * part * share;
                let behaviour = self.behaviour_on(service, *revision, *link, from);
                let refused = share * behaviour.elb_error_rate;
                let reached = share - refused;
                balancer_errors += refused;
                let side = usize::from(it.revisions[*revision].side == Side::Green);
                errors[side] += reached * behaviour.error_rate;
                requests[side] += reached;
                if counts(revision) {
                    minute.responses.push(Response {
                        weight: reached,
                        median: behaviour.p50_ms * jitter / 1000.0,
                        shape: 19_f64.ln() / (behaviour.p95_ms / behaviour.p50_ms).ln(),
                    });
                }
            }
        }
        for (side, name) in [(Side::Blue, "5xx"), (Side::Green, "5xx green")] {
            let index = usize::from(side == Side::Green);
            if only.is_none_or(|only| only == side) {
                let requests = requests[index].round();
                minute.requests += requests;
                minute.target_5xx += self
                    .chance
                    .count(&topic(name), number, errors[index])
                    .min(requests);
            }
        }
        minute.elb_5xx = self
            .chance
            .count(&topic("elb 5xx"), number, balancer_errors)
            .min(arrived.ceil());
        minute.healthy = healthy.spread();
        minute.unhealthy = unhealthy.spread();
        if minute.requests < 1.0 {
            minute.responses.clear();
        }
        minute
    }

    /// Requests that arrived in a minute: a day with its peak in the early afternoon of Tokyo, and noise.
    pub(super) fn arrivals(&self, service: usize, start: Timestamp, number: u64) -> f64 {
        let it = &self.services[service];
        let hour = (start.as_second().rem_euclid(86_400) as f64 / 3600.0 + 9.0) % 24.0;
        let day = ((hour - 8.0) / 24.0 * std::f64::consts::TAU).sin();
        let noise = self
            .chance
            .normal(&format!("traffic {} {}", it.environment, it.application), number);
        let swing = it.traffic.swing;
        (it.traffic.per_minute * (1.0 + swing * day + swing * 0.1 * noise)).max(0.0)
    }
}

#[derive(Debug, Default)]
struct Spreading {
    whole: f64,
    sum: f64,
    least: Option<f64>,
    most: f64,
}

impl Spreading {
    fn add(&mut self, part: f64, value: f64) {
        self.whole += part;
        self.sum += part * value;
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = self.most.max(value);
    }

    fn spread(&self) -> Option<Spread> {
        let least = self.least?;
        Some(Spread {
            mean: self.sum / self.whole,
            least,
            most: self.most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixture_keeps_the_percentiles_of_its_parts() {
        let shape = 19_f64.ln() / 3_f64.ln();
        let calm = Response {
            weight: 100.0,
            median: 0.1,
            shape,
        };
        let minute = Minute {
            responses: vec![calm],
            ..Minute::default()
        };
        assert!((minute.quantile(0.5).unwrap() - 0.1).abs() < 1e-3);
        assert!((minute.quantile(0.95).unwrap() - 0.3).abs() < 1e-3);
        assert!(minute.mean_response().unwrap() > 0.1);
        let slow = Response {
            weight: 100.0,
            median: 4.0,
            shape,
        };
        let mixed = Minute {
            responses: vec![calm, slow],
            ..Minute::default()
        };
        let p95 = mixed.quantile(0.95).unwrap();
        assert!(p95 > 4.0 && p95 < 12.0, "{p95}");
        assert_eq!(Minute::default().quantile(0.5), None);
        assert_eq!(Minute::default().mean_response(), None);
    }
}
