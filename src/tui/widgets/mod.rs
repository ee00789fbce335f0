//! Small pieces that panes and steps are made of. They know text, cells and styles, and nothing of sessions.

mod bar;
mod chart;
mod field;
mod table;

pub(super) use bar::bar;
pub(super) use chart::{Chart, Marker, columns, per_column};
pub(super) use field::Field;
pub(super) use table::{Column, Table};
