//! The compiled bundles: which files they are made of, and how a message is looked up in them.

use std::sync::LazyLock;

use fluent_templates::FluentBundle;
use fluent_templates::fluent_bundle::{FluentArgs, FluentResource};
use fluent_templates::langid;

use super::Lang;

// The bundles are built here rather than by `static_loader!`: that falls back to the other language without a word, and
// drops a message that has an error in it. Here both are seen and tested.
macro_rules! locale_files {
    ($($name:literal),* $(,)?) => {
        /// The files of `assets/locales`, by name, with their Japanese and their English text. A new file is one line here.
        pub const LOCALE_FILES: &[(&str, &str, &str)] = &[$((
            $name,
            include_str!(concat!("../../assets/locales/ja/", $name, ".ftl")),
            include_str!(concat!("../../assets/locales/en/", $name, ".ftl")),
        )),*];
    };
}

locale_files![
    "cli",
    "common",
    "console",
    "decisions",
    "faults",
    "history",
    "incident",
    "keys",
    "session",
    "verify",
    "wizard",
    "x-aws",
    "x-checks",
    "x-panes",
    "x-pictures",
    "x-logs",
    "x-out",
    "x-road",
    "x-rows",
    "x-steps",
    "x-tui",
    "x-verbs",
    "x-walks",
    "x-ways",
];

type Bundle = FluentBundle<FluentResource>;

/// Something in the files that cannot be used: a line that is no message, or an id given twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The language.
    pub lang: Lang,
    /// The file's name without its ending.
    pub file: &'static str,
    /// What Fluent says of it.
    pub what: String,
}

static JA: LazyLock<(Bundle, Vec<Gap>)> = LazyLock::new(|| build(Lang::Ja));
static EN: LazyLock<(Bundle, Vec<Gap>)> = LazyLock::new(|| build(Lang::En));

fn built(lang: Lang) -> &'static (Bundle, Vec<Gap>) {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

fn build(lang: Lang) -> (Bundle, Vec<Gap>) {
    let id = match lang {
        Lang::Ja => langid!("ja"),
        Lang::En => langid!("en"),
    };
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Isolation marks (U+2068, U+2069) take no room on paper but upset the width of a terminal's cells.
    bundle.set_use_isolating(false);
    let mut gaps = Vec::new();
    for (file, ja, en) in LOCALE_FILES {
        let text = match lang {
            Lang::Ja => ja,
            Lang::En => en,
        };
        // What Fluent understood is used even where a part of the file is wrong: one bad line must not take the words away
        // from an operator. The test over `gaps` keeps such a file from being shipped.
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                gaps.extend(errors.iter().map(|error| Gap {
                    lang,
                    file,
                    what: error.to_string(),
                }));
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            gaps.extend(errors.iter().map(|error| Gap {
                lang,
                file,
                what: error.to_string(),
            }));
        }
    }
    (bundle, gaps)
}

/// What is wrong with the files of both languages; empty in a build that may be shipped.
#[must_use]
pub fn gaps() -> Vec<Gap> {
    Lang::ALL
        .into_iter()
        .flat_map(|lang| built(lang).1.iter().cloned())
        .collect()
}

/// The message `id` with `args`, or `None` when there is no such message. A value that the message asks for and `args` does
/// not give stays visible as `{$name}`; `complete` says whether that happened.
pub(super) fn format(lang: Lang, id: &str, args: &FluentArgs<'_>) -> Option<Formatted> {
    let bundle = &built(lang).0;
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle
        .format_pattern(pattern, Some(args), &mut errors)
        .into_owned();
    Some(Formatted {
        text,
        complete: errors.is_empty(),
    })
}

/// A formatted message.
pub(super) struct Formatted {
    /// The text.
    pub(super) text: String,
    /// Whether every value that it asks for was given.
    pub(super) complete: bool,
}
