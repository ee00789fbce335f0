//! No size is too small or too odd, at any step.

use modosu::incident::{ActState, Stage};
use modosu::words::Lang;

use super::Desk;

/// Draws at every size from nothing to a little more than the second design size.
fn every_size(desk: &mut Desk) {
    for width in (0..132).step_by(3).chain([79, 80, 81, 119, 120, 121]) {
        for height in (0..50).step_by(3).chain([1, 2, 7, 8, 23, 24, 25, 40]) {
            desk.console.backend_mut().resize(width, height);
            desk.console.draw().unwrap();
        }
    }
}

async fn walk(lang: Lang) {
    let mut desk = Desk::open("bad-deploy", lang, (80, 24)).await;
    every_size(&mut desk);
    for (open, close) in [
        ("?", "<esc>"),
        (":", "<esc>"),
        ("!", "<esc>"),
        ("a", "<esc>"),
        ("/x", "<esc>"),
        ("2d", "<esc>"),
        ("+", "_"),
    ] {
        desk.keys(open).await;
        every_size(&mut desk);
        desk.keys(close).await;
    }
    desk.keys("R").await;
    for _ in 0..4 {
        every_size(&mut desk);
        desk.keys("<enter>").await;
    }
    desk.pause().await;
    every_size(&mut desk);
    desk.console.backend_mut().resize(80, 24);
    desk.keys("production/backend").await;
    desk.keys("<enter>").await;
    desk.until_stage(|stage| {
        matches!(
            stage,
            Stage::Act {
                state: ActState::Following,
                ..
            }
        )
    })
    .await;
    every_size(&mut desk);
    desk.until_stage(|stage| stage == Stage::Verify).await;
    every_size(&mut desk);
    desk.until_stage(|stage| stage == Stage::Report).await;
    every_size(&mut desk);
    desk.keys("<tab>").await;
    every_size(&mut desk);
    desk.keys("<ctrl-s>").await;
    every_size(&mut desk);
}

#[tokio::test(start_paused = true)]
async fn no_size_panics_in_english() {
    walk(Lang::En).await;
}

#[tokio::test(start_paused = true)]
async fn no_size_panics_in_japanese() {
    walk(Lang::Ja).await;
}
