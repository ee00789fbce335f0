//! When to draw: on change, at most sixty times a second, and never for nothing.

use std::time::Duration;

use tokio::time::Instant;

/// The least time between two pictures.
const BETWEEN: Duration = Duration::from_micros(16_667);

/// The deadline of the next picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    wanted: bool,
    drawn: Option<Instant>,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            wanted: true,
            drawn: None,
        }
    }
}

impl Frames {
    /// Something that can be seen has changed.
    pub(super) const fn want(&mut self) {
        self.wanted = true;
    }

    /// When to draw; `None` while nothing has changed.
    #[must_use]
    pub(super) fn deadline(&self, moment: Instant) -> Option<Instant> {
        self.wanted
            .then(|| self.drawn.map_or(moment, |drawn| (drawn + BETWEEN).max(moment)))
    }

    /// A picture was drawn.
    pub(super) const fn drew(&mut self, moment: Instant) {
        self.wanted = false;
        self.drawn = Some(moment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_change_is_drawn_at_once_and_the_next_waits_its_turn() {
        let start = Instant::now();
        let mut frames = Frames::default();
        assert_eq!(frames.deadline(start), Some(start));
        frames.drew(start);
        assert_eq!(frames.deadline(start), None);
        frames.want();
        assert_eq!(frames.deadline(start), Some(start + BETWEEN));
        let later = start + Duration::from_secs(1);
        assert_eq!(frames.deadline(later), Some(later));
    }
}
