//! A list with a selected row. What is selected is remembered by id: when rows come, go or change places, it stays on the
//! thing that the operator chose.

use std::borrow::Borrow;
use std::cell::Cell;
use std::ops::Range;

use super::command::Command;

/// A way to move in a list or a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One up.
    Up,
    /// One down.
    Down,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
}

impl Motion {
    /// The motion that a command asks for, if it asks for one.
    #[must_use]
    pub fn of(command: Command) -> Option<Self> {
        [
            (Command::Up, Self::Up),
            (Command::Down, Self::Down),
            (Command::Top, Self::Top),
            (Command::Bottom, Self::Bottom),
            (Command::PageUp, Self::PageUp),
            (Command::PageDown, Self::PageDown),
        ]
        .into_iter()
        .find(|(asked, _)| *asked == command)
        .map(|(_, motion)| motion)
    }

    /// Where it leads from `at` among `len` places, `page` of which are seen.
    #[must_use]
    pub fn from(self, at: usize, len: usize, page: usize) -> usize {
        let last = len.saturating_sub(1);
        let page = page.max(1);
        match self {
            Self::Up => at.saturating_sub(1),
            Self::Down => at.saturating_add(1).min(last),
            Self::Top => 0,
            Self::Bottom => last,
            Self::PageUp => at.saturating_sub(page),
            Self::PageDown => at.saturating_add(page).min(last),
        }
    }
}

/// The selected row of a list, by id, and which rows are seen.
///
/// Where the window begins follows from the height that drawing finds, so drawing keeps it here.
#[derive(Clone, Debug)]
pub struct Listing<Id> {
    selected: Option<Id>,
    last: Cell<usize>,
    top: Cell<usize>,
    page: Cell<usize>,
}

impl<Id> Default for Listing<Id> {
    fn default() -> Self {
        Self {
            selected: None,
            last: Cell::new(0),
            top: Cell::new(0),
            page: Cell::new(1),
        }
    }
}

impl<Id: Clone + PartialEq> Listing<Id> {
    /// The selected row among `ids`: the chosen one, or, when it is gone, the row that took its place. The ids may be borrowed
    /// from the world, so that a long list costs no copy of it.
    #[must_use]
    pub fn at<B: Borrow<Id>>(&self, ids: &[B]) -> usize {
        self.locate(ids.len(), |at, id| {
            ids.get(at).is_some_and(|known| known.borrow() == id)
        })
    }

    /// The selected row among `len` rows, where `is` tells whether a row has an id.
    #[must_use]
    pub fn locate(&self, len: usize, is: impl Fn(usize, &Id) -> bool) -> usize {
        let found = self
            .selected
            .as_ref()
            .and_then(|selected| (0..len).find(|at| is(*at, selected)));
        let at = found.unwrap_or_else(|| self.last.get().min(len.saturating_sub(1)));
        self.last.set(at);
        at
    }

    /// The id that was chosen, whether or not it is still in the list.
    #[must_use]
    pub const fn chosen(&self) -> Option<&Id> {
        self.selected.as_ref()
    }

    /// The id of the selected row among `ids`.
    #[must_use]
    pub fn id<'a, B: Borrow<Id>>(&self, ids: &'a [B]) -> Option<&'a Id> {
        ids.get(self.at(ids)).map(Borrow::borrow)
    }

    /// Selects an id.
    pub fn select(&mut self, id: Id) {
        self.selected = Some(id);
    }

    /// Where a motion leads from the row `at` of `len`.
    #[must_use]
    pub fn step(&self, motion: Motion, at: usize, len: usize) -> usize {
        motion.from(at, len, self.page.get())
    }

    /// Moves.
    pub fn go<B: Borrow<Id>>(&mut self, motion: Motion, ids: &[B]) {
        let to = self.step(motion, self.at(ids), ids.len());
        if let Some(id) = ids.get(to) {
            self.selected = Some(id.borrow().clone());
            self.last.set(to);
        }
    }

    /// The rows that are seen when `height` of them fit; the selected one is among them.
    pub fn window<B: Borrow<Id>>(&self, ids: &[B], height: usize) -> Range<usize> {
        self.window_at(self.at(ids), ids.len(), height)
    }

    /// As `window`, with the row `at` of `len` selected.
    pub fn window_at(&self, at: usize, len: usize, height: usize) -> Range<usize> {
        let top = window_top(self.top.get(), at, len, height);
        self.top.set(top);
        self.page.set(height.saturating_sub(1).max(1));
        top..len.min(top.saturating_add(height))
    }
}

/// The first seen row so that `at` is seen, moving as little as possible.
fn window_top(top: usize, at: usize, len: usize, height: usize) -> usize {
    let highest = at.saturating_add(1).saturating_sub(height);
    top.max(highest).min(at).min(len.saturating_sub(height))
}

/// How far a page of lines is scrolled.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    top: Cell<usize>,
    len: Cell<usize>,
    page: Cell<usize>,
}

impl Scroll {
    /// Moves.
    pub fn go(&self, motion: Motion) {
        let page = self.page.get();
        let places = self.len.get().saturating_sub(page).saturating_add(1);
        self.top
            .set(motion.from(self.top.get(), places, page.saturating_sub(1)));
    }

    /// Scrolls so that `line` is seen, a little below the upper edge.
    pub fn show(&self, line: usize) {
        let page = self.page.get();
        let top = self.top.get();
        if line < top || line >= top.saturating_add(page) {
            let highest = self.len.get().saturating_sub(page);
            self.top.set(line.saturating_sub(page / 3).min(highest));
        }
    }

    /// The first line that is seen.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// To the beginning.
    pub fn reset(&self) {
        self.top.set(0);
    }

    /// The lines that are seen when `height` of `len` fit.
    pub fn window(&self, len: usize, height: usize) -> Range<usize> {
        self.len.set(len);
        self.page.set(height);
        let top = self.top.get().min(len.saturating_sub(height));
        self.top.set(top);
        top..len.min(top.saturating_add(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_follows_its_id_and_not_its_place() {
        let mut list = Listing::default();
        list.go(Motion::Down, &["a", "b", "c"]);
        assert_eq!(list.id(&["a", "b", "c"]), Some(&"b"));
        assert_eq!(list.id(&["new", "a", "b", "c"]), Some(&"b"));
        assert_eq!(list.at(&["new", "a", "b", "c"]), 2);
        // It is gone: the row that took its place, and never one that is not there.
        assert_eq!(list.id(&["new", "a", "c"]), Some(&"c"));
        assert_eq!(list.id::<&str>(&[]), None);
    }

    #[test]
    fn the_window_holds_the_selected_row_at_any_height() {
        let ids: Vec<u32> = (0..50).collect();
        let mut list = Listing::default();
        for motion in [
            Motion::Bottom,
            Motion::PageUp,
            Motion::Up,
            Motion::Top,
            Motion::PageDown,
            Motion::Down,
        ] {
            list.go(motion, &ids);
            for height in [0, 1, 2, 7, 50, 99] {
                let window = list.window(&ids, height);
                assert!(
                    height == 0 || window.contains(&list.at(&ids)),
                    "{motion:?} {height} {window:?}"
                );
                assert!(window.len() <= height);
            }
        }
    }

    #[test]
    fn a_page_scrolls_no_further_than_its_end() {
        let scroll = Scroll::default();
        assert_eq!(scroll.window(10, 4), 0..4);
        scroll.go(Motion::Bottom);
        assert_eq!(scroll.window(10, 4), 6..10);
        scroll.go(Motion::Down);
        assert_eq!(scroll.window(10, 4), 6..10);
        assert_eq!(scroll.window(2, 4), 0..2);
    }
}
