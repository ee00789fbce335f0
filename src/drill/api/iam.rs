//! IAM, API version 2010-05-08: roles, and what their policies would allow.

use serde_json::{Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, Refusals, page_or},
};
use crate::drill::{
    time::wire,
    world::{Decision, World},
};

const PAGING: Paging = Paging {
    token: "Marker",
    size: "MaxItems",
    default: 100,
    most: 1_000,
};
const REFUSALS: Refusals = Refusals {
    token: || AwsError::validation("Invalid Marker."),
    size: AwsError::validation,
};
/// When the account's roles were made.
const CREATED: &str = "2024-05-20T02:00:00Z";

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "GetRole" => role(world, input),
        "SimulatePrincipalPolicy" => simulate(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn no_role(name: &str) -> AwsError {
    AwsError {
        status: 404,
        ..AwsError::new(
            "NoSuchEntity",
            format!("The role with name {name} cannot be found."),
        )
    }
}

fn role(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let name = input
        .text("RoleName")
        .filter(|name| !name.is_empty())
        .ok_or_else(|| AwsError::absent("roleName"))?;
    if !world.roles().contains(name) {
        return Err(no_role(name));
    }
    let caller = world.caller.split('/').next() == Some(name);
    // The caller's session, as STS names it, belongs to this role.
    let id = match caller {
        true => "AROADRILLDRILLDRILL1".to_owned(),
        false => format!("AROA{}", world.chance.hex(name, 0, 17).to_uppercase()),
    };
    // IAM sends policies URL-encoded (RFC 3986).
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
    Ok(json!({ "Role": {
        "Path": "/",
        "RoleName": name,
        "RoleId": id,
        "Arn": format!("arn:aws:iam::{}:role/{name}", world.account),
        "CreateDate": CREATED.parse().map(wire).unwrap_or_default(),
        "AssumeRolePolicyDocument": trust,
        "MaxSessionDuration": 3_600,
    } }))
}

/// The name of the role whose ARN this is, in this account. A session of a role is none.
fn role_named<'a>(world: &World, arn: &'a str) -> Result<&'a str, AwsError> {
    let front = format!("arn:aws:iam::{}:role/", world.account);
    let path = arn.strip_prefix(&front).ok_or_else(|| {
        AwsError::new(
            "InvalidInput",
            format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."),
        )
    })?;
    Ok(path.rsplit('/').next().unwrap_or(path))
}

fn simulate(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let source = input
        .text("PolicySourceArn")
        .ok_or_else(|| AwsError::absent("policySourceArn"))?;
    let actions = input.texts("ActionNames");
    if actions.is_empty() {
        return Err(AwsError::absent("actionNames"));
    }
    let wrong = |action: &&String| {
        action
            .split_once(':')
            .is_none_or(|(prefix, name)| prefix.is_empty() || name.is_empty() || name.contains('*'))
    };
    if let Some(action) = actions.iter().find(wrong) {
        return Err(AwsError::new(
            "InvalidInput",
            format!("Invalid Action: {action} does not name a single action."),
        ));
    }
    let role = role_named(world, source)?;
    if !world.roles().contains(role) {
        return Err(no_role(role));
    }
    let mut resources = input.texts("ResourceArns");
    if resources.is_empty() {
        resources.push("*".to_owned());
    }
    let all: Vec<Value> = actions
        .iter()
        .flat_map(|action| resources.iter().map(move |resource| (action, resource)))
        .map(|(action, resource)| {
            let decision = world.decide(role, action);
            let statements = match decision {
                Decision::Allowed | Decision::ExplicitDeny => json!([{
                    "SourcePolicyId": format!("role_{role}"),
                    "SourcePolicyType": "role",
                    "StartPosition": { "Line": 3, "Column": 5 },
                    "EndPosition": { "Line": 9, "Column": 6 },
                }]),
                Decision::ImplicitDeny => json!([]),
            };
            json!({
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision.name(),
                "MatchedStatements": statements,
                "MissingContextValues": [],
            })
        })
        .collect();
    let list = format!("simulation {source} {}", actions.join(" "));
    let page = page_or(all, input, PAGING, REFUSALS, &list, world.chance)?;
    Ok(json!({
        "EvaluationResults": page.items,
        "IsTruncated": page.next.is_some(),
        "Marker": page.next,
    }))
}
