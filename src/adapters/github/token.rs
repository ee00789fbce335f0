//! The token: where it comes from, and that it goes nowhere but into one header.

use std::process::Stdio;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::OnceCell;

use crate::domain::{Fault, FaultKind};

/// How long `gh auth token` may take. It reads a key store and asks nobody.
const GH_LIMIT: Duration = Duration::from_secs(10);
/// Longer than any token that GitHub gives out, in bytes.
const TOKEN_LENGTH: usize = 4096;
const OPERATION: &str = "github.Token";

/// A token of GitHub. It has no `Debug`, no `Display` and no `Serialize`: there is no way to print, log or store it by
/// mistake.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token as it was given; space around it is dropped. `None` for nothing.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The token that every drill accepts. It opens nothing else.
    #[must_use]
    pub fn of_drill() -> Self {
        Self("drill".to_owned())
    }

    /// The header that carries it, marked so that it is not logged and not compressed.
    fn header(&self) -> Result<HeaderValue, Fault> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0))
            .ok()
            .filter(|_| self.0.is_ascii() && self.0.len() <= TOKEN_LENGTH)
            .ok_or_else(|| {
                Fault::new(
                    FaultKind::NoCredentials,
                    OPERATION,
                    "the token holds characters that no token of GitHub has",
                )
            })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Where the token comes from. The environment is read by the caller: `GH_TOKEN`, then `GITHUB_TOKEN`, then the `gh` command.
#[derive(Clone)]
pub enum TokenSource {
    /// It was given.
    Given(Token),
    /// `gh auth token` is asked, when the token is needed for the first time.
    GhCli,
    /// There is none; GitHub is asked without.
    None,
}

/// A source that is asked at most once with success.
pub(super) struct Keeper {
    source: TokenSource,
    host: String,
    found: OnceCell<Token>,
}

impl Keeper {
    /// For the API on `host` as `gh` calls it: `github.com`, or the name of an Enterprise Server.
    pub(super) fn new(source: TokenSource, host: String) -> Self {
        Self {
            source,
            host,
            found: OnceCell::new(),
        }
    }

    /// Whether GitHub is asked with a token.
    pub(super) const fn has_one(&self) -> bool {
        match self.source {
            TokenSource::Given(_) | TokenSource::GhCli => true,
            TokenSource::None => false,
        }
    }

    /// The header that carries the token, or nothing when there is no token to carry.
    ///
    /// # Errors
    /// `NoCredentials` when `gh` has none to give or the token cannot be sent.
    pub(super) async fn header(&self) -> Result<Option<HeaderValue>, Fault> {
        match &self.source {
            TokenSource::None => Ok(None),
            TokenSource::Given(token) => token.header().map(Some),
            TokenSource::GhCli => {
                // A failure is not kept: a person signs in with `gh auth login` and looks again.
                let token = self.found.get_or_try_init(|| ask_gh("gh", &self.host)).await?;
                token.header().map(Some)
            }
        }
    }
}

/// Runs `gh auth token` (GitHub CLI manual). What it prints to standard error is about its own settings and names no token.
async fn ask_gh(program: &str, host: &str) -> Result<Token, Fault> {
    let fault = |detail: &str| Fault::new(FaultKind::NoCredentials, OPERATION, detail);
    let mut command = tokio::process::Command::new(program);
    command
        .args(["auth", "token", "--hostname", host])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let ran = tokio::time::timeout(GH_LIMIT, command.output())
        .await
        .map_err(|_| fault("`gh auth token` did not answer within 10 s"))?
        .map_err(|error| fault(&format!("`gh auth token` could not be run: {}", error.kind())))?;
    let text = String::from_utf8(ran.stdout).unwrap_or_default();
    let token = Token::new(&text).filter(|token| ran.status.success() && token.0.len() <= TOKEN_LENGTH);
    token.ok_or_else(|| fault(&format!("`gh` is not signed in to {host}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_that_cannot_be_a_header_is_refused_without_being_shown() {
        for bad in ["s3cret\nHost: x", "s3crét", &"x".repeat(5000)] {
            let source = TokenSource::Given(Token::new(bad).unwrap());
            let fault = Keeper::new(source, "github.com".to_owned())
                .header()
                .await
                .unwrap_err();
            assert_eq!(fault.kind, FaultKind::NoCredentials);
            assert!(!fault.to_string().contains("s3cr"), "{fault}");
        }
        assert!(Token::new(" \n").is_none());
        let good = Token::new(" ghp_x \n").unwrap().header().unwrap();
        assert!(good.is_sensitive() && good == "Bearer ghp_x");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn gh_is_run_when_it_is_needed_and_says_nothing_when_it_has_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let script = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let asked = script(
            "asked",
            "test \"$*\" = 'auth token --hostname github.com' && echo ghp_of_gh",
        );
        assert_eq!(ask_gh(&asked, "github.com").await.ok().unwrap().0, "ghp_of_gh");
        let refused = script("refused", "echo ghp_leaked; echo ghp_leaked >&2; exit 1");
        let fault = ask_gh(&refused, "github.com").await.err().unwrap();
        assert_eq!(fault.kind, FaultKind::NoCredentials);
        assert!(!fault.to_string().contains("ghp_leaked"), "{fault}");
        let missing = ask_gh("/nowhere/gh", "github.com").await.err().unwrap();
        assert_eq!(missing.kind, FaultKind::NoCredentials);
    }
}
