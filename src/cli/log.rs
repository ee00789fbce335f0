//! The log: a file in the state folder, only when asked for, never the terminal.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging modosu's own events at `level` into `modosu.log` of the state folder.
///
/// What the AWS SDK and the HTTP crates below it log stays at warnings: at finer levels they have printed credentials
/// (CVE-2023-30610) and secret bodies. No environment variable can raise it.
///
/// # Errors
/// When the file cannot be opened, or is a link to somewhere else.
pub fn start_log(level: LevelFilter, state_dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(state_dir)?;
    let path = state_dir.join("modosu.log");
    if std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.file_type().is_symlink()) {
        return Err(io::Error::other(format!("{} is a link", path.display())));
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        std::fs::set_permissions(state_dir, std::fs::Permissions::from_mode(0o700))?;
        options.mode(0o600);
    }
    let file = options.open(&path)?;
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(file));
    tracing_subscriber::registry()
        .with(layer)
        .with(allowed(level))
        .try_init()
        .map_err(io::Error::other)
}

fn allowed(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(LevelFilter::WARN.min(level))
        .with_target("modosu", level)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_the_sdk_says_stays_at_warnings_whatever_is_asked_for() {
        let allowed = allowed(LevelFilter::TRACE);
        assert!(allowed.would_enable("modosu::engine::act", &Level::TRACE));
        for below in [
            "aws_sigv4",
            "aws_config::profile",
            "hyper::client",
            "h2",
            "rustls",
            "reqwest",
        ] {
            assert!(!allowed.would_enable(below, &Level::INFO), "{below}");
            assert!(allowed.would_enable(below, &Level::WARN), "{below}");
        }
    }
}
