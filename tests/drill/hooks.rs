//! Deployments that pause at a hook, and what an answer brings about.

use modosu::drill::Drill;
use serde_json::{Value, json};

use super::{
    door::{BACKEND, CLUSTER, advance, backend, drill, ecs_call},
    rollout::current,
    scenarios::{changed_from, swap},
    strategies::{failing, serving, stop, until},
};

/// The hooks of the current service deployment.
async fn hooks(drill: &Drill) -> Vec<Value> {
    let details = current(drill).await["lifecycleHookDetails"].clone();
    details.as_array().cloned().unwrap_or_default()
}

/// Ids of the hooks that wait.
async fn waiting(drill: &Drill) -> Vec<String> {
    let all = hooks(drill).await;
    let waiting = all.iter().filter(|it| it["status"] == "AWAITING_ACTION");
    waiting
        .map(|it| it["hookId"].as_str().unwrap().to_owned())
        .collect()
}

async fn answer(drill: &Drill, hook: &str, action: Option<&str>) -> Result<Value, String> {
    let mut input = json!({
        "serviceDeploymentArn": current(drill).await["serviceDeploymentArn"], "hookId": hook,
    });
    if let Some(action) = action {
        input["action"] = json!(action);
    }
    ecs_call(drill, "ContinueServiceDeployment", &input).await
}

#[tokio::test(start_paused = true)]
async fn in_paused_hook_a_tenth_of_the_traffic_waits_for_an_answer() {
    let drill = drill("paused-hook", 1);
    let service = backend(&drill).await;
    assert_eq!(
        service["deploymentConfiguration"]["lifecycleHooks"],
        json!([{
            "targetType": "PAUSE",
            "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"],
            "timeoutConfiguration": { "timeoutInMinutes": 1440, "action": "ROLLBACK" },
        }])
    );
    assert_eq!(
        service["deploymentConfiguration"]["canaryConfiguration"],
        json!({ "canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2 })
    );
    let it = current(&drill).await;
    assert_eq!(it["status"], "IN_PROGRESS");
    assert_eq!(
        it["targetServiceRevision"]["requestedProductionTrafficWeight"],
        10.0
    );
    assert_eq!(
        it["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"],
        90.0
    );
    let pauses = hooks(&drill).await;
    let statuses: Vec<&Value> = pauses.iter().map(|it| &it["status"]).collect();
    assert_eq!(
        statuses,
        ["SUCCEEDED", "AWAITING_ACTION"],
        "it paused before each step"
    );
    assert_ne!(pauses[0]["hookId"], pauses[1]["hookId"]);
    assert_eq!(
        (&pauses[1]["targetType"], &pauses[1]["timeoutAction"]),
        (&json!("PAUSE"), &json!("ROLLBACK"))
    );
    assert!(pauses[1].get("targetArn").is_none());
    let left = pauses[1]["expiresAt"].as_f64().unwrap() - 1_795_410_312.0;
    assert!((86_000.0..86_400.0).contains(&left), "{left}");
    let recent = failing(&drill, 3).await;
    assert!(recent.iter().all(|it| (2.0..4.5).contains(it)), "{recent:?}");
    assert_eq!(service["runningCount"], 8);

    advance(&drill, 3_600);
    assert_eq!(hooks(&drill).await, pauses, "nothing moves while nobody answers");
    assert_eq!(serving(&drill).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_at_a_hook_heals() {
    let drill = drill("paused-hook", 1);
    let hook = waiting(&drill).await.remove(0);
    let answered = answer(&drill, &hook, Some("ROLLBACK")).await.unwrap();
    assert_eq!(
        answered["serviceDeploymentArn"],
        current(&drill).await["serviceDeploymentArn"]
    );
    let mut seen: Vec<Value> = Vec::new();
    for _ in 0..120 {
        let status = current(&drill).await["status"].clone();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        advance(&drill, 1);
    }
    assert_eq!(
        seen,
        [
            "ROLLBACK_REQUESTED",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_SUCCESSFUL"
        ]
    );
    assert_eq!(serving(&drill), [(56, 100.0)]);
    assert_eq!(backend(&drill).await["runningCount"], 4);
    let it = current(&drill).await;
    let back = json!({ "serviceRevisionArns": [it["rollback"]["serviceRevisionArn"]] });
    let back = ecs_call(&drill, "DescribeServiceRevisions", &back).await.unwrap();
    let definition = back["serviceRevisions"][0]["taskDefinition"].as_str().unwrap();
    assert!(definition.ends_with(":56"));
    assert!(waiting(&drill).await.is_empty());
    advance(&drill, 120);
    assert!(failing(&drill, 1).await[0] < 0.5);
}

#[tokio::test(start_paused = true)]
async fn without_an_action_a_hook_ships_the_bad_version() {
    let drill = drill("paused-hook", 1);
    let hook = waiting(&drill).await.remove(0);
    answer(&drill, &hook, None).await.unwrap();
    advance(&drill, 10);
    assert_eq!(serving(&drill), [(57, 100.0)]);
    until(&drill, "BAKE_TIME", 60).await;
    until(&drill, "SUCCESSFUL", 500).await;
    assert!(
        backend(&drill).await["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":57")
    );
    assert!(failing(&drill, 2).await.iter().all(|it| *it > 20.0));
    assert_eq!(
        answer(&drill, &hook, Some("ROLLBACK")).await,
        Err("ClientException".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_must_fit_a_hook_that_waits() {
    let drill = drill("paused-hook", 1);
    let hook = waiting(&drill).await.remove(0);
    let known = hooks(&drill).await;
    let done = known[0]["hookId"].as_str().unwrap();
    assert_eq!(
        answer(&drill, "ecs-pause-none", Some("ROLLBACK")).await,
        Err("InvalidParameterException".to_owned())
    );
    assert_eq!(
        answer(&drill, "", Some("ROLLBACK")).await,
        Err("InvalidParameterException".to_owned())
    );
    assert_eq!(
        answer(&drill, &hook, Some("rollback")).await,
        Err("InvalidParameterException".to_owned())
    );
    assert_eq!(
        answer(&drill, done, Some("ROLLBACK")).await,
        Err("ClientException".to_owned())
    );
    let elsewhere = json!({
        "serviceDeploymentArn": "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/a/b/c",
        "hookId": hook, "action": "ROLLBACK",
    });
    assert_eq!(
        ecs_call(&drill, "ContinueServiceDeployment", &elsewhere).await,
        Err("ServiceDeploymentNotFoundException".to_owned())
    );
    assert_eq!(hooks(&drill).await, known);
    answer(&drill, &hook, Some("ROLLBACK")).await.unwrap();
    assert_eq!(
        answer(&drill, &hook, Some("CONTINUE")).await,
        Err("ClientException".to_owned()),
        "it goes back already"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_at_a_hook_goes_back_as_well() {
    let drill = drill("paused-hook", 1);
    let hook = waiting(&drill).await.remove(0);
    stop(&drill).await.unwrap();
    assert_eq!(
        answer(&drill, &hook, None).await,
        Err("ClientException".to_owned())
    );
    until(&drill, "ROLLBACK_SUCCESSFUL", 120).await;
    assert_eq!(serving(&drill), [(56, 100.0)]);
    assert_eq!(hooks(&drill).await[1]["status"], "FAILED");
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_nobody_answers_does_what_it_was_told() {
    for (action, ends, revision) in [
        ("rollback", "ROLLBACK_SUCCESSFUL", 56),
        ("continue", "SUCCESSFUL", 57),
    ] {
        let drill = changed_from("paused-hook", |text| {
            let from = "timeout_minutes = 1440, timeout_action = \"rollback\"";
            swap(
                &text,
                from,
                &format!("timeout_minutes = 20, timeout_action = \"{action}\""),
            )
        })
        .unwrap();
        assert_eq!(hooks(&drill).await[1]["timeoutAction"], action.to_uppercase());
        advance(&drill, 960);
        assert_eq!(waiting(&drill).await.len(), 1);
        advance(&drill, 240);
        assert_eq!(hooks(&drill).await[1]["status"], "TIMED_OUT");
        until(&drill, ends, 400).await;
        assert_eq!(serving(&drill), [(revision, 100.0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn two_hooks_at_a_stage_both_want_an_answer() {
    let drill = changed_from("paused-hook", |text| {
        let hook = "hook = [{ stages = [\"PRE_PRODUCTION_TRAFFIC_SHIFT\"]";
        let other = "{ stages = [\"PRE_PRODUCTION_TRAFFIC_SHIFT\", \"POST_PRODUCTION_TRAFFIC_SHIFT\"] }";
        // The past is answered, all hooks at once.
        let text = text.replace(
            "1h 46m\", action = \"continue\" },",
            "1h 46m\", action = \"continue\" },\n@@",
        );
        let mut days = ["-55d 1h 30m", "-30d 1h 36m", "-9d 1h 36m"].into_iter();
        let mut text = text.replace(
            "1h 40m\", action = \"continue\" },",
            "1h 40m\", action = \"continue\" },\n@@",
        );
        while text.contains("@@") {
            let more = format!(
                "  {{ at = \"{}\", action = \"continue\" }},",
                days.next().unwrap()
            );
            text = text.replacen("@@", &more, 1);
        }
        swap(
            &text,
            hook,
            &format!("hook = [{other}, {{ stages = [\"PRE_PRODUCTION_TRAFFIC_SHIFT\"]"),
        )
    })
    .unwrap();
    let both = waiting(&drill).await;
    assert_eq!(both.len(), 2);
    answer(&drill, &both[0], Some("CONTINUE")).await.unwrap();
    advance(&drill, 60);
    assert_eq!(waiting(&drill).await, both[1..]);
    assert_eq!(serving(&drill).len(), 2);
    answer(&drill, &both[1], Some("CONTINUE")).await.unwrap();
    advance(&drill, 30);
    assert_eq!(serving(&drill), [(57, 100.0)]);
    let after = waiting(&drill).await;
    assert_eq!(after.len(), 1, "the first hook stands after the shift too");
    assert_eq!(
        current(&drill).await["lifecycleStage"],
        "POST_PRODUCTION_TRAFFIC_SHIFT"
    );
    answer(&drill, &after[0], Some("ROLLBACK")).await.unwrap();
    until(&drill, "ROLLBACK_SUCCESSFUL", 120).await;
    assert_eq!(serving(&drill), [(56, 100.0)]);
}

#[tokio::test(start_paused = true)]
async fn going_back_by_a_new_deployment_pauses_at_the_hooks_too() {
    let drill = drill("paused-hook", 1);
    let hook = waiting(&drill).await.remove(0);
    answer(&drill, &hook, Some("CONTINUE")).await.unwrap();
    until(&drill, "SUCCESSFUL", 600).await;
    let update = json!({ "cluster": CLUSTER, "service": BACKEND, "taskDefinition": format!("{BACKEND}:56") });
    ecs_call(&drill, "UpdateService", &update).await.unwrap();
    for step in 0..2 {
        let mut elapsed = 0;
        while waiting(&drill).await.is_empty() {
            assert!(elapsed < 300, "no pause before step {step}");
            advance(&drill, 1);
            elapsed += 1;
        }
        assert_eq!(hooks(&drill).await.len(), step + 1);
        let hook = waiting(&drill).await.remove(0);
        answer(&drill, &hook, Some("CONTINUE")).await.unwrap();
    }
    until(&drill, "SUCCESSFUL", 600).await;
    assert_eq!(serving(&drill), [(56, 100.0)]);
}
