//! By what the rows of a pane are sorted. The pane's own order comes first; `o` goes through the others.

use super::screen::Pane;

/// A thing to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The pane's own order: the runbook's, or newest first.
    Own,
    /// Burning services first, those that cannot be judged next.
    Burning,
    /// The name.
    Name,
    /// The 5xx rate, highest first.
    ErrorRate,
    /// The response time, longest first.
    Latency,
    /// When the present deployment began, newest first.
    Since,
    /// How long it served, longest first.
    Served,
    /// Tags, in the order of letters and numbers.
    Tags,
    /// The size, largest first.
    Size,
    /// The state.
    State,
}

impl SortBy {
    /// The message that names it in the title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Own => "sort-own",
            Self::Burning => "sort-burning",
            Self::Name => "sort-name",
            Self::ErrorRate => "column-5xx",
            Self::Latency => "sort-latency",
            Self::Since => "column-since",
            Self::Served => "column-served",
            Self::Tags => "column-tags",
            Self::Size => "column-size",
            Self::State => "column-state",
        }
    }
}

/// By what, and whether the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether the other way round.
    pub reversed: bool,
}

impl Sort {
    /// A pane's own order.
    pub const OWN: Self = Self {
        by: SortBy::Own,
        reversed: false,
    };

    /// Whether it is the pane's own order.
    #[must_use]
    pub fn is_own(self) -> bool {
        self.by == SortBy::Own && !self.reversed
    }

    /// The next thing to sort `pane` by, in its first direction.
    #[must_use]
    pub fn next(self, pane: Pane) -> Self {
        let all = choices(pane);
        let at = all.iter().position(|by| *by == self.by).unwrap_or(0);
        Self {
            by: all.get((at + 1) % all.len().max(1)).copied().unwrap_or(self.by),
            reversed: false,
        }
    }

    /// The same the other way round.
    #[must_use]
    pub const fn turned(self) -> Self {
        Self {
            by: self.by,
            reversed: !self.reversed,
        }
    }

    /// `▼` for the first direction, `▲` for the other.
    #[must_use]
    pub const fn arrow(self) -> &'static str {
        if self.reversed { "▲" } else { "▼" }
    }

    /// Puts rows into this order. `compare` gives the first direction; equal rows keep the pane's own order.
    pub(super) fn apply<T>(self, rows: &mut [T], compare: impl Fn(&T, &T) -> std::cmp::Ordering) {
        if self.by != SortBy::Own {
            rows.sort_by(|a, b| {
                let order = compare(a, b);
                if self.reversed { order.reverse() } else { order }
            });
        } else if self.reversed {
            rows.reverse();
        }
    }
}

/// What the rows of a pane can be sorted by. Charts have no rows, and a log is in the order of its time.
#[must_use]
pub(super) const fn choices(pane: Pane) -> &'static [SortBy] {
    match pane {
        Pane::Services => &[
            SortBy::Own,
            SortBy::Burning,
            SortBy::Name,
            SortBy::ErrorRate,
            SortBy::Latency,
            SortBy::Since,
        ],
        Pane::Revisions => &[SortBy::Own, SortBy::Served, SortBy::ErrorRate],
        Pane::Deployments => &[SortBy::Own, SortBy::State],
        Pane::Images => &[SortBy::Own, SortBy::Tags, SortBy::Size],
        Pane::Events => &[SortBy::Own],
        Pane::ErrorRate | Pane::Latency | Pane::Logs => &[],
    }
}

/// Largest first; what is not known comes last.
#[must_use]
pub(super) fn largest(a: Option<f64>, b: Option<f64>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => std::cmp::Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_on_comes_back_to_the_pane_s_own_order() {
        for pane in [Pane::Services, Pane::Revisions, Pane::Images, Pane::Events] {
            let mut sort = Sort::OWN;
            for _ in choices(pane) {
                sort = sort.next(pane);
            }
            assert!(sort.is_own(), "{pane:?}");
        }
        assert!(!Sort::OWN.turned().is_own());
    }

    #[test]
    fn what_is_not_known_comes_last_and_equal_rows_keep_their_order() {
        let mut rows = [("a", None), ("b", Some(1.0)), ("c", Some(4.0)), ("d", Some(1.0))];
        let sort = Sort {
            by: SortBy::ErrorRate,
            reversed: false,
        };
        sort.apply(&mut rows, |a, b| largest(a.1, b.1));
        assert_eq!(rows.map(|row| row.0), ["c", "b", "d", "a"]);
    }
}
