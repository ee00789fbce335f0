//! Where to go back to: every revision with what is known of it, and the rule that chooses one.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Clean, DefinitionStatus, DeploymentHistory, Digest, Image, Observed, Phrase, RepositoryName, Series,
    ServiceState, Task, TaskDefinition, TaskDefinitionArn,
};

/// Whether a revision ever served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// It serves now, since then.
    Now {
        /// Since when; unknown without history.
        since: Option<Timestamp>,
    },
    /// It served alone for this long in all, and last until then.
    Before {
        /// How long in all.
        total: Duration,
        /// The end of the last time.
        until: Timestamp,
    },
    /// Completed history does not know it.
    Never,
    /// There is no history to tell.
    Unknown,
}

/// Whether the image of a revision can be pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageState {
    /// In ECR, active.
    Present,
    /// Not in ECR any more.
    Gone,
    /// In ECR, but it cannot be pulled (archived, activating).
    NotPullable(Clean),
    /// It cannot be told.
    Unknown,
}

/// A revision of the service's family and all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The revision.
    pub definition: TaskDefinitionArn,
    /// Whether it can be deployed.
    pub status: DefinitionStatus,
    /// When it was registered.
    pub registered_at: Option<Timestamp>,
    /// The image as written.
    pub image: Option<Clean>,
    /// The version that its tag names.
    pub version: Option<Clean>,
    /// The content that it ran with when it last served, or that its tag means now when it never ran.
    pub digest: Option<Digest>,
    /// Whether it ever served.
    pub served: Served,
    /// Whether it is the newest that is known to have worked.
    pub last_good: bool,
    /// 5xx rate in percent while it served, as far as the metrics reach.
    pub error_percent: Option<f64>,
    /// Whether its image can be pulled.
    pub image_state: ImageState,
}

/// The rule that chose a target; always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Newest version in completed history that served long enough, differing from what runs by identity.
    LastGood,
    /// So many completed deployments back.
    Latest,
    /// The tag names it.
    Tag,
    /// The operator named the revision.
    Revision,
    /// The operator named the content.
    Digest,
    /// There is no history: registered, never proven to have run.
    Registered,
}

/// A chosen target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The revision.
    pub definition: TaskDefinitionArn,
    /// The image as written.
    pub image: Option<Clean>,
    /// The version that its tag names.
    pub version: Option<Clean>,
    /// The content.
    pub digest: Option<Digest>,
    /// The rule.
    pub rule: Rule,
    /// The rule and its facts, as a sentence.
    pub why: Phrase,
    /// Whether completed history shows that it ran.
    pub proven: bool,
}

/// That no target can be chosen, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct NoTarget {
    /// Why, as a sentence.
    pub why: Phrase,
}

/// What is observed of one service, as far as targets look at it.
#[derive(Clone, Copy, Debug)]
pub struct TargetInputs<'a> {
    /// The service's repository.
    pub repository: &'a RepositoryName,
    /// Its state.
    pub state: &'a Observed<ServiceState>,
    /// What ECS remembers of its deployments.
    pub history: &'a Observed<DeploymentHistory>,
    /// The revisions of its family, newest first.
    pub definitions: &'a Observed<Vec<TaskDefinition>>,
    /// The images of its repository.
    pub images: &'a Observed<Vec<Image>>,
    /// Its tasks.
    pub tasks: &'a Observed<Vec<Task>>,
    /// Its minutes.
    pub series: &'a Observed<Series>,
    /// How long a version must have served to count as last good.
    pub soak: Duration,
}
