//! A drill in this process, and engines on it.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures::FutureExt;
use modosu::domain::{Clean, Mode, Operator, PlanHash, ServiceKey};
use modosu::drill::{CallKind, Drill, Options};
use modosu::engine::{Clock, Connector, Door, Engine, Start, TokenSource, Watch};
use modosu::incident::Stage;
use modosu::runbook;
use modosu::session::{OperatorMsg, Session};
use tempfile::TempDir;
use tower::ServiceExt;

/// A drill, a state folder, and nothing else.
pub(crate) struct Ground {
    pub(crate) drill: Drill,
    pub(crate) folder: TempDir,
}

impl Ground {
    pub(crate) fn new(scenario: &str) -> Self {
        let options = Options {
            scenario: scenario.to_owned(),
            seed: 1,
            speed: 1.0,
            start: "2026-11-23T05:05:12Z".parse().unwrap(),
        };
        Self {
            drill: Drill::new(&options).unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// `bad-deploy` with some of its lines changed; each is there once.
    pub(crate) fn changed(changes: &[(&str, &str)]) -> Self {
        let mut text = include_str!("../../assets/scenarios/bad-deploy.toml").to_owned();
        for (from, to) in changes {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text = text.replace(from, to);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changed.toml");
        std::fs::write(&path, text).unwrap();
        Self::new(path.to_str().unwrap())
    }

    /// The drill's router as the one way out.
    fn door(&self) -> Door {
        let router = self.drill.router();
        let connector: Connector = Arc::new(move |request: http::Request<Bytes>| {
            let router = router.clone();
            async move {
                let response = router
                    .oneshot(request.map(Body::from))
                    .await
                    .map_err(|e| e.to_string())?;
                let (parts, body) = response.into_parts();
                let bytes = axum::body::to_bytes(body, usize::MAX)
                    .await
                    .map_err(|e| e.to_string())?;
                Ok(http::Response::from_parts(parts, bytes))
            }
            .boxed()
        });
        Door::Direct(connector)
    }

    pub(crate) fn start(&self, mode: Mode) -> Start {
        let text = runbook::built_in("peoplebooster").unwrap();
        let clock = self.drill.clock();
        let speed = self.drill.clock();
        Start {
            runbook: Arc::new(runbook::parse(text, "peoplebooster.toml").unwrap()),
            environment: "production".parse().unwrap(),
            mode,
            operator: Operator(Clean::new("sato")),
            profile: None,
            region: Some("ap-northeast-1".to_owned()),
            state_dir: self.folder.path().to_owned(),
            working_dir: self.folder.path().to_owned(),
            drill: Some("http://127.0.0.1:9".to_owned()),
            door: self.door(),
            github: TokenSource::None,
            clock: Some(Clock::from_parts(
                Arc::new(move || clock.now()),
                Arc::new(move || speed.speed()),
            )),
            host: "test".to_owned(),
        }
    }

    pub(crate) async fn engine(&self, mode: Mode) -> Engine {
        Engine::start(self.start(mode), Watch::Live).await.unwrap()
    }

    /// What was written to the drill's world.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.drill
            .ledger()
            .into_iter()
            .filter(|entry| entry.kind == CallKind::Write)
            .map(|entry| format!("{}.{}", entry.service, entry.operation))
            .collect()
    }

    /// What was written to the drill's world: the operation and its input.
    pub(crate) fn written(&self) -> Vec<(String, serde_json::Value)> {
        self.drill
            .ledger()
            .into_iter()
            .filter(|entry| entry.kind == CallKind::Write)
            .map(|entry| (format!("{}.{}", entry.service, entry.operation), entry.input))
            .collect()
    }

    pub(crate) fn history(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("drill/rollback-history.md")).unwrap_or_default()
    }
}

pub(crate) fn backend() -> ServiceKey {
    ServiceKey::new("backend").unwrap()
}

/// Steps the engine until `done` holds; gives up after `seconds` of the drill's time, with what stood there.
pub(crate) async fn until(engine: &mut Engine, seconds: i64, what: &str, done: impl Fn(&Session) -> bool) {
    let began = engine.now();
    while !done(engine.session()) {
        assert!(
            engine.now().duration_since(began).as_secs() <= seconds,
            "not {what} after {seconds} s: stage {:?}, notice {:?}, progress {:?}",
            engine.session().incident.as_ref().map(|i| i.stage),
            engine.session().notice,
            engine.session().progress,
        );
        engine.step().await;
    }
}

impl Ground {
    /// Makes the next calls of an operation go wrong.
    pub(crate) async fn fault(&self, operation: &str, kind: &str, times: u32) {
        let body = serde_json::json!({ "operation": operation, "kind": kind, "times": times }).to_string();
        let request = http::Request::post("/_drill/faults")
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let response = self.drill.router().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
    }
}

/// Walks to the frozen plan of the default target and returns its hash.
pub(crate) async fn to_approval(engine: &mut Engine) -> PlanHash {
    engine.settle().await;
    engine.tell(OperatorMsg::StartRollback {
        services: vec![backend()],
    });
    for _ in 0..4 {
        engine.tell(OperatorMsg::Advance);
    }
    until(engine, 30, "at approval", |s| {
        s.incident.as_ref().is_some_and(|i| i.stage == Stage::Approve)
    })
    .await;
    engine
        .session()
        .incident
        .as_ref()
        .unwrap()
        .plan
        .as_ref()
        .unwrap()
        .hash
        .clone()
}

/// Approves the plan with this hash.
pub(crate) fn approve(engine: &mut Engine, hash: PlanHash) {
    engine.tell(OperatorMsg::Approve {
        hash,
        by: None,
        reason: None,
        timeout_seconds: None,
    });
}

impl Ground {
    /// A call of somebody else, as the aws command line would send it.
    pub(crate) async fn call(&self, target: &str, input: &serde_json::Value) {
        let request = http::Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(Body::from(input.to_string()))
            .unwrap();
        let response = self.drill.router().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
    }
}
