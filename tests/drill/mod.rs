//! The drill, seen from outside: raw HTTP and the real SDK through the in-process door, and the loopback door.

mod account;
mod database;
mod door;
mod endings;
mod kinds;
mod metrics;
mod rollout;
mod scenarios;
mod secrets;
mod stories;
mod wire;
