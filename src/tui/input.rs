//! What comes from the terminal, read by a thread of its own: input never waits for the network, and a reader that hangs
//! (crossterm issue 793: for ever, once the terminal is gone) hangs nothing else.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crossterm::event::{self, Event, KeyEventKind};
use tokio::sync::mpsc;

use super::keys::Key;

/// Something that came from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Text that was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize,
}

impl Input {
    fn of(event: Event) -> Option<Self> {
        match event {
            Event::Key(key) => match key.kind {
                KeyEventKind::Press | KeyEventKind::Repeat => Some(Self::Key(key.into())),
                KeyEventKind::Release => None,
            },
            Event::Paste(text) => Some(Self::Paste(text)),
            Event::Resize(_, _) => Some(Self::Resize),
            Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
        }
    }
}

/// Whether the reader may read. While an editor has the terminal, it may not.
#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Default)]
struct GateState {
    closed: bool,
    parked: bool,
}

/// The thread that reads the terminal.
pub(super) struct Reader {
    inputs: mpsc::UnboundedReceiver<Input>,
    gate: Arc<Gate>,
}

impl Reader {
    /// Starts reading.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub(super) fn start() -> io::Result<Self> {
        let (send, inputs) = mpsc::unbounded_channel();
        let gate = Arc::new(Gate::default());
        let of_thread = gate.clone();
        std::thread::Builder::new()
            .name("terminal input".to_owned())
            .spawn(move || read(&send, &of_thread))?;
        Ok(Self { inputs, gate })
    }

    /// Waits for input and takes all that is there; several resizes are one. `None` when the terminal cannot be read any
    /// more. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Vec<Input>> {
        let mut batch = vec![self.inputs.recv().await?];
        while let Ok(input) = self.inputs.try_recv() {
            if input != Input::Resize || batch.last() != Some(&Input::Resize) {
                batch.push(input);
            }
        }
        Some(batch)
    }

    /// Makes the thread leave the terminal alone. It sits in a read, from which only input or a change of size wakes it, so
    /// `wake` is called to signal one.
    pub(super) fn pause(&self, wake: impl FnOnce()) {
        let mut state = self.gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        drop(state);
        wake();
        let state = self.gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Were the thread not to wake, the editor would only share its first key with us; that is no reason to hang.
        drop(
            self.gate
                .changed
                .wait_timeout_while(state, Duration::from_secs(1), |state| !state.parked),
        );
    }

    /// Lets the thread read again. What was typed meanwhile was for somebody else and is dropped.
    pub(super) fn resume(&mut self) {
        while self.inputs.try_recv().is_ok() {}
        let mut state = self.gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = false;
        drop(state);
        self.gate.changed.notify_all();
    }
}

fn read(send: &mpsc::UnboundedSender<Input>, gate: &Gate) {
    loop {
        let mut state = gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.closed {
            state.parked = true;
            gate.changed.notify_all();
            state = gate.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.parked = false;
        drop(state);
        // An error means that the terminal is gone; the channel's end says so to the loop.
        let Ok(event) = event::read() else { return };
        if let Some(input) = Input::of(event)
            && send.send(input).is_err()
        {
            return;
        }
    }
}
