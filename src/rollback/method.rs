//! How to go back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A way of going back (contract, METHOD).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// UpdateService to a registered revision.
    Revision,
}
