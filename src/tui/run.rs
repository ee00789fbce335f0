//! The console on the real terminal: input, engine, pictures, signals, and an end in good order whatever happens.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::domain::Phrase;
use crate::engine::Engine;
use crate::session::NoticeLevel;
use crate::words::Words;

use super::console::{Console, ConsoleError, Look, Outside};
use super::input::Reader;
use super::process;
use super::terminal::{NoTerminal, Panicked, Pen, Terminal, check};

/// How long an end by signal may take before the process is ended from outside the loop.
const LAST: Duration = Duration::from_secs(2);

/// What the console is run with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How it is shown.
    pub look: Look,
    /// The operator's editor, as `$VISUAL` or `$EDITOR` name it.
    pub editor: Option<String>,
    /// The folder for the file that is edited.
    pub scratch: PathBuf,
    /// Whether the terminal says that it cannot be drawn on (`TERM=dumb`).
    pub dumb: bool,
}

/// How the console ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Exit {
    /// The operator left.
    Quit,
    /// A signal ended it, by its number: 1 hang-up, 2 interrupt, 15 terminate.
    Signal(i32),
    /// There is no terminal to draw on.
    NoTerminal(NoTerminal),
}

/// Shows the console until the operator leaves.
///
/// # Errors
/// When the terminal cannot be taken, or something panicked; the terminal is given back before.
pub async fn run(engine: Engine, words: Words, options: Options) -> color_eyre::Result<Exit> {
    if let Err(none) = check(options.dumb) {
        engine.shutdown().await;
        return Ok(Exit::NoTerminal(none));
    }
    let panicked = Panicked::watch();
    let mut signals = Signals::listen()?;
    let mut terminal = Terminal::enter()?;
    let pen = Pen::new(panicked.clone());
    let mut console = Console::new(engine, words, &options.look, pen)?;
    let mut reader = Reader::start()?;
    let ended = turn(
        &mut console,
        &mut reader,
        &mut terminal,
        &mut signals,
        &panicked,
        &options,
    )
    .await;
    let watchdog = match ended {
        Ok(Exit::Signal(number)) => Some(Watchdog::set(number)?),
        Ok(Exit::Quit | Exit::NoTerminal(_)) | Err(_) => None,
    };
    terminal.release();
    // What is in flight is waited for with the terminal given back, so that the operator sees the shell at once.
    console.into_engine().shutdown().await;
    drop(watchdog);
    ended
}

/// Waits until a picture is due. One that is due already is not waited for at all: a timer has a grain of a millisecond, and
/// would add most of one to every key.
async fn come(due: Option<Instant>) {
    if let Some(due) = due.filter(|due| *due > Instant::now()) {
        sleep_until(due).await;
    }
}

async fn turn(
    console: &mut Console<Pen>,
    reader: &mut Reader,
    terminal: &mut Terminal,
    signals: &mut Signals,
    panicked: &Panicked,
    options: &Options,
) -> color_eyre::Result<Exit> {
    loop {
        let due = console.due();
        // Keys come first: they never wait for the network or a picture.
        tokio::select! {
            biased;
            () = panicked.wait() => return Err(color_eyre::eyre::eyre!("a part of modosu panicked; what was in flight is in the journal")),
            said = signals.next() => match said {
                Said::End(number) => return Ok(Exit::Signal(number)),
                Said::Continued => {
                    terminal.take()?;
                    console.came_back();
                }
            },
            batch = reader.next() => match batch {
                Some(batch) => console.handle_all(batch),
                None => return Ok(Exit::Signal(HANG_UP)),
            },
            () = come(due), if due.is_some() => {
                match console.draw() {
                    Ok(()) => {}
                    // The terminal takes nothing any more: it was hung up.
                    Err(ConsoleError::Backend(_)) => return Ok(Exit::Signal(HANG_UP)),
                    Err(error @ (ConsoleError::Keymap(_) | ConsoleError::Theme(_))) => return Err(error.into()),
                }
            }
            // The engine ticks once a second of its clock; clock, countdown and ages are drawn by it.
            () = console.step() => {}
        }
        for wanted in console.wants() {
            match wanted {
                Outside::Quit => return Ok(Exit::Quit),
                Outside::Suspend => {
                    terminal.release();
                    process::stop();
                    terminal.take()?;
                    console.came_back();
                }
                Outside::Copy(text) => terminal.copy(&text)?,
                Outside::ReadDefinition(path) => console.read_definition(&path).await,
                Outside::Edit(text) => edit(console, reader, terminal, options, &text)?,
            }
        }
    }
}

/// Gives the terminal to the editor and takes it back.
fn edit(
    console: &mut Console<Pen>,
    reader: &mut Reader,
    terminal: &mut Terminal,
    options: &Options,
    text: &str,
) -> io::Result<()> {
    let Some(editor) = &options.editor else {
        console.say(NoticeLevel::Bad, Phrase::new("notice-no-editor"));
        return Ok(());
    };
    reader.pause(process::wake_reader);
    terminal.release();
    let edited = process::edit(editor, &options.scratch, text).map_err(|error| error.to_string());
    terminal.take()?;
    reader.resume();
    console.edited(edited);
    console.came_back();
    Ok(())
}

/// The number of SIGHUP.
const HANG_UP: i32 = 1;
/// The number of SIGINT.
const INTERRUPT: i32 = 2;
/// The number of SIGTERM.
const TERMINATE: i32 = 15;

/// What a signal says.
enum Said {
    /// End, by the signal of this number.
    End(i32),
    /// We were stopped and go on.
    Continued,
}

/// The signals that concern a console.
struct Signals {
    hang_up: Signal,
    interrupt: Signal,
    terminate: Signal,
    continued: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            // SIGCONT has this number on Linux; elsewhere it differs, and there coming back is seen by the resize alone.
            continued: signal(SignalKind::from_raw(if cfg!(target_os = "linux") {
                18
            } else {
                19
            }))?,
        })
    }

    /// Waits for the next signal.
    async fn next(&mut self) -> Said {
        tokio::select! {
            _ = self.hang_up.recv() => Said::End(HANG_UP),
            _ = self.interrupt.recv() => Said::End(INTERRUPT),
            _ = self.terminate.recv() => Said::End(TERMINATE),
            _ = self.continued.recv() => Said::Continued,
        }
    }
}

/// Ends the process when an orderly end takes too long: a terminal that is gone can hang whoever touches it.
struct Watchdog {
    _over: mpsc::Sender<()>,
}

impl Watchdog {
    fn set(number: i32) -> io::Result<Self> {
        let (over, wait) = mpsc::channel::<()>();
        std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                if wait.recv_timeout(LAST) == Err(mpsc::RecvTimeoutError::Timeout) {
                    // The orderly end did not come; the journal is durable at every point.
                    std::process::exit(128 + number);
                }
            })?;
        Ok(Self { _over: over })
    }
}
