//! `completions` and `man`: made from the definition of the command line.

use clap::CommandFactory as _;

use crate::cli::{Cli, Exit, Failure, Output};
use crate::domain::Phrase;

pub(super) fn completions(shell: clap_complete::Shell, out: &mut Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "modosu", &mut script);
    out.raw(&String::from_utf8_lossy(&script));
    Exit::Done
}

pub(super) fn man(out: &mut Output) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| {
            Failure::new(
                Exit::Unexpected,
                Phrase::new("cli-error-unexpected").text("detail", error),
            )
        })?;
    out.raw(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}
