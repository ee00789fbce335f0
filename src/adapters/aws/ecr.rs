//! Images in ECR.

use aws_sdk_ecr::types as sdk;

use crate::domain::{Clean, Digest, Fault, Image, ImageStatus, RepositoryName};

use super::convert::{Pages, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const DESCRIBE: &str = "ecr.DescribeImages";

/// Images in a page (ECR API reference, DescribeImages: 1 to 1000).
const A_PAGE: i32 = 1000;
/// Pages that are followed: ten thousand images, half of ECR's quota for a repository and far beyond what is looked at.
const PAGES: usize = 10;

impl Reader {
    /// The images of a repository, the newest push first. An entry without a digest is left out: it names nothing.
    ///
    /// # Errors
    /// `NotFound` when there is no such repository; any fault of the call.
    pub async fn images(&self, repository: &RepositoryName) -> Result<Vec<Image>, Fault> {
        let mut images = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Ecr,
                DESCRIBE,
                self.inner
                    .ecr
                    .describe_images()
                    .repository_name(repository.as_str())
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
        Ok(images)
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
    })
}
