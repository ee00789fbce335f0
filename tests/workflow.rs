//! The workflow that a team copies speaks of a modosu that exists, and lets nobody's words into a shell.

use std::path::Path;

use clap::CommandFactory as _;
use modosu::cli::Cli;

fn text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/github/rollback.yml");
    std::fs::read_to_string(path).unwrap()
}

/// The lines that are scripts: what follows `run:` and is indented deeper.
fn scripts() -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = None;
    for line in text().lines() {
        let indent = line.len() - line.trim_start().len();
        if let Some(script) = line.trim_start().strip_prefix("run: ") {
            depth = Some(indent);
            found.push(script.to_owned());
        } else if depth.is_some_and(|depth| indent > depth) {
            found.push(line.trim().to_owned());
        } else {
            depth = None;
        }
    }
    found
}

#[test]
fn every_command_of_modosu_in_it_can_be_typed() {
    let commands: Vec<String> = scripts()
        .into_iter()
        .filter(|line| line.starts_with("modosu "))
        .map(|line| {
            line.split([';', '|', '>'])
                .next()
                .unwrap()
                .trim()
                .replace('"', "")
        })
        .collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        // What stands in a variable is a value; any word without a dash stands for it.
        let words: Vec<String> = command
            .split_whitespace()
            .map(|word| word.trim_start_matches('$').to_owned())
            .collect();
        let read = Cli::command().try_get_matches_from(&words);
        assert!(read.is_ok(), "{command}: {}", read.unwrap_err());
    }
}

#[test]
fn no_expression_stands_in_a_script() {
    let scripts = scripts();
    assert!(scripts.len() > 15, "{scripts:?}");
    for line in scripts {
        assert!(!line.contains("${{"), "{line}");
    }
}
