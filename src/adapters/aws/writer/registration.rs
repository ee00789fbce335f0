//! RegisterTaskDefinition: a revision cloned whole with one image replaced, or the operator's own file.
//!
//! Environment values pass through here on their way from ECS or the file to ECS. Nothing of them is logged, put into a fault
//! or kept.

use std::path::Path;

use aws_sdk_ecs::operation::RequestId;
use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder;
use aws_sdk_ecs::types as sdk;

use crate::adapters::aws::definition_file::load;
use crate::adapters::aws::definitions::DESCRIBE;
use crate::adapters::aws::pace::{Bucket, ask};
use crate::domain::{Clean, Fault, TaskDefinitionArn};
use crate::incident::Receipt;

use super::Writer;
use super::groundwork::{not_sent, unfit};

const REGISTER: &str = "ecs.RegisterTaskDefinition";
const FILE: &str = "file.read";

impl Writer {
    /// Registers a revision that says everything that `base` says, with the image of `container` replaced by `image`, the
    /// base's tags kept and `tags` added. `base` may be INACTIVE.
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect; it is true of all that goes wrong before:
    /// a base that cannot be described, or that has no such container.
    pub(super) async fn register_clone(
        &self,
        base: &TaskDefinitionArn,
        container: &Clean,
        image: &Clean,
        tags: &[(String, String)],
    ) -> Result<Receipt, Fault> {
        let mut described = ask!(
            &self.pace,
            Bucket::TaskDefinition,
            DESCRIBE,
            self.ecs
                .describe_task_definition()
                .task_definition(base.as_str())
                .include(sdk::TaskDefinitionField::Tags)
        )
        .map_err(not_sent)?;
        let mut definition = described
            .task_definition
            .take()
            .filter(|definition| definition.family() == Some(base.family()))
            .ok_or_else(|| unfit(DESCRIBE, &format!("{base} was not described")))?;
        let ours = definition
            .container_definitions
            .iter_mut()
            .flatten()
            .find(|known| known.name() == Some(container.as_str()))
            .ok_or_else(|| {
                unfit(
                    DESCRIBE,
                    &format!("{} has no container {container}", base.short()),
                )
            })?;
        ours.image = Some(image.as_str().to_owned());
        let kept = described.tags.take().unwrap_or_default();
        self.register(definition, kept, tags).await
    }

    /// Registers what the file at `path` says, with `tags` added, if its content is still the one of which `expected_sha256`
    /// was told ([`crate::adapters::aws::read_definition_file`]).
    ///
    /// # Errors
    /// [`Fault::certainly_not_done`] says whether the call can have had an effect; it is true of all that is wrong with the
    /// file.
    pub(super) async fn register_file(
        &self,
        path: &Path,
        expected_sha256: &Clean,
        tags: &[(String, String)],
    ) -> Result<Receipt, Fault> {
        let loaded = load(path).await?;
        if loaded.sha256 != expected_sha256.as_str() {
            let path = path.display();
            return Err(unfit(
                FILE,
                &format!("{path} has changed since the plan was made"),
            ));
        }
        self.register(loaded.definition, loaded.tags, tags).await
    }

    async fn register(
        &self,
        definition: sdk::TaskDefinition,
        kept: Vec<sdk::Tag>,
        tags: &[(String, String)],
    ) -> Result<Receipt, Fault> {
        let tags = all_tags(kept, tags);
        let request = filled(self.ecs.register_task_definition(), definition).set_tags(Some(tags));
        let answer = ask!(&self.pace, Bucket::Write, REGISTER, request)?;
        Ok(Receipt {
            request_id: answer.request_id().map(Clean::new),
            definition: answer
                .task_definition()
                .and_then(|definition| definition.task_definition_arn())
                .and_then(|arn| TaskDefinitionArn::new(arn).ok()),
            ..Receipt::default()
        })
    }
}

/// Everything that a definition says and a registration takes, as far as the SDK knows it: it fills in what its model requires
/// and ECS did not say, such as 0 for a container's share of CPU, which ECS takes for "unset". What is not here is what ECS writes by itself: ARN, number,
/// status, who and when, and what it requires of an instance.
#[expect(
    deprecated,
    reason = "AWS takes no new inference accelerators; that one is left out must be ECS's decision"
)]
fn filled(
    request: RegisterTaskDefinitionFluentBuilder,
    definition: sdk::TaskDefinition,
) -> RegisterTaskDefinitionFluentBuilder {
    request
        .set_family(definition.family)
        .set_task_role_arn(definition.task_role_arn)
        .set_execution_role_arn(definition.execution_role_arn)
        .set_network_mode(definition.network_mode)
        .set_container_definitions(definition.container_definitions)
        .set_volumes(definition.volumes)
        .set_placement_constraints(definition.placement_constraints)
        .set_requires_compatibilities(definition.requires_compatibilities)
        .set_cpu(definition.cpu)
        .set_memory(definition.memory)
        .set_pid_mode(definition.pid_mode)
        .set_ipc_mode(definition.ipc_mode)
        .set_proxy_configuration(definition.proxy_configuration)
        .set_inference_accelerators(definition.inference_accelerators)
        .set_ephemeral_storage(definition.ephemeral_storage)
        .set_runtime_platform(definition.runtime_platform)
        .set_enable_fault_injection(definition.enable_fault_injection)
}

/// The tags that were there and ours; of two with the same key ours counts. Those that AWS itself writes (`aws:`) cannot be
/// given (ECS API reference, Tag).
fn all_tags(kept: Vec<sdk::Tag>, ours: &[(String, String)]) -> Vec<sdk::Tag> {
    let is_ours = |tag: &sdk::Tag| ours.iter().any(|(key, _)| tag.key() == Some(key));
    let is_reserved = |tag: &sdk::Tag| {
        tag.key()
            .is_some_and(|key| key.to_ascii_lowercase().starts_with("aws:"))
    };
    let ours = ours
        .iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build());
    kept.iter()
        .filter(|tag| !is_ours(tag) && !is_reserved(tag))
        .cloned()
        .chain(ours)
        .collect()
}
