//! "Did you mean": the known name that a mistyped one is closest to.

/// The one of `known` that is closest to `typed`, when it is close enough to be what was meant.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance is quadratic; nobody mistypes a name of this length.
    if typed.len() > 128 {
        return None;
    }
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["production", "staging"];
        assert_eq!(nearest("prodcution", known), Some("production"));
        assert_eq!(nearest("stagin", known), Some("staging"));
        assert_eq!(nearest("dev", known), None);
        assert_eq!(nearest(&"p".repeat(4096), known), None);
    }
}
