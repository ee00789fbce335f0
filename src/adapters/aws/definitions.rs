//! Revisions of task definitions: which there are, and which of them are asked for.

use aws_sdk_ecs::types as sdk;
use futures::StreamExt;
use futures::stream;

use crate::domain::{DefinitionStatus, Fault, FaultKind, TaskDefinition, TaskDefinitionArn};

use super::convert::{Pages, id, malformed};
use super::definition::definition_from;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const LIST: &str = "ecs.ListTaskDefinitions";
pub(super) const DESCRIBE: &str = "ecs.DescribeTaskDefinition";

/// Definitions in a page (ECS API reference, ListTaskDefinitions).
const A_PAGE: i32 = 100;
/// Pages that are followed when the endpoint does not sort: five thousand revisions.
const PAGES: usize = 50;
/// Revisions that are described, newest first.
const KEPT: usize = 30;
/// Revisions beyond those that deployment history names and that are asked for one by one.
const NAMED_BY_HISTORY: usize = 20;
/// Descriptions under way at once; each still waits for its turn.
const AT_ONCE: usize = 4;

impl Reader {
    /// The newest thirty ACTIVE revisions of `family`, and those that its deployment history names (as far as
    /// [`Reader::history`] has read it) whatever their state, newest first. What ECS no longer describes is left out.
    ///
    /// # Errors
    /// Any fault of the list, or of describing an ACTIVE revision.
    pub async fn definitions(&self, family: &str) -> Result<Vec<TaskDefinition>, Fault> {
        let active = self.active(family).await?;
        let newest: Vec<_> = active.iter().take(KEPT).cloned().collect();
        let mut definitions = Vec::new();
        let mut described =
            stream::iter(newest.iter().cloned().map(|arn| self.known_active(arn))).buffered(AT_ONCE);
        while let Some(definition) = described.next().await {
            definitions.push(definition?);
        }
        let older = self.named_by_history(family, &newest);
        let mut described = stream::iter(older.into_iter().map(|arn| {
            let listed = active.contains(&arn);
            async move {
                let known = if listed {
                    self.known_active(arn).await
                } else {
                    self.known_inactive(&arn).await
                };
                // Deregistered and unused: ECS may refuse to describe it, and then nothing can go back to it.
                known.ok()
            }
        }))
        .buffered(AT_ONCE);
        while let Some(definition) = described.next().await {
            definitions.extend(definition);
        }
        definitions.sort_by_key(|definition| std::cmp::Reverse(definition.arn.revision()));
        Ok(definitions)
    }

    /// One revision, asked for now: its status decides whether it can be deployed.
    ///
    /// # Errors
    /// `NotFound` when ECS does not describe it (any more); any fault of the call.
    pub async fn definition(&self, arn: &TaskDefinitionArn) -> Result<TaskDefinition, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::TaskDefinition,
            DESCRIBE,
            self.inner
                .ecs
                .describe_task_definition()
                .task_definition(arn.as_str())
        )
        .map_err(not_describable)?;
        let definition = answer
            .task_definition()
            .ok_or_else(|| malformed(DESCRIBE, "taskDefinition", "is missing"))
            .and_then(definition_from)?;
        self.cache().definitions.insert(arn.clone(), definition.clone());
        Ok(definition)
    }

    /// The ACTIVE revisions of exactly `family`, newest first.
    pub(super) async fn active(&self, family: &str) -> Result<Vec<TaskDefinitionArn>, Fault> {
        let mut found: Vec<TaskDefinitionArn> = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::TaskDefinition,
                LIST,
                self.inner
                    .ecs
                    .list_task_definitions()
                    .family_prefix(family)
                    .status(sdk::TaskDefinitionStatus::Active)
                    .sort(sdk::SortOrder::Desc)
                    .max_results(A_PAGE)
                    .set_next_token(token)
            )?;
            for arn in answer.task_definition_arns() {
                let arn: TaskDefinitionArn = id(LIST, "taskDefinitionArns[]", Some(arn))?;
                // Some endpoints take the family for a prefix.
                if arn.family() == family {
                    found.push(arn);
                }
            }
            token = pages.next(answer.next_token());
            let newest_first = found.is_sorted_by_key(|arn| std::cmp::Reverse(arn.revision()));
            // Some endpoints do not sort: then the newest may be on the last page.
            if token.is_none() || (newest_first && found.len() >= KEPT) {
                break;
            }
        }
        found.sort_by_key(|arn| std::cmp::Reverse(arn.revision()));
        found.dedup();
        Ok(found)
    }

    fn named_by_history(&self, family: &str, newest: &[TaskDefinitionArn]) -> Vec<TaskDefinitionArn> {
        let cache = self.cache();
        let mut named: Vec<_> = cache
            .revisions
            .values()
            .map(|revision| &revision.task_definition)
            .filter(|arn| arn.family() == family && !newest.contains(arn))
            .filter(|arn| !cache.gone_definitions.contains(*arn))
            .cloned()
            .collect();
        named.sort_by_key(|arn| std::cmp::Reverse(arn.revision()));
        named.dedup();
        named.truncate(NAMED_BY_HISTORY);
        named
    }

    /// A revision that the list has just called ACTIVE. Everything but the status is immutable.
    async fn known_active(&self, arn: TaskDefinitionArn) -> Result<TaskDefinition, Fault> {
        let known = self.cache().definitions.get(&arn).cloned();
        match known {
            Some(known) => Ok(TaskDefinition {
                status: DefinitionStatus::Active,
                ..known
            }),
            None => self.definition(&arn).await,
        }
    }

    /// A revision that the list did not name. Once it is INACTIVE it never becomes ACTIVE again.
    async fn known_inactive(&self, arn: &TaskDefinitionArn) -> Result<TaskDefinition, Fault> {
        let known = self.cache().definitions.get(arn).cloned();
        match known {
            Some(known) if known.status != DefinitionStatus::Active => Ok(known),
            Some(_) | None => {
                let answer = self.definition(arn).await;
                if answer
                    .as_ref()
                    .is_err_and(|fault| fault.kind == FaultKind::NotFound)
                {
                    self.cache().gone_definitions.insert(arn.clone());
                }
                answer
            }
        }
    }
}

/// ECS says `ClientException: Unable to describe task definition.` for one that is not there.
fn not_describable(fault: Fault) -> Fault {
    let says_so = fault.kind == FaultKind::Rejected && fault.detail.as_str().contains("Unable to describe");
    Fault {
        kind: if says_so { FaultKind::NotFound } else { fault.kind },
        ..fault
    }
}
