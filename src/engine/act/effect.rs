//! Looking for the effect of a call whose answer never came: each kind of call leaves its own trace.

use crate::domain::{Fault, FaultKind};
use crate::rollback::{self, Api, CORRELATION, DefinitionRef, Found, OurTags};

use super::{Doubt, Hands};

impl Hands {
    /// Looks once whether the call took effect.
    pub(super) async fn look_for_effect(&self, doubt: &Doubt) -> Result<Found, Fault> {
        let Doubt {
            place,
            step,
            before,
            sent_at,
            token,
            made,
        } = doubt;
        let Some(call) = step.calls.get(place.call) else {
            return Err(Fault::new(
                FaultKind::Local,
                "act.look",
                "the plan has no such call",
            ));
        };
        match &call.api {
            Api::UpdateService {
                task_definition,
                force,
                ..
            } => {
                let state = self.reader.service(&step.cluster, &step.ecs_service).await?;
                // Deployed anew, the service is set to what it was set to.
                let wanted = match task_definition {
                    Some(DefinitionRef::Known(definition)) => Some(definition),
                    Some(DefinitionRef::Registered) => made.definition.as_ref(),
                    None if *force => Some(&before.task_definition),
                    None => None,
                };
                match wanted {
                    Some(definition) => Ok(rollback::found_effect(definition, before, *sent_at, &state)),
                    None => Err(Fault::new(
                        FaultKind::Local,
                        "act.look",
                        "which revision was to be deployed is not known",
                    )),
                }
            }
            Api::StopServiceDeployment {
                service_deployment, ..
            }
            | Api::ContinueServiceDeployment {
                service_deployment, ..
            } => {
                let seen = self.reader.service_deployment(service_deployment).await?;
                Ok(rollback::found_stop(&seen))
            }
            Api::RegisterTaskDefinition { .. } => {
                let Some(token) = token else {
                    return Ok(rollback::found_registration(None));
                };
                let family = step.target.definition.family();
                let tagged = self
                    .reader
                    .family_tagged(family, OurTags::INTENT, token.as_str())
                    .await?;
                Ok(rollback::found_registration(tagged))
            }
            Api::RestoreDbInstance { instance, .. } => {
                let seen = self.reader.db_instance(instance.as_str()).await?;
                Ok(rollback::found_restore(seen.as_ref(), token.as_ref()))
            }
            Api::UpdateSecret { secret, .. } => {
                let seen = self.reader.secret_versions(secret.as_str()).await?;
                Ok(rollback::found_secret(&seen, token.as_ref()))
            }
            Api::UpdateSecretVersionStage { secret, to, from, .. } => {
                let seen = self.reader.secret_versions(secret.as_str()).await?;
                Ok(rollback::found_stage(&seen, from, to))
            }
            Api::DispatchWorkflow {
                repository,
                workflow,
                inputs,
                ..
            } => {
                let Some(github) = &self.github else {
                    return Err(Fault::new(
                        FaultKind::Local,
                        "act.look",
                        "the runbook names no repository on GitHub",
                    ));
                };
                let correlated = inputs.values().any(|value| value.as_str() == CORRELATION);
                let word = token.as_ref().filter(|_| correlated);
                let runs = github
                    .find_run(
                        repository.as_str(),
                        &workflow.to_string(),
                        *sent_at,
                        word.map(|word| word.as_str()),
                    )
                    .await?;
                Ok(rollback::found_run(&runs, word.is_some()))
            }
        }
    }
}
