//! The adapters against a small hand-written AWS: real SDK, real wire, scripted answers.

mod alarms;
mod drill;
mod fake;
mod faults;
mod fence;
mod github;
mod listing;
mod loopback;
mod prisma;
mod reading;
mod series;
mod writing;
