//! Elastic Load Balancing, API version 2015-12-01: one application load balancer and target group for each service.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, Refusals, page_or},
};
use crate::drill::{
    time::{seconds, wire_option},
    world::{Service, Side, Target, TargetGroup, Task, World},
};

const PAGING: Paging = Paging {
    token: "Marker",
    size: "PageSize",
    default: 400,
    most: 400,
};
const REFUSALS: Refusals = Refusals {
    token: || AwsError::validation("Invalid marker."),
    size: AwsError::validation,
};

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeLoadBalancers" => balancers(world, input),
        "DescribeTargetGroups" => groups(world, input),
        "DescribeTargetHealth" => health(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// Things in the order of a list of keys, or all of them; a key that fits none is an error.
fn select<T: Copy>(
    all: impl Iterator<Item = T>,
    wanted: &[String],
    key: impl Fn(T) -> String,
    error: &'static str,
) -> Result<Vec<T>, AwsError> {
    let all: Vec<T> = all.collect();
    if wanted.is_empty() {
        return Ok(all);
    }
    let find = |name: &String| all.iter().copied().find(|it| key(*it) == *name);
    let missing = || AwsError::new(error, NOT_FOUND[usize::from(error.starts_with("Target"))]);
    wanted.iter().map(|name| find(name).ok_or_else(missing)).collect()
}

/// A target group with its service and its side.
#[derive(Debug, Clone, Copy)]
struct Group<'w> {
    service: &'w Service,
    side: Side,
    group: &'w TargetGroup,
}

fn every_group(world: &World) -> impl Iterator<Item = Group<'_>> {
    world.services.iter().flat_map(|service| {
        let groups = service.balancer.groups();
        groups.map(move |(side, group)| Group { service, side, group })
    })
}

/// What is said of load balancers and of target groups that are not there.
const NOT_FOUND: [&str; 2] = [
    "One or more load balancers not found",
    "One or more target groups not found",
];

/// Refuses an input that names what it wants in two ways.
fn one_way(ways: &[bool]) -> Result<(), AwsError> {
    if ways.iter().filter(|given| **given).count() > 1 {
        return Err(AwsError::validation(
            "Names, ARNs and a load balancer cannot be specified at the same time",
        ));
    }
    Ok(())
}

fn balancers(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (arns, names) = (input.texts("LoadBalancerArns"), input.texts("Names"));
    one_way(&[!arns.is_empty(), !names.is_empty()])?;
    let found = if names.is_empty() {
        select(
            world.services.iter(),
            &arns,
            |it| it.balancer.arn.clone(),
            "LoadBalancerNotFound",
        )?
    } else {
        select(
            world.services.iter(),
            &names,
            |it| it.balancer.name.clone(),
            "LoadBalancerNotFound",
        )?
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
    let page = page_or(all, input, PAGING, REFUSALS, "balancers", world.chance)?;
    Ok(json!({ "LoadBalancers": page.items, "NextMarker": page.next }))
}

fn groups(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (arns, names) = (input.texts("TargetGroupArns"), input.texts("Names"));
    let balancer = input.text("LoadBalancerArn");
    one_way(&[!arns.is_empty(), !names.is_empty(), balancer.is_some()])?;
    let (wanted, key): (&[String], fn(Group<'_>) -> String) = if names.is_empty() {
        (&arns, |it| it.group.arn.clone())
    } else {
        (&names, |it| it.group.name.clone())
    };
    let mut found = select(every_group(world), wanted, key, "TargetGroupNotFound")?;
    if let Some(arn) = balancer {
        found.retain(|it| it.service.balancer.arn == arn);
        if found.is_empty() {
            return Err(AwsError::new("LoadBalancerNotFound", NOT_FOUND[0]));
        }
    }
    let all = found
        .into_iter()
        .map(|it| {
            json!({
                "TargetGroupArn": it.group.arn,
                "TargetGroupName": it.group.name,
                "Protocol": "HTTP",
                "Port": it.service.port,
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
                "LoadBalancerArns": [it.service.balancer.arn],
                "TargetType": "ip",
                "ProtocolVersion": "HTTP1",
                "IpAddressType": "ipv4",
            })
        })
        .collect();
    let page = page_or(all, input, PAGING, REFUSALS, "groups", world.chance)?;
    Ok(json!({ "TargetGroups": page.items, "NextMarker": page.next }))
}

/// Seconds from its start in which a target is being registered; after them its first checks run.
const REGISTERING: f64 = 5.0;

fn health(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input
        .text("TargetGroupArn")
        .ok_or_else(|| AwsError::absent("targetGroupArn"))?;
    let found = select(
        every_group(world),
        &[arn.to_owned()],
        |it| it.group.arn.clone(),
        "TargetGroupNotFound",
    )?;
    let mut targets: Vec<Value> = found
        .iter()
        .flat_map(|it| {
            let tasks = it.service.tasks.iter();
            let here = tasks.filter(|task| it.service.revisions[task.revision].side == it.side);
            here.map(|task| (it.service, task))
        })
        .filter_map(|(service, task)| {
            let health = target_health(world, task)?;
            Some(json!({
                "Target": { "Id": task.address, "Port": service.port, "AvailabilityZone": task.zone },
                "HealthCheckPort": service.port.to_string(),
                "TargetHealth": health,
            }))
        })
        .collect();
    let asked = input.items("Targets");
    if !asked.is_empty() {
        let of = |wish: &Value| {
            let wish = Input::new(wish);
            let (id, port) = (wish.text("Id"), wish.number("Port"));
            let there = targets.iter().find(|it| {
                it["Target"]["Id"].as_str() == id && port.is_none_or(|port| it["Target"]["Port"] == port)
            });
            there.cloned().unwrap_or_else(|| {
                json!({
                    "Target": { "Id": id, "Port": port },
                    "TargetHealth": {
                        "State": "unused",
                        "Reason": "Target.NotRegistered",
                        "Description": "Target is not registered to the target group",
                    },
                })
            })
        };
        targets = asked.iter().map(of).collect();
    }
    Ok(json!({ "TargetHealthDescriptions": targets }))
}

/// How the target group sees a task, with the reason of what is not healthy; `None` where it is no target.
fn target_health(world: &World, task: &Task) -> Option<Value> {
    let (state, reason, description) = match task.target {
        Target::Unregistered => return None,
        Target::Healthy => return Some(json!({ "State": "healthy" })),
        Target::Initial
            if task
                .started_at
                .is_some_and(|at| seconds(at, world.now) > REGISTERING) =>
        {
            (
                "initial",
                "Elb.InitialHealthChecking",
                "Initial health checks in progress",
            )
        }
        Target::Initial => (
            "initial",
            "Elb.RegistrationInProgress",
            "Target registration is in progress",
        ),
        Target::Unhealthy => (
            "unhealthy",
            "Target.ResponseCodeMismatch",
            "Health checks failed with these codes: [503]",
        ),
        Target::Draining => (
            "draining",
            "Target.DeregistrationInProgress",
            "Target deregistration is in progress",
        ),
    };
    Some(json!({ "State": state, "Reason": reason, "Description": description }))
}
