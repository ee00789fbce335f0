//! Other people who wait for a request before they deploy.
//!
//! A trigger counts requests that are done, and never a deployment of its own: that one comes over no wire. What the
//! deployment does to the service is the world's affair.

use jiff::Timestamp;
use serde_json::Value;

use super::{faults::matches, scenario::Trigger, time::seconds, world::World};

/// A request as triggers see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// `ecs`, `ecr`, ….
    pub(super) service: &'a str,
    /// The operation's name as AWS spells it.
    pub(super) operation: &'a str,
    /// Its input.
    pub(super) input: &'a Value,
}

/// The triggers that still wait.
#[derive(Debug)]
pub(super) struct Triggers(Vec<Waiting>);

/// A trigger, and when it saw its last request.
#[derive(Debug)]
struct Waiting {
    trigger: Trigger,
    counted: u32,
    seen_at: Option<Timestamp>,
}

impl Waiting {
    fn waits_for(&self, seen: Seen<'_>) -> bool {
        let trigger = &self.trigger;
        matches(&trigger.on, seen.service, seen.operation)
            && (trigger.services.is_empty() || trigger.services == named(seen.input))
    }

    /// Counts a request; `true` when it was the one that it waited for.
    fn count(&mut self, now: Timestamp) -> bool {
        let before = self.seen_at.replace(now);
        let in_a_row = self
            .trigger
            .again_within_s
            .is_none_or(|within| before.is_some_and(|before| seconds(before, now) <= within));
        self.counted = if in_a_row { self.counted + 1 } else { 1 };
        self.counted >= self.trigger.nth
    }
}

impl Triggers {
    pub(super) fn new(triggers: Vec<Trigger>) -> Self {
        let wait = |trigger| Waiting {
            trigger,
            counted: 0,
            seen_at: None,
        };
        Self(triggers.into_iter().map(wait).collect())
    }

    /// A request is about to be done: who waits to act before it does so.
    pub(super) fn arriving(&mut self, world: &mut World, seen: Seen<'_>) {
        self.look(world, seen, true);
    }

    /// A request has been done: whoever waited for that deploys, at once or after his time.
    pub(super) fn answered(&mut self, world: &mut World, seen: Seen<'_>) {
        self.look(world, seen, false);
    }

    fn look(&mut self, world: &mut World, seen: Seen<'_>, before: bool) {
        let now = world.now;
        let mut due = Vec::new();
        self.0.retain_mut(|waiting| {
            let fires = waiting.trigger.before == before && waiting.waits_for(seen) && waiting.count(now);
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

/// Names of the ECS services that an input is about.
fn named(input: &Value) -> Vec<&str> {
    let many = input["services"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let names = many.iter().chain(input.get("service"));
    names
        .filter_map(Value::as_str)
        .map(|name| name.rsplit('/').next().unwrap_or(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn waiting(nth: u32, again_within_s: Option<f64>) -> Waiting {
        let trigger = Trigger {
            on: "sts.GetCallerIdentity".into(),
            nth,
            services: Vec::new(),
            again_within_s,
            before: false,
            after_s: 0.0,
            act: None,
            environment: "production".into(),
            application: "backend".into(),
            revision: 55,
            by: "suzuki".into(),
        };
        Waiting {
            trigger,
            counted: 0,
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
    fn a_row_is_broken_by_a_pause() {
        let mut waiting = waiting(3, Some(4.0));
        let seen = [0, 2, 10, 14, 20, 22, 24].map(|second| waiting.count(at(second)));
        assert_eq!(seen, [false, false, false, false, false, false, true]);
    }

    #[test]
    fn services_are_named_one_by_one_or_in_a_list_by_name_or_arn() {
        let mut waiting = waiting(1, None);
        waiting.trigger.on = "ecs.*".into();
        waiting.trigger.services = vec!["backend".into()];
        let sees = |input: &Value| {
            waiting.waits_for(Seen {
                service: "ecs",
                operation: "DescribeServices",
                input,
            })
        };
        assert!(sees(&json!({ "services": ["backend"] })));
        assert!(sees(
            &json!({ "service": "arn:aws:ecs:x:1:service/cluster/backend" })
        ));
        assert!(!sees(&json!({ "services": ["backend", "frontend"] })));
        assert!(!sees(&json!({ "cluster": "backend" })));
    }
}
