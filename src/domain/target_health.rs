//! The load balancer's view of a service's targets.

use serde::{Deserialize, Serialize};

use super::Clean;

/// Why targets are not healthy, as the load balancer says it (ELBv2 API, `TargetHealth.Reason`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetReason {
    /// The code, such as `Target.ResponseCodeMismatch`.
    pub code: Clean,
    /// How many targets it is said of.
    pub targets: u32,
}

/// Targets by state, over all target groups of a service (ELBv2 DescribeTargetHealth).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealth {
    /// Passing their health checks.
    pub healthy: u32,
    /// Failing them.
    pub unhealthy: u32,
    /// Being registered.
    pub initial: u32,
    /// On their way out.
    pub draining: u32,
    /// Any other state, such as `unused` or `unavailable`.
    pub other: u32,
    /// Why those that fail or are in another state do so, the most frequent first. Targets that come and go are as they
    /// should be.
    #[serde(default)]
    pub reasons: Vec<TargetReason>,
}
