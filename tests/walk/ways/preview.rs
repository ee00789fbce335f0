//! What reached the account against what was previewed, item by item.

use modosu::domain::Clean;
use modosu::incident::{Event, Incident};
use modosu::rollback::{Api, DefinitionRef, OurTags, Registration, Step};
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

/// The previewed input with what has become known since in the place of its placeholders.
fn filled_in(incident: &Incident, (place, call): (usize, usize), api: &Api) -> Value {
    let known = match api {
        Api::UpdateService {
            cluster,
            service,
            task_definition: Some(DefinitionRef::Registered),
            force,
        } => Api::UpdateService {
            cluster: cluster.clone(),
            service: service.clone(),
            task_definition: incident.receipts[&(place, call - 1)]
                .0
                .definition
                .clone()
                .map(DefinitionRef::Known),
            force: *force,
        },
        other => other.clone(),
    };
    serde_json::to_value(&known).unwrap()["input"].clone()
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
    tags.extend([
        json!({ "key": OurTags::INCIDENT, "value": incident.id.as_str() }),
        json!({ "key": OurTags::STEP, "value": format!("{}.{}", place.0 + 1, place.1 + 1) }),
        json!({ "key": OurTags::INTENT, "value": token(incident, place).as_str() }),
    ]);
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
