//! One frozen plan: what will be done, as exact calls, under a hash that is the same on every machine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, Clean, ClusterName, DeploymentId, Digest, EcsServiceName, EnvironmentName, Phrase, PlanHash,
    Region, ServiceArn, ServiceDeploymentArn, ServiceKey, TaskDefinitionArn,
};

use super::{Method, PreflightRow, Target};

/// Version of what the hash covers.
pub const PLAN_SCHEMA: u32 = 1;

/// What StopServiceDeployment does. There is no other value here: ABORT, which the API's type also has, leaves the service
/// between two versions and is never sent (facts: the API reference's valid value is ROLLBACK).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopType {
    /// Go back to the last service revision that reached its end.
    #[serde(rename = "ROLLBACK")]
    Rollback,
}

impl StopType {
    /// ECS's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rollback => "ROLLBACK",
        }
    }
}

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
    /// The service deployment and what to do with it, always in so many words.
    #[serde(rename = "ecs.StopServiceDeployment")]
    StopServiceDeployment {
        /// The whole ARN of the service deployment.
        #[serde(rename = "serviceDeploymentArn")]
        service_deployment: ServiceDeploymentArn,
        /// To go back.
        #[serde(rename = "stopType")]
        stop_type: StopType,
    },
}

impl Api {
    /// The name of the operation, such as `ecs.UpdateService`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UpdateService { .. } => "ecs.UpdateService",
            Self::StopServiceDeployment { .. } => "ecs.StopServiceDeployment",
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
    /// The service deployment that was current, where the endpoint tells; absent in older journals too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_deployment: Option<ServiceDeploymentArn>,
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
    /// Why this method, as a sentence; absent in plans of older journals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_method: Option<Phrase>,
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

impl Step {
    /// The service deployment that the step stops, if that is its method.
    #[must_use]
    pub fn stops(&self) -> Option<&ServiceDeploymentArn> {
        self.calls.iter().find_map(|call| match &call.api {
            Api::StopServiceDeployment {
                service_deployment, ..
            } => Some(service_deployment),
            Api::UpdateService { .. } => None,
        })
    }
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
