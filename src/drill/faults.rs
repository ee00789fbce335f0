//! Faults: what may go wrong between a client and the account, on purpose and a counted number of times.
//!
//! A fault does not know what the operation means; it only says what happens to the request or to its answer.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::Deserialize;

/// How a request or its answer comes to grief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `ThrottlingException`, nothing done.
    Throttle,
    /// An internal server error (500), nothing done.
    Error,
    /// Done, but the connection drops before the answer.
    Lost,
    /// Nothing done, and no answer ever.
    Hang,
    /// The connection drops before anything is done.
    Cut,
    /// Done at once, answered late (by tokio's clock: the wire is slow, not the world).
    Slow(Duration),
    /// The caller's token has expired, nothing done.
    Expired,
    /// The caller is not authorized, nothing done.
    Denied,
    /// A policy denies it to the caller in words, nothing done.
    Forbidden,
}

impl Fault {
    /// The name that the contract gives it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::Error => "error",
            Self::Lost => "lost",
            Self::Hang => "hang",
            Self::Cut => "cut",
            Self::Slow(_) => "slow",
            Self::Expired => "expired",
            Self::Denied => "denied",
            Self::Forbidden => "forbidden",
        }
    }
}

/// The kind of a fault as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FaultKind {
    Throttle,
    Error,
    Lost,
    Hang,
    Cut,
    Slow,
    Expired,
    Denied,
    Forbidden,
}

impl FaultKind {
    /// The fault; only a slow one uses the delay.
    pub(crate) fn fault(self, delay: Duration) -> Fault {
        match self {
            Self::Throttle => Fault::Throttle,
            Self::Error => Fault::Error,
            Self::Lost => Fault::Lost,
            Self::Hang => Fault::Hang,
            Self::Cut => Fault::Cut,
            Self::Slow => Fault::Slow(delay),
            Self::Expired => Fault::Expired,
            Self::Denied => Fault::Denied,
            Self::Forbidden => Fault::Forbidden,
        }
    }
}

/// A fault that waits for its request.
#[derive(Debug, Clone)]
pub(crate) struct Armed {
    /// `ecs.UpdateService`, `ecs.Describe*`, `ecs.*` or `*`.
    pub(crate) pattern: String,
    /// What happens.
    pub(crate) fault: Fault,
    /// Share of such requests that meet it; `None` means all of them.
    pub(crate) share: Option<f64>,
    /// How often still; `None` means always.
    pub(crate) left: Option<u32>,
    /// Not before this moment.
    pub(crate) from: Option<Timestamp>,
    /// Not from this moment on.
    pub(crate) until: Option<Timestamp>,
}

/// All armed faults, in the order in which they were armed.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
    /// How often each operation has been asked so far, so that chance does not depend on what else is asked meanwhile.
    asked: BTreeMap<String, u64>,
}

impl Faults {
    /// Adds a fault behind those that wait already.
    pub(crate) fn arm(&mut self, armed: Armed) {
        self.armed.push(armed);
    }

    /// The fault that this request meets, and one time less of it. `draw` is a number from 0 to 1 for the armed fault
    /// with this index and the nth request of the operation; it decides about faults that only a share of the requests
    /// meets.
    pub(crate) fn take(
        &mut self,
        service: &str,
        operation: &str,
        now: Timestamp,
        draw: impl Fn(usize, u64) -> f64,
    ) -> Option<Fault> {
        let nth = self.asked.entry(format!("{service}.{operation}")).or_default();
        *nth += 1;
        let nth = *nth;
        let index = self.armed.iter().enumerate().position(|(index, armed)| {
            armed.left != Some(0)
                && armed.from.is_none_or(|from| now >= from)
                && armed.until.is_none_or(|until| now < until)
                && matches(&armed.pattern, service, operation)
                && armed.share.is_none_or(|share| draw(index, nth) < share)
        })?;
        let armed = &mut self.armed[index];
        let fault = armed.fault;
        if let Some(left) = &mut armed.left {
            *left -= 1;
            if *left == 0 {
                self.armed.remove(index);
            }
        }
        Some(fault)
    }

    /// What the caller may not do at this moment, whatever chance says: patterns, and whether a policy says so in words.
    pub(crate) fn denials(&self, now: Timestamp) -> impl Iterator<Item = (&str, bool)> {
        self.armed
            .iter()
            .filter(move |armed| {
                armed.left != Some(0)
                    && armed.share.is_none()
                    && armed.from.is_none_or(|from| now >= from)
                    && armed.until.is_none_or(|until| now < until)
            })
            .filter_map(|armed| match armed.fault {
                Fault::Denied => Some((armed.pattern.as_str(), false)),
                Fault::Forbidden => Some((armed.pattern.as_str(), true)),
                Fault::Throttle
                | Fault::Error
                | Fault::Lost
                | Fault::Hang
                | Fault::Cut
                | Fault::Slow(_)
                | Fault::Expired => None,
            })
    }

    /// How many faults still wait.
    pub(crate) fn waiting(&self) -> usize {
        self.armed.len()
    }
}

/// Whether a pattern names this operation.
pub(crate) fn matches(pattern: &str, service: &str, operation: &str) -> bool {
    match pattern.split_once('.') {
        None => pattern == "*",
        Some((of, what)) => {
            let named = match what.strip_suffix('*') {
                Some(beginning) => operation.starts_with(beginning),
                None => what == operation,
            };
            of.eq_ignore_ascii_case(service) && named
        }
    }
}

/// Whether a pattern has one of the four forms.
pub(crate) fn well_formed(pattern: &str) -> bool {
    pattern == "*"
        || pattern
            .split_once('.')
            .is_some_and(|(of, what)| !of.is_empty() && !what.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_fault_is_spent_and_the_next_one_waits() {
        let now: Timestamp = "2026-11-23T05:05:12Z".parse().unwrap();
        let armed = |pattern: &str, fault, left| Armed {
            pattern: pattern.into(),
            fault,
            share: None,
            left,
            from: None,
            until: None,
        };
        let mut faults = Faults::default();
        faults.arm(armed("ecs.UpdateService", Fault::Throttle, Some(2)));
        faults.arm(armed("ecs.*", Fault::Lost, Some(1)));
        assert_eq!(faults.take("ecr", "DescribeImages", now, |_, _| 0.5), None);
        assert_eq!(
            faults.take("ecs", "UpdateService", now, |_, _| 0.5),
            Some(Fault::Throttle)
        );
        assert_eq!(
            faults.take("ecs", "UpdateService", now, |_, _| 0.5),
            Some(Fault::Throttle)
        );
        assert_eq!(
            faults.take("ecs", "UpdateService", now, |_, _| 0.5),
            Some(Fault::Lost)
        );
        assert_eq!(faults.take("ecs", "UpdateService", now, |_, _| 0.5), None);
        assert_eq!(faults.waiting(), 0);
    }

    #[test]
    fn a_timed_fault_keeps_to_its_window() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut faults = Faults::default();
        faults.arm(Armed {
            pattern: "*".into(),
            fault: Fault::Denied,
            share: None,
            left: None,
            from: Some(at("2026-11-23T05:05:00Z")),
            until: Some(at("2026-11-23T05:06:00Z")),
        });
        assert_eq!(
            faults.take("ecs", "ListTasks", at("2026-11-23T05:04:59Z"), |_, _| 0.5),
            None
        );
        assert_eq!(
            faults.take("ecs", "ListTasks", at("2026-11-23T05:05:00Z"), |_, _| 0.5),
            Some(Fault::Denied)
        );
        assert_eq!(
            faults.take("sts", "GetCallerIdentity", at("2026-11-23T05:05:59Z"), |_, _| 0.5),
            Some(Fault::Denied)
        );
        assert_eq!(
            faults.take("ecs", "ListTasks", at("2026-11-23T05:06:00Z"), |_, _| 0.5),
            None
        );
    }

    #[test]
    fn a_share_of_the_requests_meets_a_fault_and_the_rest_pass_it() {
        let now: Timestamp = "2026-11-23T05:05:12Z".parse().unwrap();
        let armed = |share, fault| Armed {
            pattern: "ecs.Describe*".into(),
            fault,
            share,
            left: None,
            from: None,
            until: None,
        };
        let mut faults = Faults::default();
        faults.arm(armed(Some(0.3), Fault::Throttle));
        faults.arm(armed(Some(0.5), Fault::Error));
        let mut take = |draw: f64| faults.take("ecs", "DescribeTasks", now, move |_, _| draw);
        assert_eq!(take(0.29), Some(Fault::Throttle));
        assert_eq!(take(0.3), Some(Fault::Error), "the next one is asked");
        assert_eq!(take(0.5), None);
        assert_eq!(faults.waiting(), 2, "a share without a count is never spent");
        assert_eq!(faults.take("ecs", "UpdateService", now, |_, _| 0.0), None);
    }

    #[test]
    fn patterns_have_four_forms() {
        assert!(well_formed("*") && well_formed("ecs.*") && well_formed("ecs.UpdateService"));
        assert!(!well_formed("UpdateService") && !well_formed("ecs.") && !well_formed(""));
        assert!(matches("ECS.UpdateService", "ecs", "UpdateService"));
        assert!(!matches("ecs.UpdateService", "ecs", "updateservice"));
        assert!(
            matches("ecs.Describe*", "ecs", "DescribeTasks") && !matches("ecs.Describe*", "ecs", "ListTasks")
        );
        assert!(matches("ecs.*", "ecs", "ListTasks") && !matches("ecs.*", "ecr", "ListImages"));
    }
}
