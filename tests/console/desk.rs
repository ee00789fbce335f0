//! A console on a drill, and somebody at its keyboard.

use std::time::Duration;

use jiff::SignedDuration;
use modosu::domain::Mode;
use modosu::engine::{Engine, Start, Watch};
use modosu::incident::Stage;
use modosu::runbook;
use modosu::session::Session;
use modosu::tui::{Console, Input, Key, Look, width};
use modosu::words::{Lang, Words};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::scan::{Flaw, flaws, listed};
use crate::walk::ground::Ground;

/// Time between two keys of a person.
const BETWEEN: Duration = Duration::from_millis(150);

pub(crate) struct Desk {
    pub(crate) ground: Ground,
    pub(crate) console: Console<TestBackend>,
    lang: Lang,
}

impl Desk {
    /// A console whose panes are filled.
    pub(crate) async fn open(scenario: &str, lang: Lang, size: (u16, u16)) -> Self {
        Self::open_as(scenario, lang, size, Mode::Full).await
    }

    pub(crate) async fn open_as(scenario: &str, lang: Lang, size: (u16, u16), mode: Mode) -> Self {
        let ground = Ground::new(scenario);
        let start = ground.start(mode);
        Self::open_with(ground, start, lang, size).await
    }

    /// A console before anything has answered.
    pub(crate) async fn open_unsettled(scenario: &str, lang: Lang, size: (u16, u16)) -> Self {
        let ground = Ground::new(scenario);
        let engine = ground.engine(Mode::Full).await;
        Self::on(ground, engine, lang, size)
    }

    /// A console on an account that fails at one operation.
    pub(crate) async fn open_faulty(operation: &str, kind: &str, lang: Lang, size: (u16, u16)) -> Self {
        Self::open_failing(&[operation], kind, lang, size).await
    }

    /// A console on an account that fails at several operations.
    pub(crate) async fn open_failing(operations: &[&str], kind: &str, lang: Lang, size: (u16, u16)) -> Self {
        let ground = Ground::new("bad-deploy");
        for operation in operations {
            ground.fault(operation, kind, 100).await;
        }
        let start = ground.start(Mode::Full);
        Self::open_with(ground, start, lang, size).await
    }

    pub(crate) async fn open_with(ground: Ground, start: Start, lang: Lang, size: (u16, u16)) -> Self {
        let mut engine = Engine::start(start, Watch::Live).await.unwrap();
        engine.settle().await;
        Self::on(ground, engine, lang, size)
    }

    pub(crate) fn on(ground: Ground, engine: Engine, lang: Lang, size: (u16, u16)) -> Self {
        let text = runbook::built_in("peoplebooster").unwrap();
        let zone = runbook::parse(text, "peoplebooster.toml").unwrap().time_zone();
        let backend = TestBackend::new(size.0, size.1);
        let console = Console::new(engine, Words::new(lang, zone), &Look::default(), backend).unwrap();
        Self {
            ground,
            console,
            lang,
        }
    }

    pub(crate) fn session(&self) -> &Session {
        self.console.session()
    }

    pub(crate) fn stage(&self) -> Option<Stage> {
        self.session().incident.as_ref().map(|incident| incident.stage)
    }

    /// Types keys as a person does: one after the other, each when the one before it has been taken in.
    pub(crate) async fn keys(&mut self, keys: &str) {
        for key in Key::parse_all(keys).unwrap() {
            tokio::time::advance(BETWEEN).await;
            self.console.handle(Input::Key(key));
            self.until("recorded", |session| session.unsaved == 0).await;
        }
    }

    /// Lets time go by at the keyboard.
    pub(crate) async fn pause(&mut self) {
        tokio::time::advance(Duration::from_secs(1)).await;
        self.until("recorded", |session| session.unsaved == 0).await;
    }

    /// Waits until something is true of the world; half an hour of the drill's time is too long for any of it.
    pub(crate) async fn until(&mut self, what: &str, done: impl Fn(&Session) -> bool) {
        let came = self.console.until(SignedDuration::from_mins(30), done).await;
        assert!(
            came,
            "never {what}; it stands at {:?}, {:?}",
            self.stage(),
            self.session().notice
        );
    }

    pub(crate) async fn until_stage(&mut self, wanted: impl Fn(Stage) -> bool) {
        self.until("at that stage", |session| {
            session.incident.as_ref().is_some_and(|i| wanted(i.stage))
        })
        .await;
    }

    /// The way from the panes to the box that approves.
    pub(crate) async fn reach_approval(&mut self) {
        self.keys("R<enter><enter><enter>").await;
        // Where the account answers slowly, what the checks need is waited for.
        let now = self.console.engine().now();
        self.until("checked", |session| {
            matches!(session.incident_proposal(now), Some(Ok(_)))
        })
        .await;
        self.keys("<enter>").await;
        assert_eq!(self.stage(), Some(Stage::Approve));
        self.pause().await;
    }

    /// The picture as text, looked over for what no picture may show.
    pub(crate) fn picture(&mut self) -> String {
        self.looked_over(|_| true)
    }

    /// The same, of a world whose texts hold letters that cannot be shown: each is seen as U+FFFD, as it should be.
    pub(crate) fn picture_of_foreign_text(&mut self) -> String {
        self.looked_over(|flaw| !flaw.is_foreign_letter())
    }

    fn looked_over(&mut self, counts: impl Fn(&Flaw) -> bool) -> String {
        // As the terminal gets it, from the picture before.
        self.console.draw().unwrap();
        // And whole: the test backend, unlike a terminal, keeps what stood under the second half of a wide letter.
        self.console.redraw();
        self.console.draw().unwrap();
        let picture = self.anonymous(&text_of(self.console.buffer()));
        let area = self.console.buffer().area;
        let mut flaws = flaws(&picture, self.lang, (area.width, area.height));
        flaws.retain(counts);
        assert!(flaws.is_empty(), "{}\n{picture}", listed(&flaws));
        picture
    }

    /// The state folder has another name at each run, of the same length.
    fn anonymous(&self, picture: &str) -> String {
        let name = self.ground.folder.path().file_name().unwrap().to_str().unwrap();
        picture.replace(name, &"x".repeat(name.len()))
    }
}

/// A buffer as lines of text. The cell after a wide letter belongs to the letter.
pub(crate) fn text_of(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
