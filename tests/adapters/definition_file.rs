//! The operator's own definition: read, checked, sealed, and registered only as it was read.

use super::sending;
use std::path::Path;
use std::sync::Arc;

use modosu::adapters::aws::{Writer, read_definition_file};
use modosu::domain::{FaultKind, Mode, WritePermit};
use serde_json::{Value, json};

use super::fake::{Fake, Reply, Turns, definition_arn};
use super::methods::whole;

fn written(folder: &tempfile::TempDir, text: &str) -> std::path::PathBuf {
    let path = folder.path().join("task-definition-rollback.json");
    std::fs::write(&path, text).unwrap();
    path
}

/// The definition as `--cli-input-json` takes it.
fn input() -> Value {
    let mut input = whole("");
    for field in [
        "taskDefinitionArn",
        "revision",
        "status",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
        "requiresAttributes",
        "compatibilities",
    ] {
        input.as_object_mut().unwrap().remove(field).unwrap();
    }
    input["tags"] = json!([{"key": "team", "value": "pb"}]);
    input
}

async fn registering() -> (Writer, Fake) {
    let fake =
        Fake::new(|_| Reply::Json(json!({"taskDefinition": {"taskDefinitionArn": definition_arn(61)}})));
    let permit = WritePermit::grant(Mode::Full).unwrap();
    let writer = Writer::new(&permit, &fake.connection().await, Arc::new(Turns::default()));
    (writer, fake)
}

#[tokio::test]
async fn a_file_is_read_sealed_and_registered_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &serde_json::to_string_pretty(&input()).unwrap());
    let own = read_definition_file(&path).await.unwrap();
    assert_eq!(own.family.as_str(), "pb-backend");
    assert_eq!(own.sha256.as_str().len(), 64);
    assert_eq!(own.containers.len(), 2);
    let app = own.container_of("pb-backend").unwrap();
    assert_eq!(app.image.as_str(), "1.dkr.ecr.r.amazonaws.com/pb-backend:v1.4.0");
    assert_eq!(app.settings.environment.len(), 2);
    assert_eq!(own.settings.cpu, Some("256".into()));
    assert!(!format!("{own:?}").contains("canary"), "{own:?}");

    let (writer, fake) = registering().await;
    let tags = [("modosu:intent".to_owned(), "0f1e".to_owned())];
    let receipt = sending::register_file(&writer, &path, &own.sha256, &tags)
        .await
        .unwrap();
    assert_eq!(receipt.definition.unwrap().revision(), 61);
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    let mut expected = input();
    expected["tags"] = json!([{"key": "team", "value": "pb"}, {"key": "modosu:intent", "value": "0f1e"}]);
    let sent: Value = calls[0].input.clone();
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&without_empty(&sent[field]), value, "{field}");
    }
    assert_eq!(
        sent.as_object().unwrap().len(),
        expected.as_object().unwrap().len()
    );
}

fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.as_array().is_some_and(Vec::is_empty))
            .map(|(key, value)| (key.clone(), without_empty(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(list) => list.iter().map(without_empty).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_whole_description_is_taken_for_what_it_describes() {
    let folder = tempfile::tempdir().unwrap();
    let described =
        json!({"taskDefinition": whole(&definition_arn(57)), "tags": [], "ResponseMetadata": {"a": 1}});
    let from_description = read_definition_file(&written(&folder, &described.to_string()))
        .await
        .unwrap();
    let from_input = read_definition_file(&written(&folder, &input().to_string()))
        .await
        .unwrap();
    assert_eq!(from_description.containers, from_input.containers);
    assert_eq!(from_description.settings, from_input.settings);
    assert_ne!(from_description.sha256, from_input.sha256);
}

#[tokio::test]
async fn a_file_that_changed_since_the_plan_is_not_registered() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &input().to_string());
    let own = read_definition_file(&path).await.unwrap();
    let mut other = input();
    other["cpu"] = json!("512");
    written(&folder, &other.to_string());
    let (writer, fake) = registering().await;
    let fault = sending::register_file(&writer, &path, &own.sha256, &[])
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSent);
    assert_eq!(fake.calls().len(), 0);
    std::fs::remove_file(&path).unwrap();
    let fault = sending::register_file(&writer, &path, &own.sha256, &[])
        .await
        .unwrap_err();
    assert!(fault.certainly_not_done());
    assert_eq!(fake.calls().len(), 0);
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place_and_without_its_value() {
    let folder = tempfile::tempdir().unwrap();
    for (text, says) in [
        ("hunter2", "is no JSON at line 1"),
        ("[\"hunter2\"]", "is no JSON object"),
        ("{\"family\": \"hunter2\"", "is no JSON at line 1"),
        (
            "{\"taskDefinition\": \"hunter2\"}",
            "taskDefinition: is not an object",
        ),
        (
            "{\"taskDefinition\": {}, \"cluster\": \"hunter2\"}",
            "cluster: there is no such field beside taskDefinition",
        ),
        (
            "{\"family\": \"f\", \"containerDefinitions\": [{\"name\": \"a\", \"image\": \"i\", \"enviroment\": [\"hunter2\"]}]}",
            "containerDefinitions[0].enviroment: there is no such field; `environment` is meant?",
        ),
        (
            "{\"family\": \"f\", \"containerDefinitions\": [{\"name\": \"a\", \"image\": \"i\", \
             \"environment\": [{\"name\": \"A\", \"value\": {\"hunter2\": 1}}]}]}",
            "containerDefinitions[0].environment[0].value: is not a text",
        ),
    ] {
        let fault = read_definition_file(&written(&folder, text)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local);
        let detail = fault.detail.as_str();
        assert!(detail.contains(says), "{detail}");
        assert!(!detail.contains("hunter2"), "{detail}");
    }
    let fault = read_definition_file(Path::new("/nowhere/at/all.json"))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Local);
    let fault = read_definition_file(folder.path()).await.unwrap_err();
    assert!(fault.detail.as_str().contains("is no file"), "{fault}");
}
