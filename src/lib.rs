//! The map.

pub mod drill;
