//! What keys do over the panes and in the layers.

use modosu::domain::Mode;
use modosu::incident::Stage;
use modosu::rollback::Verdict;
use modosu::tui::{Context, Input, Key, Keymap, Outside, Pane};
use modosu::words::Lang;

use super::Desk;

const SIZE: (u16, u16) = (80, 24);

#[tokio::test(start_paused = true)]
async fn r_opens_the_wizard_and_acts_on_nothing() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R").await;
    assert_eq!(desk.stage(), Some(Stage::Assess));
    desk.keys("<enter><enter><enter><esc><esc><esc>").await;
    assert_eq!(desk.stage(), Some(Stage::Assess));
    desk.keys("<esc>").await;
    assert!(desk.console.screen().layers_are_empty());
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn read_only_opens_nothing_and_says_so() {
    let mut desk = Desk::open_as("bad-deploy", Lang::En, SIZE, Mode::ReadOnly).await;
    desk.keys("R").await;
    assert_eq!(desk.stage(), None);
    let picture = desk.picture();
    assert!(
        picture.contains("READ-ONLY") && picture.to_lowercase().contains("read-only: nothing"),
        "{picture}"
    );
    // Every key of every context, twice over, changes nothing either.
    let keymap = Keymap::built_in().unwrap();
    for _ in 0..2 {
        for context in [
            Context::Main,
            Context::Wizard,
            Context::Approve,
            Context::List,
            Context::Text,
        ] {
            for command in modosu::tui::Command::ALL {
                for key in keymap.keys(context, *command).collect::<Vec<_>>() {
                    desk.console.handle(Input::Key(key));
                    desk.picture();
                }
            }
        }
    }
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
    assert_eq!(desk.stage(), None);
}

#[tokio::test(start_paused = true)]
async fn a_declaration_needs_a_word_and_can_be_withdrawn() {
    let mut desk = Desk::open("no-traffic", Lang::En, SIZE).await;
    assert_eq!(desk.session().verdict, Verdict::Unknown);
    desk.keys("!<enter>").await;
    assert!(desk.session().declarations.is_empty(), "not without a word");
    desk.keys("login is down<enter>").await;
    assert_eq!(desk.session().declarations.len(), 1);
    assert_eq!(desk.session().verdict, Verdict::RollBack);
    assert!(desk.picture().contains("ROLL BACK"));
    desk.keys("!<enter>").await;
    assert!(desk.session().declarations.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_filter_narrows_the_rows_and_escape_takes_it_away() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("2/v1.3.4").await;
    let picture = desk.picture();
    assert!(picture.contains(":56") && !picture.contains(":55"), "{picture}");
    desk.keys("<enter><esc>").await;
    assert!(desk.picture().contains(":55"));
    desk.keys("/nothing<enter>").await;
    assert!(desk.picture().contains("Nothing matches"));
}

#[tokio::test(start_paused = true)]
async fn panes_are_reached_by_number_letter_and_tab() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    for (keys, pane) in [
        ("2", Pane::Revisions),
        ("w", Pane::Events),
        ("m", Pane::ErrorRate),
        ("i", Pane::Images),
        ("t", Pane::Revisions),
        ("<tab>", Pane::Images),
        ("<shift-tab>", Pane::Revisions),
        ("]", Pane::ErrorRate),
        ("h", Pane::Services),
        ("l", Pane::Revisions),
    ] {
        desk.keys(keys).await;
        assert_eq!(desk.console.screen().focus, pane, "{keys}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_palette_runs_a_command_by_its_name() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys(":toggle-header<enter>").await;
    assert!(desk.console.screen().header_folded);
    let folded = desk.picture();
    assert!(
        folded.starts_with(" PRODUCTION ") && folded.lines().next().unwrap().contains("ROLL BACK"),
        "{folded}"
    );
    desk.keys(":zzzz<enter>").await;
    assert!(desk.console.screen().header_folded);
}

#[tokio::test(start_paused = true)]
async fn quit_asks_only_while_a_write_runs_and_stays_by_default() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("q").await;
    assert_eq!(desk.console.wants(), [Outside::Quit]);
    desk.reach_approval().await;
    desk.keys("production/backend<enter>").await;
    desk.keys("q").await;
    assert_eq!(desk.console.wants(), []);
    assert!(desk.picture().contains("[ stay ]"));
    desk.pause().await;
    desk.keys("<enter>").await;
    assert_eq!(desk.console.wants(), []);
    desk.keys("q").await;
    desk.pause().await;
    desk.keys("<tab><enter>").await;
    assert_eq!(desk.console.wants(), [Outside::Quit]);
}

#[tokio::test(start_paused = true)]
async fn an_incident_can_be_given_up_before_anything_is_sent() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R<enter>X").await;
    desk.pause().await;
    desk.keys("<tab><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Abandoned));
    assert!(desk.picture().contains("given up"));
    desk.keys("c").await;
    assert_eq!(desk.stage(), None);
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_batch_meet_the_session_one_after_the_other() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    // All at once: the wizard opens, and the Enters that follow find an incident that is not there yet. They are dropped.
    let keys = Key::parse_all("R<enter><enter><enter><enter>").unwrap();
    desk.console
        .handle_all(keys.into_iter().map(Input::Key).collect());
    desk.until("recorded", |session| {
        session.unsaved == 0 && session.incident.is_some()
    })
    .await;
    assert_eq!(desk.stage(), Some(Stage::Assess));
}

#[tokio::test(start_paused = true)]
async fn a_second_press_decides_nothing_that_was_not_seen() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R").await;
    let keys = Key::parse_all("<enter><enter><enter>").unwrap();
    desk.console
        .handle_all(keys.into_iter().map(Input::Key).collect());
    desk.until("recorded", |session| session.unsaved == 0).await;
    assert_eq!(desk.stage(), Some(Stage::Scope));
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Target));
}

#[tokio::test(start_paused = true)]
async fn a_note_without_an_incident_is_refused_before_it_is_typed() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("a").await;
    assert!(desk.console.screen().layers_are_empty());
    assert!(
        desk.picture().contains("no incident is open"),
        "{}",
        desk.picture()
    );
    desk.keys("R").await;
    desk.keys("aseen by support<enter>").await;
    assert!(desk.console.session().notice.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_notice_stays_for_a_reader_s_time_and_goes_with_the_next_key() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("a").await;
    // The drill's clock hurries; the reader does not.
    let began = desk.console.engine().now();
    desk.until("half a minute of the drill", |session| {
        session.services.iter().any(|view| {
            view.state
                .as_of()
                .is_some_and(|at| at.duration_since(began).as_secs() > 30)
        })
    })
    .await;
    let seen = desk.picture().contains("no incident is open");
    let shown_for = desk.console.screen().notice.as_ref().unwrap().at.elapsed();
    assert_eq!(seen, shown_for.as_secs() <= 12, "{shown_for:?}");
    desk.keys("a").await;
    assert!(desk.picture().contains("no incident is open"));
    desk.keys("j").await;
    assert!(!desk.picture().contains("no incident is open"));
    // The session's own too.
    let mut desk = Desk::open_as("bad-deploy", Lang::En, SIZE, Mode::ReadOnly).await;
    desk.keys("R").await;
    assert!(desk.picture().to_lowercase().contains("read-only: nothing"));
    desk.keys("j").await;
    assert!(!desk.picture().to_lowercase().contains("read-only: nothing"));
    desk.keys("R").await;
    assert!(desk.picture().to_lowercase().contains("read-only: nothing"));
}

#[tokio::test(start_paused = true)]
async fn the_question_about_quitting_goes_when_the_rollback_has_ended() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.keys("production/backend<enter>").await;
    desk.keys("q").await;
    assert!(desk.picture().contains("[ stay ]"));
    desk.until_stage(|stage| stage == Stage::Verify).await;
    assert!(!desk.picture().contains("[ stay ]"), "{}", desk.picture());
    desk.keys("q").await;
    assert_eq!(desk.console.wants(), [Outside::Quit]);
}

#[tokio::test(start_paused = true)]
async fn a_long_paste_is_told_shortly() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    let long = "x".repeat(10_000);
    desk.keys(":").await;
    desk.console.handle(Input::Paste(long.clone()));
    let picture = desk.picture();
    assert!(picture.matches("xxxxxxxx").count() < 40, "{picture}");
    assert!(
        picture.contains("“xxxxxxxx") && picture.contains("x…”"),
        "{picture}"
    );
    desk.keys("<esc>1/").await;
    desk.console.handle(Input::Paste(long));
    desk.keys("<enter>").await;
    let picture = desk.picture();
    let title = picture.lines().find(|line| line.contains("1 Services")).unwrap();
    assert!(
        title.contains("x…") && title.trim_end().ends_with('╮'),
        "{picture}"
    );
}

#[tokio::test(start_paused = true)]
async fn in_the_least_room_a_row_is_seen_rather_than_heads() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (40, 10)).await;
    let picture = desk.picture();
    assert!(picture.contains("▲  backend"), "{picture}");
    assert!(!picture.contains("1–0"), "{picture}");
}

#[tokio::test(start_paused = true)]
async fn the_selected_event_has_its_mark() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (120, 40)).await;
    desk.keys("4").await;
    assert!(desk.picture().contains("│›"), "{}", desk.picture());
}
