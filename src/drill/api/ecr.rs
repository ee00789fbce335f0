//! ECR, API version 2015-09-21.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, page},
    scans,
};
use crate::drill::{
    scenario::ImageStatus,
    time::{wire, wire_option},
    world::{Image, World},
};

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeRepositories" => repositories(world, input),
        "DescribeImages" => images(world, input),
        "ListImages" => list(world, input),
        "BatchGetImage" => batch(world, input),
        "DescribeImageScanFindings" => scans::findings(world, input),
        "GetLifecyclePolicy" => scans::policy(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

pub(super) fn repository(world: &World, input: Input<'_>) -> Result<usize, AwsError> {
    by_name(world, input, input.required("repositoryName")?)
}

fn by_name(world: &World, input: Input<'_>, name: &str) -> Result<usize, AwsError> {
    // Every account is a registry; the others have none of these repositories.
    let registry = input.text("registryId").unwrap_or(&world.account);
    world
        .repositories
        .iter()
        .position(|it| it.name == name && registry == world.account)
        .ok_or_else(|| {
            let message = format!(
                "The repository with name '{name}' does not exist in the registry with id '{registry}'"
            );
            AwsError::new("RepositoryNotFoundException", message)
        })
}

/// A constraint that an input breaks, in the words of ECR's validator.
pub(super) fn invalid(field: &str, constraint: &str) -> AwsError {
    AwsError::parameter(format!(
        "Invalid parameter at '{field}' failed to satisfy constraint: '{constraint}'"
    ))
}

/// Refuses pages of a list whose items the input names itself.
fn no_pages(input: Input<'_>, names: &str) -> Result<(), AwsError> {
    for field in ["maxResults", "nextToken"] {
        if input.field(field).is_some() {
            return Err(invalid(
                field,
                &format!("Member must not be given together with {names}"),
            ));
        }
    }
    Ok(())
}

/// The image ids of an input, 100 at most, each with a digest or a tag.
fn ids<'a>(input: Input<'a>) -> Result<Vec<Input<'a>>, AwsError> {
    let ids: Vec<Input<'a>> = input.items("imageIds").iter().map(Input::new).collect();
    if ids.len() > 100 {
        return Err(invalid(
            "imageIds",
            "Member must have length less than or equal to 100",
        ));
    }
    Ok(ids)
}

/// Whether an image id names anything.
pub(super) fn names_something(id: Input<'_>) -> bool {
    id.text("imageDigest").is_some() || id.text("imageTag").is_some()
}

fn repositories(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let wanted = input.texts("repositoryNames");
    let indices: Vec<usize> = if wanted.is_empty() {
        (0..world.repositories.len()).collect()
    } else {
        no_pages(input, "repositoryNames")?;
        wanted
            .iter()
            .map(|name| by_name(world, input, name))
            .collect::<Result<_, _>>()?
    };
    let all = indices
        .into_iter()
        .map(|index| {
            let it = &world.repositories[index];
            json!({
                "repositoryArn": it.arn,
                "registryId": world.account,
                "repositoryName": it.name,
                "repositoryUri": it.uri,
                "createdAt": wire(it.created_at),
                "imageTagMutability": "MUTABLE",
                "imageScanningConfiguration": { "scanOnPush": true },
                "encryptionConfiguration": { "encryptionType": "AES256" },
            })
        })
        .collect();
    let page = page(all, input, Paging::lower(100, 1000), "repositories", world.chance)?;
    Ok(json!({ "repositories": page.items, "nextToken": page.next }))
}

/// Tags that an image holds now: its own, unless a later push took it away.
fn tags(world: &World, repository: usize, index: usize) -> Option<Vec<String>> {
    let tag = &world.repositories[repository].images[index].tag;
    (world.tag_holder(repository, tag) == Some(index)).then(|| vec![tag.clone()])
}

/// Images that are there now and pass the input's filter. ECR promises no order, so they come in that of their digests.
fn present(world: &World, repository: usize, input: Input<'_>) -> Result<Vec<usize>, AwsError> {
    let filter = input.inner("filter");
    let tagged = filter.one_of("tagStatus", &["TAGGED", "UNTAGGED", "ANY"])?;
    // Without a filter, images that cannot be pulled are left out.
    let known = ["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"];
    let wanted = filter.one_of("imageStatus", &known)?.unwrap_or("ACTIVE");
    let images = &world.repositories[repository].images;
    let mut present: Vec<usize> = (0..images.len())
        .filter(|index| images[*index].present(world.now))
        .filter(|index| wanted == "ANY" || status(&images[*index]) == wanted)
        .filter(|index| match tagged {
            Some("TAGGED") => tags(world, repository, *index).is_some(),
            Some("UNTAGGED") => tags(world, repository, *index).is_none(),
            Some(_) | None => true,
        })
        .collect();
    present.sort_by(|a, b| images[*a].digest.cmp(&images[*b].digest));
    Ok(present)
}

/// `imageStatus` of an image.
fn status(image: &Image) -> &'static str {
    match image.status {
        ImageStatus::Active => "ACTIVE",
        ImageStatus::Archived => "ARCHIVED",
    }
}

/// Index of the image that an image id names, both of its halves when both are given.
pub(super) fn find(world: &World, repository: usize, id: Input<'_>) -> Option<usize> {
    match (id.text("imageDigest"), id.text("imageTag")) {
        (Some(digest), None) => world.digest_holder(repository, digest),
        (None, Some(tag)) => world.tag_holder(repository, tag),
        (Some(digest), Some(tag)) => world
            .digest_holder(repository, digest)
            .filter(|it| world.tag_holder(repository, tag) == Some(*it)),
        (None, None) => None,
    }
}

fn images(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let repository = repository(world, input)?;
    let ids = ids(input)?;
    if !ids.is_empty() {
        no_pages(input, "imageIds")?;
        if !ids.iter().all(|id| names_something(*id)) {
            return Err(invalid(
                "imageIds",
                "Member must have an imageDigest or an imageTag",
            ));
        }
        let found = ids
            .into_iter()
            .map(|id| find(world, repository, id).ok_or_else(|| not_found(world, repository, id)));
        let found = found.collect::<Result<Vec<usize>, AwsError>>()?;
        let details: Vec<Value> = found
            .into_iter()
            .map(|index| detail(world, repository, index))
            .collect();
        return Ok(json!({ "imageDetails": details }));
    }
    let all = present(world, repository, input)?
        .into_iter()
        .map(|index| detail(world, repository, index))
        .collect();
    let list = format!("images {}", world.repositories[repository].name);
    let page = page(all, input, Paging::lower(100, 1000), &list, world.chance)?;
    Ok(json!({ "imageDetails": page.items, "nextToken": page.next }))
}

pub(super) fn not_found(world: &World, repository: usize, id: Input<'_>) -> AwsError {
    let message = format!(
        "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{}' in the registry with id '{}'",
        id.text("imageDigest").unwrap_or("null"),
        id.text("imageTag").unwrap_or("null"),
        world.repositories[repository].name,
        world.account
    );
    AwsError::new("ImageNotFoundException", message)
}

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

fn detail(world: &World, repository: usize, index: usize) -> Value {
    let it = &world.repositories[repository];
    let image: &Image = &it.images[index];
    let (scan_status, scan_summary) = scans::summary(world, image);
    json!({
        "registryId": world.account,
        "repositoryName": it.name,
        "imageDigest": image.digest,
        "imageTags": tags(world, repository, index),
        "imageSizeInBytes": image.bytes,
        "imagePushedAt": wire(image.pushed_at),
        "imageScanStatus": scan_status,
        "imageScanFindingsSummary": scan_summary,
        "lastRecordedPullTime": wire_option(world.last_pull(repository, index)),
        "imageManifestMediaType": MANIFEST,
        "artifactMediaType": "application/vnd.docker.container.image.v1+json",
        "imageStatus": status(image),
    })
}

fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let repository = repository(world, input)?;
    let all = present(world, repository, input)?
        .into_iter()
        .map(|index| {
            let image = &world.repositories[repository].images[index];
            let tag = tags(world, repository, index).and_then(|tags| tags.into_iter().next());
            json!({ "imageDigest": image.digest, "imageTag": tag })
        })
        .collect();
    let name = format!("image ids {}", world.repositories[repository].name);
    let page = page(all, input, Paging::lower(100, 1000), &name, world.chance)?;
    Ok(json!({ "imageIds": page.items, "nextToken": page.next }))
}

fn batch(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let repository = repository(world, input)?;
    let ids = ids(input)?;
    if ids.is_empty() {
        return Err(invalid(
            "imageIds",
            "Member must have length greater than or equal to 1",
        ));
    }
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in ids {
        match find(world, repository, id) {
            Some(index) => {
                let it = &world.repositories[repository];
                let image = &it.images[index];
                let tag = tags(world, repository, index).and_then(|tags| tags.into_iter().next());
                images.push(json!({
                    "registryId": world.account,
                    "repositoryName": it.name,
                    "imageId": { "imageDigest": image.digest, "imageTag": id.text("imageTag").map(str::to_owned).or(tag) },
                    "imageManifest": json!({ "schemaVersion": 2, "mediaType": MANIFEST }).to_string(),
                    "imageManifestMediaType": MANIFEST,
                }));
            }
            None => {
                let (code, reason) = if names_something(id) {
                    ("ImageNotFound", "Requested image not found")
                } else {
                    ("MissingDigestAndTag", "Neither digest nor tag specified")
                };
                failures.push(json!({
                    "imageId": { "imageDigest": id.text("imageDigest"), "imageTag": id.text("imageTag") },
                    "failureCode": code,
                    "failureReason": reason,
                }));
            }
        }
    }
    Ok(json!({ "images": images, "failures": failures }))
}
