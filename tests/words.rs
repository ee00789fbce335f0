//! The words: both languages say the same things, with the same values, and the code asks for nothing else.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use modosu::domain::{Arg, Fault, FaultKind, Phrase};
use modosu::words::{LOCALE_FILES, Lang, Words};
use unicode_width::UnicodeWidthStr;

/// Messages that no code asks for yet, by prefix, with the reason. Empty is best.
const UNUSED_ALLOWED: &[(&str, &str)] = &[];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn words(lang: Lang) -> Words {
    Words::new(lang, TimeZone::get("Asia/Tokyo").unwrap())
}

/// The messages of a file: id → (variables, text).
fn messages(text: &str) -> BTreeMap<String, (BTreeSet<String>, String)> {
    let mut found: BTreeMap<String, (BTreeSet<String>, String)> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        if let Some((id, rest)) = line.split_once(" =")
            && !id.is_empty()
            && is_id(id)
        {
            assert!(
                found
                    .insert(id.to_owned(), (BTreeSet::new(), rest.trim().to_owned()))
                    .is_none(),
                "{id} twice"
            );
            current = Some(id.to_owned());
        } else if line.starts_with([' ', '}'])
            && let Some(id) = &current
        {
            let entry = found.get_mut(id).unwrap();
            entry.1.push('\n');
            entry.1.push_str(line);
        } else {
            assert!(
                line.is_empty() || line.starts_with('#'),
                "neither message nor comment: {line}"
            );
            current = None;
        }
    }
    for (variables, text) in found.values_mut() {
        *variables = text
            .split("{ $")
            .skip(1)
            .map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect();
    }
    found
}

fn is_id(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn all(lang: Lang) -> BTreeMap<String, (BTreeSet<String>, String)> {
    let mut found = BTreeMap::new();
    for (name, ja, en) in LOCALE_FILES {
        let text = match lang {
            Lang::Ja => ja,
            Lang::En => en,
        };
        for (id, message) in messages(text) {
            assert!(
                found.insert(id.clone(), message).is_none(),
                "{id} is in {name} and in another file"
            );
        }
    }
    found
}

#[test]
fn fluent_understands_every_line() {
    assert_eq!(modosu::words::gaps(), []);
}

#[test]
fn every_file_in_the_folder_is_compiled_in() {
    let known: BTreeSet<String> = LOCALE_FILES
        .iter()
        .map(|(name, _, _)| format!("{name}.ftl"))
        .collect();
    for lang in Lang::ALL {
        let there: BTreeSet<String> = fs::read_dir(root().join("assets/locales").join(lang.tag()))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(there, known, "{lang:?}: the list is in src/words/bundle.rs");
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_values() {
    for (name, ja, en) in LOCALE_FILES {
        let shape = |text| -> BTreeMap<String, BTreeSet<String>> {
            messages(text)
                .into_iter()
                .map(|(id, (variables, _))| (id, variables))
                .collect()
        };
        assert_eq!(shape(ja), shape(en), "{name}");
    }
    assert_eq!(all(Lang::Ja).len(), all(Lang::En).len());
}

#[test]
fn every_message_can_be_said_with_numbers_and_with_texts() {
    for lang in Lang::ALL {
        let words = words(lang);
        for (id, (variables, _)) in all(lang) {
            for sample in [Arg::Number(1.0), Arg::Number(2.5), Arg::Text("<text>".to_owned())] {
                let phrase = Phrase {
                    id: Cow::Owned(id.clone()),
                    args: variables
                        .iter()
                        .map(|name| (Cow::Owned(name.clone()), sample.clone()))
                        .collect(),
                };
                let said = words
                    .try_say(&phrase)
                    .unwrap_or_else(|said| panic!("{lang:?} {id}: {said}"));
                assert!(
                    !said.contains(['\n', '⟦', '\u{2068}', '{', '}']),
                    "{lang:?} {id}: {said}"
                );
                assert_eq!(said, said.trim(), "{lang:?} {id}");
            }
        }
    }
}

#[test]
fn the_voice_is_calm() {
    for lang in Lang::ALL {
        for (id, (_, text)) in all(lang) {
            assert!(!text.contains(['!', '！']), "{lang:?} {id}: {text}");
        }
    }
}

#[test]
fn every_fault_has_a_sentence_and_a_hint_in_both_languages() {
    let kinds = [
        FaultKind::Denied {
            action: "ecs:DescribeServices".into(),
        },
        FaultKind::Expired,
        FaultKind::NoCredentials,
        FaultKind::Throttled,
        FaultKind::TimedOut,
        FaultKind::Unreachable,
        FaultKind::NotFound,
        FaultKind::NotOffered,
        FaultKind::Rejected,
        FaultKind::Server,
        FaultKind::Malformed,
        FaultKind::Local,
    ];
    for lang in Lang::ALL {
        for kind in kinds.clone() {
            let fault = Fault::new(kind, "ecs.DescribeServices", "AccessDeniedException: no");
            let said = words(lang).try_say(&fault.phrase()).unwrap();
            assert!(
                said.contains("ecs.DescribeServices") && said.contains("AccessDeniedException"),
                "{said}"
            );
            words(lang).try_say(&fault.hint()).unwrap();
        }
    }
    let denied = Fault::new(
        FaultKind::Denied {
            action: "ecs:UpdateService".into(),
        },
        "ecs.UpdateService",
        "no",
    );
    assert!(words(Lang::Ja).say(&denied.hint()).contains("ecs:UpdateService"));
}

#[test]
fn the_japanese_report_has_the_labels_of_the_team_s_template() {
    let words = words(Lang::Ja);
    let labels = [
        ("report-title", "【ロールバック実施報告】"),
        ("report-when", "実施日時"),
        ("report-environment", "対象環境"),
        ("report-services", "対象サービス"),
        ("report-target", "ロールバック先"),
        ("report-problem", "【発生した問題】"),
        ("report-impact", "【影響範囲】"),
        ("report-state", "【現在の状況】"),
        ("report-next", "【今後の対応】"),
    ];
    for (id, label) in labels {
        assert_eq!(words.get(id), label);
    }
}

#[test]
fn the_verdict_line_fits_eighty_columns_at_its_widest() {
    let since: Timestamp = "2026-11-23T05:02:00Z".parse().unwrap();
    for lang in Lang::ALL {
        let words = words(lang);
        let reasons = [
            Phrase::new("reason-error-rate-short")
                .text("service", "frontend")
                .number("value", 99.99)
                .number("threshold", 1.0)
                .time("since", since),
            Phrase::new("reason-latency-short")
                .text("service", "frontend")
                .number("value", 29.99)
                .number("threshold", 5.0)
                .text("statistic", "p95")
                .time("since", since),
            Phrase::new("reason-declared")
                .text("service", "frontend")
                .text("criterion", words.get("criterion-vulnerability"))
                .time("since", since),
        ];
        let over = std::time::Duration::from_secs(3599);
        for reason in reasons {
            for deadline in [
                Phrase::new("deadline-left-short").duration("left", over),
                Phrase::new("deadline-overdue-short").duration("over", over),
                Phrase::new("deadline-now"),
            ] {
                let line = format!(
                    " ▲ {}  {} · {} · {}",
                    words.get("verdict-roll-back"),
                    words.say(&reason),
                    words.get("severity-critical"),
                    words.say(&deadline)
                );
                assert!(line.width() <= 80, "{} columns: {line}", line.width());
            }
        }
    }
}

/// The source files of the rooms that speak. The drill imports nothing of ours and says nothing to people.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "drill") {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                // What stands below the tests' attribute may name messages that do not exist on purpose.
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    found
}

/// The text from `from` to where its brackets close (or to a `;` outside of them), string literals respected.
fn balanced(from: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1_i32, false, false);
    for (at, c) in from.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '{' | '[' if !quoted => depth += 1,
            ')' | '}' | ']' if !quoted => depth -= 1,
            ';' if !quoted && depth == 1 => return &from[..at],
            _ => {}
        }
        if depth == 0 {
            return &from[..at];
        }
    }
    from
}

/// The string literals in a piece of code, without regard to escapes: ids have none.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

/// Every place where code names a message: the id, and the values given right there (`None` when that cannot be told).
fn asked(code: &str) -> Vec<(String, Option<BTreeSet<String>>)> {
    let mut found = Vec::new();
    for opening in [
        "Phrase::new(",
        "words.get(",
        "words().get(",
        "w.get(",
        "let id = match ",
    ] {
        for (at, _) in code.match_indices(opening) {
            let word_before = code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if word_before && opening == "w.get(" {
                continue;
            }
            let rest = &code[at + opening.len()..];
            let inside = balanced(rest);
            let single = literals(inside).count() == 1 && inside.trim().starts_with('"');
            let given = (single && opening == "Phrase::new(")
                .then(|| chain(&rest[inside.len() + 1..]))
                .flatten();
            let given = if single && opening != "Phrase::new(" {
                Some(BTreeSet::new())
            } else {
                given
            };
            for id in literals(inside).filter(|id| is_id(id) && id.contains('-')) {
                found.push((id.to_owned(), given.clone()));
            }
        }
    }
    found
}

/// The names in `.text("name", …).number("name", …)` directly after a phrase.
fn chain(mut rest: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    loop {
        rest = rest.trim_start();
        let Some(call) = [".text(", ".number(", ".time(", ".duration(", ".phrase("]
            .into_iter()
            .find(|call| rest.starts_with(call))
        else {
            // A value that is bound first may get more values later; then nothing can be told from here.
            return if rest.starts_with(';') { None } else { Some(names) };
        };
        let inside = balanced(&rest[call.len()..]);
        names.insert(literals(inside).next()?.to_owned());
        rest = rest.get(call.len() + inside.len() + 1..)?;
    }
}

#[test]
fn the_scan_finds_what_code_asks_for() {
    let code = r#"
        let a = Phrase::new("one-two").text("x", f(")")).number(
            "y", 1.0);
        words.get(match v { V::A => "three-four", V::B => "five-six" }); show.get("not-ours");
        let id = match k { K::A { .. } => "seven-eight" };
        f(Phrase::new("nine-ten").time("at", t))
    "#;
    let ids: BTreeSet<String> = asked(code).into_iter().map(|(id, _)| id).collect();
    assert_eq!(
        ids.iter().map(String::as_str).collect::<Vec<_>>(),
        ["five-six", "nine-ten", "one-two", "seven-eight", "three-four"]
    );
    let given = |wanted: &str| asked(code).into_iter().find(|(id, _)| id == wanted).unwrap().1;
    assert_eq!(given("nine-ten"), Some(BTreeSet::from(["at".to_owned()])));
    assert_eq!(given("three-four"), None);
}

#[test]
fn code_asks_only_for_messages_that_exist_and_gives_their_values() {
    let known = all(Lang::En);
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        for (id, given) in asked(&code) {
            match (known.get(&id), given) {
                (None, _) => wrong.push(format!("{path}: no message {id}")),
                (Some((wanted, _)), Some(given)) => {
                    // A value may also be added after a branch or by a helper: then its name stands elsewhere in the file.
                    let missing: Vec<_> = wanted
                        .difference(&given)
                        .filter(|name| !code.contains(&format!("(\"{name}\"")))
                        .collect();
                    if !missing.is_empty() {
                        wrong.push(format!("{path}: {id} is not given {missing:?}"));
                    }
                }
                (Some(_), None) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_is_asked_for_somewhere() {
    let code: String = sources().into_iter().map(|(_, code)| code).collect();
    let unused: Vec<String> = all(Lang::En)
        .into_keys()
        .filter(|id| !code.contains(&format!("\"{id}\"")))
        .filter(|id| !UNUSED_ALLOWED.iter().any(|(prefix, _)| id.starts_with(prefix)))
        .collect();
    assert!(unused.is_empty(), "{}", unused.join("\n"));
}
