//! The rim beside the headless floors: the only rooms that touch the world.
//!
//! Each adapter turns one outside thing into the nouns of `domain` and its failures into a classified [`Fault`]. An adapter
//! does not know another adapter (all may use [`http`]), the session, the engine's schedule, or that there is a screen.
//!
//! [`Fault`]: crate::domain::Fault

pub mod aws;
pub mod github;
pub mod health;
pub mod history_file;
pub mod http;
pub mod journal;
pub mod prisma;
