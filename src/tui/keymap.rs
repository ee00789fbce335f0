//! The live key map: which key means which command, where.
//!
//! Read from `assets/keymap.toml`. Help, footer and palette ask it, so they cannot say anything else than what the keys do.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::command::Command;
use super::keys::Key;

const BUILT_IN: &str = include_str!("../../assets/keymap.toml");

/// Where the keyboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// The panes.
    Main,
    /// The wizard outside its approval.
    Wizard,
    /// A question of two buttons, or the field of a protected environment.
    Approve,
    /// The report while it is written.
    Report,
    /// A line of text.
    Text,
    /// A list or a page to read.
    List,
}

/// Why a key map cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeymapError {
    /// The file is no TOML of the right shape.
    #[error("the key map cannot be read: {0}")]
    Shape(String),
    /// A text names no key.
    #[error("`{0}` in the key map is no key")]
    Key(String),
    /// A text names no command.
    #[error("`{0}` in the key map is no command")]
    Command(String),
    /// A key means two things in one place.
    #[error("`{0}` in the key map means two things in one place")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    always: BTreeMap<String, Vec<String>>,
    main: BTreeMap<String, Vec<String>>,
    wizard: BTreeMap<String, Vec<String>>,
    approve: BTreeMap<String, Vec<String>>,
    report: BTreeMap<String, Vec<String>>,
    text: BTreeMap<String, Vec<String>>,
    list: BTreeMap<String, Vec<String>>,
}

type Bindings = Vec<(Key, Command)>;

/// Which key means which command, where. The keys of a command are in the order of the file.
#[derive(Clone, Debug)]
pub struct Keymap {
    always: Bindings,
    main: Bindings,
    wizard: Bindings,
    approve: Bindings,
    report: Bindings,
    text: Bindings,
    list: Bindings,
}

impl Keymap {
    /// The key map that modosu comes with.
    ///
    /// # Errors
    /// Never in a build whose tests passed.
    pub fn built_in() -> Result<Self, KeymapError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a key map.
    ///
    /// # Errors
    /// When the text is no key map, or names a key or a command that does not exist.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let file: File =
            toml::from_str(text).map_err(|error| KeymapError::Shape(error.message().to_owned()))?;
        Ok(Self {
            always: bindings(file.always)?,
            main: bindings(file.main)?,
            wizard: bindings(file.wizard)?,
            approve: bindings(file.approve)?,
            report: bindings(file.report)?,
            text: bindings(file.text)?,
            list: bindings(file.list)?,
        })
    }

    const fn of(&self, context: Context) -> &Bindings {
        match context {
            Context::Main => &self.main,
            Context::Wizard => &self.wizard,
            Context::Approve => &self.approve,
            Context::Report => &self.report,
            Context::Text => &self.text,
            Context::List => &self.list,
        }
    }

    /// What `key` means in `context`.
    #[must_use]
    pub fn command(&self, context: Context, key: Key) -> Option<Command> {
        self.of(context)
            .iter()
            .chain(&self.always)
            .find(|(bound, _)| *bound == key)
            .map(|(_, command)| *command)
    }

    /// The first key of `command` in `context`.
    #[must_use]
    pub fn key(&self, context: Context, command: Command) -> Option<Key> {
        self.keys(context, command).next()
    }

    /// Every key of `command` in `context`.
    pub fn keys(&self, context: Context, command: Command) -> impl Iterator<Item = Key> {
        self.of(context)
            .iter()
            .chain(&self.always)
            .filter(move |(_, bound)| *bound == command)
            .map(|(key, _)| *key)
    }
}

fn bindings(table: BTreeMap<String, Vec<String>>) -> Result<Bindings, KeymapError> {
    let mut bindings = Bindings::new();
    for (name, keys) in table {
        let command = Command::named(&name).ok_or(KeymapError::Command(name))?;
        for text in keys {
            let key = Key::parse(&text).ok_or_else(|| KeymapError::Key(text.clone()))?;
            if bindings.iter().any(|(bound, _)| *bound == key) {
                return Err(KeymapError::Twice(text));
            }
            bindings.push((key, command));
        }
    }
    Ok(bindings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(context: Context, key: &str) -> Option<Command> {
        Keymap::built_in()
            .unwrap()
            .command(context, Key::parse(key).unwrap())
    }

    #[test]
    fn an_unknown_name_is_refused() {
        let text = BUILT_IN.replace("start-rollback", "start-rolback");
        assert_eq!(
            Keymap::parse(&text).unwrap_err(),
            KeymapError::Command("start-rolback".to_owned())
        );
        let text = BUILT_IN.replace("\"pageup\"", "\"pgup\"");
        assert_eq!(
            Keymap::parse(&text).unwrap_err(),
            KeymapError::Key("pgup".to_owned())
        );
        let text = BUILT_IN.replace("help = [\"?\"]", "help = [\"?\", \"q\"]");
        assert_eq!(
            Keymap::parse(&text).unwrap_err(),
            KeymapError::Twice("q".to_owned())
        );
        let text = BUILT_IN.replace("[list]", "[lists]");
        assert!(matches!(Keymap::parse(&text), Err(KeymapError::Shape(_))));
    }

    #[test]
    fn every_command_has_a_key_somewhere() {
        let keymap = Keymap::built_in().unwrap();
        let everywhere = [
            Context::Main,
            Context::Wizard,
            Context::Approve,
            Context::Report,
            Context::Text,
            Context::List,
        ];
        for command in Command::ALL {
            assert!(
                everywhere
                    .iter()
                    .any(|context| keymap.key(*context, *command).is_some()),
                "{} has no key",
                command.name()
            );
        }
    }

    /// The table "Keys" of the contract, and what docs/decisions adds to it.
    #[test]
    fn the_contract_s_keys_mean_what_it_says() {
        for (key, command) in [
            ("?", Command::Help),
            ("esc", Command::Back),
            ("q", Command::Quit),
            ("ctrl-c", Command::Quit),
            ("ctrl-z", Command::Suspend),
            ("ctrl-l", Command::Redraw),
            ("ctrl-e", Command::ToggleHeader),
            ("j", Command::Down),
            ("down", Command::Down),
            ("k", Command::Up),
            ("g", Command::Top),
            ("G", Command::Bottom),
            ("ctrl-f", Command::PageDown),
            ("ctrl-b", Command::PageUp),
            ("tab", Command::NextPane),
            ("shift-tab", Command::PreviousPane),
            ("1", Command::Services),
            ("2", Command::Revisions),
            ("3", Command::Images),
            ("4", Command::Events),
            ("5", Command::Metrics),
            ("6", Command::Latency),
            ("+", Command::Zoom),
            ("_", Command::Unzoom),
            ("/", Command::Filter),
            (":", Command::Palette),
            ("t", Command::Revisions),
            ("w", Command::Events),
            ("m", Command::Metrics),
            ("i", Command::Images),
            ("p", Command::Deployments),
            ("L", Command::Logs),
            ("7", Command::Logs),
            ("d", Command::Describe),
            ("y", Command::Raw),
            ("c", Command::Copy),
            ("b", Command::Link),
            ("space", Command::Mark),
            ("n", Command::NextMatch),
            ("N", Command::PreviousMatch),
            ("o", Command::Sort),
            ("O", Command::Reverse),
            ("r", Command::Refresh),
            ("ctrl-r", Command::Refresh),
            ("e", Command::EditReport),
            ("R", Command::StartRollback),
            ("!", Command::Declare),
            ("a", Command::Note),
            ("v", Command::Checklist),
            ("enter", Command::Into),
            ("l", Command::Into),
            ("h", Command::Out),
        ] {
            assert_eq!(meaning(Context::Main, key), Some(command), "{key}");
        }
        assert_eq!(meaning(Context::Wizard, "s"), Some(Command::Stop));
        assert_eq!(meaning(Context::Wizard, "v"), Some(Command::Checklist));
        // What a person types to approve must reach the field.
        for typed in "production/backend".chars() {
            assert_eq!(meaning(Context::Approve, &typed.to_string()), None, "{typed}");
        }
    }
}
