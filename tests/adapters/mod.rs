//! The adapters against a small hand-written AWS: real SDK, real wire, scripted answers.

mod alarms;
mod drill;
mod fake;
mod faults;
mod fence;
mod listing;
mod loopback;
mod reading;
mod series;
mod writing;
