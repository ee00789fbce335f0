//! The databases: instances and snapshots through the real SDK, a restore in time, migrations, and what ties services to
//! the database behind their secret.

use aws_sdk_rds::{
    error::ProvideErrorMetadata,
    types::{DbInstance, SourceType, Tag},
};
use aws_smithy_types::error::metadata::ErrorMetadata;
use axum::{body::Body, http::Request};
use modosu::drill::{CallKind, Drill};
use serde_json::{Value, json};

use super::{
    door::{self, BACKEND, CLUSTER, advance, drill, ecs_call, roll_back_to},
    scenarios::{changed, swap},
};

const LIVE: &str = "peoplebooster-production";
pub(super) const RESTORED: &str = "peoplebooster-production-restored";
const SNAPSHOT: &str = "peoplebooster-production-before-v1-4-0";
pub(super) const SECRET: &str = "peoplebooster/production/database";

async fn instance(drill: &Drill, name: &str) -> DbInstance {
    let rds = door::rds(drill);
    let answer = rds
        .describe_db_instances()
        .db_instance_identifier(name)
        .send()
        .await
        .unwrap();
    answer.db_instances()[0].clone()
}

/// Restores the snapshot with the settings of the live instance.
pub(super) async fn restore_like_the_live_one(drill: &Drill) {
    let live = instance(drill, LIVE).await;
    let groups = live
        .vpc_security_groups()
        .iter()
        .filter_map(|it| it.vpc_security_group_id.clone());
    let restored = door::rds(drill)
        .restore_db_instance_from_db_snapshot()
        .db_instance_identifier(RESTORED)
        .db_snapshot_identifier(SNAPSHOT)
        .db_instance_class("db.t3.medium")
        .db_subnet_group_name(live.db_subnet_group().unwrap().db_subnet_group_name().unwrap())
        .set_vpc_security_group_ids(Some(groups.collect()))
        .db_parameter_group_name(live.db_parameter_groups()[0].db_parameter_group_name().unwrap())
        .tags(Tag::builder().key("modosu:intent").value("i-1").build())
        .send()
        .await
        .unwrap();
    let restored = restored.db_instance().unwrap();
    assert_eq!(restored.db_instance_status(), Some("creating"));
    assert!(restored.endpoint().is_none() && restored.instance_create_time().is_none());
}

/// Puts another address into the secret and touches nothing else of it.
pub(super) async fn switch_secret(drill: &Drill, host: &str) {
    let secrets = door::secrets(drill);
    let read = secrets.get_secret_value().secret_id(SECRET).send().await.unwrap();
    let value = read.secret_string().unwrap().to_owned();
    let parsed: Value = serde_json::from_str(&value).unwrap();
    let value = swap(&value, parsed["host"].as_str().unwrap(), host);
    secrets
        .update_secret()
        .secret_id(SECRET)
        .secret_string(value)
        .send()
        .await
        .unwrap();
}

pub(super) async fn redeploy(drill: &Drill) {
    let input = json!({ "cluster": CLUSTER, "service": BACKEND, "forceNewDeployment": true });
    ecs_call(drill, "UpdateService", &input).await.unwrap();
    advance(drill, 180);
}

/// What the truth says of the connections of production's backend.
pub(super) fn connected(drill: &Drill) -> Value {
    drill.world()["services"][0]["databases"].clone()
}

/// 5xx of the minute before the last one at production's backend, in percent.
async fn errors(drill: &Drill) -> f64 {
    let world = door::backend(drill).await;
    let group = world["loadBalancers"][0]["targetGroupArn"]
        .as_str()
        .unwrap()
        .to_owned();
    let elb = door::elb(drill);
    let groups = elb
        .describe_target_groups()
        .target_group_arns(&group)
        .send()
        .await
        .unwrap();
    let balancer = groups.target_groups()[0].load_balancer_arns()[0].clone();
    let dimension = |name: &str, value: &str| {
        aws_sdk_cloudwatch::types::Dimension::builder()
            .name(name)
            .value(value)
            .build()
    };
    let query = |id: &str, name: &str| {
        let metric = aws_sdk_cloudwatch::types::Metric::builder()
            .namespace("AWS/ApplicationELB")
            .metric_name(name)
            .dimensions(dimension(
                "LoadBalancer",
                balancer.split_once(":loadbalancer/").unwrap().1,
            ))
            .dimensions(dimension("TargetGroup", group.rsplit_once(':').unwrap().1))
            .build();
        let stat = aws_sdk_cloudwatch::types::MetricStat::builder()
            .metric(metric)
            .period(60)
            .stat("Sum")
            .build();
        aws_sdk_cloudwatch::types::MetricDataQuery::builder()
            .id(id)
            .metric_stat(stat)
            .build()
    };
    let now = drill.clock().now().as_second();
    let answer = door::cloudwatch(drill)
        .get_metric_data()
        .metric_data_queries(query("all", "RequestCount"))
        .metric_data_queries(query("bad", "HTTPCode_Target_5XX_Count"))
        .start_time(aws_smithy_types::DateTime::from_secs(now - 600))
        .end_time(aws_smithy_types::DateTime::from_secs(now))
        .send()
        .await
        .unwrap();
    let newest = |id: &str| {
        let found = answer
            .metric_data_results()
            .iter()
            .find(|it| it.id() == Some(id))
            .unwrap();
        found
            .timestamps()
            .first()
            .map(|at| at.secs())
            .zip(found.values().first().copied())
    };
    let (at, all) = newest("all").unwrap();
    match newest("bad") {
        Some((when, bad)) if when == at => 100.0 * bad / all,
        _ => 0.0,
    }
}

async fn prisma(drill: &Drill, query: &str) -> Value {
    let request = Request::get(format!("/prisma/migrate-status?{query}"))
        .body(Body::empty())
        .unwrap();
    let (status, _, body) = door::send(drill, request).await.unwrap();
    assert!(status.is_success(), "{query}: {status}");
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_scenario_has_a_database_with_snapshots_of_several_ages() {
    for scenario in Drill::scenarios() {
        let drill = drill(scenario, 1);
        for name in [LIVE, "peoplebooster-staging"] {
            let live = instance(&drill, name).await;
            assert_eq!(
                (live.engine(), live.engine_version()),
                (Some("postgres"), Some("16.4")),
                "{scenario}"
            );
            assert!(
                live.endpoint()
                    .unwrap()
                    .address()
                    .unwrap()
                    .starts_with(&format!("{name}.c"))
            );
            assert!(live.latest_restorable_time().is_some() && live.pending_modified_values().is_some());
            assert!(!live.tag_list().is_empty() && !live.vpc_security_groups().is_empty());
            assert_eq!(live.db_subnet_group().unwrap().subnets().len(), 2);
            let rds = door::rds(&drill);
            let found = rds
                .describe_db_snapshots()
                .db_instance_identifier(name)
                .send()
                .await
                .unwrap();
            let kinds = |kind: &str| {
                found
                    .db_snapshots()
                    .iter()
                    .filter(|it| it.snapshot_type() == Some(kind))
                    .count()
            };
            assert_eq!(kinds("automated"), 7, "{scenario} {name}");
            assert!(kinds("manual") >= 1);
        }
        for service in drill.world()["services"].as_array().unwrap() {
            if service["service"] == "backend" {
                let own = format!("peoplebooster-{}", service["environment"].as_str().unwrap());
                let links = service["databases"].as_array().unwrap();
                assert!(
                    links
                        .iter()
                        .all(|it| it["instance"] == own && it["reached"] == true),
                    "{scenario}: {service}"
                );
            } else {
                assert_eq!(service["databases"], json!([]), "{scenario}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_made_in_time_and_lists_come_in_pages() {
    let drill = drill("bad-deploy", 1);
    let rds = door::rds(&drill);
    let name = "peoplebooster-production-incident";
    let described = async || {
        let answer = rds
            .describe_db_snapshots()
            .db_snapshot_identifier(name)
            .send()
            .await
            .unwrap();
        answer.db_snapshots()[0].clone()
    };
    let begun = described().await;
    assert_eq!(
        (begun.status(), begun.snapshot_create_time()),
        (Some("creating"), None)
    );
    let percent = begun.percent_progress().unwrap();
    assert!(percent > 5 && percent < 50, "{percent}");
    assert_eq!(
        instance(&drill, LIVE).await.db_instance_status(),
        Some("backing-up")
    );
    let early = rds
        .restore_db_instance_from_db_snapshot()
        .db_instance_identifier(RESTORED)
        .db_snapshot_identifier(name)
        .send()
        .await
        .unwrap_err();
    assert!(early.into_service_error().is_invalid_db_snapshot_state_fault());
    advance(&drill, 900);
    let done = described().await;
    assert_eq!(
        (done.status(), done.percent_progress()),
        (Some("available"), Some(100))
    );
    assert!(done.snapshot_create_time().is_some());
    assert_eq!(
        instance(&drill, LIVE).await.db_instance_status(),
        Some("available")
    );

    // 14 automated and four manual ones make one page; after two days there are two.
    let all = async |marker: Option<String>, size| {
        rds.describe_db_snapshots()
            .max_records(size)
            .set_marker(marker)
            .send()
            .await
    };
    advance(&drill, 2 * 86_400);
    let first = all(None, 20).await.unwrap();
    let second = all(first.marker.clone(), 20).await.unwrap();
    assert_eq!((first.db_snapshots().len(), second.marker()), (20, None));
    assert_eq!(second.db_snapshots().len(), 2);
    let code = |error: aws_sdk_rds::Error| error.code().map(str::to_owned);
    assert_eq!(
        code(all(None, 19).await.unwrap_err().into()).as_deref(),
        Some("InvalidParameterValue")
    );
    assert_eq!(
        code(all(Some("2".to_owned()), 20).await.unwrap_err().into()).as_deref(),
        Some("InvalidParameterValue")
    );
}

#[tokio::test(start_paused = true)]
async fn a_restored_instance_comes_up_in_time_with_what_was_asked_for() {
    let drill = drill("bad-deploy", 1);
    let rds = door::rds(&drill);
    let before = instance(&drill, LIVE).await;
    restore_like_the_live_one(&drill).await;
    let mut seen = Vec::new();
    let mut minutes = 0;
    loop {
        let now = instance(&drill, RESTORED).await;
        let status = now.db_instance_status().unwrap().to_owned();
        assert_eq!(now.endpoint().is_some(), status != "creating");
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        if now.db_instance_status() == Some("available") {
            break;
        }
        advance(&drill, 60);
        minutes += 1;
    }
    assert_eq!(seen, ["creating", "backing-up", "available"]);
    assert!((7..=11).contains(&minutes), "{minutes}");
    let restored = instance(&drill, RESTORED).await;
    assert_eq!(restored.db_instance_class(), Some("db.t3.medium"));
    assert_eq!(restored.db_parameter_groups(), before.db_parameter_groups());
    assert_eq!(restored.vpc_security_groups(), before.vpc_security_groups());
    assert_eq!(restored.db_subnet_group(), before.db_subnet_group());
    assert!(!restored.multi_az().unwrap() && !restored.deletion_protection().unwrap());
    let tags = rds
        .list_tags_for_resource()
        .resource_name(restored.db_instance_arn().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        tags.tag_list()
            .iter()
            .map(|it| it.key().unwrap())
            .collect::<Vec<_>>(),
        ["modosu:intent"]
    );
    let said = rds
        .describe_events()
        .source_type(SourceType::DbInstance)
        .source_identifier(RESTORED)
        .duration(60)
        .send()
        .await
        .unwrap();
    let said: Vec<&str> = said.events().iter().map(|it| it.message().unwrap()).collect();
    assert_eq!(
        said,
        [
            &format!("Restored from snapshot {SNAPSHOT}"),
            "Backing up DB instance",
            "Finished DB Instance backup"
        ]
    );
    let after = instance(&drill, LIVE).await;
    assert_eq!(
        (after.endpoint(), after.tag_list()),
        (before.endpoint(), before.tag_list())
    );
    let writes: Vec<_> = drill
        .ledger()
        .into_iter()
        .filter(|it| it.kind == CallKind::Write)
        .collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].input["DBSnapshotIdentifier"], SNAPSHOT);
    assert_eq!(
        writes[0].input["Tags"],
        json!([{ "Key": "modosu:intent", "Value": "i-1" }])
    );
}

#[tokio::test(start_paused = true)]
async fn what_rds_refuses_has_its_name() {
    let drill = drill("bad-deploy", 1);
    let rds = door::rds(&drill);
    let wish = |name: &str| {
        rds.restore_db_instance_from_db_snapshot()
            .db_instance_identifier(name)
            .db_snapshot_identifier(SNAPSHOT)
    };
    let refused = |error: &ErrorMetadata| error.code().unwrap_or_default().to_owned();
    let mut codes = Vec::new();
    for request in [
        wish(LIVE),
        wish(RESTORED).db_snapshot_identifier("ghost"),
        wish("1st"),
        wish("a--b"),
        wish(RESTORED).db_subnet_group_name("ghost"),
        wish(RESTORED).db_parameter_group_name("ghost"),
        wish(RESTORED).option_group_name("ghost"),
        wish(RESTORED).vpc_security_group_ids("sg-0ghost"),
        wish(RESTORED).vpc_security_group_ids("sg-0db1111111111111a"),
        wish(RESTORED).db_instance_class("t3.medium"),
        wish(RESTORED).allocated_storage(20),
    ] {
        let error = request.send().await.unwrap_err().into_service_error();
        codes.push(refused(error.meta()));
    }
    assert_eq!(
        codes,
        [
            "DBInstanceAlreadyExists",
            "DBSnapshotNotFound",
            "InvalidParameterValue",
            "InvalidParameterValue",
            "DBSubnetGroupNotFoundFault",
            "DBParameterGroupNotFound",
            "OptionGroupNotFoundFault",
            "InvalidParameterValue",
            "InvalidParameterCombination",
            "InvalidParameterValue",
            "InvalidParameterCombination",
        ]
    );
    let missing = rds
        .describe_db_instances()
        .db_instance_identifier(RESTORED)
        .send()
        .await
        .unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    assert!(missing.into_service_error().is_db_instance_not_found_fault());

    let full = changed(|text| format!("database_quota = 2\n{text}")).unwrap();
    let error = door::rds(&full)
        .restore_db_instance_from_db_snapshot()
        .db_instance_identifier(RESTORED)
        .db_snapshot_identifier(SNAPSHOT)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_instance_quota_exceeded_fault());
}

#[tokio::test(start_paused = true)]
async fn with_the_defaults_of_rds_no_task_gets_through() {
    let drill = drill("bad-deploy", 1);
    door::rds(&drill)
        .restore_db_instance_from_db_snapshot()
        .db_instance_identifier(RESTORED)
        .db_snapshot_identifier(SNAPSHOT)
        .db_instance_class("db.t3.medium")
        .send()
        .await
        .unwrap();
    advance(&drill, 900);
    let restored = instance(&drill, RESTORED).await;
    assert_eq!(
        restored.db_parameter_groups()[0].db_parameter_group_name(),
        Some("default.postgres16")
    );
    assert_eq!(
        restored.db_subnet_group().unwrap().db_subnet_group_name(),
        Some("default")
    );
    assert!(restored.publicly_accessible().unwrap());
    // Without new tags it has those of the snapshot's source.
    assert!(restored.tag_list().iter().any(|it| it.key() == Some("owner")));
    switch_secret(&drill, restored.endpoint().unwrap().address().unwrap()).await;
    redeploy(&drill).await;
    let links = connected(&drill);
    assert_eq!(
        (&links[0]["instance"], &links[0]["reached"]),
        (&json!(RESTORED), &json!(false))
    );
    advance(&drill, 120);
    assert!(errors(&drill).await > 50.0);
}

#[tokio::test(start_paused = true)]
async fn code_alone_does_not_undo_a_migration() {
    let drill = drill("bad-migration", 1);
    let first = errors(&drill).await;
    assert!((1.5..4.0).contains(&first), "{first}");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 360);
    let links = connected(&drill);
    assert_eq!(
        (&links[0]["instance"], &links[0]["revision"]),
        (&json!(LIVE), &json!(56))
    );
    let then = errors(&drill).await;
    assert!(
        (4.5..8.0).contains(&then),
        "the old code does not know the new schema: {then}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_restored_database_heals_a_bad_migration_once_the_tasks_start_anew() {
    let drill = drill("bad-migration", 1);
    let started = drill.clock().now();
    let rds = door::rds(&drill);
    let snapshot = rds
        .describe_db_snapshots()
        .db_snapshot_identifier(SNAPSHOT)
        .send()
        .await
        .unwrap();
    let taken = snapshot.db_snapshots()[0].snapshot_create_time().unwrap().secs();
    assert_eq!((started.as_second() - taken) / 60, 24);
    restore_like_the_live_one(&drill).await;
    advance(&drill, 700);
    let restored = instance(&drill, RESTORED).await;
    assert_eq!(drill.world()["databases"][0]["instance_behind_secret"], LIVE);
    switch_secret(&drill, restored.endpoint().unwrap().address().unwrap()).await;
    let world = drill.world();
    assert_eq!(world["databases"][0]["instance_behind_secret"], RESTORED);
    assert_eq!(
        connected(&drill)[0]["instance"],
        LIVE,
        "who runs keeps his connection"
    );
    redeploy(&drill).await;
    let links = connected(&drill);
    assert_eq!(links.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &links[0]["instance"],
            &links[0]["reached"],
            &links[0]["error_share"]
        ),
        (&json!(RESTORED), &json!(true), &json!(0.0))
    );
    advance(&drill, 180);
    let healed = errors(&drill).await;
    assert!(healed < 0.5, "{healed}");
    let migrations = |instance: &Value| instance["migrations"].as_array().unwrap().len();
    let instances = drill.world()["databases"][0]["instances"].clone();
    assert_eq!(
        (migrations(&instances[0]), migrations(&instances[1])),
        (4, 3),
        "the old instance is as it was"
    );
}

#[tokio::test(start_paused = true)]
async fn prisma_compares_the_folder_with_the_database_behind_the_secret() {
    let drill = drill("bad-migration", 1);
    let now = prisma(&drill, "service=backend").await;
    assert_eq!((&now["exit_code"], &now["stderr"]), (&json!(0), &json!("")));
    let names = now["migrations"].as_array().unwrap();
    assert_eq!(names.len(), 4);
    assert!(names[3].as_str().unwrap().ends_with("_rescale_answer_scores"));
    // The folder of the version before does not know the last one; Prisma has no word for that.
    let old = prisma(&drill, "service=backend&environment=production&version=v1.3.4").await;
    assert_eq!(
        (&old["exit_code"], old["migrations"].as_array().unwrap().len()),
        (&json!(0), 3)
    );

    switch_secret(&drill, "nowhere.internal").await;
    let gone = prisma(&drill, "service=backend").await;
    assert_eq!(gone["exit_code"], 1);
    let said = gone["stderr"].as_str().unwrap();
    assert!(
        said.starts_with("Error: P1001: Can't reach database server at `nowhere.internal:5432`"),
        "{said}"
    );
    assert!(!gone.to_string().contains("kX9"), "no password in it");

    restore_like_the_live_one(&drill).await;
    advance(&drill, 700);
    let restored = instance(&drill, RESTORED).await;
    switch_secret(&drill, restored.endpoint().unwrap().address().unwrap()).await;
    let behind = prisma(&drill, "service=backend").await;
    assert_eq!(behind["exit_code"], 1);
    assert!(
        behind["stdout"]
            .as_str()
            .unwrap()
            .contains("Following migration have not yet been applied:\n")
    );
    let request = Request::get("/prisma/migrate-status?service=frontend")
        .body(Body::empty())
        .unwrap();
    assert_eq!(door::send(&drill, request).await.unwrap().0.as_u16(), 404);
    assert!(drill.ledger().iter().all(|it| it.service != "prisma"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_migration_is_said_to_have_failed() {
    let text = include_str!("../../assets/scenarios/bad-migration.toml");
    let drill = changed(|_| {
        swap(
            text,
            "at = \"-4m 15s\", damages",
            "at = \"-4m 15s\", failed = true, damages",
        )
    })
    .unwrap();
    let status = prisma(&drill, "service=backend").await;
    assert_eq!(status["exit_code"], 1);
    let said = status["stderr"].as_str().unwrap();
    assert!(
        said.starts_with("Following migration have failed:\n")
            && said.contains("prisma migrate resolve --rolled-back")
    );
}
