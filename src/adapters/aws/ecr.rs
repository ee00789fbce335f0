//! Images in ECR.

use aws_sdk_ecr::types as sdk;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{Clean, Digest, Fault, Image, ImageStatus, RepositoryName};

use super::convert::{Pages, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const DESCRIBE: &str = "ecr.DescribeImages";
const REPOSITORY: &str = "ecr.DescribeRepositories";

/// Images in a page (ECR API reference, DescribeImages: 1 to 1000).
const A_PAGE: i32 = 1000;
/// Pages that are followed: ten thousand images, half of ECR's quota for a repository and far beyond what is looked at.
const PAGES: usize = 10;
/// How long it is believed that the tags of a repository are fixed, or are not: the setting can be changed at any time, and a
/// tag that is wrongly held for fixed is a wrong proof of what a version holds.
const FIXED_FOR: SignedDuration = SignedDuration::from_mins(15);

impl Reader {
    /// The images of a repository, the newest push first. An entry without a digest is left out: it names nothing. Whether
    /// tags are fixed is asked for every fifteen minutes by `now`; where that is refused they count as movable.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository; any fault of the call.
    pub async fn images(&self, repository: &RepositoryName, now: Timestamp) -> Result<Vec<Image>, Fault> {
        let mut images = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        // Without a filter ECR leaves out what is not ACTIVE (API reference, DescribeImagesFilter), and an archived image
        // would look like one that is gone.
        let all = sdk::DescribeImagesFilter::builder()
            .image_status(sdk::ImageStatusFilter::Any)
            .build();
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Ecr,
                DESCRIBE,
                self.inner
                    .ecr
                    .describe_images()
                    .repository_name(repository.as_str())
                    .filter(all.clone())
                    .max_results(A_PAGE)
                    .set_next_token(token)
            )?;
            images.extend(answer.image_details().iter().filter_map(image_from));
            token = pages.next(answer.next_token());
            if token.is_none() {
                break;
            }
        }
        images.sort_by_key(|image| std::cmp::Reverse(image.pushed_at));
        // It only makes a tag that cannot be proven believable; a refusal is no reason to show no images.
        let fixed = self.tags_are_fixed(repository, now).await.unwrap_or_default();
        for image in &mut images {
            image.tags_are_fixed = fixed;
        }
        Ok(images)
    }

    /// Whether no tag of the repository can be moved. Repositories with exclusions count as movable.
    async fn tags_are_fixed(&self, repository: &RepositoryName, now: Timestamp) -> Result<bool, Fault> {
        let known = self.cache().fixed_tags.get(repository).copied();
        if let Some((fixed, asked)) = known
            && (SignedDuration::ZERO..FIXED_FOR).contains(&now.duration_since(asked))
        {
            return Ok(fixed);
        }
        let answer = ask!(
            &self.inner.pace,
            Bucket::Ecr,
            REPOSITORY,
            self.inner
                .ecr
                .describe_repositories()
                .repository_names(repository.as_str())
        )?;
        let fixed = answer.repositories().first().is_some_and(|repository| {
            repository.image_tag_mutability() == Some(&sdk::ImageTagMutability::Immutable)
        });
        self.cache().fixed_tags.insert(repository.clone(), (fixed, now));
        Ok(fixed)
    }
}

fn image_from(image: &sdk::ImageDetail) -> Option<Image> {
    Some(Image {
        digest: Digest::new(image.image_digest()?).ok()?,
        tags: image.image_tags().iter().map(|tag| Clean::new(tag)).collect(),
        pushed_at: time(image.image_pushed_at()),
        size_bytes: image
            .image_size_in_bytes()
            .and_then(|size| u64::try_from(size).ok()),
        status: match image.image_status() {
            // Endpoints from before the archive existed do not say; there an image that is listed can be pulled.
            None | Some(sdk::ImageStatus::Active) => ImageStatus::Active,
            Some(sdk::ImageStatus::Archived) => ImageStatus::Archived,
            Some(sdk::ImageStatus::Activating) => ImageStatus::Activating,
            Some(other) => ImageStatus::Other(Clean::new(other.as_str())),
        },
        tags_are_fixed: false,
    })
}
