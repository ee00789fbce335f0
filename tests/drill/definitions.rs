//! Revisions that were deregistered, clones with their digest pinned, and deployments of the same revision by force.

use modosu::drill::Drill;
use serde_json::{Value, json};

use super::{
    door::{BACKEND, CLUSTER, advance, backend, drill, ecs_call, roll_back_to},
    rollout::current,
    scenarios::{changed, swap},
    stories::completed,
    strategies::{failing, serving},
};

async fn describe(drill: &Drill, revision: &str) -> Value {
    let input = json!({ "taskDefinition": format!("{BACKEND}:{revision}"), "include": ["TAGS"] });
    ecs_call(drill, "DescribeTaskDefinition", &input).await.unwrap()
}

async fn listed(drill: &Drill, status: &str) -> Vec<String> {
    let input = json!({ "familyPrefix": BACKEND, "sort": "DESC", "status": status });
    let list = ecs_call(drill, "ListTaskDefinitions", &input).await.unwrap();
    let arns = list["taskDefinitionArns"].as_array().unwrap().clone();
    let number = |arn: &Value| arn.as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    arns.iter().map(number).collect()
}

/// The digest that runs in production's backend.
async fn runs(drill: &Drill) -> String {
    let revision = json!({ "serviceRevisionArns": [current(drill).await["targetServiceRevision"]["arn"]] });
    let revision = ecs_call(drill, "DescribeServiceRevisions", &revision)
        .await
        .unwrap();
    let digest = &revision["serviceRevisions"][0]["containerImages"][0]["imageDigest"];
    digest.as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn in_revision_inactive_a_clone_with_its_digest_heals() {
    let drill = drill("revision-inactive", 1);
    assert!(
        backend(&drill).await["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":57")
    );
    assert!(failing(&drill, 2).await.iter().all(|it| *it > 2.5));
    assert_eq!(listed(&drill, "ACTIVE").await, ["57", "55", "54", "53", "52"]);
    assert_eq!(listed(&drill, "INACTIVE").await, ["56"]);
    let old = describe(&drill, "56").await;
    assert_eq!(old["taskDefinition"]["status"], "INACTIVE");
    assert!(old["taskDefinition"]["deregisteredAt"].is_number());
    assert_eq!(roll_back_to(&drill, 56).await, Err("ClientException".to_owned()));
    assert_eq!(serving(&drill), [(57, 100.0)]);

    // What the service ran before is still known, digest included.
    let list = json!({ "cluster": CLUSTER, "service": BACKEND });
    let list = ecs_call(&drill, "ListServiceDeployments", &list).await.unwrap();
    let before = list["serviceDeployments"][1]["targetServiceRevisionArn"].clone();
    let before = json!({ "serviceRevisionArns": [before] });
    let before = ecs_call(&drill, "DescribeServiceRevisions", &before)
        .await
        .unwrap();
    let digest = before["serviceRevisions"][0]["containerImages"][0]["imageDigest"].clone();
    let digest = digest.as_str().unwrap();

    // The clone: the whole definition, its container set to the digest, our tags.
    let mut clone = old["taskDefinition"].clone();
    let image = clone["containerDefinitions"][0]["image"]
        .as_str()
        .unwrap()
        .to_owned();
    let (repository, _) = image.rsplit_once(':').unwrap();
    clone["containerDefinitions"][0]["image"] = json!(format!("{repository}@{digest}"));
    clone["tags"] =
        json!([{ "key": "modosu:intent", "value": "6f1c" }, { "key": "modosu:step", "value": "1" }]);
    let registered = ecs_call(&drill, "RegisterTaskDefinition", &clone).await.unwrap();
    assert_eq!(registered["taskDefinition"]["revision"], 58);
    assert_eq!(registered["taskDefinition"]["status"], "ACTIVE");
    assert!(registered["taskDefinition"].get("deregisteredAt").is_none());
    let described = describe(&drill, "58").await;
    assert_eq!(described["tags"], clone["tags"]);
    for name in [
        "cpu",
        "memory",
        "networkMode",
        "taskRoleArn",
        "executionRoleArn",
        "runtimePlatform",
    ] {
        assert_eq!(
            described["taskDefinition"][name], old["taskDefinition"][name],
            "{name}"
        );
    }
    roll_back_to(&drill, 58).await.unwrap();
    completed(&drill, 200).await;
    assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
    assert_eq!(runs(&drill).await, digest);
    let world = drill.world();
    assert_eq!(world["services"][0]["serving"][0]["version"], "v1.3.4");
    advance(&drill, 150);
    assert!(failing(&drill, 1).await[0] < 0.5);
    assert_eq!(listed(&drill, "ACTIVE").await[..2], ["58", "57"]);
}

#[tokio::test(start_paused = true)]
async fn by_force_the_same_revision_is_deployed_and_its_tags_are_resolved_again() {
    // Somebody pushes the tag of the running version again.
    let again = "[[application.image]]\ntag = \"v1.4.0\"\npushed = \"+1m\"\nsize_mb = 182.3\n\n";
    let first = "[[application.revision]]\nnumber = 52";
    let drill = changed(|text| swap(&text, first, &format!("{again}{first}"))).unwrap();
    let force = json!({ "cluster": CLUSTER, "service": BACKEND, "forceNewDeployment": true });
    let mut digests = vec![runs(&drill).await];
    for _ in 0..2 {
        let before = current(&drill).await;
        let answer = ecs_call(&drill, "UpdateService", &force).await.unwrap();
        let definition = answer["service"]["taskDefinition"].as_str().unwrap();
        assert!(definition.ends_with(":57"));
        let after = current(&drill).await;
        assert_ne!(after["serviceDeploymentArn"], before["serviceDeploymentArn"]);
        let target = |it: &Value| it["targetServiceRevision"]["arn"].clone();
        assert_ne!(target(&after), target(&before));
        completed(&drill, 200).await;
        assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
        digests.push(runs(&drill).await);
    }
    assert_eq!(digests[0], digests[1], "the tag had not moved yet");
    assert_ne!(digests[1], digests[2]);
    let serving = drill.world()["services"][0]["serving"][0].clone();
    assert_eq!(
        (&serving["revision"], &serving["digest"]),
        (&json!(57), &json!(digests[2]))
    );
}
