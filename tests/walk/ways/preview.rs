//! What reached the account against what was previewed, item by item.

use std::collections::BTreeMap;

use modosu::domain::Clean;
use modosu::incident::{Event, Incident};
use modosu::rollback::{Api, CORRELATION, DefinitionRef, OurTags, Registration, Step};
use serde_json::{Value, json};

use super::way::Way;
use crate::walk::ground::Ground;

const DESCRIBE: &str = "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition";

/// Holds the drill's ledger against the calls of the incident's plan: the same calls in the same order, each once, each with
/// the previewed input, and nothing else.
pub(super) async fn is_as_previewed(way: &Way, ground: &Ground, incident: &Incident) {
    let plan = incident.plan.as_ref().unwrap();
    let previewed: Vec<(usize, usize, &Step)> = plan
        .steps
        .iter()
        .enumerate()
        .flat_map(|(place, step)| (0..step.calls.len()).map(move |call| (place, call, step)))
        .collect();
    let written = way.written(ground);
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    let expected: Vec<&str> = previewed
        .iter()
        .map(|(_, call, step)| step.calls[*call].api.name())
        .collect();
    assert_eq!(names, expected);
    for ((place, call, step), (name, reached)) in previewed.into_iter().zip(&written) {
        let api = &step.calls[call].api;
        match api {
            Api::RegisterTaskDefinition { of, .. } => {
                registered(ground, incident, (place, call), of, reached).await;
            }
            Api::UpdateService { .. }
            | Api::StopServiceDeployment { .. }
            | Api::ContinueServiceDeployment { .. }
            | Api::RestoreDbInstance { .. }
            | Api::UpdateSecret { .. }
            | Api::UpdateSecretVersionStage { .. }
            | Api::DispatchWorkflow { .. } => {
                let input = filled_in(incident, (place, call), api);
                assert_eq!(*reached, input, "{name} of step {place}");
            }
        }
    }
}

/// The previewed input as it is on the wire, with what has become known since in the place of its placeholders.
fn filled_in(incident: &Incident, (place, call): (usize, usize), api: &Api) -> Value {
    let input = |api: &Api| serde_json::to_value(api).unwrap()["input"].clone();
    match api {
        Api::UpdateService {
            cluster,
            service,
            task_definition: Some(DefinitionRef::Registered),
            force,
        } => input(&Api::UpdateService {
            cluster: cluster.clone(),
            service: service.clone(),
            task_definition: incident.receipts[&(place, call - 1)]
                .0
                .definition
                .clone()
                .map(DefinitionRef::Known),
            force: *force,
        }),
        Api::RestoreDbInstance { .. } => {
            let mut fields = input(api);
            let fields = fields.as_object_mut().unwrap();
            // The query protocol writes everything as text.
            for value in fields.values_mut() {
                if let Value::Bool(is_on) = value {
                    *value = json!(is_on.to_string());
                }
            }
            fields.remove("tags");
            let tags: Vec<Value> = our_tags(incident, (place, call))
                .into_iter()
                .map(|(key, value)| json!({ "Key": key, "Value": value }))
                .collect();
            fields.insert("Tags".to_owned(), Value::from(tags));
            fields.insert("Action".to_owned(), json!("RestoreDBInstanceFromDBSnapshot"));
            fields.insert("Version".to_owned(), json!("2014-10-31"));
            Value::Object(fields.clone())
        }
        // The ledger keeps no value. The token is the one that was journaled before.
        Api::UpdateSecret { secret, .. } => json!({
            "SecretId": secret.as_str(),
            "ClientRequestToken": token(incident, (place, call)).as_str(),
            "SecretString": "(removed)",
        }),
        Api::DispatchWorkflow {
            repository,
            workflow,
            branch,
            inputs,
        } => {
            let (owner, name) = repository.as_str().split_once('/').unwrap();
            let inputs: BTreeMap<&str, String> = inputs
                .iter()
                .map(|(name, value)| {
                    let value = match value.as_str() {
                        CORRELATION => token(incident, (place, call)).to_string(),
                        plain => plain.to_owned(),
                    };
                    (name.as_str(), value)
                })
                .collect();
            json!({
                "owner": owner,
                "repo": name,
                "workflow_id": workflow.to_string(),
                "ref": branch.as_str(),
                "inputs": inputs,
                "return_run_details": true,
            })
        }
        Api::UpdateService { .. }
        | Api::StopServiceDeployment { .. }
        | Api::ContinueServiceDeployment { .. }
        | Api::RegisterTaskDefinition { .. }
        | Api::UpdateSecretVersionStage { .. } => input(api),
    }
}

/// The tags of what a call makes.
fn our_tags(incident: &Incident, place: (usize, usize)) -> [(&'static str, String); 3] {
    [
        (OurTags::INCIDENT, incident.id.to_string()),
        (OurTags::STEP, format!("{}.{}", place.0 + 1, place.1 + 1)),
        (OurTags::INTENT, token(incident, place).to_string()),
    ]
}

/// The token of a call's intent.
pub(super) fn token(incident: &Incident, (place, place_of_call): (usize, usize)) -> Clean {
    incident
        .events
        .iter()
        .find_map(|recorded| match &recorded.event {
            Event::Intended {
                step, call, token, ..
            } if (*step, *call) == (place, place_of_call) => token.clone(),
            _ => None,
        })
        .unwrap()
}

async fn registered(
    ground: &Ground,
    incident: &Incident,
    place: (usize, usize),
    of: &Registration,
    reached: &Value,
) {
    let mut expected = match of {
        Registration::Clone {
            base,
            container,
            image,
        } => {
            let question = json!({ "taskDefinition": base.as_str(), "include": ["TAGS"] });
            let mut described = ground.ask(DESCRIBE, &question).await;
            let mut definition = described["taskDefinition"].take();
            let ours = definition["containerDefinitions"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .find(|known| known["name"] == container.as_str())
                .unwrap();
            assert_ne!(ours["image"], image.as_str());
            ours["image"] = json!(image.as_str());
            definition["tags"] = described["tags"].take();
            definition
        }
        Registration::File { file, .. } => {
            serde_json::from_slice(&std::fs::read(file.as_str()).unwrap()).unwrap()
        }
    };
    let fields = expected.as_object_mut().unwrap();
    // What ECS writes by itself (API reference, TaskDefinition).
    for own in [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
    ] {
        fields.remove(own);
    }
    let mut tags: Vec<Value> = fields
        .remove("tags")
        .and_then(|tags| tags.as_array().cloned())
        .unwrap_or_default();
    tags.extend(
        our_tags(incident, place)
            .into_iter()
            .map(|(key, value)| json!({ "key": key, "value": value })),
    );
    fields.insert("tags".to_owned(), Value::from(tags));
    assert_eq!(told(reached), told(&expected));
}

/// A definition as far as the ledger keeps it: the names of variables without their values, and nothing that is empty or a
/// zero, which the SDK fills in where ECS says nothing.
fn told(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let kept = match (name.as_str(), value) {
                    ("environment", Value::Array(pairs)) => {
                        pairs.iter().map(|pair| pair["name"].clone()).collect()
                    }
                    _ => told(value),
                };
                (name.clone(), kept)
            })
            .filter(|(_, value)| !is_nothing(value))
            .collect(),
        Value::Array(items) => items.iter().map(told).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Number(number) => number.as_i64() == Some(0),
        Value::Object(_) | Value::Bool(_) | Value::String(_) => false,
    }
}
