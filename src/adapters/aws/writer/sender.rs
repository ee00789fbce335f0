//! The writer itself: its clients, and which call each step of a plan becomes.

use std::fmt;
use std::sync::Arc;

use crate::adapters::aws::connect::Connection;
use crate::adapters::aws::pace::Pace;
use crate::domain::{Fault, WritePermit};
use crate::incident::Receipt;
use crate::rollback::Api;

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

    /// Sends exactly this call, once. The caller has made its intent durable before.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect.
    pub async fn send(&self, call: &Api) -> Result<Receipt, Fault> {
        match call {
            Api::UpdateService {
                cluster,
                service,
                task_definition,
            } => self.update_service(cluster, service, task_definition).await,
            Api::StopServiceDeployment {
                service_deployment,
                stop_type,
            } => self.stop_service_deployment(service_deployment, *stop_type).await,
        }
    }
}
