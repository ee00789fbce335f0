//! What the built-in scenarios say, and that the format carries those to come.

use modosu::drill::{Drill, DrillError, Options};
use serde_json::{Value, json};

use super::door::{BACKEND, CLUSTER, START, advance, backend, drill, ecs_call, json_call, roll_back_to};

/// Revisions that the service's history proves to have run, newest first.
async fn served(drill: &Drill) -> Vec<String> {
    let list = json!({ "cluster": CLUSTER, "service": BACKEND, "status": ["SUCCESSFUL"] });
    let list = ecs_call(drill, "ListServiceDeployments", &list).await.unwrap();
    let mut served = Vec::new();
    for deployment in list["serviceDeployments"].as_array().unwrap() {
        let revision = json!({ "serviceRevisionArns": [deployment["targetServiceRevisionArn"]] });
        let revision = ecs_call(drill, "DescribeServiceRevisions", &revision)
            .await
            .unwrap();
        let definition = revision["serviceRevisions"][0]["taskDefinition"]
            .as_str()
            .unwrap()
            .to_owned();
        served.push(definition.rsplit(':').next().unwrap().to_owned());
    }
    served
}

async fn image(drill: &Drill, tag: &str) -> Result<Value, String> {
    let input = json!({ "repositoryName": BACKEND, "imageIds": [{ "imageTag": tag }] });
    json_call(
        drill,
        "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
        &input,
    )
    .await
}

#[tokio::test(start_paused = true)]
async fn in_bad_deploy_55_never_served_and_54_has_no_image() {
    let drill = drill("bad-deploy", 1);
    assert_eq!(served(&drill).await, ["57", "56", "54", "53", "52"]);
    assert!(image(&drill, "v1.3.4").await.is_ok());
    assert!(image(&drill, "v1.3.3").await.is_ok());
    assert_eq!(
        image(&drill, "v1.3.2").await,
        Err("ImageNotFoundException".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn in_never_ran_the_revision_before_never_served() {
    let drill = drill("never-ran", 1);
    assert!(
        backend(&drill).await["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":57")
    );
    assert_eq!(served(&drill).await, ["57", "55", "54", "53", "52"]);
    let listed = json!({ "familyPrefix": BACKEND, "sort": "DESC", "maxResults": 2 });
    let listed = ecs_call(&drill, "ListTaskDefinitions", &listed)
        .await
        .unwrap()
        .to_string();
    assert!(listed.contains(":57") && listed.contains(":56"));
    assert!(image(&drill, "v1.3.3").await.is_ok() && image(&drill, "v1.3.4").await.is_ok());
    roll_back_to(&drill, 55).await.unwrap();
    advance(&drill, 130);
    assert_eq!(drill.world()["services"][0]["serving"][0]["version"], "v1.3.3");
}

#[tokio::test(start_paused = true)]
async fn in_no_traffic_nobody_can_say() {
    let drill = drill("no-traffic", 1);
    let service = backend(&drill).await;
    assert_eq!(service["runningCount"], 4);
    let group = service["loadBalancers"][0]["targetGroupArn"]
        .as_str()
        .unwrap()
        .rsplit(':')
        .next()
        .unwrap();
    let id = super::door::elb(&drill)
        .describe_load_balancers()
        .names("pb-production-backend")
        .send()
        .await
        .unwrap();
    let balancer = id.load_balancers()[0]
        .load_balancer_arn()
        .unwrap()
        .split_once(":loadbalancer/")
        .unwrap()
        .1;
    let query = |id: &str, name: &str, with_group: bool| {
        let mut dimensions = vec![json!({ "Name": "LoadBalancer", "Value": balancer })];
        if with_group {
            dimensions.push(json!({ "Name": "TargetGroup", "Value": group }));
        }
        let metric =
            json!({ "Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": dimensions });
        json!({ "Id": id, "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" } })
    };
    let input = json!({
        "MetricDataQueries": [
            query("requests", "RequestCount", true),
            query("errors", "HTTPCode_Target_5XX_Count", true),
            query("own", "HTTPCode_ELB_5XX_Count", false),
            query("hosts", "HealthyHostCount", true),
        ],
        "StartTime": "2026-11-23T02:00:00Z",
        "EndTime": START,
    });
    let answer = json_call(&drill, "GraniteServiceVersion20100801.GetMetricData", &input)
        .await
        .unwrap();
    let count = |index: usize| {
        answer["MetricDataResults"][index]["Values"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((count(0), count(1), count(2)), (0, 0, 0));
    assert!(count(3) > 170);
    let alarms = json_call(&drill, "GraniteServiceVersion20100801.DescribeAlarms", &json!({}))
        .await
        .unwrap();
    assert_eq!(alarms["MetricAlarms"][0]["StateValue"], "INSUFFICIENT_DATA");
}

/// A drill on `bad-deploy` with its text changed.
pub(super) fn changed(edit: impl Fn(String) -> String) -> Result<Drill, DrillError> {
    changed_from("bad-deploy", edit)
}

/// A drill on a built-in scenario with its text changed.
pub(super) fn changed_from(scenario: &str, edit: impl Fn(String) -> String) -> Result<Drill, DrillError> {
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenarios");
    let text = std::fs::read_to_string(format!("{built_in}/{scenario}.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.toml");
    std::fs::write(&path, edit(text)).unwrap();
    let scenario = path.to_str().unwrap().to_owned();
    Drill::new(&Options {
        scenario,
        seed: 1,
        speed: 1.0,
        start: START.parse().unwrap(),
    })
}

/// Replaces a text that must be there once.
pub(super) fn swap(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

#[tokio::test(start_paused = true)]
async fn the_format_carries_a_second_operator_a_moved_tag_and_denials() {
    let drill = changed(|text| {
        let moved = "\n[[application.image]]\ntag = \"v1.3.4\"\npushed = \"-1h\"\n\n[[application.image]]\ntag = \"v1.4.0\"\npushed = \"-13m\"";
        let text = swap(&text, "\n[[application.image]]\ntag = \"v1.4.0\"\npushed = \"-13m\"", moved);
        text + "\n[[trigger]]\non = \"ecs.DescribeServices\"\nnth = 2\nenvironment = \"production\"\napplication = \"backend\"\nrevision = 55\nby = \"suzuki\"\n\n[[fault]]\noperation = \"elbv2.*\"\nkind = \"denied\"\nuntil = \"+2m\"\n"
    })
    .unwrap();
    let history = json!({ "cluster": CLUSTER, "service": BACKEND });
    let history = ecs_call(&drill, "ListServiceDeployments", &history)
        .await
        .unwrap();
    let old =
        json!({ "serviceRevisionArns": [history["serviceDeployments"][1]["targetServiceRevisionArn"]] });
    let old = ecs_call(&drill, "DescribeServiceRevisions", &old).await.unwrap();
    let pinned = old["serviceRevisions"][0]["containerImages"][0]["imageDigest"].clone();
    let tagged = image(&drill, "v1.3.4").await.unwrap()["imageDetails"][0]["imageDigest"].clone();
    assert_ne!(pinned, tagged, "the tag names another image now");
    let by_digest = json!({ "repositoryName": BACKEND, "imageIds": [{ "imageDigest": pinned }] });
    let by_digest = json_call(
        &drill,
        "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
        &by_digest,
    )
    .await
    .unwrap();
    assert!(by_digest["imageDetails"][0].get("imageTags").is_none());

    assert_eq!(backend(&drill).await["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(
        backend(&drill).await["deployments"].as_array().unwrap().len(),
        1,
        "he acts after the second look"
    );
    let service = backend(&drill).await;
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":55"));
    assert_eq!(drill.world()["services"][0]["deployments"][0]["by"], "suzuki");

    let elb = super::door::elb(&drill);
    assert!(elb.describe_target_groups().send().await.is_err());
    advance(&drill, 120);
    assert!(elb.describe_target_groups().send().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn unknown_fields_and_missing_files_are_refused() {
    let error = changed(|text| text.replace("error_rate = 0.041", "eror_rate = 0.041")).unwrap_err();
    assert!(
        matches!(&error, DrillError::BadScenario { reason, .. } if reason.contains("eror_rate")),
        "{error}"
    );
    let missing = Options {
        scenario: "no/such.toml".into(),
        seed: 1,
        speed: 1.0,
        start: START.parse().unwrap(),
    };
    assert!(matches!(
        Drill::new(&missing),
        Err(DrillError::UnreadableScenario { .. })
    ));
    assert_eq!(Drill::scenarios()[0], "bad-deploy");
}

#[tokio::test(start_paused = true)]
async fn percentages_bound_a_deployment_from_both_sides() {
    for (minimum, maximum, least, most) in
        [(50, 100, 2, 4), (75, 125, 3, 5), (100, 125, 4, 5), (0, 100, 0, 4)]
    {
        let drill = changed(|text| {
            let bounds = format!("desired = 4\nminimum_percent = {minimum}\nmaximum_percent = {maximum}");
            // The bad revision had three minutes; with these bounds it needs longer.
            let text = swap(
                &text,
                "at = \"-3m 45s\"\nrevision = 57",
                "at = \"-8m 45s\"\nrevision = 57",
            );
            swap(&text, "desired = 4", &bounds)
        })
        .unwrap();
        assert_eq!(
            backend(&drill).await["deployments"][0]["rolloutState"],
            "COMPLETED"
        );
        roll_back_to(&drill, 56).await.unwrap();
        let mut elapsed = 0;
        loop {
            let world = drill.world();
            let service = &world["services"][0];
            let healthy: u64 = service["serving"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["healthy"].as_u64().unwrap())
                .sum();
            let standing = service["tasks"].as_array().unwrap().len() as u64;
            assert!(
                healthy >= least && standing <= most,
                "{minimum}/{maximum} after {elapsed} s: {healthy}, {standing}"
            );
            if service["deployments"][0]["rollout"] == "COMPLETED" {
                break;
            }
            assert!(elapsed < 600, "{minimum}/{maximum} stalls: {service}");
            advance(&drill, 1);
            elapsed += 1;
        }
    }
}
