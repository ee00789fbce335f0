//! What must hold of the tables `github` and `prisma`: names that end up in addresses, files and commands.

use std::ops::{Range, RangeInclusive};

use super::error::Finding;
use super::{Github, GithubInputs, Prisma, Runbook};

/// How long the status command may be given, in seconds. Three of them are run in a row, and nobody waits longer for a check.
const SECONDS: RangeInclusive<u32> = 5..=600;

type Span = Option<Range<usize>>;

/// The first thing that is wrong; `at` says where `key` of `table` stands.
pub(super) fn check(runbook: &Runbook, at: impl Fn(&str, &str) -> Span) -> Result<(), Finding> {
    if let Some(it) = &runbook.github {
        github(it, |key| at("github", key))?;
    }
    if let Some(it) = &runbook.prisma {
        prisma(it, |key| at("prisma", key))?;
    }
    Ok(())
}

fn github(it: &Github, at: impl Fn(&str) -> Span) -> Result<(), Finding> {
    if let Some(repository) = &it.repository
        && !is_repository(repository)
    {
        return Err(
            Finding::new(at("repository"), format!("`{repository}` is no repository"))
                .hint("write OWNER/REPOSITORY"),
        );
    }
    if !is_api(&it.api) {
        return Err(
            Finding::new(at("api"), format!("`{}` is no address of an API", it.api)).hint(
                "write an https address without credentials, such as https://github.example.com/api/v3; the token is sent there",
            ),
        );
    }
    if let Some(name) = &it.r#ref
        && !is_ref(name)
    {
        return Err(Finding::new(at("ref"), format!("`{name}` is no branch or tag"))
            .hint("write a name such as main"));
    }
    inputs(&it.inputs, || at("inputs"))
}

/// `OWNER/REPOSITORY` in GitHub's alphabet: letters, digits and `-` for the owner (`_` in accounts that a company manages),
/// also `.` for the repository, which cannot be `.` or `..`.
fn is_repository(text: &str) -> bool {
    let word = |text: &str, more: &[u8], most: usize| {
        (1..=most).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    text.split_once('/').is_some_and(|(owner, name)| {
        word(owner, b"-_", 39)
            && !owner.starts_with('-')
            && word(name, b"-_.", 100)
            && !matches!(name, "." | "..")
    })
}

/// An https address, or http on this machine; a token goes there, so it has no credentials, query or fragment of its own.
fn is_api(url: &str) -> bool {
    let (rest, near_only) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    if !rest
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~:/[]".contains(&b))
    {
        return false;
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let near = matches!(host, "localhost" | "::1") || is_loopback(host);
    !host.is_empty() && (near || !near_only)
}

/// An IPv4 address that begins with 127, written out in full.
fn is_loopback(host: &str) -> bool {
    let parts: Vec<Option<u8>> = host.split('.').map(|part| part.parse().ok()).collect();
    parts.len() == 4 && parts.iter().all(Option::is_some) && parts.first() == Some(&Some(127))
}

/// A name that git allows for a branch or tag, without the signs that mean something else to it (git-check-ref-format).
fn is_ref(name: &str) -> bool {
    name.len() <= 255
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains("//")
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c))
}

fn inputs(inputs: &GithubInputs, span: impl Fn() -> Span) -> Result<(), Finding> {
    let all = [
        Some(&inputs.environment),
        Some(&inputs.service),
        Some(&inputs.version),
        inputs.correlation.as_ref(),
    ];
    let mut seen: Vec<&str> = Vec::new();
    for name in all.into_iter().flatten() {
        let word = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !word {
            return Err(Finding::new(span(), format!("`{name}` is no name of an input"))
                .hint("letters, digits, `-` and `_`, beginning with a letter or `_`"));
        }
        if seen.contains(&name.as_str()) {
            return Err(
                Finding::new(span(), format!("two inputs are called `{name}`")).hint("each takes one thing")
            );
        }
        seen.push(name);
    }
    Ok(())
}

fn prisma(it: &Prisma, at: impl Fn(&str) -> Span) -> Result<(), Finding> {
    for (key, command) in [
        ("status-command", &it.status_command),
        ("reset-command", &it.reset_command),
    ] {
        if command.is_empty() {
            return Err(Finding::new(at(key), format!("`{key}` is empty"))
                .hint("write the command as a list of words"));
        }
    }
    let words: Vec<&str> = it.status_command.iter().map(String::as_str).collect();
    // It is run at every preflight and against production; nothing that changes a database may stand there.
    if let Some(word) = words
        .iter()
        .find(|word| matches!(**word, "reset" | "deploy" | "dev" | "resolve" | "push"))
    {
        return Err(Finding::new(
            at("status-command"),
            format!("`{word}` changes a database, and this command is run by itself"),
        )
        .hint("write a command that only tells the state, such as npx prisma migrate status"));
    }
    let folder = &it.migrations_folder;
    if folder.starts_with(['/', '\\', '~']) || folder.split(['/', '\\']).any(|part| part == "..") {
        return Err(Finding::new(
            at("migrations-folder"),
            format!("`{folder}` is not below the folder of the command"),
        )
        .hint("write a relative path such as prisma/migrations"));
    }
    if !SECONDS.contains(&it.timeout_seconds) {
        return Err(Finding::new(
            at("timeout-seconds"),
            format!(
                "`timeout-seconds` must be from {} to {}",
                SECONDS.start(),
                SECONDS.end()
            ),
        )
        .hint("docs/runbook-format.md says what it means"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        for right in ["a/b", "my-org/web.app", "user_co/x_y", "A1/_"] {
            assert!(is_repository(right), "{right}");
        }
        for wrong in [
            "", "a", "a/", "/b", "a/b/c", "a/..", "a/.", "-a/b", "a b/c", "a/b?x", "a/é",
        ] {
            assert!(!is_repository(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_token_goes_to_https_or_to_this_machine() {
        for right in [
            "https://api.github.com",
            "https://ghe.example.com/api/v3",
            "http://127.0.0.1:4500/github",
            "http://localhost:1",
            "http://[::1]:80/x",
        ] {
            assert!(is_api(right), "{right}");
        }
        for wrong in [
            "",
            "api.github.com",
            "ftp://x",
            "http://ghe.example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "https://me:pw@api.github.com",
            "https://x/?a=b",
            "https://x/#y",
            "https://",
            "https://x y",
        ] {
            assert!(!is_api(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_ref_is_a_name_that_git_allows() {
        for right in ["main", "release/1.2", "v1.2.3", "a@b"] {
            assert!(is_ref(right), "{right}");
        }
        for wrong in ["-f", "a..b", "a b", "a~1", "a:b", "/a", "a/", "a@{1}", "x\\y"] {
            assert!(!is_ref(wrong), "{wrong}");
        }
    }
}
