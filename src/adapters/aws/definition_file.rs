//! A task definition that an operator wrote into a file: what it says, for the plan, the diff and the registration.
//!
//! The SDK's own reader takes it in, so that there is no second one which could understand less: the file is handed to it as
//! the answer of a DescribeTaskDefinition that leads nowhere. Values that may be secret are sealed at once.

use std::path::Path;
use std::sync::Arc;

use aws_sdk_ecs::types as sdk;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::adapters::http::{Connector, Door};
use crate::domain::{Clean, Fault, FaultKind, OwnDefinition};

use super::connect::{AwsSettings, connect};
use super::definition::{containers_from, task_settings};
use super::definition_shape::faults_of;

const OPERATION: &str = "file.read";

/// The most that is read: ECS takes 64 KiB for a whole definition (Amazon ECS developer guide, "Service quotas").
const LIMIT: u64 = 1024 * 1024;
/// What DescribeTaskDefinition answers and RegisterTaskDefinition does not take (ECS API reference, TaskDefinition).
const READ_ONLY: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// A file that was read and understood. It holds environment values and therefore stays in this room.
pub(super) struct Loaded {
    /// What it says, as the SDK understands it.
    pub(super) definition: sdk::TaskDefinition,
    /// Its tags.
    pub(super) tags: Vec<sdk::Tag>,
    /// SHA-256 of its bytes.
    pub(super) sha256: String,
}

/// Reads the definition in `path`: the input of RegisterTaskDefinition as the aws command line takes it
/// (`--cli-input-json`), or the whole answer of DescribeTaskDefinition, whose read-only fields are left out.
///
/// # Errors
/// `Local` when the file cannot be read, is no JSON, has no family or container, or says something that
/// RegisterTaskDefinition does not know; the detail names the place of each.
pub async fn read_definition_file(path: &Path) -> Result<OwnDefinition, Fault> {
    let loaded = load(path).await?;
    Ok(OwnDefinition {
        path: Clean::new(&path.to_string_lossy()),
        family: Clean::new(loaded.definition.family().unwrap_or_default()),
        sha256: Clean::new(&loaded.sha256),
        containers: containers_from(&loaded.definition),
        settings: task_settings(&loaded.definition),
    })
}

pub(super) async fn load(path: &Path) -> Result<Loaded, Fault> {
    let wrong = |why: &str| Fault::new(FaultKind::Local, OPERATION, &format!("{}: {why}", path.display()));
    let meta = tokio::fs::metadata(path)
        .await
        .map_err(|error| wrong(&error.to_string()))?;
    if !meta.is_file() || meta.len() > LIMIT {
        return Err(wrong("is no file, or more than a mebibyte"));
    }
    let bytes = tokio::fs::read(path)
        .await
        .map_err(|error| wrong(&error.to_string()))?;
    let (document, tags) = document(&bytes).map_err(|why| wrong(&why))?;
    let (definition, tags) = understood(document, tags).await.map_err(|why| wrong(&why))?;
    Ok(Loaded {
        definition,
        tags,
        sha256: hex(&Sha256::digest(&bytes)),
    })
}

/// The definition and its tags, checked.
fn document(bytes: &[u8]) -> Result<(Map<String, Value>, Value), String> {
    // Only the place is said: the parser's own words may repeat a value.
    let parsed: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("is no JSON at line {}, column {}", error.line(), error.column()))?;
    let Value::Object(mut outer) = parsed else {
        return Err("is no JSON object".to_owned());
    };
    let mut document = match outer.remove("taskDefinition") {
        Some(Value::Object(mut inner)) => {
            inner.extend(outer.remove("tags").map(|tags| ("tags".to_owned(), tags)));
            outer.retain(|key, _| key != "ResponseMetadata");
            if let Some(key) = outer.keys().next() {
                return Err(format!("{key}: there is no such field beside taskDefinition"));
            }
            inner
        }
        Some(_) => return Err("taskDefinition: is not an object".to_owned()),
        None => outer,
    };
    document.retain(|key, _| !READ_ONLY.contains(&key.as_str()));
    let faults = faults_of(&document);
    if !faults.is_empty() {
        return Err(faults.join("; "));
    }
    let tags = document.remove("tags").unwrap_or(Value::Null);
    Ok((document, tags))
}

/// Hands the document to the SDK.
async fn understood(
    document: Map<String, Value>,
    tags: Value,
) -> Result<(sdk::TaskDefinition, Vec<sdk::Tag>), String> {
    let answer = Bytes::from(json!({"taskDefinition": document, "tags": tags}).to_string());
    let connector: Connector = Arc::new(move |_| {
        let answer = http::Response::builder()
            .header("content-type", "application/x-amz-json-1.1")
            .body(answer.clone())
            .map_err(|error| error.to_string());
        Box::pin(std::future::ready(answer))
    });
    let settings = AwsSettings {
        region: Some("us-east-1".to_owned()),
        drill_credentials: true,
        ..AwsSettings::default()
    };
    // Nothing of an error is repeated: it could quote the file.
    let not_understood = || "is not understood by the AWS SDK".to_owned();
    let connection = connect(&settings, &Door::Direct(connector))
        .await
        .map_err(|_| not_understood())?;
    let read = connection.ecs_once().describe_task_definition().send().await;
    let mut read = read.map_err(|_| not_understood())?;
    let tags = read.tags.take().unwrap_or_default();
    let definition = read.task_definition.take().ok_or_else(not_understood)?;
    Ok((definition, tags))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
