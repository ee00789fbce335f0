//! Target groups: how their targets are, and which load balancers they belong to.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum as State;

use crate::domain::{Clean, Fault, TargetGroupArn, TargetHealth, TargetReason};

use super::convert::id;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const DESCRIBE_HEALTH: &str = "elbv2.DescribeTargetHealth";
pub(super) const DESCRIBE_GROUPS: &str = "elbv2.DescribeTargetGroups";

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
