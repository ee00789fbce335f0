//! Whether anything moves while a deployment is followed.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{Clean, DeploymentId, ServiceState};

use super::time::between;

/// After so long without a counter that moved, a deployment is called stalled. A task of a slow service takes one to two
/// minutes to its first healthy answer, and ECS's scheduler tries a failed one again within that time at first; three minutes
/// without any of it is not "slow" any more.
pub(super) const STALLED_AFTER: Duration = Duration::from_secs(3 * 60);

/// Everything that moves when a deployment does.
#[derive(Clone, Debug, PartialEq)]
struct Counters {
    /// Running, pending and failed tasks of each deployment.
    deployments: Vec<(DeploymentId, u32, u32, u32)>,
    /// Healthy targets, where known.
    healthy: Option<u32>,
    /// The stage of the service deployment, where it has stages.
    stage: Option<Clean>,
}

/// Remembers when a counter moved last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Movement {
    last: Option<(Counters, Timestamp)>,
    moved_at: Option<Timestamp>,
}

impl Movement {
    /// Takes in a reading of `at`. One that comes after `gap` or more without any says nothing of the time between.
    pub(super) fn see(
        &mut self,
        state: &ServiceState,
        healthy: Option<u32>,
        stage: Option<&Clean>,
        at: Timestamp,
        gap: Duration,
    ) {
        let counters = Counters {
            deployments: state
                .deployments
                .iter()
                .map(|d| (d.id.clone(), d.running, d.pending, d.failed))
                .collect(),
            healthy,
            stage: stage.cloned(),
        };
        let moved = self
            .last
            .as_ref()
            .is_none_or(|(last, then)| *last != counters || between(*then, at) > gap);
        if moved {
            self.moved_at = Some(at);
        }
        self.last = Some((counters, at));
    }

    /// How long nothing has moved, as far as it was read.
    pub(super) fn still_for(&self) -> Duration {
        match (&self.last, self.moved_at) {
            (Some((_, at)), Some(moved_at)) => between(moved_at, *at),
            (None, _) | (_, None) => Duration::ZERO,
        }
    }
}
