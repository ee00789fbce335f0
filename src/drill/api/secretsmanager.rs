//! Secrets Manager, API version 2017-10-17: secrets, their versions, and the stages that say which one counts.

use serde_json::{Map, Value, json};

use super::{
    AwsError,
    input::Input,
    page::{Paging, Refusals, page_or},
};
use crate::drill::{
    time::{wire, wire_option},
    world::{CURRENT, Secret, SecretRefused, SecretVersion, World},
};

const PAGING: Paging = Paging {
    token: "NextToken",
    size: "MaxResults",
    default: 100,
    most: 100,
};
const REFUSALS: Refusals = Refusals {
    token: || AwsError::new("InvalidNextTokenException", "The NextToken value is invalid."),
    size: AwsError::parameter,
};

pub(super) fn answer(world: &mut World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    let index = input
        .required("SecretId")
        .and_then(|wanted| world.secret(wanted).ok_or_else(|| missing("specified secret.")));
    match operation {
        "DescribeSecret" => Ok(described(world, &world.secrets[index?])),
        "GetSecretValue" => value(world, index?, input),
        "ListSecretVersionIds" => versions(world, index?, input),
        "UpdateSecret" => update(world, index?, input),
        "PutSecretValue" => put(world, index?, input),
        "UpdateSecretVersionStage" => stage(world, index?, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn missing(what: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        format!("Secrets Manager can't find the {what}"),
    )
}

/// Refuses what cannot be done with a secret that waits for its deletion.
fn not_scheduled(world: &World, index: usize) -> Result<&Secret, AwsError> {
    let secret = &world.secrets[index];
    if secret.is_scheduled(world.now) {
        return Err(AwsError::new(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        ));
    }
    Ok(secret)
}

fn described(world: &World, secret: &Secret) -> Value {
    let mut stages = Map::new();
    for version in &secret.versions {
        let on = secret.stages_of(&version.id);
        // Versions without a stage are deprecated, and not named here.
        if !on.is_empty() {
            stages.insert(version.id.clone(), json!(on));
        }
    }
    json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": secret.description,
        "KmsKeyId": kms_key(world),
        "LastChangedDate": wire(secret.changed_at),
        "DeletedDate": wire_option(secret.scheduled_at.filter(|at| *at <= world.now)),
        "Tags": [{ "Key": "app", "Value": "peoplebooster" }],
        "VersionIdsToStages": stages,
        "CreatedDate": wire(secret.created_at),
    })
}

fn kms_key(world: &World) -> String {
    let key = world.chance.uuid("kms secrets", 0);
    format!("arn:aws:kms:{}:{}:key/{key}", world.region, world.account)
}

fn value(world: &World, index: usize, input: Input<'_>) -> Result<Value, AwsError> {
    let secret = not_scheduled(world, index)?;
    let (by_id, stage) = (input.text("VersionId"), input.text("VersionStage"));
    let stage = stage.or(by_id.is_none().then_some(CURRENT));
    let staged = match stage {
        None => None,
        Some(stage) => {
            let id = secret.stages.get(stage);
            let gone = || missing(&format!("specified secret value for staging label: {stage}"));
            Some(id.map(String::as_str).ok_or_else(gone)?)
        }
    };
    if let (Some(id), Some(staged)) = (by_id, staged)
        && id != staged
    {
        return Err(AwsError::new(
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ));
    }
    let id = by_id.or(staged).unwrap_or_default();
    let version = secret
        .version(id)
        .ok_or_else(|| missing(&format!("specified secret value for VersionId: {id}")))?;
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.id,
        "SecretString": version.value,
        "VersionStages": secret.stages_of(&version.id),
        "CreatedDate": wire(version.created_at),
    }))
}

fn versions(world: &World, index: usize, input: Input<'_>) -> Result<Value, AwsError> {
    let secret = &world.secrets[index];
    let all = input.flag("IncludeDeprecated");
    let shown = |it: &SecretVersion| {
        json!({
            "VersionId": it.id,
            "VersionStages": Some(secret.stages_of(&it.id)).filter(|on| !on.is_empty()),
            "CreatedDate": wire(it.created_at),
            "KmsKeyIds": [kms_key(world)],
        })
    };
    let kept = secret
        .versions
        .iter()
        .rev()
        .filter(|it| all || !secret.stages_of(&it.id).is_empty());
    let list = format!("versions {} {all}", secret.name);
    let page = page_or(
        kept.map(shown).collect(),
        input,
        PAGING,
        REFUSALS,
        &list,
        world.chance,
    )?;
    Ok(json!({ "Versions": page.items, "NextToken": page.next, "ARN": secret.arn, "Name": secret.name }))
}

/// The token that becomes the id of a version. Clients make one by themselves; a bare request must bring its own.
fn token<'a>(input: Input<'a>) -> Result<&'a str, AwsError> {
    let token = input.text("ClientRequestToken").ok_or_else(|| {
        AwsError::new(
            "InvalidRequestException",
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
        )
    })?;
    if !(32..=64).contains(&token.len()) {
        return Err(AwsError::parameter(
            "ClientRequestToken must be 32 to 64 characters long.",
        ));
    }
    Ok(token)
}

/// The value that a request brings.
fn new_value<'a>(input: Input<'a>) -> Result<Option<&'a str>, AwsError> {
    if input.field("SecretBinary").is_some() {
        return Err(AwsError::parameter("The drill keeps no binary secrets."));
    }
    match input.text("SecretString") {
        Some(text) if text.len() > 65_536 => Err(AwsError::parameter(
            "SecretString must be at most 65536 bytes long.",
        )),
        text => Ok(text),
    }
}

fn refusal(refused: SecretRefused, stage: &str) -> AwsError {
    match refused {
        SecretRefused::TokenTaken => AwsError::new(
            "ResourceExistsException",
            "The operation failed because the ClientRequestToken belongs to a version with another value. You can't modify an existing version, you can only create new ones.",
        ),
        SecretRefused::NoVersion => missing("specified secret version."),
        SecretRefused::StageElsewhere(on) => AwsError::parameter(format!(
            "The parameter RemoveFromVersionId can't be empty or another version. Staging label {stage} is currently attached to version {on}, so you must explicitly reference that version in RemoveFromVersionId."
        )),
        SecretRefused::StageNowhere => AwsError::parameter(format!(
            "The staging label {stage} is attached to no version, so it can't be removed."
        )),
        SecretRefused::LastCurrent => AwsError::parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
        ),
    }
}

fn update(world: &mut World, index: usize, input: Input<'_>) -> Result<Value, AwsError> {
    let now = world.now;
    not_scheduled(world, index)?;
    let value = new_value(input)?;
    let token = value.map(|_| token(input)).transpose()?;
    let secret = &mut world.secrets[index];
    if let (Some(value), Some(token)) = (value, token) {
        secret
            .put(token, value, &[CURRENT.to_owned()], now)
            .map_err(|refused| refusal(refused, CURRENT))?;
    }
    if let Some(description) = input.text("Description") {
        secret.description = Some(description.to_owned());
        secret.changed_at = now;
    }
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": token }))
}

fn put(world: &mut World, index: usize, input: Input<'_>) -> Result<Value, AwsError> {
    let now = world.now;
    not_scheduled(world, index)?;
    let value = new_value(input)?.ok_or_else(|| {
        AwsError::new(
            "InvalidRequestException",
            "You must provide either SecretString or SecretBinary.",
        )
    })?;
    let token = token(input)?;
    let mut stages = input.texts("VersionStages");
    if stages.len() > 20 {
        return Err(AwsError::parameter("VersionStages must have at most 20 members."));
    }
    if stages.is_empty() {
        stages.push(CURRENT.to_owned());
    }
    let secret = &mut world.secrets[index];
    secret
        .put(token, value, &stages, now)
        .map_err(|refused| refusal(refused, CURRENT))?;
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": token,
        "VersionStages": secret.stages_of(token),
    }))
}

fn stage(world: &mut World, index: usize, input: Input<'_>) -> Result<Value, AwsError> {
    let now = world.now;
    not_scheduled(world, index)?;
    let stage = input.required("VersionStage")?;
    let (from, to) = (input.text("RemoveFromVersionId"), input.text("MoveToVersionId"));
    if from.is_none() && to.is_none() {
        return Err(AwsError::parameter(
            "You must provide MoveToVersionId, RemoveFromVersionId or both.",
        ));
    }
    let secret = &mut world.secrets[index];
    secret
        .move_stage(stage, from, to, now)
        .map_err(|refused| refusal(refused, stage))?;
    Ok(json!({ "ARN": secret.arn, "Name": secret.name }))
}
