//! The part of ECR that says what is in an image and how long it stays: scan findings and lifecycle policies.

use serde_json::{Map, Value, json};

use super::{
    AwsError, ecr,
    input::Input,
    page::{Paging, page},
};
use crate::drill::{
    time::{after, wire},
    world::{Image, Scan, World},
};

/// Seconds between two evaluations of a lifecycle policy.
const EVALUATED: i64 = 86_400;

/// `imageScanStatus` and `imageScanFindingsSummary`, as DescribeImages shows them; nothing where there was no scan.
pub(super) fn summary(world: &World, image: &Image) -> (Value, Value) {
    match image.scan(world.now) {
        None => (Value::Null, Value::Null),
        Some(scan) => (
            status(),
            json!({
                "imageScanCompletedAt": wire(scan.completed_at),
                "vulnerabilitySourceUpdatedAt": wire(scan.sources_at),
                "findingSeverityCounts": counts(&scan),
            }),
        ),
    }
}

fn status() -> Value {
    json!({ "status": "COMPLETE", "description": "The scan was completed successfully." })
}

fn counts(scan: &Scan<'_>) -> Value {
    let counts: Map<String, Value> = scan
        .counts()
        .into_iter()
        .map(|(severity, count)| (severity.name().to_owned(), json!(count)))
        .collect();
    Value::Object(counts)
}

pub(super) fn findings(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let repository = ecr::repository(world, input)?;
    let id = input.inner("imageId");
    if !ecr::names_something(id) {
        return Err(ecr::invalid(
            "imageId",
            "Member must have an imageDigest or an imageTag",
        ));
    }
    let index = ecr::find(world, repository, id).ok_or_else(|| ecr::not_found(world, repository, id))?;
    let it = &world.repositories[repository];
    let image = &it.images[index];
    let scan = image.scan(world.now).ok_or_else(|| {
        let message = format!(
            "Image scan does not exist for the image with '{{imageDigest:'{}', imageTag:'{}'}}' in the repository with name '{}' in the registry with id '{}'",
            image.digest,
            id.text("imageTag").unwrap_or("null"),
            it.name,
            world.account
        );
        AwsError::new("ScanNotFoundException", message)
    })?;
    let all: Vec<Value> = scan
        .findings
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "description": finding.description,
                "uri": format!("https://nvd.nist.gov/vuln/detail/{}", finding.name),
                "severity": finding.severity.name(),
                "attributes": [
                    { "key": "package_name", "value": finding.package },
                    { "key": "package_version", "value": finding.version },
                ],
            })
        })
        .collect();
    let list = format!("findings {}", image.digest);
    let page = page(all, input, Paging::lower(100, 1000), &list, world.chance)?;
    Ok(json!({
        "registryId": world.account,
        "repositoryName": it.name,
        "imageId": { "imageDigest": image.digest, "imageTag": id.text("imageTag") },
        "imageScanStatus": status(),
        "imageScanFindings": {
            "imageScanCompletedAt": wire(scan.completed_at),
            "vulnerabilitySourceUpdatedAt": wire(scan.sources_at),
            "findings": page.items,
            "findingSeverityCounts": counts(&scan),
        },
        "nextToken": page.next,
    }))
}

pub(super) fn policy(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let it = &world.repositories[ecr::repository(world, input)?];
    let days = it.lifecycle_days.ok_or_else(|| {
        let message = format!(
            "Lifecycle policy does not exist for the repository with name '{}' in the registry with id '{}'",
            it.name, world.account
        );
        AwsError::new("LifecyclePolicyNotFoundException", message)
    })?;
    let text = json!({ "rules": [{
        "rulePriority": 1,
        "description": format!("Images are kept for {days} days"),
        "selection": {
            "tagStatus": "any",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": { "type": "expire" },
    }] });
    let evaluated = after(world.now, -((world.now.as_second() % EVALUATED) as f64) - 1.0);
    Ok(json!({
        "registryId": world.account,
        "repositoryName": it.name,
        "lifecyclePolicyText": text.to_string(),
        "lastEvaluatedAt": wire(evaluated),
    }))
}
