//! What the environment says. This is the one place that reads it; nothing is ever set or removed there.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::engine::{Token, TokenSource};

/// The environment variables and machine facts that modosu itself looks at. The AWS settings are the SDK's own business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `MODOSU_RUNBOOK`: a runbook's file or name.
    pub runbook: Option<String>,
    /// `MODOSU_STATE_DIR`: the state folder.
    pub state_dir: Option<PathBuf>,
    /// `MODOSU_DRILL`: the address of the drill that this process belongs to.
    pub drill: Option<String>,
    /// The region that a drill in another process handed out with its address; against AWS the SDK looks for itself.
    pub drill_region: Option<String>,
    /// The language of the messages: the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set.
    pub lang: Option<String>,
    /// Whether `NO_COLOR` is set to anything.
    pub no_color: bool,
    /// Whether `TERM` says that the terminal cannot be drawn on.
    pub dumb: bool,
    /// `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
    /// The person's user name: the first of `USER`, `LOGNAME`, `USERNAME` that is set.
    pub user: Option<String>,
    /// The name of this machine.
    pub host: String,
    /// The folder that the process runs in.
    pub working_dir: PathBuf,
}

impl Settings {
    /// Reads the environment.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment; everybody else is handed what it found"
    )]
    pub fn read() -> Self {
        Self::from_lookup(
            |name| std::env::var_os(name),
            host_file().as_deref(),
            std::env::current_dir().ok(),
        )
    }

    /// What `lookup` says. A variable that is set to nothing counts as not set.
    fn from_lookup(
        lookup: impl Fn(&str) -> Option<OsString>,
        host: Option<&str>,
        working_dir: Option<PathBuf>,
    ) -> Self {
        let path = |name: &str| lookup(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let text = |name: &str| {
            lookup(name)
                .and_then(|value| value.into_string().ok())
                .filter(|value| !value.is_empty())
        };
        let first = |names: &[&str]| names.iter().find_map(|name| text(name));
        Self {
            runbook: text("MODOSU_RUNBOOK"),
            state_dir: path("MODOSU_STATE_DIR"),
            drill: text("MODOSU_DRILL").map(|url| url.trim_end_matches('/').to_owned()),
            drill_region: text("MODOSU_DRILL").and_then(|_| first(&["AWS_REGION", "AWS_DEFAULT_REGION"])),
            lang: first(&["LC_ALL", "LC_MESSAGES", "LANG"]),
            no_color: text("NO_COLOR").is_some(),
            dumb: text("TERM").as_deref() == Some("dumb"),
            editor: first(&["VISUAL", "EDITOR"]),
            user: first(&["USER", "LOGNAME", "USERNAME"]).or_else(user_of_process),
            host: host
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .or_else(|| first(&["HOSTNAME", "COMPUTERNAME"]))
                .unwrap_or_else(|| "localhost".to_owned()),
            working_dir: working_dir.unwrap_or_else(|| PathBuf::from(".")),
        }
    }
}

/// Where the token for GitHub comes from: `GH_TOKEN`, then `GITHUB_TOKEN`, then `gh auth token`. It is no field of
/// [`Settings`], which may be printed.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment; the token is handed on as a type that cannot be printed"
)]
pub(crate) fn github_token() -> TokenSource {
    token_from(|name| std::env::var_os(name))
}

fn token_from(lookup: impl Fn(&str) -> Option<OsString>) -> TokenSource {
    ["GH_TOKEN", "GITHUB_TOKEN"]
        .into_iter()
        .filter_map(|name| lookup(name)?.into_string().ok())
        .find_map(|text| Token::new(&text))
        .map_or(TokenSource::GhCli, TokenSource::Given)
}

/// The name of the user that this process runs as, where the system keeps it in a file: in a container or a job no variable
/// may say it, and a record without a name helps nobody.
#[cfg(unix)]
fn user_of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let uid = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    fields
        .filter(|user| user.get(2) == Some(&uid.as_str()))
        .find_map(|user| user.first().map(ToString::to_string))
}

#[cfg(not(unix))]
const fn user_of_process() -> Option<String> {
    None
}

/// The machine's name where the system keeps it in a file; `HOSTNAME` is a shell's variable and seldom exported.
fn host_file() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Settings {
        Settings::from_lookup(
            |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            },
            Some("ops-1\n"),
            None,
        )
    }

    #[test]
    fn the_first_variable_that_says_something_counts() {
        let settings = of(&[
            ("LC_ALL", ""),
            ("LANG", "ja_JP.UTF-8"),
            ("EDITOR", "vi"),
            ("VISUAL", "hx"),
        ]);
        assert_eq!(settings.lang.as_deref(), Some("ja_JP.UTF-8"));
        assert_eq!(settings.editor.as_deref(), Some("hx"));
        assert_eq!(settings.host, "ops-1");
        assert!(!settings.no_color);
        assert!(of(&[("NO_COLOR", "1")]).no_color);
    }

    #[test]
    fn an_empty_variable_is_no_token() {
        let of = |pairs: &'static [(&str, &str)]| {
            token_from(|name| {
                let found = pairs.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert!(matches!(
            of(&[("GH_TOKEN", ""), ("GITHUB_TOKEN", "x")]),
            TokenSource::Given(_)
        ));
        assert!(matches!(of(&[("GH_TOKEN", " ")]), TokenSource::GhCli));
    }

    #[test]
    fn a_drills_address_has_no_slash_at_its_end() {
        let settings = of(&[("MODOSU_DRILL", "http://127.0.0.1:4500/")]);
        assert_eq!(settings.drill.as_deref(), Some("http://127.0.0.1:4500"));
        assert_eq!(settings.drill_region, None);
        let region = of(&[
            ("MODOSU_DRILL", "http://127.0.0.1:4500"),
            ("AWS_REGION", "ap-northeast-1"),
        ])
        .drill_region;
        assert_eq!(region.as_deref(), Some("ap-northeast-1"));
        assert_eq!(
            of(&[("AWS_REGION", "ap-northeast-1")]).drill_region,
            None,
            "against AWS the SDK looks for itself"
        );
    }
}
