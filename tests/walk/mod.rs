//! The whole walk through session, engine and the real SDK, against the drill's in-process door, on a paused clock.

mod checks;
mod company;
mod endings;
mod faults;
pub(crate) mod ground;
mod resume;
mod rollback;
mod stop;
mod ways;
mod worlds;
