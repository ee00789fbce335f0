//! A service as ECS describes it, its tasks, who asks, and how its health address answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, Clean, ClusterName, Deployment, DeploymentStatus, Digest, EcsServiceName, Owner, Region,
    RolloutState, ServiceArn, ServiceDeploymentArn, StrategySettings, TargetGroupArn, TaskDefinitionArn,
};

/// Who the credentials belong to (STS GetCallerIdentity) and where we are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The caller's ARN.
    pub arn: Clean,
    /// The region that calls go to.
    pub region: Region,
}

impl Identity {
    /// A short name for the caller: the last part of the ARN.
    #[must_use]
    pub fn short(&self) -> &str {
        self.arn.as_str().rsplit('/').next().unwrap_or(self.arn.as_str())
    }
}

/// The life of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceStatus {
    /// In use.
    Active,
    /// Being deleted, tasks still stopping.
    Draining,
    /// Deleted.
    Inactive,
    /// A value that this version does not know.
    Other(Clean),
}

/// What drives deployments of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Controller {
    /// ECS itself.
    Ecs,
    /// AWS CodeDeploy: UpdateService cannot change the task definition.
    CodeDeploy,
    /// Task sets driven from outside.
    External,
    /// A value that this version does not know; never acted on.
    Other(Clean),
}

/// How ECS carries out a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Old and new side by side within the minimum and maximum percent.
    Rolling,
    /// All of the new, then a switch of the listener.
    BlueGreen,
    /// Traffic in equal steps.
    Linear,
    /// A small part of the traffic first.
    Canary,
    /// A value that this version does not know.
    Other(Clean),
}

/// How many copies a service keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheduling {
    /// A desired number.
    Replica,
    /// One on each instance.
    Daemon,
    /// A value that this version does not know.
    Other(Clean),
}

/// ECS's own safety net for rolling deployments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CircuitBreaker {
    /// Whether it watches.
    pub enable: bool,
    /// Whether it puts the last completed deployment back when it trips.
    pub rollback: bool,
}

/// The CloudWatch alarms that ECS watches while it deploys (ECS API, `DeploymentAlarms`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentAlarms {
    /// Their names.
    pub names: Vec<Clean>,
    /// Whether ECS watches them.
    pub enable: bool,
    /// Whether ECS puts the last completed deployment back when one rings.
    pub rollback: bool,
}

/// Where a service's tasks run (ECS API, `launchType` and `capacityProviderStrategy`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Launch {
    /// On Fargate, Spot or not.
    Fargate,
    /// On EC2 instances of the cluster.
    Ec2,
    /// On machines that are not AWS's.
    External,
    /// Where these capacity providers place them.
    Providers(Vec<Clean>),
    /// ECS does not say.
    Untold,
}

/// One of the newest hundred messages of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEvent {
    /// ECS's id of it.
    pub id: Clean,
    /// When.
    pub at: Timestamp,
    /// What ECS says.
    pub message: Clean,
}

/// Which container of a service a target group sends traffic to (ECS API, `LoadBalancer`). A task definition without that
/// container and port cannot be deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The target group; absent for a classic load balancer.
    pub target_group: Option<TargetGroupArn>,
    /// The container's name.
    pub container: Clean,
    /// The container's port.
    pub port: u16,
}

/// One service as DescribeServices answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceState {
    /// Its ARN.
    pub arn: ServiceArn,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its name.
    pub name: EcsServiceName,
    /// Its life.
    pub status: ServiceStatus,
    /// Tasks wanted.
    pub desired: u32,
    /// Tasks running, of all deployments.
    pub running: u32,
    /// Tasks on their way, of all deployments.
    pub pending: u32,
    /// The task definition it is set to.
    pub task_definition: TaskDefinitionArn,
    /// What drives its deployments.
    pub controller: Controller,
    /// How deployments are carried out.
    pub strategy: Strategy,
    /// How many copies it keeps.
    pub scheduling: Scheduling,
    /// Whether ECS owns the whole service (an Express service): then only guidance is given.
    pub express: bool,
    /// Where its tasks run.
    pub launch: Launch,
    /// Minimum healthy percent and maximum percent of a rolling deployment.
    pub percent: Option<(u32, u32)>,
    /// The circuit breaker, where one is configured.
    pub circuit_breaker: Option<CircuitBreaker>,
    /// The alarms that ECS watches during a deployment; none where none are configured.
    pub alarms: DeploymentAlarms,
    /// Deployments that still have tasks, newest first as ECS lists them.
    pub deployments: Vec<Deployment>,
    /// The service deployment that is current, where the endpoint tells.
    pub current_deployment: Option<ServiceDeploymentArn>,
    /// Target groups that tasks are registered with.
    pub target_groups: Vec<TargetGroupArn>,
    /// Where its load balancers send traffic to.
    pub load_balancers: Vec<LoadBalancer>,
    /// Seconds after its start in which a task's health checks at the load balancer do not count; absent without one.
    pub health_check_grace_seconds: Option<u32>,
    /// What its deployments go through beside replacing tasks.
    pub strategy_settings: StrategySettings,
    /// Who else rules over it, as far as its tags tell.
    pub owners: Vec<Owner>,
    /// Newest first, at most a hundred.
    pub events: Vec<ServiceEvent>,
}

impl ServiceState {
    /// The deployment that ECS is working towards.
    #[must_use]
    pub fn primary(&self) -> Option<&Deployment> {
        self.deployments
            .iter()
            .find(|d| d.status == DeploymentStatus::Primary)
    }

    /// The revision that is being rolled out; until that has ended, tasks of another one may serve beside it.
    #[must_use]
    pub fn rolling_out(&self) -> Option<&TaskDefinitionArn> {
        self.primary()
            .filter(|primary| primary.rollout == Some(RolloutState::InProgress))
            .map(|primary| &primary.task_definition)
    }
}

/// A task and the digests that it really runs (DescribeTasks).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its ARN.
    pub arn: Clean,
    /// What it runs.
    pub task_definition: TaskDefinitionArn,
    /// ECS's word for where it stands, such as `RUNNING`.
    pub last_status: Clean,
    /// The deployment that started it, `ecs-svc/…`.
    pub started_by: Clean,
    /// Container name and the digest that it runs, where ECS tells.
    pub digests: Vec<(Clean, Option<Digest>)>,
    /// Why it stopped, if it did.
    pub stopped_reason: Option<Clean>,
}

impl Task {
    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.last_status.as_str() == "RUNNING"
    }
}

/// A container of a task that stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedContainer {
    /// Its name.
    pub name: Clean,
    /// The exit code of its process, if it had one.
    pub exit_code: Option<i32>,
    /// ECS's reason, such as `OutOfMemoryError: …`.
    pub reason: Option<Clean>,
}

/// A task that stopped (DescribeTasks; ECS tells of one for at least an hour). Kept apart from the tasks that run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedTask {
    /// Its ARN.
    pub arn: Clean,
    /// What it ran.
    pub task_definition: TaskDefinitionArn,
    /// The deployment that started it, `ecs-svc/…`.
    pub started_by: Clean,
    /// When it began to stop.
    pub at: Timestamp,
    /// ECS's code, such as `EssentialContainerExited`.
    pub code: Option<Clean>,
    /// ECS's reason.
    pub reason: Option<Clean>,
    /// Its containers.
    pub containers: Vec<StoppedContainer>,
}

/// One answer of a health address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthReading {
    /// The HTTP status.
    pub status: u16,
    /// How long the answer took, in milliseconds.
    pub millis: u64,
    /// A version that the body names, if it has one.
    pub version: Option<Clean>,
}

impl HealthReading {
    /// Whether the answer means healthy: a status of 200 to 299.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
