//! The guard of the terminal: whatever happens, it is given back as it was found.

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::Notify;

use crate::domain::Phrase;

/// Why there is no terminal to draw on, and what can be used instead.
#[derive(Clone, Debug, PartialEq)]
pub struct NoTerminal {
    /// Why.
    pub why: Phrase,
    /// What to do instead.
    pub hint: Phrase,
}

/// Whether standard input and output are a terminal that can be drawn on; `dumb` is what the environment says of it
/// (`TERM=dumb`).
///
/// # Errors
/// When they are not, with the way that works without one.
pub(super) fn check(dumb: bool) -> Result<(), NoTerminal> {
    let why = if dumb {
        "terminal-dumb"
    } else if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    } else {
        "terminal-none"
    };
    Err(NoTerminal {
        why: Phrase::new(why),
        hint: Phrase::new("terminal-hint"),
    })
}

/// Raw mode, the alternate screen and bracketed paste, for as long as it lives.
pub(super) struct Terminal {
    active: bool,
}

impl Terminal {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it does not do what it is told; it is then given back.
    pub(super) fn enter() -> io::Result<Self> {
        let mut guard = Self { active: false };
        guard.take()?;
        Ok(guard)
    }

    /// Takes the terminal again after `release`.
    ///
    /// # Errors
    /// When it does not do what it is told.
    pub(super) fn take(&mut self) -> io::Result<()> {
        self.active = true;
        enable_raw_mode()?;
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )
    }

    /// Hands a text to the terminal's clipboard (OSC 52). A terminal that does not know it, or is told not to, ignores it;
    /// none says which.
    ///
    /// # Errors
    /// When the terminal does not take it: it is gone.
    pub(super) fn copy(&self, text: &str) -> io::Result<()> {
        if !self.active {
            return Ok(());
        }
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal back.
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.active) {
            restore();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.release();
    }
}

/// Gives the terminal back, whatever of it can still be given. There is nobody left to tell about an error.
fn restore() {
    let mut out = io::stdout();
    drop(queue!(
        out,
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    ));
    drop(out.flush());
    drop(disable_raw_mode());
}

/// That some task panicked: the terminal is already given back and the console must end.
#[derive(Clone, Default)]
pub(super) struct Panicked {
    flag: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Panicked {
    /// Gives the terminal back at any panic, before the report is written, and tells the console. Installed after the error
    /// report's own hook, so that the report is readable.
    #[must_use]
    pub(super) fn watch() -> Self {
        let panicked = Self::default();
        let of_hook = panicked.clone();
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // A panic in any task is the end of all: the first one restores, and nothing is drawn from here on.
            if !of_hook.flag.swap(true, Ordering::SeqCst) {
                restore();
            }
            of_hook.notify.notify_one();
            report(info);
        }));
        panicked
    }

    /// Whether it happened.
    #[must_use]
    pub(super) fn happened(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// Waits until it happens.
    pub(super) async fn wait(&self) {
        self.notify.notified().await;
    }
}

/// Bytes on their way to the terminal.
#[derive(Clone, Default)]
struct Ink(Arc<Mutex<Vec<u8>>>);

impl Write for Ink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing: the picture goes out whole, when it is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The backend that draws on the real terminal: one write a picture, as a synchronized update (mode 2026), so that no
/// terminal shows half of one.
pub(super) struct Pen {
    inner: CrosstermBackend<Ink>,
    ink: Ink,
    panicked: Panicked,
    /// Whether this picture differs from the one before.
    changed: bool,
    /// Where the cursor is seen; `None` while it is hidden.
    cursor: Option<Position>,
    /// Where the next picture wants it.
    wanted: Option<Position>,
}

impl Pen {
    /// A pen for standard output. It stops writing once something panicked.
    #[must_use]
    pub(super) fn new(panicked: Panicked) -> Self {
        let ink = Ink::default();
        Self {
            inner: CrosstermBackend::new(ink.clone()),
            ink,
            panicked,
            changed: false,
            cursor: None,
            wanted: None,
        }
    }
}

impl Backend for Pen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        self.changed |= content.peek().is_some();
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted = None;
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would race with the reader; nothing here depends on the answer.
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        self.wanted = Some(position);
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.changed = true;
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.changed = true;
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.ink.0.lock().unwrap_or_else(PoisonError::into_inner));
        let changed = std::mem::take(&mut self.changed) || self.cursor != self.wanted;
        self.cursor = self.wanted;
        // A picture that changes nothing is still some bytes of resets; they stay here.
        if !changed || self.panicked.happened() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(bytes.len() + 32);
        queue!(whole, BeginSynchronizedUpdate)?;
        whole.extend_from_slice(&bytes);
        queue!(whole, EndSynchronizedUpdate)?;
        let mut out = io::stdout().lock();
        out.write_all(&whole)?;
        out.flush()
    }
}
