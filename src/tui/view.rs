//! The whole picture. Drawing reads everything and changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::ServiceKey;

use super::layer::Layer;
use super::layout::{Layout, Panes, Wishes, cover, divide};
use super::screen::{Pane, Screen};
use super::world::World;
use super::{footer, header, overlays, page, palette, panes, sheet, text, wizard};

/// Draws everything into `area`; gives where the terminal's cursor belongs, when a text is being typed. Input methods open
/// their window there.
pub(super) fn draw(screen: &Screen, world: &World<'_>, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let area = area.intersection(buffer.area);
    let cursor = match divide(area, wishes(screen, world)) {
        Layout::Nothing => None,
        Layout::Small(area) => {
            header::too_small(world, area, buffer);
            None
        }
        Layout::Full {
            header,
            body,
            footer,
            panes,
        } => {
            header::draw(screen.layers.is_empty(), world, header, buffer);
            draw_panes(screen, world, body, &panes, buffer);
            let cursor = draw_layers(screen, world, body, buffer);
            if let Some(Layer::Filter(filter)) = screen.layers.last() {
                overlays::filter(filter, world, footer, buffer)
            } else {
                footer::draw(screen, world, footer, buffer);
                cursor
            }
        }
    };
    text::sweep(buffer);
    cursor.filter(|position| area.contains(*position))
}

fn wishes(screen: &Screen, world: &World<'_>) -> Wishes {
    Wishes {
        header_folded: screen.header_folded,
        zoomed: screen.zoomed,
        services: world.session.services.len(),
        foot: screen.foot,
    }
}

/// The service whose log is in sight in a picture of this size: opened, configured, and not covered by the wizard.
#[must_use]
pub(super) fn log_in_sight(screen: &Screen, world: &World<'_>, area: Rect) -> Option<ServiceKey> {
    let service = screen.service(world.session)?.key.clone();
    world.session.log_group(&service)?;
    let covered = screen
        .layers
        .iter()
        .any(|layer| matches!(layer, Layer::Wizard(_)));
    let seen = match divide(area, wishes(screen, world)) {
        Layout::Nothing | Layout::Small(_) => false,
        Layout::Full { panes, .. } => match panes {
            Panes::Zoomed(_) => screen.focus == Pane::Logs,
            Panes::Grid(areas) => areas.iter().any(|(pane, _)| *pane == Pane::Logs),
            Panes::Tabbed { .. } => screen.tab == Pane::Logs,
        },
    };
    (screen.logs_open && seen && !covered).then_some(service)
}

fn draw_panes(screen: &Screen, world: &World<'_>, body: Rect, panes: &Panes, buffer: &mut Buffer) {
    // What a layer covers wholly need not be drawn.
    let wizard = screen.layers.iter().any(|layer| match layer {
        Layer::Wizard(_) => true,
        Layer::Help(_)
        | Layer::Details(_)
        | Layer::Palette(_)
        | Layer::Filter(_)
        | Layer::Declare(_)
        | Layer::Note(_)
        | Layer::Pick(_)
        | Layer::Sheet(_)
        | Layer::Ask(_) => false,
    });
    if wizard {
        for (pane, area) in cover(body).1 {
            panes::draw(pane, screen, world, area, buffer);
        }
        return;
    }
    match panes {
        Panes::Zoomed(area) => panes::draw(screen.focus, screen, world, *area, buffer),
        Panes::Grid(areas) => {
            for (pane, area) in areas {
                panes::draw(screen.placed(*pane), screen, world, *area, buffer);
            }
        }
        Panes::Tabbed {
            services,
            tab,
            events,
        } => {
            panes::draw(Pane::Services, screen, world, *services, buffer);
            panes::draw(screen.placed(screen.tab), screen, world, *tab, buffer);
            let lines = panes::newest_events(world, usize::from(events.height), usize::from(events.width));
            panes::draw_lines(lines, *events, buffer);
        }
    }
}

fn draw_layers(screen: &Screen, world: &World<'_>, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    for layer in &screen.layers {
        cursor = match layer {
            Layer::Wizard(wizard) => wizard::draw(wizard, screen, world, cover(body).0, buffer),
            Layer::Help(scroll) => overlays::help(scroll, screen, world, body, buffer),
            Layer::Details(details) => page::details(details, screen, world, body, buffer),
            Layer::Palette(palette) => palette::draw(palette, screen, world, body, buffer),
            // Its line is the footer's.
            Layer::Filter(_) => None,
            Layer::Declare(declare) => overlays::declare(declare, world, body, buffer),
            Layer::Note(note) => overlays::note(note, world, body, buffer),
            Layer::Ask(ask) => overlays::ask(ask, world, body, buffer),
            Layer::Pick(pick) => sheet::pick(pick, world, body, buffer),
            Layer::Sheet(written) => sheet::draw(written, world, body, buffer),
        };
    }
    cursor
}
