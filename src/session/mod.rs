//! F2, the headless application: what is true about the world and the incident.
//!
//! `update` takes a message and the time and returns effects as data. It does not know how effects are performed, what
//! the terminal looks like, or that AWS exists. Console and command line drive the same session with the same messages.

mod effect;
mod model;
mod msg;
mod observe;
mod operator;
mod read;
mod start;
mod update;
mod verify;
mod walk;

pub use effect::{Effect, Effects, Made};
pub use model::{JournalState, LinkState, Notice, NoticeLevel, ServiceView, Session, Setup, Subject};
pub use msg::{ActMsg, Msg, Observation, OperatorMsg};
pub use read::CheckLine;
pub use start::Attention;
pub use update::update;
