//! The calls of the other ways back: exactly their fields, exactly once, and nothing sent when the groundwork is not right.

use super::sending;
use std::sync::Arc;

use modosu::adapters::aws::Writer;
use modosu::domain::{
    Clean, Endpoint, Fault, FaultKind, InstanceSettings, Mode, ServiceDeploymentArn, TaskDefinitionArn,
    WritePermit,
};
use serde_json::{Value, json};

use super::fake::{Call, ECS, Fake, Reply, Turns, cluster, definition_arn, ecs_name};

async fn writer(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> (Writer, Fake) {
    let fake = Fake::new(script);
    let permit = WritePermit::grant(Mode::Full).unwrap();
    let writer = Writer::new(&permit, &fake.connection().await, Arc::new(Turns::default()));
    (writer, fake)
}

fn tags() -> Vec<(String, String)> {
    [("modosu:incident", "2026-11-23-1"), ("modosu:intent", "0f1e")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
}

/// A fault of something that was read first: nothing was sent.
fn nothing_sent(fault: &Fault, fake: &Fake, call: &str) {
    assert!(fault.certainly_not_done(), "{fault:?}");
    assert_eq!(fake.count(call), 0, "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_answered_with_rollback_in_so_many_words() {
    let arn = ServiceDeploymentArn::new(&format!("{ECS}:service-deployment/pb/s/d1")).unwrap();
    let (writer, fake) = writer(|_| Reply::Json(json!({"serviceDeploymentArn": "x"}))).await;
    let receipt = sending::continue_back(&writer, &arn, &"hook-1".into())
        .await
        .unwrap();
    assert_eq!(receipt.service_deployment, Some(arn.clone()));
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].operation, "ecs.ContinueServiceDeployment");
    assert_eq!(
        calls[0].input,
        json!({"serviceDeploymentArn": arn.as_str(), "hookId": "hook-1", "action": "ROLLBACK"})
    );
}

#[tokio::test(start_paused = true)]
async fn a_redeploy_is_three_fields() {
    let (writer, fake) = writer(|_| {
        Reply::Json(json!({"service": {"deployments": [
            {"id": "ecs-svc/9", "status": "PRIMARY", "taskDefinition": definition_arn(57)}
        ]}}))
    })
    .await;
    let receipt = sending::redeploy(&writer, &cluster(), &ecs_name("s"))
        .await
        .unwrap();
    assert_eq!(receipt.deployment.unwrap().as_str(), "ecs-svc/9");
    assert_eq!(
        fake.calls()[0].input,
        json!({"cluster": "pb", "service": "s", "forceNewDeployment": true})
    );
    assert_eq!(fake.calls().len(), 1);
}

/// Every field that the SDK knows, which a test beside `aws::definition_shape` holds it to.
const WHOLE: &str = include_str!("whole-definition.json");

/// A definition in which every field of every structure is set. ECS describes a container without a share of CPU as one
/// with 0, which means the same (ECS API reference, ContainerDefinition).
pub(super) fn whole(arn: &str) -> Value {
    // As text: the macro would have to recurse too deep.
    let mut definition: Value = serde_json::from_str(WHOLE).unwrap();
    definition["taskDefinitionArn"] = json!(arn);
    definition
}

/// What DescribeTaskDefinition tells beyond what RegisterTaskDefinition takes.
fn without_read_only(mut definition: Value) -> Value {
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
        definition.as_object_mut().unwrap().remove(field).unwrap();
    }
    definition
}

/// The order of fields and an empty list where nothing was written are no difference.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map
                .iter()
                .filter(|(_, value)| !value.as_array().is_some_and(Vec::is_empty))
                .map(|(key, value)| (key.clone(), plain(value)))
                .collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn registry(call: &Call) -> Reply {
    match call.operation.as_str() {
        "ecs.DescribeTaskDefinition" => Reply::Json(json!({
            "taskDefinition": whole(&definition_arn(57)),
            "tags": [{"key": "team", "value": "pb"}, {"key": "modosu:intent", "value": "old"},
                     {"key": "aws:cloudformation:stack-name", "value": "pb"}]
        })),
        "ecs.RegisterTaskDefinition" => {
            Reply::Json(json!({"taskDefinition": {"taskDefinitionArn": definition_arn(61)}}))
        }
        other => panic!("{other}"),
    }
}

fn base() -> TaskDefinitionArn {
    TaskDefinitionArn::new(&definition_arn(57)).unwrap()
}

const PINNED: &str = "1.dkr.ecr.r.amazonaws.com/pb-backend@sha256:aa";

#[tokio::test(start_paused = true)]
async fn a_clone_is_the_whole_definition_with_one_image_replaced() {
    let (writer, fake) = writer(registry).await;
    let receipt = sending::register_clone(&writer, &base(), &"app".into(), &PINNED.into(), &tags())
        .await
        .unwrap();
    assert_eq!(receipt.definition.unwrap().revision(), 61);
    let calls = fake.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].texts("include"), ["TAGS"]);
    assert_eq!(calls[1].operation, "ecs.RegisterTaskDefinition");
    let mut expected = without_read_only(whole(""));
    expected["containerDefinitions"][0]["image"] = json!(PINNED);
    expected["tags"] = json!([
        {"key": "team", "value": "pb"},
        {"key": "modosu:incident", "value": "2026-11-23-1"},
        {"key": "modosu:intent", "value": "0f1e"}
    ]);
    assert_eq!(plain(&calls[1].input), plain(&expected));
}

/// What the SDK can send is what the clone above sends: a field that a new SDK adds makes this fail until it is cloned.
#[test]
fn the_sdk_knows_no_field_that_is_not_cloned() {
    let input = aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput::builder()
        .build()
        .unwrap();
    let shown = format!("{input:?}");
    let fields: Vec<&str> = shown
        .trim_start_matches("RegisterTaskDefinitionInput { ")
        .split(", ")
        .filter_map(|field| field.split_once(": ").map(|(name, _)| name))
        .collect();
    let mut expected = without_read_only(whole(""));
    expected["tags"] = json!([]);
    let mut sent: Vec<String> = expected.as_object().unwrap().keys().cloned().collect();
    let mut known: Vec<String> = fields
        .iter()
        .map(|field| {
            let mut parts = field.split('_');
            let first = parts.next().unwrap().to_owned();
            parts.fold(first, |name, part| {
                name + &part[..1].to_ascii_uppercase() + &part[1..]
            })
        })
        .collect();
    sent.sort();
    known.sort();
    assert_eq!(known, sent);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_registered_when_the_base_is_not_what_it_should_be() {
    let (clone, fake) = writer(registry).await;
    let fault = sending::register_clone(&clone, &base(), &"sidecar".into(), &PINNED.into(), &tags())
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotSent);
    nothing_sent(&fault, &fake, "ecs.RegisterTaskDefinition");
    for (reply, kind) in [
        ((|| Reply::Lost) as fn() -> Reply, FaultKind::NotSent),
        (|| Reply::Never, FaultKind::NotSent),
        (|| Reply::Error(500, "ServerException", ""), FaultKind::NotSent),
        (|| Reply::Json(json!({})), FaultKind::NotSent),
        (
            || Reply::Error(400, "ThrottlingException", "Rate exceeded"),
            FaultKind::Throttled,
        ),
        (
            || Reply::Error(400, "AccessDeniedException", "no"),
            FaultKind::Denied {
                action: "ecs:DescribeTaskDefinition".into(),
            },
        ),
    ] {
        let (clone, fake) = writer(move |_| reply()).await;
        let fault = sending::register_clone(&clone, &base(), &"app".into(), &PINNED.into(), &tags())
            .await
            .unwrap_err();
        assert_eq!(fault.kind, kind);
        nothing_sent(&fault, &fake, "ecs.RegisterTaskDefinition");
        assert_eq!(fake.calls().len(), 1, "not tried again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_registration_without_an_answer_is_in_doubt_and_sent_once() {
    let (clone, fake) = writer(|call| match call.operation.as_str() {
        "ecs.RegisterTaskDefinition" => Reply::Lost,
        _ => registry(call),
    })
    .await;
    let fault = sending::register_clone(&clone, &base(), &"app".into(), &PINNED.into(), &tags())
        .await
        .unwrap_err();
    assert!(!fault.certainly_not_done());
    assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
    assert_eq!(fake.count("ecs.RegisterTaskDefinition"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_restore_has_every_setting_of_the_live_instance() {
    let (writer, fake) = writer(|_| {
        Reply::Xml(
            "<RestoreDBInstanceFromDBSnapshotResponse><RestoreDBInstanceFromDBSnapshotResult><DBInstance>\
             <DBInstanceIdentifier>pb-restored</DBInstanceIdentifier><DBInstanceStatus>creating</DBInstanceStatus>\
             </DBInstance></RestoreDBInstanceFromDBSnapshotResult></RestoreDBInstanceFromDBSnapshotResponse>"
                .to_owned(),
        )
    })
    .await;
    let settings = InstanceSettings {
        subnet_group: Some("pb-subnets".into()),
        security_groups: ["sg-2".into(), "sg-1".into()].into(),
        parameter_group: Some("pb-pg15".into()),
        option_group: Some("default:postgres-15".into()),
        publicly_accessible: false,
        multi_az: true,
        deletion_protection: true,
        copy_tags: true,
        iam_authentication: true,
    };
    let receipt = sending::restore(
        &writer,
        &"rds:pb-2026-11-23".into(),
        &"pb-restored".into(),
        &"db.t3.medium".into(),
        &settings,
        &tags(),
    )
    .await
    .unwrap();
    assert_eq!(receipt.instance, Some("pb-restored".into()));
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        plain(&calls[0].input),
        plain(&json!({
            "Action": "RestoreDBInstanceFromDBSnapshot", "Version": "2014-10-31",
            "DBInstanceIdentifier": "pb-restored", "DBSnapshotIdentifier": "rds:pb-2026-11-23",
            "DBInstanceClass": "db.t3.medium", "DBSubnetGroupName": "pb-subnets",
            "VpcSecurityGroupIds.VpcSecurityGroupId.1": "sg-1", "VpcSecurityGroupIds.VpcSecurityGroupId.2": "sg-2",
            "DBParameterGroupName": "pb-pg15", "OptionGroupName": "default:postgres-15",
            "PubliclyAccessible": "false", "MultiAZ": "true", "DeletionProtection": "true",
            "CopyTagsToSnapshot": "true", "EnableIAMDatabaseAuthentication": "true",
            "Tags.Tag.1.Key": "modosu:incident", "Tags.Tag.1.Value": "2026-11-23-1",
            "Tags.Tag.2.Key": "modosu:intent", "Tags.Tag.2.Value": "0f1e"
        }))
    );
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_is_refused_is_certain() {
    for (code, kind) in [
        ("DBInstanceAlreadyExists", FaultKind::Rejected),
        ("DBSnapshotNotFound", FaultKind::NotFound),
        ("InstanceQuotaExceeded", FaultKind::Rejected),
        ("Throttling", FaultKind::Throttled),
    ] {
        let (writer, fake) = writer(move |_| Reply::XmlError(400, code, "no \u{fffd}")).await;
        let settings = InstanceSettings::default();
        let name = Clean::new("x");
        let fault = sending::restore(&writer, &name, &name, &name, &settings, &[])
            .await
            .unwrap_err();
        assert_eq!(fault.kind, kind, "{code}");
        assert!(fault.certainly_not_done());
        assert_eq!(fake.calls().len(), 1);
    }
}

const VALUE: &str =
    "{\"username\":\"pb\", \"password\":\"canary-pw-4471\",\n \"host\":\"old.rds\", \"port\":5432}";

pub(super) fn secrets(call: &Call) -> Reply {
    match call.operation.as_str() {
        "secretsmanager.GetSecretValue" => Reply::Json(json!({
            "ARN": "arn:aws:secretsmanager:r:1:secret:pb/db-x", "Name": "pb/db", "VersionId": "v1",
            "SecretString": VALUE, "VersionStages": ["AWSCURRENT"]
        })),
        _ => Reply::Json(
            json!({"ARN": "arn:x", "Name": "pb/db", "VersionId": call.input["ClientRequestToken"]}),
        ),
    }
}

pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        host: "pb-restored.rds".into(),
        port: 5433,
    }
}

#[tokio::test(start_paused = true)]
async fn only_host_and_port_of_the_secret_change() {
    let (writer, fake) = writer(secrets).await;
    let receipt = sending::switch_secret(&writer, &"pb/db".into(), &"v1".into(), "0f1e-token", &endpoint())
        .await
        .unwrap();
    assert_eq!(receipt.secret_version, Some("0f1e-token".into()));
    assert!(!format!("{receipt:?}").contains("canary"));
    let calls = fake.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        calls[0].input,
        json!({"SecretId": "pb/db", "VersionStage": "AWSCURRENT"})
    );
    assert_eq!(calls[1].operation, "secretsmanager.UpdateSecret");
    assert_eq!(
        calls[1].input,
        json!({"SecretId": "pb/db", "ClientRequestToken": "0f1e-token",
               "SecretString": VALUE.replace("old.rds", "pb-restored.rds").replace("5432", "5433")})
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_switched_when_the_secret_is_not_what_was_approved() {
    let script =
        |value: &'static str| move |_: &Call| Reply::Json(json!({"VersionId": "v1", "SecretString": value}));
    type Script = Box<dyn Fn(&Call) -> Reply + Send + Sync>;
    let broken: Vec<(&str, Script)> = vec![
        ("not JSON", Box::new(script("postgres://pb:canary-pw@old"))),
        ("no host", Box::new(script("{\"password\":\"canary-pw\"}"))),
        (
            "two hosts",
            Box::new(script("{\"host\":\"canary-pw\",\"host\":\"b\"}")),
        ),
        (
            "another version",
            Box::new(|_| Reply::Json(json!({"VersionId": "v2", "SecretString": "{\"host\":\"canary-pw\"}"}))),
        ),
        (
            "bytes",
            Box::new(|_| Reply::Json(json!({"VersionId": "v1", "SecretBinary": "AAAA"}))),
        ),
        ("lost", Box::new(|_| Reply::Lost)),
        ("never", Box::new(|_| Reply::Never)),
        (
            "denied",
            Box::new(|_| Reply::Error(400, "AccessDeniedException", "no")),
        ),
        (
            "gone",
            Box::new(|_| Reply::Error(400, "ResourceNotFoundException", "no")),
        ),
        (
            "deleted",
            Box::new(|_| Reply::Error(400, "InvalidRequestException", "marked for deletion")),
        ),
    ];
    for (name, script) in broken {
        let (writer, fake) = writer(script).await;
        let fault = sending::switch_secret(&writer, &"pb/db".into(), &"v1".into(), "token", &endpoint())
            .await
            .unwrap_err();
        nothing_sent(&fault, &fake, "secretsmanager.UpdateSecret");
        assert_eq!(fake.calls().len(), 1, "{name}");
        assert!(!format!("{fault:?}").contains("canary"), "{name}: {fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_switch_without_an_answer_is_in_doubt_and_sent_once() {
    for reply in [(|| Reply::Lost) as fn() -> Reply, || Reply::Never] {
        let (writer, fake) = writer(move |call| match call.operation.as_str() {
            "secretsmanager.UpdateSecret" => reply(),
            _ => secrets(call),
        })
        .await;
        let fault = sending::switch_secret(&writer, &"pb/db".into(), &"v1".into(), "token", &endpoint())
            .await
            .unwrap_err();
        assert!(!fault.certainly_not_done());
        assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
        assert_eq!(fake.count("secretsmanager.UpdateSecret"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_way_back_of_the_secret_moves_a_stage_and_reads_nothing() {
    let (writer, fake) = writer(secrets).await;
    let receipt = sending::stage_back(&writer, &"pb/db".into(), &"v1".into(), &"v2".into())
        .await
        .unwrap();
    assert_eq!(receipt.secret_version, Some("v1".into()));
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].operation, "secretsmanager.UpdateSecretVersionStage");
    assert_eq!(
        calls[0].input,
        json!({"SecretId": "pb/db", "VersionStage": "AWSCURRENT", "MoveToVersionId": "v1", "RemoveFromVersionId": "v2"})
    );
}
