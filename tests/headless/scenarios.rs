//! Every scenario, as a script meets it: the plan, the exit code, how it ended, and that the calls which reached the account
//! are the calls which the plan showed, item by item.

use serde_json::{Value, json};

use super::account::{Desk, Ran};

/// A plan as it was shown, and how its rollback went.
struct Walk {
    desk: Desk,
    plan: Value,
    ran: Ran,
}

impl Walk {
    /// Plans the way back of the backend and applies exactly that.
    async fn of(scenario: &str, speed: u32) -> Self {
        let desk = Desk::at(scenario, speed).await;
        let (plan, ran) = go_back(&desk).await;
        Self { desk, plan, ran }
    }

    fn ended(&self) -> Value {
        self.ran.lines().pop().unwrap()
    }

    /// The calls that the plan showed, as the ledger would have them.
    fn previewed(&self) -> Vec<(String, Value)> {
        previewed(&self.plan)
    }

    /// What was written to the account, and that each was accepted.
    async fn written(&self) -> Vec<(String, Value)> {
        let writes = self.desk.writes().await;
        for write in &writes {
            assert_eq!(write["status"], 200, "{write}");
        }
        calls(&writes)
    }

    async fn ends(&self, code: i32, outcome: &str, kind: &str) {
        assert_eq!(self.ran.code, Some(code), "{:?}", self.ran);
        let ended = self.ended();
        assert_eq!(
            (&ended["event"], &ended["outcome"], &ended["kind"]),
            (&json!("ended"), &json!(outcome), &json!(kind)),
            "{ended}"
        );
        assert!(!ended["why"].as_str().unwrap().is_empty(), "{ended}");
        assert_eq!(self.written().await, self.previewed());
    }
}

async fn plan(desk: &Desk) -> Ran {
    desk.modosu(&["plan", "--service", "backend", "--json"]).await
}

async fn apply(desk: &Desk, plan: &Value) -> Ran {
    let hash = plan["hash"].as_str().unwrap();
    desk.modosu(&["rollback", "--service", "backend", "--approve", hash, "--json"])
        .await
}

async fn go_back(desk: &Desk) -> (Value, Ran) {
    let planned = plan(desk).await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let plan = planned.json();
    let ran = apply(desk, &plan).await;
    (plan, ran)
}

fn previewed(plan: &Value) -> Vec<(String, Value)> {
    let steps = plan["steps"].as_array().unwrap();
    let calls = steps.iter().flat_map(|step| step["calls"].as_array().unwrap());
    calls
        .map(|call| (call["api"].as_str().unwrap().to_owned(), call["input"].clone()))
        .collect()
}

fn calls(writes: &[Value]) -> Vec<(String, Value)> {
    writes
        .iter()
        .map(|write| {
            let name = format!(
                "{}.{}",
                write["service"].as_str().unwrap(),
                write["operation"].as_str().unwrap()
            );
            (name, write["input"].clone())
        })
        .collect()
}

/// The verdict of a preflight row.
fn row<'a>(plan: &'a Value, check: &str) -> &'a str {
    plan["preflight"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["check"] == check)
        .unwrap_or_else(|| panic!("no row {check}: {plan}"))["verdict"]
        .as_str()
        .unwrap()
}

fn method(plan: &Value) -> &str {
    plan["steps"][0]["method"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_deploy_goes_back_by_revision() {
    let walk = Walk::of("bad-deploy", 40).await;
    walk.ends(0, "on-target", "on-target").await;
    assert_eq!(method(&walk.plan), "revision");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_deploy_takes_its_time_and_ends_well() {
    let walk = Walk::of("slow-deploy", 60).await;
    walk.ends(0, "on-target", "on-target").await;
    assert!(
        walk.ended()["seconds"].as_i64().unwrap() > 240,
        "{}",
        walk.ended()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_seen_by_the_balancers_own_5xx_and_going_back_heals_it() {
    let desk = Desk::at("outage", 40).await;
    let check = desk.modosu(&["check", "--json"]).await;
    assert_eq!(check.code, Some(10), "{check:?}");
    let (plan, ran) = go_back(&desk).await;
    assert_eq!(row(&plan, "target-health"), "warn");
    let walk = Walk { desk, plan, ran };
    walk.ends(0, "on-target", "on-target").await;
    let verify = walk.desk.modosu(&["verify", "--json"]).await;
    assert_eq!(verify.code, Some(0), "{verify:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_flight_is_stopped_by_one_call_and_nothing_else() {
    let walk = Walk::of("in-flight", 40).await;
    walk.ends(0, "on-target", "on-target").await;
    assert_eq!(method(&walk.plan), "stop");
    assert_eq!(row(&walk.plan, "deployment"), "pass");
    let written = walk.written().await;
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].0, "ecs.StopServiceDeployment");
    assert_eq!(written[0].1["stopType"], "ROLLBACK");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_that_a_deployment_is_under_way() {
    let desk = Desk::at("in-flight", 1).await;
    let ran = desk.modosu(&["status", "--lang", "en"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let row = |service: &str| {
        let start = format!("  {service} ");
        ran.out
            .lines()
            .find(|line| line.starts_with(&start))
            .unwrap()
            .to_owned()
    };
    assert!(row("backend").contains(" IN_PROGRESS"), "{ran:?}");
    assert!(!row("frontend").contains("COMPLETED"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loop_of_the_old_version_ends_elsewhere() {
    let walk = Walk::of("crash-loop", 60).await;
    walk.ends(5, "elsewhere", "put-back").await;
    let bad = &walk.plan["steps"][0]["from"]["revision"];
    assert_eq!(
        &walk.ended()["revision"],
        bad,
        "what ECS put back is what was bad"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_gone_blocks_and_nothing_is_sent() {
    let desk = Desk::at("image-gone", 1).await;
    let planned = plan(&desk).await;
    assert_eq!(planned.code, Some(3), "{planned:?}");
    let planned = planned.json();
    assert_eq!(
        (&planned["verdict"], row(&planned, "image")),
        (&json!("blocked"), "block")
    );
    let ran = apply(&desk, &planned).await;
    let ended = ran.lines().pop().unwrap();
    assert_eq!((ran.code, &ended["outcome"]), (Some(3), &json!("refused")));
    // It says which rows block, and no tag is asked for that cannot be put back.
    for said in [ended["why"].as_str().unwrap(), &ran.err] {
        assert!(said.contains("イメージ") && said.contains("push"), "{said}");
        assert!(!said.contains("タグを戻す"), "{said}");
    }
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_moved_blocks_and_nothing_is_sent() {
    let desk = Desk::at("tag-moved", 1).await;
    let planned = plan(&desk).await;
    assert_eq!(planned.code, Some(3), "{planned:?}");
    let planned = planned.json();
    assert_eq!(row(&planned, "tag"), "block");
    let ran = apply(&desk, &planned).await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_deploys_after_the_plan_makes_it_stale() {
    let desk = Desk::at("two-operators", 20).await;
    let planned = plan(&desk).await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let planned = planned.json();
    let ran = apply(&desk, &planned).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let ended = ran.lines().pop().unwrap();
    assert_eq!(ended["outcome"], "refused");
    let again = &ended["new_plan"];
    assert_ne!(again["hash"], planned["hash"]);
    let incidents = desk.modosu(&["incidents", "--json"]).await.json();
    for incident in incidents["incidents"].as_array().unwrap() {
        assert_eq!(incident["outcome"], "refused", "{incident}");
        assert!(incident["ended_at"].is_string(), "{incident}");
    }
    assert!(ran.err.contains(again["hash"].as_str().unwrap()), "{}", ran.err);
    assert!(desk.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_account_is_walked_to_the_same_end() {
    let desk = Desk::at("throttled", 40).await;
    let planned = plan(&desk).await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let planned = planned.json();
    // The write is throttled too. It certainly did nothing and is never sent again by itself.
    let first = apply(&desk, &planned).await;
    assert_eq!(first.code, Some(5), "{first:?}");
    let ended = first.lines().pop().unwrap();
    assert_eq!(
        (&ended["outcome"], &ended["kind"]),
        (&json!("failed"), &json!("failed"))
    );
    assert!(ended["next"].is_string(), "{ended}");
    // The same plan, approved once more, goes through.
    let again = plan(&desk).await.json();
    assert_eq!(again["hash"], planned["hash"]);
    let second = apply(&desk, &again).await;
    assert_eq!(second.code, Some(0), "{second:?}");
    let writes = desk.writes().await;
    let sent: Vec<_> = previewed(&planned).into_iter().chain(previewed(&again)).collect();
    assert_eq!(calls(&writes), sent);
    assert_ne!(writes[0]["status"], 200);
    assert_eq!(writes[1]["status"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_is_unknown_and_a_denied_write_does_nothing() {
    let desk = Desk::at("denied", 20).await;
    let planned = plan(&desk).await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let planned = planned.json();
    assert_eq!(planned["verdict"], "warn");
    for check in ["target-health", "image", "tag"] {
        assert_eq!(row(&planned, check), "unknown", "{planned}");
    }
    let ran = apply(&desk, &planned).await;
    assert_eq!(ran.code, Some(5), "{ran:?}");
    let ended = ran.lines().pop().unwrap();
    assert_eq!(ended["outcome"], "failed");
    let next = ended["next"].as_str().unwrap();
    assert!(next.contains("ecs:UpdateService"), "{next}");
    // A bad end has nothing to verify, and that is what is said of it.
    let verify = desk.modosu(&["verify", "--lang", "en"]).await;
    assert_eq!(verify.code, Some(2), "{verify:?}");
    assert!(verify.err.contains("nothing to verify"), "{verify:?}");
    let report = desk.modosu(&["report", "--lang", "en"]).await;
    assert!(report.err.starts_with("still to be filled in:\n  "), "{report:?}");
    let writes = desk.writes().await;
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!(calls(&writes), previewed(&planned));
    assert_ne!(writes[0]["status"], 200);
}
