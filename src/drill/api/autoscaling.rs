//! Application Auto Scaling, API version 2016-02-06: which services are scalable targets, by which policy, and what it did.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, Refusals, page_or},
};
use crate::drill::{
    time::{after, wire, wire_option},
    world::{Activity, Scaling, Service, World},
};

const DIMENSION: &str = "ecs:service:DesiredCount";
const PAGING: Paging = Paging {
    token: "NextToken",
    size: "MaxResults",
    default: 50,
    most: 50,
};
const REFUSALS: Refusals = Refusals {
    token: || AwsError::new("InvalidNextTokenException", "Invalid next token."),
    size: AwsError::validation,
};
/// `ServiceNamespace`.
const NAMESPACES: [&str; 15] = [
    "ecs",
    "elasticmapreduce",
    "ec2",
    "appstream",
    "dynamodb",
    "rds",
    "sagemaker",
    "custom-resource",
    "comprehend",
    "lambda",
    "cassandra",
    "kafka",
    "elasticache",
    "neptune",
    "workspaces",
];
/// Seconds from an alarm to the end of a scaling activity.
const ACTING: f64 = 8.0;

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeScalableTargets" => targets(world, input),
        "DescribeScalingActivities" => activities(world, input),
        "DescribeScalingPolicies" => policies(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// `service/CLUSTER/NAME`.
fn resource_id(service: &Service) -> String {
    format!("service/{}/{}", service.cluster, service.name)
}

/// The scalable services that an input asks for.
fn chosen<'w>(
    world: &'w World,
    input: Input<'_>,
    resources: &[String],
) -> Result<Vec<(&'w Service, &'w Scaling)>, AwsError> {
    let namespace = input
        .text("ServiceNamespace")
        .ok_or_else(|| AwsError::absent("serviceNamespace"))?;
    if !NAMESPACES.contains(&namespace) {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value '{namespace}' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: {NAMESPACES:?}"
        )));
    }
    let dimension = input.text("ScalableDimension");
    let of_ecs = namespace == "ecs";
    if of_ecs && !resources.iter().all(|it| it.starts_with("service/")) {
        return Err(AwsError::validation(
            "Unsupported service namespace, resource type or scalable dimension",
        ));
    }
    if dimension.is_some() && resources.is_empty() {
        return Err(AwsError::validation(
            "ScalableDimension cannot be specified without a resource ID.",
        ));
    }
    Ok(world
        .services
        .iter()
        .filter(|service| of_ecs && service.created_at.is_some())
        .filter(|service| resources.is_empty() || resources.contains(&resource_id(service)))
        .filter(|_| dimension.is_none_or(|wanted| wanted == DIMENSION))
        .filter_map(|service| Some((service, service.scaling.as_ref()?)))
        .collect())
}

/// `ResourceId`, as a list.
fn one_resource(input: Input<'_>) -> Vec<String> {
    input.text("ResourceId").map(str::to_owned).into_iter().collect()
}

fn arn(world: &World, kind: &str, service: &Service) -> String {
    let id = world.chance.hex(&service.arn, 0, 34);
    format!(
        "arn:aws:application-autoscaling:{}:{}:{kind}/0ec5{id}",
        world.region, world.account
    )
}

fn targets(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let resources = input.texts("ResourceIds");
    if resources.len() > 50 {
        return Err(AwsError::validation("ResourceIds can have at most 50 items."));
    }
    let all: Vec<Value> = chosen(world, input, &resources)?
        .into_iter()
        .map(|(service, scaling)| {
            json!({
                "ServiceNamespace": "ecs",
                "ResourceId": resource_id(service),
                "ScalableDimension": DIMENSION,
                "MinCapacity": scaling.min,
                "MaxCapacity": scaling.max,
                "RoleARN": format!(
                    "arn:aws:iam::{}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
                    world.account
                ),
                "CreationTime": wire_option(service.created_at),
                "SuspendedState": {
                    "DynamicScalingInSuspended": scaling.suspended,
                    "DynamicScalingOutSuspended": scaling.suspended,
                    "ScheduledScalingSuspended": scaling.suspended,
                },
                "ScalableTargetARN": arn(world, "scalable-target", service),
            })
        })
        .collect();
    let page = page_or(all, input, PAGING, REFUSALS, "scalable targets", world.chance)?;
    Ok(json!({ "ScalableTargets": page.items, "NextToken": page.next }))
}

fn policy_name(service: &Service) -> String {
    format!("{}-cpu", service.name)
}

/// The names that a target tracking policy gives its two alarms.
fn alarm(world: &World, service: &Service, high: bool) -> String {
    let id = world.chance.uuid(&service.arn, u64::from(high));
    let side = if high { "AlarmHigh" } else { "AlarmLow" };
    format!("TargetTracking-{}-{side}-{id}", resource_id(service))
}

fn activities(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let resources = one_resource(input);
    let mut found: Vec<(&Service, &Activity)> = chosen(world, input, &resources)?
        .into_iter()
        .flat_map(|(service, scaling)| scaling.activities.iter().map(move |it| (service, it)))
        // AWS keeps them for six weeks.
        .filter(|(_, it)| after(it.at, 42.0 * 86_400.0) > world.now)
        .collect();
    found.sort_by_key(|(_, it)| std::cmp::Reverse(it.at));
    let all: Vec<Value> = found
        .into_iter()
        .map(|(service, it)| {
            json!({
                "ActivityId": it.id,
                "ServiceNamespace": "ecs",
                "ResourceId": resource_id(service),
                "ScalableDimension": DIMENSION,
                "Description": format!("Setting desired count to {}.", it.to),
                "Cause": format!(
                    "monitor alarm {} in state ALARM triggered policy {}",
                    alarm(world, service, it.to > it.from),
                    policy_name(service)
                ),
                "StartTime": wire(after(it.at, -ACTING)),
                "EndTime": wire(it.at),
                "StatusCode": "Successful",
                "StatusMessage": format!(
                    "Successfully set desired count to {}. Change successfully fulfilled by ecs.", it.to
                ),
            })
        })
        .collect();
    let page = page_or(all, input, PAGING, REFUSALS, "scaling activities", world.chance)?;
    Ok(json!({ "ScalingActivities": page.items, "NextToken": page.next }))
}

fn policies(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let names = input.texts("PolicyNames");
    let resources = one_resource(input);
    let all: Vec<Value> = chosen(world, input, &resources)?
        .into_iter()
        .filter(|(service, _)| names.is_empty() || names.contains(&policy_name(service)))
        .map(|(service, scaling)| {
            let alarms: Vec<Value> = [true, false]
                .into_iter()
                .map(|high| alarm(world, service, high))
                .map(|name| {
                    let arn = format!(
                        "arn:aws:cloudwatch:{}:{}:alarm:{name}",
                        world.region, world.account
                    );
                    json!({ "AlarmName": name, "AlarmARN": arn })
                })
                .collect();
            json!({
                "PolicyARN": format!(
                    "arn:aws:autoscaling:{}:{}:scalingPolicy:{}:resource/ecs/{}:policyName/{}",
                    world.region,
                    world.account,
                    world.chance.uuid(&service.arn, 2),
                    resource_id(service),
                    policy_name(service)
                ),
                "PolicyName": policy_name(service),
                "ServiceNamespace": "ecs",
                "ResourceId": resource_id(service),
                "ScalableDimension": DIMENSION,
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": scaling.target_percent,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "ECSServiceAverageCPUUtilization",
                    },
                    "ScaleOutCooldown": 60,
                    "ScaleInCooldown": 300,
                    "DisableScaleIn": false,
                },
                "Alarms": alarms,
                "CreationTime": wire_option(service.created_at),
            })
        })
        .collect();
    let page = page_or(all, input, PAGING, REFUSALS, "scaling policies", world.chance)?;
    Ok(json!({ "ScalingPolicies": page.items, "NextToken": page.next }))
}
