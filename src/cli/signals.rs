//! SIGINT, SIGTERM and SIGHUP, heard from the moment this is made.

use super::Exit;

/// The signals that end a process in order. Made before anything is started, so that none is missed.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// A connection that is lost is answered like a request to end: nothing new is started, what is under way is recorded.
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens.
    ///
    /// # Errors
    /// When the system does not let the process listen.
    pub fn listen() -> std::io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for a signal and says how the process ends by it. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Exit {
        #[cfg(unix)]
        {
            tokio::select! {
                _ = self.interrupt.recv() => Exit::Interrupted,
                _ = self.terminate.recv() => Exit::Terminated,
                _ = self.hang_up.recv() => Exit::Terminated,
            }
        }
        #[cfg(not(unix))]
        {
            // Without a handler there is nothing to wait for: the system ends the process by itself.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Exit::Interrupted
        }
    }
}
