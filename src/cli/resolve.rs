//! Which runbook, and where the state folder is.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::domain::{Clean, Phrase};
use crate::runbook::{self, Runbook};

use super::{Failure, Global, Settings, near::nearest};

/// The file that is looked for in the working folder and in the user's config folder.
pub(super) const FILE: &str = "modosu.toml";
/// The runbook of the product that the drill simulates.
pub const OF_THE_DRILL: &str = "peoplebooster";

/// A runbook and where it came from, for people.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) runbook: Runbook,
    pub(super) place: String,
}

/// Finds the runbook: `--runbook`, the environment variable, `./modosu.toml`, the user's config folder, and in a drill
/// the built-in one of the account that it simulates.
pub(super) fn runbook(named: Option<&str>, settings: &Settings) -> Result<Found, Failure> {
    if let Some(name) = named.or(settings.runbook.as_deref()) {
        return by_name(name, &settings.working_dir);
    }
    let local = settings.working_dir.join(FILE);
    let of_user = config_dir().map(|dir| dir.join(FILE));
    let file = [Some(local), of_user]
        .into_iter()
        .flatten()
        .find(|path| path.is_file());
    match file {
        Some(path) => read(&path),
        None if settings.drill.is_some() => built_in(OF_THE_DRILL),
        None => Err(Failure::usage(Phrase::new("cli-error-no-runbook"))
            .hint(Phrase::new("cli-hint-no-runbook").text("name", OF_THE_DRILL))),
    }
}

fn by_name(name: &str, working_dir: &Path) -> Result<Found, Failure> {
    let path = working_dir.join(name);
    if path.is_file() {
        return read(&path);
    }
    if runbook::built_in(name).is_some() {
        return built_in(name);
    }
    let looks_like_a_file = name.contains(['/', '\\']) || name.ends_with(".toml");
    let what = Phrase::new(if looks_like_a_file {
        "cli-error-runbook-file"
    } else {
        "cli-error-runbook-name"
    })
    .text("name", Clean::new(name));
    let hint = match nearest(name, runbook::built_in_names()) {
        Some(meant) => Phrase::new("cli-hint-did-you-mean").text("name", meant),
        None => Phrase::new("cli-hint-no-runbook").text("name", OF_THE_DRILL),
    };
    Err(Failure::usage(what).hint(hint))
}

fn built_in(name: &str) -> Result<Found, Failure> {
    parse(
        runbook::built_in(name).unwrap_or_default(),
        &format!("{name} (built-in)"),
    )
}

fn read(path: &Path) -> Result<Found, Failure> {
    let shown = Clean::new(&path.display().to_string()).to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(
            Phrase::new("cli-error-runbook-unreadable")
                .text("file", &shown)
                .text("detail", error),
        )
    })?;
    parse(&text, &shown)
}

fn parse(text: &str, place: &str) -> Result<Found, Failure> {
    match runbook::parse(text, place) {
        Ok(runbook) => Ok(Found {
            runbook,
            place: place.to_owned(),
        }),
        Err(error) => Err(Failure::usage(
            Phrase::new("cli-error-runbook").text("detail", Clean::new(&error.to_string())),
        )
        .hint(Phrase::new("cli-hint-runbook"))),
    }
}

/// The user's config folder for modosu.
fn config_dir() -> Option<PathBuf> {
    etcetera::choose_base_strategy()
        .ok()
        .map(|base| base.config_dir().join("modosu"))
}

/// The state folder: `--state-dir`, the environment variable, the user's own.
///
/// # Errors
/// When none is named and the user has no folder of their own.
pub fn state_dir(global: &Global, settings: &Settings) -> Result<PathBuf, Failure> {
    if let Some(dir) = global.state_dir.as_deref().or(settings.state_dir.as_deref()) {
        // The process may be told of it by a relative path; what is printed and stored is absolute.
        return Ok(settings.working_dir.join(dir));
    }
    etcetera::choose_base_strategy()
        .ok()
        .map(|base| base.state_dir().unwrap_or_else(|| base.data_dir()).join("modosu"))
        .ok_or_else(|| {
            Failure::usage(Phrase::new("cli-error-no-state-dir")).hint(Phrase::new("cli-hint-no-state-dir"))
        })
}
