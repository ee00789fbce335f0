//! The drill's own endpoints: clock, ledger, world, faults and health under `/_drill/`, and what the Prisma command line
//! would say. None of them is in the ledger.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    api::{played, prisma},
    clock::Clock,
    faults::{Armed, FaultKind, matches, well_formed},
    handle::Drill,
};

/// The longest leap of the clock in one request.
const LONGEST_LEAP: Duration = Duration::from_secs(366 * 86_400);

/// The routes under `/_drill/`.
pub(super) fn routes() -> Router<Drill> {
    Router::new()
        .route("/_drill/clock", get(clock).post(set_clock))
        .route("/_drill/ledger", get(ledger))
        .route("/_drill/world", get(world))
        .route("/_drill/faults", post(faults))
        .route("/_drill/health/{environment}/{service}", get(health))
        .route("/prisma/migrate-status", get(migrate_status))
        .route("/_drill/{*rest}", get(nothing).post(nothing))
}

/// What `GET /_drill/clock` answers.
pub(super) fn clock_shown(drill: &Drill) -> Value {
    let clock = drill.clock();
    json!({ "now": clock.now().to_string(), "speed": clock.speed(), "id": drill.id() })
}

fn refused(why: impl std::fmt::Display) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why.to_string() }))).into_response()
}

async fn nothing() -> Response {
    (
        StatusCode::NOT_FOUND,
        Json(json!({ "error": "no such endpoint" })),
    )
        .into_response()
}

async fn clock(State(drill): State<Drill>) -> Json<Value> {
    Json(clock_shown(&drill))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    advance_s: Option<f64>,
    speed: Option<f64>,
}

async fn set_clock(State(drill): State<Drill>, body: Bytes) -> Response {
    let set: SetClock = match serde_json::from_slice(&body) {
        Ok(set) => set,
        Err(error) => return refused(error),
    };
    let by = match set.advance_s.map(Duration::try_from_secs_f64) {
        // A leap of centuries would only keep the account busy.
        Some(by) if !by.as_ref().is_ok_and(|by| *by <= LONGEST_LEAP) => {
            return refused("advance_s is a number of seconds forward, a year at most");
        }
        Some(Err(error)) => return refused(error),
        Some(Ok(by)) => Some(by),
        None => None,
    };
    if set.speed.is_some_and(|speed| !Clock::can_run_at(speed)) {
        return refused(format!("speed is a number from 0 to {}", Clock::FASTEST));
    }
    let clock = drill.clock();
    if let Some(speed) = set.speed {
        clock.set_speed(speed);
    }
    if let Some(by) = by {
        clock.advance(by);
    }
    Json(clock_shown(&drill)).into_response()
}

async fn ledger(State(drill): State<Drill>) -> Response {
    Json(drill.ledger()).into_response()
}

async fn world(State(drill): State<Drill>) -> Json<Value> {
    Json(drill.world())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    operation: String,
    kind: FaultKind,
    share: Option<f64>,
    #[serde(default = "once")]
    times: u32,
    #[serde(default = "delay")]
    delay_s: f64,
}

fn once() -> u32 {
    1
}

fn delay() -> f64 {
    5.0
}

async fn faults(State(drill): State<Drill>, body: Bytes) -> Response {
    let fault: NewFault = match serde_json::from_slice(&body) {
        Ok(fault) => fault,
        Err(error) => return refused(error),
    };
    if !well_formed(&fault.operation) {
        return refused("operation is written like ecs.UpdateService, ecs.Describe*, ecs.* or *");
    }
    if !played().any(|(service, operation)| matches(&fault.operation, &service, operation)) {
        let known: Vec<String> = played()
            .map(|(service, operation)| format!("{service}.{operation}"))
            .collect();
        return refused(format!("operation names none of {}", known.join(", ")));
    }
    if fault.share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return refused("share is a number from 0 to 1");
    }
    let Ok(wait) = Duration::try_from_secs_f64(fault.delay_s) else {
        return refused("delay_s is a number of seconds");
    };
    let waiting = drill.with(|state| {
        if fault.times > 0 {
            let (pattern, left) = (fault.operation, Some(fault.times));
            state.faults.arm(Armed {
                pattern,
                fault: fault.kind.fault(wait),
                share: fault.share,
                left,
                from: None,
                until: None,
            });
        }
        state.faults.waiting()
    });
    Json(json!({ "waiting": waiting })).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichMigrations {
    service: String,
    environment: Option<String>,
    version: Option<String>,
}

async fn migrate_status(State(drill): State<Drill>, Query(which): Query<WhichMigrations>) -> Response {
    let (environment, version) = (which.environment.as_deref(), which.version.as_deref());
    match drill.with(|state| prisma::status(&state.world, environment, &which.service, version)) {
        Some(status) => Json(status).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            Json(json!({ "error": "no such service, or it has no database" })),
        )
            .into_response(),
    }
}

async fn health(
    State(drill): State<Drill>,
    Path((environment, service)): Path<(String, String)>,
) -> Response {
    let Some((status, version)) = drill.with(|state| state.world.health(&environment, &service)) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "no such service" }))).into_response();
    };
    let word = if status < 400 { "ok" } else { "unavailable" };
    let mut body = json!({ "status": word, "service": service });
    if let Some(version) = version {
        body["version"] = json!(version);
    }
    (
        StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
        Json(body),
    )
        .into_response()
}
