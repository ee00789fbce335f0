//! The drill, seen from outside: raw HTTP and the real SDK through the in-process door, and the loopback door.

mod account;
mod around;
mod database;
mod definitions;
mod door;
mod endings;
mod github;
mod hooks;
mod kinds;
mod metrics;
mod rollout;
mod scenarios;
mod secrets;
mod stories;
mod strategies;
mod wire;
