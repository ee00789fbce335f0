//! The calls that a plan may make. Each input is typed: nothing can be added to it by accident, and what becomes known only
//! while the plan is carried out stands in it as a placeholder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{
    Clean, ClusterName, EcsServiceName, InstanceSettings, ServiceDeploymentArn, TaskDefinitionArn,
};

/// What StopServiceDeployment and ContinueServiceDeployment do. There is no other value here: ABORT, which the first one's
/// type also has, leaves the service between two versions, and CONTINUE, the default of the second one, ships the version
/// that is to be undone (Amazon ECS API reference).
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

/// A task definition that a call names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DefinitionRef {
    /// One that is registered.
    Known(TaskDefinitionArn),
    /// The one that an earlier call of the same step registers.
    Registered,
}

/// How a revision stands in a plan before it is registered.
const REGISTERED: &str = "<the revision that is registered before>";

impl From<DefinitionRef> for String {
    fn from(of: DefinitionRef) -> Self {
        match of {
            DefinitionRef::Known(arn) => arn.into(),
            DefinitionRef::Registered => REGISTERED.to_owned(),
        }
    }
}

impl TryFrom<String> for DefinitionRef {
    type Error = crate::domain::InvalidId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == REGISTERED {
            Ok(Self::Registered)
        } else {
            TaskDefinitionArn::new(&text).map(Self::Known)
        }
    }
}

/// The three tags of what modosu makes: by the last one it is found again when an answer was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OurTags;

impl OurTags {
    /// The key of the incident's id.
    pub const INCIDENT: &'static str = "modosu:incident";
    /// The key of the place in the plan, such as `1.2`.
    pub const STEP: &'static str = "modosu:step";
    /// The key of the intent's token.
    pub const INTENT: &'static str = "modosu:intent";
}

impl Serialize for OurTags {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        BTreeMap::from([
            (Self::INCIDENT, "<incident>"),
            (Self::STEP, "<step>"),
            (Self::INTENT, "<intent>"),
        ])
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for OurTags {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeMap::<String, String>::deserialize(from).map(|_| Self)
    }
}

/// The token of the intent: made immediately before the call and journaled with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IntentToken;

const INTENT_TOKEN: &str = "<intent>";

impl From<IntentToken> for String {
    fn from(_: IntentToken) -> Self {
        INTENT_TOKEN.to_owned()
    }
}

impl TryFrom<String> for IntentToken {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == INTENT_TOKEN { Ok(Self) } else { Err(text) }
    }
}

/// The value of a secret with only host and port replaced, by those of an instance. The value itself is never here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PointingAt(
    /// The instance's identifier.
    pub Clean,
);

const POINTING_AT: (&str, &str) = ("<the value in use, with host and port of ", ">");

impl From<PointingAt> for String {
    fn from(of: PointingAt) -> Self {
        format!("{}{}{}", POINTING_AT.0, of.0, POINTING_AT.1)
    }
}

impl TryFrom<String> for PointingAt {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.strip_prefix(POINTING_AT.0)
            .and_then(|rest| rest.strip_suffix(POINTING_AT.1))
            .map(|instance| Self(Clean::new(instance)))
            .ok_or(text)
    }
}

/// What a new revision is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Registration {
    /// A registered revision, whole, with the image of one container replaced.
    Clone {
        /// The revision that is cloned.
        #[serde(rename = "cloneOf")]
        base: TaskDefinitionArn,
        /// The container.
        container: Clean,
        /// Its image, pinned: `repository@sha256:…`.
        image: Clean,
    },
    /// A file of the operator's.
    File {
        /// Where it is.
        file: Clean,
        /// SHA-256 of its bytes, in hex: what was approved is what is registered.
        sha256: Clean,
        /// The family that it names.
        family: Clean,
    },
}

/// The one call that a place of a plan may make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "api", content = "input")]
pub enum Api {
    /// Cluster, service, and either a task definition or that the same is deployed anew; nothing else: autoscaling owns the
    /// desired count.
    #[serde(rename = "ecs.UpdateService")]
    UpdateService {
        /// The cluster's name.
        cluster: ClusterName,
        /// The service's name.
        service: EcsServiceName,
        /// The whole ARN of the revision; absent when the same is deployed anew.
        #[serde(rename = "taskDefinition", default, skip_serializing_if = "Option::is_none")]
        task_definition: Option<DefinitionRef>,
        /// Whether the same is deployed anew.
        #[serde(
            rename = "forceNewDeployment",
            default,
            skip_serializing_if = "std::ops::Not::not"
        )]
        force: bool,
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
    /// The service deployment, the hook that it waits at, and what to do, always in so many words.
    #[serde(rename = "ecs.ContinueServiceDeployment")]
    ContinueServiceDeployment {
        /// The whole ARN of the service deployment.
        #[serde(rename = "serviceDeploymentArn")]
        service_deployment: ServiceDeploymentArn,
        /// The hook's id; each pause has its own.
        #[serde(rename = "hookId")]
        hook: Clean,
        /// To go back.
        action: StopType,
    },
    /// A new revision.
    #[serde(rename = "ecs.RegisterTaskDefinition")]
    RegisterTaskDefinition {
        /// What it is made from.
        #[serde(flatten)]
        of: Registration,
        /// How it is found again.
        tags: OurTags,
    },
    /// A new instance from a snapshot, with the live instance's settings. The live instance is not touched.
    #[serde(rename = "rds.RestoreDBInstanceFromDBSnapshot")]
    RestoreDbInstance {
        /// The new instance.
        #[serde(rename = "DBInstanceIdentifier")]
        instance: Clean,
        /// The snapshot.
        #[serde(rename = "DBSnapshotIdentifier")]
        snapshot: Clean,
        /// The class.
        #[serde(rename = "DBInstanceClass")]
        class: Clean,
        /// What RDS would otherwise give defaults for.
        #[serde(flatten)]
        settings: InstanceSettings,
        /// How it is found again.
        tags: OurTags,
    },
    /// The secret's next version.
    #[serde(rename = "secretsmanager.UpdateSecret")]
    UpdateSecret {
        /// The secret's ARN.
        #[serde(rename = "SecretId")]
        secret: Clean,
        /// Becomes the id of the new version.
        #[serde(rename = "ClientRequestToken")]
        token: IntentToken,
        /// The value.
        #[serde(rename = "SecretString")]
        value: PointingAt,
    },
    /// An earlier version of the secret back into use. The version that is moved away from is named, so the call does nothing
    /// when another one is in use by then (Secrets Manager API reference, UpdateSecretVersionStage).
    #[serde(rename = "secretsmanager.UpdateSecretVersionStage")]
    UpdateSecretVersionStage {
        /// The secret's ARN.
        #[serde(rename = "SecretId")]
        secret: Clean,
        /// `AWSCURRENT`.
        #[serde(rename = "VersionStage")]
        stage: Current,
        /// The version that is put back into use.
        #[serde(rename = "MoveToVersionId")]
        to: Clean,
        /// The version that is in use.
        #[serde(rename = "RemoveFromVersionId")]
        from: Clean,
    },
    /// A run of the team's workflow (GitHub REST API, "Create a workflow dispatch event").
    #[serde(rename = "github.CreateWorkflowDispatch")]
    DispatchWorkflow {
        /// `owner/repository`.
        repository: Clean,
        /// GitHub's number of the workflow.
        workflow: u64,
        /// The branch or tag that it is started on.
        #[serde(rename = "ref")]
        branch: Clean,
        /// What it is given. The input that takes the correlation id has the intent's token.
        inputs: BTreeMap<String, Clean>,
    },
}

/// The stage that marks the version in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Current {
    /// The only one that is ever moved.
    #[serde(rename = "AWSCURRENT")]
    AwsCurrent,
}

/// How the intent's token stands in a workflow's inputs before it is made.
pub const CORRELATION: &str = INTENT_TOKEN;

impl Api {
    /// The name of the operation, such as `ecs.UpdateService`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UpdateService { .. } => "ecs.UpdateService",
            Self::StopServiceDeployment { .. } => "ecs.StopServiceDeployment",
            Self::ContinueServiceDeployment { .. } => "ecs.ContinueServiceDeployment",
            Self::RegisterTaskDefinition { .. } => "ecs.RegisterTaskDefinition",
            Self::RestoreDbInstance { .. } => "rds.RestoreDBInstanceFromDBSnapshot",
            Self::UpdateSecret { .. } => "secretsmanager.UpdateSecret",
            Self::UpdateSecretVersionStage { .. } => "secretsmanager.UpdateSecretVersionStage",
            Self::DispatchWorkflow { .. } => "github.CreateWorkflowDispatch",
        }
    }

    /// Whether what the call begins goes on after its answer and must come to its end before anything else is done.
    #[must_use]
    pub const fn settles(&self) -> bool {
        match self {
            Self::RestoreDbInstance { .. } | Self::DispatchWorkflow { .. } => true,
            Self::UpdateService { .. }
            | Self::StopServiceDeployment { .. }
            | Self::ContinueServiceDeployment { .. }
            | Self::RegisterTaskDefinition { .. }
            | Self::UpdateSecret { .. }
            | Self::UpdateSecretVersionStage { .. } => false,
        }
    }

    /// The service deployment that the call turns back, if it does.
    #[must_use]
    pub const fn turns_back(&self) -> Option<&ServiceDeploymentArn> {
        match self {
            Self::StopServiceDeployment {
                service_deployment, ..
            }
            | Self::ContinueServiceDeployment {
                service_deployment, ..
            } => Some(service_deployment),
            Self::UpdateService { .. }
            | Self::RegisterTaskDefinition { .. }
            | Self::RestoreDbInstance { .. }
            | Self::UpdateSecret { .. }
            | Self::UpdateSecretVersionStage { .. }
            | Self::DispatchWorkflow { .. } => None,
        }
    }
}
