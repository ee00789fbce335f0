//! The load balancer's view of a service's targets.

use serde::{Deserialize, Serialize};

/// Targets by state, over all target groups of a service (ELBv2 DescribeTargetHealth).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}
