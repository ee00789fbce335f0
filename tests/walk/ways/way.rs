//! A way back as data, and how it is walked.

use std::sync::Arc;

use axum::body::Body;
use modosu::adapters::aws::read_definition_file;
use modosu::domain::{Mode, PlanHash, ServiceKey, TargetSpec};
use modosu::engine::{Engine, Watch};
use modosu::incident::{ActState, Event, Incident, Stage};
use modosu::rollback::{Method, Plan, PreflightVerdict};
use modosu::runbook;
use modosu::session::{OperatorMsg, Session};
use serde_json::Value;
use tower::ServiceExt;

use crate::walk::ground::{Ground, approve, until};

/// The secret of the database in every scenario.
const SECRET: &str = "peoplebooster/production/database";

/// A way back in a world.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// What it is called in messages of a test.
    pub(super) name: &'static str,
    /// The world.
    pub(super) world: fn() -> Ground,
    /// Lines of the runbook that are other ones: what stands there, and what stands there instead.
    pub(super) runbook: &'static [(&'static str, &'static str)],
    /// What others wrote before, in order.
    pub(super) others: &'static [&'static str],
    /// The services, in the runbook's order.
    pub(super) services: &'static [&'static str],
    /// Where to.
    pub(super) target: &'static str,
    /// How; `None` lets the state choose.
    pub(super) method: Option<Method>,
    /// The calls that it makes, in order.
    pub(super) writes: &'static [&'static str],
}

pub(super) const CONTINUE: Way = Way {
    name: "continue",
    world: || Ground::new("paused-hook"),
    runbook: &[],
    others: &[],
    services: &["backend"],
    target: "last-good",
    method: None,
    writes: &["ecs.ContinueServiceDeployment"],
};

pub(super) const IMAGE: Way = Way {
    name: "image",
    world: || Ground::new("revision-inactive"),
    runbook: &[],
    others: &[],
    services: &["backend"],
    target: "last-good",
    method: None,
    writes: &["ecs.RegisterTaskDefinition", "ecs.UpdateService"],
};

pub(super) const REDEPLOY: Way = Way {
    name: "redeploy",
    world: || Ground::new("bad-deploy"),
    runbook: &[],
    others: &[],
    services: &["frontend"],
    target: "last-good",
    method: Some(Method::Redeploy),
    writes: &["ecs.UpdateService"],
};

pub(super) const BOTH: Way = Way {
    name: "both",
    world: || Ground::new("bad-deploy"),
    runbook: &[],
    others: &[],
    services: &["backend", "frontend"],
    target: "last-good",
    method: None,
    writes: &["ecs.UpdateService", "ecs.UpdateService"],
};

pub(super) const BLUE_GREEN: Way = Way {
    name: "blue-green",
    world: || Ground::new("blue-green"),
    runbook: &[],
    others: &[],
    services: &["backend"],
    target: "last-good",
    method: None,
    writes: &["ecs.UpdateService"],
};

pub(super) const GITHUB: Way = Way {
    name: "github",
    world: || {
        Ground::of(
            include_str!("../../../assets/scenarios/bad-deploy.toml"),
            &[],
            "\n[github]\ncorrelation_id = true\nprotected = [\"production\"]\nreview = { after_s = 40.0, by = \"suzuki\" }\n",
        )
    },
    runbook: &[(
        "# correlation = \"correlation_id\"",
        "correlation = \"correlation_id\"",
    )],
    others: &[],
    services: &["backend", "frontend"],
    target: "v1.3.4",
    method: Some(Method::Github),
    writes: &["github.CreateWorkflowDispatch"],
};

pub(super) const DATABASE: Way = Way {
    name: "database",
    world: || Ground::new("bad-migration"),
    runbook: &[],
    others: &[],
    services: &["backend"],
    target: "latest-snapshot",
    method: None,
    writes: &[
        "rds.RestoreDBInstanceFromDBSnapshot",
        "secretsmanager.UpdateSecret",
        "ecs.UpdateService",
    ],
};

/// A database that is used by two services.
pub(super) const DATABASE_OF_TWO: Way = Way {
    name: "database of two services",
    runbook: &[(
        "services = [\"backend\"]",
        "services = [\"backend\", \"frontend\"]",
    )],
    services: &["backend", "frontend"],
    writes: &[
        "rds.RestoreDBInstanceFromDBSnapshot",
        "secretsmanager.UpdateSecret",
        "ecs.UpdateService",
        "ecs.UpdateService",
    ],
    ..DATABASE
};

/// Somebody put another address into the secret; what was there before comes back.
pub(super) const OLD_DATABASE: Way = Way {
    name: "old database",
    others: &["secretsmanager.UpdateSecret"],
    target: "old-database",
    writes: &["secretsmanager.UpdateSecretVersionStage", "ecs.UpdateService"],
    ..DATABASE
};

/// The longest that a walk may take: the time allowed of each service, and some.
pub(super) const LONGEST: i64 = 2 * 3600;

impl Way {
    pub(super) fn services(&self) -> Vec<ServiceKey> {
        self.services.iter().map(|name| name.parse().unwrap()).collect()
    }

    pub(super) fn target(&self) -> TargetSpec {
        self.target.parse().unwrap()
    }

    /// The world as it is when the walk begins.
    pub(super) async fn ground(&self) -> Ground {
        let ground = (self.world)();
        if !self.others.is_empty() {
            ground.colleague_moves_secret().await;
        }
        assert_eq!(ground.writes(), self.others);
        ground
    }

    /// An engine with the way's runbook.
    pub(super) async fn engine(&self, ground: &Ground) -> Engine {
        let mut text = runbook::built_in("peoplebooster").unwrap().to_owned();
        for (from, to) in self.runbook {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text = text.replace(from, to);
        }
        let mut start = ground.start(Mode::Full);
        start.runbook = Arc::new(runbook::parse(&text, "peoplebooster.toml").unwrap());
        Engine::start(start, Watch::Live).await.unwrap()
    }

    /// What was written since the walk began.
    pub(super) fn written(&self, ground: &Ground) -> Vec<(String, Value)> {
        ground.written().split_off(self.others.len())
    }

    /// The names of what was written since the walk began.
    pub(super) fn writes_on(&self, ground: &Ground) -> Vec<String> {
        ground.writes().split_off(self.others.len())
    }

    /// The newest incident of the journal in another engine, whose predecessor's lease has run out.
    pub(super) async fn taken_up(&self, ground: &Ground) -> Engine {
        let mut engine = self.engine(ground).await;
        ground
            .drill
            .clock()
            .advance(std::time::Duration::from_secs(10 * 60));
        let id = engine.heads().await.unwrap().swap_remove(0).unwrap().id;
        engine.resume(&id).await.unwrap();
        engine
    }

    /// Walks to the frozen plan.
    pub(super) async fn walk_to_approval(&self, engine: &mut Engine) -> PlanHash {
        engine.tell(OperatorMsg::Prepare(self.services()));
        engine.settle().await;
        engine.tell(OperatorMsg::StartRollback {
            services: self.services(),
        });
        engine.tell(OperatorMsg::Advance);
        engine.tell(OperatorMsg::Scope(self.services()));
        engine.tell(OperatorMsg::Choose {
            target: self.target(),
            method: self.method,
        });
        until(engine, 60, "at the checks", |s| stage(s) == Some(Stage::Check)).await;
        let proposed = engine.session().incident_proposal(engine.now()).unwrap().unwrap();
        let blocks: Vec<_> = proposed
            .preflight
            .iter()
            .filter(|row| row.verdict == PreflightVerdict::Block)
            .collect();
        assert!(blocks.is_empty(), "{}: {blocks:#?}", self.name);
        engine.tell(OperatorMsg::Advance);
        until(engine, 60, "at approval", |s| stage(s) == Some(Stage::Approve)).await;
        incident(engine).plan.unwrap().hash
    }

    /// Walks to the approved plan, with this engine.
    pub(super) async fn approved(&self, engine: &mut Engine) -> Plan {
        let hash = self.walk_to_approval(engine).await;
        approve(engine, hash);
        incident(engine).plan.unwrap()
    }
}

pub(super) fn stage(session: &Session) -> Option<Stage> {
    session.incident.as_ref().map(|incident| incident.stage)
}

pub(super) fn incident(engine: &Engine) -> Incident {
    engine.session().incident.clone().unwrap()
}

/// Whether the incident is at this state of its call number `nth`, counted over all steps.
pub(super) fn is_at(session: &Session, nth: usize, wanted: ActState) -> bool {
    let Some(incident) = &session.incident else {
        return false;
    };
    matches!(incident.stage, Stage::Act { step, call, state }
        if state == wanted && place_of(incident, step, call) == Some(nth))
}

fn place_of(incident: &Incident, step: usize, call: usize) -> Option<usize> {
    let plan = incident.plan.as_ref()?;
    let before: usize = plan.steps.iter().take(step).map(|step| step.calls.len()).sum();
    Some(before + call)
}

/// Steps the engine until `done` holds. What an instance or a run takes is not sat through: while nothing but that is waited
/// for, the clock goes ahead.
pub(super) async fn reach(ground: &Ground, engine: &mut Engine, what: &str, done: impl Fn(&Session) -> bool) {
    let began = engine.now();
    let mut leapt_at = None;
    while !done(engine.session()) {
        let session = engine.session();
        assert!(
            engine.now().duration_since(began).as_secs() <= LONGEST,
            "not {what}: stage {:?}, notice {:?}, progress {:?}, settling {:?}",
            stage(session),
            session.notice,
            session.progress,
            session.settling,
        );
        let settles = matches!(
            stage(session),
            Some(Stage::Act {
                state: ActState::Settling,
                ..
            })
        );
        // Each reading is followed by a leap, never by one while it is under way.
        let read_at = (session.database.as_of(), session.run.as_of());
        if settles && leapt_at != Some(read_at) {
            leapt_at = Some(read_at);
            ground.drill.clock().advance(std::time::Duration::from_secs(25));
        }
        engine.step().await;
    }
}

/// Steps the engine until the rollback has ended.
pub(super) async fn to_the_end(ground: &Ground, engine: &mut Engine, what: &str) -> Incident {
    reach(ground, engine, what, |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    incident(engine)
}

/// The names of the events of the calls, in order.
pub(super) fn calls(incident: &Incident) -> Vec<&'static str> {
    incident
        .events
        .iter()
        .filter(|recorded| {
            matches!(
                recorded.event,
                Event::Intended { .. }
                    | Event::Answered { .. }
                    | Event::Rejected { .. }
                    | Event::Doubtful { .. }
                    | Event::Adopted { .. }
                    | Event::NotApplied { .. }
            )
        })
        .map(|recorded| recorded.event.name())
        .collect()
}

/// What the outcome of one call is called in the events of `calls`, when those before it were answered.
pub(super) fn after_answers(nth: usize, last: &[&'static str]) -> Vec<&'static str> {
    let mut names = ["intended", "answered"].repeat(nth);
    names.extend_from_slice(last);
    names
}

impl Ground {
    /// Makes call number `nth` of a way go wrong. Calls of the same name before it must have reached the account.
    pub(super) async fn fault_of(&self, way: &Way, nth: usize, kind: &str) {
        self.fault(way.writes[nth], kind, 1).await;
    }

    /// A question of somebody else, with its answer.
    pub(super) async fn ask(&self, target: &str, input: &Value) -> Value {
        let request = http::Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(Body::from(input.to_string()))
            .unwrap();
        let response = self.drill.router().oneshot(request).await.unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// A colleague sets a service to a revision.
    pub(super) async fn colleague_deploys(&self, service: &str, revision: u32) {
        let input = serde_json::json!({
            "cluster": "peoplebooster-production",
            "service": format!("peoplebooster-{service}"),
            "taskDefinition": format!("peoplebooster-{service}:{revision}"),
        });
        self.call("AmazonEC2ContainerServiceV20141113.UpdateService", &input)
            .await;
    }

    /// A colleague puts the address of an instance that is not there into the database's secret.
    pub(super) async fn colleague_moves_secret(&self) {
        self.colleague_moves_secret_from("").await;
    }

    /// The same, from the address of an instance whose name has this in it.
    pub(super) async fn colleague_moves_secret_from(&self, named: &str) {
        let value = self.secret_value().await;
        let host = value["SecretString"]
            .as_str()
            .unwrap()
            .split('"')
            .find(|word| word.contains(".rds.") && word.contains(named))
            .unwrap()
            .to_owned();
        let moved = value["SecretString"]
            .as_str()
            .unwrap()
            .replace(&host, "nowhere.example");
        let input = serde_json::json!({
            "SecretId": SECRET,
            "SecretString": moved,
            "ClientRequestToken": "5f0c2d1e-colleague-0000-0000-000000000001",
        });
        self.call("secretsmanager.UpdateSecret", &input).await;
    }

    /// A colleague restores the snapshot of before the release under this name.
    pub(super) async fn colleague_restores(&self, name: &str) {
        let body = format!(
            "Action=RestoreDBInstanceFromDBSnapshot&Version=2014-10-31&DBInstanceIdentifier={name}\
             &DBSnapshotIdentifier=peoplebooster-production-before-v1-4-0"
        );
        let request = http::Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let response = self.drill.router().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
    }

    /// The secret of the database, with its value.
    pub(super) async fn secret_value(&self) -> Value {
        self.ask(
            "secretsmanager.GetSecretValue",
            &serde_json::json!({ "SecretId": SECRET }),
        )
        .await
    }

    /// The versions of the secret by id, each with its stages.
    pub(super) async fn secret_stages(&self) -> Value {
        let mut told = self
            .ask(
                "secretsmanager.DescribeSecret",
                &serde_json::json!({ "SecretId": SECRET }),
            )
            .await;
        told["VersionIdsToStages"].take()
    }

    /// A scenario with some of its lines changed, each of which is there once, and more at its end.
    pub(super) fn of(text: &str, changes: &[(&str, &str)], more: &str) -> Self {
        let mut text = text.to_owned();
        for (from, to) in changes {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text = text.replace(from, to);
        }
        text.push_str(more);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changed.toml");
        std::fs::write(&path, text).unwrap();
        Self::new(path.to_str().unwrap())
    }

    /// What a service is set to.
    pub(super) async fn set_to(&self, service: &str) -> String {
        let question = serde_json::json!({
            "cluster": "peoplebooster-production",
            "services": [format!("peoplebooster-{service}")],
        });
        let told = self
            .ask("AmazonEC2ContainerServiceV20141113.DescribeServices", &question)
            .await;
        let arn = told["services"][0]["taskDefinition"].as_str().unwrap().to_owned();
        arn.rsplit('/').next().unwrap().to_owned()
    }

    /// Writes a definition of the operator's own beside the state folder and reads it as the console does.
    pub(super) async fn own_definition(&self, definition: &Value) -> OperatorMsg {
        let path = self.folder.path().join("task-definition-rollback.json");
        std::fs::write(&path, definition.to_string()).unwrap();
        let read = read_definition_file(&path).await.unwrap();
        OperatorMsg::UseDefinition(Some(Box::new(read)))
    }
}
