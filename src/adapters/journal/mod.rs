//! The durable journal of incidents, in SQLite (`docs/journal-format.md`).
//!
//! Events are appended, never changed. Each is chained to the one before it by a hash, and each incident knows how many it
//! has and which is the newest, so that damage and loss are refused instead of believed. Everything here is synchronous and
//! is called from one place, `engine::scribe`. This room does not know what an event means, nor the time: it is an argument.

mod append;
mod damaged;
mod error;
mod lease;
mod open;
mod private;
mod process;
mod read;
mod schema;

#[cfg(test)]
mod tests;

pub use damaged::Damaged;
pub use error::JournalError;
pub use lease::{Holder, Lease};
pub use open::{Access, Journal};
pub use read::{Head, Heads};
