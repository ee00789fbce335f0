//! Where someone is told, as the file writes it: `slack:#dev-team`, `mail` or `mail:ADDRESS`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::error::nearest;

/// Where someone is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Channel {
    /// A Slack channel by name, `#` included. The webhook's address is never in this file.
    Slack(String),
    /// A mail address. Unset: it is taken from the settings of the machine.
    Mail(Option<String>),
}

impl TryFrom<String> for Channel {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (kind, rest) = text
            .split_once(':')
            .map_or((text.as_str(), None), |(kind, rest)| (kind, Some(rest)));
        match (kind, rest) {
            ("slack", Some(channel)) if channel.len() > 1 && channel.starts_with('#') => {
                Ok(Self::Slack(channel.to_owned()))
            }
            ("slack", _) => Err(format!(
                "`{text}` names no Slack channel, expected such as `slack:#dev-team`"
            )),
            ("mail", None) => Ok(Self::Mail(None)),
            ("mail", Some(address)) if is_address(address) => Ok(Self::Mail(Some(address.to_owned()))),
            ("mail", Some(_)) => Err(format!(
                "`{text}` holds no mail address, expected such as `mail:team@example.com`"
            )),
            (other, _) => Err(match nearest(other, ["slack", "mail"]) {
                Some(near) => format!("unknown channel `{text}`; did you mean `{near}`?"),
                None => {
                    format!("unknown channel `{text}`, expected `slack:#CHANNEL`, `mail` or `mail:ADDRESS`")
                }
            }),
        }
    }
}

fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.chars().any(char::is_whitespace)
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slack(channel) => write!(f, "{channel} (Slack)"),
            Self::Mail(None) => f.write_str("mail"),
            Self::Mail(Some(address)) => f.write_str(address),
        }
    }
}

impl JsonSchema for Channel {
    fn schema_name() -> Cow<'static, str> {
        "Channel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "Where someone is told: `slack:#CHANNEL`, `mail` (the address comes from the settings of the machine) or `mail:ADDRESS`.",
            "type": "string",
            "pattern": "^(slack:#.+|mail|mail:[^@\\s]+@[^@\\s]+)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_read_as_they_are_written() {
        let read = |text: &str| Channel::try_from(text.to_owned());
        assert_eq!(
            read("slack:#dev-team"),
            Ok(Channel::Slack("#dev-team".to_owned()))
        );
        assert_eq!(read("mail"), Ok(Channel::Mail(None)));
        assert_eq!(
            read("mail:a@b.example"),
            Ok(Channel::Mail(Some("a@b.example".to_owned())))
        );
        for bad in [
            "slack",
            "slack:dev",
            "slack:#",
            "mail:",
            "mail:a",
            "mail:a@b@c",
            "pager:1",
            "",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read("slcak:#x").unwrap_err().contains("did you mean `slack`?"));
    }
}
