//! The console: an engine, a screen and a picture, on any backend. The loop of `run` and the tests drive the same one.

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use thiserror::Error;
use tokio::time::Instant;

use crate::domain::Phrase;
use crate::engine::{Engine, read_definition_file};
use crate::session::{NoticeLevel, Session};
use crate::words::Words;

use super::frame::Frames;
use super::input::Input;
use super::keymap::{Keymap, KeymapError};
use super::layout::shows;
use super::screen::{Request, Screen};
use super::theme::{Theme, ThemeError, ThemeName};
use super::view;
use super::world::World;

/// How the console is shown.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Which theme.
    pub theme: ThemeName,
    /// Whether without colour (`NO_COLOR`).
    pub no_color: bool,
    /// A key map in the place of the built-in one.
    pub keymap: Option<String>,
}

/// Why a console cannot be shown.
#[derive(Debug, Error)]
pub enum ConsoleError {
    /// The key map.
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    /// The theme.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The terminal.
    #[error("the terminal does not take the picture: {0}")]
    Backend(String),
}

/// What the console wants of whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The operator leaves.
    Quit,
    /// Go to the background.
    Suspend,
    /// Let the operator edit this text in `$EDITOR`.
    Edit(String),
    /// Put this text on the terminal's clipboard.
    Copy(String),
    /// Read the definition in this file.
    ReadDefinition(String),
}

/// An engine, a screen and a picture.
pub struct Console<B: Backend> {
    engine: Engine,
    words: Words,
    keymap: Keymap,
    theme: Theme,
    screen: Screen,
    frames: Frames,
    terminal: Terminal<B>,
    /// The terminal's size at the newest input or picture.
    size: Size,
    outside: Vec<Outside>,
}

impl<B: Backend> Console<B> {
    /// A console on `backend`.
    ///
    /// # Errors
    /// When the key map or the theme cannot be read, or the backend gives no size.
    pub fn new(engine: Engine, words: Words, look: &Look, backend: B) -> Result<Self, ConsoleError> {
        let keymap = match &look.keymap {
            Some(text) => Keymap::parse(text)?,
            None => Keymap::built_in()?,
        };
        let theme = Theme::built_in(look.theme, !look.no_color)?;
        let terminal = Terminal::new(backend).map_err(|error| ConsoleError::Backend(error.to_string()))?;
        Ok(Self {
            engine,
            words,
            keymap,
            theme,
            screen: Screen::default(),
            frames: Frames::default(),
            terminal,
            size: Size::default(),
            outside: Vec::new(),
        })
    }

    /// What is true.
    #[must_use]
    pub const fn session(&self) -> &Session {
        self.engine.session()
    }

    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, to be ended.
    #[must_use]
    pub fn into_engine(self) -> Engine {
        self.engine
    }

    /// The console's own state.
    #[must_use]
    pub const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input) {
        self.handle_all(vec![input]);
    }

    /// Takes all that came at once, in order. Each key meets the session as the one before it left it.
    pub fn handle_all(&mut self, batch: Vec<Input>) {
        // A key that comes after the terminal shrank and before that was drawn meets the size as it is.
        self.size = self.terminal.size().unwrap_or_default();
        let mut run = String::new();
        for input in batch {
            // What an input method commits arrives as a run of keys; in the report it is one change, undone as one.
            if let Input::Key(key) = &input
                && let Some(c) = key.printable()
                && self.is_writing_report()
            {
                run.push(c);
                continue;
            }
            self.flush_run(&mut run);
            self.take(input);
        }
        self.flush_run(&mut run);
        self.frames.want();
    }

    fn is_writing_report(&self) -> bool {
        shows(self.size) && self.screen.context(self.engine.session()) == super::keymap::Context::Report
    }

    fn flush_run(&mut self, run: &mut String) {
        if !run.is_empty()
            && let Some(draft) = &mut self.screen.draft
        {
            draft.insert(run);
        }
        run.clear();
    }

    fn take(&mut self, input: Input) {
        let moment = Instant::now();
        match input {
            Input::Key(key) => {
                let (screen, world) = self.parts(moment);
                let requests = screen.key(key, &world);
                for request in requests {
                    self.grant(request);
                }
            }
            Input::Paste(text) => {
                let (screen, world) = self.parts(moment);
                screen.paste(&text, &world);
            }
            // What was typed to approve was typed into another picture.
            Input::Resize => self.screen.disarm(moment),
        }
    }

    fn parts(&mut self, moment: Instant) -> (&mut Screen, World<'_>) {
        let world = World {
            session: self.engine.session(),
            words: &self.words,
            keymap: &self.keymap,
            theme: &self.theme,
            now: self.engine.now(),
            size: self.size,
            moment,
        };
        (&mut self.screen, world)
    }

    fn grant(&mut self, request: Request) {
        match request {
            Request::Tell(msg) => self.engine.tell(msg),
            Request::Quit => self.outside.push(Outside::Quit),
            Request::Suspend => self.outside.push(Outside::Suspend),
            Request::Edit(text) => self.outside.push(Outside::Edit(text)),
            Request::Copy(text) => self.outside.push(Outside::Copy(text)),
            Request::ReadDefinition(path) => self.outside.push(Outside::ReadDefinition(path)),
            Request::Redraw => self.redraw(),
        }
    }

    /// Draws everything again at the next picture.
    pub fn redraw(&mut self) {
        if let Err(error) = self.terminal.clear() {
            tracing::warn!(error = %error, "failed to clear the terminal");
        }
        self.frames.want();
    }

    /// What the console wants of whoever runs it, each once.
    pub fn wants(&mut self) -> Vec<Outside> {
        std::mem::take(&mut self.outside)
    }

    /// The operator was away: what was typed to approve is forgotten, and everything is drawn and asked again.
    pub fn came_back(&mut self) {
        self.screen.disarm(Instant::now());
        self.engine.tell(crate::session::OperatorMsg::Refresh(None));
        self.redraw();
    }

    /// What came back from the editor.
    pub fn edited(&mut self, result: Result<String, String>) {
        match result {
            Ok(text) => {
                if let Some(draft) = &mut self.screen.draft {
                    draft.replace(&text);
                }
            }
            Err(detail) => {
                let text =
                    Phrase::new("notice-editor-failed").text("detail", crate::domain::Clean::new(&detail));
                self.screen.say(NoticeLevel::Bad, text, Instant::now());
            }
        }
        self.frames.want();
    }

    /// Reads the definition in a file and hands it to the session, or says why it cannot be used. Nothing of it is registered
    /// before it stands in a plan that was approved.
    pub async fn read_definition(&mut self, path: &str) {
        match read_definition_file(std::path::Path::new(path)).await {
            Ok(definition) => {
                if let Some(wizard) = self.screen.wizard_mut() {
                    wizard.ask_for_image();
                }
                let text = Phrase::new("notice-definition-read").text("file", &definition.path);
                let use_it = crate::session::OperatorMsg::UseDefinition(Some(Box::new(definition)));
                self.engine.tell(use_it);
                self.screen.say(NoticeLevel::Info, text, Instant::now());
            }
            Err(fault) => self.screen.say(NoticeLevel::Bad, fault.phrase(), Instant::now()),
        }
        self.frames.want();
    }

    /// Says something in the footer.
    pub fn say(&mut self, level: NoticeLevel, text: Phrase) {
        self.screen.say(level, text, Instant::now());
        self.frames.want();
    }

    /// Waits for the engine's next message and takes it in. Dropping the future loses nothing.
    pub async fn step(&mut self) {
        if self.engine.step().await.changed {
            let (screen, world) = self.parts(Instant::now());
            screen.follow(&world);
            self.frames.want();
        }
    }

    /// When the next picture is due; `None` while nothing has changed.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.frames.deadline(Instant::now())
    }

    /// Draws.
    ///
    /// # Errors
    /// When the terminal does not take it: it is gone.
    pub fn draw(&mut self) -> Result<(), ConsoleError> {
        let moment = Instant::now();
        self.size = self.terminal.size().unwrap_or_default();
        let (screen, world) = self.parts(moment);
        screen.follow(&world);
        let world = World {
            session: self.engine.session(),
            words: &self.words,
            keymap: &self.keymap,
            theme: &self.theme,
            now: self.engine.now(),
            size: self.size,
            moment,
        };
        let screen = &self.screen;
        let mut log = None;
        let drawn = self.terminal.draw(|frame| {
            let area = frame.area();
            log = view::log_in_sight(screen, &world, area);
            if let Some(cursor) = view::draw(screen, &world, area, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        });
        drawn.map_err(|error| ConsoleError::Backend(error.to_string()))?;
        self.frames.drew(moment);
        // What is not in sight is not asked for; what is in sight is known only with the picture.
        if self.engine.session().logs_of != log {
            self.engine.tell(crate::session::OperatorMsg::WatchLogs(log));
        }
        Ok(())
    }

    /// The backend.
    pub fn backend_mut(&mut self) -> &mut B {
        self.terminal.backend_mut()
    }

    /// Steps the engine until `done` holds; `false` when `patience` of the engine's time went by before.
    pub async fn until(&mut self, patience: jiff::SignedDuration, done: impl Fn(&Session) -> bool) -> bool {
        let began = self.engine.now();
        while !done(self.engine.session()) {
            if self.engine.now().duration_since(began) > patience {
                return false;
            }
            self.step().await;
        }
        let (screen, world) = self.parts(Instant::now());
        screen.follow(&world);
        true
    }
}

impl Console<ratatui::backend::TestBackend> {
    /// The picture as it was drawn last.
    #[must_use]
    pub fn buffer(&self) -> &Buffer {
        self.terminal.backend().buffer()
    }
}
