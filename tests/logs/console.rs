//! The log pane, from the real loop: pictures, keys, states, and lines that mean harm.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use futures::FutureExt;
use jiff::SignedDuration;
use modosu::domain::Mode;
use modosu::engine::{Connector, Door};
use modosu::tui::Pane;
use modosu::words::Lang;
use tower::ServiceExt;

use std::sync::Arc;

use crate::console::Desk;
use crate::walk::ground::{Ground, backend};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn asked(desk: &Desk) -> usize {
    desk.ground
        .drill
        .ledger()
        .iter()
        .filter(|entry| entry.service == "logs")
        .count()
}

/// Presses `L`, draws so that the console knows what is in sight, and waits for the first lines.
async fn open(desk: &mut Desk) {
    desk.keys("L").await;
    desk.picture();
    desk.until("read", |session| {
        let logs = &session.view(&backend()).unwrap().logs;
        logs.value().is_some() || logs.fault().is_some()
    })
    .await;
}

async fn pass(desk: &mut Desk, seconds: i64) {
    let until = desk.console.engine().now() + SignedDuration::from_secs(seconds);
    while desk.console.engine().now() < until {
        desk.console.step().await;
    }
}

#[tokio::test(start_paused = true)]
async fn pictures() {
    for lang in Lang::ALL {
        for size in SIZES {
            let name = |what: &str| format!("{}-{}x{}-{what}", lang.tag(), size.0, size.1);
            let mut desk = Desk::open("bad-deploy", lang, size).await;
            if size.0 >= 200 {
                insta::assert_snapshot!(name("40-logs-closed"), desk.picture());
            }
            open(&mut desk).await;
            insta::assert_snapshot!(name("41-logs"), desk.picture());
            desk.keys("kkk").await;
            pass(&mut desk, 12).await;
            insta::assert_snapshot!(name("42-logs-paused"), desk.picture());
            desk.keys("/failed<enter>").await;
            insta::assert_snapshot!(name("43-logs-filter"), desk.picture());
            desk.keys("NNW").await;
            insta::assert_snapshot!(name("44-logs-wrapped"), desk.picture());
            desk.keys("d").await;
            insta::assert_snapshot!(name("45-logs-details"), desk.picture());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn states() {
    for (lang, size) in Lang::ALL
        .into_iter()
        .flat_map(|lang| SIZES.map(|size| (lang, size)))
    {
        let name = |what: &str| format!("{}-{}x{}-{what}", lang.tag(), size.0, size.1);
        let mut denied = Desk::open_faulty("logs.FilterLogEvents", "denied", lang, size).await;
        denied.keys("L").await;
        insta::assert_snapshot!(name("46-logs-waiting"), denied.picture());
        open(&mut denied).await;
        insta::assert_snapshot!(name("46-logs-denied"), denied.picture());

        let mut throttled = Desk::open("bad-deploy", lang, size).await;
        open(&mut throttled).await;
        throttled
            .ground
            .fault("logs.FilterLogEvents", "throttle", 100)
            .await;
        throttled
            .until("throttled", |session| {
                session.view(&backend()).unwrap().logs.fault().is_some()
            })
            .await;
        insta::assert_snapshot!(name("46-logs-throttled"), throttled.picture());

        for (what, change) in [
            (
                "46-logs-missing-group",
                "log-group = \"/ecs/nobody-<environment>\"\n",
            ),
            ("46-logs-not-configured", ""),
        ] {
            let ground = Ground::new("bad-deploy");
            let mut start = ground.start(Mode::Full);
            let text = modosu::runbook::built_in("peoplebooster").unwrap();
            let text = text.replace(
                "log-group = \"/ecs/peoplebooster-<environment>/backend\"\n",
                change,
            );
            start.runbook = Arc::new(modosu::runbook::parse(&text, "changed.toml").unwrap());
            let mut desk = Desk::open_with(ground, start, lang, size).await;
            desk.keys("L").await;
            desk.picture();
            pass(&mut desk, 8).await;
            insta::assert_snapshot!(name(what), desk.picture());
            assert_eq!(asked(&desk) == 0, change.is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_in_sight_is_read() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (80, 24)).await;
    desk.picture();
    pass(&mut desk, 30).await;
    assert_eq!(asked(&desk), 0);
    open(&mut desk).await;
    assert_eq!(desk.session().logs_of, Some(backend()));
    // Another tab covers it; the wizard covers it; zoomed away it is not seen either.
    for (away, back) in [("2", "L"), ("R", "<esc>"), ("2+", "_L")] {
        desk.keys(away).await;
        desk.picture();
        assert_eq!(desk.session().logs_of, None, "{away}");
        let before = asked(&desk);
        pass(&mut desk, 30).await;
        assert!(asked(&desk) <= before + 1, "{away}");
        desk.keys(back).await;
        desk.picture();
        assert_eq!(desk.session().logs_of, Some(backend()), "{back}");
    }
    // The log is that of the service at hand.
    desk.keys("1j").await;
    desk.keys("L").await;
    desk.picture();
    assert_eq!(
        desk.session()
            .logs_of
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("frontend")
    );
    desk.keys("<esc>").await;
    desk.picture();
    assert_eq!(
        (desk.session().logs_of.clone(), desk.console.screen().focus),
        (None, Pane::Events)
    );
}

#[tokio::test(start_paused = true)]
async fn a_chosen_line_stays_while_others_arrive_and_n_walks_the_matches() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (120, 40)).await;
    open(&mut desk).await;
    assert!(desk.console.screen().logs.is_following());
    desk.keys("kk").await;
    let marked = |picture: &str| {
        let line = picture
            .lines()
            .find(|line| line.contains('›'))
            .unwrap_or_default();
        line.trim_matches(['│', ' ']).to_owned()
    };
    let before = marked(&desk.picture());
    assert!(!before.is_empty());
    pass(&mut desk, 15).await;
    let picture = desk.picture();
    assert_eq!(marked(&picture), before);
    assert!(picture.contains("newer (G)"), "{picture}");
    desk.keys("G").await;
    assert!(desk.console.screen().logs.is_following());
    assert!(desk.picture().contains("following"));

    desk.keys("/POST failed<enter>").await;
    let filtered = desk.picture();
    assert!(!filtered.contains("GET /api"), "{filtered}");
    desk.keys("N").await;
    let around = desk.picture();
    assert!(marked(&around).contains("failed"), "{around}");
    let first = marked(&around);
    desk.keys("N").await;
    let second = marked(&desk.picture());
    assert!(second.contains("failed") && second != first, "{first} {second}");
    desk.keys("n").await;
    assert_eq!(marked(&desk.picture()), first);
    desk.keys("<esc>nn").await;
    assert!(desk.picture().contains("type / and a word first"));
}

/// The drill's account, except that its log is written by somebody who means harm.
fn hostile(ground: &Ground) -> Door {
    let router = ground.drill.router();
    let connector: Connector = Arc::new(move |request: http::Request<Bytes>| {
        let router = router.clone();
        async move {
            let logs = request
                .headers()
                .get("x-amz-target")
                .is_some_and(|target| target.as_bytes().starts_with(b"Logs_"));
            if logs {
                let evil = [
                    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mERROR red\u{1b}[0m",
                    "\u{9b}31m\u{90}q\u{9c} C1",
                    "admin\u{202E}nimda \u{2066}hidden\u{2069} \u{200B}zero",
                    r#"{"level":"error","msg":"json \u001b[2J \u202e","x\u001b":"\u0007"}"#,
                    "a\r\nforged 14:05:12 line\u{8}\u{8}\u{7f}",
                    "e\u{301}\u{301}\u{301} 👩‍👩‍👧‍👦 ｶﾞ 日本語",
                ];
                let mut events: Vec<serde_json::Value> = evil
                    .iter()
                    .enumerate()
                    .map(|(nth, line)| {
                        serde_json::json!({
                            "eventId": format!("{nth}\u{1b}"), "timestamp": 1_795_410_300_000_i64 + nth as i64,
                            "logStreamName": "app/app/\u{1b}[31m\u{202E}abc", "message": line,
                        })
                    })
                    .collect();
                events.push(serde_json::json!({
                    "eventId": "long", "timestamp": 1_795_410_311_000_i64, "logStreamName": "x".repeat(100_000),
                    "message": "長".repeat(300_000),
                }));
                let body = serde_json::json!({ "events": events }).to_string();
                return Ok(http::Response::builder()
                    .header("content-type", "application/x-amz-json-1.1")
                    .body(Bytes::from(body))
                    .unwrap());
            }
            let response = router
                .oneshot(request.map(Body::from))
                .await
                .map_err(|error| error.to_string())?;
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.map_err(|error| error.to_string())?;
            Ok(http::Response::from_parts(parts, bytes))
        }
        .boxed()
    });
    Door::Direct(connector)
}

#[tokio::test(start_paused = true)]
async fn nothing_that_a_line_contains_touches_the_terminal() {
    for size in [(80, 24), (120, 40), (200, 60), (41, 9)] {
        let ground = Ground::new("bad-deploy");
        let mut start = ground.start(Mode::Full);
        start.door = hostile(&ground);
        let mut desk = Desk::open_with(ground, start, Lang::Ja, size).await;
        open(&mut desk).await;
        let mut seen = String::new();
        for keys in ["", "W", "ggd", "<esc>jjjd", "<esc>G/長<enter>", "n", "d"] {
            desk.keys(keys).await;
            let picture = desk.picture_of_foreign_text();
            for (nth, line) in picture.lines().enumerate() {
                assert!(
                    modosu::tui::width(line) <= usize::from(size.0),
                    "{keys} at {size:?}, line {nth} is too wide: {line}"
                );
            }
            seen.push_str(&picture);
        }
        let bad = seen.chars().find(|c| {
            (c.is_control() && *c != '\n')
                || matches!(*c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{80}'..='\u{9F}')
        });
        assert_eq!(bad, None, "at {size:?}");
        if size.0 >= 80 {
            assert!(seen.contains("ERROR red"), "{seen}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_size_is_too_small_or_too_odd() {
    let mut desk = Desk::open("bad-deploy", Lang::Ja, (200, 60)).await;
    desk.keys("7").await;
    desk.picture();
    desk.until("read", |session| {
        session.view(&backend()).unwrap().logs.value().is_some()
    })
    .await;
    for keys in ["", "k", "W", "gg", "/failed<enter>", "N", "+"] {
        desk.keys(keys).await;
        for width in [0, 1, 2, 3, 9, 39, 40, 41, 59, 60, 80, 99, 100, 120, 179, 180, 200] {
            for height in [0, 1, 2, 3, 7, 8, 9, 12, 24, 27, 28, 34, 40, 60] {
                desk.console.backend_mut().resize(width, height);
                desk.console.draw().unwrap();
            }
        }
    }
}
