//! A way back as data, and how it is walked.

use axum::body::Body;
use modosu::adapters::aws::read_definition_file;
use modosu::domain::{Mode, PlanHash, ServiceKey, TargetSpec};
use modosu::engine::Engine;
use modosu::incident::{ActState, Event, Incident, Stage};
use modosu::rollback::{Method, Plan};
use modosu::session::{OperatorMsg, Session};
use serde_json::Value;
use tower::ServiceExt;

use crate::walk::ground::{Ground, approve, until};

/// A way back in a world.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// What it is called in messages of a test.
    pub(super) name: &'static str,
    /// The world.
    pub(super) ground: fn() -> Ground,
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
    ground: || Ground::new("paused-hook"),
    services: &["backend"],
    target: "last-good",
    method: None,
    writes: &["ecs.ContinueServiceDeployment"],
};

pub(super) const IMAGE: Way = Way {
    name: "image",
    ground: || Ground::new("revision-inactive"),
    services: &["backend"],
    target: "last-good",
    method: None,
    writes: &["ecs.RegisterTaskDefinition", "ecs.UpdateService"],
};

pub(super) const REDEPLOY: Way = Way {
    name: "redeploy",
    ground: || Ground::new("bad-deploy"),
    services: &["frontend"],
    target: "last-good",
    method: Some(Method::Redeploy),
    writes: &["ecs.UpdateService"],
};

pub(super) const BOTH: Way = Way {
    name: "both",
    ground: || Ground::new("bad-deploy"),
    services: &["backend", "frontend"],
    target: "last-good",
    method: None,
    writes: &["ecs.UpdateService", "ecs.UpdateService"],
};

pub(super) const BLUE_GREEN: Way = Way {
    name: "blue-green",
    ground: || Ground::new("blue-green"),
    services: &["backend"],
    target: "last-good",
    method: None,
    writes: &["ecs.UpdateService"],
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

    /// Walks to the frozen plan.
    pub(super) async fn to_approval(&self, engine: &mut Engine) -> PlanHash {
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
        engine.tell(OperatorMsg::Advance);
        until(engine, 60, "at approval", |s| stage(s) == Some(Stage::Approve)).await;
        incident(engine).plan.unwrap().hash
    }

    /// Walks to the approved plan, with this engine.
    pub(super) async fn approved(&self, engine: &mut Engine) -> Plan {
        let hash = self.to_approval(engine).await;
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

/// Steps the engine until the rollback has ended.
pub(super) async fn to_the_end(engine: &mut Engine, what: &str) -> Incident {
    until(engine, LONGEST, what, |s| {
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

    /// The newest incident of the journal in another engine, whose predecessor's lease has run out.
    pub(super) async fn taken_up(&self) -> Engine {
        let mut engine = self.engine(Mode::Full).await;
        self.drill
            .clock()
            .advance(std::time::Duration::from_secs(10 * 60));
        let id = engine.heads().await.unwrap().swap_remove(0).unwrap().id;
        engine.resume(&id).await.unwrap();
        engine
    }

    /// Writes a definition of the operator's own beside the state folder and reads it as the console does.
    pub(super) async fn own_definition(&self, definition: &Value) -> OperatorMsg {
        let path = self.folder.path().join("task-definition-rollback.json");
        std::fs::write(&path, definition.to_string()).unwrap();
        let read = read_definition_file(&path).await.unwrap();
        OperatorMsg::UseDefinition(Some(Box::new(read)))
    }
}
