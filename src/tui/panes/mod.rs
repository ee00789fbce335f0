//! The panes of the main screen. Each shows what the session knows, how old it is, and says so when it knows nothing.
//!
//! A pane does not know where its facts come from, and changes nothing.

mod chrome;
mod deployments;
mod details;
mod diff;
mod error_rate;
mod events;
mod images;
mod latency;
mod link;
mod logs;
mod raw;
mod revisions;
mod services;
mod thing;

pub(super) use events::EventId;

pub(super) use chrome::{absent, draw_lines, highlight, statistic};
pub(super) use deployments::ids as deployment_ids;
pub(super) use details::details;
pub(super) use diff::{diff, diff_of_new};
pub(super) use events::{moved as event_moved, newest as newest_events};
pub(super) use images::{ids as image_ids, row as image_row, table as image_table};
pub(super) use link::link;
pub(super) use logs::in_view as log_in_view;
pub(super) use raw::raw;
pub(super) use revisions::{
    from_to, ids as revision_ids, image_word, point, row as candidate_row, served_word,
    table as candidate_table,
};
pub(super) use services::ids as service_ids;
pub(super) use thing::{Thing, selected};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::screen::{Pane, Screen};
use super::search::Needle;
use super::world::World;

/// Draws a pane into its area.
pub(super) fn draw(pane: Pane, screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    match pane {
        Pane::Services => services::draw(screen, world, area, buffer),
        Pane::Revisions => revisions::draw(screen, world, area, buffer),
        Pane::Deployments => deployments::draw(screen, world, area, buffer),
        Pane::Images => images::draw(screen, world, area, buffer),
        Pane::Events => events::draw(screen, world, area, buffer),
        Pane::ErrorRate => error_rate::draw(screen, world, area, buffer),
        Pane::Latency => latency::draw(screen, world, area, buffer),
        Pane::Logs => logs::draw(screen, world, area, buffer),
    }
}

/// The place after `at`, or before it, round the end of `len` places, that `hits` says has what is looked for.
fn next_hit(len: usize, at: usize, forward: bool, hits: impl Fn(usize) -> bool) -> Option<usize> {
    (1..=len)
        .map(|step| {
            if forward {
                (at + step) % len
            } else {
                (at + len - step) % len
            }
        })
        .find(|place| hits(*place))
}

/// Selects the next row of the focused pane, or the one before, that has what is looked for. Whether there is one.
pub(super) fn go_to_match(screen: &mut Screen, world: &World<'_>, needle: &Needle, forward: bool) -> bool {
    let found = match screen.focus {
        Pane::Services | Pane::ErrorRate | Pane::Latency => {
            let rows = services::rows(screen, world);
            let about = screen.service(world.session).map(|view| &view.key);
            let at = rows.iter().position(|view| Some(&view.key) == about);
            let hits = |nth: usize| {
                rows.get(nth)
                    .is_some_and(|view| services::passes(view, needle, world))
            };
            let to = next_hit(rows.len(), at.unwrap_or_default(), forward, hits);
            let id = to.and_then(|to| rows.get(to)).map(|view| view.key.clone());
            id.map(|id| screen.services.select(id))
        }
        Pane::Revisions => {
            let rows = revisions::rows(screen, world);
            let at = screen.revisions.locate(rows.len(), |at, id| {
                rows.get(at).is_some_and(|row| row.definition == *id)
            });
            let hits = |nth: usize| {
                rows.get(nth)
                    .is_some_and(|row| revisions::passes(row, needle, world))
            };
            let to = next_hit(rows.len(), at, forward, hits);
            let id = to.and_then(|to| rows.get(to)).map(|row| row.definition.clone());
            id.map(|id| screen.revisions.select(id))
        }
        Pane::Deployments => {
            let rows = deployments::rows(screen, world);
            let at = screen.deployments.locate(rows.len(), |at, id| {
                rows.get(at).is_some_and(|row| row.arn == *id)
            });
            let view = screen.service(world.session);
            let hits = |nth: usize| {
                rows.get(nth)
                    .zip(view)
                    .is_some_and(|(row, view)| deployments::passes(row, view, needle, world))
            };
            let to = next_hit(rows.len(), at, forward, hits);
            let id = to.and_then(|to| rows.get(to)).map(|row| row.arn.clone());
            id.map(|id| screen.deployments.select(id))
        }
        Pane::Images => {
            let rows = images::rows(screen, world);
            let at = screen.images.locate(rows.len(), |at, id| {
                rows.get(at).is_some_and(|row| row.digest == *id)
            });
            let hits = |nth: usize| rows.get(nth).is_some_and(|row| images::passes(row, needle));
            let to = next_hit(rows.len(), at, forward, hits);
            let id = to.and_then(|to| rows.get(to)).map(|row| row.digest.clone());
            id.map(|id| screen.images.select(id))
        }
        // A log has a search of its own: it is about lines that the filter hides too.
        Pane::Logs => None,
        Pane::Events => {
            let id = events::found(screen, world, needle, forward);
            id.map(|id| screen.events.select(id))
        }
    };
    found.is_some()
}
