//! A secret's versions, by name. No value is ever asked for here.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;

use crate::domain::{Clean, Fault, SecretVersions};

use super::convert::{malformed, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const DESCRIBE: &str = "secretsmanager.DescribeSecret";

impl Reader {
    /// The versions of a secret, by its name or ARN, and their stages. A version without a stage is not told of.
    ///
    /// # Errors
    /// `NotFound` when there is no such secret; any fault of the call.
    pub async fn secret_versions(&self, secret: &str) -> Result<SecretVersions, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::Secrets,
            DESCRIBE,
            self.inner.secrets.describe_secret().secret_id(secret)
        )?;
        versions_from(&answer)
    }
}

fn versions_from(answer: &DescribeSecretOutput) -> Result<SecretVersions, Fault> {
    let arn = answer
        .arn()
        .filter(|arn| !arn.is_empty())
        .ok_or_else(|| malformed(DESCRIBE, "ARN", "is missing"))?;
    let stages: BTreeMap<Clean, BTreeSet<Clean>> = answer
        .version_ids_to_stages()
        .into_iter()
        .flatten()
        .map(|(version, stages)| {
            let stages = stages.iter().map(|stage| Clean::new(stage)).collect();
            (Clean::new(version), stages)
        })
        .collect();
    Ok(SecretVersions {
        arn: Clean::new(arn),
        name: Clean::new(answer.name().unwrap_or_default()),
        stages,
        deleted_at: time(answer.deleted_date()),
        changed_at: time(answer.last_changed_date()),
    })
}
