//! Small pieces that panes and steps are made of. They know text, cells and styles, and nothing of sessions.

mod bar;
mod chart;
mod field;
mod table;

pub use bar::bar;
pub use chart::{Chart, Marker, columns, per_column};
pub use field::Field;
pub use table::{Column, Table};
