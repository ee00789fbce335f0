//! Deployments: ECS's short list on the service, and the long history of service deployments and their revisions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Clean, ContainerImage, DeploymentId, HookTimeout, ServiceDeploymentArn, ServiceRevisionArn,
    TaskDefinitionArn,
};

/// How long ECS shows service deployments, in days (Amazon ECS developer guide, "View service history").
pub const ECS_HISTORY_DAYS: u32 = 90;

/// The place of a deployment in the service's own list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentStatus {
    /// The one that ECS works towards.
    Primary,
    /// An older one that still has tasks.
    Active,
    /// Done with.
    Inactive,
    /// A value that this version does not know.
    Other(Clean),
}

/// How far a rolling deployment is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RolloutState {
    /// Under way.
    InProgress,
    /// Finished; by itself no proof of which revision runs.
    Completed,
    /// Given up by the circuit breaker or an alarm.
    Failed,
    /// A value that this version does not know.
    Other(Clean),
}

/// A deployment in the service's own list (`ecs-svc/…`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Its place.
    pub status: DeploymentStatus,
    /// What it deploys.
    pub task_definition: TaskDefinitionArn,
    /// How far it is; absent for other controllers.
    pub rollout: Option<RolloutState>,
    /// ECS's reason for that.
    pub rollout_reason: Option<Clean>,
    /// Tasks wanted.
    pub desired: u32,
    /// Tasks running.
    pub running: u32,
    /// Tasks on their way.
    pub pending: u32,
    /// Tasks that failed to start since the last one that did.
    pub failed: u32,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

/// The state of a service deployment (ECS API, `ServiceDeployment.status`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceDeploymentStatus {
    /// Not begun.
    Pending,
    /// Under way.
    InProgress,
    /// Reached its end.
    Successful,
    /// Asked to stop.
    StopRequested,
    /// Stopped, also because another deployment took its place.
    Stopped,
    /// Asked to go back.
    RollbackRequested,
    /// Going back.
    RollbackInProgress,
    /// Went back; to `rollback.revision`.
    RollbackSuccessful,
    /// Could not go back.
    RollbackFailed,
    /// A value that this version does not know.
    Other(Clean),
}

impl ServiceDeploymentStatus {
    /// ECS's word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::StopRequested => "STOP_REQUESTED",
            Self::Stopped => "STOPPED",
            Self::RollbackRequested => "ROLLBACK_REQUESTED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
            Self::Other(other) => other.as_str(),
        }
    }

    /// Whether it goes forward and StopServiceDeployment can still turn it back (Amazon ECS API reference: PENDING and
    /// IN_PROGRESS).
    #[must_use]
    pub fn is_stoppable(&self) -> bool {
        match self {
            Self::Pending | Self::InProgress => true,
            Self::Successful
            | Self::StopRequested
            | Self::Stopped
            | Self::RollbackRequested
            | Self::RollbackInProgress
            | Self::RollbackSuccessful
            | Self::RollbackFailed
            | Self::Other(_) => false,
        }
    }

    /// Whether ECS is going back already, or has been asked to.
    #[must_use]
    pub fn is_going_back(&self) -> bool {
        match self {
            Self::StopRequested | Self::RollbackRequested | Self::RollbackInProgress => true,
            Self::Pending
            | Self::InProgress
            | Self::Successful
            | Self::Stopped
            | Self::RollbackSuccessful
            | Self::RollbackFailed
            | Self::Other(_) => false,
        }
    }

    /// Whether ECS is still working on it. An unknown state counts as working: never act on a guess.
    #[must_use]
    pub fn is_running(&self) -> bool {
        match self {
            Self::Pending
            | Self::InProgress
            | Self::StopRequested
            | Self::RollbackRequested
            | Self::RollbackInProgress
            | Self::Other(_) => true,
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed => false,
        }
    }
}

/// That ECS itself put a service revision back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeRollback {
    /// Why, in ECS's words.
    pub reason: Option<Clean>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// The service revision that it goes to.
    pub revision: ServiceRevisionArn,
}

/// What made ECS give a service deployment up by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenUpBy {
    /// The circuit breaker counted too many failed tasks (`deploymentCircuitBreaker.status` is TRIGGERED).
    CircuitBreaker,
    /// These alarms went into ALARM (`alarms.triggeredAlarmNames`).
    Alarms(Vec<Clean>),
}

/// A lifecycle hook of a service deployment (ECS API, `lifecycleHookDetails`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleHook {
    /// Its id.
    pub id: Clean,
    /// Whether the deployment stands still until somebody says continue or go back (`AWAITING_ACTION`).
    pub awaits_action: bool,
    /// When ECS takes its time-out action by itself.
    pub expires_at: Option<Timestamp>,
    /// What that action is, where ECS tells.
    pub on_timeout: Option<HookTimeout>,
}

/// One entry of a service's deployment history (DescribeServiceDeployments).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub arn: ServiceDeploymentArn,
    /// Its state.
    pub status: ServiceDeploymentStatus,
    /// ECS's reason for it.
    pub reason: Option<Clean>,
    /// The service revision that it deploys.
    pub target: Option<ServiceRevisionArn>,
    /// The service revisions that it replaces.
    pub sources: Vec<ServiceRevisionArn>,
    /// When ECS went back, by itself or because somebody stopped it.
    pub rollback: Option<NativeRollback>,
    /// What made ECS give it up, if ECS did by itself.
    pub given_up_by: Option<GivenUpBy>,
    /// ECS's word for the stage that it is in, such as `BAKE_TIME`; absent for a rolling deployment.
    pub lifecycle_stage: Option<Clean>,
    /// Its lifecycle hooks.
    pub hooks: Vec<LifecycleHook>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When work began.
    pub started_at: Option<Timestamp>,
    /// When work ended.
    pub finished_at: Option<Timestamp>,
}

impl ServiceDeployment {
    /// The hook at which it stands still, if it does.
    #[must_use]
    pub fn paused_at(&self) -> Option<&LifecycleHook> {
        self.hooks.iter().find(|hook| hook.awaits_action)
    }

    /// The service revision that was in effect after it: its target when it succeeded, the one put back when it rolled back.
    /// A deployment that stopped or failed proves nothing (facts: ECS developer guide, "service deployment").
    #[must_use]
    pub fn effective(&self) -> Option<&ServiceRevisionArn> {
        match &self.status {
            ServiceDeploymentStatus::Successful => self.target.as_ref(),
            ServiceDeploymentStatus::RollbackSuccessful => self.rollback.as_ref().map(|r| &r.revision),
            ServiceDeploymentStatus::Pending
            | ServiceDeploymentStatus::InProgress
            | ServiceDeploymentStatus::StopRequested
            | ServiceDeploymentStatus::Stopped
            | ServiceDeploymentStatus::RollbackRequested
            | ServiceDeploymentStatus::RollbackInProgress
            | ServiceDeploymentStatus::RollbackFailed
            | ServiceDeploymentStatus::Other(_) => None,
        }
    }
}

/// A frozen configuration of a service: task definition and the digests its tags meant (DescribeServiceRevisions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRevision {
    /// Its ARN.
    pub arn: ServiceRevisionArn,
    /// The task definition.
    pub task_definition: TaskDefinitionArn,
    /// The images with their digests.
    pub images: Vec<ContainerImage>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// What ECS remembers of a service's deployments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentHistory {
    /// Newest first by `created_at`, whatever order the API gave.
    pub deployments: Vec<ServiceDeployment>,
    /// The service revisions that they name, as far as they could be described.
    pub revisions: BTreeMap<ServiceRevisionArn, ServiceRevision>,
}
