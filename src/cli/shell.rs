//! Words of a shell command, for lines that people copy.

/// A word as a POSIX shell reads it back. What is plain stays so; everything else is put between single quotes.
pub(super) fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte));
    if plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_stays_one_word() {
        assert_eq!(quoted("sha256:0a/b_c-d.e,f"), "sha256:0a/b_c-d.e,f");
        assert_eq!(
            quoted("migrations=it's fine; 互換"),
            "'migrations=it'\\''s fine; 互換'"
        );
        assert_eq!(quoted("$(id)"), "'$(id)'");
        assert_eq!(quoted(""), "''");
    }
}
