//! Columns that give way: when there is not room for all, the least important go first.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::text;

/// Cells between two columns.
const GAP: usize = 2;

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its head.
    pub title: String,
    /// Cells that it takes.
    pub cells: usize,
    /// How soon it gives way: the highest rank goes first, rank 0 never.
    pub rank: u8,
    /// Whether its text stands at the right.
    pub right: bool,
    /// Whether it takes the room that is left over.
    pub grows: bool,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub(crate) fn new(title: impl Into<String>, cells: usize, rank: u8) -> Self {
        let title = title.into();
        // A head that is cut says nothing; in Japanese it is often wider than what stands under it.
        let cells = cells.max(text::width(&title));
        Self {
            title,
            cells,
            rank,
            right: false,
            grows: false,
        }
    }

    /// A column of numbers.
    #[must_use]
    pub(crate) fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// A column that takes what is left over.
    #[must_use]
    pub(crate) fn growing(mut self) -> Self {
        self.grows = true;
        self
    }
}

/// Columns fitted into a room.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<(usize, Column)>,
}

impl Table {
    /// As many of `columns` as fit into `room` cells.
    #[must_use]
    pub(crate) fn fit(columns: Vec<Column>, room: usize) -> Self {
        let mut kept: Vec<(usize, Column)> = columns.into_iter().enumerate().collect();
        while total(&kept) > room {
            let weakest = kept
                .iter()
                .enumerate()
                .filter(|(_, (_, c))| c.rank > 0)
                .max_by_key(|(_, (_, c))| c.rank);
            let Some((at, _)) = weakest else { break };
            kept.remove(at);
        }
        let left = room.saturating_sub(total(&kept));
        if let Some((_, column)) = kept.iter_mut().find(|(_, column)| column.grows) {
            column.cells += left;
        }
        Self { columns: kept }
    }

    /// The line of heads.
    #[must_use]
    pub(crate) fn head(&self, style: Style) -> Line<'static> {
        self.line(|_, column| Span::styled(place(&column.title, column), style))
    }

    /// A line of cells, one for each column that was given.
    #[must_use]
    pub(crate) fn row(&self, cells: &[(String, Style)]) -> Line<'static> {
        self.line(|at, column| {
            let (text, style) = cells.get(at).cloned().unwrap_or_default();
            Span::styled(place(&text, column), style)
        })
    }

    /// A line of the first `cells` and, from there to the end, one text: for a row that has nothing for its other columns.
    #[must_use]
    pub(crate) fn short_row(&self, cells: &[(String, Style)], text: &str, style: Style) -> Line<'static> {
        let mut spans = Vec::new();
        let kept = |at: usize| at < cells.len();
        for (at, column) in self.columns.iter().filter(|(at, _)| kept(*at)) {
            let (text, style) = cells.get(*at).cloned().unwrap_or_default();
            spans.push(Span::styled(place(&text, column), style));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        let rest: Vec<(usize, Column)> = self
            .columns
            .iter()
            .filter(|(at, _)| !kept(*at))
            .cloned()
            .collect();
        spans.push(Span::styled(text::cut(text, total(&rest)), style));
        Line::from(spans)
    }

    fn line(&self, cell: impl Fn(usize, &Column) -> Span<'static>) -> Line<'static> {
        let mut spans = Vec::new();
        for (nth, (at, column)) in self.columns.iter().enumerate() {
            if nth > 0 {
                spans.push(Span::raw(" ".repeat(GAP)));
            }
            spans.push(cell(*at, column));
        }
        Line::from(spans)
    }
}

fn place(text: &str, column: &Column) -> String {
    if column.right {
        text::pad_left(text, column.cells)
    } else {
        text::pad(text, column.cells)
    }
}

fn total(columns: &[(usize, Column)]) -> usize {
    let cells: usize = columns.iter().map(|(_, column)| column.cells).sum();
    cells + GAP * columns.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &Line<'_>) -> String {
        line.spans.iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn the_least_important_column_goes_first_and_the_rest_is_given_away() {
        let columns = || {
            vec![
                Column::new("a", 2, 0),
                Column::new("b", 3, 2).right(),
                Column::new("c", 2, 1).growing(),
            ]
        };
        let cells = [
            ("日本".to_owned(), Style::new()),
            ("1".to_owned(), Style::new()),
            ("x".to_owned(), Style::new()),
        ];
        assert_eq!(said(&Table::fit(columns(), 13).row(&cells)), "…     1  x   ");
        assert_eq!(said(&Table::fit(columns(), 8).head(Style::new())), "a   c   ");
        assert_eq!(said(&Table::fit(columns(), 1).head(Style::new())), "a ");
    }
}
