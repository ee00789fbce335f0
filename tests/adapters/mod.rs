//! The adapters against a small hand-written AWS: real SDK, real wire, scripted answers.

mod alarms;
mod database;
mod definition_file;
mod drill;
mod fake;
mod faults;
mod fence;
mod github;
mod listing;
mod loopback;
mod methods;
mod prisma;
mod reading;
mod secrecy;
mod sending;
mod series;
mod surroundings;
mod writing;
