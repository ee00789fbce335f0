//! The floors: who may import whom, how long a file may be, and where the right to write lives. Read from the text of `src`.

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms that it may import, besides itself (design: "Who may import whom").
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("runbook", &["domain"]),
    ("words", &["domain", "runbook"]),
    ("rollback", &["domain", "runbook", "words"]),
    ("incident", &["domain", "runbook", "words", "rollback"]),
    ("session", &["domain", "runbook", "words", "rollback", "incident"]),
    (
        "adapters",
        &["domain", "runbook", "words", "rollback", "incident"],
    ),
    (
        "engine",
        &[
            "domain", "runbook", "words", "rollback", "incident", "session", "adapters",
        ],
    ),
    (
        "tui",
        &[
            "domain", "runbook", "words", "rollback", "incident", "session", "engine",
        ],
    ),
    (
        "cli",
        &[
            "domain", "runbook", "words", "rollback", "incident", "session", "engine",
        ],
    ),
    ("drill", &[]),
    ("main", &["domain", "words", "tui", "cli", "engine", "drill"]),
];

/// Crates that a room must not know.
const SEALED_FROM: &[(&str, &[&str])] = &[
    ("domain", PURE),
    ("runbook", PURE),
    ("words", PURE),
    ("rollback", PURE),
    ("incident", PURE),
    ("session", PURE),
    ("adapters", &["ratatui", "crossterm", "clap"]),
    (
        "engine",
        &[
            "ratatui",
            "crossterm",
            "clap",
            "aws_",
            "reqwest",
            "rusqlite",
            "axum",
        ],
    ),
    ("tui", &["aws_", "reqwest", "rusqlite", "axum", "clap"]),
    (
        "cli",
        &["aws_", "reqwest", "rusqlite", "axum", "ratatui", "crossterm"],
    ),
    (
        "drill",
        &["aws_", "reqwest", "rusqlite", "ratatui", "crossterm", "clap"],
    ),
    (
        "main",
        &["aws_", "reqwest", "rusqlite", "axum", "ratatui", "crossterm"],
    ),
];
const PURE: &[&str] = &[
    "tokio",
    "ratatui",
    "crossterm",
    "aws_",
    "reqwest",
    "rusqlite",
    "axum",
    "clap",
    "std::fs",
    "std::net",
];

/// Operations of the SDK that change something or tell a secret, as a call of them is written.
const MUTATING: &[&str] = &[
    ".update_service()",
    ".create_service()",
    ".delete_service()",
    ".register_task_definition()",
    ".deregister_task_definition()",
    ".delete_task_definitions()",
    ".stop_service_deployment()",
    ".continue_service_deployment()",
    ".run_task()",
    ".stop_task()",
    ".execute_command()",
    ".put_image()",
    ".batch_delete_image()",
    ".put_metric_data()",
    ".put_metric_alarm()",
    ".modify_listener()",
    ".modify_rule()",
    ".register_targets()",
    ".deregister_targets()",
    ".restore_db_instance_from_db_snapshot()",
    ".restore_db_instance_to_point_in_time()",
    ".modify_db_instance()",
    ".delete_db_instance()",
    ".create_db_snapshot()",
    ".delete_db_snapshot()",
    ".update_secret()",
    ".put_secret_value()",
    ".update_secret_version_stage()",
    ".delete_secret()",
    ".put_parameter()",
    ".register_scalable_target()",
    // These change nothing; they answer with values that may be secret.
    ".get_secret_value()",
    ".batch_get_secret_value()",
    ".get_parameter()",
    ".get_parameters()",
    ".get_parameters_by_path()",
];
const WRITER: &str = "adapters/aws/writer/";
const LONGEST: usize = 800;

/// A file of `src`: its path there, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The room that the file belongs to; `lib.rs` is the map and belongs to none.
    fn room(&self) -> Option<&str> {
        match self.path.split_once('/') {
            Some((room, _)) => Some(room),
            None if self.path == "main.rs" => Some("main"),
            None => None,
        }
    }

    /// The text without comments and strings, so that prose about a room is no import of it.
    fn code(&self) -> String {
        without_prose(&self.text)
    }
}

/// Replaces comments, strings and characters by nothing. A lexer of the few forms that matter here.
fn without_prose(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            code.push('\n');
        } else if rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
        } else if let Some(skipped) = raw_string(rest) {
            rest = &rest[skipped..];
        } else if first == '"' {
            rest = after_quote(&rest[1..], '"');
        } else if first == '\'' && is_character(rest) {
            rest = after_quote(&rest[1..], '\'');
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

/// The length of the raw string that `text` begins with, if it begins with one.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.strip_prefix('r')?.bytes().take_while(|b| *b == b'#').count();
    let open = 1 + hashes + 1;
    if text.as_bytes().get(open - 1) != Some(&b'"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text[open..].find(&close)?;
    Some(open + end + close.len())
}

fn after_quote(text: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return &text[at + c.len_utf8()..],
            _ => {}
        }
    }
    ""
}

/// Whether a quote opens a character; otherwise it opens a lifetime.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    matches!(
        (chars.next(), chars.next()),
        (Some('\\'), _) | (Some(_), Some('\''))
    )
}

/// The rooms that a piece of code names after `crate::` (or `modosu::` in `main.rs`), grouped imports included.
fn named_after<'a>(code: &'a str, root: &str) -> Vec<&'a str> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices(root) {
        // `mycrate::` is another crate.
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let after = &code[at + root.len()..];
        match after.strip_prefix('{') {
            None => named.extend(first_word(after)),
            Some(group) => named.extend(heads_of_group(group)),
        }
    }
    named
}

fn first_word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// The first word of each item of a group: `{a::b, c::{d, e}}` has `a` and `c`.
fn heads_of_group(group: &str) -> Vec<&str> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.extend(first_word(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.extend(first_word(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads
}

/// All that is wrong with the sources, one sentence each.
fn violations(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut grants = 0;
    for source in sources {
        let code = source.code();
        let path = &source.path;
        let lines = source.text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{path}: {lines} lines, and {LONGEST} is the end"));
        }
        grants += code.matches("WritePermit::grant(").count();
        if !path.starts_with(WRITER) && !path.starts_with("drill/") {
            // A builder is written over several lines; blanks between do not hide a call.
            let dense: String = code.chars().filter(|c| !c.is_whitespace()).collect();
            for call in MUTATING.iter().filter(|call| dense.contains(**call)) {
                wrong.push(format!("{path}: {call} belongs to {WRITER} alone"));
            }
        }
        let Some(room) = source.room() else { continue };
        wrong.extend(wrong_imports(path, room, &code));
    }
    if grants != 1 {
        wrong.push(format!(
            "WritePermit::grant is called {grants} times, and one is right"
        ));
    }
    wrong
}

fn wrong_imports(path: &str, room: &str, code: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{path}: the room `{room}` is not in the table of floors")];
    };
    let root = if room == "main" { "modosu::" } else { "crate::" };
    for named in named_after(code, root) {
        let is_room = ROOMS.iter().any(|(name, _)| *name == named);
        if is_room && named != room && !allowed.contains(&named) {
            wrong.push(format!("{path}: {room} may not import {named}"));
        }
    }
    if room == "adapters" {
        wrong.extend(sideways_adapters(path, code));
    }
    let sealed = SEALED_FROM
        .iter()
        .find(|(name, _)| *name == room)
        .map_or(&[][..], |(_, crates)| crates);
    let body = code.split("#[cfg(test)]").next().unwrap_or_default();
    for krate in sealed.iter().filter(|krate| mentions(body, krate)) {
        wrong.push(format!("{path}: {room} must not know {krate}"));
    }
    wrong
}

/// An adapter sees no other adapter, except the shared way out to the network.
fn sideways_adapters(path: &str, code: &str) -> Vec<String> {
    let own = path
        .strip_prefix("adapters/")
        .and_then(|rest| rest.split(['/', '.']).next())
        .unwrap_or_default();
    named_after(code, "crate::adapters::")
        .into_iter()
        .filter(|named| *named != own && *named != "http" && own != "mod")
        .map(|named| format!("{path}: the adapter {own} may not import the adapter {named}"))
        .collect()
}

/// Whether the code uses a path of the crate (or of the family of crates, when the name ends in `_`).
fn mentions(code: &str, krate: &str) -> bool {
    code.match_indices(krate).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + krate.len()..];
        let begins = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let family = krate.ends_with('_') && after.starts_with(|c: char| c.is_alphanumeric());
        begins && (family || after.starts_with("::"))
    })
}

fn read_all(dir: &Path, root: &Path, into: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_all(&path, root, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let shown = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            into.push(Source {
                path: shown,
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

#[test]
fn every_room_keeps_to_its_floor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    read_all(&root, &root, &mut sources);
    assert!(sources.len() > 50, "only {} files were read", sources.len());
    let wrong = violations(&sources);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The one grant that every sound house has.
const GRANT: &str = "fn f() { WritePermit::grant(mode); }";

fn wrong_in(path: &str, text: &str) -> Vec<String> {
    violations(&[Source::new("engine/start.rs", GRANT), Source::new(path, text)])
}

#[test]
fn an_upward_or_sideways_import_is_found_however_it_is_written() {
    for (path, text) in [
        ("rollback/plan.rs", "use crate::session::Session;"),
        ("domain/ids.rs", "use crate::runbook::Runbook;"),
        (
            "session/update.rs",
            "use crate::{domain::Fault, adapters::journal::Journal};",
        ),
        (
            "incident/fold.rs",
            "use crate::{\n    domain::{Clean, Fault},\n    engine::Clock,\n};",
        ),
        ("drill/world.rs", "fn f() -> crate::domain::Clean { todo() }"),
        ("tui/screen.rs", "use crate::cli::Exit;"),
        ("cli/exit.rs", "use crate::drill::Drill;"),
        ("cli/exit.rs", "use crate::adapters::aws::Writer;"),
        ("engine/run.rs", "use crate::tui::Screen;"),
        ("main.rs", "use modosu::{cli, adapters::aws};"),
        ("adapters/journal/read.rs", "use crate::adapters::aws::Reader;"),
        ("adapters/health.rs", "use crate::adapters::history_file::read;"),
        ("attic/old.rs", "fn f() {}"),
    ] {
        assert_eq!(
            wrong_in(path, text).len(),
            1,
            "{path}: {text}: {:?}",
            wrong_in(path, text)
        );
    }
}

#[test]
fn a_crate_that_a_room_must_not_know_is_found() {
    for (path, text) in [
        (
            "rollback/plan.rs",
            "async fn f() { tokio::time::advance(d).await }",
        ),
        ("session/msg.rs", "use aws_sdk_ecs::Client;"),
        ("engine/run.rs", "use ratatui::Frame;"),
        ("drill/server.rs", "use aws_sdk_ecs::types::Service;"),
        ("domain/text.rs", "fn f() { std::fs::read(p) }"),
    ] {
        assert_eq!(wrong_in(path, text).len(), 1, "{path}: {text}");
    }
}

#[test]
fn what_is_allowed_and_what_is_only_talked_about_is_left_alone() {
    for (path, text) in [
        (
            "engine/run.rs",
            "use crate::{adapters::aws::Reader, session::Session};",
        ),
        ("adapters/health.rs", "use crate::adapters::http::Http;"),
        ("adapters/aws/reader.rs", "use crate::adapters::aws::fault;"),
        (
            "rollback/plan.rs",
            "//! It does not know `crate::session` or tokio::time.\n/* crate::engine */",
        ),
        (
            "rollback/plan.rs",
            "const S: &str = \"crate::engine \\\" tokio::\"; const R: &str = r#\"crate::tui\"#;",
        ),
        (
            "rollback/plan.rs",
            "fn f<'a>(c: char, s: &'a str) -> bool { c == '\"' } use crate::domain::Fault;",
        ),
        (
            "session/update.rs",
            "#[cfg(test)]\nmod tests { fn f() { tokio::test::x() } }",
        ),
        ("cli/mod.rs", "use mycrate::adapters::x;"),
        (
            "adapters/aws/writer/service.rs",
            "client\n    .update_service()\n    .send()",
        ),
        ("lib.rs", "pub mod drill;"),
    ] {
        assert_eq!(wrong_in(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_second_grant_a_write_elsewhere_and_a_long_file_are_found() {
    assert_eq!(violations(&[]).len(), 1, "no grant at all");
    assert_eq!(wrong_in("tui/screen.rs", GRANT).len(), 1);
    assert_eq!(
        wrong_in(
            "adapters/aws/reader.rs",
            "client\n    .update_service ()\n    .send()"
        )
        .len(),
        1
    );
    assert_eq!(
        wrong_in("engine/act.rs", "client.register_task_definition()").len(),
        1
    );
    assert_eq!(
        wrong_in("domain/long.rs", &"// a line\n".repeat(LONGEST + 1)).len(),
        1
    );
    assert_eq!(
        wrong_in("domain/long.rs", &"// a line\n".repeat(LONGEST)).len(),
        0
    );
}
