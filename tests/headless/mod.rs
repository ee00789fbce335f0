//! Every verb through the real binary against a drill in another process: stdout, stderr, exit code, and what reached the
//! account.

mod account;
mod checks;
mod crash;
mod operators;
mod refusals;
mod scenarios;
mod walk;
mod ways;
