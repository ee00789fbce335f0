//! Identifiers, parsed once at the edge, so that one kind can never stand where another is meant.
//!
//! What an operator confirms by typing is ASCII only: a look-alike character is refused here, not compared later.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text is not the identifier it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    /// The text that was read.
    pub text: String,
    /// What was expected, as a phrase that completes "is not …".
    pub expected: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident: $expected:literal, $check:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses `text`.
            ///
            /// # Errors
            /// When `text` is not of this identifier's form.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { text: super::Clean::new(text).to_string(), expected: $expected })
                }
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

/// A name of letters, digits, `-` and `_`, as ECS allows for clusters, services and families (1 to 255 characters).
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_arn(text: &str, service: &str, resource: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|p| p.starts_with("aws"))
        && parts.next() == Some(service)
        && parts.next().is_some()
        && parts.next().is_some()
        && parts.next().is_some_and(|rest| rest.starts_with(resource))
        && text.bytes().all(|b| b.is_ascii_graphic())
}

ids! {
    /// An AWS account: twelve digits.
    AccountId: "an account id of twelve digits", |t| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit());
    /// An AWS region, such as `ap-northeast-1`.
    Region: "a region such as ap-northeast-1", |t| is_name(t) && t.contains('-');
    /// An environment of the runbook, such as `production`.
    EnvironmentName: "a name of letters, digits, `-` and `_`", is_name;
    /// A service as the runbook calls it, such as `backend`.
    ServiceKey: "a name of letters, digits, `-` and `_`", is_name;
    /// The name of an ECS cluster.
    ClusterName: "a cluster name of letters, digits, `-` and `_`", is_name;
    /// The name of an ECS service.
    EcsServiceName: "a service name of letters, digits, `-` and `_`", is_name;
    /// An ECR repository, such as `team/app`.
    RepositoryName: "a repository name", |t| !t.is_empty() && t.len() <= 256
        && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_./".contains(&b));
    /// The ARN of an ECS service.
    ServiceArn: "the ARN of an ECS service", |t| is_arn(t, "ecs", "service/");
    /// The ARN of an ECS service deployment.
    ServiceDeploymentArn: "the ARN of a service deployment", |t| is_arn(t, "ecs", "service-deployment/");
    /// The ARN of an ECS service revision.
    ServiceRevisionArn: "the ARN of a service revision", |t| is_arn(t, "ecs", "service-revision/");
    /// The ARN of a target group.
    TargetGroupArn: "the ARN of a target group", |t| is_arn(t, "elasticloadbalancing", "targetgroup/");
    /// The id of a deployment in a service's own list, `ecs-svc/…`.
    DeploymentId: "a deployment id", |t| !t.is_empty() && t.len() <= 128 && t.bytes().all(|b| b.is_ascii_graphic());
    /// The content of an image: `sha256:` and 64 hexadecimal digits. A tag is only a name for one.
    Digest: "a digest: sha256: and 64 hexadecimal digits", |t| t.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    });
    /// SHA-256 over what a plan will do, 64 hexadecimal digits.
    PlanHash: "a plan hash of 64 hexadecimal digits", |t| t.len() == 64
        && t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
}

impl Digest {
    /// The first twelve characters of the hexadecimal part, for a narrow column. Never compared.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(7..19).unwrap_or(&self.0)
    }
}

impl PlanHash {
    /// The first sixteen characters, for what a person approves. Never compared.
    #[must_use]
    pub fn half(&self) -> &str {
        self.0.get(..16).unwrap_or(&self.0)
    }

    /// The first eight characters, for a title. Never compared.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl ServiceDeploymentArn {
    /// The last part of the ARN.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl TargetGroupArn {
    /// The dimension value that CloudWatch knows this group by: `targetgroup/name/id`.
    #[must_use]
    pub fn dimension(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or(&self.0)
    }
}

/// The ARN of one revision of a task definition, with its family and number at hand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskDefinitionArn {
    text: String,
    family_at: usize,
    revision: u32,
}

impl TaskDefinitionArn {
    /// Parses `arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION`.
    ///
    /// # Errors
    /// When `text` is not such an ARN.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId {
            text: super::Clean::new(text).to_string(),
            expected: "the ARN of a task definition with its revision",
        };
        if !is_arn(text, "ecs", "task-definition/") {
            return Err(invalid());
        }
        let family_at = text.find('/').map(|at| at + 1).ok_or_else(invalid)?;
        let (family, revision) = text
            .get(family_at..)
            .and_then(|t| t.rsplit_once(':'))
            .ok_or_else(invalid)?;
        let revision = revision.parse().map_err(|_| invalid())?;
        if !is_name(family) || revision == 0 {
            return Err(invalid());
        }
        Ok(Self {
            text: text.to_owned(),
            family_at,
            revision,
        })
    }

    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number of the revision.
    #[must_use]
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// The family.
    #[must_use]
    pub fn family(&self) -> &str {
        self.short().rsplit_once(':').map_or("", |(family, _)| family)
    }

    /// `family:revision`, as the command line takes it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.text.get(self.family_at..).unwrap_or("")
    }
}

impl fmt::Display for TaskDefinitionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl TryFrom<String> for TaskDefinitionArn {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<TaskDefinitionArn> for String {
    fn from(arn: TaskDefinitionArn) -> Self {
        arn.text
    }
}

/// The person who decides and types: a name as given with `--by` or by the machine's user name, cleaned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Operator(pub super::Clean);

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_definition_arn_gives_family_and_revision() {
        let arn =
            TaskDefinitionArn::new("arn:aws:ecs:ap-northeast-1:123456789012:task-definition/pb-backend:57")
                .unwrap();
        assert_eq!(
            (arn.family(), arn.revision(), arn.short()),
            ("pb-backend", 57, "pb-backend:57")
        );
        for bad in [
            "pb-backend:57",
            "arn:aws:ecs:r:1:task-definition/pb",
            "arn:aws:ecs:r:1:task-definition/pb:0",
        ] {
            assert!(TaskDefinitionArn::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_look_alike_is_not_a_name() {
        assert!(ServiceKey::new("backend").is_ok());
        assert!(
            ServiceKey::new("bаckend").is_err(),
            "the second letter is Cyrillic"
        );
        assert!(Digest::new(&format!("sha256:{}", "a".repeat(64))).is_ok());
        assert!(Digest::new("sha256:abc").is_err());
    }
}
