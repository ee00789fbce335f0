//! Who gets which part of the screen. All arithmetic saturates; no size is too small to answer for.

use ratatui::layout::{Rect, Size};

use super::screen::Pane;

/// Below this the panes have no room.
const LEAST: (u16, u16) = (40, 8);
/// Below this what is approved is not seen whole.
const APPROVES: (u16, u16) = (60, 16);
/// From this on the panes stand beside each other.
const WIDE: (u16, u16) = (100, 28);
/// From this height on a layer leaves the events in sight.
const TALL: u16 = 34;
/// From this width on a layer leaves the charts in sight too.
const BESIDE: u16 = 160;
/// From this width on events and log stand beside each other.
const BROAD: u16 = 180;

/// The parts of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Not even a line.
    Nothing,
    /// A few words: environment, account and state, and that there is no room for more.
    Small(Rect),
    /// The whole.
    Full {
        /// Environment, identity, verdict. It never leaves.
        header: Rect,
        /// Everything between header and footer.
        body: Rect,
        /// Keys and notices.
        footer: Rect,
        /// How the body is divided.
        panes: Panes,
    },
}

/// How the body is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Panes {
    /// Services, one of the other panes, and the newest events as bare lines.
    Tabbed {
        /// The services.
        services: Rect,
        /// The pane that is seen.
        tab: Rect,
        /// The newest events.
        events: Rect,
    },
    /// All panes.
    Grid(Vec<(Pane, Rect)>),
    /// One pane alone.
    Zoomed(Rect),
}

/// What the layout depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wishes {
    /// Whether the header is folded to one line.
    pub header_folded: bool,
    /// Whether the focused pane wants the whole screen.
    pub zoomed: bool,
    /// How many services there are.
    pub services: usize,
    /// Which of events and log has the lower place, where there is room for one of them only.
    pub foot: Pane,
}

/// Whether a screen of that size shows what keys act on. Where it does not, keys must not act.
#[must_use]
pub(super) const fn shows(size: Size) -> bool {
    size.width >= LEAST.0 && size.height >= LEAST.1
}

/// Whether a screen of that size shows a question whole, so that it may be answered.
#[must_use]
pub(super) const fn approves(size: Size) -> bool {
    size.width >= APPROVES.0 && size.height >= APPROVES.1
}

/// Divides `area`.
#[must_use]
pub(super) fn divide(area: Rect, wishes: Wishes) -> Layout {
    if area.is_empty() {
        return Layout::Nothing;
    }
    if !shows(area.as_size()) {
        return Layout::Small(area);
    }
    let (header, rest) = top(area, if wishes.header_folded { 1 } else { 2 });
    let (body, footer) = bottom(rest, 1);
    let rows = u16::try_from(wishes.services)
        .unwrap_or(u16::MAX)
        .saturating_add(3);
    let panes = if wishes.zoomed {
        Panes::Zoomed(body)
    } else if area.width >= WIDE.0 && area.height >= WIDE.1 {
        Panes::Grid(grid(body, rows, wishes.foot))
    } else {
        // The tab keeps at least half of the room.
        let (services, rest) = top(body, rows.min(body.height / 3).max(3));
        let (tab, events) = bottom(rest, if rest.height >= 8 { 2 } else { 0 });
        Panes::Tabbed {
            services,
            tab,
            events,
        }
    };
    Layout::Full {
        header,
        body,
        footer,
        panes,
    }
}

fn grid(body: Rect, service_rows: u16, foot: Pane) -> Vec<(Pane, Rect)> {
    let (upper, events) = bottom(body, (body.height / 4).max(5));
    let (left, right) = split(upper, upper.width / 2);
    let (services, revisions) = top(left, service_rows.clamp(5, (left.height / 2).max(5)));
    let (error_rate, rest) = top(right, (right.height * 2 / 5).max(7));
    let (latency, images) = top(rest, (rest.height / 2).max(5));
    let mut panes = vec![
        (Pane::Services, services),
        (Pane::Revisions, revisions),
        (Pane::ErrorRate, error_rate),
        (Pane::Latency, latency),
        (Pane::Images, images),
    ];
    if body.width >= BROAD {
        let (events, logs) = split(events, events.width * 2 / 5);
        panes.extend([(Pane::Events, events), (Pane::Logs, logs)]);
    } else {
        panes.push((foot, events));
    }
    panes
}

/// The room of a layer that covers the panes, and the panes that stay in sight beside it: on a tall screen the events below,
/// on a wide one also the charts at the right, which tell whether it helps.
#[must_use]
pub(super) fn cover(body: Rect) -> (Rect, Vec<(Pane, Rect)>) {
    if body.height.saturating_add(3) < TALL {
        return (body, Vec::new());
    }
    let (upper, events) = bottom(body, (body.height / 4).max(5));
    if body.width < BESIDE {
        return (upper, vec![(Pane::Events, events)]);
    }
    let (layer, right) = split(upper, body.width * 3 / 5);
    let (error_rate, rest) = top(right, right.height.div_ceil(3));
    let (latency, revisions) = top(rest, rest.height / 2);
    let panes = vec![
        (Pane::Events, events),
        (Pane::ErrorRate, error_rate),
        (Pane::Latency, latency),
        (Pane::Revisions, revisions),
    ];
    (layer, panes)
}

/// A box of that size in the middle of `area`, or as much of it as fits.
#[must_use]
pub(super) fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(area.width);
    let height = height.min(area.height);
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

fn top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (
        Rect { height, ..area },
        Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        },
    )
}

fn bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let (above, below) = top(area, area.height - height);
    (above, below)
}

fn split(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (
        Rect { width, ..area },
        Rect {
            x: area.x + width,
            width: area.width - width,
            ..area
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(layout: &Layout) -> Vec<Rect> {
        match layout {
            Layout::Nothing => Vec::new(),
            Layout::Small(area) => vec![*area],
            Layout::Full {
                header,
                body: _,
                footer,
                panes,
            } => {
                let mut parts = vec![*header, *footer];
                match panes {
                    Panes::Tabbed {
                        services,
                        tab,
                        events,
                    } => parts.extend([*services, *tab, *events]),
                    Panes::Grid(panes) => parts.extend(panes.iter().map(|(_, rect)| *rect)),
                    Panes::Zoomed(rect) => parts.push(*rect),
                }
                parts
            }
        }
    }

    #[test]
    fn at_any_size_the_parts_are_within_and_apart() {
        for width in (0..140).chain(175..185) {
            for height in 0..62 {
                for zoomed in [false, true] {
                    let area = Rect::new(0, 0, width, height);
                    let wishes = Wishes {
                        header_folded: false,
                        zoomed,
                        services: 2,
                        foot: Pane::Events,
                    };
                    let parts = parts(&divide(area, wishes));
                    let covered: u32 = parts.iter().map(|part| part.area()).sum();
                    assert!(
                        parts
                            .iter()
                            .all(|part| part.is_empty() || area.union(*part) == area)
                    );
                    assert!(covered <= area.area());
                    for (at, part) in parts.iter().enumerate() {
                        assert!(
                            parts
                                .iter()
                                .skip(at + 1)
                                .all(|other| part.intersection(*other).is_empty())
                        );
                    }
                    if width >= LEAST.0 && height >= LEAST.1 {
                        assert_eq!(covered, area.area(), "nothing is left out at {width}x{height}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_layer_leaves_more_in_sight_the_larger_the_screen_is() {
        let beside = |width, height| cover(Rect::new(0, 2, width, height)).1.len();
        assert_eq!((beside(80, 21), beside(120, 37), beside(200, 57)), (0, 1, 4));
        for width in [0, 40, 80, 159, 160, 200] {
            for height in [0, 8, 31, 57] {
                let body = Rect::new(0, 2, width, height);
                let (layer, panes) = cover(body);
                let covered: u32 = panes.iter().map(|(_, part)| part.area()).sum();
                assert_eq!(layer.area() + covered, body.area(), "{width}x{height}");
            }
        }
    }

    #[test]
    fn a_small_screen_has_tabs_and_a_large_one_has_all() {
        let wishes = Wishes {
            header_folded: false,
            zoomed: false,
            services: 2,
            foot: Pane::Events,
        };
        let at = |width, height| divide(Rect::new(0, 0, width, height), wishes);
        assert!(matches!(
            at(80, 24),
            Layout::Full {
                panes: Panes::Tabbed { .. },
                ..
            }
        ));
        assert!(matches!(
            at(120, 40),
            Layout::Full {
                panes: Panes::Grid(_),
                ..
            }
        ));
        assert!(matches!(at(20, 3), Layout::Small(_)));
        assert_eq!(at(0, 24), Layout::Nothing);
    }
}
