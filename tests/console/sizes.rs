//! No size is too small or too odd, at any step.

use modosu::incident::{ActState, Stage};
use modosu::words::Lang;

use super::Desk;

/// Sizes around which something changes: nothing, one line, tabs, panes side by side, events under the wizard.
const WIDTHS: [u16; 14] = [0, 1, 2, 3, 9, 39, 40, 41, 60, 80, 99, 100, 120, 200];
const HEIGHTS: [u16; 14] = [0, 1, 2, 3, 7, 8, 9, 12, 24, 27, 28, 34, 40, 60];

fn draw_at(desk: &mut Desk, width: u16, height: u16) {
    desk.console.backend_mut().resize(width, height);
    desk.console.draw().unwrap();
}

fn turning_points(desk: &mut Desk) {
    for width in WIDTHS {
        for height in HEIGHTS {
            draw_at(desk, width, height);
        }
    }
}

/// Every size up to a little more than the second design size.
fn every_size(desk: &mut Desk) {
    for width in 0..132 {
        for height in 0..50 {
            draw_at(desk, width, height);
        }
    }
}

/// The whole walk at the turning points, and every size where `everywhere` says.
async fn walk(lang: Lang, everywhere: fn(Option<Stage>) -> bool) {
    let mut desk = Desk::open("bad-deploy", lang, (80, 24)).await;
    let look = |desk: &mut Desk| {
        turning_points(desk);
        if everywhere(desk.stage()) {
            every_size(desk);
        }
    };
    look(&mut desk);
    let layers = [
        ("?", "<esc>"),
        (":", "<esc>"),
        ("!", "<esc>"),
        ("a", "<esc>"),
        ("/x", "<esc>"),
        ("2d", "<esc>"),
        ("pd", "<esc>"),
        ("t<space>j<space>d", "<esc>"),
        ("ty/name", "<esc><esc>"),
        ("ib", "<esc>"),
        ("1oto", "O"),
        ("+", "_"),
    ];
    for (open, close) in layers {
        desk.keys(open).await;
        turning_points(&mut desk);
        desk.keys(close).await;
    }
    desk.keys("R").await;
    for _ in 0..4 {
        look(&mut desk);
        desk.keys("<enter>").await;
    }
    desk.pause().await;
    look(&mut desk);
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
    look(&mut desk);
    desk.until_stage(|stage| stage == Stage::Verify).await;
    look(&mut desk);
    desk.until_stage(|stage| stage == Stage::Report).await;
    look(&mut desk);
    desk.keys("<tab>").await;
    turning_points(&mut desk);
    desk.keys("<ctrl-s>").await;
    look(&mut desk);
}

#[tokio::test(start_paused = true)]
async fn no_size_panics_in_english() {
    walk(Lang::En, |stage| stage.is_none()).await;
}

#[tokio::test(start_paused = true)]
async fn no_size_panics_in_japanese() {
    walk(Lang::Ja, |stage| stage == Some(Stage::Report)).await;
}
