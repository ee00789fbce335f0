//! Target groups: how their targets are, and which load balancers they belong to.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types as sdk;
use sdk::TargetHealthStateEnum as State;

use crate::domain::{Clean, Fault, TargetCheck, TargetGroup, TargetGroupArn, TargetHealth, TargetReason};

use super::convert::{clean, count, id};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const DESCRIBE_HEALTH: &str = "elbv2.DescribeTargetHealth";
pub(super) const DESCRIBE_GROUPS: &str = "elbv2.DescribeTargetGroups";

/// Target groups in one call: without a page size ELB answers at most 400 and takes as many names as it answers; twenty is
/// what its older quota allowed, and more than a service has.
const GROUPS_A_CALL: usize = 20;

impl Reader {
    /// The targets of all `groups` together, by state.
    ///
    /// # Errors
    /// Any fault of a call: part of the targets would be a wrong number.
    pub async fn targets(&self, groups: &[TargetGroupArn]) -> Result<TargetHealth, Fault> {
        let mut health = TargetHealth::default();
        let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
        for group in groups {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Elb,
                DESCRIBE_HEALTH,
                self.inner
                    .elb
                    .describe_target_health()
                    .target_group_arn(group.as_str())
            )?;
            for target in answer.target_health_descriptions() {
                let said = target.target_health();
                let (counter, tells) = match said.and_then(|h| h.state()) {
                    Some(State::Healthy) => (&mut health.healthy, false),
                    Some(State::Unhealthy) => (&mut health.unhealthy, true),
                    Some(State::Initial) => (&mut health.initial, false),
                    Some(State::Draining | State::UnhealthyDraining) => (&mut health.draining, false),
                    _ => (&mut health.other, true),
                };
                *counter += 1;
                if let Some(reason) = said.and_then(|h| h.reason()).filter(|_| tells) {
                    *reasons.entry(reason.as_str().to_owned()).or_default() += 1;
                }
            }
        }
        health.reasons = reasons
            .into_iter()
            .map(|(code, targets)| TargetReason {
                code: Clean::new(&code),
                targets,
            })
            .collect();
        // Stable: codes that are said as often stay in their order.
        health
            .reasons
            .sort_by_key(|reason| std::cmp::Reverse(reason.targets));
        Ok(health)
    }

    /// How `groups` are set up, in ELB's order: what a container must answer to be sent traffic.
    ///
    /// # Errors
    /// `NotFound` when one of them is not there; any fault of the call.
    pub async fn target_groups(&self, groups: &[TargetGroupArn]) -> Result<Vec<TargetGroup>, Fault> {
        let mut found = Vec::new();
        for some in groups.chunks(GROUPS_A_CALL) {
            let arns = some.iter().map(|group| group.as_str().to_owned()).collect();
            let answer = ask!(
                &self.inner.pace,
                Bucket::Elb,
                DESCRIBE_GROUPS,
                self.inner
                    .elb
                    .describe_target_groups()
                    .set_target_group_arns(Some(arns))
            )?;
            for group in answer.target_groups() {
                found.push(group_from(group)?);
            }
        }
        Ok(found)
    }

    /// The CloudWatch names (`app/name/id`) of the application load balancers that each of `groups` belongs to. Cached once
    /// a group has one: which balancer forwards to a group does not change in the middle of an incident.
    pub(super) async fn balancers(
        &self,
        groups: &[TargetGroupArn],
    ) -> Result<Vec<(TargetGroupArn, Vec<String>)>, Fault> {
        let missing: Vec<String> = {
            let cache = self.cache();
            groups
                .iter()
                .filter(|group| !cache.balancers.contains_key(*group))
                .map(|group| group.as_str().to_owned())
                .collect()
        };
        if !missing.is_empty() {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Elb,
                DESCRIBE_GROUPS,
                self.inner
                    .elb
                    .describe_target_groups()
                    .set_target_group_arns(Some(missing))
            )?;
            for group in answer.target_groups() {
                let arn: TargetGroupArn = id(DESCRIBE_GROUPS, "TargetGroupArn", group.target_group_arn())?;
                let names: Vec<String> = group
                    .load_balancer_arns()
                    .iter()
                    .filter_map(|arn| application_balancer(arn))
                    .collect();
                if !names.is_empty() {
                    self.cache().balancers.insert(arn, names);
                }
            }
        }
        let cache = self.cache();
        Ok(groups
            .iter()
            .map(|group| {
                let names = cache.balancers.get(group).cloned().unwrap_or_default();
                (group.clone(), names)
            })
            .collect())
    }
}

fn group_from(group: &sdk::TargetGroup) -> Result<TargetGroup, Fault> {
    let checks = group.health_check_enabled() != Some(false);
    Ok(TargetGroup {
        arn: id(DESCRIBE_GROUPS, "TargetGroupArn", group.target_group_arn())?,
        protocol: clean(group.protocol().map(sdk::ProtocolEnum::as_str)),
        port: group.port().and_then(|port| u16::try_from(port).ok()),
        check: checks.then(|| TargetCheck {
            protocol: clean(group.health_check_protocol().map(sdk::ProtocolEnum::as_str)),
            port: clean(group.health_check_port()),
            path: clean(group.health_check_path()),
            codes: group
                .matcher()
                .and_then(|matcher| clean(matcher.http_code().or_else(|| matcher.grpc_code()))),
            interval_seconds: group.health_check_interval_seconds().map(count),
            timeout_seconds: group.health_check_timeout_seconds().map(count),
            healthy_after: group.healthy_threshold_count().map(count),
            unhealthy_after: group.unhealthy_threshold_count().map(count),
        }),
    })
}

/// The dimension of an application load balancer; network and gateway balancers have other metrics.
fn application_balancer(arn: &str) -> Option<String> {
    let (_, name) = arn.split_once(":loadbalancer/")?;
    (name.starts_with("app/") && name.bytes().all(|b| b.is_ascii_graphic())).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_application_balancers_count() {
        let arn = |kind: &str| format!("arn:aws:elasticloadbalancing:r:1:loadbalancer/{kind}/pb/1a2b");
        assert_eq!(application_balancer(&arn("app")).as_deref(), Some("app/pb/1a2b"));
        assert_eq!(application_balancer(&arn("net")), None);
        assert_eq!(application_balancer("nonsense"), None);
    }
}
