//! Logs, from what the drill's containers write to what stands in the pane.

mod console;
mod drill;
mod engine;
mod reader;
