//! A revision of a task definition by a tag that it was registered with.

use aws_sdk_ecs::types as sdk;

use crate::domain::{Fault, TaskDefinitionArn};

use super::definitions::DESCRIBE;
use super::pace::{Bucket, ask};
use super::reader::Reader;

/// Revisions that are described, newest first. What is looked for was registered moments ago; only revisions that others
/// registered since then can stand before it.
const LOOKED_AT: usize = 15;

impl Reader {
    /// The newest ACTIVE revision of `family` that has the tag `key` with `value`: what a registration without an answer
    /// made, if it did. Only the fifteen newest are looked at.
    ///
    /// # Errors
    /// Any fault of a call: "not found" must be told only when all of them were seen.
    pub async fn family_tagged(
        &self,
        family: &str,
        key: &str,
        value: &str,
    ) -> Result<Option<TaskDefinitionArn>, Fault> {
        let newest = self.active(family).await?;
        for arn in newest.into_iter().take(LOOKED_AT) {
            let answer = ask!(
                &self.inner.pace,
                Bucket::TaskDefinition,
                DESCRIBE,
                self.inner
                    .ecs
                    .describe_task_definition()
                    .task_definition(arn.as_str())
                    .include(sdk::TaskDefinitionField::Tags)
            )?;
            let has_it = answer
                .tags()
                .iter()
                .any(|tag| tag.key() == Some(key) && tag.value() == Some(value));
            if has_it {
                return Ok(Some(arn));
            }
        }
        Ok(None)
    }
}
