//! ECR, API version 2015-09-21.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, page},
};
use crate::drill::{
    scenario::ImageStatus,
    time::wire,
    world::{Image, World},
};

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeRepositories" => repositories(world, input),
        "DescribeImages" => images(world, input),
        "ListImages" => list(world, input),
        "BatchGetImage" => batch(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn repository(world: &World, input: Input<'_>) -> Result<usize, AwsError> {
    by_name(world, input.required("repositoryName")?)
}

fn by_name(world: &World, name: &str) -> Result<usize, AwsError> {
    world
        .repositories
        .iter()
        .position(|it| it.name == name)
        .ok_or_else(|| {
            let message = format!(
                "The repository with name '{name}' does not exist in the registry with id '{}'",
                world.account
            );
            AwsError::new("RepositoryNotFoundException", message)
        })
}

fn repositories(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let wanted = input.texts("repositoryNames");
    let indices: Vec<usize> = if wanted.is_empty() {
        (0..world.repositories.len()).collect()
    } else {
        wanted
            .iter()
            .map(|name| by_name(world, name))
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

/// Images that are there now. ECR promises no order, so they come in that of their digests.
fn present(world: &World, repository: usize) -> Vec<usize> {
    let images = &world.repositories[repository].images;
    let mut present: Vec<usize> = (0..images.len())
        .filter(|index| images[*index].present(world.now))
        .collect();
    present.sort_by(|a, b| images[*a].digest.cmp(&images[*b].digest));
    present
}

/// Index of the image that an image id names, both of its halves when both are given.
fn find(world: &World, repository: usize, id: Input<'_>) -> Option<usize> {
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
    let ids = input.items("imageIds");
    if !ids.is_empty() {
        if ids.len() > 100 {
            return Err(AwsError::parameter(
                "imageIds cannot have more than 100 elements.",
            ));
        }
        let found = ids.iter().map(|id| {
            let id = Input::new(id);
            find(world, repository, id).ok_or_else(|| not_found(world, repository, id))
        });
        let found = found.collect::<Result<Vec<usize>, AwsError>>()?;
        let details: Vec<Value> = found
            .into_iter()
            .map(|index| detail(world, repository, index))
            .collect();
        return Ok(json!({ "imageDetails": details }));
    }
    let filter = input.inner("filter").text("tagStatus");
    let all = present(world, repository)
        .into_iter()
        .filter(|index| match filter {
            Some("TAGGED") => tags(world, repository, *index).is_some(),
            Some("UNTAGGED") => tags(world, repository, *index).is_none(),
            Some(_) | None => true,
        })
        .map(|index| detail(world, repository, index))
        .collect();
    let list = format!("images {}", world.repositories[repository].name);
    let page = page(all, input, Paging::lower(100, 1000), &list, world.chance)?;
    Ok(json!({ "imageDetails": page.items, "nextToken": page.next }))
}

fn not_found(world: &World, repository: usize, id: Input<'_>) -> AwsError {
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
    json!({
        "registryId": world.account,
        "repositoryName": it.name,
        "imageDigest": image.digest,
        "imageTags": tags(world, repository, index),
        "imageSizeInBytes": image.bytes,
        "imagePushedAt": wire(image.pushed_at),
        "imageManifestMediaType": MANIFEST,
        "artifactMediaType": "application/vnd.docker.container.image.v1+json",
        "imageStatus": match image.status {
            ImageStatus::Active => "ACTIVE",
            ImageStatus::Archived => "ARCHIVED",
        },
    })
}

fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let repository = repository(world, input)?;
    let all = present(world, repository)
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
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for value in input.items("imageIds") {
        let id = Input::new(value);
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
            None => failures.push(json!({
                "imageId": value,
                "failureCode": "ImageNotFound",
                "failureReason": "Requested image not found",
            })),
        }
    }
    Ok(json!({ "images": images, "failures": failures }))
}
