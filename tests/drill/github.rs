//! GitHub's API: a workflow that is started, followed and read, and what it does to the account.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use modosu::drill::{CallKind, Drill};
use serde_json::{Value, json};

use super::{
    door::{advance, arm, drill, send},
    scenarios::changed,
};

const REPOSITORY: &str = "/github/repos/peoplebooster/peoplebooster";
const ROLLBACK: &str = "actions/workflows/rollback.yml";

/// An answer: status, headers, and the body as JSON (as a string where it is none).
struct Answer(StatusCode, HeaderMap, Value);

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.1
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// A request with an authorization, if any. `None` where the connection dropped.
async fn raw(
    drill: &Drill,
    method: &str,
    path: &str,
    authorization: Option<&str>,
    body: &Value,
) -> Option<Answer> {
    let body = if body.is_null() {
        Body::empty()
    } else {
        Body::from(body.to_string())
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:4566")
        .header("user-agent", "test")
        .header("x-github-api-version", "2022-11-28");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let (status, headers, body) = send(drill, request.body(body).unwrap()).await?;
    let value = serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)));
    Some(Answer(status, headers, value))
}

async fn get(drill: &Drill, path: &str) -> Answer {
    let path = format!("{REPOSITORY}/{path}");
    raw(
        drill,
        "GET",
        path.trim_end_matches('/'),
        Some("Bearer drill"),
        &Value::Null,
    )
    .await
    .unwrap()
}

async fn dispatch(drill: &Drill, body: &Value) -> Answer {
    let path = format!("{REPOSITORY}/{ROLLBACK}/dispatches");
    raw(drill, "POST", &path, Some("token drill"), body)
        .await
        .unwrap()
}

fn rollback(service: &str, version: &str) -> Value {
    json!({
        "ref": "main",
        "inputs": { "environment": "production", "service": service, "version": version },
        "return_run_details": true,
    })
}

async fn start(drill: &Drill, service: &str, version: &str) -> u64 {
    let answer = dispatch(drill, &rollback(service, version)).await;
    assert_eq!(answer.0, StatusCode::OK, "{}", answer.2);
    let id = answer.2["workflow_run_id"].as_u64().unwrap();
    assert_eq!(
        answer.2["run_url"],
        format!("http://127.0.0.1:4566{REPOSITORY}/actions/runs/{id}")
    );
    assert!(
        answer.2["html_url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/actions/runs/{id}"))
    );
    id
}

async fn run(drill: &Drill, id: u64) -> Value {
    get(drill, &format!("actions/runs/{id}")).await.2
}

async fn job(drill: &Drill, id: u64) -> Value {
    get(drill, &format!("actions/runs/{id}/jobs")).await.2["jobs"][0].clone()
}

/// Walks a run to its end, looking every 15 s.
async fn ended(drill: &Drill, id: u64) -> Value {
    for _ in 0..80 {
        let run = run(drill, id).await;
        if run["status"] == "completed" {
            return run;
        }
        advance(drill, 15);
    }
    panic!("the run does not end");
}

/// Its log, by way of the redirect, which carries no token.
async fn log(drill: &Drill, job: &Value) -> String {
    let answer = get(drill, &format!("actions/jobs/{}/logs", job["id"])).await;
    assert_eq!(answer.0, StatusCode::FOUND);
    let to = answer.header("location").to_owned();
    let path = to.strip_prefix("http://127.0.0.1:4566").unwrap();
    let with_token = raw(drill, "GET", path, Some("Bearer drill"), &Value::Null)
        .await
        .unwrap();
    assert_eq!(with_token.0, StatusCode::BAD_REQUEST);
    let text = raw(drill, "GET", path, None, &Value::Null).await.unwrap();
    assert_eq!(text.0, StatusCode::OK);
    text.2.as_str().unwrap().to_owned()
}

fn backend(drill: &Drill) -> Value {
    drill.world()["services"][0].clone()
}

fn steps(job: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let steps = job["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|it| (text(&it["name"]), text(&it["conclusion"])))
        .collect()
}

fn with(github: &str) -> Drill {
    changed(|text| format!("{text}\n[github]\n{github}\n")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_version_is_registered_deployed_and_followed() {
    let drill = drill("bad-deploy", 1);
    let id = start(&drill, "backend", "v1.3.4").await;
    let queued = run(&drill, id).await;
    assert_eq!(
        (&queued["status"], &queued["conclusion"]),
        (&json!("queued"), &Value::Null)
    );
    assert_eq!(queued["name"], "Rollback");
    assert_eq!(queued["display_title"], "Rollback");
    assert_eq!(queued["event"], "workflow_dispatch");
    assert_eq!(queued["created_at"], "2026-11-23T05:05:12Z");
    assert_eq!(job(&drill, id).await["status"], "queued");

    advance(&drill, 14);
    let running = job(&drill, id).await;
    assert_eq!(running["status"], "in_progress");
    assert_eq!(running["steps"][0]["conclusion"], "success");
    assert_eq!(running["steps"][1]["status"], "completed");
    assert_eq!(running["steps"][2]["status"], "in_progress");
    assert_eq!(running["steps"][3]["status"], "queued");
    let early = get(&drill, &format!("actions/jobs/{}/logs", running["id"])).await;
    assert_eq!(early.0, StatusCode::NOT_FOUND, "there is no log before the end");

    let over = ended(&drill, id).await;
    assert_eq!(over["conclusion"], "success");
    let job = job(&drill, id).await;
    assert!(
        steps(&job).iter().all(|(_, conclusion)| conclusion == "success"),
        "{job}"
    );
    let world = backend(&drill);
    assert_eq!(world["revision"], 58, "a definition of its own: {world}");
    assert_eq!(world["serving"][0]["version"], "v1.3.4");
    assert_eq!(world["deployments"][0]["by"], "github-actions/rollback");
    let log = log(&drill, &job).await;
    assert!(
        log.contains("Registered arn:aws:ecs:") && log.contains("peoplebooster-backend:58"),
        "{log}"
    );
    assert_eq!(drill.world()["runs"][0]["conclusion"], "success");

    // It acted over no wire, and the token stands nowhere.
    let ledger = drill.ledger();
    assert!(ledger.iter().all(|entry| entry.service == "github"));
    let writes: Vec<_> = ledger
        .iter()
        .filter(|entry| entry.kind == CallKind::Write)
        .collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].operation, "CreateWorkflowDispatch");
    assert_eq!(
        writes[0].input["inputs"],
        json!({ "environment": "production", "service": "backend", "version": "v1.3.4" })
    );
    let told = serde_json::to_string(&ledger).unwrap();
    assert!(!told.contains("Bearer") && !told.contains("drill\""), "{told}");
}

#[tokio::test(start_paused = true)]
async fn latest_1_is_the_revision_before_and_both_are_two_services() {
    let drill = drill("bad-deploy", 1);
    let id = start(&drill, "both", "latest-1").await;
    assert_eq!(ended(&drill, id).await["conclusion"], "success");
    let services = drill.world()["services"].clone();
    assert_eq!(
        (&services[0]["revision"], &services[1]["revision"]),
        (&json!(56), &json!(30))
    );
    assert_eq!(services[2]["revision"], 57, "staging is left alone");
}

#[tokio::test(start_paused = true)]
async fn the_workflow_takes_a_revision_that_never_ran_for_the_one_before() {
    let drill = drill("never-ran", 1);
    let id = start(&drill, "backend", "latest-1").await;
    assert_eq!(ended(&drill, id).await["conclusion"], "success");
    assert_eq!(backend(&drill)["revision"], 56);
}

#[tokio::test(start_paused = true)]
async fn a_run_succeeds_although_the_breaker_put_the_bad_revision_back() {
    let drill = drill("crash-loop", 1);
    let id = start(&drill, "backend", "latest-1").await;
    let over = ended(&drill, id).await;
    // The waiter only asks whether the service is stable.
    assert_eq!(over["conclusion"], "success");
    assert_eq!(backend(&drill)["revision"], 57);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_version_fails_before_anything_is_changed() {
    let drill = drill("bad-deploy", 1);
    let id = start(&drill, "backend", "v9.9.9").await;
    assert_eq!(ended(&drill, id).await["conclusion"], "failure");
    let job = job(&drill, id).await;
    assert_eq!(
        steps(&job),
        [
            ("Set up job", "success"),
            ("Configure AWS credentials", "success"),
            ("Resolve version", "failure"),
            ("Register task definition", "skipped"),
            ("Update service", "skipped"),
            ("Wait for services-stable", "skipped"),
            ("Complete job", "success"),
        ]
        .map(|(name, end)| (name.to_owned(), end.to_owned()))
    );
    let log = log(&drill, &job).await;
    assert!(log.contains("ImageNotFoundException"), "{log}");
    assert!(
        log.trim_end()
            .ends_with("##[error]Process completed with exit code 254."),
        "{log}"
    );
    assert_eq!(backend(&drill)["revision"], 57);
}

#[tokio::test(start_paused = true)]
async fn a_step_fails_where_the_scenario_says_so() {
    for (conclusion, tail) in [
        ("failure", "exit code 254"),
        ("cancelled", "canceled"),
        ("timed_out", "maximum"),
    ] {
        let drill = with(&format!(
            "fails = {{ step = \"Update service\", conclusion = \"{conclusion}\" }}"
        ));
        let id = start(&drill, "backend", "v1.3.4").await;
        assert_eq!(ended(&drill, id).await["conclusion"], conclusion);
        let job = job(&drill, id).await;
        assert_eq!(steps(&job)[4].1, conclusion);
        let log = log(&drill, &job).await;
        assert!(
            log.contains("AccessDeniedException") && log.contains(tail),
            "{log}"
        );
        assert_eq!(
            backend(&drill)["deployments"].as_array().unwrap().len(),
            1,
            "nothing was deployed"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_shifts_traffic_is_walked_through_its_whole_strategy() {
    let drill = drill("blue-green", 1);
    let id = start(&drill, "backend", "latest-1").await;
    let over = ended(&drill, id).await;
    assert_eq!(over["conclusion"], "success");
    let world = backend(&drill);
    assert_eq!(world["service_deployments"][0]["status"], "SUCCESSFUL");
    assert_eq!(world["serving"][0]["revision"], 56);
    assert_eq!(world["serving"][0]["percent"], 100.0);
}

#[tokio::test(start_paused = true)]
async fn the_workflow_too_is_refused_where_codedeploy_deploys() {
    let drill = drill("codedeploy", 1);
    let id = start(&drill, "backend", "v1.3.4").await;
    let over = ended(&drill, id).await;
    assert_eq!(over["conclusion"], "failure");
    let job = job(&drill, id).await;
    let failed: Vec<_> = steps(&job)
        .into_iter()
        .filter(|(_, conclusion)| conclusion == "failure")
        .collect();
    assert_eq!(failed.len(), 1, "{job}");
    assert_eq!(failed[0].0, "Update service");
    let log = log(&drill, &job).await;
    assert!(
        log.contains("Unable to update task definition on services with a CODE_DEPLOY deployment controller"),
        "{log}"
    );
    assert_eq!(backend(&drill)["serving"][0]["revision"], 57);
}

#[tokio::test(start_paused = true)]
async fn a_protected_environment_waits_for_its_reviewer() {
    let review = "protected = [\"production\"]\n";
    let cases = [
        ("", None),
        ("review = { after_s = 40.0, by = \"suzuki\" }", Some("success")),
        (
            "review = { after_s = 40.0, by = \"suzuki\", rejects = true }",
            Some("failure"),
        ),
    ];
    for (more, end) in cases {
        let drill = with(&format!("{review}{more}"));
        let id = start(&drill, "backend", "latest-1").await;
        let pending = format!("actions/runs/{id}/pending_deployments");
        assert_eq!(get(&drill, &pending).await.2, json!([]), "it is queued still");
        advance(&drill, 10);
        assert_eq!(run(&drill, id).await["status"], "waiting");
        let waits = get(&drill, &pending).await.2;
        assert_eq!(waits[0]["environment"]["name"], "production");
        assert_eq!(waits[0]["current_user_can_approve"], false);
        match end {
            None => {
                advance(&drill, 86_400);
                assert_eq!(run(&drill, id).await["status"], "waiting");
            }
            Some(end) => {
                assert_eq!(waits[0]["reviewers"][0]["reviewer"]["login"], "suzuki");
                assert_eq!(ended(&drill, id).await["conclusion"], end);
                assert_eq!(get(&drill, &pending).await.2, json!([]));
                let expected = if end == "success" { 56 } else { 57 };
                assert_eq!(backend(&drill)["revision"], expected);
            }
        }
        // Staging is not protected.
        let mut staging = rollback("backend", "latest-1");
        staging["inputs"]["environment"] = json!("staging");
        let id = dispatch(&drill, &staging).await.2["workflow_run_id"]
            .as_u64()
            .unwrap();
        advance(&drill, 10);
        assert_eq!(run(&drill, id).await["status"], "in_progress");
    }
}

#[tokio::test(start_paused = true)]
async fn runs_are_found_again_by_their_correlation() {
    let drill = with("correlation_id = true\nrun_details = \"ignored\"");
    let mut body = rollback("backend", "latest-1");
    body["inputs"]["correlation_id"] = json!("4f6c0d1e");
    let answer = dispatch(&drill, &body).await;
    assert_eq!((answer.0, &answer.2), (StatusCode::NO_CONTENT, &json!("")));
    let list =
        format!("{ROLLBACK}/runs?event=workflow_dispatch&created=%3E%3D2026-11-23T05:05:12Z&branch=main");
    assert_eq!(
        get(&drill, &list).await.2["total_count"],
        0,
        "lists are a moment late"
    );
    advance(&drill, 3);
    let listed = get(&drill, &list).await.2;
    assert_eq!(listed["total_count"], 1);
    assert_eq!(
        listed["workflow_runs"][0]["display_title"],
        "Rollback production backend to latest-1 [4f6c0d1e]"
    );
    let later = format!("{ROLLBACK}/runs?created=%3E2026-11-23T05:05:12Z");
    assert_eq!(get(&drill, &later).await.2["total_count"], 0);
    let refused = with("run_details = \"refused\"");
    assert_eq!(dispatch(&refused, &rollback("backend", "latest-1")).await.0, 422);
    let mut without = rollback("backend", "latest-1");
    without["return_run_details"] = Value::Null;
    assert_eq!(dispatch(&refused, &without).await.0, 204);
}

#[tokio::test(start_paused = true)]
async fn mistakes_get_the_errors_of_github() {
    let drill = drill("bad-deploy", 1);
    let with = |field: &str, value: Value| {
        let mut body = rollback("backend", "v1.3.4");
        body[field] = value;
        body
    };
    let inputs = |more: Value| {
        let mut body = rollback("backend", "v1.3.4");
        for (name, value) in more.as_object().unwrap() {
            body["inputs"][name] = value.clone();
        }
        body
    };
    for (body, said) in [
        (with("ref", json!("no-such")), "No ref found for: no-such"),
        (with("ref", Value::Null), "wasn't supplied"),
        (
            with("inputs", json!({ "environment": "production" })),
            "Required input 'service' not provided",
        ),
        (
            inputs(json!({ "colour": "red" })),
            "Unexpected inputs provided: [\"colour\"]",
        ),
        (inputs(json!({ "correlation_id": "x" })), "Unexpected inputs"),
        (
            inputs(json!({ "environment": "moon" })),
            "not in the list of allowed values",
        ),
    ] {
        let answer = dispatch(&drill, &body).await;
        assert_eq!(answer.0, 422, "{body}");
        assert_eq!(answer.2["status"], "422");
        assert!(
            answer.2["message"].as_str().unwrap().contains(said),
            "{}",
            answer.2
        );
        assert!(answer.2["documentation_url"].is_string());
    }
    let path = format!("{REPOSITORY}/{ROLLBACK}/dispatches");
    let body = rollback("backend", "v1.3.4");
    for (authorization, status, said) in [
        (None, 401, "Requires authentication"),
        (Some("Bearer expired"), 401, "Bad credentials"),
        (Some("Basic drill"), 401, "Bad credentials"),
    ] {
        let answer = raw(&drill, "POST", &path, authorization, &body).await.unwrap();
        assert_eq!(
            (answer.0.as_u16(), answer.2["message"].as_str()),
            (status, Some(said))
        );
    }
    let secret = raw(&drill, "GET", REPOSITORY, None, &Value::Null).await.unwrap();
    assert_eq!(secret.0, 404, "a private repository does not exist for strangers");
    let agentless = Request::get(REPOSITORY)
        .header("authorization", "Bearer drill")
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&drill, agentless).await.unwrap().0, 403);
    let garbled = Request::post(path.as_str())
        .header("authorization", "Bearer drill")
        .header("user-agent", "test")
        .body(Body::from("{"))
        .unwrap();
    assert_eq!(send(&drill, garbled).await.unwrap().0, 400);
    for path in [
        "actions/workflows/none.yml",
        "actions/runs/1",
        "actions/runs/1/jobs",
        "actions/jobs/1/logs",
        "issues",
    ] {
        assert_eq!(get(&drill, path).await.0, 404, "{path}");
    }
    let deploy = format!("{REPOSITORY}/actions/workflows/deploy.yml/dispatches");
    let answer = raw(&drill, "POST", &deploy, Some("Bearer drill"), &body)
        .await
        .unwrap();
    assert_eq!(answer.0, 422);
    assert_eq!(drill.world()["runs"], json!([]), "nothing was started");
}

#[tokio::test(start_paused = true)]
async fn lists_come_in_pages_with_links() {
    let drill = drill("bad-deploy", 1);
    assert_eq!(get(&drill, "").await.2["default_branch"], "main");
    let workflows = get(&drill, "actions/workflows").await.2;
    assert_eq!(workflows["total_count"], 2);
    assert_eq!(
        workflows["workflows"][0]["path"],
        ".github/workflows/rollback.yml"
    );
    let by_id = format!("actions/workflows/{}", workflows["workflows"][0]["id"]);
    assert_eq!(get(&drill, &by_id).await.2["name"], "Rollback");

    let whole = get(&drill, "actions/runs?event=push&per_page=100").await.2;
    let total = whole["total_count"].as_u64().unwrap();
    assert!(total > 6, "the pipeline's past");
    let (mut next, mut seen) = (Some("actions/runs?event=push&per_page=3".to_owned()), Vec::new());
    while let Some(path) = next {
        let answer = get(&drill, &path).await;
        seen.extend(answer.2["workflow_runs"].as_array().unwrap().clone());
        next = answer
            .header("link")
            .split(", ")
            .find(|link| link.contains("rel=\"next\""))
            .map(|link| link.split_once('>').unwrap().0.trim_start_matches('<').to_owned())
            .map(|link| {
                link.split_once("peoplebooster/peoplebooster/")
                    .unwrap()
                    .1
                    .to_owned()
            });
    }
    assert_eq!(json!(seen), whole["workflow_runs"]);
    assert_eq!(
        get(&drill, "actions/runs?event=schedule").await.2["total_count"],
        0
    );
    assert_eq!(
        get(&drill, "actions/runs?status=success").await.2["total_count"],
        total
    );
    assert_eq!(get(&drill, "actions/runs?created=soon").await.0, 422);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_fault_meets_github_too() {
    let drill = drill("bad-deploy", 1);
    let operation = "github.CreateWorkflowDispatch";
    let path = format!("{REPOSITORY}/{ROLLBACK}/dispatches");
    let body = rollback("backend", "latest-1");
    let ask = || raw(&drill, "POST", &path, Some("Bearer drill"), &body);
    for (kind, status, said) in [
        ("throttle", 403, "secondary rate limit"),
        ("denied", 403, "not accessible"),
        ("forbidden", 403, "not accessible"),
        ("expired", 401, "Bad credentials"),
        ("error", 502, "Server Error"),
    ] {
        arm(&drill, operation, kind, 1).await;
        let answer = ask().await.unwrap();
        assert_eq!(answer.0, status, "{kind}");
        assert!(
            answer.2["message"].as_str().unwrap().contains(said),
            "{kind}: {}",
            answer.2
        );
        let wait = if kind == "throttle" { "60" } else { "" };
        assert_eq!(answer.header("retry-after"), wait, "{kind}");
        assert_eq!(answer.header("x-ratelimit-limit"), "5000");
    }
    arm(&drill, operation, "cut", 1).await;
    assert!(ask().await.is_none());
    assert_eq!(drill.world()["runs"], json!([]), "nothing was done so far");
    arm(&drill, operation, "lost", 1).await;
    assert!(ask().await.is_none());
    assert_eq!(
        drill.world()["runs"].as_array().unwrap().len(),
        1,
        "done, but not answered"
    );
    arm(&drill, "github.GetWorkflowRun", "slow", 1).await;
    let begun = tokio::time::Instant::now();
    get(&drill, "actions/runs/1").await;
    assert_eq!(begun.elapsed().as_secs(), 5);

    let before: u64 = get(&drill, "")
        .await
        .header("x-ratelimit-remaining")
        .parse()
        .unwrap();
    let after: u64 = get(&drill, "")
        .await
        .header("x-ratelimit-remaining")
        .parse()
        .unwrap();
    assert_eq!(before - after, 1);
    advance(&drill, 3_600);
    assert_eq!(get(&drill, "").await.header("x-ratelimit-remaining"), "4999");

    let other = with("throttle_status = 429");
    arm(&other, "github.*", "throttle", 1).await;
    assert_eq!(get(&other, "").await.0, 429);
}
