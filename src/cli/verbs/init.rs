//! `init`: writes `./modosu.toml` from the built-in runbook, and never over something.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};

use crate::cli::{Exit, Failure, Global, Output, Settings, resolve};
use crate::domain::Phrase;
use crate::runbook;

pub(super) fn run(global: &Global, settings: &Settings, out: &mut Output) -> Result<Exit, Failure> {
    let path = settings.working_dir.join(resolve::FILE);
    let shown = path.display().to_string();
    if global.read_only {
        return Err(
            Failure::refused(Phrase::new("cli-error-read-only")).hint(Phrase::new("cli-hint-read-only"))
        );
    }
    // A file is named before it is written.
    out.note(
        &out.words()
            .say(&Phrase::new("cli-init-writes").text("file", &shown)),
    );
    let text = runbook::built_in(resolve::OF_THE_DRILL).unwrap_or_default();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    match written {
        Ok(()) => {
            out.note(&out.words().get("cli-init-next"));
            Ok(Exit::Done)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::refused(
            Phrase::new("cli-error-init-exists").text("file", &shown),
        )
        .hint(Phrase::new("cli-hint-init-exists"))),
        Err(error) => {
            let what = Phrase::new("cli-error-write")
                .text("file", &shown)
                .text("detail", error);
            Err(Failure::new(Exit::Unexpected, what))
        }
    }
}
