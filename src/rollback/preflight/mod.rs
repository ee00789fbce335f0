//! Is it safe? Each row passes, warns, blocks or is unknown, with its evidence.
//!
//! One file for each thing that rows look at; `rows` holds the list, its order and the rows on the service itself. This room
//! does not know how old a reading may be (a failed renewal makes it unknown) nor what a person decides to do about a row.

mod alarms;
mod breaker;
mod changes;
mod company;
mod health;
mod image;
mod protected;
mod rows;
mod tag;

#[cfg(test)]
mod tests;

pub use alarms::alarm_names;
pub use rows::{PreflightCheck, PreflightRow, PreflightVerdict};

pub(super) use rows::rows;
