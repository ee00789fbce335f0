//! The nouns of the account. Plain data; what happens to them stands in the other files.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    course::{Course, Side},
    migrations::Link,
    scaling::Scaling,
};
use crate::drill::scenario::{
    Behaviour, Change, Controller, Finding, ImageStatus, PauseHook, Strategy, Threshold, Traffic,
};

/// A cluster, one for each environment.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) environment: String,
    pub(crate) name: String,
    pub(crate) arn: String,
}

/// An ECR repository.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// Host and path, without a tag.
    pub(crate) uri: String,
    pub(crate) created_at: Timestamp,
    /// Days after its push for which the lifecycle policy keeps an image.
    pub(crate) lifecycle_days: Option<u32>,
    /// In order of their push.
    pub(crate) images: Vec<Image>,
}

/// An image with the behaviour of what it runs.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    /// The tag that it was pushed with; a later push may take it away.
    pub(crate) tag: String,
    pub(crate) digest: String,
    pub(crate) pushed_at: Timestamp,
    pub(crate) expired_at: Option<Timestamp>,
    pub(crate) bytes: u64,
    pub(crate) status: ImageStatus,
    pub(crate) scanned: bool,
    /// What scans find, and since when.
    pub(crate) findings: Vec<(Timestamp, Finding)>,
    pub(crate) behaviour: Behaviour,
    /// Changes with their moments, in order.
    pub(crate) changes: Vec<(Timestamp, Change)>,
}

/// A task definition: what was registered, and what ECS adds to it.
#[derive(Debug, Clone)]
pub(crate) struct TaskDefinition {
    pub(crate) arn: String,
    pub(crate) family: String,
    pub(crate) revision: u32,
    pub(crate) registered_at: Timestamp,
    pub(crate) registered_by: String,
    pub(crate) deregistered_at: Option<Timestamp>,
    /// The fields of RegisterTaskDefinition's input, without tags.
    pub(crate) body: Value,
    pub(crate) tags: Value,
}

impl TaskDefinition {
    /// Whether a service may be updated to it at this moment.
    pub(crate) fn active(&self, now: Timestamp) -> bool {
        self.deregistered_at.is_none_or(|at| at > now)
    }
}

/// A load balancer that serves one service, and its target groups.
#[derive(Debug, Clone)]
pub(crate) struct Balancer {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) dns: String,
    pub(crate) listener_rule: String,
    /// `app/name/id`, the metric dimension.
    pub(crate) dimension: String,
    /// The target group of every service.
    pub(crate) blue: TargetGroup,
    /// The other one, where traffic is shifted.
    pub(crate) green: Option<TargetGroup>,
}

impl Balancer {
    /// The target group of a side.
    pub(crate) fn group(&self, side: Side) -> &TargetGroup {
        match side {
            Side::Blue => &self.blue,
            Side::Green => self.green.as_ref().unwrap_or(&self.blue),
        }
    }

    /// Every target group with its side.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (Side, &TargetGroup)> {
        let green = self.green.iter().map(|green| (Side::Green, green));
        std::iter::once((Side::Blue, &self.blue)).chain(green)
    }
}

/// A target group.
#[derive(Debug, Clone)]
pub(crate) struct TargetGroup {
    pub(crate) arn: String,
    pub(crate) name: String,
    /// `targetgroup/name/id`, the metric dimension.
    pub(crate) dimension: String,
}

/// An ECS service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) environment: String,
    /// Short name of the application.
    pub(crate) application: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) cluster: String,
    pub(crate) cluster_arn: String,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) container: String,
    pub(crate) port: u16,
    pub(crate) desired: u32,
    pub(crate) minimum_percent: u32,
    pub(crate) maximum_percent: u32,
    pub(crate) breaker: bool,
    pub(crate) breaker_rollback: bool,
    /// How many failed tasks trip the circuit breaker.
    pub(crate) breaker_threshold: Threshold,
    /// `resetOnHealthyTask`: whether a healthy task sets its count back to zero.
    pub(crate) breaker_resets: bool,
    /// Names of the deployment alarms.
    pub(crate) alarms: Vec<String>,
    /// Whether a ringing deployment alarm rolls back.
    pub(crate) alarm_rollback: bool,
    /// When there is no capacity for new tasks, from and until.
    pub(crate) shortages: Vec<(Timestamp, Timestamp)>,
    pub(crate) controller: Controller,
    pub(crate) strategy: Strategy,
    /// Where a deployment pauses.
    pub(crate) hooks: Vec<PauseHook>,
    pub(crate) grace_s: u32,
    /// Its tags, in order, besides those that all services have.
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) propagate_tags: bool,
    pub(crate) scaling: Option<Scaling>,
    pub(crate) traffic: Traffic,
    pub(crate) balancer: Balancer,
    /// The old-style deployments that are shown now, PRIMARY first.
    pub(crate) deployments: Vec<Deployment>,
    /// Every service deployment, oldest first.
    pub(crate) service_deployments: Vec<ServiceDeployment>,
    /// Every service revision, oldest first.
    pub(crate) revisions: Vec<ServiceRevision>,
    pub(crate) tasks: Vec<Task>,
    /// Tasks that can no longer be described, but whose log lines can still be read; the newest ones.
    pub(crate) archive: Vec<Task>,
    /// Newest first, 100 at most.
    pub(crate) events: VecDeque<ServiceEvent>,
    /// Percent of the production traffic by service revision, as the listener has it; empty in a rolling service, whose
    /// one target group has all of it.
    pub(crate) production: Vec<(usize, f64)>,
    /// Who served since when, oldest first.
    pub(crate) serving: Vec<Serving>,
    /// Whether the scheduler has been asked to look already.
    pub(crate) reconcile_due: bool,
    /// Since when the PRIMARY deployment has looked finished without a break.
    pub(crate) finished_since: Option<Timestamp>,
    /// Attempts in a row of which no task came to run, and until when the scheduler therefore waits.
    pub(crate) failures_in_a_row: u32,
    pub(crate) wait_until: Option<Timestamp>,
}

/// `rolloutState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

impl Rollout {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// An old-style deployment, as in `deployments[]` of a service.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// `ecs-svc/…`.
    pub(crate) id: String,
    /// Index of the service deployment that made it.
    pub(crate) service_deployment: usize,
    /// Index of the service revision that it runs.
    pub(crate) revision: usize,
    pub(crate) failed_tasks: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) rollout: Rollout,
    pub(crate) reason: String,
    /// Who asked for it; AWS does not tell, the drill's truth does.
    pub(crate) by: String,
}

/// `status` of a service deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeploymentStatus {
    Pending,
    InProgress,
    Successful,
    Stopped,
    RollbackRequested,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

impl DeploymentStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::Stopped => "STOPPED",
            Self::RollbackRequested => "ROLLBACK_REQUESTED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    /// Whether it still goes on.
    pub(crate) fn running(self) -> bool {
        match self {
            Self::Pending | Self::InProgress | Self::RollbackRequested | Self::RollbackInProgress => true,
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed => false,
        }
    }

    /// Whether it still brings its target forward, so that circuit breaker and alarms may end it.
    pub(crate) fn going_forward(self) -> bool {
        match self {
            Self::Pending | Self::InProgress => true,
            Self::Successful
            | Self::Stopped
            | Self::RollbackRequested
            | Self::RollbackInProgress
            | Self::RollbackSuccessful
            | Self::RollbackFailed => false,
        }
    }
}

/// Status of what watches a service deployment: its circuit breaker and its alarms
/// (`ServiceDeploymentRollbackMonitorsStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Monitor {
    Disabled,
    Monitoring,
    MonitoringComplete,
    Triggered,
}

impl Monitor {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Monitoring => "MONITORING",
            Self::MonitoringComplete => "MONITORING_COMPLETE",
            Self::Triggered => "TRIGGERED",
        }
    }
}

/// Where a service deployment went back to.
#[derive(Debug, Clone)]
pub(crate) struct Rollback {
    pub(crate) reason: String,
    pub(crate) started_at: Timestamp,
    /// Index of the service revision.
    pub(crate) revision: usize,
}

/// A service deployment.
#[derive(Debug, Clone)]
pub(crate) struct ServiceDeployment {
    pub(crate) arn: String,
    pub(crate) status: DeploymentStatus,
    pub(crate) reason: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) stopped_at: Option<Timestamp>,
    pub(crate) updated_at: Timestamp,
    /// Indices of the service revisions that ran when it began.
    pub(crate) sources: Vec<usize>,
    /// Index of the service revision that it brings.
    pub(crate) target: usize,
    pub(crate) rollback: Option<Rollback>,
    pub(crate) breaker: Monitor,
    pub(crate) failures: u32,
    pub(crate) threshold: u32,
    /// The deployment alarms; `DISABLED` also when one of them rang already at the start.
    pub(crate) alarms: Monitor,
    /// The alarms that ended it.
    pub(crate) triggered_alarms: Vec<String>,
    /// Failed tasks since it goes back.
    pub(crate) rollback_failures: u32,
    /// Its stages; a rolling deployment has none.
    pub(crate) course: Option<Course>,
}

/// A service revision: immutable, digests pinned.
#[derive(Debug, Clone)]
pub(crate) struct ServiceRevision {
    pub(crate) arn: String,
    /// ARN of the task definition.
    pub(crate) task_definition: String,
    pub(crate) family: String,
    pub(crate) number: u32,
    pub(crate) images: Vec<ContainerImage>,
    /// Repository and image whose behaviour it has, where the drill knows it.
    pub(crate) runs: Option<(usize, usize)>,
    /// The target group of its tasks.
    pub(crate) side: Side,
    pub(crate) created_at: Timestamp,
}

impl ServiceRevision {
    /// Whether every image could be resolved when the revision was made.
    pub(crate) fn can_be_pulled(&self) -> bool {
        self.images.iter().all(|image| image.digest.is_some())
    }
}

/// An image of a container, with the digest that the revision pinned.
#[derive(Debug, Clone)]
pub(crate) struct ContainerImage {
    pub(crate) container: String,
    pub(crate) image: String,
    pub(crate) digest: Option<String>,
}

/// `lastStatus` of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskState {
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

impl TaskState {
    /// The states on the way up, which ECS counts as pending.
    pub(crate) const STARTING: [Self; 3] = [Self::Provisioning, Self::Pending, Self::Activating];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
        }
    }

    /// Whether it is wanted, that is on its way up or running.
    pub(crate) fn wanted(self) -> bool {
        match self {
            Self::Provisioning | Self::Pending | Self::Activating | Self::Running => true,
            Self::Deactivating | Self::Stopping | Self::Deprovisioning | Self::Stopped => false,
        }
    }
}

/// How the target group sees a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Unregistered,
    Initial,
    Healthy,
    Unhealthy,
    Draining,
}

/// A task of a service.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) serial: u64,
    pub(crate) id: String,
    pub(crate) arn: String,
    /// `ecs-svc/…` of the deployment that started it.
    pub(crate) deployment: String,
    /// Index of the service revision.
    pub(crate) revision: usize,
    pub(crate) state: TaskState,
    pub(crate) target: Target,
    /// The connection to a database that its secrets gave it at its start.
    pub(crate) link: Link,
    pub(crate) created_at: Timestamp,
    pub(crate) pulled_at: Option<Timestamp>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) stopping_at: Option<Timestamp>,
    pub(crate) stopped_at: Option<Timestamp>,
    pub(crate) stop_code: Option<&'static str>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) exit_code: Option<i32>,
    /// `reason` of the essential container, where it says more than the task's.
    pub(crate) container_reason: Option<&'static str>,
    /// Private IPv4 address.
    pub(crate) address: String,
    pub(crate) zone: &'static str,
}

/// A service event.
#[derive(Debug, Clone)]
pub(crate) struct ServiceEvent {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) message: String,
}

/// Who answers the traffic from a moment on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Serving {
    pub(crate) from: Timestamp,
    /// Index of the service revision and its healthy targets.
    pub(crate) healthy: Vec<(usize, u32)>,
    /// Index of the service revision and its unhealthy targets.
    pub(crate) unhealthy: Vec<(usize, u32)>,
    /// Index of the service revision, the connection of its tasks to a database, and what they answer of the requests.
    /// Tasks of one revision may have started on different sides of a change of the secret.
    pub(crate) shares: Vec<(usize, Link, f64)>,
    /// Share of the requests that find no healthy target.
    pub(crate) unanswered: f64,
}

impl Serving {
    /// Index of the service revision and its share of the requests, whatever its tasks are connected to.
    pub(crate) fn by_revision(&self) -> Vec<(usize, f64)> {
        let mut shares: Vec<(usize, f64)> = Vec::new();
        for (revision, _, share) in &self.shares {
            match shares.iter_mut().find(|(known, _)| known == revision) {
                Some((_, sum)) => *sum += share,
                None => shares.push((*revision, *share)),
            }
        }
        shares
    }
}
