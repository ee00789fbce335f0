//! One executable for all integration tests; its modules are the ideas of `docs/architecture.md`.

mod drill;
