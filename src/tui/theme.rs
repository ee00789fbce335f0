//! Colours by what they mean.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use thiserror::Error;

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Headings.
    Title,
    /// What may stay in the background.
    Muted,
    /// Where the keyboard is.
    Focus,
    /// The selected row.
    Selected,
    /// Good.
    Ok,
    /// Wants a look.
    Warn,
    /// Bad.
    Bad,
    /// The name of a key.
    Key,
    /// A protected environment.
    Production,
    /// Any other environment.
    Staging,
}

/// A theme that modosu comes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light backgrounds.
    Light,
}

/// Why a theme cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the theme cannot be read: {0}")]
pub struct ThemeError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    reversed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Entry,
    title: Entry,
    muted: Entry,
    focus: Entry,
    selected: Entry,
    ok: Entry,
    warn: Entry,
    bad: Entry,
    key: Entry,
    production: Entry,
    staging: Entry,
}

/// A style for each role.
#[derive(Clone, Debug)]
pub struct Theme {
    text: Style,
    title: Style,
    muted: Style,
    focus: Style,
    selected: Style,
    ok: Style,
    warn: Style,
    bad: Style,
    key: Style,
    production: Style,
    staging: Style,
}

impl Theme {
    /// A theme that modosu comes with; without colour, only bold, dim and reversed are left.
    ///
    /// # Errors
    /// Never in a build whose tests passed.
    pub fn built_in(name: ThemeName, colour: bool) -> Result<Self, ThemeError> {
        let text = match name {
            ThemeName::Dark => include_str!("../../assets/themes/dark.toml"),
            ThemeName::Light => include_str!("../../assets/themes/light.toml"),
        };
        Self::parse(text, colour)
    }

    fn parse(text: &str, colour: bool) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(text).map_err(|error| ThemeError(error.message().to_owned()))?;
        let style = |entry: &Entry| style(entry, colour);
        // Without colour an environment's badge still stands out.
        let badge = |entry: &Entry| {
            let plain = style(entry)?;
            Ok(if colour {
                plain
            } else {
                plain.add_modifier(Modifier::REVERSED)
            })
        };
        Ok(Self {
            text: style(&file.text)?,
            title: style(&file.title)?,
            muted: style(&file.muted)?,
            focus: style(&file.focus)?,
            selected: style(&file.selected)?,
            ok: style(&file.ok)?,
            warn: style(&file.warn)?,
            bad: style(&file.bad)?,
            key: style(&file.key)?,
            production: badge(&file.production)?,
            staging: badge(&file.staging)?,
        })
    }

    /// The style of a role.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        match role {
            Role::Text => self.text,
            Role::Title => self.title,
            Role::Muted => self.muted,
            Role::Focus => self.focus,
            Role::Selected => self.selected,
            Role::Ok => self.ok,
            Role::Warn => self.warn,
            Role::Bad => self.bad,
            Role::Key => self.key,
            Role::Production => self.production,
            Role::Staging => self.staging,
        }
    }
}

fn style(entry: &Entry, colour: bool) -> Result<Style, ThemeError> {
    let read = |name: &Option<String>| -> Result<Option<Color>, ThemeError> {
        name.as_ref()
            .map(|name| {
                name.parse()
                    .map_err(|_| ThemeError(format!("`{name}` is no colour")))
            })
            .transpose()
    };
    let mut style = Style::new();
    let (fg, bg) = (read(&entry.fg)?, read(&entry.bg)?);
    if colour {
        style.fg = fg;
        style.bg = bg;
    }
    for (on, modifier) in [
        (entry.bold, Modifier::BOLD),
        (entry.dim, Modifier::DIM),
        (entry.reversed, Modifier::REVERSED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_themes_read_and_production_looks_unlike_staging() {
        for name in [ThemeName::Dark, ThemeName::Light] {
            let theme = Theme::built_in(name, true).unwrap();
            assert_ne!(theme.style(Role::Production), theme.style(Role::Staging));
            assert_ne!(theme.style(Role::Ok), theme.style(Role::Bad));
        }
    }

    #[test]
    fn an_unknown_colour_is_refused() {
        let text = include_str!("../../assets/themes/dark.toml").replace("cyan", "cyn");
        assert_eq!(
            Theme::parse(&text, true).unwrap_err(),
            ThemeError("`cyn` is no colour".to_owned())
        );
    }

    #[test]
    fn without_colour_there_is_none() {
        let theme = Theme::built_in(ThemeName::Dark, false).unwrap();
        for role in [
            Role::Ok,
            Role::Bad,
            Role::Production,
            Role::Staging,
            Role::Muted,
            Role::Key,
        ] {
            assert_eq!((theme.style(role).fg, theme.style(role).bg), (None, None));
        }
        assert!(
            theme
                .style(Role::Production)
                .add_modifier
                .contains(Modifier::REVERSED)
        );
    }
}
