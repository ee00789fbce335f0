//! A bar of parts.

use ratatui::style::Style;
use ratatui::text::Span;

/// A bar of `cells` cells: each part in the share of its count, the rest dotted. A part that is not empty is seen.
#[must_use]
pub(crate) fn bar(
    parts: &[(u32, &'static str, Style)],
    whole: u32,
    cells: usize,
    rest: Style,
) -> Vec<Span<'static>> {
    let sum = parts
        .iter()
        .fold(0u32, |sum, (count, _, _)| sum.saturating_add(*count));
    let whole = whole.max(sum).max(1);
    let mut spans = Vec::new();
    let mut left = cells;
    for (count, glyph, style) in parts {
        let exact = u64::from(*count) * cells as u64 / u64::from(whole);
        let share = usize::try_from(exact)
            .unwrap_or(cells)
            .max(usize::from(*count > 0))
            .min(left);
        left -= share;
        if share > 0 {
            spans.push(Span::styled(glyph.repeat(share), *style));
        }
    }
    if left > 0 {
        spans.push(Span::styled("·".repeat(left), rest));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(parts: &[(u32, &'static str)], whole: u32, cells: usize) -> String {
        let parts: Vec<_> = parts
            .iter()
            .map(|(count, glyph)| (*count, *glyph, Style::new()))
            .collect();
        bar(&parts, whole, cells, Style::new())
            .iter()
            .map(|span| span.content.as_ref())
            .collect()
    }

    #[test]
    fn parts_have_their_share_and_never_more_than_the_room() {
        assert_eq!(drawn(&[(2, "█"), (1, "▒")], 4, 8), "████▒▒··");
        assert_eq!(drawn(&[(1, "█")], 1000, 4), "█···");
        assert_eq!(drawn(&[(9, "█"), (9, "▒")], 4, 4), "██▒▒");
        assert_eq!(drawn(&[(3, "█")], 3, 0), "");
        assert_eq!(drawn(&[], 0, 3), "···");
    }
}
