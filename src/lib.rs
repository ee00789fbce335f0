//! modosu: an incident console for services on Amazon ECS.

pub mod adapters;
pub mod domain;
pub mod drill;
pub mod incident;
pub mod rollback;
pub mod runbook;
pub mod session;
