//! The durable journal of incidents, in SQLite.
//!
//! Events are appended, never changed; each is chained to the one before it by a hash, so that damage is refused instead of
//! believed. Everything here is synchronous and is called from one place, `engine::scribe`. This room does not know what an
//! event means, nor the time: it is an argument.

mod append;
mod error;
mod lease;
mod open;
mod read;
mod schema;

pub use error::JournalError;
pub use lease::Holder;
pub use open::{Access, Journal};
pub use read::Head;
