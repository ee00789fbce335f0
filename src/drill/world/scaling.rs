//! Application Auto Scaling: between which numbers a service is scaled, and when its policy did so.
//!
//! The scenario says when the policy acts; the load that would make it act is not simulated.

use jiff::Timestamp;

use super::state::World;
use crate::drill::scenario;

/// A service as a scalable target.
#[derive(Debug, Clone)]
pub(crate) struct Scaling {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) suspended: bool,
    /// Target of the policy, in percent of CPU.
    pub(crate) target_percent: f64,
    /// Oldest first.
    pub(crate) activities: Vec<Activity>,
}

/// The policy has changed the number of tasks.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Scaling {
    pub(super) fn new(scaling: &scenario::Scaling) -> Self {
        Self {
            min: scaling.min,
            max: scaling.max,
            suspended: scaling.suspended,
            target_percent: scaling.target_percent,
            activities: Vec::new(),
        }
    }
}

impl World {
    /// The scaling policy of a service sets its number of tasks. A suspended one, and one whose service already has that
    /// many, does nothing.
    pub(super) fn scale_by_policy(&mut self, service: usize, to: u32) {
        let (now, serial) = (self.now, self.next_serial());
        let id = self.chance.uuid("scaling activity", serial);
        let it = &mut self.services[service];
        let from = it.desired;
        let Some(scaling) = it.scaling.as_mut().filter(|it| !it.suspended && from != to) else {
            return;
        };
        scaling.activities.push(Activity {
            id,
            at: now,
            from,
            to,
        });
        self.scale(service, to);
    }
}
