//! One executable for all integration tests; its modules are the ideas of `docs/architecture.md`.

// `cfg(test)` is always true here. It tells clippy that helpers are tests too, which may unwrap.
#[cfg(test)]
mod adapters;
#[cfg(test)]
mod console;
#[cfg(test)]
mod drill;
#[cfg(test)]
mod floors;
#[cfg(test)]
mod headless;
#[cfg(test)]
mod iam;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod runbook;
#[cfg(test)]
mod safety;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod words;
#[cfg(test)]
mod workflow;
