//! The team's rollback history: one Markdown table in a file that people also write in.
//!
//! A row is added under a lock and the file replaced at once; every byte that is not the new row stays as it was. This room
//! does not know what a row means: it gets eight cells.

mod file;
mod table;

pub use file::{Appended, HistoryFile, read};
