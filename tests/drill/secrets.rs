//! Secrets Manager through the real SDK: versions, stages, tokens, what is refused, and what tasks get at their start.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use modosu::drill::{CallKind, Drill};
use serde_json::{Value, json};

use super::{
    database::{SECRET, connected, redeploy, switch_secret},
    door::{self, BACKEND, CLUSTER, advance, control, drill, ecs_call, json_call, roll_back_to},
    rollout::current,
    scenarios::{changed, changed_from, swap},
    stories::stopped,
    strategies::{failing, until},
};

const TOKEN: &str = "0b6c1d5e-8a34-4c0c-9a0f-5d1d3a1b7c21";

#[tokio::test(start_paused = true)]
async fn a_token_is_the_id_of_the_version_that_it_made() {
    let drill = drill("bad-deploy", 1);
    let secrets = door::secrets(&drill);
    let before = secrets.get_secret_value().secret_id(SECRET).send().await.unwrap();
    let old = before.version_id().unwrap().to_owned();
    let value = before.secret_string().unwrap().replace("5432", "5433");
    let update = |value: &str| {
        secrets
            .update_secret()
            .secret_id(SECRET)
            .client_request_token(TOKEN)
            .secret_string(value)
            .send()
    };
    assert_eq!(update(&value).await.unwrap().version_id(), Some(TOKEN));
    assert_eq!(
        update(&value).await.unwrap().version_id(),
        Some(TOKEN),
        "the same again is nothing new"
    );
    let other = update("{}").await.unwrap_err().into_service_error();
    assert!(other.is_resource_exists_exception(), "{other:?}");
    let described = secrets.describe_secret().secret_id(SECRET).send().await.unwrap();
    let stages = described.version_ids_to_stages().unwrap();
    assert_eq!(
        (stages.len(), &stages[TOKEN][0], &stages[&old][0]),
        (2, &"AWSCURRENT".into(), &"AWSPREVIOUS".into())
    );
    assert!(described.kms_key_id().is_some() && described.deleted_date().is_none());
    for staged in ["AWSCURRENT", "AWSPREVIOUS"] {
        let read = secrets
            .get_secret_value()
            .secret_id(described.arn().unwrap())
            .version_stage(staged)
            .send()
            .await
            .unwrap();
        let expected = if staged == "AWSCURRENT" {
            Some(value.as_str())
        } else {
            before.secret_string()
        };
        assert_eq!(read.secret_string(), expected, "every byte of {staged}");
    }

    let ledger = drill.ledger();
    let kinds: Vec<(&str, CallKind)> = ledger.iter().map(|it| (it.operation.as_str(), it.kind)).collect();
    assert_eq!(kinds[0], ("GetSecretValue", CallKind::Read));
    assert_eq!(kinds[1], ("UpdateSecret", CallKind::Write));
    assert_eq!(ledger[1].input["ClientRequestToken"], TOKEN);
    let kept = serde_json::to_string(&ledger).unwrap();
    assert!(kept.contains("(removed)") && !kept.contains("kX9") && !kept.contains("5433"));
}

#[tokio::test(start_paused = true)]
async fn a_stage_moves_only_from_where_it_is() {
    let drill = drill("bad-deploy", 1);
    let secrets = door::secrets(&drill);
    let old = secrets
        .get_secret_value()
        .secret_id(SECRET)
        .send()
        .await
        .unwrap()
        .version_id()
        .unwrap()
        .to_owned();
    secrets
        .put_secret_value()
        .secret_id(SECRET)
        .client_request_token(TOKEN)
        .secret_string("{}")
        .send()
        .await
        .unwrap();
    let back = |from: Option<&str>, to: Option<&str>| {
        secrets
            .update_secret_version_stage()
            .secret_id(SECRET)
            .version_stage("AWSCURRENT")
            .set_remove_from_version_id(from.map(str::to_owned))
            .set_move_to_version_id(to.map(str::to_owned))
            .send()
    };
    for (from, to) in [
        (None, Some(old.as_str())),
        (Some(old.as_str()), Some(old.as_str())),
        (Some(TOKEN), None),
        (None, None),
    ] {
        let refused = back(from, to).await.unwrap_err().into_service_error();
        assert!(
            refused.is_invalid_parameter_exception(),
            "{from:?} {to:?}: {refused:?}"
        );
    }
    let ghost = back(Some(TOKEN), Some("ghost"))
        .await
        .unwrap_err()
        .into_service_error();
    assert!(ghost.is_resource_not_found_exception());
    back(Some(TOKEN), Some(&old)).await.unwrap();
    let versions = secrets
        .list_secret_version_ids()
        .secret_id(SECRET)
        .send()
        .await
        .unwrap();
    let staged: Vec<(&str, &str)> = versions
        .versions()
        .iter()
        .map(|it| (it.version_id().unwrap(), it.version_stages()[0].as_str()))
        .collect();
    assert_eq!(staged, [(TOKEN, "AWSPREVIOUS"), (old.as_str(), "AWSCURRENT")]);
    secrets
        .put_secret_value()
        .secret_id(SECRET)
        .client_request_token(TOKEN.to_uppercase())
        .secret_string("[]")
        .send()
        .await
        .unwrap();
    let all = async |deprecated| {
        let asked = secrets
            .list_secret_version_ids()
            .secret_id(SECRET)
            .include_deprecated(deprecated);
        asked.send().await.unwrap().versions().len()
    };
    assert_eq!(
        (all(false).await, all(true).await),
        (2, 3),
        "what has no stage is deprecated"
    );
}

#[tokio::test(start_paused = true)]
async fn what_secrets_manager_refuses_has_its_name() {
    let drill = changed(|text| {
        text + "\n[[gone_secret]]\nname = \"peoplebooster/production/session\"\nsince = \"-1h\"\nscheduled = true\n"
    })
    .unwrap();
    let secrets = door::secrets(&drill);
    let code = |error: Option<&str>| error.unwrap_or_default().to_owned();
    let get = |id: &str| secrets.get_secret_value().secret_id(id);
    let ghost = get("ghost").send().await.unwrap_err().into_service_error();
    assert_eq!(code(ghost.code()), "ResourceNotFoundException");
    let stage = get(SECRET)
        .version_stage("AWSPENDING")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(code(stage.code()), "ResourceNotFoundException");
    assert!(stage.message().unwrap().contains("staging label: AWSPENDING"));
    let both = get(SECRET)
        .version_id(TOKEN)
        .version_stage("AWSCURRENT")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(code(both.code()), "InvalidRequestException");
    let going = "peoplebooster/production/session";
    let marked = get(going).send().await.unwrap_err().into_service_error();
    assert_eq!(code(marked.code()), "InvalidRequestException");
    assert!(marked.message().unwrap().contains("marked for deletion"));
    let described = secrets.describe_secret().secret_id(going).send().await.unwrap();
    assert!(described.deleted_date().is_some());
    let bare = json!({ "SecretId": SECRET, "SecretString": "{}" });
    assert_eq!(
        json_call(&drill, "secretsmanager.UpdateSecret", &bare).await,
        Err("InvalidRequestException".to_owned()),
        "a client makes a token by itself"
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_keep_the_connection_of_their_start() {
    let drill = drill("bad-deploy", 1);
    switch_secret(&drill, "nowhere.internal").await;
    advance(&drill, 300);
    assert_eq!(connected(&drill)[0]["instance"], "peoplebooster-production");
    redeploy(&drill).await;
    let links = connected(&drill);
    assert_eq!(
        (links[0].get("instance"), &links[0]["reached"], &links[0]["tasks"]),
        (None, &json!(false), &json!(4))
    );
    assert!(links[0]["error_share"].as_f64().unwrap() > 0.9);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_waits_for_its_deletion_starts_no_task() {
    let drill = changed(|text| {
        let revision = "image = \"v1.3.4\"\nregistered = \"-9d 2h 45m\"";
        let with = format!("{revision}\nsecrets = {{ LEGACY = \"peoplebooster/production/legacy\" }}");
        swap(&text, revision, &with)
            + "\n[[gone_secret]]\nname = \"peoplebooster/production/legacy\"\nsince = \"-1h\"\nscheduled = true\n"
    })
    .unwrap();
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 120);
    let stopped = stopped(&drill).await;
    let failed = stopped
        .iter()
        .find(|it| it["stopCode"] == "TaskFailedToStart")
        .unwrap();
    let why = failed["stoppedReason"].as_str().unwrap();
    assert!(
        why.starts_with("ResourceInitializationError: unable to pull secrets or registry auth"),
        "{why}"
    );
    assert!(why.ends_with("InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."));
    assert!(
        failed["taskDefinitionArn"]
            .as_str()
            .unwrap()
            .ends_with(&format!("{BACKEND}:56"))
    );
    assert_eq!(current(&drill).await["status"], "ROLLBACK_SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_is_gone_starts_no_task_and_is_no_secret() {
    const NAME: &str = "/peoplebooster/production/feature-flags";
    let gone = |text: String| text + &format!("\n[[gone_secret]]\nname = \"{NAME}\"\nsince = \"-1h\"\n");
    let drill = changed_from("vulnerable-image", gone).unwrap();
    let parameters = json_call(&drill, "AmazonSSM.DescribeParameters", &json!({}));
    assert!(!parameters.await.unwrap().to_string().contains(NAME));
    let secret = json_call(
        &drill,
        "secretsmanager.DescribeSecret",
        &json!({ "SecretId": NAME }),
    );
    assert_eq!(secret.await, Err("ResourceNotFoundException".to_owned()));
    redeploy(&drill).await;
    let stopped = stopped(&drill).await;
    let reasons = stopped.iter().filter_map(|it| it["stoppedReason"].as_str());
    let failed = reasons
        .filter(|why| why.starts_with("ResourceInitializationError"))
        .count();
    let words = format!("invalid ssm parameters: {NAME}");
    assert!(failed > 0, "{stopped:?}");
    let said = stopped.iter().filter(|it| {
        it["stoppedReason"]
            .as_str()
            .is_some_and(|why| why.ends_with(&words))
    });
    assert_eq!(said.count(), failed);
}

/// Ids of the tasks that wrote an error of a request in the last whole minutes, one for each line.
async fn writers_of_errors(drill: &Drill) -> Vec<String> {
    let mut input = json!({
        "logGroupName": "/ecs/peoplebooster-production/backend",
        "filterPattern": "{ $.level = \"error\" }",
        "startTime": after_start(drill, -120),
    });
    let mut writers = Vec::new();
    loop {
        let answer = json_call(drill, "Logs_20140328.FilterLogEvents", &input)
            .await
            .unwrap();
        let events = answer["events"].as_array().unwrap();
        let ids = events
            .iter()
            .filter_map(|it| it["logStreamName"].as_str()?.rsplit('/').next());
        writers.extend(ids.map(str::to_owned));
        match answer.get("nextToken") {
            Some(token) => input["nextToken"] = token.clone(),
            None => return writers,
        }
    }
}

/// Epoch milliseconds so many seconds from now.
fn after_start(drill: &Drill, seconds: i64) -> i64 {
    let now: jiff::Timestamp = drill.world()["now"].as_str().unwrap().parse().unwrap();
    now.as_millisecond() + 1000 * seconds
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_shows_with_the_first_percent_that_goes_over() {
    // Five minutes at a tenth of the traffic; `:57` has come through all of it, and 4.1 % of its answers fail.
    let canary = "{ type = \"canary\", percent = 10.0, canary_bake_minutes = 5, bake_minutes = 2 }";
    let drill = changed_from("blue-green", |text| {
        swap(&text, "{ type = \"blue-green\", bake_minutes = 5 }", canary)
    })
    .unwrap();
    switch_secret(&drill, "nowhere.internal").await;
    let input = json!({ "cluster": CLUSTER, "service": BACKEND, "forceNewDeployment": true });
    ecs_call(&drill, "UpdateService", &input).await.unwrap();
    until(&drill, "POST_TEST_TRAFFIC_SHIFT", 120).await;
    advance(&drill, 5);
    let before = failing(&drill, 1).await[0];
    assert!(
        (3.0..5.5).contains(&before),
        "the new tasks have no traffic: {before}"
    );

    until(&drill, "PRODUCTION_TRAFFIC_SHIFT", 30).await;
    advance(&drill, 240);
    // Nine parts of 4.1 % and one of 96 %.
    let shifted = failing(&drill, 1).await[0];
    assert!((11.5..15.5).contains(&shifted), "{shifted}");
    let links = connected(&drill);
    let of = |reached: bool| {
        let all = links.as_array().unwrap();
        all.iter()
            .filter(|it| it["reached"] == reached)
            .cloned()
            .collect::<Vec<Value>>()
    };
    let (well, lost) = (of(true), of(false));
    assert_eq!((well.len(), lost.len()), (1, 1), "{links}");
    assert_eq!((&well[0]["tasks"], &lost[0]["tasks"]), (&json!(4), &json!(4)));
    assert_eq!(well[0]["instance"], "peoplebooster-production");

    // The lines stand in the streams of the tasks that failed.
    let world = drill.world();
    let tasks = world["services"][0]["tasks"].as_array().unwrap();
    let newest = world["services"][0]["deployments"][0]["id"].as_str().unwrap();
    let new: Vec<&str> = tasks
        .iter()
        .filter(|task| task["deployment"] == newest)
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    assert_eq!(new.len(), 4);
    let writers = writers_of_errors(&drill).await;
    let of_new = writers.iter().filter(|id| new.contains(&id.as_str())).count();
    let share = of_new as f64 / writers.len() as f64;
    assert!(
        writers.len() > 50 && (0.55..0.9).contains(&share),
        "{share} of {}",
        writers.len()
    );
    // The health checks ask no database.
    let health = control(&drill, "GET", "health/production/backend", &Value::Null).await;
    assert_eq!(health.0, 200);
}
