//! The value of the secret: it goes from one answer into one request, and is found nowhere else.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use modosu::engine::Engine;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use super::way::{DATABASE, OLD_DATABASE, Way, incident, reach, stage};
use crate::walk::ground::{Ground, approve};

/// The password as the scenario's secret writes it, and as it is.
const WRITTEN: &str = r"kX9\u0021v\/Rr#2\\m\u00e9";
const PASSWORD: &str = r"kX9!v/Rr#2\mé";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Base64 of RFC 4648, §4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let all = group
            .iter()
            .chain(&[0, 0])
            .take(3)
            .fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        for place in 0..=group.len() {
            let digit = all >> (18 - 6 * place) & 63;
            text.push(char::from(ALPHABET[usize::try_from(digit).unwrap()]));
        }
    }
    text
}

/// Every form in which a text may lie somewhere: as it is, as JSON, percent-encoded, in hex, and in Base64 at each of the three
/// places that it may have in its group; and its beginning.
fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![text.to_owned()];
    forms.push(serde_json::to_string(text).unwrap().trim_matches('"').to_owned());
    let mut percent = String::new();
    let mut hex = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            percent.push(char::from(byte));
        } else {
            write!(percent, "%{byte:02X}").unwrap();
        }
        write!(hex, "{byte:02x}").unwrap();
    }
    forms.extend([percent, hex]);
    for before in 0..3 {
        let padded = [&vec![b' '; before][..], text.as_bytes()].concat();
        let coded = base64(&padded);
        // The first and the last group have bits of their neighbours.
        forms.push(coded[4..coded.len() - 4].to_owned());
    }
    forms.push(text.chars().take(8).collect());
    forms.push(format!("{text:?}").trim_matches('"').to_owned());
    forms
}

fn holds(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for form in forms(WRITTEN).into_iter().chain(forms(PASSWORD)) {
        assert!(!text.contains(&form), "{what} holds the secret as {form}");
    }
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn nothing_on_disk(ground: &Ground) {
    let mut found = Vec::new();
    files(ground.folder.path(), &mut found);
    assert!(found.iter().any(|path| path.ends_with("journal.db")), "{found:?}");
    for path in found {
        holds(&path.display().to_string(), &std::fs::read(&path).unwrap());
    }
}

fn nothing_in_memory(engine: &Engine) {
    holds("the session", format!("{:?}", engine.session()).as_bytes());
}

/// Walks a way, with a fault if any, and looks everywhere at each step.
async fn nowhere(way: &Way, fault: Option<(&str, &str)>) {
    let ground = way.ground().await;
    let told = ground.secret_value().await.to_string();
    // The ledger of the drill is where the value would be if the search could not find it.
    assert!(std::panic::catch_unwind(|| holds("the answer", told.as_bytes())).is_err());
    let mut engine = way.engine(&ground).await;
    let hash = way.walk_to_approval(&mut engine).await;
    if let Some((operation, kind)) = fault {
        ground.fault(operation, kind, 1).await;
    }
    approve(&mut engine, hash);
    let mut looked_at = None;
    while incident(&engine).ending.is_none() {
        let seen = stage(engine.session());
        reach(&ground, &mut engine, "elsewhere", |s| {
            stage(s) != seen || s.incident.as_ref().is_some_and(|i| i.ending.is_some())
        })
        .await;
        let now = (incident(&engine).stage, incident(&engine).events.len());
        if looked_at != Some(now) {
            looked_at = Some(now);
            nothing_in_memory(&engine);
        }
    }
    nothing_on_disk(&ground);
    let incident = incident(&engine);
    holds("the events", format!("{:?}", incident.events).as_bytes());
    holds(
        "the story as it is stored",
        serde_json::to_string(&incident.events).unwrap().as_bytes(),
    );
    holds("the ledger", format!("{:?}", ground.drill.ledger()).as_bytes());
    engine.shutdown().await;
    nothing_on_disk(&ground);
}

/// What the shipped log lets through at its finest: modosu's own at any level, all others at warnings.
fn listened(log: &Log) -> tracing::subscriber::DefaultGuard {
    let own = log.clone();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || own.clone());
    let shipped = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("modosu", LevelFilter::TRACE);
    tracing::subscriber::set_default(tracing_subscriber::registry().with(layer).with(shipped))
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_switched_is_found_nowhere() {
    let log = Log::default();
    let listening = listened(&log);
    for fault in [
        None,
        Some(("secretsmanager.UpdateSecret", "lost")),
        Some(("secretsmanager.UpdateSecret", "denied")),
        Some(("secretsmanager.GetSecretValue", "error")),
    ] {
        nowhere(&DATABASE, fault).await;
    }
    nowhere(&OLD_DATABASE, None).await;
    drop(listening);
    holds("the log", &log.0.lock().unwrap());
}

#[test]
fn the_search_finds_what_it_looks_for() {
    assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    assert_eq!(base64(b"fooba").len(), 7);
    for form in forms(PASSWORD) {
        let hidden = format!("before {form} after");
        assert!(
            std::panic::catch_unwind(|| holds("a text", hidden.as_bytes())).is_err(),
            "{form}"
        );
    }
    let coded = base64(format!("{{\"password\":\"{PASSWORD}\"}}").as_bytes());
    assert!(std::panic::catch_unwind(|| holds("a text", coded.as_bytes())).is_err());
    holds("a text", b"nothing of the kind");
}
