//! Elastic Load Balancing, API version 2015-12-01: one application load balancer and target group for each service.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, page},
};
use crate::drill::{
    time::wire_option,
    world::{Service, Target, World},
};

const PAGING: Paging = Paging {
    token: "Marker",
    size: "PageSize",
    default: 400,
    most: 400,
};

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeLoadBalancers" => balancers(world, input),
        "DescribeTargetGroups" => groups(world, input),
        "DescribeTargetHealth" => health(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// Services in the order of a list of keys, or all of them; a key that fits none is an error.
fn select<'w>(
    world: &'w World,
    wanted: &[String],
    key: impl Fn(&Service) -> &str,
    error: &'static str,
) -> Result<Vec<&'w Service>, AwsError> {
    if wanted.is_empty() {
        return Ok(world.services.iter().collect());
    }
    let find = |name: &String| world.services.iter().find(|service| key(service) == name);
    let missing = || AwsError::new(error, "One or more of the requested resources were not found");
    wanted.iter().map(|name| find(name).ok_or_else(missing)).collect()
}

fn balancers(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (arns, names) = (input.texts("LoadBalancerArns"), input.texts("Names"));
    let found = if names.is_empty() {
        select(world, &arns, |it| &it.balancer.arn, "LoadBalancerNotFound")?
    } else {
        select(world, &names, |it| &it.balancer.name, "LoadBalancerNotFound")?
    };
    let all = found
        .into_iter()
        .map(|it| {
            json!({
                "LoadBalancerArn": it.balancer.arn,
                "DNSName": it.balancer.dns,
                "CanonicalHostedZoneId": "Z14GRHDCWA56QT",
                "CreatedTime": wire_option(it.created_at),
                "LoadBalancerName": it.balancer.name,
                "Scheme": "internet-facing",
                "VpcId": "vpc-0d111111111111111",
                "State": { "Code": "active" },
                "Type": "application",
                "AvailabilityZones": [
                    { "ZoneName": "ap-northeast-1a", "SubnetId": "subnet-0a111111111111111" },
                    { "ZoneName": "ap-northeast-1c", "SubnetId": "subnet-0c111111111111111" },
                ],
                "SecurityGroups": ["sg-0d111111111111111"],
                "IpAddressType": "ipv4",
            })
        })
        .collect();
    let page = page(all, input, PAGING, "balancers", world.chance).map_err(AwsError::into_validation)?;
    Ok(json!({ "LoadBalancers": page.items, "NextMarker": page.next }))
}

fn groups(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (arns, names) = (input.texts("TargetGroupArns"), input.texts("Names"));
    let found = match input.text("LoadBalancerArn") {
        Some(arn) => select(
            world,
            &[arn.to_owned()],
            |it| &it.balancer.arn,
            "LoadBalancerNotFound",
        )?,
        None if names.is_empty() => select(world, &arns, |it| &it.balancer.group_arn, "TargetGroupNotFound")?,
        None => select(world, &names, |it| &it.balancer.group_name, "TargetGroupNotFound")?,
    };
    let all = found
        .into_iter()
        .map(|it| {
            json!({
                "TargetGroupArn": it.balancer.group_arn,
                "TargetGroupName": it.balancer.group_name,
                "Protocol": "HTTP",
                "Port": it.port,
                "VpcId": "vpc-0d111111111111111",
                "HealthCheckProtocol": "HTTP",
                "HealthCheckPort": "traffic-port",
                "HealthCheckEnabled": true,
                "HealthCheckIntervalSeconds": 10,
                "HealthCheckTimeoutSeconds": 5,
                "HealthyThresholdCount": 2,
                "UnhealthyThresholdCount": 3,
                "HealthCheckPath": "/health",
                "Matcher": { "HttpCode": "200" },
                "LoadBalancerArns": [it.balancer.arn],
                "TargetType": "ip",
                "ProtocolVersion": "HTTP1",
                "IpAddressType": "ipv4",
            })
        })
        .collect();
    let page = page(all, input, PAGING, "groups", world.chance).map_err(AwsError::into_validation)?;
    Ok(json!({ "TargetGroups": page.items, "NextMarker": page.next }))
}

fn health(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input.text("TargetGroupArn").unwrap_or_default().to_owned();
    let found = select(world, &[arn], |it| &it.balancer.group_arn, "TargetGroupNotFound")?;
    let targets: Vec<Value> = found
        .into_iter()
        .flat_map(|service| service.tasks.iter().map(move |task| (service, task)))
        .filter_map(|(service, task)| {
            let (state, reason, description) = match task.target {
                Target::Unregistered => return None,
                Target::Healthy => ("healthy", None, None),
                Target::Initial => (
                    "initial",
                    Some("Elb.RegistrationInProgress"),
                    Some("Target registration is in progress"),
                ),
                Target::Unhealthy => (
                    "unhealthy",
                    Some("Target.ResponseCodeMismatch"),
                    Some("Health checks failed with these codes: [503]"),
                ),
                Target::Draining => (
                    "draining",
                    Some("Target.DeregistrationInProgress"),
                    Some("Target deregistration is in progress"),
                ),
            };
            Some(json!({
                "Target": { "Id": task.address, "Port": service.port, "AvailabilityZone": task.zone },
                "HealthCheckPort": service.port.to_string(),
                "TargetHealth": { "State": state, "Reason": reason, "Description": description },
            }))
        })
        .collect();
    Ok(json!({ "TargetHealthDescriptions": targets }))
}
