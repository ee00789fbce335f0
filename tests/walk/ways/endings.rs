//! Each way to its right end: what reached the account is what was previewed, and what runs is what was promised.

use modosu::incident::Incident;
use modosu::rollback::{EndingKind, Method, Outcome};
use modosu::session::OperatorMsg;
use serde_json::{Value, json};

use super::preview::{is_as_previewed, token};
use super::way::{
    BLUE_GREEN, BOTH, CONTINUE, DATABASE, DATABASE_OF_TWO, GITHUB, IMAGE, OLD_DATABASE, REDEPLOY, Way,
    to_the_end,
};
use crate::walk::ground::{Ground, until};

/// Walks a way to its end, with what every right end has in common.
async fn walked(way: &Way) -> (Ground, Incident) {
    let ground = way.ground().await;
    let incident = walked_on(way, &ground, None).await;
    (ground, incident)
}

async fn walked_on(way: &Way, ground: &Ground, first: Option<OperatorMsg>) -> Incident {
    let mut engine = way.engine(ground).await;
    if let Some(first) = first {
        engine.tell(first);
    }
    way.approved(&mut engine).await;
    let incident = to_the_end(&mut engine, way.name).await;
    assert_eq!(way.writes_on(ground), way.writes, "{}", way.name);
    is_as_previewed(way, ground, &incident).await;
    let plan = incident.plan.clone().unwrap();
    assert_eq!(incident.step_endings.len(), plan.steps.len(), "{}", way.name);
    for (place, (ending, _)) in &incident.step_endings {
        assert_eq!(
            (ending.outcome, ending.kind),
            (Outcome::OnTarget, Some(EndingKind::OnTarget)),
            "{} {place}: {ending:?}",
            way.name
        );
        assert_eq!(ending.unproven, [], "{} {place}", way.name);
        if let Some(revision) = &plan.steps[*place].to.revision {
            assert_eq!(ending.revision.as_ref(), Some(revision), "{} {place}", way.name);
        }
    }
    assert!(incident.half_way().is_empty(), "{}", way.name);
    // Nothing more is written on the way to the filed row.
    until(&mut engine, 3600, "filed", |s| {
        s.incident.as_ref().is_some_and(|i| i.filed.is_some())
    })
    .await;
    engine.shutdown().await;
    assert_eq!(way.writes_on(ground), way.writes, "{}", way.name);
    incident
}

fn methods(incident: &Incident) -> Vec<Method> {
    let plan = incident.plan.as_ref().unwrap();
    plan.steps.iter().map(|step| step.method).collect()
}

#[tokio::test(start_paused = true)]
async fn what_waits_at_a_hook_is_answered_with_rollback() {
    let (ground, incident) = walked(&CONTINUE).await;
    assert_eq!(methods(&incident), [Method::Continue]);
    assert_eq!(ground.written()[0].1["action"], "ROLLBACK", "never the default");
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:56");
}

#[tokio::test(start_paused = true)]
async fn what_was_deregistered_is_registered_anew_with_its_content_pinned() {
    let (ground, incident) = walked(&IMAGE).await;
    assert_eq!(methods(&incident), [Method::Image]);
    let plan = incident.plan.as_ref().unwrap();
    let made = incident.receipts[&(0, 0)].0.definition.clone().unwrap();
    assert_eq!(made.revision(), 58);
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:58");
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(ending.revision, Some(made.clone()));
    // The image of the base, by the digest that served.
    let described = ground
        .ask(
            "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
            &json!({ "taskDefinition": made.as_str() }),
        )
        .await;
    let image = described["taskDefinition"]["containerDefinitions"][0]["image"].clone();
    let digest = plan.steps[0].to.digest.as_ref().unwrap().as_str();
    assert!(
        image.as_str().unwrap().ends_with(&format!("@{digest}")),
        "{image}"
    );
}

#[tokio::test(start_paused = true)]
async fn content_that_a_revision_has_is_not_registered_again() {
    let way = Way {
        name: "image of a tag",
        target: "v1.3.3",
        method: Some(Method::Image),
        world: || Ground::new("bad-deploy"),
        writes: &["ecs.UpdateService"],
        ..IMAGE
    };
    let (ground, incident) = walked(&way).await;
    assert_eq!(methods(&incident), [Method::Image]);
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:55");
}

#[tokio::test(start_paused = true)]
async fn the_operator_s_own_definition_is_registered_as_it_stands_in_the_file() {
    let way = Way {
        name: "image of a file",
        world: || Ground::new("bad-deploy"),
        ..IMAGE
    };
    let ground = Ground::new("bad-deploy");
    let mut described = ground
        .ask(
            "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
            &json!({ "taskDefinition": "peoplebooster-backend:56" }),
        )
        .await;
    let mut definition: Value = described["taskDefinition"].take();
    for own in [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
    ] {
        definition.as_object_mut().unwrap().remove(own);
    }
    definition["memory"] = json!("2048");
    let own = ground.own_definition(&definition).await;
    let incident = walked_on(&way, &ground, Some(own)).await;
    assert_eq!(methods(&incident), [Method::Image]);
    assert!(incident.file.is_some());
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:58");
}

#[tokio::test(start_paused = true)]
async fn the_same_is_deployed_anew_where_nothing_burns() {
    let (ground, incident) = walked(&REDEPLOY).await;
    assert_eq!(methods(&incident), [Method::Redeploy]);
    assert_eq!(ground.set_to("frontend").await, "peoplebooster-frontend:31");
    let (ending, _) = incident.ending.clone().unwrap();
    let before = &incident.plan.as_ref().unwrap().steps[0].fingerprint.primary;
    assert_ne!(
        incident.receipts[&(0, 0)].0.deployment,
        *before,
        "a new deployment: {ending:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn both_services_go_back_one_after_the_other() {
    let (ground, incident) = walked(&BOTH).await;
    assert_eq!(methods(&incident), [Method::Revision, Method::Revision]);
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:56");
    assert_eq!(ground.set_to("frontend").await, "peoplebooster-frontend:30");
    // One write in flight: the second is sent after the first service was seen to have held.
    let first_held = incident.step_endings[&0].1;
    let second_sent = ground
        .drill
        .ledger()
        .into_iter()
        .filter(|entry| entry.operation == "UpdateService")
        .nth(1)
        .unwrap()
        .at;
    assert!(second_sent >= first_held, "{second_sent} {first_held}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_shifts_traffic_goes_back_through_all_its_stages() {
    let (ground, incident) = walked(&BLUE_GREEN).await;
    assert_eq!(methods(&incident), [Method::Revision]);
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:56");
    // Five minutes of bake time are part of it.
    let (ending, _) = incident.ending.clone().unwrap();
    let took = ending
        .stable_at
        .unwrap()
        .duration_since(incident.sent_at.unwrap());
    assert!(took.as_secs() > 5 * 60, "{took}");
}

#[tokio::test(start_paused = true)]
async fn the_team_s_workflow_does_it_for_both_and_each_is_proven() {
    let (ground, incident) = walked(&GITHUB).await;
    assert_eq!(methods(&incident), [Method::Github, Method::Github]);
    // The run registered revisions of its own.
    assert_eq!(ground.set_to("backend").await, "peoplebooster-backend:58");
    assert_eq!(ground.set_to("frontend").await, "peoplebooster-frontend:32");
    assert!(incident.receipts[&(0, 0)].0.run.is_some());
    assert!(incident.settled[&(0, 0)].definition.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_database_goes_back_to_the_newest_snapshot_and_the_services_with_it() {
    for way in [DATABASE, DATABASE_OF_TWO] {
        let ground = way.ground().await;
        let before = ground.secret_value().await;
        let incident = walked_on(&way, &ground, None).await;
        let plan = incident.plan.clone().unwrap();
        let moved = plan.steps[0].database.clone().unwrap();
        assert_eq!(moved.from.as_str(), "peoplebooster-production");
        assert_eq!(moved.to.as_str(), "peoplebooster-production-restored");
        assert!(plan.steps[1..].iter().all(|step| step.database.is_none()));
        // Only the address is another one, to the byte.
        let endpoint = incident.settled[&(0, 0)].endpoint.clone().unwrap();
        let (was, is) = (
            before["SecretString"].as_str().unwrap(),
            ground.secret_value().await,
        );
        let old_host = was.split('"').find(|word| word.contains(".rds.")).unwrap();
        assert_ne!(old_host, endpoint.host.as_str());
        assert_eq!(
            is["SecretString"].as_str().unwrap(),
            was.replace(old_host, endpoint.host.as_str())
        );
        // The token of the intent is the new version, and the one before is the way back.
        let stages = ground.secret_stages().await;
        assert_eq!(stages[token(&incident, (0, 1)).as_str()], json!(["AWSCURRENT"]));
        assert_eq!(stages[moved.secret_version.as_str()], json!(["AWSPREVIOUS"]));
        assert_eq!(
            incident.receipts[&(0, 1)].0.secret_version,
            Some(token(&incident, (0, 1)))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_database_of_before_comes_back_without_a_value_being_read() {
    let way = OLD_DATABASE;
    let ground = way.ground().await;
    let before = ground.secret_stages().await;
    let reads = |ground: &Ground| {
        let ledger = ground.drill.ledger();
        ledger
            .iter()
            .filter(|entry| entry.operation == "GetSecretValue")
            .count()
    };
    let read = reads(&ground);
    let incident = walked_on(&way, &ground, None).await;
    assert_eq!(reads(&ground), read);
    let plan = incident.plan.clone().unwrap();
    let moved = plan.steps[0].database.clone().unwrap();
    let stages = ground.secret_stages().await;
    assert_eq!(before[moved.secret_version.as_str()], json!(["AWSCURRENT"]));
    assert_eq!(stages[moved.secret_version.as_str()], json!(["AWSPREVIOUS"]));
    assert!(
        ground.secret_value().await["SecretString"]
            .as_str()
            .unwrap()
            .contains(".rds.")
    );
}

/// There and back again: what a restore made is left by its own incident.
#[tokio::test(start_paused = true)]
async fn after_a_restore_the_old_database_is_a_plan_of_its_own() {
    let ground = DATABASE.ground().await;
    let was = ground.secret_value().await["SecretString"].clone();
    walked_on(&DATABASE, &ground, None).await;
    let back = Way {
        others: DATABASE.writes,
        ..OLD_DATABASE
    };
    let incident = walked_on(&back, &ground, None).await;
    let moved = incident.plan.as_ref().unwrap().steps[0].database.clone().unwrap();
    assert_eq!(
        (moved.from.as_str(), moved.to.as_str()),
        ("peoplebooster-production-restored", "peoplebooster-production")
    );
    assert_eq!(ground.secret_value().await["SecretString"], was);
}
