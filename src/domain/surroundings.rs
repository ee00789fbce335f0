//! What stands around a service and may hinder a way back: scaling, references, rights, the image's shelf life, owners.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Clean, Digest};

/// Application Auto Scaling of a service (DescribeScalableTargets, DescribeScalingActivities).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// Fewest and most tasks; `None`: nothing scales the service.
    pub bounds: Option<ScalingBounds>,
    /// What it did lately, newest first.
    pub activities: Vec<ScalingActivity>,
}

/// The bounds of a scalable target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingBounds {
    /// Fewest tasks.
    pub min: u32,
    /// Most tasks.
    pub max: u32,
    /// Whether any kind of scaling is suspended.
    pub suspended: bool,
}

/// Something that scaling did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalingActivity {
    /// When it began.
    pub at: Timestamp,
    /// The desired count that it set, where its description says.
    pub desired: Option<u32>,
    /// In AWS's words.
    pub description: Clean,
    /// Why, in AWS's words.
    pub cause: Clean,
    /// Whether it was done.
    pub done: bool,
}

/// Whether something that a task definition refers to by name is there. Values are never asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceState {
    /// It is there, with the stage or version that is asked for.
    Present,
    /// It is not there.
    Gone,
    /// It will be deleted then and cannot be read any more.
    Deleted(Option<Timestamp>),
    /// It is there, without the version or stage that the reference names.
    NoVersion(Clean),
    /// It cannot be told: why, as AWS says.
    Untold(Clean),
}

/// The task definitions' references by what they name (`valueFrom`), and the roles by their ARN.
pub type References = BTreeMap<Clean, ReferenceState>;

/// What a registry's scan found in an image (ECR DescribeImageScanFindings).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanFindings {
    /// When it was scanned.
    pub scanned_at: Option<Timestamp>,
    /// How many by severity, in ECR's words, such as `CRITICAL`.
    pub counts: BTreeMap<Clean, u32>,
    /// The worst ones by name, such as `CVE-2026-12345`, worst first; at most ten.
    pub worst: Vec<Finding>,
}

impl ScanFindings {
    /// How many there are of a severity.
    #[must_use]
    pub fn count(&self, severity: &str) -> u32 {
        self.counts
            .iter()
            .find(|(known, _)| known.as_str() == severity)
            .map_or(0, |(_, count)| *count)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name, such as `CVE-2026-12345`.
    pub name: Clean,
    /// Its severity in ECR's words.
    pub severity: Clean,
    /// The package and version that it is in, where told.
    pub package: Option<Clean>,
}

/// A rule of a repository's lifecycle policy (ECR user guide, "Lifecycle policy parameters").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Its priority; lower ones are applied first.
    pub priority: u32,
    /// Its description.
    pub description: Clean,
    /// Which images it is about.
    pub about: LifecycleSelection,
    /// When it expires them.
    pub expires: LifecycleExpiry,
}

/// Which images a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LifecycleSelection {
    /// Those without a tag.
    Untagged,
    /// Those with a tag that begins with one of these.
    Prefixes(Vec<Clean>),
    /// Those with a tag that fits one of these patterns (`*` stands for any text).
    Patterns(Vec<Clean>),
    /// All.
    Any,
}

/// When a rule expires an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifecycleExpiry {
    /// When more than so many newer ones are there.
    MoreThan(u32),
    /// When it was pushed more than so many days ago.
    OlderThanDays(u32),
    /// When it was not pulled for so many days.
    NotPulledForDays(u32),
    /// A kind that this version does not know.
    Other,
}

/// What is known of a repository beside its images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// The rules of its lifecycle policy, by priority; empty when it has none.
    pub lifecycle: Vec<LifecycleRule>,
    /// What scans found, by image. An image that was never scanned is not in it.
    pub findings: BTreeMap<Digest, ScanFindings>,
}

/// Who else rules over a service: what put it there will put it there again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", content = "name")]
pub enum Owner {
    /// A CloudFormation stack (tag `aws:cloudformation:stack-name`).
    CloudFormation(Clean),
    /// Terraform, by the tag that says so.
    Terraform(Clean),
    /// A pipeline or another tool, by the tag that says so.
    Pipeline(Clean),
    /// Copilot (tag `copilot-application`).
    Copilot(Clean),
}

/// Whether a principal may make a call, as far as simulation tells (IAM SimulatePrincipalPolicy). Advice and never proof:
/// it sees neither session policies nor the policies of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Allowed,
    /// It may not; `explicit` when a statement forbids it.
    Denied {
        /// Whether a statement forbids it, and not only the lack of one that allows it.
        explicit: bool,
    },
}

/// The rights of the caller by action, such as `ecs:UpdateService`.
pub type Permissions = BTreeMap<Clean, Permission>;
