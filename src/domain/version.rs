//! Where to go back to, as a person writes it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Clean, Digest};

/// A target as written on the command line or chosen in the wizard. It is resolved once, into a frozen plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetSpec {
    /// The newest version that is known to have worked, from completed deployment history.
    LastGood,
    /// The version in effect `n` completed deployments before the current one, distinct by identity.
    Latest(u32),
    /// An image tag, such as `v1.2.3`.
    Tag(Clean),
    /// A revision of the service's task family, `:56` or `family:56`.
    Revision {
        /// The family, if written.
        family: Option<Clean>,
        /// The number.
        number: u32,
    },
    /// An image by content.
    Digest(Digest),
    /// A snapshot of the database.
    Snapshot(Clean),
    /// The newest snapshot of the database that can be restored.
    LatestSnapshot,
    /// The database that was in use before the newest switch.
    OldDatabase,
}

impl TargetSpec {
    /// Whether it names a database and not a version of a service.
    #[must_use]
    pub const fn is_database(&self) -> bool {
        match self {
            Self::Snapshot(_) | Self::LatestSnapshot | Self::OldDatabase => true,
            Self::LastGood | Self::Latest(_) | Self::Tag(_) | Self::Revision { .. } | Self::Digest(_) => {
                false
            }
        }
    }
}

/// A text that names no target.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no target: expected last-good, latest-1, an image tag such as v1.2.3, :56, family:56 or sha256:…; for the database \
     snapshot:ID, latest-snapshot or old-database"
)]
pub struct InvalidTarget(pub String);

impl FromStr for TargetSpec {
    type Err = InvalidTarget;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidTarget(Clean::new(text).to_string());
        if text == "last-good" {
            return Ok(Self::LastGood);
        }
        if text == "latest-snapshot" {
            return Ok(Self::LatestSnapshot);
        }
        if text == "old-database" {
            return Ok(Self::OldDatabase);
        }
        // Letters, digits and hyphens; those that RDS makes by itself begin with `rds:` (RDS API, DBSnapshotIdentifier).
        if let Some(id) = text.strip_prefix("snapshot:") {
            let fits = !id.is_empty()
                && id.len() <= 255
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-:._".contains(&b));
            return if fits {
                Ok(Self::Snapshot(Clean::new(id)))
            } else {
                Err(invalid())
            };
        }
        if let Some(n) = text.strip_prefix("latest-").and_then(|n| n.parse::<u32>().ok()) {
            return if n > 0 {
                Ok(Self::Latest(n))
            } else {
                Err(invalid())
            };
        }
        if text.starts_with("sha256:") {
            return Digest::new(text).map(Self::Digest).map_err(|_| invalid());
        }
        if let Some((family, number)) = text.rsplit_once(':') {
            let number = number.parse().ok().filter(|n| *n > 0).ok_or_else(invalid)?;
            let family = (!family.is_empty()).then(|| Clean::new(family));
            return Ok(Self::Revision { family, number });
        }
        // Tags as the Docker distribution specification has them: [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}.
        let tag = !text.is_empty()
            && text.len() <= 128
            && !text.starts_with(['.', '-'])
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if tag {
            Ok(Self::Tag(Clean::new(text)))
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for TargetSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LastGood => f.write_str("last-good"),
            Self::Latest(n) => write!(f, "latest-{n}"),
            Self::Tag(tag) => tag.fmt(f),
            Self::Revision {
                family: Some(family),
                number,
            } => write!(f, "{family}:{number}"),
            Self::Revision { family: None, number } => write!(f, ":{number}"),
            Self::Digest(digest) => digest.fmt(f),
            Self::Snapshot(id) => write!(f, "snapshot:{id}"),
            Self::LatestSnapshot => f.write_str("latest-snapshot"),
            Self::OldDatabase => f.write_str("old-database"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_target_reads_back() {
        for text in [
            "last-good",
            "latest-1",
            "latest-12",
            "v1.2.3",
            ":56",
            "pb-backend:56",
            "snapshot:rds:pb-production-2026-11-24-03-07",
            "latest-snapshot",
            "old-database",
        ] {
            assert_eq!(text.parse::<TargetSpec>().unwrap().to_string(), text);
        }
        assert!(matches!("v1.2.3".parse(), Ok(TargetSpec::Tag(_))));
        assert!(matches!("latest".parse(), Ok(TargetSpec::Tag(_))));
        for bad in [
            "",
            ":",
            ":0",
            "latest-0",
            "a b",
            "sha256:zz",
            "x:y",
            "../x",
            "snapshot:",
            "snapshot:a b",
        ] {
            assert!(bad.parse::<TargetSpec>().is_err(), "{bad}");
        }
    }
}
