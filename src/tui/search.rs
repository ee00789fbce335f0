//! What is looked for, and where it is found: without regard to large and small letters, in any script.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::listing::Scroll;

/// Letters from which on a word may mean an id.
const LONG: usize = 5;

/// Words that are looked for. All of them must be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needle {
    words: Vec<Vec<char>>,
}

/// A letter without regard to its case. One letter stays one letter, so that places in the text stay what they are.
fn folded(c: char) -> char {
    if c.is_ascii() {
        c.to_ascii_lowercase()
    } else {
        c.to_lowercase().next().unwrap_or(c)
    }
}

/// The byte range of the first occurrence of `word` in `text` at or after the byte `from`.
fn find(text: &str, word: &[char], from: usize) -> Option<Range<usize>> {
    let first = *word.first()?;
    let tail = text.get(from..)?;
    tail.char_indices()
        .filter(|(_, c)| folded(*c) == first)
        .find_map(|(at, _)| {
            let mut rest = tail.get(at..)?.chars();
            let same = word
                .iter()
                .all(|wanted| rest.next().is_some_and(|c| folded(c) == *wanted));
            let length: usize = tail.get(at..)?.chars().take(word.len()).map(char::len_utf8).sum();
            same.then_some(from + at..from + at + length)
        })
}

impl Needle {
    /// The words of `text`, parted by spaces, the full-width one too.
    #[must_use]
    pub(super) fn new(text: &str) -> Self {
        Self {
            words: text
                .split_whitespace()
                .map(|word| word.chars().map(folded).collect())
                .collect(),
        }
    }

    /// Whether each word occurs in one of `fields`.
    #[must_use]
    pub(super) fn passes(&self, fields: &[&str]) -> bool {
        self.passes_or_id(fields, &[])
    }

    /// As `passes`; a word that is long enough to mean an id may also occur in one of `ids`. In a digest of 64 digits nearly
    /// any short number occurs somewhere.
    #[must_use]
    pub(super) fn passes_or_id(&self, fields: &[&str], ids: &[&str]) -> bool {
        self.words.iter().all(|word| {
            let has = |field: &&str| find(field, word, 0).is_some();
            fields.iter().any(has) || (word.len() >= LONG && ids.iter().any(has))
        })
    }

    /// Where the words occur in `text`, in order and apart.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        for word in &self.words {
            let mut from = 0;
            while let Some(place) = find(text, word, from) {
                from = place.end;
                places.push(place);
            }
        }
        places.sort_by_key(|place| (place.start, place.end));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for place in places {
            match apart.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                Some(_) | None => apart.push(place),
            }
        }
        apart
    }

    /// The line with every match made to stand out: underlined, so that it is seen without colour too.
    #[must_use]
    pub(super) fn mark(&self, line: Line<'static>, style: Style) -> Line<'static> {
        if self.words.is_empty() {
            return line;
        }
        let mut spans = Vec::new();
        for span in line.spans {
            let places = self.places(&span.content);
            if places.is_empty() {
                spans.push(span);
                continue;
            }
            let text = span.content.as_ref();
            let mut from = 0;
            let marked = span.style.patch(style).add_modifier(Modifier::UNDERLINED);
            for place in places {
                let (before, hit) = (text.get(from..place.start), text.get(place.clone()));
                spans.push(Span::styled(before.unwrap_or_default().to_owned(), span.style));
                spans.push(Span::styled(hit.unwrap_or_default().to_owned(), marked));
                from = place.end;
            }
            spans.push(Span::styled(
                text.get(from..).unwrap_or_default().to_owned(),
                span.style,
            ));
        }
        Line {
            spans,
            ..Line::default()
        }
        .style(line.style)
    }
}

/// What is looked for in a page. Which lines have it follows from how the page is folded, so drawing keeps them here.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    text: String,
    hits: RefCell<Vec<usize>>,
    at: Cell<Option<usize>>,
}

impl Finder {
    /// Looks for something else; the first match is gone to.
    pub(super) fn look_for(&mut self, text: String) {
        *self = Self {
            text,
            hits: RefCell::default(),
            at: Cell::new(None),
        };
    }

    /// What is looked for.
    #[must_use]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Keeps which of `lines` have it and marks them. A new search shows its first match.
    pub(super) fn mark(
        &self,
        lines: Vec<Line<'static>>,
        scroll: &Scroll,
        height: usize,
        style: Style,
    ) -> Vec<Line<'static>> {
        if self.text.trim().is_empty() {
            return lines;
        }
        let needle = Needle::new(&self.text);
        let hits: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| {
                let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
                needle.passes(&[&text])
            })
            .map(|(at, _)| at)
            .collect();
        if self.at.get().is_none()
            && let Some(first) = hits.first()
        {
            self.at.set(Some(*first));
            scroll.window(lines.len(), height);
            scroll.show(*first);
        }
        self.hits.replace(hits);
        lines.into_iter().map(|line| needle.mark(line, style)).collect()
    }

    /// Goes to the next match, or the one before, round the end. Whether there is one.
    pub(super) fn go(&self, forward: bool, scroll: &Scroll) -> bool {
        let hits = self.hits.borrow();
        let at = self.at.get().unwrap_or_else(|| scroll.top());
        let found = if forward {
            hits.iter().find(|hit| **hit > at).or_else(|| hits.first())
        } else {
            hits.iter().rev().find(|hit| **hit < at).or_else(|| hits.last())
        };
        if let Some(hit) = found {
            self.at.set(Some(*hit));
            scroll.show(*hit);
        }
        found.is_some() && !self.text.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_found_in_any_script_and_case() {
        let passes = |needle: &str, fields: &[&str]| Needle::new(needle).passes(fields);
        assert!(passes("V1.4", &["backend", "v1.4.0"]));
        assert!(passes("backend v1", &["backend", "v1.4.0"]));
        assert!(passes("削除", &["イメージは削除済み"]));
        assert!(
            passes("なし　取得", &["なし", "取得不可"]),
            "a full-width space parts words"
        );
        assert!(passes("ÉTÉ", &["l'été"]));
        assert!(!passes("backend v2", &["backend", "v1.4.0"]));
        assert!(
            !passes("backendv1", &["backend", "v1.4.0"]),
            "a word is not spread over fields"
        );
        assert!(passes("", &[]));
        let id = ["sha256:61b24effdd61fc97"];
        assert!(!Needle::new("61").passes_or_id(&["v1.3.4"], &id));
        assert!(Needle::new("61b24e").passes_or_id(&["v1.3.4"], &id));
    }

    #[test]
    fn matches_are_marked_and_the_text_stays_the_same() {
        let line = Line::from(vec![Span::raw("デプロイが完了（Backend）"), Span::raw("backend")]);
        let marked = Needle::new("完了 backend").mark(line, Style::new());
        let text: String = marked.spans.iter().map(|span| span.content.as_ref()).collect();
        assert_eq!(text, "デプロイが完了（Backend）backend");
        let hits: Vec<&str> = marked
            .spans
            .iter()
            .filter(|span| span.style.add_modifier.contains(Modifier::UNDERLINED))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!(hits, ["完了", "Backend", "backend"]);
    }

    #[test]
    fn the_finder_goes_round() {
        let mut finder = Finder::default();
        finder.look_for("b".to_owned());
        let scroll = Scroll::default();
        let lines = || ["a", "b", "c", "ab"].map(Line::from).to_vec();
        drop(finder.mark(lines(), &scroll, 2, Style::new()));
        scroll.window(4, 2);
        assert!(finder.go(true, &scroll));
        assert_eq!(scroll.window(4, 2), 2..4);
        assert!(finder.go(true, &scroll));
        assert!(scroll.window(4, 2).contains(&1));
        finder.look_for("zz".to_owned());
        drop(finder.mark(lines(), &scroll, 2, Style::new()));
        assert!(!finder.go(true, &scroll));
    }
}
