//! The scenarios of the ECS road: what each world shows, and what ECS does there when the right call comes.

use modosu::drill::Drill;
use serde_json::{Value, json};

use super::{
    door::{BACKEND, CLUSTER, advance, backend, control, drill, ecs_call, elb, json_call, roll_back_to},
    rollout::current,
    scenarios::changed,
};

/// Sums of a metric of production's backend in the whole minutes since 05:00, oldest first, each with its epoch second.
pub(super) async fn sums(drill: &Drill, name: &str, of_group: bool) -> Vec<(f64, f64)> {
    let balancers = elb(drill)
        .describe_load_balancers()
        .names("pb-production-backend")
        .send()
        .await
        .unwrap();
    let arn = balancers.load_balancers()[0].load_balancer_arn().unwrap();
    let mut dimensions =
        vec![json!({ "Name": "LoadBalancer", "Value": arn.split_once(":loadbalancer/").unwrap().1 })];
    if of_group {
        let group = backend(drill).await["loadBalancers"][0]["targetGroupArn"]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap()
            .to_owned();
        dimensions.push(json!({ "Name": "TargetGroup", "Value": group }));
    }
    let metric = json!({ "Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": dimensions });
    let input = json!({
        "MetricDataQueries": [{ "Id": "it", "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" } }],
        "StartTime": "2026-11-23T05:00:00Z", "EndTime": "2026-11-23T06:00:00Z",
        "ScanBy": "TimestampAscending",
    });
    let answer = json_call(drill, "GraniteServiceVersion20100801.GetMetricData", &input)
        .await
        .unwrap();
    let numbers = |name: &str| -> Vec<f64> {
        let all = answer["MetricDataResults"][0][name].as_array().unwrap();
        all.iter().map(|it| it.as_f64().unwrap()).collect()
    };
    numbers("Timestamps").into_iter().zip(numbers("Values")).collect()
}

/// Healthy targets of production's backend by revision.
fn healthy(drill: &Drill) -> Vec<(u64, u64)> {
    let world = drill.world();
    let serving = world["services"][0]["serving"].as_array().unwrap().clone();
    let number = |it: &Value, name: &str| it[name].as_u64().unwrap();
    serving
        .iter()
        .map(|it| (number(it, "revision"), number(it, "healthy")))
        .collect()
}

/// Stopped tasks of production's backend, as DescribeTasks shows them.
pub(super) async fn stopped(drill: &Drill) -> Vec<Value> {
    let list = json!({ "cluster": CLUSTER, "serviceName": BACKEND, "desiredStatus": "STOPPED" });
    let list = ecs_call(drill, "ListTasks", &list).await.unwrap();
    if list["taskArns"].as_array().unwrap().is_empty() {
        return Vec::new();
    }
    let input = json!({ "cluster": CLUSTER, "tasks": list["taskArns"] });
    let answer = ecs_call(drill, "DescribeTasks", &input).await.unwrap();
    answer["tasks"].as_array().unwrap().clone()
}

async fn events(drill: &Drill) -> String {
    backend(drill).await["events"].to_string()
}

async fn runs(drill: &Drill, revision: u32) -> bool {
    let service = backend(drill).await;
    let definition = service["taskDefinition"].as_str().unwrap().to_owned();
    definition.ends_with(&format!(":{revision}"))
}

/// Seconds until the PRIMARY deployment is COMPLETED.
pub(super) async fn completed(drill: &Drill, within: u64) -> u64 {
    for elapsed in (0..within).step_by(3) {
        if backend(drill).await["deployments"][0]["rolloutState"] == "COMPLETED" {
            return elapsed;
        }
        advance(drill, 3);
    }
    panic!(
        "not completed within {within} s: {}",
        drill.world()["services"][0]
    );
}

#[tokio::test(start_paused = true)]
async fn in_slow_deploy_going_back_takes_long_and_moves_all_the_while() {
    let drill = drill("slow-deploy", 1);
    assert!(runs(&drill, 57).await);
    assert_eq!(
        backend(&drill).await["deployments"][0]["rolloutState"],
        "COMPLETED"
    );
    roll_back_to(&drill, 56).await.unwrap();
    let (mut seen, mut moved_at, mut longest) = (Vec::new(), 0, 0);
    for elapsed in (0..900).step_by(4) {
        let service = backend(&drill).await;
        let now = (
            service["runningCount"].clone(),
            service["pendingCount"].clone(),
            healthy(&drill),
        );
        if seen.last() != Some(&now) {
            longest = longest.max(elapsed - moved_at);
            moved_at = elapsed;
            seen.push(now);
        }
        if service["deployments"][0]["rolloutState"] == "COMPLETED" {
            assert!((300..=600).contains(&elapsed), "took {elapsed} s");
            assert!(longest < 170, "nothing moved for {longest} s");
            assert!(seen.len() >= 10, "{seen:?}");
            assert_eq!(healthy(&drill), [(56, 4)]);
            assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
            return;
        }
        advance(&drill, 4);
    }
    panic!("it never ends: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn in_outage_the_balancer_answers_and_ecs_replaces_task_after_task() {
    let drill = drill("outage", 1);
    let service = backend(&drill).await;
    assert_eq!(
        service["deployments"][0]["rolloutState"], "COMPLETED",
        "nothing is being deployed"
    );
    assert_eq!(healthy(&drill), []);
    assert!(
        service["events"]
            .to_string()
            .contains("is unhealthy in (target-group")
    );
    assert_eq!(
        control(&drill, "GET", "health/production/backend", &Value::Null)
            .await
            .0
            .as_u16(),
        503
    );
    // 05:02 is the third minute of the outage: the targets' metrics have vanished, the balancer's own 5xx are all there is.
    let at = "2026-11-23T05:02:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_second() as f64;
    let in_minute = |sums: Vec<(f64, f64)>| sums.into_iter().find(|(minute, _)| *minute == at).map(|it| it.1);
    assert!(in_minute(sums(&drill, "HTTPCode_ELB_5XX_Count", false).await).unwrap() > 2_000.0);
    assert_eq!(in_minute(sums(&drill, "RequestCount", true).await), None);
    assert_eq!(
        in_minute(sums(&drill, "HTTPCode_Target_5XX_Count", true).await),
        None
    );

    let (mut running, mut unhealthy) = (0, 0);
    for _ in 0..60 {
        let world = drill.world();
        running = running.max(world["services"][0]["running"].as_u64().unwrap());
        let tasks = world["services"][0]["tasks"].as_array().unwrap().clone();
        unhealthy += tasks.iter().filter(|it| it["target"] == "unhealthy").count();
        assert_eq!(healthy(&drill), []);
        advance(&drill, 5);
    }
    assert_eq!(running, 4, "tasks run, only nobody is well");
    assert!(unhealthy > 0);
    let stopped = stopped(&drill).await;
    assert!(stopped.len() >= 12, "replaced again and again: {}", stopped.len());
    for task in &stopped {
        if task["stoppedReason"]
            .as_str()
            .unwrap()
            .starts_with("Scaling activity")
        {
            continue;
        }
        assert_eq!(task["stopCode"], "ServiceSchedulerInitiated");
        assert!(
            task["stoppedReason"]
                .as_str()
                .unwrap()
                .starts_with("Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:")
        );
    }

    roll_back_to(&drill, 56).await.unwrap();
    assert!(completed(&drill, 240).await < 200);
    assert_eq!(healthy(&drill), [(56, 4)]);
    advance(&drill, 240);
    let own = sums(&drill, "HTTPCode_ELB_5XX_Count", false).await;
    let requests = sums(&drill, "RequestCount", true).await;
    assert!(
        own.last().unwrap().0 < requests.last().unwrap().0,
        "the balancer's own 5xx have ended"
    );
}

#[tokio::test(start_paused = true)]
async fn in_in_flight_a_stop_puts_the_last_completed_one_back() {
    let drill = drill("in-flight", 1);
    let service = backend(&drill).await;
    assert_eq!(service["deployments"].as_array().unwrap().len(), 2);
    assert_eq!(service["deployments"][0]["rolloutState"], "IN_PROGRESS");
    assert_eq!(service["deployments"][1]["rolloutState"], "COMPLETED");
    assert!(
        healthy(&drill).iter().any(|(revision, _)| *revision == 57),
        "some of it serves"
    );
    let errors: f64 = sums(&drill, "HTTPCode_Target_5XX_Count", true)
        .await
        .last()
        .unwrap()
        .1;
    let requests: f64 = sums(&drill, "RequestCount", true).await.last().unwrap().1;
    assert!(
        (0.02..0.12).contains(&(errors / requests)),
        "{errors} of {requests}"
    );
    // It limps on, and the circuit breaker has nothing to count.
    advance(&drill, 300);
    let before = current(&drill).await;
    assert_eq!(before["status"], "IN_PROGRESS");
    assert_eq!(
        before["deploymentCircuitBreaker"],
        json!({ "status": "MONITORING", "failureCount": 0, "threshold": 3 })
    );

    let stop = json!({ "serviceDeploymentArn": before["serviceDeploymentArn"], "stopType": "ROLLBACK" });
    ecs_call(&drill, "StopServiceDeployment", &stop).await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..150 {
        let status = current(&drill).await["status"].as_str().unwrap().to_owned();
        if statuses.last() != Some(&status) {
            statuses.push(status);
        }
        advance(&drill, 2);
    }
    assert_eq!(
        statuses,
        [
            "ROLLBACK_REQUESTED",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_SUCCESSFUL"
        ]
    );
    let after = current(&drill).await;
    assert_eq!(
        after["rollback"]["serviceRevisionArn"],
        before["sourceServiceRevisions"][0]["arn"]
    );
    assert!(runs(&drill, 56).await);
    assert_eq!(healthy(&drill), [(56, 4)]);
    assert_eq!(backend(&drill).await["deployments"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn left_alone_in_flight_takes_minutes_and_then_succeeds() {
    let drill = drill("in-flight", 1);
    let elapsed = completed(&drill, 1_800).await;
    assert!(
        (600..=840).contains(&elapsed),
        "there is time to stop it: {elapsed} s"
    );
    assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn in_crash_loop_the_breaker_puts_the_bad_one_back() {
    let drill = drill("crash-loop", 1);
    let bad = backend(&drill).await["deployments"][0]["id"].clone();
    let ours = roll_back_to(&drill, 56).await.unwrap()["service"]["deployments"][0]["id"].clone();
    advance(&drill, 240);
    let deployment = current(&drill).await;
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(deployment["deploymentCircuitBreaker"]["status"], "TRIGGERED");
    let back = json!({ "serviceRevisionArns": [deployment["rollback"]["serviceRevisionArn"]] });
    let back = ecs_call(&drill, "DescribeServiceRevisions", &back).await.unwrap();
    assert!(
        back["serviceRevisions"][0]["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":57")
    );
    assert!(runs(&drill, 57).await);
    assert_eq!(healthy(&drill), [(57, 4)]);

    let (ours, bad) = (ours.as_str().unwrap(), bad.as_str().unwrap());
    let events = events(&drill).await;
    for event in [
        format!("(service {BACKEND}) has started 4 tasks: (task "),
        format!("(service {BACKEND}) (deployment {ours}) deployment failed: tasks failed to start."),
        format!("(service {BACKEND}) rolling back to deployment {bad}."),
        format!("(service {BACKEND}) (deployment {bad}) deployment completed."),
        format!("(service {BACKEND}) has reached a steady state."),
    ] {
        assert!(events.contains(&event), "{event} is not among {events}");
    }
    let crashed: Vec<Value> = stopped(&drill)
        .await
        .into_iter()
        .filter(|task| task["startedBy"] == ours && task["stopCode"] == "EssentialContainerExited")
        .collect();
    assert!(crashed.len() >= 3);
    for task in crashed {
        assert_eq!(task["stoppedReason"], "Essential container in task exited");
        assert_eq!(task["containers"][0]["exitCode"], 1);
        assert_eq!(task["containers"][0]["lastStatus"], "STOPPED");
        assert!(task["containers"][0].get("reason").is_none());
        assert!(
            task["containers"][0]["imageDigest"]
                .as_str()
                .unwrap()
                .starts_with("sha256:")
        );
        assert_eq!(task["group"], format!("service:{BACKEND}"));
        assert!(task["startedAt"].as_f64() < task["stoppedAt"].as_f64());
    }
}

#[tokio::test(start_paused = true)]
async fn in_image_gone_the_only_proven_image_cannot_be_pulled() {
    let drill = drill("image-gone", 1);
    let image = |tag: &str| {
        let input = json!({ "repositoryName": BACKEND, "imageIds": [{ "imageTag": tag }] });
        json_call(
            &drill,
            "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
            &input,
        )
    };
    for gone in ["v1.3.0", "v1.3.1", "v1.3.2", "v1.3.4"] {
        assert_eq!(
            image(gone).await,
            Err("ImageNotFoundException".to_owned()),
            "{gone}"
        );
    }
    assert!(image("v1.3.3").await.is_ok(), "what never served is there");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 120);
    assert!(runs(&drill, 57).await, "the circuit breaker put it back");
    let stopped = stopped(&drill).await;
    let task = stopped
        .iter()
        .find(|it| it["stopCode"] == "TaskFailedToStart")
        .unwrap();
    let reason = task["stoppedReason"].as_str().unwrap();
    assert!(
        reason.starts_with("CannotPullContainerError: ") && reason.contains("peoplebooster-backend:v1.3.4")
    );
    assert_eq!(task["containers"][0]["reason"], reason);
    assert!(task.get("startedAt").is_none() && task["containers"][0].get("exitCode").is_none());
}

#[tokio::test(start_paused = true)]
async fn in_tag_moved_a_deployment_resolves_the_tag_anew() {
    let drill = drill("tag-moved", 1);
    let input = json!({ "repositoryName": BACKEND, "imageIds": [{ "imageTag": "v1.3.4" }] });
    let images = json_call(
        &drill,
        "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
        &input,
    );
    let tagged = images.await.unwrap()["imageDetails"][0]["imageDigest"].clone();
    let before = current(&drill).await;
    let of = |arn: &Value| {
        let input = json!({ "serviceRevisionArns": [arn] });
        let answer = ecs_call(&drill, "DescribeServiceRevisions", &input);
        async move { answer.await.unwrap()["serviceRevisions"][0]["containerImages"][0]["imageDigest"].clone() }
    };
    let pinned = of(&before["sourceServiceRevisions"][0]["arn"]).await;
    assert!(pinned.as_str().unwrap().starts_with("sha256:"));
    assert_ne!(pinned, tagged, "what served is not what the tag names");
    roll_back_to(&drill, 56).await.unwrap();
    assert_eq!(
        of(&current(&drill).await["targetServiceRevision"]["arn"]).await,
        tagged
    );
    completed(&drill, 200).await;
    let world = drill.world();
    assert_eq!(world["services"][0]["serving"][0]["digest"], tagged);
    assert_eq!(world["services"][0]["serving"][0]["version"], "v1.3.4");
}

async fn look(drill: &Drill, services: &[&str]) -> usize {
    let input = json!({ "cluster": CLUSTER, "services": services });
    let answer = ecs_call(drill, "DescribeServices", &input).await.unwrap();
    let services = answer["services"].as_array().unwrap();
    let backend = services.iter().find(|it| it["serviceName"] == BACKEND).unwrap();
    backend["deployments"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn in_two_operators_the_colleague_acts_before_the_last_look() {
    let drill = drill("two-operators", 1);
    let both = [BACKEND, "peoplebooster-frontend"];
    for _ in 0..30 {
        assert_eq!(
            look(&drill, &both).await,
            1,
            "he does not mind that people look now and then"
        );
        advance(&drill, 10);
    }
    assert_eq!(
        look(&drill, &[BACKEND]).await,
        2,
        "the last look before a write shows him"
    );
    assert!(runs(&drill, 58).await);
    assert_eq!(drill.world()["services"][0]["deployments"][0]["by"], "suzuki");
    // He does it once.
    roll_back_to(&drill, 56).await.unwrap();
    for _ in 0..40 {
        look(&drill, &both).await;
        advance(&drill, 2);
    }
    assert!(runs(&drill, 56).await);
}

#[tokio::test(start_paused = true)]
async fn in_two_operators_the_colleague_acts_while_somebody_looks_closely() {
    let drill = drill("two-operators", 1);
    let both = [BACKEND, "peoplebooster-frontend"];
    for _ in 0..15 {
        assert_eq!(look(&drill, &both).await, 1);
        advance(&drill, 2);
    }
    assert_eq!(look(&drill, &both).await, 2, "he has acted within half a minute");
    completed(&drill, 200).await;
    assert_eq!(healthy(&drill), [(58, 4)]);
}

#[tokio::test(start_paused = true)]
async fn a_colleague_may_act_right_after_our_update_and_does_not_wake_himself() {
    let drill = changed(|text| {
        text + "\n[[trigger]]\non = \"ecs.UpdateService\"\nenvironment = \"production\"\napplication = \"backend\"\nrevision = 55\nby = \"suzuki\"\n"
    })
    .unwrap();
    super::door::arm(&drill, "ecs.UpdateService", "throttle", 1).await;
    assert!(roll_back_to(&drill, 56).await.is_err());
    assert!(runs(&drill, 57).await, "what was refused wakes nobody");
    let ours = roll_back_to(&drill, 56).await.unwrap();
    assert!(
        ours["service"]["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":56"),
        "our answer shows our deployment"
    );
    assert!(runs(&drill, 55).await);
    let input = json!({ "serviceDeploymentArns": [ours["service"]["currentServiceDeployment"]] });
    let answer = ecs_call(&drill, "DescribeServiceDeployments", &input)
        .await
        .unwrap();
    assert_eq!(answer["serviceDeployments"][0]["status"], "STOPPED");
    completed(&drill, 200).await;
    assert_eq!(backend(&drill).await["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(healthy(&drill), [(55, 4)]);
    let history = drill.world()["services"][0]["service_deployments"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(history, 7, "five of the past, ours, and his");
}

#[tokio::test(start_paused = true)]
async fn in_throttled_a_share_of_the_reads_and_the_first_write_are_refused() {
    let answers = |seed: u64| async move {
        let drill = drill("throttled", seed);
        let mut refused = Vec::new();
        for _ in 0..200 {
            let input = json!({ "cluster": CLUSTER, "services": [BACKEND] });
            let answer = ecs_call(&drill, "DescribeServices", &input).await;
            refused.push(answer == Err("ThrottlingException".to_owned()));
        }
        (drill, refused)
    };
    let (drill, refused) = answers(1).await;
    let count = refused.iter().filter(|it| **it).count();
    assert!((35..=85).contains(&count), "{count} of 200");
    assert_eq!(answers(1).await.1, refused, "chance comes from the seed");
    assert_ne!(answers(2).await.1, refused);
    assert_eq!(
        roll_back_to(&drill, 56).await,
        Err("ThrottlingException".to_owned())
    );
    assert_eq!(drill.world()["services"][0]["revision"], 57);
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 150);
    assert_eq!(healthy(&drill), [(56, 4)]);
}

#[tokio::test(start_paused = true)]
async fn in_denied_much_is_unknown_and_nothing_changes() {
    let drill = drill("denied", 1);
    let denied = Err("AccessDeniedException".to_owned());
    let before = drill.world()["services"][0]["deployments"].clone();
    assert_eq!(roll_back_to(&drill, 56).await, denied);
    let stop = json!({ "serviceDeploymentArn": current(&drill).await["serviceDeploymentArn"], "stopType": "ROLLBACK" });
    assert_eq!(ecs_call(&drill, "StopServiceDeployment", &stop).await, denied);
    let images = json!({ "repositoryName": BACKEND });
    let images = json_call(
        &drill,
        "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
        &images,
    );
    assert_eq!(images.await, denied);
    let alarms = json_call(&drill, "GraniteServiceVersion20100801.DescribeAlarms", &json!({}));
    assert_eq!(alarms.await, denied);
    let group = backend(&drill).await["loadBalancers"][0]["targetGroupArn"].clone();
    let health = elb(&drill)
        .describe_target_health()
        .target_group_arn(group.as_str().unwrap())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(health.meta().code(), Some("AccessDenied"));
    assert_eq!(
        health.meta().message().unwrap().split(" on resource").next(),
        Some(
            "User: arn:aws:sts::123456789012:assumed-role/incident-commander/sato is not authorized to perform: elasticloadbalancing:DescribeTargetHealth"
        )
    );
    assert!(
        !sums(&drill, "RequestCount", true).await.is_empty(),
        "metrics may be read"
    );
    assert_eq!(drill.world()["services"][0]["deployments"], before);
}
