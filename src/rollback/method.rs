//! How to go back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{Clean, Controller, Phrase, Scheduling, ServiceState, ServiceStatus, Strategy};

/// A way of going back (contract, METHOD).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// UpdateService to a registered revision.
    Revision,
}

impl Method {
    /// The name in options and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revision => "revision",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no method of this version. `auto` is not one: it means that none is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no method: expected revision")]
pub struct UnknownMethod(pub String);

impl FromStr for Method {
    type Err = UnknownMethod;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Self::Revision.as_str() {
            Ok(Self::Revision)
        } else {
            Err(UnknownMethod(Clean::new(text).to_string()))
        }
    }
}

/// The method for a service: the one that is wanted, or the one that its state asks for.
///
/// # Errors
/// Why no method of this version fits the service and what to do instead, as a sentence. An unknown value of ECS is
/// never acted on (facts: UpdateService cannot change the task definition under CODE_DEPLOY or EXTERNAL).
pub fn choose_method(state: &ServiceState, wanted: Option<Method>) -> Result<Method, Phrase> {
    match &state.status {
        ServiceStatus::Active => {}
        ServiceStatus::Draining => return Err(status("DRAINING")),
        ServiceStatus::Inactive => return Err(status("INACTIVE")),
        ServiceStatus::Other(other) => return Err(status(other.as_str())),
    }
    if state.express {
        return Err(Phrase::new("preflight-controller-express"));
    }
    match &state.controller {
        Controller::Ecs => {}
        Controller::CodeDeploy => return Err(Phrase::new("preflight-controller-code-deploy")),
        Controller::External => return Err(Phrase::new("preflight-controller-external")),
        Controller::Other(other) => {
            return Err(Phrase::new("preflight-controller-other").text("controller", other));
        }
    }
    match &state.scheduling {
        Scheduling::Replica => {}
        Scheduling::Daemon => return Err(Phrase::new("preflight-controller-daemon")),
        Scheduling::Other(other) => {
            return Err(Phrase::new("preflight-controller-scheduling").text("scheduling", other));
        }
    }
    match &state.strategy {
        Strategy::Rolling | Strategy::BlueGreen | Strategy::Linear | Strategy::Canary => {}
        Strategy::Other(other) => {
            return Err(Phrase::new("preflight-controller-strategy").text("strategy", other));
        }
    }
    Ok(wanted.unwrap_or(Method::Revision))
}

fn status(word: &str) -> Phrase {
    Phrase::new("preflight-controller-status").text("status", word)
}
