//! Where somebody stands in a log: at its newest line, which keeps moving, or at a chosen line, which stays.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use crate::domain::{Clean, LogWindow};

use super::listing::Motion;

/// Position in a log, and how its lines are shown.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    /// The chosen line; without one the newest is followed.
    chosen: Option<Clean>,
    /// Whether long lines are folded instead of clipped.
    pub wrap: bool,
    /// What `n` and `N` look for among all lines.
    pub search: Option<String>,
    /// The row of the chosen line when it was last seen, for when the line is gone.
    last: Cell<usize>,
    /// The line at the top of the picture; drawing keeps it here, since it follows from the height.
    top: RefCell<Option<Clean>>,
    page: Cell<usize>,
}

impl LogView {
    /// Whether the newest line is followed.
    #[must_use]
    pub const fn is_following(&self) -> bool {
        self.chosen.is_none()
    }

    /// Follows the newest line.
    pub fn follow(&mut self) {
        self.chosen = None;
    }

    /// Stands at a line.
    pub fn choose(&mut self, id: Clean) {
        self.chosen = Some(id);
    }

    /// The row, among `rows` (places in `window`, the oldest first), where one stands.
    #[must_use]
    pub fn at(&self, rows: &[usize], window: &LogWindow) -> usize {
        let end = rows.len().saturating_sub(1);
        let Some(chosen) = &self.chosen else {
            return end;
        };
        let at = position(chosen, rows, window).unwrap_or_else(|| self.last.get().min(end));
        self.last.set(at);
        at
    }

    /// Moves. To the end, or beyond it, is to follow again.
    pub fn go(&mut self, motion: Motion, rows: &[usize], window: &LogWindow) {
        let end = rows.len().saturating_sub(1);
        let from = self.at(rows, window);
        let to = motion.from(from, rows.len(), self.page.get());
        let beyond = from == end && to == end && matches!(motion, Motion::Down | Motion::PageDown);
        if beyond || motion == Motion::Bottom {
            self.follow();
        } else if let Some(line) = rows.get(to).and_then(|nth| window.get(*nth)) {
            self.choose(line.id.clone());
            self.last.set(to);
        }
    }

    /// The rows that are seen when the rows have these heights and `height` cells are free; the one where one stands is
    /// among them, and the picture moves as little as possible.
    pub fn seen(
        &self,
        rows: &[usize],
        window: &LogWindow,
        height: usize,
        tall: impl Fn(usize) -> usize,
    ) -> Range<usize> {
        let at = self.at(rows, window);
        let before = self
            .top
            .borrow()
            .as_ref()
            .and_then(|top| position(top, rows, window));
        // The first row of the picture so that `last` is its last one.
        let first_for = |last: usize| {
            let mut used = 0;
            let mut first = last;
            for row in (0..=last).rev() {
                used += tall(row).max(1);
                if used > height {
                    break;
                }
                first = row;
            }
            first
        };
        let end = rows.len().saturating_sub(1);
        let lowest = first_for(end);
        let top = match (self.is_following(), before) {
            (true, _) => lowest,
            (false, before) => before.unwrap_or(lowest).max(first_for(at)).min(at).min(lowest),
        };
        let mut used = 0;
        let mut bottom = top;
        while bottom < rows.len() && used < height {
            used += tall(bottom).max(1);
            bottom += 1;
        }
        *self.top.borrow_mut() = rows
            .get(top)
            .and_then(|nth| window.get(*nth))
            .map(|line| line.id.clone());
        self.page.set((bottom - top).saturating_sub(1).max(1));
        top..bottom
    }
}

/// The row of a line.
fn position(id: &Clean, rows: &[usize], window: &LogWindow) -> Option<usize> {
    rows.iter()
        .position(|nth| window.get(*nth).is_some_and(|line| line.id == *id))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{LogBatch, LogLine};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_410_000 + second).unwrap()
    }

    fn add(window: &mut LogWindow, seconds: Range<i64>) {
        let lines = seconds
            .clone()
            .map(|s| LogLine::new(&s.to_string(), at(s), "app/app/x", "line"))
            .collect();
        let batch = LogBatch {
            from: at(seconds.start),
            lines,
            complete: true,
        };
        window.take(batch, at(seconds.end));
    }

    fn all(window: &LogWindow) -> Vec<usize> {
        (0..window.len()).collect()
    }

    #[test]
    fn the_newest_is_followed_until_somebody_moves_and_again_after_the_end() {
        let mut window = LogWindow::default();
        add(&mut window, 0..10);
        let mut view = LogView::default();
        assert_eq!(view.seen(&all(&window), &window, 4, |_| 1), 6..10);
        add(&mut window, 10..12);
        assert_eq!(view.seen(&all(&window), &window, 4, |_| 1), 8..12);
        view.go(Motion::Up, &all(&window), &window);
        add(&mut window, 12..40);
        // The chosen line stays where it is in the picture while others arrive.
        assert_eq!(view.at(&all(&window), &window), 10);
        assert_eq!(view.seen(&all(&window), &window, 4, |_| 1), 8..12);
        view.go(Motion::Bottom, &all(&window), &window);
        assert!(view.is_following());
        assert_eq!(view.seen(&all(&window), &window, 4, |_| 1), 36..40);
        view.go(Motion::Top, &all(&window), &window);
        assert_eq!(view.seen(&all(&window), &window, 4, |_| 1), 0..4);
    }

    #[test]
    fn a_chosen_line_keeps_its_place_when_older_ones_are_let_go_of() {
        let mut window = LogWindow::default();
        add(&mut window, 0..2_000);
        let mut view = LogView::default();
        view.choose(Clean::new("1500"));
        view.seen(&all(&window), &window, 10, |_| 1);
        add(&mut window, 2_000..2_400);
        assert_eq!(view.at(&all(&window), &window), 1_100);
        let seen = view.seen(&all(&window), &window, 10, |_| 1);
        assert!(seen.contains(&1_100), "{seen:?}");
        // The line itself is gone: its place is taken, and never one that is not there.
        view.choose(Clean::new("3"));
        assert!(view.at(&all(&window), &window) < window.len());
    }

    #[test]
    fn tall_rows_leave_room_for_the_chosen_one_at_any_height() {
        let mut window = LogWindow::default();
        add(&mut window, 0..50);
        let rows = all(&window);
        let mut view = LogView::default();
        for motion in [
            Motion::Up,
            Motion::PageUp,
            Motion::Top,
            Motion::PageDown,
            Motion::Down,
        ] {
            view.go(motion, &rows, &window);
            for height in [0, 1, 2, 7, 90] {
                let seen = view.seen(&rows, &window, height, |row| row % 4 + 1);
                assert!(
                    height == 0 || seen.contains(&view.at(&rows, &window)),
                    "{motion:?} {height} {seen:?}"
                );
            }
        }
        assert_eq!(LogView::default().seen(&[], &window, 5, |_| 1), 0..0);
    }
}
