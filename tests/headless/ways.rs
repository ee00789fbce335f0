//! Every way back, as a script walks it: planned twice in two processes under one hash, applied, followed to its right end,
//! and the calls that reached the account are the calls that the plan showed, item by item.

use serde_json::{Value, json};

use super::account::{Desk, Ran};

const BACKEND: &[&str] = &["--service", "backend"];

/// The options of a verb: its name, the way, and what comes after it.
fn line<'a>(verb: &'a str, way: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [&[verb], way, more].concat()
}

async fn plan(desk: &Desk, way: &[&str]) -> Ran {
    desk.modosu(&line("plan", way, &["--json"])).await
}

/// The plan, made twice: another process finds the same one.
async fn planned(desk: &Desk, way: &[&str]) -> Value {
    let first = plan(desk, way).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    let (first, second) = (first.json(), plan(desk, way).await.json());
    assert_eq!(first["hash"], second["hash"], "{first}\n{second}");
    first
}

async fn apply(desk: &Desk, way: &[&str], plan: &Value) -> Ran {
    let hash = plan["hash"].as_str().unwrap();
    desk.modosu(&line("rollback", way, &["--approve", hash, "--json"]))
        .await
}

/// How a rollback ended: its last line.
fn ended(ran: &Ran, code: i32, outcome: &str) -> Value {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    let ended = ran.lines().pop().unwrap();
    assert_eq!(
        (&ended["event"], &ended["outcome"]),
        (&json!("ended"), &json!(outcome)),
        "{ended}"
    );
    ended
}

/// Plans a way back and applies it to its end on target; the ledger shows exactly its calls.
async fn walked(desk: &Desk, way: &[&str]) -> (Value, Ran) {
    let before = desk.writes().await.len();
    let plan = planned(desk, way).await;
    let ran = apply(desk, way, &plan).await;
    ended(&ran, 0, "on-target");
    let writes = desk.writes().await.split_off(before);
    for write in &writes {
        let status = write["status"].as_u64().unwrap();
        assert!((200..300).contains(&status), "{write}");
    }
    same_calls(desk, &plan, &writes).await;
    (plan, ran)
}

fn calls(plan: &Value) -> Vec<Value> {
    let steps = plan["steps"].as_array().unwrap();
    steps
        .iter()
        .flat_map(|step| step["calls"].as_array().unwrap().clone())
        .collect()
}

fn name(write: &Value) -> String {
    format!(
        "{}.{}",
        write["service"].as_str().unwrap(),
        write["operation"].as_str().unwrap()
    )
}

/// Holds each write of the ledger against the call that the plan showed in its place.
async fn same_calls(desk: &Desk, plan: &Value, writes: &[Value]) {
    let calls = calls(plan);
    let names: Vec<_> = writes.iter().map(name).collect();
    let shown: Vec<_> = calls.iter().map(|call| call["api"].as_str().unwrap()).collect();
    assert_eq!(names, shown);
    let mut registered = None;
    for (place, (call, write)) in calls.iter().zip(writes).enumerate() {
        let (mut shown, mut sent) = (call["input"].clone(), write["input"].clone());
        match call["api"].as_str().unwrap() {
            "ecs.RegisterTaskDefinition" => {
                let tags = our_tags(&mut sent, ("key", "value"));
                assert_eq!(tags["modosu:step"], format!("1.{}", place + 1), "{tags}");
                assert_eq!(without_nothing(sent), registration(desk, &shown).await);
                registered = Some(tags["modosu:intent"].clone());
            }
            "ecs.UpdateService" if registered.is_some() && is_placeholder(&shown["taskDefinition"]) => {
                // It is the revision with the intent's own tag.
                let described = describe(desk, sent["taskDefinition"].as_str().unwrap()).await;
                let mut described = json!({ "tags": described["tags"] });
                let tags = our_tags(&mut described, ("key", "value"));
                assert_eq!(Some(&tags["modosu:intent"]), registered.as_ref());
                shown["taskDefinition"] = sent["taskDefinition"].clone();
                assert_eq!(sent, shown);
            }
            "rds.RestoreDBInstanceFromDBSnapshot" => {
                let tags = our_tags(&mut sent, ("Key", "Value"));
                assert_eq!(tags["modosu:step"], "1.1", "{tags}");
                shown.as_object_mut().unwrap().remove("tags");
                // How a form says which operation it is for.
                sent.as_object_mut()
                    .unwrap()
                    .retain(|key, _| !["Action", "Version"].contains(&key.as_str()));
                assert_eq!(sent, as_form(&shown));
            }
            "secretsmanager.UpdateSecret" => {
                assert_eq!(sent["SecretId"], shown["SecretId"]);
                assert_eq!(sent["SecretString"], "(removed)");
                let token = sent["ClientRequestToken"].as_str().unwrap();
                assert!(
                    token.len() == 36 && is_placeholder(&shown["ClientRequestToken"]),
                    "{sent}"
                );
            }
            "github.CreateWorkflowDispatch" => {
                let repository = format!(
                    "{}/{}",
                    sent["owner"].as_str().unwrap(),
                    sent["repo"].as_str().unwrap()
                );
                assert_eq!(shown["repository"], repository);
                assert_eq!(sent["workflow_id"], shown["workflow"].to_string());
                assert_eq!((&sent["ref"], &sent["inputs"]), (&shown["ref"], &shown["inputs"]));
            }
            _ => assert_eq!(sent, shown),
        }
    }
}

fn is_placeholder(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('<'))
}

/// Takes the three tags of ours out of an input, each with a value.
fn our_tags(input: &mut Value, (key, value): (&str, &str)) -> Value {
    let fields = input.as_object_mut().unwrap();
    let list = if fields.contains_key("tags") {
        "tags"
    } else {
        "Tags"
    };
    let tags = fields[list].as_array().unwrap().clone();
    let (ours, others): (Vec<_>, Vec<_>) = tags
        .into_iter()
        .partition(|tag| tag[key].as_str().unwrap().starts_with("modosu:"));
    if others.is_empty() {
        fields.remove(list);
    } else {
        fields[list] = json!(others);
    }
    let ours: Value = ours
        .iter()
        .map(|tag| (tag[key].as_str().unwrap().to_owned(), tag[value].clone()))
        .collect();
    for name in ["modosu:incident", "modosu:step", "modosu:intent"] {
        assert!(
            ours[name].as_str().is_some_and(|value| !value.is_empty()),
            "{ours}"
        );
    }
    ours
}

async fn describe(desk: &Desk, definition: &str) -> Value {
    let input = json!({ "taskDefinition": definition, "include": ["TAGS"] });
    desk.ecs("DescribeTaskDefinition", &input).await
}

/// What DescribeTaskDefinition answers and RegisterTaskDefinition does not take.
const DESCRIBED_ONLY: [&str; 8] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
];

/// A registered definition as it could be registered again, with its tags.
async fn registrable(desk: &Desk, definition: &str) -> Value {
    let described = describe(desk, definition).await;
    let mut whole = described["taskDefinition"].clone();
    if described["tags"].is_array() {
        whole["tags"] = described["tags"].clone();
    }
    whole
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !DESCRIBED_ONLY.contains(&key.as_str()));
    whole
}

/// The whole input that a registration comes to: the definition that is cloned, with the one image replaced.
async fn registration(desk: &Desk, shown: &Value) -> Value {
    let mut whole = match shown["cloneOf"].as_str() {
        Some(base) => registrable(desk, base).await,
        None => serde_json::from_slice(
            &std::fs::read(
                desk.folders
                    .path()
                    .join("work")
                    .join(shown["file"].as_str().unwrap()),
            )
            .unwrap(),
        )
        .unwrap(),
    };
    for container in whole["containerDefinitions"].as_array_mut().unwrap() {
        if container["name"] == shown["container"] {
            container["image"] = shown["image"].clone();
        }
        // The ledger keeps names and no values.
        for variable in container["environment"].as_array_mut().into_iter().flatten() {
            variable["value"] = json!("(removed)");
        }
    }
    without_nothing(whole)
}

/// Without lists that are empty: they say the same as none.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| *value != json!([]))
            .map(|(name, value)| (name, without_nothing(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nothing).collect(),
        other => other,
    }
}

/// An input as a form has it: everything is text.
fn as_form(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), as_form(value)))
            .collect(),
        Value::Array(items) => items.iter().map(as_form).collect(),
        Value::Bool(_) | Value::Number(_) => json!(value.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}

fn row<'a>(plan: &'a Value, check: &str) -> &'a Value {
    let rows = plan["preflight"].as_array().unwrap();
    rows.iter()
        .find(|row| row["check"] == check)
        .unwrap_or_else(|| panic!("no row {check}: {plan}"))
}

fn methods(plan: &Value) -> Vec<&str> {
    let steps = plan["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| step["method"].as_str().unwrap())
        .collect()
}

fn recorded(what: &'static str) -> impl Fn(&Value) -> bool {
    move |line| line["event"] == "recorded" && line["what"] == what
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_waits_at_a_hook_is_answered_with_rollback() {
    let desk = Desk::at("paused-hook", 40).await;
    let (plan, _) = walked(&desk, BACKEND).await;
    assert_eq!(methods(&plan), ["continue"]);
    assert_eq!(plan["steps"][0]["calls"][0]["input"]["action"], "ROLLBACK");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_target_is_registered_anew_pinned_and_deployed() {
    let desk = Desk::at("revision-inactive", 40).await;
    let (plan, ran) = walked(&desk, BACKEND).await;
    assert_eq!(methods(&plan), ["image"]);
    let step = &plan["steps"][0];
    let differences = step["differences"].as_array().unwrap();
    assert!(
        differences
            .iter()
            .any(|line| line.as_str().unwrap().contains("@sha256:")),
        "{differences:?}"
    );
    // The revision was not known when it was planned, and is when it ended.
    let ended = ran.lines().pop().unwrap();
    let service = &ended["services"][0];
    assert_eq!(
        service["expected"]["revision"], service["observed"]["revision"],
        "{service}"
    );
    assert_eq!(
        service["expected"]["digest"], service["observed"]["digest"],
        "{service}"
    );
    assert_eq!(service["expected"]["revision"], ended["revision"]);
    let intents: Vec<_> = ran.lines().into_iter().filter(recorded("intended")).collect();
    assert_eq!(
        (&intents[0]["call"], &intents[1]["call"]),
        (&json!("1.1"), &json!("1.2"))
    );
    assert_eq!(intents[0]["api"], "ecs.RegisterTaskDefinition");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_moved_is_gone_past_by_content() {
    let desk = Desk::at("tag-moved", 40).await;
    let way = &["--service", "backend", "--method", "image"];
    let (plan, _) = walked(&desk, way).await;
    assert_eq!(calls(&plan).len(), 2, "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_of_the_operators_own_is_read_compared_and_registered() {
    let desk = Desk::at("bad-deploy", 40).await;
    let mut own = registrable(&desk, "peoplebooster-backend:56").await;
    own["containerDefinitions"][0]["environment"] = json!([{ "name": "FEATURE_X", "value": "off-for-now" }]);
    let file = desk.folders.path().join("work/task-definition-rollback.json");
    std::fs::write(&file, own.to_string()).unwrap();
    let way = &[
        "--service",
        "backend",
        "--task-definition",
        "task-definition-rollback.json",
    ];
    let shown = desk.modosu(&line("plan", way, &["--lang", "en"])).await;
    assert!(
        shown.out.contains("FEATURE_X")
            && shown
                .out
                .contains("--task-definition task-definition-rollback.json"),
        "{shown:?}"
    );
    assert!(!shown.out.contains("off-for-now"), "{shown:?}");
    let (plan, _) = walked(&desk, way).await;
    assert_eq!(plan["steps"][0]["rule"], "file");

    own["containerDefinitions"][0]["imgae"] = json!("x");
    std::fs::write(&file, own.to_string()).unwrap();
    let wrong = desk.modosu(&line("plan", way, &["--lang", "en"])).await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.err.contains("containerDefinitions[0].imgae"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redeploy_is_no_answer_to_a_bad_image_and_works_where_nothing_burns() {
    let desk = Desk::at("bad-deploy", 40).await;
    let way = &["--service", "backend", "--method", "redeploy"];
    let refused = plan(&desk, way).await;
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let refused = refused.json();
    assert_eq!(row(&refused, "not-current")["verdict"], "block");
    let ran = apply(&desk, way, &refused).await;
    ended(&ran, 3, "refused");
    assert!(desk.writes().await.is_empty());
    let calm = &["--service", "frontend", "--method", "redeploy"];
    let (plan, _) = walked(&desk, calm).await;
    assert_eq!(plan["steps"][0]["calls"][0]["input"]["forceNewDeployment"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_services_go_back_one_after_the_other_and_stand_side_by_side() {
    let desk = Desk::at("bad-deploy", 40).await;
    let way = &["--service", "frontend,backend"];
    let (plan, ran) = walked(&desk, way).await;
    let by_name = self::plan(&desk, &["--service", "both"]).await;
    assert_ne!(
        by_name.json()["hash"],
        plan["hash"],
        "both run their targets by now"
    );
    let services: Vec<_> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["service"].as_str().unwrap())
        .collect();
    assert_eq!(services, ["backend", "frontend"], "the runbook's order");
    let lines = ran.lines();
    let ended = lines.last().unwrap();
    for (place, service) in services.iter().enumerate() {
        let told = &ended["services"][place];
        assert_eq!(
            (&told["service"], &told["outcome"], &told["state"]),
            (&json!(service), &json!("on-target"), &json!("ended"))
        );
        assert_eq!(
            told["expected"]["revision"], told["observed"]["revision"],
            "{told}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line["event"] == "progress" && line["service"] == *service),
            "{service}"
        );
    }
    assert_eq!((&ended["half_way"], &ended["choices"]), (&json!([]), &json!([])));
    // One write in flight: the second call is intended after the first service has ended.
    let at = |fits: &dyn Fn(&Value) -> bool| lines.iter().position(fits).unwrap();
    let second = at(&|line| line["what"] == "intended" && line["service"] == "frontend");
    assert!(at(&recorded("ended")) < second);
    let incidents = desk.modosu(&["incidents", "--json"]).await.json();
    let steps = incidents["incidents"][0]["steps"].as_array().unwrap();
    assert_eq!(
        (&steps[0]["service"], &steps[1]["service"]),
        (&json!("backend"), &json!("frontend"))
    );
    let listed = desk.modosu(&["incidents"]).await;
    assert!(
        listed.out.contains("backend v1.4.0 (:57), frontend v1.4.0 (:31)"),
        "{listed:?}"
    );
    let report = desk.modosu(&["report", "--kind", "done"]).await;
    assert!(
        report.out.contains("backend") && report.out.contains("frontend"),
        "{report:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_on_the_second_service_leaves_a_state_with_choices() {
    let desk = Desk::at("bad-deploy", 40).await;
    let way = &["--service", "both"];
    let plan = planned(&desk, way).await;
    let hash = plan["hash"].as_str().unwrap();
    let mut running = desk.start(&line("rollback", way, &["--approve", hash, "--json"]));
    running.until(recorded("answered")).await;
    desk.fault("ecs.UpdateService", "denied").await;
    assert_eq!(running.code().await, Some(5));
    let ended = running.last();
    assert_eq!(
        (&ended["outcome"], &ended["half_way"]),
        (&json!("failed"), &json!(["backend"]))
    );
    let services = ended["services"].as_array().unwrap();
    assert_eq!(
        (&services[0]["outcome"], &services[1]["outcome"]),
        (&json!("on-target"), &json!("failed"))
    );
    assert_eq!(services[1]["calls_left"], json!(["ecs.UpdateService"]));
    let choices: Vec<_> = ended["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| &choice["command"])
        .collect();
    assert_eq!(
        choices,
        [
            &json!("modosu plan -e production --service frontend --to last-good"),
            &json!("modosu plan -e production --service backend --to :57"),
            &Value::Null,
        ]
    );
    assert_eq!(desk.writes().await.len(), 2);
    // The choice is a plan like any other.
    let again = planned(&desk, &["--service", "frontend", "--to", "last-good"]).await;
    assert_eq!(calls(&again).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_between_two_calls_it_says_what_is_next_and_waits_for_a_word() {
    let desk = Desk::at("bad-deploy", 40).await;
    let way = &["--service", "both"];
    let plan = planned(&desk, way).await;
    let hash = plan["hash"].as_str().unwrap();
    let mut running = desk.start(&line("rollback", way, &["--approve", hash, "--json"]));
    running.until(recorded("answered")).await;
    // Before the second call the account is asked for once more, and that answer does not come while the process lives.
    desk.faults("sts.GetCallerIdentity", "hang", 2).await;
    running.until(recorded("ended")).await;
    running.kill().await;
    assert_eq!(desk.writes().await.len(), 1);
    // What is left of the fault is met by looks, which are repeated.
    desk.modosu(&["status", "--json"]).await;
    desk.modosu(&["status", "--json"]).await;

    let asked = desk.modosu(&["resume", "--json"]).await;
    let last = ended(&asked, 8, "unknown");
    assert_eq!(
        (
            &last["next_call"]["call"],
            &last["next_call"]["service"],
            &last["next_call"]["api"]
        ),
        (&json!("2.1"), &json!("frontend"), &json!("ecs.UpdateService"))
    );
    assert_eq!(
        (&last["services"][0]["outcome"], &last["services"][1]["state"]),
        (&json!("on-target"), &json!("not-begun"))
    );
    let told = desk.modosu(&["resume", "--lang", "en"]).await;
    assert_eq!(told.code, Some(8), "{told:?}");
    for said in [
        "2.1  frontend  ecs.UpdateService",
        "--go-on",
        "aws ecs update-service",
    ] {
        assert!(told.err.contains(said), "{said}: {told:?}");
    }
    assert_eq!(desk.writes().await.len(), 1, "nothing is sent without a word");

    let resumed = desk.modosu(&["resume", "--go-on", "--json"]).await;
    ended(&resumed, 0, "on-target");
    same_calls(&desk, &plan, &desk.writes().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_blue_and_green_the_earlier_revision_takes_its_stages() {
    let desk = Desk::at("blue-green", 60).await;
    let (plan, _) = walked(&desk, BACKEND).await;
    assert_eq!(methods(&plan), ["revision"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_controller_deploys_is_refused_with_what_to_do() {
    let desk = Desk::at("codedeploy", 1).await;
    let refused = plan(&desk, BACKEND).await;
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let refused = refused.json();
    let controller = row(&refused, "controller");
    assert_eq!(controller["verdict"], "block");
    assert!(
        controller["evidence"].as_str().unwrap().contains("CodeDeploy"),
        "{controller}"
    );
    let by_hand = refused["steps"][0]["by_hand"].as_array().unwrap();
    assert!(
        by_hand
            .iter()
            .any(|line| line.as_str().unwrap().starts_with("aws deploy create-deployment")),
        "{by_hand:?}"
    );
    let shown = desk.modosu(&line("plan", BACKEND, &["--lang", "en"])).await;
    assert!(shown.out.contains("aws deploy create-deployment"), "{shown:?}");
    let ran = apply(&desk, BACKEND, &refused).await;
    let last = ended(&ran, 3, "refused");
    assert!(last["why"].as_str().unwrap().contains("CodeDeploy"), "{last}");
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_is_recorded_with_name_and_reason_and_opens_only_its_own_row() {
    let desk = Desk::at("tag-moved", 40).await;
    assert_eq!(plan(&desk, BACKEND).await.code, Some(3));
    let never = plan(&desk, &["--service", "backend", "--override", "image=we have it"]).await;
    assert_eq!(never.code, Some(3), "{never:?}");
    assert!(never.out.is_empty(), "{never:?}");
    let way = &[
        "--service",
        "backend",
        "--override",
        "backend.tag=the tag was pushed again on purpose",
    ];
    let open = planned(&desk, way).await;
    assert_eq!(
        (&open["verdict"], &row(&open, "tag")["overridden"]),
        (&json!("warn"), &json!(true))
    );
    let hash = open["hash"].as_str().unwrap();
    let without = apply(&desk, BACKEND, &open).await;
    ended(&without, 3, "refused");
    assert!(desk.writes().await.is_empty());
    let ran = desk
        .modosu(&line(
            "rollback",
            way,
            &["--approve", hash, "--by", "suzuki", "--json"],
        ))
        .await;
    let over = ran.lines().into_iter().find(recorded("overridden"));
    let over = over.unwrap_or_else(|| panic!("{ran:?}"));
    assert_eq!(
        (&over["override"]["by"], &over["override"]["reason"]),
        (&json!("suzuki"), &json!("the tag was pushed again on purpose"))
    );
    // What the tag means now is not what ran: that is proven at the end, whatever was overridden.
    ended(&ran, 5, "elsewhere");
    let incident = ran.lines().pop().unwrap()["incident"]
        .as_str()
        .unwrap()
        .to_owned();
    let story = desk.modosu(&["replay", &incident]).await;
    assert!(
        story.out.contains("suzuki") && story.out.contains("on purpose"),
        "{story:?}"
    );
    assert_eq!(desk.writes().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_since_the_target_wait_for_a_person_to_call_them_compatible() {
    let desk = Desk::at("bad-migration", 60).await;
    let blocked = plan(&desk, BACKEND).await;
    assert_eq!(blocked.code, Some(3), "{blocked:?}");
    assert_eq!(row(&blocked.json(), "migrations")["verdict"], "block");
    let slip = plan(
        &desk,
        &[
            "--service",
            "backend",
            "--override",
            "migrationes=x",
            "--lang",
            "en",
        ],
    )
    .await;
    assert!(
        slip.code == Some(2) && slip.err.contains("migrations"),
        "{slip:?}"
    );
    let way = &[
        "--service",
        "backend",
        "--override",
        "migrations=the old code reads both",
    ];
    let (plan, ran) = walked(&desk, way).await;
    assert_eq!(plan["overrides"][0]["check"], "migrations");
    assert!(ran.lines().iter().any(recorded("overridden")));
    // The person was wrong, and that is found out: the old code does not know the new schema.
    let verify = desk.modosu(&["verify", "--json"]).await;
    assert_eq!(verify.code, Some(7), "{verify:?}");
}

/// `bad-deploy` in which GitHub is as `github` says.
async fn with_github(github: &str, speed: u32) -> Desk {
    let scenario = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/scenarios/bad-deploy.toml"
    ));
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("bad-deploy-github.toml");
    std::fs::write(&file, format!("{}\n[github]\n{github}\n", scenario.unwrap())).unwrap();
    Desk::at(file.to_str().unwrap(), speed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_teams_workflow_is_started_followed_through_its_approval_and_proven() {
    let desk = with_github(
        "protected = [\"production\"]\nreview = { after_s = 30, by = \"suzuki\" }",
        40,
    )
    .await;
    let way = &["--service", "backend", "--to", "v1.3.4", "--method", "github"];
    let (plan, ran) = walked(&desk, way).await;
    assert_eq!(
        plan["steps"][0]["calls"][0]["input"]["inputs"]["version"],
        "v1.3.4"
    );
    let lines = ran.lines();
    let settling: Vec<_> = lines.iter().filter(|line| line["event"] == "settling").collect();
    let states: Vec<_> = settling
        .iter()
        .map(|line| line["run"]["state"].as_str())
        .collect();
    for state in ["waiting", "in_progress"] {
        assert!(states.contains(&Some(state)), "{state}: {states:?}");
    }
    assert!(
        settling
            .iter()
            .any(|line| line["run"]["waits_for"] == json!(["production"])),
        "{settling:?}"
    );
    assert!(
        settling.iter().any(|line| line["run"]["jobs"][0]["steps"]
            .as_array()
            .is_some_and(|steps| steps.iter().any(|step| step["state"] == "in_progress"))),
        "{settling:?}"
    );
    let settled = lines.iter().find(|line| recorded("settled")(line)).unwrap();
    let last = lines.last().unwrap();
    assert_eq!(settled["settled"]["definition"], last["revision"], "{settled}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_run_puts_both_services_back() {
    let desk = Desk::at("bad-deploy", 40).await;
    let way = &["--service", "both", "--to", "v1.3.4", "--method", "github"];
    let (plan, ran) = walked(&desk, way).await;
    assert_eq!(calls(&plan).len(), 1, "{plan}");
    assert_eq!(plan["steps"][0]["calls"][0]["input"]["inputs"]["service"], "both");
    let last = ran.lines().pop().unwrap();
    for service in last["services"].as_array().unwrap() {
        assert_eq!(service["outcome"], "on-target", "{service}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_is_told_with_the_log_of_its_step() {
    let desk = with_github(
        "fails = { step = \"Update service\", conclusion = \"failure\" }",
        40,
    )
    .await;
    let way = &["--service", "backend", "--to", "v1.3.4", "--method", "github"];
    let plan = planned(&desk, way).await;
    let ran = apply(&desk, way, &plan).await;
    let last = ended(&ran, 5, "failed");
    assert_eq!(last["run"]["state"], "failure", "{last}");
    assert!(
        !last["run"]["failed_tail"].as_array().unwrap().is_empty(),
        "{last}"
    );
    assert!(last["why"].as_str().unwrap().contains("Update service"), "{last}");
    let writes = desk.writes().await;
    assert_eq!(writes.len(), 1, "{writes:?}");
}

const RESTORED: &str = "peoplebooster-production-restored";

/// Instances that the tasks of production's backend are connected to.
async fn connected(desk: &Desk) -> String {
    desk.world().await["services"][0]["databases"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_goes_back_to_a_snapshot_and_to_the_old_one_again() {
    let desk = Desk::at("bad-migration", 120).await;
    let way = &["--service", "backend", "--to", "latest-snapshot"];
    let shown = desk.modosu(&line("plan", way, &["--lang", "en"])).await;
    for said in [
        "data lost: ",
        RESTORED,
        "aws rds restore-db-instance-from-db-snapshot",
    ] {
        assert!(shown.out.contains(said), "{said}: {shown:?}");
    }
    let (plan, ran) = walked(&desk, way).await;
    assert_eq!(methods(&plan), ["database"]);
    assert_eq!(
        calls(&plan)
            .iter()
            .map(|call| call["api"].as_str().unwrap())
            .collect::<Vec<_>>(),
        [
            "rds.RestoreDBInstanceFromDBSnapshot",
            "secretsmanager.UpdateSecret",
            "ecs.UpdateService"
        ]
    );
    let lines = ran.lines();
    let statuses: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "settling")
        .filter_map(|line| line["instance"]["status"].as_str())
        .collect();
    assert!(
        statuses.contains(&"creating") && statuses.contains(&"backing-up"),
        "{statuses:?}"
    );
    let settled = lines.iter().find(|line| recorded("settled")(line)).unwrap();
    assert!(
        settled["settled"]["endpoint"].to_string().contains(RESTORED),
        "{settled}"
    );
    assert!(connected(&desk).await.contains(RESTORED));
    assert_eq!(desk.modosu(&["verify", "--json"]).await.code, Some(0));
    // The password that the secret holds is in no line that was said, and in nothing that was written down.
    let journal = std::fs::read(desk.folders.path().join("state/drill/journal.db")).unwrap();
    for text in [
        &ran.out,
        &ran.err,
        &String::from_utf8_lossy(&journal).into_owned(),
    ] {
        assert!(!text.contains("kX9"), "the secret's value was said");
    }

    let back = &["--service", "backend", "--to", "old-database"];
    let (plan, _) = walked(&desk, back).await;
    assert_eq!(calls(&plan)[0]["api"], "secretsmanager.UpdateSecretVersionStage");
    assert!(!connected(&desk).await.contains(RESTORED));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_cut_off_is_waited_for_again_and_nothing_is_restored_twice() {
    let desk = Desk::at("bad-migration", 120).await;
    let way = &["--service", "backend", "--to", "latest-snapshot"];
    let plan = planned(&desk, way).await;
    let hash = plan["hash"].as_str().unwrap();
    let mut running = desk.start(&line("rollback", way, &["--approve", hash, "--json"]));
    running.until(|line| line["event"] == "settling").await;
    running.kill().await;
    assert_eq!(desk.writes().await.len(), 1);
    // What the earlier process began is waited for; what it never sent is asked about.
    let waited = desk.modosu(&["resume", "--json"]).await;
    let last = ended(&waited, 8, "unknown");
    assert_eq!(
        (&last["next_call"]["call"], &last["next_call"]["api"]),
        (&json!("1.2"), &json!("secretsmanager.UpdateSecret"))
    );
    assert!(waited.lines().iter().any(recorded("settled")), "{waited:?}");
    assert_eq!(desk.writes().await.len(), 1, "nothing is sent without a word");
    let resumed = desk.modosu(&["resume", "--go-on", "--json"]).await;
    ended(&resumed, 0, "on-target");
    same_calls(&desk, &plan, &desk.writes().await).await;
    assert!(connected(&desk).await.contains(RESTORED));
}
