//! One frozen plan: what will be done, as exact calls, under a hash that is the same on every machine.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, Clean, ClusterName, DeploymentId, Digest, EcsServiceName, EnvironmentName, Operator, Phrase,
    PlanHash, Region, ServiceArn, ServiceDeploymentArn, ServiceKey, TaskDefinitionArn,
};

use super::{Api, Method, PreflightCheck, PreflightRow, Target};

/// Version of what the hash covers.
pub const PLAN_SCHEMA: u32 = 1;

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
    /// The revision of the task definition; absent while it is not registered yet.
    pub revision: Option<TaskDefinitionArn>,
    /// The image as the definition writes it.
    pub image: Option<Clean>,
    /// The version that its tag names.
    pub version: Option<Clean>,
    /// Its content, where known.
    pub digest: Option<Digest>,
}

impl Point {
    /// The revision as people write it, such as `:41`; `new` for one that is not registered yet.
    #[must_use]
    pub fn short(&self) -> String {
        match &self.revision {
            Some(revision) => format!(":{}", revision.revision()),
            None => "new".to_owned(),
        }
    }

    /// Family and number, such as `peoplebooster-backend:41`; `new` for one that is not registered yet.
    #[must_use]
    pub fn family_short(&self) -> &str {
        self.revision.as_ref().map_or("new", |revision| revision.short())
    }
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
    /// What is done to the database, when that is the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseMove>,
    /// What was seen when the plan was made.
    pub fingerprint: Fingerprint,
}

/// What a step does to the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseMove {
    /// The instance that is in use. It is never touched.
    pub from: Clean,
    /// The instance that is to be used: the restored one, or the one of before.
    pub to: Clean,
    /// The snapshot, where one is restored.
    pub snapshot: Option<Clean>,
    /// When it was taken: what was written since is not in it.
    pub taken_at: Option<Timestamp>,
    /// The secret's ARN.
    pub secret: Clean,
    /// The version of the secret that is in use, which is compared before it is replaced and stays as the way back.
    pub secret_version: Clean,
}

impl Step {
    /// The service deployment that the step turns back, if that is its method.
    #[must_use]
    pub fn turns_back(&self) -> Option<&ServiceDeploymentArn> {
        self.calls.iter().find_map(|call| call.api.turns_back())
    }
}

/// A block that a person overrode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Which check.
    pub check: PreflightCheck,
    /// Of which service; absent for all of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceKey>,
    /// Why, in their words.
    pub reason: Clean,
    /// Who.
    pub by: Operator,
}

impl Override {
    /// Whether it is about `row`.
    #[must_use]
    pub fn is_about(&self, row: &PreflightRow) -> bool {
        self.check == row.check
            && self
                .service
                .as_ref()
                .is_none_or(|service| *service == row.service)
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
    /// Blocks that a person overrode, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// What they say together.
    pub verdict: PlanVerdict,
    /// When it was frozen.
    pub made_at: Timestamp,
}
