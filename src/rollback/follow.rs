//! Following a deployment of ours to its end: "stable" means that our target is what runs, by digest, healthy, held.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    DeploymentHistory, DeploymentId, Digest, Observed, Phrase, ServiceDeploymentArn, ServiceState,
    StoppedTask, TargetHealth, Task, TaskDefinitionArn,
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

/// Who put another version back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PutBackBy {
    /// ECS's circuit breaker: too many tasks failed to start.
    CircuitBreaker,
    /// An alarm of the deployment.
    Alarm,
    /// Somebody who stopped the deployment.
    Stop,
    /// ECS does not say.
    Untold,
}

impl PutBackBy {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CircuitBreaker => "circuit-breaker",
            Self::Alarm => "alarm",
            Self::Stop => "stop",
            Self::Untold => "untold",
        }
    }
}

/// How a rollback ended, told apart more finely than by the outcome that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "by", rename_all = "kebab-case")]
pub enum EndingKind {
    /// Our target runs, proven and held.
    OnTarget,
    /// Another version was put back.
    PutBack(PutBackBy),
    /// It failed, and nothing else was put in its place.
    Failed,
    /// Our deployment was stopped, or we stopped before the next call.
    Stopped,
    /// Another deployment took the place of ours.
    Superseded,
    /// The time was over while it stood at a lifecycle hook.
    Paused,
    /// The time was over and nothing had moved for a while.
    Stalled,
    /// The time was over while it was still moving.
    TimedOut,
    /// Our target's revision runs, with other content than planned.
    OtherContent,
    /// It cannot be told; a person must decide.
    Unknown,
    /// Nothing was sent.
    Refused,
    /// Between two calls the world was no longer the one that was approved: the next one was not sent.
    Changed,
}

impl EndingKind {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnTarget => "on-target",
            Self::PutBack(_) => "put-back",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Superseded => "superseded",
            Self::Paused => "paused",
            Self::Stalled => "stalled",
            Self::TimedOut => "timed-out",
            Self::OtherContent => "other-content",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Changed => "changed",
        }
    }

    /// Who put another version back, when that is how it ended.
    #[must_use]
    pub const fn put_back_by(self) -> Option<PutBackBy> {
        match self {
            Self::PutBack(by) => Some(by),
            Self::OnTarget
            | Self::Failed
            | Self::Stopped
            | Self::Superseded
            | Self::Paused
            | Self::Stalled
            | Self::TimedOut
            | Self::OtherContent
            | Self::Unknown
            | Self::Refused
            | Self::Changed => None,
        }
    }
}

/// What a rollback leaves that stops a deployment: by this ECS's own going back is told from a colleague's deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The primary deployment immediately before the stop.
    pub primary: Option<DeploymentId>,
}

/// Something that wants to be seen while a deployment is followed; it does not end it.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// It stands at a lifecycle hook until somebody decides.
    Paused(Phrase),
    /// Nothing has moved for a while.
    Stalled(Phrase),
    /// Tasks of it stop with a failure; it still moves.
    Failing(Phrase),
}

impl Trouble {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Paused(_) => "paused",
            Self::Stalled(_) => "stalled",
            Self::Failing(_) => "failing",
        }
    }

    /// It, as a sentence.
    #[must_use]
    pub const fn sentence(&self) -> &Phrase {
        match self {
            Self::Paused(sentence) | Self::Stalled(sentence) | Self::Failing(sentence) => sentence,
        }
    }
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
    /// Set when the rollback is a stop: then the service deployment is the one that was stopped, and the deployment that runs
    /// in the end is one that ECS puts back.
    pub stopped: Option<Stopped>,
    /// When the write was sent.
    pub sent_at: Timestamp,
    /// When following began: what was waited for before it takes none of its time.
    pub begun_at: Timestamp,
    /// How long everything must stay right.
    pub hold: Duration,
    /// When to stop waiting, counted from `begun_at`.
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
    /// Its tasks that stopped lately, newest first, as read with the others.
    pub failures: &'a [StoppedTask],
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
    /// What wants to be seen, if anything does.
    pub trouble: Option<Trouble>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// How.
    pub outcome: Outcome,
    /// How, more finely; absent in older journals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EndingKind>,
    /// What runs at the end, as far as known.
    pub revision: Option<TaskDefinitionArn>,
    /// When everything became right and stayed so (start of the hold), for `OnTarget`.
    pub stable_at: Option<Timestamp>,
    /// Why, as a sentence.
    pub why: Phrase,
    /// What the endpoint could not prove.
    pub unproven: Vec<Unproven>,
}

impl Ending {
    /// How it ended, as finely as is known: journals of before endings were told apart have the outcome alone.
    #[must_use]
    pub fn known_kind(&self) -> EndingKind {
        self.kind.unwrap_or(match self.outcome {
            Outcome::OnTarget => EndingKind::OnTarget,
            Outcome::Elsewhere => EndingKind::OtherContent,
            Outcome::Failed => EndingKind::Failed,
            Outcome::TimedOut => EndingKind::TimedOut,
            Outcome::Unknown => EndingKind::Unknown,
            Outcome::Refused => EndingKind::Refused,
        })
    }

    /// An ending without a revision or a proof, for a rollback that came to no deployment.
    #[must_use]
    pub const fn bare(outcome: Outcome, kind: EndingKind, why: Phrase) -> Self {
        Self {
            outcome,
            kind: Some(kind),
            revision: None,
            stable_at: None,
            why,
            unproven: Vec::new(),
        }
    }
}

/// Where following stands after a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Following {
    /// Not at its end.
    Underway(Progress),
    /// At its end.
    Ended(Ending),
}
