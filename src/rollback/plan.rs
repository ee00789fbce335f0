//! One frozen plan: what will be done, as exact calls, under a hash that is the same on every machine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, Clean, ClusterName, DeploymentId, Digest, EcsServiceName, EnvironmentName, PlanHash, Region,
    ServiceArn, ServiceKey, TaskDefinitionArn,
};

use super::{Method, PreflightRow, Target};

/// Version of what the hash covers.
pub const PLAN_SCHEMA: u32 = 1;

/// The one call of an AWS API that a step may make. The input is typed: nothing can be added to it by accident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "api", content = "input")]
pub enum Api {
    /// Cluster, service and task definition, and nothing else: autoscaling owns the desired count.
    #[serde(rename = "ecs.UpdateService")]
    UpdateService {
        /// The cluster's name.
        cluster: ClusterName,
        /// The service's name.
        service: EcsServiceName,
        /// The whole ARN of the revision.
        #[serde(rename = "taskDefinition")]
        task_definition: TaskDefinitionArn,
    },
}

impl Api {
    /// The name of the operation, such as `ecs.UpdateService`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UpdateService { .. } => "ecs.UpdateService",
        }
    }
}

/// A call with the shell command that would do the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The call.
    #[serde(flatten)]
    pub api: Api,
    /// The same for the aws command line.
    pub command: String,
}

/// A point that a service is at or goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The revision of the task definition.
    pub revision: TaskDefinitionArn,
    /// The image as the definition writes it.
    pub image: Option<Clean>,
    /// The version that its tag names.
    pub version: Option<Clean>,
    /// Its content, where known.
    pub digest: Option<Digest>,
}

/// What was seen of the service when the plan was made; read again immediately before the write. Not part of the hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The primary deployment.
    pub primary: Option<DeploymentId>,
    /// What the service is set to.
    pub task_definition: TaskDefinitionArn,
    /// Tasks wanted.
    pub desired: u32,
    /// How many deployments had tasks.
    pub deployments: usize,
}

/// What is done to one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The service.
    pub service: ServiceKey,
    /// Its ARN.
    pub service_arn: ServiceArn,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its name in ECS.
    pub ecs_service: EcsServiceName,
    /// How.
    pub method: Method,
    /// From where.
    pub from: Point,
    /// To where, and the rule that chose it.
    pub to: Point,
    /// The rule that chose the target.
    pub target: Target,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// What was seen when the plan was made.
    pub fingerprint: Fingerprint,
}

/// Whether a plan may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanVerdict {
    /// Every check passed.
    Ready,
    /// Something wants a look: a warning or an unknown.
    Warn,
    /// Something forbids it.
    Blocked,
}

/// A frozen plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// SHA-256 over the canonical JSON of what will be done.
    pub hash: PlanHash,
    /// The environment.
    pub environment: EnvironmentName,
    /// The account that the credentials belong to.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// The checks as they stood when the plan was frozen.
    pub preflight: Vec<PreflightRow>,
    /// What they say together.
    pub verdict: PlanVerdict,
    /// When it was frozen.
    pub made_at: Timestamp,
}
