//! Where to go back to: every revision with what is known of it, and the rule that chooses one.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Clean, DefinitionStatus, DeploymentHistory, Digest, Image, ImageReference, ImageStatus, Observed, Phrase,
    RepositoryName, Series, ServiceState, Task, TaskDefinition, TaskDefinitionArn,
};

use super::Registration;
use super::choose::last_good;
use super::served::{Known, Residence, pinned};
use super::time::{MINUTE, plus};

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
    /// ECS chooses: what a deployment that is stopped goes back to.
    EcsChooses,
    /// The content of an image, in a revision that has it already or in a new one.
    Image,
    /// A definition in a file of the operator's.
    File,
    /// What runs already, deployed anew.
    Same,
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
    /// What a new revision is made from, where the content has none that can be deployed. `definition` is then the one that it
    /// is compared with: the clone's original, or what runs now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registers: Option<Registration>,
}

impl Target {
    /// It as a point of a plan.
    #[must_use]
    pub fn point(&self) -> super::Point {
        super::Point {
            revision: match self.registers {
                Some(_) => None,
                None => Some(self.definition.clone()),
            },
            image: self.image.clone(),
            version: self.version.clone(),
            digest: self.digest.clone(),
        }
    }
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

/// Every revision of the service's family that is listed or that history knows, newest revision first.
#[must_use]
pub fn candidates(inputs: &TargetInputs<'_>) -> Vec<Candidate> {
    let known = Known::new(inputs);
    let family = known.current.as_ref().map(|current| current.definition.family());
    let listed = inputs.definitions.value().into_iter().flatten().map(|d| &d.arn);
    let served = known
        .residences
        .iter()
        .filter_map(|r| r.identity.as_ref())
        .map(|i| &i.definition);
    let set = known.current.iter().map(|current| &current.definition);
    let mut arns: Vec<&TaskDefinitionArn> = listed
        .chain(served)
        .chain(set)
        .filter(|arn| family.is_none_or(|family| arn.family() == family))
        .collect();
    arns.sort_by(|a, b| b.revision().cmp(&a.revision()).then_with(|| a.cmp(b)));
    arns.dedup();
    let good = last_good(&known).ok();
    arns.into_iter()
        .map(|arn| Candidate {
            last_good: good
                .as_ref()
                .is_some_and(|t| t.rule == Rule::LastGood && t.definition == *arn),
            ..candidate(&known, arn)
        })
        .collect()
}

/// What is known of one revision; whether it is the last good one is for the caller to say.
pub(super) fn candidate(known: &Known<'_>, arn: &TaskDefinitionArn) -> Candidate {
    let repository = known.inputs.repository.as_str();
    let listed = known
        .inputs
        .definitions
        .value()
        .and_then(|list| list.iter().find(|d| d.arn == *arn));
    let image = known.image_of(arn);
    let digest = digest(known, arn, image.as_ref());
    Candidate {
        definition: arn.clone(),
        status: listed.map_or_else(
            || DefinitionStatus::Other(Clean::new("UNKNOWN")),
            |definition| definition.status.clone(),
        ),
        registered_at: listed.and_then(|definition| definition.registered_at),
        version: image
            .as_ref()
            .and_then(|image| ImageReference::parse(image.as_str()).tag)
            .map(Clean::new),
        served: served(known, arn),
        last_good: false,
        error_percent: error_percent(known, arn),
        image_state: image_state(known.inputs.images, repository, image.as_ref(), digest.as_ref()),
        image,
        digest,
    }
}

/// The content of a revision: as pinned, else as it ran, else, when it never ran, as its tag means now.
fn digest(known: &Known<'_>, arn: &TaskDefinitionArn, image: Option<&Clean>) -> Option<Digest> {
    if let Some(pinned) = image.and_then(|image| pinned(image.as_str())) {
        return Some(pinned);
    }
    let current = known
        .current
        .as_ref()
        .filter(|current| current.definition == *arn);
    if let Some(running) = current.and_then(|current| known.digest_in(current)) {
        return Some(running);
    }
    let ran = known.of_definition(arn).next_back();
    match ran.and_then(|r| r.identity.as_ref()) {
        Some(identity) => known.digest_in(identity),
        // What runs without telling its digest is not what its tag means now: the tag may have moved since.
        None if current.is_some() => None,
        None => known.digest_of_tag(image?.as_str()),
    }
}

fn served(known: &Known<'_>, arn: &TaskDefinitionArn) -> Served {
    if known
        .current
        .as_ref()
        .is_some_and(|current| current.definition == *arn)
    {
        return Served::Now {
            since: since(known, arn),
        };
    }
    if !known.has_history {
        return Served::Unknown;
    }
    let Some(last) = known.of_definition(arn).next_back() else {
        return Served::Never;
    };
    Served::Before {
        total: known.of_definition(arn).map(|r| r.length(known.end)).sum(),
        until: last.until.unwrap_or(known.end),
    }
}

/// Since when `arn`, which the service is set to, is in effect: the start of the last unbroken run of it in history. A
/// deployment that is still under way is not in effect yet.
fn since(known: &Known<'_>, arn: &TaskDefinitionArn) -> Option<Timestamp> {
    known
        .residences
        .iter()
        .rev()
        .take_while(|r| r.identity.as_ref().is_some_and(|i| i.definition == *arn))
        .last()
        .and_then(|r| r.from)
}

/// The mean 5xx rate in percent of the whole minutes in which `arn` served alone, as far as the metrics reach.
fn error_percent(known: &Known<'_>, arn: &TaskDefinitionArn) -> Option<f64> {
    let series = known.inputs.series.value()?;
    let within = |at: Timestamp, r: &Residence| {
        r.from.is_some_and(|from| from <= at) && r.until.is_none_or(|until| plus(at, MINUTE) <= until)
    };
    let rates: Vec<f64> = series
        .minutes
        .iter()
        .filter(|(at, _)| known.of_definition(arn).any(|r| within(**at, r)))
        .filter_map(|(_, minute)| minute.error_percent(series.balancer_is_ours))
        .collect();
    let count = u32::try_from(rates.len()).ok().filter(|count| *count > 0)?;
    Some(rates.iter().sum::<f64>() / f64::from(count))
}

/// Whether an image can be pulled: by content, or by its tag when the content is not known.
pub(super) fn image_state(
    images: &Observed<Vec<Image>>,
    repository: &str,
    image: Option<&Clean>,
    digest: Option<&Digest>,
) -> ImageState {
    let Some(images) = images.value() else {
        return ImageState::Unknown;
    };
    let reference = image.map(|image| ImageReference::parse(image.as_str()));
    // An image of another repository is not in this list, whether it exists or not.
    if reference.is_some_and(|reference| reference.repository() != repository) {
        return ImageState::Unknown;
    }
    let found = match (digest, reference.and_then(|reference| reference.tag)) {
        (Some(digest), _) => images.iter().find(|i| i.digest == *digest),
        (None, Some(tag)) => images.iter().find(|i| i.tags.iter().any(|t| t.as_str() == tag)),
        (None, None) => return ImageState::Unknown,
    };
    match found.map(|image| &image.status) {
        None => ImageState::Gone,
        Some(ImageStatus::Active) => ImageState::Present,
        Some(ImageStatus::Archived) => ImageState::NotPullable(Clean::new("ARCHIVED")),
        Some(ImageStatus::Activating) => ImageState::NotPullable(Clean::new("ACTIVATING")),
        Some(ImageStatus::Other(_)) => ImageState::Unknown,
    }
}
