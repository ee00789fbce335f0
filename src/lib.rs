//! modosu: an incident console for services on Amazon ECS.

pub mod domain;
pub mod incident;
pub mod rollback;
pub mod runbook;
pub mod session;
pub mod words;
