//! Other people who wait for a request before they deploy.
//!
//! A trigger counts requests that were done, and never a deployment of its own: that one comes over no wire. What the
//! deployment does to the service is the world's affair.

use jiff::Timestamp;

use super::{faults::matches, scenario::Trigger, time::seconds, world::World};

/// The triggers that still wait.
#[derive(Debug)]
pub(super) struct Triggers(Vec<Waiting>);

/// A trigger, and when it saw its last request.
#[derive(Debug)]
struct Waiting {
    trigger: Trigger,
    seen_at: Option<Timestamp>,
}

impl Waiting {
    /// Counts a request; `true` when it was the one that it waited for.
    fn count(&mut self, now: Timestamp) -> bool {
        let before = self.seen_at.replace(now);
        let counts = self
            .trigger
            .again_within_s
            .is_none_or(|within| before.is_some_and(|before| seconds(before, now) <= within));
        if counts {
            self.trigger.nth = self.trigger.nth.saturating_sub(1);
        }
        counts && self.trigger.nth == 0
    }
}

impl Triggers {
    pub(super) fn new(triggers: Vec<Trigger>) -> Self {
        let wait = |trigger| Waiting {
            trigger,
            seen_at: None,
        };
        Self(triggers.into_iter().map(wait).collect())
    }

    /// A request of this operation has been done: whoever waited for it deploys, at once or after his time.
    pub(super) fn answered(&mut self, world: &mut World, service: &str, operation: &str) {
        let now = world.now;
        let mut due = Vec::new();
        self.0.retain_mut(|waiting| {
            let fires = matches(&waiting.trigger.on, service, operation) && waiting.count(now);
            if fires {
                due.push(waiting.trigger.clone());
            }
            !fires
        });
        for it in due {
            if let Some(index) = world.service_of(&it.environment, &it.application) {
                world.colleague_deploys(index, it.revision, &it.by, it.act.as_deref(), it.after_s);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(nth: u32, again_within_s: Option<f64>) -> Waiting {
        let trigger = Trigger {
            on: "sts.GetCallerIdentity".into(),
            nth,
            again_within_s,
            after_s: 0.0,
            act: None,
            environment: "production".into(),
            application: "backend".into(),
            revision: 55,
            by: "suzuki".into(),
        };
        Waiting {
            trigger,
            seen_at: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_nth_request_is_counted_from_one() {
        let mut waiting = waiting(2, None);
        assert!(!waiting.count(at(0)));
        assert!(waiting.count(at(10_000)));
    }

    #[test]
    fn only_requests_soon_after_another_count_where_that_is_asked() {
        let mut waiting = waiting(2, Some(290.0));
        let seen: Vec<bool> = [0, 300, 600, 640, 1_000, 1_290]
            .map(|second| waiting.count(at(second)))
            .into();
        assert_eq!(seen, [false, false, false, false, false, true]);
    }
}
