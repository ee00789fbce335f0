//! What a log at its finest level says of the calls that carry secrets.

use super::sending;
use std::io::Write;
use std::sync::{Arc, Mutex};

use modosu::adapters::aws::Writer;
use modosu::domain::{Mode, TaskDefinitionArn, WritePermit};
use serde_json::json;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use super::fake::{Fake, Reply, Turns, definition_arn};
use super::methods::{endpoint, secrets, whole};

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

impl Log {
    fn listen(&self, targets: Targets) -> DefaultGuard {
        let log = self.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || log.clone());
        tracing::subscriber::set_default(tracing_subscriber::registry().with(layer).with(targets))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Every call that has a secret in its request or its answer.
async fn carry_secrets() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "ecs.DescribeTaskDefinition" => Reply::Json(json!({"taskDefinition": whole(&definition_arn(57))})),
        "ecs.RegisterTaskDefinition" => Reply::Lost,
        _ => secrets(call),
    });
    let permit = WritePermit::grant(Mode::Full).unwrap();
    let writer = Writer::new(&permit, &fake.connection().await, Arc::new(Turns::default()));
    sending::switch_secret(&writer, &"pb/db".into(), &"v1".into(), "token", &endpoint())
        .await
        .unwrap();
    let base = TaskDefinitionArn::new(&definition_arn(57)).unwrap();
    sending::register_clone(&writer, &base, &"app".into(), &"i@sha256:a".into(), &[])
        .await
        .unwrap_err();
}

/// The targets that `cli::log` lets through when everything is asked for: modosu's own at any level, all others at warnings.
/// Its own test holds it to that.
#[tokio::test(start_paused = true)]
async fn the_log_at_its_finest_holds_no_secret() {
    let log = Log::default();
    let shipped = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("modosu", LevelFilter::TRACE);
    let listening = log.listen(shipped);
    carry_secrets().await;
    drop(listening);
    let said = log.text();
    assert!(!said.contains("canary"), "{said}");
}

/// Why the log is fenced: without the fence, the SDK writes the new secret out. When this fails, the SDK has become discreet.
#[tokio::test(start_paused = true)]
async fn without_the_fence_the_sdk_would_say_it() {
    let log = Log::default();
    let listening = log.listen(Targets::new().with_default(LevelFilter::TRACE));
    carry_secrets().await;
    drop(listening);
    assert!(
        log.text().contains("canary"),
        "the log has {} bytes",
        log.text().len()
    );
}
