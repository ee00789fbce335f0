//! The writer itself: its clients, and which call each step of a plan becomes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::adapters::aws::connect::Connection;
use crate::adapters::aws::pace::Pace;
use crate::domain::{Clean, Endpoint, Fault, FaultKind, TaskDefinitionArn, WritePermit};
use crate::incident::Receipt;
use crate::rollback::{Api, Current, DefinitionRef, Registration, StopType};

/// What a call is given beside its input: what is made for it, and what the earlier calls of its step made.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// Tags by which what is made is found again.
    pub tags: &'a [(String, String)],
    /// The intent's token.
    pub token: &'a str,
    /// The revision that was registered.
    pub definition: Option<&'a TaskDefinitionArn>,
    /// Where the restored instance can be reached.
    pub endpoint: Option<&'a Endpoint>,
    /// The version of the secret that is to be replaced.
    pub secret_version: Option<&'a Clean>,
}

/// Sends the calls of an approved plan. It can only be made from a permit, and it never tries a call twice.
pub struct Writer {
    pub(super) ecs: aws_sdk_ecs::Client,
    pub(super) rds: aws_sdk_rds::Client,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) pace: Arc<dyn Pace>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// A writer over `connection`, by the right of `permit`.
    #[must_use]
    pub fn new(_permit: &WritePermit, connection: &Connection, pace: Arc<dyn Pace>) -> Self {
        Self {
            ecs: connection.ecs_once(),
            rds: connection.rds_once(),
            secrets: connection.secrets_once(),
            pace,
        }
    }

    /// Sends exactly this call, once. The caller has made its intent durable before. A call that is not AWS's is no call of
    /// this writer's.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub async fn send(&self, call: &Api, sending: &Sending<'_>) -> Result<Receipt, Fault> {
        let missing = |what: &str| Fault::new(FaultKind::NotSent, call.name(), what);
        match call {
            Api::UpdateService {
                cluster,
                service,
                task_definition: None,
                force: true,
            } => self.redeploy(cluster, service).await,
            Api::UpdateService {
                cluster,
                service,
                task_definition: Some(DefinitionRef::Known(definition)),
                force: false,
            } => self.update_service(cluster, service, definition).await,
            Api::UpdateService {
                cluster,
                service,
                task_definition: Some(DefinitionRef::Registered),
                force: false,
            } => match sending.definition {
                Some(definition) => self.update_service(cluster, service, definition).await,
                None => Err(missing("no revision was registered before")),
            },
            // Both at once, or neither, is nothing that a plan has.
            Api::UpdateService { .. } => Err(missing("the call names neither one thing to do nor the other")),
            Api::StopServiceDeployment {
                service_deployment,
                stop_type,
            } => self.stop_service_deployment(service_deployment, *stop_type).await,
            Api::ContinueServiceDeployment {
                service_deployment,
                hook,
                action: StopType::Rollback,
            } => self.continue_back(service_deployment, hook).await,
            Api::RegisterTaskDefinition {
                of:
                    Registration::Clone {
                        base,
                        container,
                        image,
                    },
                ..
            } => self.register_clone(base, container, image, sending.tags).await,
            Api::RegisterTaskDefinition {
                of: Registration::File { file, sha256, .. },
                ..
            } => {
                self.register_file(Path::new(file.as_str()), sha256, sending.tags)
                    .await
            }
            Api::RestoreDbInstance {
                instance,
                snapshot,
                class,
                settings,
                ..
            } => {
                self.restore(snapshot, instance, class, settings, sending.tags)
                    .await
            }
            Api::UpdateSecret { secret, .. } => match (sending.endpoint, sending.secret_version) {
                (Some(endpoint), Some(version)) => {
                    self.switch_secret(secret, version, sending.token, endpoint).await
                }
                (None, _) => Err(missing("the restored instance has no endpoint")),
                (_, None) => Err(missing("which version of the secret is in use is not known")),
            },
            Api::UpdateSecretVersionStage {
                secret,
                stage: Current::AwsCurrent,
                to,
                from,
            } => self.stage_back(secret, to, from).await,
            Api::DispatchWorkflow { .. } => Err(missing("it is no call of AWS")),
        }
    }
}
