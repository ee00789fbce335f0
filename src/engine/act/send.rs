//! One call, once: each to the writer whose it is, with what the earlier ones made.

use crate::adapters::aws::{Sending as AwsSending, Writer};
use crate::adapters::github::{Dispatch, GithubWriter};
use crate::domain::{Clean, Fault, FaultKind};
use crate::incident::{IncidentId, Receipt};
use crate::rollback::{Api, CORRELATION, OurTags};
use crate::session::Made;

use super::Place;

/// Everything that writes to the world outside. There is none in read-only mode.
#[derive(Clone)]
pub(in crate::engine) struct Writers {
    pub(in crate::engine) aws: std::sync::Arc<Writer>,
    /// The team's workflow, where the runbook names one; and whether its server tells the run's number.
    pub(in crate::engine) github: Option<(GithubWriter, bool)>,
}

/// What a call is given beside its input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sending<'a> {
    pub(super) incident: &'a IncidentId,
    pub(super) place: Place,
    pub(super) token: &'a str,
    pub(super) made: &'a Made,
    pub(super) secret_version: Option<&'a Clean>,
}

impl Writers {
    /// Sends exactly this call, once. Its intent is durable.
    pub(super) async fn send(&self, call: &Api, sending: &Sending<'_>) -> Result<Receipt, Fault> {
        let Sending {
            incident,
            place,
            token,
            made,
            secret_version,
        } = sending;
        match call {
            Api::DispatchWorkflow {
                repository,
                workflow,
                branch,
                inputs,
            } => {
                let Some((github, return_run_details)) = &self.github else {
                    return Err(Fault::new(
                        FaultKind::NotSent,
                        call.name(),
                        "the runbook names no repository on GitHub",
                    ));
                };
                let inputs = inputs
                    .iter()
                    .map(|(name, value)| {
                        let value = if value.as_str() == CORRELATION {
                            (*token).to_owned()
                        } else {
                            value.to_string()
                        };
                        (name.clone(), value)
                    })
                    .collect();
                let run = github
                    .dispatch(&Dispatch {
                        repository: repository.to_string(),
                        workflow: workflow.to_string(),
                        reference: branch.to_string(),
                        inputs,
                        return_run_details: *return_run_details,
                    })
                    .await?;
                match run {
                    Some(run) => Ok(Receipt {
                        run: Some(run),
                        ..Receipt::default()
                    }),
                    // It was started and nobody said which one it is: that is looked for as if the answer had been lost.
                    None => Err(Fault::new(
                        FaultKind::Malformed,
                        call.name(),
                        "GitHub took it without telling the run's number",
                    )),
                }
            }
            Api::UpdateService { .. }
            | Api::StopServiceDeployment { .. }
            | Api::ContinueServiceDeployment { .. }
            | Api::RegisterTaskDefinition { .. }
            | Api::RestoreDbInstance { .. }
            | Api::UpdateSecret { .. }
            | Api::UpdateSecretVersionStage { .. } => {
                let tags = [
                    (OurTags::INCIDENT, incident.to_string()),
                    (OurTags::STEP, format!("{}.{}", place.step + 1, place.call + 1)),
                    (OurTags::INTENT, (*token).to_owned()),
                ]
                .map(|(key, value)| (key.to_owned(), value));
                self.aws
                    .send(
                        call,
                        &AwsSending {
                            tags: &tags,
                            token,
                            definition: made.definition.as_ref(),
                            endpoint: made.endpoint.as_ref(),
                            secret_version: *secret_version,
                        },
                    )
                    .await
            }
        }
    }
}
