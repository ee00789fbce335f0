//! Following a deployment of ours to its end: "stable" means that our target is what runs, by digest, healthy, held.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    DeploymentHistory, DeploymentId, Digest, Observed, Phrase, ServiceDeploymentArn, ServiceState,
    TargetHealth, Task, TaskDefinitionArn,
};

/// How a rollback ended (contract, outcome).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Our target runs, proven and held.
    OnTarget,
    /// Something else runs: superseded, stopped, or put back by ECS.
    Elsewhere,
    /// It failed.
    Failed,
    /// It did not end in time.
    TimedOut,
    /// It cannot be told; a person must decide.
    Unknown,
    /// Nothing was sent.
    Refused,
}

/// Something that the endpoint could not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unproven {
    /// The running digests.
    Digests,
    /// The service deployment's own end.
    ServiceDeployment,
    /// The targets' health.
    TargetHealth,
}

/// What is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The revision that is to run.
    pub definition: TaskDefinitionArn,
    /// Its content, where known.
    pub digest: Option<Digest>,
    /// Our deployment, from the answer of the write or by adoption.
    pub deployment: Option<DeploymentId>,
    /// Our service deployment, where the endpoint told.
    pub service_deployment: Option<ServiceDeploymentArn>,
    /// When the write was sent.
    pub sent_at: Timestamp,
    /// How long everything must stay right.
    pub hold: Duration,
    /// When to stop waiting, counted from `sent_at`.
    pub timeout: Duration,
}

/// What is observed while following.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The service.
    pub state: &'a Observed<ServiceState>,
    /// Its deployments.
    pub history: &'a Observed<DeploymentHistory>,
    /// Its tasks.
    pub tasks: &'a Observed<Vec<Task>>,
    /// Its targets.
    pub targets: &'a Observed<TargetHealth>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Sent; not yet seen in the service.
    Waiting,
    /// Tasks of the target are starting.
    Starting,
    /// Tasks of the old version are on their way out.
    Draining,
    /// All is right, not yet long enough.
    Holding {
        /// Since when all is right.
        since: Timestamp,
    },
}

/// Numbers for a bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// How far it is.
    pub phase: Phase,
    /// Tasks wanted.
    pub desired: u32,
    /// Tasks of the target that run.
    pub new_running: u32,
    /// Tasks of the target on their way.
    pub new_pending: u32,
    /// Tasks of other versions that still run.
    pub old_running: u32,
    /// Healthy targets, where known.
    pub healthy: Option<u32>,
    /// Since the write was sent.
    pub elapsed: Duration,
    /// What is being waited for, as a sentence.
    pub note: Phrase,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// How.
    pub outcome: Outcome,
    /// What runs at the end, as far as known.
    pub revision: Option<TaskDefinitionArn>,
    /// When everything became right and stayed so (start of the hold), for `OnTarget`.
    pub stable_at: Option<Timestamp>,
    /// Why, as a sentence.
    pub why: Phrase,
    /// What the endpoint could not prove.
    pub unproven: Vec<Unproven>,
}

/// Where following stands after a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Following {
    /// Not at its end.
    Underway(Progress),
    /// At its end.
    Ended(Ending),
}
