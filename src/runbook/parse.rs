//! From text to a runbook, or to the first thing that is wrong with it.

use toml::de::DeTable;

use super::error::Finding;
use super::{Runbook, RunbookError, json_schema, unknown, validate};

/// The largest runbook that is read, in bytes. A real one has some kilobytes.
const LIMIT: usize = 1 << 20;

/// Reads a runbook from `text`; `file` is how an error names it.
///
/// # Errors
/// The first thing that is wrong, with its line where it has one, and a hint.
pub fn parse(text: &str, file: &str) -> Result<Runbook, RunbookError> {
    read(text).map_err(|finding| finding.into_error(text, file))
}

fn read(text: &str) -> Result<Runbook, Finding> {
    if text.len() > LIMIT {
        return Err(
            Finding::new(None, "the file is larger than a megabyte").hint("check that this is the runbook")
        );
    }
    let tree = DeTable::parse(text).map_err(|error| Finding::new(error.span(), syntax(error.message())))?;
    let runbook: Runbook = toml::from_str(text).map_err(|error| {
        unknown::key(tree.get_ref(), &json_schema()).unwrap_or_else(|| shape(error.span(), error.message()))
    })?;
    validate::check(&runbook, tree.get_ref())?;
    Ok(runbook)
}

/// TOML's own words for a broken line, in the voice of the house.
fn syntax(message: &str) -> String {
    let mut line = message.lines().map(str::trim).collect::<Vec<_>>().join(", ");
    if let Some(first) = line.get(..1).map(str::to_lowercase) {
        line.replace_range(..1, &first);
    }
    line
}

/// Serde's words for a file whose keys or values are not those of a runbook.
fn shape(span: Option<std::ops::Range<usize>>, message: &str) -> Finding {
    if let Some((given, known)) = named(message, "unknown field `") {
        let finding = Finding::new(span, format!("unknown key `{given}`"));
        return suggest(finding, given, &known, "keys here");
    }
    if let Some((given, known)) = named(message, "unknown variant `") {
        let finding = Finding::new(span, format!("unknown value `{given}`"));
        return suggest(finding, given, &known, "it is one of");
    }
    if let Some(key) = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        return Finding::new(span, format!("the key `{key}` is missing"))
            .hint("docs/runbook-format.md says what it means");
    }
    Finding::new(span, syntax(message))
}

fn suggest(finding: Finding, given: &str, known: &[&str], label: &str) -> Finding {
    let listed = known.join(", ");
    let finding = finding.hint(format!("{label}: {listed}"));
    finding.did_you_mean(given, known.iter().copied())
}

/// Takes ``PREFIX given`, expected one of `a`, `b` `` apart.
fn named<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let rest = message.strip_prefix(prefix)?;
    // The given name may itself hold backticks or the words of the message; what serde lists after it never does.
    let at = rest.rfind("`, expected ")?;
    let known = rest.get(at + 1..)?.split('`').skip(1).step_by(2).collect();
    Some((rest.get(..at)?, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_s_lists_are_taken_apart() {
        let message = "unknown field `a`, expected `b`, expected one of `c`, `d`";
        assert_eq!(
            named(message, "unknown field `"),
            Some(("a`, expected `b", vec!["c", "d"]))
        );
        assert_eq!(
            named("unknown field `x`, expected `y` or `z`", "unknown field `"),
            Some(("x", vec!["y", "z"]))
        );
        assert_eq!(named("invalid type", "unknown field `"), None);
    }
}
