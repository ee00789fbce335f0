//! Bars over time with a threshold line and the moments at which the version changed.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::text;

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A moment to mark under the bars.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    /// When.
    pub at: Timestamp,
    /// What is brought from then on.
    pub after: String,
}

/// Bars over time.
pub(crate) struct Chart<'a> {
    /// A value for each column, the newest last; a gap stays a gap.
    pub values: &'a [Option<f64>],
    /// When the first column begins.
    pub from: Timestamp,
    /// Minutes that a column stands for.
    pub minutes: i64,
    /// What is drawn as a line; values over it are bad.
    pub threshold: Option<f64>,
    /// The label beside the threshold line.
    pub threshold_label: String,
    /// What served at the left edge.
    pub before: String,
    /// The changes of version within the time shown, oldest first.
    pub markers: &'a [Marker],
    /// How a value reads at the left.
    pub label: &'a dyn Fn(f64) -> String,
    /// How a moment reads below.
    pub time: &'a dyn Fn(Timestamp) -> String,
    /// Styles: fine, bad, muted, marker.
    pub styles: [Style; 4],
}

/// Minutes that one of `cells` columns stands for, so that `minutes` of them fit.
#[must_use]
pub(crate) fn per_column(minutes: usize, cells: usize) -> usize {
    minutes.div_ceil(cells.max(1)).max(1)
}

/// The columns for `minutes` minutes that begin at `from`: the worst minute of each, a gap where there is none.
#[must_use]
pub(crate) fn columns(
    from: Timestamp,
    minutes: usize,
    per_column: usize,
    value: impl Fn(Timestamp) -> Option<f64>,
) -> Vec<Option<f64>> {
    let minute = |at: usize| {
        let offset = i64::try_from(at).ok().map(SignedDuration::from_mins)?;
        value(from.checked_add(offset).ok()?)
    };
    (0..minutes)
        .step_by(per_column.max(1))
        .map(|first| {
            (first..minutes.min(first + per_column.max(1)))
                .filter_map(minute)
                .reduce(f64::max)
        })
        .collect()
}

impl Chart<'_> {
    /// Draws it. In less than three rows only the bars are left.
    pub(crate) fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let [fine, bad, muted, marked] = self.styles;
        let known = self.values.iter().flatten().copied().fold(0.0, f64::max);
        let scale = (known * 1.1)
            .max(self.threshold.unwrap_or(0.0) * 1.25)
            .max(f64::MIN_POSITIVE);
        let top = (self.label)(scale);
        let labels = text::width(&top)
            .max(self.threshold.map_or(0, |t| text::width(&(self.label)(t))))
            .max(3);
        let extra = if area.height >= 5 {
            2
        } else {
            u16::from(area.height >= 3)
        };
        let rows = area.height.saturating_sub(extra);
        let left = u16::try_from(labels + 1).unwrap_or(u16::MAX);
        if rows == 0 || area.width <= left {
            return;
        }
        let plot = Rect {
            x: area.x + left,
            width: area.width - left,
            height: rows,
            ..area
        };
        let shown = self.values.len().min(usize::from(plot.width));
        let values = &self.values[self.values.len() - shown..];
        // The floor is for values of nothing; where there is room the line stands above it.
        let lowest = u16::from(rows >= 3);
        let line = self
            .threshold
            .map(|t| ((t / scale * f64::from(rows)).round() as u16).clamp(lowest, rows - 1));
        for row in 0..rows {
            let y = plot.y + rows - 1 - row;
            let label = if line == Some(row) {
                self.threshold.map(self.label).unwrap_or_default()
            } else if row + 1 == rows {
                top.clone()
            } else if row == 0 {
                (self.label)(0.0)
            } else {
                String::new()
            };
            buffer.set_stringn(area.x, y, text::pad_left(&label, labels), labels, muted);
            buffer.set_stringn(plot.x - 1, y, "│", 1, muted);
            for (at, value) in values.iter().enumerate() {
                let x = plot.x + u16::try_from(at).unwrap_or(u16::MAX);
                let (glyph, style) = match value {
                    None if row == 0 => ("·", muted),
                    None => (if line == Some(row) { "┄" } else { " " }, muted),
                    Some(value) => {
                        let eighths = value / scale * f64::from(rows) * 8.0 - f64::from(row) * 8.0;
                        // A value of nothing is seen as a floor: it was measured.
                        let eighths = (eighths.round().clamp(0.0, 8.0) as usize).max(usize::from(row == 0));
                        let style = if self.threshold.is_some_and(|t| *value > t) {
                            bad
                        } else {
                            fine
                        };
                        match eighths {
                            0 if line == Some(row) => ("┄", muted),
                            eighths => (EIGHTHS.get(eighths).copied().unwrap_or("█"), style),
                        }
                    }
                };
                buffer.set_stringn(x, y, glyph, 1, style);
            }
            if line == Some(row) {
                // The line goes on to the edge, and says there what it is.
                let end = plot.x + u16::try_from(values.len()).unwrap_or(u16::MAX);
                for x in end..plot.right() {
                    buffer.set_stringn(x, y, "┄", 1, muted);
                }
                let label = &self.threshold_label;
                let wide = u16::try_from(text::width(label)).unwrap_or(u16::MAX);
                if end.saturating_add(wide) <= plot.right() {
                    buffer.set_stringn(plot.right() - wide, y, label, usize::from(wide), muted);
                }
            }
        }
        if extra >= 1 {
            self.draw_markers(plot, values.len(), area.y + rows, buffer, marked, muted);
        }
        if extra >= 2 {
            self.draw_times(plot, values.len(), area.y + rows + 1, buffer, muted);
        }
    }

    fn first_shown(&self, shown: usize) -> i64 {
        i64::try_from(self.values.len().saturating_sub(shown)).unwrap_or(0)
    }

    /// Which version served beneath the bars, with a mark where it changed. Where marks stand too close for their labels the
    /// newest one keeps its own: it is what is asked about.
    fn draw_markers(
        &self,
        plot: Rect,
        shown: usize,
        y: u16,
        buffer: &mut Buffer,
        marked: Style,
        muted: Style,
    ) {
        let width = usize::from(plot.width);
        let column_of = |at: Timestamp| {
            let minutes = at.duration_since(self.from).as_secs().div_euclid(60);
            let column = minutes.div_euclid(self.minutes.max(1)) - self.first_shown(shown);
            usize::try_from(column.max(0)).unwrap_or(0)
        };
        let put = |buffer: &mut Buffer, column: usize, text: &str, room: usize, style: Style| {
            let x = plot.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
            buffer.set_stringn(x, y, text, room, style);
        };
        // From the newest back, so that each knows how much room it has.
        let mut end = width;
        for (nth, marker) in self.markers.iter().enumerate().rev() {
            let after = text::cut(&marker.after, width.saturating_sub(2));
            let newest = nth + 1 == self.markers.len();
            // The label of the newest must have room, so its mark may stand a little to the left of its minute.
            let last = width.saturating_sub(text::width(&after) + 2);
            let column = if newest {
                column_of(marker.at).min(last)
            } else {
                column_of(marker.at)
            };
            if column >= end {
                // It would stand on the newer one.
                continue;
            }
            let room = end - column;
            let label = text::cut(&after, room.saturating_sub(3));
            put(buffer, column, "▼", room, marked);
            if newest {
                put(
                    buffer,
                    column + 1,
                    &format!(" {after}"),
                    room.saturating_sub(1),
                    marked,
                );
            } else if room > 5 {
                let wide = text::width(&label);
                put(buffer, column + 2, &label, room - 2, muted);
                for at in column + 3 + wide..end {
                    put(buffer, at, "─", 1, muted);
                }
            }
            end = column;
        }
        if self.before.is_empty() {
            return;
        }
        let before = text::cut(&self.before, end.saturating_sub(1));
        put(buffer, 0, &before, end, muted);
        if !self.markers.is_empty() {
            for at in text::width(&before) + 1..end {
                put(buffer, at, "─", 1, muted);
            }
        }
    }

    fn draw_times(&self, plot: Rect, shown: usize, y: u16, buffer: &mut Buffer, muted: Style) {
        let step = 18usize;
        let first = self.first_shown(shown);
        for column in (0..shown).step_by(step) {
            if column + 5 > usize::from(plot.width) {
                break;
            }
            let minutes = (first + i64::try_from(column).unwrap_or(0)).saturating_mul(self.minutes);
            let Ok(at) = self.from.checked_add(SignedDuration::from_mins(minutes)) else {
                continue;
            };
            let x = plot.x + u16::try_from(column).unwrap_or(0);
            let room = step
                .min(usize::from(plot.right().saturating_sub(x)))
                .saturating_sub(1);
            buffer.set_stringn(x, y, (self.time)(at), room, muted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[Option<f64>], width: u16, height: u16) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let chart = Chart {
            values,
            from: Timestamp::UNIX_EPOCH,
            minutes: 1,
            threshold: Some(1.0),
            threshold_label: "1 %".to_owned(),
            before: ":56".to_owned(),
            markers: &[Marker {
                at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(6),
                after: ":57".to_owned(),
            }],
            label: &|value| format!("{value:.1}"),
            time: &|_| "00:00".to_owned(),
            styles: [Style::new(); 4],
        };
        chart.draw(buffer.area, &mut buffer);
        (0..height)
            .map(|y| {
                (0..width)
                    .map(|x| buffer[(x, y)].symbol())
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn bars_threshold_marker_and_gaps() {
        let values = [
            Some(0.0),
            None,
            Some(0.0),
            Some(0.0),
            Some(0.0),
            Some(0.0),
            Some(4.0),
            Some(4.0),
        ];
        insta::assert_snapshot!(drawn(&values, 24, 6).join("\n"), @r"
        4.4│      ▅▅
           │      ██
        1.0│┄┄┄┄┄┄██┄┄┄┄┄┄┄┄┄1 %
        0.0│▁·▁▁▁▁██
            :56 ──▼ :57
            00:00
        ");
    }

    #[test]
    fn no_room_is_no_panic() {
        let values: Vec<_> = (0..200).map(|n| Some(f64::from(n))).collect();
        for width in 0..30 {
            for height in 0..9 {
                drawn(&values, width, height);
                drawn(&[], width, height);
            }
        }
    }

    #[test]
    fn a_column_is_its_worst_minute_and_a_gap_stays_one() {
        let from = Timestamp::UNIX_EPOCH;
        let value = |at: Timestamp| match at.as_second() / 60 {
            0 => Some(1.0),
            1 => Some(3.0),
            _ => None,
        };
        assert_eq!(columns(from, 5, 2, value), [Some(3.0), None, None]);
        assert_eq!(per_column(180, 55), 4);
        assert_eq!(per_column(180, 0), 180);
    }
}
