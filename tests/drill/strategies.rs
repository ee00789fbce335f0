//! Deployments that shift traffic between two target groups, stage by stage; and services that ECS does not deploy.

use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;
use axum::{body::Body, http::Request};
use modosu::drill::Drill;
use serde_json::{Value, json};

use super::{
    door::{
        BACKEND, CLUSTER, advance, backend, control, drill, ecs_call, elb, json_call, roll_back_to, send,
    },
    rollout::current,
    scenarios::{changed, changed_from, swap},
    stories::sums,
};

const SERVICE: &str = "desired = 4\ntraffic = { per_minute = 3000.0";

/// `bad-deploy` with lines added to production's backend.
fn world(service: &str) -> Drill {
    changed(|text| swap(&text, SERVICE, &format!("{service}\n{SERVICE}"))).unwrap()
}

/// Who answers production's backend: revision and percent of the requests.
pub(super) fn serving(drill: &Drill) -> Vec<(u64, f64)> {
    let world = drill.world();
    let serving = world["services"][0]["serving"].as_array().unwrap().clone();
    let one = |it: &Value| (it["revision"].as_u64().unwrap(), it["percent"].as_f64().unwrap());
    serving.iter().map(one).collect()
}

/// Percent of 5xx answers in the newest minutes that can be seen, oldest first.
pub(super) async fn failing(drill: &Drill, minutes: usize) -> Vec<f64> {
    let requests = sums(drill, "RequestCount", false).await;
    let errors = sums(drill, "HTTPCode_Target_5XX_Count", false).await;
    let newest = &requests[requests.len() - minutes..];
    let of = |at: f64| {
        errors
            .iter()
            .find(|(when, _)| *when == at)
            .map_or(0.0, |(_, count)| *count)
    };
    newest.iter().map(|(at, all)| 100.0 * of(*at) / all).collect()
}

pub(super) async fn stop(drill: &Drill) -> Result<Value, String> {
    let arn = current(drill).await["serviceDeploymentArn"].clone();
    let input = json!({ "serviceDeploymentArn": arn, "stopType": "ROLLBACK" });
    ecs_call(drill, "StopServiceDeployment", &input).await
}

/// Walks second by second until the current deployment is in a stage or has a status, and says how long that took.
pub(super) async fn until(drill: &Drill, what: &str, within: u64) -> u64 {
    for elapsed in 0..within {
        let it = current(drill).await;
        if it["lifecycleStage"] == what || it["status"] == what {
            return elapsed;
        }
        advance(drill, 1);
    }
    panic!("no {what} within {within} s: {}", current(drill).await);
}

fn percent(it: &Value) -> f64 {
    it["requestedProductionTrafficWeight"].as_f64().unwrap()
}

async fn group_of(drill: &Drill, deployment: &Value) -> String {
    let input = json!({ "serviceRevisionArns": [deployment["targetServiceRevision"]["arn"]] });
    let revision = ecs_call(drill, "DescribeServiceRevisions", &input).await.unwrap();
    let resolved = &revision["serviceRevisions"][0]["resolvedConfiguration"]["loadBalancers"][0];
    assert!(
        resolved["productionListenerRule"]
            .as_str()
            .unwrap()
            .contains(":listener-rule/")
    );
    resolved["targetGroupArn"].as_str().unwrap().to_owned()
}

async fn healthy_in(drill: &Drill, group: &str) -> usize {
    let health = elb(drill)
        .describe_target_health()
        .target_group_arn(group)
        .send()
        .await
        .unwrap();
    health
        .target_health_descriptions()
        .iter()
        .filter_map(|it| it.target_health().and_then(|it| it.state()))
        .filter(|state| **state == TargetHealthStateEnum::Healthy)
        .count()
}

#[tokio::test(start_paused = true)]
async fn in_blue_green_going_back_runs_the_whole_strategy() {
    let drill = drill("blue-green", 1);
    let service = backend(&drill).await;
    let configured = &service["deploymentConfiguration"];
    assert_eq!(
        (&configured["strategy"], &configured["bakeTimeInMinutes"]),
        (&json!("BLUE_GREEN"), &json!(5))
    );
    assert_eq!(configured["deploymentCircuitBreaker"]["enable"], false);
    let balanced = &service["loadBalancers"][0];
    let groups = [
        balanced["targetGroupArn"].clone(),
        balanced["advancedConfiguration"]["alternateTargetGroupArn"].clone(),
    ];
    assert!(groups[0] != groups[1]);
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":57"));
    let bad = current(&drill).await;
    assert_eq!(
        (&bad["status"], &bad["lifecycleStage"]),
        (&json!("SUCCESSFUL"), &json!("CLEAN_UP"))
    );
    let live = group_of(&drill, &bad).await;
    assert!(groups.contains(&json!(live)));
    assert_eq!(serving(&drill), [(57, 100.0)]);
    let failing_before = failing(&drill, 2).await;
    assert!(failing_before.iter().all(|it| *it > 2.5), "{failing_before:?}");

    roll_back_to(&drill, 56).await.unwrap();
    let (mut stages, mut flipped_at, mut most) = (Vec::new(), None, 0);
    let mut elapsed = 0;
    loop {
        let it = current(&drill).await;
        let (target, source) = (&it["targetServiceRevision"], &it["sourceServiceRevisions"][0]);
        assert!((percent(target) + percent(source) - 100.0).abs() < 1e-9);
        assert_eq!(it["deploymentCircuitBreaker"]["status"], "DISABLED");
        let stage = it["lifecycleStage"].as_str().unwrap_or("PENDING").to_owned();
        if stages.last().is_none_or(|(last, _)| *last != stage) {
            stages.push((stage, elapsed));
        }
        let now = serving(&drill);
        assert_eq!(now.len(), 1, "all traffic is on one side: {now:?}");
        if now == [(56, 100.0)] {
            flipped_at.get_or_insert(elapsed);
            assert!((percent(target) - 100.0).abs() < 1e-9);
        }
        most = most.max(backend(&drill).await["runningCount"].as_u64().unwrap());
        if it["status"] == "SUCCESSFUL" {
            break;
        }
        assert!(elapsed < 600, "{stages:?}");
        advance(&drill, 1);
        elapsed += 1;
    }
    let names: Vec<&str> = stages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "PENDING",
            "PRE_SCALE_UP",
            "SCALE_UP",
            "POST_SCALE_UP",
            "TEST_TRAFFIC_SHIFT",
            "POST_TEST_TRAFFIC_SHIFT",
            "PRODUCTION_TRAFFIC_SHIFT",
            "POST_PRODUCTION_TRAFFIC_SHIFT",
            "BAKE_TIME",
            "CLEAN_UP",
        ]
    );
    let at = |stage: &str| stages.iter().find(|(name, _)| name == stage).unwrap().1;
    assert!(
        (300..=302).contains(&(at("CLEAN_UP") - at("BAKE_TIME"))),
        "{stages:?}"
    );
    assert!((50..=110).contains(&flipped_at.unwrap()), "{flipped_at:?}");
    assert_eq!(most, 8, "the new tasks run at full size beside the old ones");
    let service = backend(&drill).await;
    assert_eq!(service["runningCount"], 4);
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    let good = current(&drill).await;
    let now_live = group_of(&drill, &good).await;
    assert_ne!(now_live, live, "the traffic is on the other target group now");
    assert_eq!(healthy_in(&drill, &now_live).await, 4);
    assert_eq!(healthy_in(&drill, &live).await, 0);
    assert!(failing(&drill, 3).await.iter().all(|it| *it < 0.5));
}

#[tokio::test(start_paused = true)]
async fn both_target_groups_are_seen_while_two_revisions_run() {
    let drill = drill("blue-green", 1);
    let live = group_of(&drill, &current(&drill).await).await;
    roll_back_to(&drill, 56).await.unwrap();
    until(&drill, "BAKE_TIME", 200).await;
    advance(&drill, 200);
    let green = group_of(&drill, &current(&drill).await).await;
    assert_eq!(
        (healthy_in(&drill, &live).await, healthy_in(&drill, &green).await),
        (4, 4)
    );
    let groups = elb(&drill).describe_target_groups().send().await.unwrap();
    let ours: Vec<_> = groups
        .target_groups()
        .iter()
        .filter(|it| [&live, &green].contains(&&it.target_group_arn().unwrap().to_owned()))
        .collect();
    assert_eq!(ours.len(), 2);
    assert_eq!(ours[0].load_balancer_arns(), ours[1].load_balancer_arns());
    // What reached the two groups is what reached the balancer, and after the shift all of it reached one.
    let balancer = ours[0].load_balancer_arns()[0]
        .split_once(":loadbalancer/")
        .unwrap()
        .1;
    let of = |group: Option<&str>| {
        let mut dimensions = vec![json!({ "Name": "LoadBalancer", "Value": balancer })];
        let name = |group: &str| group.rsplit(':').next().unwrap().to_owned();
        dimensions.extend(group.map(|group| json!({ "Name": "TargetGroup", "Value": name(group) })));
        dimensions
    };
    let query = |id: &str, group: Option<&str>| {
        let metric = json!({
            "Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount", "Dimensions": of(group),
        });
        json!({ "Id": id, "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" } })
    };
    let input = json!({
        "MetricDataQueries": [
            query("all", None), query("old", Some(live.as_str())), query("new", Some(green.as_str())),
        ],
        "StartTime": "2026-11-23T05:00:00Z", "EndTime": "2026-11-23T05:30:00Z",
        "ScanBy": "TimestampAscending",
    });
    let answer = json_call(&drill, "GraniteServiceVersion20100801.GetMetricData", &input)
        .await
        .unwrap();
    let sum = |index: usize| -> f64 {
        let values = answer["MetricDataResults"][index]["Values"].as_array().unwrap();
        values.iter().map(|it| it.as_f64().unwrap()).sum()
    };
    assert!(sum(1) > 10_000.0 && sum(2) > 1_000.0);
    assert!((sum(0) - sum(1) - sum(2)).abs() < 1e-6);
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_bake_flips_the_weights() {
    let drill = drill("blue-green", 1);
    roll_back_to(&drill, 56).await.unwrap();
    until(&drill, "BAKE_TIME", 200).await;
    assert_eq!(serving(&drill), [(56, 100.0)]);
    let started = backend(&drill).await["events"]
        .to_string()
        .matches("has started")
        .count();
    stop(&drill).await.unwrap();
    assert_eq!(current(&drill).await["status"], "ROLLBACK_REQUESTED");
    advance(&drill, 7);
    assert_eq!(serving(&drill), [(57, 100.0)], "near at once");
    let back = current(&drill).await;
    assert_eq!(back["status"], "ROLLBACK_IN_PROGRESS");
    assert!(percent(&back["targetServiceRevision"]).abs() < 1e-9);
    assert!((percent(&back["sourceServiceRevisions"][0]) - 100.0).abs() < 1e-9);
    let took = until(&drill, "ROLLBACK_SUCCESSFUL", 120).await;
    assert!((30..=75).contains(&took), "{took}");
    let service = backend(&drill).await;
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":57"));
    assert_eq!(service["runningCount"], 4);
    assert_eq!(
        service["events"].to_string().matches("has started").count(),
        started,
        "the old tasks were there all the while"
    );
    assert_eq!(stop(&drill).await, Err("ConflictException".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_stop_in_the_last_stage_starts_the_old_tasks_again_before_they_get_the_traffic() {
    let drill = drill("blue-green", 1);
    roll_back_to(&drill, 56).await.unwrap();
    until(&drill, "CLEAN_UP", 500).await;
    advance(&drill, 10);
    stop(&drill).await.unwrap();
    advance(&drill, 15);
    assert_eq!(current(&drill).await["lifecycleStage"], "SCALE_UP");
    assert_eq!(serving(&drill), [(56, 100.0)]);
    until(&drill, "ROLLBACK_SUCCESSFUL", 200).await;
    assert_eq!(serving(&drill), [(57, 100.0)]);
}

#[tokio::test(start_paused = true)]
async fn a_linear_deployment_takes_step_after_step() {
    let drill = world(
        "strategy = { type = \"linear\", step_percent = 40.0, step_bake_minutes = 1, bake_minutes = 1 }",
    );
    let configured = backend(&drill).await["deploymentConfiguration"].clone();
    assert_eq!(
        configured["linearConfiguration"],
        json!({ "stepPercent": 40.0, "stepBakeTimeInMinutes": 1 })
    );
    advance(&drill, 600);
    roll_back_to(&drill, 56).await.unwrap();
    let mut steps = Vec::new();
    for elapsed in 0..500 {
        let it = current(&drill).await;
        let percent = percent(&it["targetServiceRevision"]);
        let of_new = serving(&drill)
            .iter()
            .find(|(revision, _)| *revision == 56)
            .map_or(0.0, |it| it.1);
        assert!((of_new - percent).abs() < 1e-9);
        if steps.last().is_none_or(|(last, _)| *last != percent) {
            steps.push((percent, elapsed));
        }
        if it["status"] == "SUCCESSFUL" {
            break;
        }
        advance(&drill, 1);
    }
    let percents: Vec<f64> = steps.iter().map(|(percent, _)| *percent).collect();
    assert_eq!(percents, [0.0, 40.0, 80.0, 100.0]);
    for pair in steps[1..].windows(2) {
        assert!((70..=80).contains(&(pair[1].1 - pair[0].1)), "{steps:?}");
    }
    assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn a_second_deployment_first_clears_the_one_before_away() {
    let drill = drill("blue-green", 1);
    roll_back_to(&drill, 56).await.unwrap();
    until(&drill, "POST_SCALE_UP", 200).await;
    let first = current(&drill).await["serviceDeploymentArn"].clone();
    roll_back_to(&drill, 55).await.unwrap();
    let list = json!({ "serviceDeploymentArns": [first] });
    let older = ecs_call(&drill, "DescribeServiceDeployments", &list)
        .await
        .unwrap();
    assert_eq!(older["serviceDeployments"][0]["status"], "STOPPED");
    until(&drill, "RECONCILE_SERVICE", 5).await;
    let took = until(&drill, "PRE_SCALE_UP", 120).await;
    assert!(took > 20, "the tasks of the older one go first: {took}");
    let running = drill.world()["services"][0]["tasks"].to_string();
    assert!(!running.contains("\"revision\":56"), "{running}");
    assert_eq!(serving(&drill), [(57, 100.0)]);
    until(&drill, "SUCCESSFUL", 600).await;
    assert_eq!(serving(&drill), [(55, 100.0)]);
}

#[tokio::test(start_paused = true)]
async fn one_that_only_cleans_up_has_done_its_work_when_the_next_begins() {
    let drill = drill("blue-green", 1);
    roll_back_to(&drill, 56).await.unwrap();
    until(&drill, "CLEAN_UP", 500).await;
    let first = current(&drill).await["serviceDeploymentArn"].clone();
    roll_back_to(&drill, 55).await.unwrap();
    let list = json!({ "serviceDeploymentArns": [first] });
    let older = ecs_call(&drill, "DescribeServiceDeployments", &list)
        .await
        .unwrap();
    assert_eq!(older["serviceDeployments"][0]["status"], "SUCCESSFUL");
    assert_eq!(serving(&drill), [(56, 100.0)]);
    advance(&drill, 30);
    stop(&drill).await.unwrap();
    until(&drill, "ROLLBACK_SUCCESSFUL", 200).await;
    assert_eq!(serving(&drill), [(56, 100.0)], "back to what it had brought");
}

#[tokio::test(start_paused = true)]
async fn no_breaker_ends_a_shift_but_a_stop_and_a_day_do() {
    let broken = |text: String| {
        swap(
            &text,
            "{ tag = \"v1.3.4\", pushed = \"-9d 3h\", size_mb = 181.1 }",
            "{ tag = \"v1.3.4\", pushed = \"-9d 3h\", size_mb = 181.1, change = [{ at = \"-1h\", crash_after_s = 4.0 }] }",
        )
    };
    for stopped in [true, false] {
        let drill = changed_from("blue-green", broken).unwrap();
        roll_back_to(&drill, 56).await.unwrap();
        advance(&drill, 3_600);
        let it = current(&drill).await;
        assert_eq!(
            (&it["status"], &it["lifecycleStage"]),
            (&json!("IN_PROGRESS"), &json!("SCALE_UP"))
        );
        assert!(
            backend(&drill).await["deployments"][0]["failedTasks"]
                .as_u64()
                .unwrap()
                > 10
        );
        assert_eq!(serving(&drill), [(57, 100.0)], "nobody notices");
        if stopped {
            stop(&drill).await.unwrap();
        } else {
            advance(&drill, 86_400);
        }
        until(&drill, "ROLLBACK_SUCCESSFUL", 200).await;
        assert_eq!(serving(&drill), [(57, 100.0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_in_the_bake_time_flips_back() {
    let drill = changed(|text| {
        let text = swap(&text, "at = \"-3m 45s\"\nrevision = 57", "at = \"+1m\"\nrevision = 57");
        let with = "strategy = { type = \"blue-green\", bake_minutes = 10 }\nalarms = [\"peoplebooster-backend-5xx\"]";
        swap(&text, SERVICE, &format!("{with}\n{SERVICE}"))
    })
    .unwrap();
    advance(&drill, 60);
    until(&drill, "BAKE_TIME", 200).await;
    assert_eq!(serving(&drill), [(57, 100.0)]);
    until(&drill, "ROLLBACK_IN_PROGRESS", 400).await;
    let it = current(&drill).await;
    assert_eq!(it["alarms"]["status"], "TRIGGERED");
    advance(&drill, 3);
    assert_eq!(serving(&drill), [(56, 100.0)]);
    until(&drill, "ROLLBACK_SUCCESSFUL", 200).await;
}

#[tokio::test(start_paused = true)]
async fn more_tasks_are_wanted_on_both_sides_of_a_shift() {
    let drill = drill("blue-green", 1);
    roll_back_to(&drill, 56).await.unwrap();
    until(&drill, "BAKE_TIME", 200).await;
    let more = json!({ "cluster": CLUSTER, "service": BACKEND, "desiredCount": 5 });
    ecs_call(&drill, "UpdateService", &more).await.unwrap();
    advance(&drill, 60);
    assert_eq!(backend(&drill).await["runningCount"], 10);
    until(&drill, "SUCCESSFUL", 500).await;
    assert_eq!(backend(&drill).await["runningCount"], 5);
}

/// The code and the message of a refused ECS call.
async fn refused(drill: &Drill, operation: &str, input: &Value) -> (String, String) {
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "x-amz-target",
            format!("AmazonEC2ContainerServiceV20141113.{operation}"),
        )
        .body(Body::from(input.to_string()))
        .unwrap();
    let (status, _, body) = send(drill, request).await.unwrap();
    assert!(status.is_client_error(), "{operation} was taken");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (text("__type"), text("message"))
}

#[tokio::test(start_paused = true)]
async fn in_codedeploy_nothing_that_ecs_offers_brings_the_old_one_back() {
    let drill = drill("codedeploy", 1);
    let service = backend(&drill).await;
    assert_eq!(service["deploymentController"]["type"], "CODE_DEPLOY");
    assert_eq!(service["deployments"], json!([]));
    assert!(service.get("currentServiceDeployment").is_none());
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":57"));
    let sets = service["taskSets"].as_array().unwrap();
    assert_eq!(sets.len(), 1);
    assert_eq!(
        (
            &sets[0]["status"],
            &sets[0]["startedBy"],
            &sets[0]["stabilityStatus"]
        ),
        (&json!("PRIMARY"), &json!("CODE_DEPLOY"), &json!("STEADY_STATE"))
    );
    assert!(sets[0]["externalId"].as_str().unwrap().starts_with("d-"));
    assert_eq!(sets[0]["taskDefinition"], service["taskDefinition"]);
    assert_eq!(
        sets[0]["loadBalancers"][0]["targetGroupArn"],
        service["loadBalancers"][0]["targetGroupArn"]
    );
    let tasks = json!({ "cluster": CLUSTER, "serviceName": BACKEND, "startedBy": sets[0]["id"] });
    let tasks = ecs_call(&drill, "ListTasks", &tasks).await.unwrap();
    assert_eq!(tasks["taskArns"].as_array().unwrap().len(), 4);
    assert!(failing(&drill, 2).await.iter().all(|it| *it > 2.5));
    let list = json!({ "cluster": CLUSTER, "service": BACKEND });
    let list = ecs_call(&drill, "ListServiceDeployments", &list).await.unwrap();
    assert_eq!(list["serviceDeployments"], json!([]));

    let update = |more: Value| {
        let mut input = json!({ "cluster": CLUSTER, "service": BACKEND });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    };
    let definition = update(json!({ "taskDefinition": format!("{BACKEND}:56"), "desiredCount": 9 }));
    assert_eq!(
        refused(&drill, "UpdateService", &definition).await,
        (
            "InvalidParameterException".to_owned(),
            "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.".to_owned(),
        )
    );
    let forced = update(json!({ "forceNewDeployment": true }));
    assert!(
        refused(&drill, "UpdateService", &forced)
            .await
            .1
            .contains("CODE_DEPLOY")
    );
    let truth = drill.world()["services"][0].clone();
    let hidden = truth["service_deployments"][0]["arn"].clone();
    // ECS does not know the service deployments by which the drill itself plays CodeDeploy.
    for (operation, input) in [
        (
            "StopServiceDeployment",
            json!({ "serviceDeploymentArn": hidden, "stopType": "ROLLBACK" }),
        ),
        (
            "ContinueServiceDeployment",
            json!({ "serviceDeploymentArn": hidden, "hookId": "x", "action": "ROLLBACK" }),
        ),
    ] {
        assert_eq!(
            refused(&drill, operation, &input).await.0,
            "ServiceDeploymentNotFoundException"
        );
    }
    advance(&drill, 600);
    assert_eq!(serving(&drill), [(57, 100.0)]);
    assert_eq!(
        backend(&drill).await["desiredCount"],
        4,
        "a refused call changes nothing"
    );
    ecs_call(&drill, "UpdateService", &update(json!({ "desiredCount": 5 })))
        .await
        .unwrap();
    advance(&drill, 60);
    assert_eq!(backend(&drill).await["taskSets"][0]["computedDesiredCount"], 5);
    let (_, ledger) = control(&drill, "GET", "ledger", &Value::Null).await;
    assert!(ledger.to_string().contains("InvalidParameterException"));
}

#[tokio::test(start_paused = true)]
async fn another_controller_shows_two_task_sets_while_it_deploys() {
    let drill = changed_from("codedeploy", |text| {
        let text = swap(&text, "controller = \"code-deploy\"", "controller = \"external\"");
        swap(
            &text,
            "{ at = \"-14m\", revision = 57 }",
            "{ at = \"-2m\", revision = 57 }",
        )
    })
    .unwrap();
    let service = backend(&drill).await;
    assert_eq!(service["deploymentController"]["type"], "EXTERNAL");
    assert!(service.get("taskDefinition").is_none(), "only task sets have one");
    assert_eq!(service["loadBalancers"], json!([]));
    let sets = service["taskSets"].as_array().unwrap();
    let of = |index: usize| {
        let definition = sets[index]["taskDefinition"].as_str().unwrap();
        (
            sets[index]["status"].clone(),
            definition.rsplit(':').next().unwrap().to_owned(),
        )
    };
    assert_eq!(sets.len(), 2);
    assert_eq!(of(0), (json!("PRIMARY"), "57".to_owned()));
    assert_eq!(of(1), (json!("ACTIVE"), "56".to_owned()));
    assert!(sets[0].get("startedBy").is_none());
    let input = json!({ "cluster": CLUSTER, "service": BACKEND, "taskDefinition": format!("{BACKEND}:56") });
    assert!(
        refused(&drill, "UpdateService", &input)
            .await
            .1
            .contains("EXTERNAL")
    );
}
