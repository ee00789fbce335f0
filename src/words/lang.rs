//! The languages that modosu speaks.

use crate::runbook::Language;

/// A language of screen and report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Japanese.
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Both, in the order of `assets/locales`.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The language that a tag or a locale's name asks for, such as `ja`, `ja_JP.UTF-8` or `en-GB`; `None` for any other
    /// (also `C` and `POSIX`, which name no language).
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ja") {
            Some(Self::Ja)
        } else if language.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The tag of the language, as `--lang` takes it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The same as the runbook's type, to choose one of its texts.
    #[must_use]
    pub const fn language(self) -> Language {
        match self {
            Self::Ja => Language::Ja,
            Self::En => Language::En,
        }
    }
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Ja => Self::Ja,
            Language::En => Self::En,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language_and_others_name_none() {
        for (tag, lang) in [
            ("ja", Some(Lang::Ja)),
            ("ja_JP.UTF-8", Some(Lang::Ja)),
            ("JA-jp", Some(Lang::Ja)),
            ("en_GB@euro", Some(Lang::En)),
            ("C.UTF-8", None),
            ("javanese", None),
            ("", None),
        ] {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
    }
}
