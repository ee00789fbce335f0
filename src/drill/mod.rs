//! The drill: a simulated AWS account that speaks the AWS wire protocols.
//!
//! It stands where AWS would stand. The real SDK, the aws command line or boto3 talks to it over a loopback port
//! ([`Drill::serve`]) or in process ([`Drill::router`] called as a tower service), and cannot tell the difference from
//! the wire alone. Behind the wire there is a small world: clusters, services that roll out in time, tasks, targets,
//! images, traffic and the metrics which follow from them.
//!
//! The world has no background tasks. Every request first advances it to the drill's own [`Clock`], working off a
//! time-ordered agenda, so the same seed and the same requests at the same times give the same answers.
//!
//! What this module does not know: anything of the console it serves. It imports nothing from the rest of the crate, so
//! it cannot share the console's mistakes about AWS. It never reads the machine's clock, the environment, or the network
//! beyond the listener it is handed.

mod api;
mod chance;
mod clock;
mod control;
mod faults;
mod handle;
mod ledger;
mod scenario;
mod server;
mod time;
mod triggers;
mod wire;
mod world;

pub use clock::Clock;
pub use handle::{Drill, DrillError, Options};
pub use ledger::{CallKind, LedgerEntry};
