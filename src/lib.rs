//! modosu (戻す, "to put back"): an incident console for services on Amazon ECS.
//!
//! `docs/architecture.md` is the map. From the ground up:
//!
//! | floor | rooms |
//! |---|---|
//! | F0, nouns | [`domain`], [`runbook`], [`words`] |
//! | F1, pure decisions | [`rollback`], [`incident`] |
//! | F2, the headless application | [`session`] |
//! | the rim | [`adapters`] |
//! | F3, where things happen | [`engine`] |
//! | F4, front ends | [`tui`], [`cli`] |
//! | sealed | [`drill`], the simulated AWS account |

pub mod adapters;
pub mod cli;
pub mod domain;
pub mod drill;
pub mod engine;
pub mod incident;
pub mod rollback;
pub mod runbook;
pub mod session;
pub mod tui;
pub mod words;
