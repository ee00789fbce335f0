//! The load balancer's view of a service's targets.

use serde::{Deserialize, Serialize};

use super::{Clean, TargetGroupArn};

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
    /// How the target groups are set up; empty unless a way back is planned, because only then anybody asks.
    #[serde(skip)]
    pub groups: Vec<TargetGroup>,
}

/// How a target group asks its targets whether they are healthy (ELBv2 API, `TargetGroup`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetCheck {
    /// The protocol, such as `HTTP`.
    pub protocol: Option<Clean>,
    /// The port as written: a number, or `traffic-port` for the one that the target is registered with.
    pub port: Option<Clean>,
    /// The path of an HTTP check.
    pub path: Option<Clean>,
    /// The HTTP or gRPC codes that mean healthy, such as `200-299`.
    pub codes: Option<Clean>,
    /// Seconds between two checks of a target.
    pub interval_seconds: Option<u32>,
    /// Seconds after which no answer is a failure.
    pub timeout_seconds: Option<u32>,
    /// Successes in a row that make a target healthy.
    pub healthy_after: Option<u32>,
    /// Failures in a row that make it unhealthy.
    pub unhealthy_after: Option<u32>,
}

/// A target group as it is set up (ELBv2 DescribeTargetGroups).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: TargetGroupArn,
    /// The protocol that targets are spoken to with, such as `HTTP`.
    pub protocol: Option<Clean>,
    /// The port that targets have unless they are registered with another one; ECS registers with its own.
    pub port: Option<u16>,
    /// Its health check; absent when it makes none.
    pub check: Option<TargetCheck>,
}
