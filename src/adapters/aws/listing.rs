//! Which deployments a service has: every page of the list now and then, and only its newest days in between.

use std::collections::HashSet;

use aws_sdk_ecs::types as sdk;
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{ClusterName, EcsServiceName, Fault, ServiceDeployment, ServiceRevisionArn};

use super::convert::Pages;
use super::history::{LIST, from_brief};
use super::pace::{Bucket, ask};
use super::reader::Reader;

/// Deployments in a page (ECS API reference, ListServiceDeployments).
const A_PAGE: i32 = 100;
/// Pages that are followed. ECS shows 90 days; the order of a page is not promised, so all are read and then sorted.
const PAGES: usize = 30;
/// Deployments that are kept, newest first.
const KEPT: usize = 200;
/// How long the last full list is built upon. A deployment that ECS deleted since then is shown for that long.
const FULL_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How much further back than necessary is asked: the clocks behind `createdAt` need not agree, nor a list be complete at once.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// The service that a list is of.
pub(super) type Listed = (ClusterName, EcsServiceName);

/// What is known of the list of a service.
#[derive(Clone)]
pub(super) struct Listing {
    /// When all pages were read.
    full_at: Timestamp,
    /// Newest first.
    deployments: Vec<ServiceDeployment>,
    /// Service revisions that ECS did not describe since then.
    pub(super) gone: HashSet<ServiceRevisionArn>,
}

impl Listing {
    /// From when on the list must be asked for; `None` when all of it is needed. What is older than the oldest that still
    /// runs, or than the newest of all, cannot have changed but by vanishing.
    fn since(&self, now: Timestamp) -> Option<Timestamp> {
        if !(SignedDuration::ZERO..FULL_FOR).contains(&now.duration_since(self.full_at)) {
            return None;
        }
        let runs = |deployment: &&ServiceDeployment| deployment.status.is_running();
        self.deployments
            .iter()
            .rfind(runs)
            .or_else(|| self.deployments.first())
            .and_then(|deployment| deployment.created_at.checked_sub(MARGIN).ok())
    }

    /// This list with what was listed again: that goes before what was known of the same deployment.
    fn with(mut self, fresh: Vec<ServiceDeployment>) -> Self {
        let again: HashSet<_> = fresh.iter().map(|deployment| &deployment.arn).collect();
        self.deployments
            .retain(|deployment| !again.contains(&deployment.arn));
        self.deployments.extend(fresh);
        self.sorted()
    }

    fn sorted(mut self) -> Self {
        self.deployments
            .sort_by_key(|deployment| std::cmp::Reverse(deployment.created_at));
        self.deployments.dedup_by(|a, b| a.arn == b.arn);
        self.deployments.truncate(KEPT);
        self
    }
}

impl Reader {
    /// The newest deployments of a service, newest first, as briefly as the list tells them.
    pub(super) async fn listed(
        &self,
        service: &Listed,
        now: Timestamp,
    ) -> Result<Vec<ServiceDeployment>, Fault> {
        let known = self.cache().listings.get(service).cloned();
        let known = known.and_then(|listing| listing.since(now).map(|since| (listing, since)));
        let fresh = self
            .pages(service, known.as_ref().map(|(_, since)| *since))
            .await?;
        let listing = match known {
            Some((listing, _)) => listing.with(fresh),
            None => Listing {
                full_at: now,
                deployments: fresh,
                gone: HashSet::new(),
            }
            .sorted(),
        };
        let deployments = listing.deployments.clone();
        self.cache().listings.insert(service.clone(), listing);
        Ok(deployments)
    }

    async fn pages(
        &self,
        (cluster, name): &Listed,
        since: Option<Timestamp>,
    ) -> Result<Vec<ServiceDeployment>, Fault> {
        let created = since.map(|since| {
            sdk::CreatedAt::builder()
                .after(DateTime::from_secs(since.as_second()))
                .build()
        });
        let mut deployments = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::ServiceDeployment,
                LIST,
                self.inner
                    .ecs
                    .list_service_deployments()
                    .cluster(cluster.as_str())
                    .service(name.as_str())
                    .set_created_at(created.clone())
                    .max_results(A_PAGE)
                    .set_next_token(token)
            )?;
            for brief in answer.service_deployments() {
                deployments.push(from_brief(brief)?);
            }
            token = pages.next(answer.next_token());
            if token.is_none() {
                return Ok(deployments);
            }
        }
    }
}
