//! modosu: an incident console for services on Amazon ECS.

pub mod domain;
pub mod runbook;
