//! What ECS remembers of a service's deployments.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_sdk_ecs::types as sdk;
use jiff::Timestamp;

use crate::domain::{
    Clean, ClusterName, ContainerImage, DeploymentHistory, EcsServiceName, Fault, FaultKind, GivenUpBy,
    LifecycleHook, NativeRollback, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentStatus as Status, ServiceRevision, ServiceRevisionArn,
};

use super::convert::{clean, id, malformed, optional_id, time};
use super::listing::Listed;
use super::pace::{Bucket, ask};
use super::reader::Reader;
use super::strategy::hook_timeout;

pub(super) const LIST: &str = "ecs.ListServiceDeployments";
const DESCRIBE: &str = "ecs.DescribeServiceDeployments";
const REVISIONS: &str = "ecs.DescribeServiceRevisions";

/// How many of the newest deployments are described in full whatever their state. Older ones only when ECS itself rolled
/// them back: the list names neither where they went nor what they replaced.
const DESCRIBED: usize = 20;
/// ARNs in one describe call (ECS API reference).
const ARNS_A_CALL: usize = 20;
/// Service revisions that are described, newest first.
const REVISIONS_KEPT: usize = 100;

impl Reader {
    /// The deployment history of a service: the newest two hundred, and the service revisions that they name. Finished
    /// deployments and revisions never change, so they are asked for once. `sources` are known for the newest twenty and
    /// for those that ECS rolled back. All pages of the list are read every ten minutes by `now`, its newest days at each
    /// look: while a rollback is followed, a service with a thousand deployments costs no more calls than one with ten.
    ///
    /// # Errors
    /// Any fault of the calls; `NotOffered` where the endpoint has no service deployments. A revision that ECS does not
    /// describe (those from before 2024-10-25) is left out, and not asked for again before the next full list.
    pub async fn history(
        &self,
        cluster: &ClusterName,
        name: &EcsServiceName,
        now: Timestamp,
    ) -> Result<DeploymentHistory, Fault> {
        let service = (cluster.clone(), name.clone());
        let mut deployments = self.listed(&service, now).await?;
        self.fill_in(&mut deployments).await?;
        let revisions = self.revisions(&service, &deployments).await?;
        Ok(DeploymentHistory {
            deployments,
            revisions,
        })
    }

    /// One service deployment, asked for now: what a stop is compared with immediately before it is sent, and looked at
    /// when its answer never came.
    ///
    /// # Errors
    /// `NotFound` when ECS does not know it; any fault of the call.
    pub async fn service_deployment(&self, arn: &ServiceDeploymentArn) -> Result<ServiceDeployment, Fault> {
        let answer = ask!(
            &self.inner.pace,
            Bucket::ServiceDeployment,
            DESCRIBE,
            self.inner
                .ecs
                .describe_service_deployments()
                .service_deployment_arns(arn.as_str())
        )?;
        match answer.service_deployments() {
            [deployment, ..] => from_description(deployment),
            [] => {
                let reason = answer.failures().first().and_then(sdk::Failure::reason);
                let detail = format!("{}: {}", reason.unwrap_or("MISSING"), arn.id());
                Err(Fault::new(FaultKind::NotFound, DESCRIBE, &detail))
            }
        }
    }

    /// Adds what only a description tells.
    async fn fill_in(&self, deployments: &mut [ServiceDeployment]) -> Result<(), Fault> {
        let missing: Vec<String> = {
            let cache = self.cache();
            deployments
                .iter()
                .enumerate()
                .filter(|(place, deployment)| *place < DESCRIBED || needs_description(&deployment.status))
                .filter(|(_, d)| {
                    cache
                        .deployments
                        .get(&d.arn)
                        .is_none_or(|known| known.status != d.status)
                })
                .map(|(_, deployment)| deployment.arn.as_str().to_owned())
                .collect()
        };
        let mut described: HashMap<ServiceDeploymentArn, ServiceDeployment> = HashMap::new();
        for chunk in missing.chunks(ARNS_A_CALL) {
            let answer = ask!(
                &self.inner.pace,
                Bucket::ServiceDeployment,
                DESCRIBE,
                self.inner
                    .ecs
                    .describe_service_deployments()
                    .set_service_deployment_arns(Some(chunk.to_vec()))
            )?;
            for deployment in answer.service_deployments() {
                let deployment = from_description(deployment)?;
                described.insert(deployment.arn.clone(), deployment);
            }
        }
        let mut cache = self.cache();
        for deployment in deployments {
            if let Some(fuller) = described.remove(&deployment.arn) {
                if !fuller.status.is_running() {
                    cache.deployments.insert(fuller.arn.clone(), fuller.clone());
                }
                *deployment = fuller;
            } else if let Some(known) = cache.deployments.get(&deployment.arn)
                && known.status == deployment.status
            {
                *deployment = known.clone();
            }
        }
        Ok(())
    }

    async fn revisions(
        &self,
        service: &Listed,
        deployments: &[ServiceDeployment],
    ) -> Result<BTreeMap<ServiceRevisionArn, ServiceRevision>, Fault> {
        let mut found = BTreeMap::new();
        let mut missing: Vec<ServiceRevisionArn> = Vec::new();
        {
            let cache = self.cache();
            let gone = cache.listings.get(service).map(|listing| &listing.gone);
            let mut seen = HashSet::new();
            for arn in named_revisions(deployments)
                .filter(|arn| seen.insert(*arn))
                .take(REVISIONS_KEPT)
            {
                match cache.revisions.get(arn) {
                    Some(revision) => drop(found.insert(arn.clone(), revision.clone())),
                    None if gone.is_some_and(|gone| gone.contains(arn)) => {}
                    None => missing.push(arn.clone()),
                }
            }
        }
        // Until its first task has started, a revision has no digests: that of a running deployment is asked for again.
        let unsettled: HashSet<&ServiceRevisionArn> = deployments
            .iter()
            .filter(|deployment| deployment.status.is_running())
            .filter_map(|deployment| deployment.target.as_ref())
            .collect();
        for chunk in missing.chunks(ARNS_A_CALL) {
            let answer = ask!(
                &self.inner.pace,
                Bucket::ServiceRevision,
                REVISIONS,
                self.inner
                    .ecs
                    .describe_service_revisions()
                    .set_service_revision_arns(Some(
                        chunk.iter().map(|arn| arn.as_str().to_owned()).collect()
                    ))
            )?;
            for revision in answer.service_revisions() {
                let revision = revision_from(revision)?;
                if !unsettled.contains(&revision.arn) {
                    self.cache()
                        .revisions
                        .insert(revision.arn.clone(), revision.clone());
                }
                found.insert(revision.arn.clone(), revision);
            }
        }
        if let Some(listing) = self.cache().listings.get_mut(service) {
            // That of a running deployment may only be too new to be described.
            let is_gone = |arn: &ServiceRevisionArn| !found.contains_key(arn) && !unsettled.contains(arn);
            listing.gone.extend(missing.into_iter().filter(is_gone));
        }
        Ok(found)
    }
}

/// The revisions that deployments name, newest first, with repetitions.
fn named_revisions(deployments: &[ServiceDeployment]) -> impl Iterator<Item = &ServiceRevisionArn> {
    deployments.iter().flat_map(|deployment| {
        let put_back = deployment.rollback.as_ref().map(|rollback| &rollback.revision);
        deployment
            .target
            .iter()
            .chain(put_back)
            .chain(&deployment.sources)
    })
}

fn needs_description(status: &Status) -> bool {
    match status {
        Status::Pending
        | Status::InProgress
        | Status::StopRequested
        | Status::RollbackRequested
        | Status::RollbackInProgress
        | Status::RollbackSuccessful
        | Status::RollbackFailed
        | Status::Other(_) => true,
        Status::Successful | Status::Stopped => false,
    }
}

fn status_from(status: Option<&sdk::ServiceDeploymentStatus>) -> Status {
    use sdk::ServiceDeploymentStatus as Sdk;
    match status {
        Some(Sdk::Pending) => Status::Pending,
        Some(Sdk::InProgress) => Status::InProgress,
        Some(Sdk::Successful) => Status::Successful,
        Some(Sdk::StopRequested) => Status::StopRequested,
        Some(Sdk::Stopped) => Status::Stopped,
        Some(Sdk::RollbackRequested) => Status::RollbackRequested,
        Some(Sdk::RollbackInProgress) => Status::RollbackInProgress,
        Some(Sdk::RollbackSuccessful) => Status::RollbackSuccessful,
        Some(Sdk::RollbackFailed) => Status::RollbackFailed,
        other => Status::Other(Clean::new(other.map_or("", Sdk::as_str))),
    }
}

pub(super) fn from_brief(brief: &sdk::ServiceDeploymentBrief) -> Result<ServiceDeployment, Fault> {
    Ok(ServiceDeployment {
        arn: id(LIST, "serviceDeploymentArn", brief.service_deployment_arn())?,
        status: status_from(brief.status()),
        reason: clean(brief.status_reason()),
        target: optional_id(
            LIST,
            "targetServiceRevisionArn",
            brief.target_service_revision_arn(),
        )?,
        sources: Vec::new(),
        rollback: None,
        given_up_by: None,
        lifecycle_stage: None,
        hooks: Vec::new(),
        created_at: time(brief.created_at()).ok_or_else(|| malformed(LIST, "createdAt", "is missing"))?,
        started_at: time(brief.started_at()),
        finished_at: time(brief.finished_at()),
    })
}

fn from_description(deployment: &sdk::ServiceDeployment) -> Result<ServiceDeployment, Fault> {
    let of = DESCRIBE;
    let target = deployment
        .target_service_revision()
        .and_then(sdk::ServiceRevisionSummary::arn);
    let rollback = deployment
        .rollback()
        .filter(|rollback| rollback.service_revision_arn().is_some())
        .map(|rollback| {
            Ok::<_, Fault>(NativeRollback {
                reason: clean(rollback.reason()),
                started_at: time(rollback.started_at()),
                revision: id(of, "rollback.serviceRevisionArn", rollback.service_revision_arn())?,
            })
        })
        .transpose()?;
    Ok(ServiceDeployment {
        arn: id(of, "serviceDeploymentArn", deployment.service_deployment_arn())?,
        status: status_from(deployment.status()),
        reason: clean(deployment.status_reason()),
        target: optional_id(of, "targetServiceRevision.arn", target)?,
        sources: deployment
            .source_service_revisions()
            .iter()
            .map(|source| id(of, "sourceServiceRevisions[].arn", source.arn()))
            .collect::<Result<_, _>>()?,
        rollback,
        given_up_by: given_up_by(deployment),
        lifecycle_stage: clean(
            deployment
                .lifecycle_stage()
                .map(sdk::ServiceDeploymentLifecycleStage::as_str),
        ),
        hooks: deployment
            .lifecycle_hook_details()
            .iter()
            .map(|hook| LifecycleHook {
                id: Clean::new(hook.hook_id().unwrap_or_default()),
                awaits_action: hook.status() == Some(&sdk::DeploymentLifecycleHookStatus::AwaitingAction),
                expires_at: time(hook.expires_at()),
                on_timeout: hook.timeout_action().map(hook_timeout),
            })
            .collect(),
        created_at: time(deployment.created_at()).ok_or_else(|| malformed(of, "createdAt", "is missing"))?,
        started_at: time(deployment.started_at()),
        finished_at: time(deployment.finished_at()).or_else(|| time(deployment.stopped_at())),
    })
}

/// What tripped: the alarms by name, else the circuit breaker.
fn given_up_by(deployment: &sdk::ServiceDeployment) -> Option<GivenUpBy> {
    use sdk::ServiceDeploymentRollbackMonitorsStatus::Triggered;
    let alarms = deployment.alarms();
    let names: Vec<Clean> = alarms
        .map(sdk::ServiceDeploymentAlarms::triggered_alarm_names)
        .unwrap_or_default()
        .iter()
        .map(|name| Clean::new(name))
        .collect();
    if !names.is_empty() || alarms.and_then(sdk::ServiceDeploymentAlarms::status) == Some(&Triggered) {
        return Some(GivenUpBy::Alarms(names));
    }
    let breaker = deployment
        .deployment_circuit_breaker()
        .and_then(sdk::ServiceDeploymentCircuitBreaker::status);
    (breaker == Some(&Triggered)).then_some(GivenUpBy::CircuitBreaker)
}

fn revision_from(revision: &sdk::ServiceRevision) -> Result<ServiceRevision, Fault> {
    let of = REVISIONS;
    Ok(ServiceRevision {
        arn: id(of, "serviceRevisionArn", revision.service_revision_arn())?,
        task_definition: id(of, "taskDefinition", revision.task_definition())?,
        images: revision
            .container_images()
            .iter()
            .map(|image| {
                Ok(ContainerImage {
                    container: Clean::new(image.container_name().unwrap_or_default()),
                    image: Clean::new(image.image().unwrap_or_default()),
                    digest: optional_id(of, "containerImages[].imageDigest", image.image_digest())?,
                })
            })
            .collect::<Result<_, Fault>>()?,
        created_at: time(revision.created_at()),
    })
}
