//! GitHub's REST API as the reader meets it: real HTTP, a small server of our own, scripted answers.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use jiff::Timestamp;
use modosu::adapters::github::{GithubReader, GithubSettings, Token, TokenSource};
use modosu::adapters::http::{Door, Http};
use modosu::domain::{Clean, FaultKind, RunId, RunState};
use serde_json::{Value, json};

const CANARY: &str = "ghp_canary4f1e";

/// What reached the server: method, path with query, and whether the token was there.
type Seen = Arc<Mutex<Vec<(String, bool)>>>;
type Script = Arc<dyn Fn(&str) -> (u16, Vec<(&'static str, String)>, String) + Send + Sync>;

async fn answer(State((script, seen)): State<(Script, Seen)>, request: Request) -> Response {
    let target = request.uri().path_and_query().unwrap().to_string();
    let token = request
        .headers()
        .get("authorization")
        .is_some_and(|it| it == &format!("Bearer {CANARY}"));
    seen.lock()
        .unwrap()
        .push((format!("{} {target}", request.method()), token));
    let (status, headers, body) = script(&target);
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}

/// A server that answers by `script`, on a free port until the test's runtime ends.
async fn serve(
    script: impl Fn(&str) -> (u16, Vec<(&'static str, String)>, String) + Send + Sync + 'static,
) -> (String, Seen) {
    let seen = Seen::default();
    let script: Script = Arc::new(script);
    let app = Router::new().fallback(answer).with_state((script, seen.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    #[expect(
        clippy::disallowed_methods,
        reason = "a server of a test ends with its runtime"
    )]
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

fn reader(api: &str) -> GithubReader {
    let settings = GithubSettings {
        api: api.to_owned(),
        token: TokenSource::Given(Token::new(CANARY).unwrap()),
    };
    GithubReader::new(&Http::new(&Door::Network { loopback_only: true }), settings)
}

fn ok(value: &Value) -> (u16, Vec<(&'static str, String)>, String) {
    (
        200,
        vec![("content-type", "application/json".to_owned())],
        value.to_string(),
    )
}

fn missing() -> (u16, Vec<(&'static str, String)>, String) {
    (404, Vec::new(), json!({"message": "Not Found"}).to_string())
}

fn workflow(id: u64, name: &str, state: &str) -> Value {
    json!({"id": id, "name": name, "path": format!(".github/workflows/{id}.yml"), "state": state})
}

#[tokio::test]
async fn a_workflow_is_found_by_file_or_by_name_over_pages() {
    let (api, seen) = serve(|target| match target {
        "/repos/o/web" => ok(&json!({"default_branch": "trunk"})),
        "/repos/o/web/actions/workflows/rollback.yml" => ok(&workflow(7, "Rollback", "disabled_manually")),
        "/repos/o/web/actions/workflows?per_page=100&page=1" => {
            let mut page: Vec<Value> = (0..99).map(|n| workflow(100 + n, "CI", "active")).collect();
            page.push(workflow(8, "Rollback", "disabled_manually"));
            ok(&json!({"total_count": 101, "workflows": page}))
        }
        "/repos/o/web/actions/workflows?per_page=100&page=2" => {
            ok(&json!({"total_count": 101, "workflows": [workflow(9, "Rollback", "active")]}))
        }
        _ => missing(),
    })
    .await;
    let reader = reader(&api);
    let by_file = reader
        .workflow("o/web", ".github/workflows/rollback.yml", Some("main"))
        .await
        .unwrap();
    assert_eq!(
        (by_file.id, by_file.active, by_file.branch.as_str()),
        (7, false, "main")
    );
    let by_name = reader.workflow("o/web", "Rollback", None).await.unwrap();
    assert_eq!(
        (by_name.id, by_name.active, by_name.branch.as_str()),
        (9, true, "trunk")
    );
    let many = reader.workflow("o/web", "CI", None).await.unwrap_err();
    assert_eq!(many.kind, FaultKind::Rejected);
    let none = reader.workflow("o/web", "Rolback", None).await.unwrap_err();
    assert!(
        none.kind == FaultKind::NotFound && none.detail.as_str().contains("Rollback"),
        "{none:?}"
    );
    let nowhere = reader.workflow("o/other", "x.yml", None).await.unwrap_err();
    assert_eq!(nowhere.kind, FaultKind::NotFound);
    assert!(
        seen.lock()
            .unwrap()
            .iter()
            .all(|(line, token)| *token && line.starts_with("GET "))
    );
    assert!(
        seen.lock()
            .unwrap()
            .iter()
            .all(|(line, _)| !line.contains("canary"))
    );
}

fn run(status: &str, conclusion: Option<&str>) -> Value {
    json!({
        "id": 42, "name": "Rollback", "display_title": "Rollback backend \u{1b}[31m [c0ffee]",
        "status": status, "conclusion": conclusion, "event": "workflow_dispatch",
        "created_at": "2026-11-24T10:00:00Z", "html_url": "https://github.com/o/web/actions/runs/42"
    })
}

#[tokio::test]
async fn a_waiting_run_names_whose_approval_it_waits_for() {
    let (api, _) = serve(|target| match target {
        "/repos/o/web/actions/runs/42" => ok(&run("waiting", None)),
        "/repos/o/web/actions/runs/42/jobs?filter=latest&per_page=100&page=1" => {
            ok(&json!({"total_count": 1, "jobs": [{"id": 1, "name": "apply", "status": "waiting", "conclusion": null, "steps": []}]}))
        }
        "/repos/o/web/actions/runs/42/pending_deployments" => {
            ok(&json!([{"environment": {"id": 1, "name": "production"}, "wait_timer": 0}]))
        }
        _ => missing(),
    })
    .await;
    let run = reader(&api).run("o/web", RunId(42)).await.unwrap();
    assert_eq!(run.state, RunState::Waiting);
    assert_eq!(run.waits_for, [Clean::new("production")]);
    assert_eq!(run.title.as_str(), "Rollback backend \u{FFFD}[31m [c0ffee]");
    assert_eq!((run.jobs.len(), run.failed_tail.len()), (1, 0));
}

fn step(name: &str, conclusion: &str, from: &str, to: &str) -> Value {
    json!({
        "name": name, "status": "completed", "conclusion": conclusion, "number": 1,
        "started_at": format!("2026-11-24T10:00:{from}Z"), "completed_at": format!("2026-11-24T10:00:{to}Z")
    })
}

#[tokio::test]
async fn the_failed_steps_log_is_fetched_from_elsewhere_without_the_token() {
    let log = "2026-11-24T10:00:01.0Z fine\n2026-11-24T10:00:05.0Z An error occurred (AccessDenied)\n\
               2026-11-24T10:00:05.5Z ##[error]Process completed with exit code 254.\n2026-11-24T10:00:09.0Z Post job\n";
    let (store, fetched) = serve(move |target| match target {
        "/store/log?sig=s1gned" => (200, Vec::new(), log.to_owned()),
        _ => missing(),
    })
    .await;
    let place = format!("{store}/store/log?sig=s1gned");
    let (api, _) = serve(move |target| match target {
        "/repos/o/web/actions/runs/42" => ok(&run("completed", Some("failure"))),
        "/repos/o/web/actions/runs/42/jobs?filter=latest&per_page=100&page=1" => {
            ok(&json!({"total_count": 2, "jobs": [
                {"id": 1, "name": "plan", "status": "completed", "conclusion": "success", "steps": []},
                {"id": 2, "name": "apply", "status": "completed", "conclusion": "failure", "steps": [
                    step("Set up job", "success", "00", "02"),
                    step("Update service", "failure", "04", "05"),
                    step("Wait", "skipped", "05", "05")
                ]}
            ]}))
        }
        "/repos/o/web/actions/jobs/2/logs" => (302, vec![("location", place.clone())], String::new()),
        _ => missing(),
    })
    .await;
    let run = reader(&api).run("o/web", RunId(42)).await.unwrap();
    assert_eq!(run.state, RunState::Ended(Clean::new("failure")));
    let steps: Vec<&RunState> = run.jobs[1].steps.iter().map(|step| &step.state).collect();
    assert_eq!(
        steps,
        [
            &RunState::Success,
            &RunState::Ended(Clean::new("failure")),
            &RunState::Ended(Clean::new("skipped"))
        ]
    );
    let tail: Vec<&str> = run.failed_tail.iter().map(Clean::as_str).collect();
    assert_eq!(
        tail,
        [
            "An error occurred (AccessDenied)",
            "error: Process completed with exit code 254."
        ]
    );
    let fetched = fetched.lock().unwrap();
    assert!(matches!(fetched.as_slice(), [(_, false)]), "{fetched:?}");
}

#[tokio::test]
async fn a_log_that_cannot_be_read_hides_no_run() {
    let (api, _) = serve(|target| match target {
        "/repos/o/web/actions/runs/42" => ok(&run("completed", Some("failure"))),
        "/repos/o/web/actions/runs/42/jobs?filter=latest&per_page=100&page=1" => ok(
            &json!({"total_count": 1, "jobs": [{"id": 2, "name": "a", "status": "completed", "conclusion": "failure", "steps": []}]}),
        ),
        // A place outside this machine over plain http is never gone to.
        "/repos/o/web/actions/jobs/2/logs" => (302, vec![("location", "http://logs.example.com/x".to_owned())], String::new()),
        _ => missing(),
    })
    .await;
    let run = reader(&api).run("o/web", RunId(42)).await.unwrap();
    assert!(run.failed_tail.is_empty());
    let broken = serve(|_| (200, Vec::new(), "<html>sign in</html>".to_owned()))
        .await
        .0;
    let fault = reader(&broken).run("o/web", RunId(42)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[tokio::test]
async fn a_lost_run_is_looked_for_by_time_and_by_its_word() {
    let (api, seen) = serve(|target| {
        let row = |id: u64, title: &str| json!({"id": id, "display_title": title, "status": "queued", "conclusion": null, "created_at": "2026-11-24T10:00:03Z", "html_url": ""});
        if target.contains("page=1") {
            ok(&json!({"total_count": 2, "workflow_runs": [row(2, "Rollback both"), row(1, "Rollback backend [c0ffee]")]}))
        } else {
            missing()
        }
    })
    .await;
    let since: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
    let reader = reader(&api);
    let ours = reader
        .find_run("o/web", "7", since, Some("c0ffee"))
        .await
        .unwrap();
    assert_eq!(ours.iter().map(|run| run.id.0).collect::<Vec<_>>(), [1]);
    assert_eq!(reader.find_run("o/web", "7", since, None).await.unwrap().len(), 2);
    assert_eq!(
        seen.lock().unwrap()[0].0,
        "GET /repos/o/web/actions/workflows/7/runs?event=workflow_dispatch&created=%3E%3D2026-11-24T09%3A58%3A00Z&per_page=100&page=1"
    );
}

#[tokio::test]
async fn without_a_token_the_refusal_names_what_is_missing_and_nothing_leaks() {
    let (api, seen) = serve(|_| {
        (
            401,
            Vec::new(),
            json!({"message": "Requires authentication"}).to_string(),
        )
    })
    .await;
    let settings = GithubSettings {
        api: api.clone(),
        token: TokenSource::None,
    };
    let http = Http::new(&Door::Network { loopback_only: true });
    let fault = GithubReader::new(&http, settings)
        .run("o/web", RunId(1))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind.clone(), fault.hint().id.as_ref()),
        (FaultKind::NoCredentials, "hint-github-token")
    );
    let fault = reader(&api).run("o/web", RunId(1)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Expired);
    assert!(!format!("{fault:?}").contains(CANARY));
    assert_eq!(
        seen.lock()
            .unwrap()
            .iter()
            .map(|(_, token)| *token)
            .collect::<Vec<_>>(),
        [false, true]
    );
    // Plain http to another machine is refused before anything is sent.
    let far = Http::new(&Door::Network { loopback_only: false });
    let settings = GithubSettings {
        api: "http://ghe.example.com/api/v3".to_owned(),
        token: TokenSource::Given(Token::new(CANARY).unwrap()),
    };
    let fault = GithubReader::new(&far, settings)
        .run("o/web", RunId(1))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Local);
}
