//! F3, where things happen: tasks are spawned, time is slept and the clock is read here and nowhere else.
//!
//! `run` owns the session and performs its effects; `watch` decides when to look at what; `act` is the only path by which
//! anything is written to the world; `scribe` is the only hand that writes the journal. This room does not know keys,
//! pictures or verbs.

mod act;
mod clock;
mod limiter;
mod look;
pub mod outside;
mod run;
mod scribe;
mod start;
mod watch;

pub use crate::adapters::aws::{AwsSettings, read_definition_file};
pub use crate::adapters::github::{Token, TokenSource};
pub use crate::adapters::history_file::Appended;
pub use crate::adapters::http::{Connector, Door};
pub use crate::adapters::journal::{Damaged, Head, Heads};
pub use clock::Clock;
pub use run::{Engine, Stepped};
pub use start::{Start, StartError, Watch};
