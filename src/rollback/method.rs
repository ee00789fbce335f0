//! How to go back: chosen by the state of the service, and explained.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{
    Clean, Controller, Phrase, Scheduling, ServiceState, ServiceStatus, Strategy, TaskDefinitionArn,
};

use super::flight::Flight;

/// A way of going back (contract, METHOD).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// UpdateService to a registered revision.
    Revision,
    /// StopServiceDeployment, while the deployment that is to be undone is still under way. ECS chooses where to.
    Stop,
    /// ContinueServiceDeployment with ROLLBACK, while that deployment waits at a hook. ECS chooses where to.
    Continue,
    /// By content: a revision that has the image, registered if there is none.
    Image,
    /// The team's workflow on GitHub.
    Github,
    /// A database restored from a snapshot, or the one of before; the services that use it are deployed anew.
    Database,
    /// The same revision deployed anew. This is no way back: it starts the same content again.
    Redeploy,
}

impl Method {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Revision,
        Self::Stop,
        Self::Continue,
        Self::Image,
        Self::Github,
        Self::Database,
        Self::Redeploy,
    ];

    /// Whether a deployment that is under way is turned back; then ECS chooses the target.
    #[must_use]
    pub const fn turns_back(self) -> bool {
        match self {
            Self::Stop | Self::Continue => true,
            Self::Revision | Self::Image | Self::Github | Self::Database | Self::Redeploy => false,
        }
    }

    /// Whether what runs is deployed anew, as it is.
    #[must_use]
    pub const fn deploys_the_same(self) -> bool {
        match self {
            Self::Database | Self::Redeploy => true,
            Self::Revision | Self::Stop | Self::Continue | Self::Image | Self::Github => false,
        }
    }

    /// The name in options and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revision => "revision",
            Self::Stop => "stop",
            Self::Continue => "continue",
            Self::Image => "image",
            Self::Github => "github",
            Self::Database => "database",
            Self::Redeploy => "redeploy",
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
#[error("`{0}` is no method: expected revision, stop, continue, image, github, database or redeploy")]
pub struct UnknownMethod(pub String);

impl FromStr for Method {
    type Err = UnknownMethod;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or_else(|| UnknownMethod(Clean::new(text).to_string()))
    }
}

/// Whether any method of this version may be used on the service at all.
///
/// # Errors
/// Why none fits and what to do instead, as a sentence. An unknown value of ECS is never acted on (facts: UpdateService
/// cannot change the task definition under CODE_DEPLOY or EXTERNAL).
pub fn fits(state: &ServiceState) -> Result<(), Phrase> {
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
        Strategy::Rolling | Strategy::BlueGreen | Strategy::Linear | Strategy::Canary => Ok(()),
        Strategy::Other(other) => Err(Phrase::new("preflight-controller-strategy").text("strategy", other)),
    }
}

fn status(word: &str) -> Phrase {
    Phrase::new("preflight-controller-status").text("status", word)
}

/// The method for what is under way: the one that is wanted, or the one that the state asks for; and why this one. A method
/// that cannot work now is chosen all the same when it is wanted: the plan's rows say what stands against it. `inactive` is
/// the target's revision, when it was deregistered: no service can be set to it, but its content can be registered anew.
pub(super) fn choose_method(
    flight: &Flight<'_>,
    wanted: Option<Method>,
    inactive: Option<&TaskDefinitionArn>,
) -> (Method, Phrase) {
    match (wanted, flight) {
        (Some(wanted), _) => (wanted, Phrase::new("why-method-wanted").text("method", wanted)),
        (None, Flight::Paused(deployment, hook)) => (
            Method::Continue,
            Phrase::new("why-method-continue")
                .text("deployment", deployment.arn.id())
                .text("hook", &hook.id),
        ),
        (None, Flight::Stoppable(deployment)) => (
            Method::Stop,
            Phrase::new("why-method-stop")
                .text("deployment", deployment.arn.id())
                .text("status", deployment.status.as_str()),
        ),
        (None, Flight::GoingBack(_) | Flight::Untold) => (Method::Revision, Phrase::new("why-method-untold")),
        (None, Flight::Landed) => match inactive {
            Some(revision) => (
                Method::Image,
                Phrase::new("why-method-image").text("revision", format!(":{}", revision.revision())),
            ),
            None => (Method::Revision, Phrase::new("why-method-revision")),
        },
    }
}
