//! Is it safe? Each row passes, warns, blocks or is unknown, with its evidence.
//!
//! One file for each thing that rows look at; `check` holds the list and its order, `rows` puts a plan's rows together. This
//! room does not know how old a reading may be (a failed renewal makes it unknown) nor what a person decides to do about a row.

mod alarms;
mod breaker;
mod by_hand;
mod capacity;
mod changes;
mod check;
mod company;
mod controller;
mod database;
mod findings;
mod grace;
mod health;
mod image;
mod migrations;
mod owner;
mod permissions;
mod ports;
mod protected;
mod references;
mod revision;
mod rows;
mod scaling;
mod service;
mod shelf;
mod stop;
mod tag;
mod workflow;

#[cfg(test)]
mod tests;

pub use alarms::alarm_names;
pub use by_hand::by_hand;
pub use check::{PreflightCheck, PreflightRow, PreflightVerdict};
pub use findings::proposes_vulnerability;
pub use owner::owners_reminders;

pub(super) use rows::rows;
