//! Keys in, pictures out: the real loop of the console on the drill's in-process door, on a paused clock.

mod approve;
mod desk;
mod keys;
mod looking;
mod pictures;
mod scan;
mod scenarios;
mod services;
mod sizes;
mod states;
mod story;
mod terminal;
mod ways;

pub(crate) use desk::Desk;
