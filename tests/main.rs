//! The integration tests, one executable: its modules are the ideas.
// The attribute tells clippy that helpers beside the tests are tests too, where unwrapping is how a test fails.

#[cfg(test)]
mod runbook;
#[cfg(test)]
mod words;
