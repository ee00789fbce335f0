//! Application Auto Scaling of a service: its bounds, and what it did lately.

use aws_sdk_applicationautoscaling::types as sdk;

use crate::domain::{Clean, ClusterName, EcsServiceName, Fault, Scaling, ScalingActivity, ScalingBounds};

use super::convert::{Pages, count, time};
use super::pace::{Bucket, ask};
use super::reader::Reader;

const TARGETS: &str = "application-autoscaling.DescribeScalableTargets";
const ACTIVITIES: &str = "application-autoscaling.DescribeScalingActivities";

/// Activities in a page, and pages that are followed (API reference, DescribeScalingActivities: at most 50 a page, kept for six
/// weeks). A hundred are more than what led to today's count.
const A_PAGE: i32 = 50;
const PAGES: usize = 2;

impl Reader {
    /// What scales a service, if anything does, and what it did lately, newest first.
    ///
    /// # Errors
    /// Any fault of the two calls: bounds without what was done with them would look as if nothing was.
    pub async fn scaling(&self, cluster: &ClusterName, service: &EcsServiceName) -> Result<Scaling, Fault> {
        let resource = format!("service/{cluster}/{service}");
        let answer = ask!(
            &self.inner.pace,
            Bucket::Scaling,
            TARGETS,
            self.inner
                .scaling
                .describe_scalable_targets()
                .service_namespace(sdk::ServiceNamespace::Ecs)
                .resource_ids(&resource)
                .scalable_dimension(sdk::ScalableDimension::EcsServiceDesiredCount)
        )?;
        let bounds = answer
            .scalable_targets()
            .iter()
            // Some endpoints do not filter.
            .find(|target| target.resource_id() == resource)
            .map(|target| ScalingBounds {
                min: count(target.min_capacity()),
                max: count(target.max_capacity()),
                suspended: target.suspended_state().is_some_and(|state| {
                    [
                        state.dynamic_scaling_in_suspended(),
                        state.dynamic_scaling_out_suspended(),
                        state.scheduled_scaling_suspended(),
                    ]
                    .contains(&Some(true))
                }),
            });
        Ok(Scaling {
            bounds,
            activities: self.activities(&resource).await?,
        })
    }

    async fn activities(&self, resource: &str) -> Result<Vec<ScalingActivity>, Fault> {
        let mut activities = Vec::new();
        let (mut pages, mut token) = (Pages::up_to(PAGES), None);
        loop {
            let answer = ask!(
                &self.inner.pace,
                Bucket::Scaling,
                ACTIVITIES,
                self.inner
                    .scaling
                    .describe_scaling_activities()
                    .service_namespace(sdk::ServiceNamespace::Ecs)
                    .resource_id(resource)
                    .scalable_dimension(sdk::ScalableDimension::EcsServiceDesiredCount)
                    .max_results(A_PAGE)
                    .set_next_token(token)
            )?;
            let ours = answer
                .scaling_activities()
                .iter()
                .filter(|activity| activity.resource_id() == resource);
            activities.extend(ours.filter_map(activity));
            token = pages.next(answer.next_token());
            if token.is_none() {
                break;
            }
        }
        activities.sort_by_key(|activity| std::cmp::Reverse(activity.at));
        Ok(activities)
    }
}

fn activity(activity: &sdk::ScalingActivity) -> Option<ScalingActivity> {
    Some(ScalingActivity {
        at: time(Some(activity.start_time()))?,
        desired: desired(activity.description()),
        description: Clean::new(activity.description()),
        cause: Clean::new(activity.cause()),
        done: *activity.status_code() == sdk::ScalingActivityStatusCode::Successful,
    })
}

/// The count in `Setting desired count to 5.`; the API has no field for it. Bounds that were changed read
/// `Setting min capacity to 2 and max capacity to 8` and set none.
fn desired(description: &str) -> Option<u32> {
    let (_, behind) = description.split_once("desired count to ")?;
    let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    behind.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_stands_in_the_description() {
        assert_eq!(desired("Setting desired count to 5."), Some(5));
        assert_eq!(desired("Setting desired count to 12"), Some(12));
        assert_eq!(desired("Setting desired count to many"), None);
        assert_eq!(desired("Setting desired count to 99999999999999"), None);
        assert_eq!(desired("Setting min capacity to 2 and max capacity to 8"), None);
    }
}
