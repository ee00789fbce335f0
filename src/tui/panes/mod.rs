//! The panes of the main screen. Each shows what the session knows, how old it is, and says so when it knows nothing.
//!
//! A pane does not know where its facts come from, and changes nothing.

mod chrome;
mod details;
mod error_rate;
mod events;
mod images;
mod latency;
mod logs;
mod revisions;
mod services;

pub(super) use events::EventId;

pub(super) use chrome::{absent, draw_lines, highlight};
pub(super) use details::details;
pub(super) use events::{ids as event_ids, newest as newest_events};
pub(super) use images::ids as image_ids;
pub(super) use logs::in_view as log_in_view;
pub(super) use revisions::{
    from_to, ids as revision_ids, image_word, point, row as candidate_row, served_word,
    table as candidate_table,
};
pub(super) use services::ids as service_ids;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::{Pane, Screen};
use super::world::World;

/// Draws a pane into its area.
pub(super) fn draw(pane: Pane, screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    match pane {
        Pane::Services => services::draw(screen, world, area, buffer),
        Pane::Revisions => revisions::draw(screen, world, area, buffer),
        Pane::Images => images::draw(screen, world, area, buffer),
        Pane::Events => events::draw(screen, world, area, buffer),
        Pane::ErrorRate => error_rate::draw(screen, world, area, buffer),
        Pane::Latency => latency::draw(screen, world, area, buffer),
        Pane::Logs => logs::draw(screen, world, area, buffer),
    }
}
