//! The engine reads the log that is looked at, politely, and no other.

use modosu::domain::{FaultKind, Mode, ServiceKey};
use modosu::engine::Engine;
use modosu::session::OperatorMsg;

use crate::walk::ground::{Ground, backend, until};

fn asked(ground: &Ground) -> usize {
    ground
        .drill
        .ledger()
        .iter()
        .filter(|entry| entry.service == "logs")
        .count()
}

/// Lets the drill's time go by.
async fn pass(engine: &mut Engine, seconds: i64) {
    let began = engine.now();
    while engine.now().duration_since(began).as_secs() < seconds {
        engine.step().await;
    }
}

async fn settled(ground: &Ground) -> Engine {
    let mut engine = ground.engine(Mode::Full).await;
    engine.settle().await;
    engine
}

#[tokio::test(start_paused = true)]
async fn a_log_is_read_while_it_is_looked_at_and_nobody_elses_ever() {
    let ground = Ground::new("bad-deploy");
    let mut engine = settled(&ground).await;
    engine.tell(OperatorMsg::Refresh(None));
    pass(&mut engine, 60).await;
    assert_eq!(asked(&ground), 0, "nobody looks");

    engine.tell(OperatorMsg::WatchLogs(Some(backend())));
    until(&mut engine, 10, "read", |s| {
        s.view(&backend()).unwrap().logs.value().is_some()
    })
    .await;
    let first = engine
        .session()
        .view(&backend())
        .unwrap()
        .logs
        .value()
        .unwrap()
        .len();
    pass(&mut engine, 60).await;
    let calls = asked(&ground);
    assert!((10..=14).contains(&calls), "{calls} calls in a minute");
    let window = engine.session().view(&backend()).unwrap().logs.value().unwrap();
    assert!(window.len() > first, "{first} then {}", window.len());
    assert!(window.lines().map(|line| line.at).is_sorted());
    let ids: std::collections::BTreeSet<_> = window.lines().map(|line| line.id.clone()).collect();
    assert_eq!(ids.len(), window.len(), "no line twice");
    assert_eq!((window.dropped(), window.gap()), (0, None));
    for entry in ground
        .drill
        .ledger()
        .iter()
        .filter(|entry| entry.service == "logs")
    {
        assert_eq!(
            entry.input["logGroupName"],
            "/ecs/peoplebooster-production/backend"
        );
        assert!(entry.input["startTime"].is_i64(), "{}", entry.input);
    }

    engine.tell(OperatorMsg::WatchLogs(None));
    pass(&mut engine, 120).await;
    // One answer may have been under way.
    assert!(asked(&ground) <= calls + 1, "{} after {calls}", asked(&ground));

    // Somebody who opens and closes it again and again asks no more often than one who stays.
    let before = asked(&ground);
    for _ in 0..30 {
        engine.tell(OperatorMsg::WatchLogs(Some(backend())));
        pass(&mut engine, 1).await;
        engine.tell(OperatorMsg::WatchLogs(None));
    }
    let more = asked(&ground) - before;
    assert!(more <= 8, "{more} calls in half a minute");

    let frontend = ServiceKey::new("frontend").unwrap();
    engine.tell(OperatorMsg::WatchLogs(Some(frontend.clone())));
    until(&mut engine, 10, "read", |s| {
        s.view(&frontend).unwrap().logs.value().is_some()
    })
    .await;
    assert!(ground.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_denied_log_says_which_permission_and_burdens_nothing_else() {
    let ground = Ground::new("bad-deploy");
    ground.fault("logs.FilterLogEvents", "denied", 100).await;
    let mut engine = settled(&ground).await;
    engine.tell(OperatorMsg::WatchLogs(Some(backend())));
    until(&mut engine, 10, "denied", |s| {
        s.view(&backend()).unwrap().logs.fault().is_some()
    })
    .await;
    let session = engine.session();
    let fault = session.view(&backend()).unwrap().logs.fault().unwrap();
    assert!(
        matches!(&fault.kind, FaultKind::Denied { action } if action.as_str() == "logs:FilterLogEvents"),
        "{fault:?}"
    );
    assert!(session.view(&backend()).unwrap().state.fault().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_log_keeps_its_lines_and_grows_old() {
    let ground = Ground::new("bad-deploy");
    let mut engine = settled(&ground).await;
    engine.tell(OperatorMsg::WatchLogs(Some(backend())));
    until(&mut engine, 10, "read", |s| {
        s.view(&backend()).unwrap().logs.value().is_some()
    })
    .await;
    ground.fault("logs.FilterLogEvents", "throttle", 100).await;
    until(&mut engine, 60, "throttled", |s| {
        s.view(&backend()).unwrap().logs.fault().is_some()
    })
    .await;
    let logs = &engine.session().view(&backend()).unwrap().logs;
    assert_eq!(logs.fault().unwrap().kind, FaultKind::Throttled);
    assert!(!logs.value().unwrap().is_empty());
}
