//! The thing that is selected: what is described, shown raw, copied and looked up in AWS's own console is one and the same.

use jiff::Timestamp;

use crate::domain::{Image, LogLine, ServiceDeployment};
use crate::rollback::Candidate;
use crate::session::ServiceView;
use crate::tui::screen::{Pane, Screen};
use crate::tui::world::World;

use super::{deployments, events, images, logs, revisions};

/// Something that a row stands for, borrowed from the session.
#[derive(Clone, Debug)]
pub(in crate::tui) enum Thing<'a> {
    /// A service.
    Service(&'a ServiceView),
    /// A revision of a service's family.
    Revision(&'a ServiceView, &'a Candidate),
    /// A deployment of a service.
    Deployment(&'a ServiceView, &'a ServiceDeployment),
    /// An image of a service's repository.
    Image(&'a ServiceView, &'a Image),
    /// A line of a service's log.
    Log(&'a ServiceView, &'a LogLine),
    /// Something that happened, and the service that it is about.
    Event(Option<&'a ServiceView>, Timestamp, String),
}

/// What is selected in the focused pane; `None` when nothing is.
#[must_use]
pub(in crate::tui) fn selected<'a>(screen: &Screen, world: &World<'a>) -> Option<Thing<'a>> {
    let service = screen.service(world.session);
    match screen.focus {
        Pane::Services | Pane::ErrorRate | Pane::Latency => service.map(Thing::Service),
        Pane::Revisions => {
            let rows = revisions::rows(screen, world);
            let at = screen.revisions.locate(rows.len(), |at, id| {
                rows.get(at).is_some_and(|row| row.definition == *id)
            });
            Some(Thing::Revision(service?, rows.get(at).copied()?))
        }
        Pane::Deployments => {
            let rows = deployments::rows(screen, world);
            let at = screen.deployments.locate(rows.len(), |at, id| {
                rows.get(at).is_some_and(|row| row.arn == *id)
            });
            Some(Thing::Deployment(service?, rows.get(at).copied()?))
        }
        Pane::Images => {
            let rows = images::rows(screen, world);
            let at = screen.images.locate(rows.len(), |at, id| {
                rows.get(at).is_some_and(|row| row.digest == *id)
            });
            Some(Thing::Image(service?, rows.get(at).copied()?))
        }
        Pane::Logs => Some(Thing::Log(service?, logs::selected(screen, world)?)),
        Pane::Events => {
            let (at, text, key) = events::selected(screen, world)?;
            let view = key.and_then(|key| world.session.view(key));
            Some(Thing::Event(view, at, text))
        }
    }
}

impl Thing<'_> {
    /// What people call it.
    #[must_use]
    pub(in crate::tui) fn name(&self, world: &World<'_>) -> String {
        match self {
            Self::Service(view) => view.key.to_string(),
            Self::Revision(_, candidate) => candidate.definition.short().to_owned(),
            Self::Deployment(view, deployment) => {
                let from = deployments::named(view, deployments::source(view, deployment), world);
                let to = deployments::named(view, deployments::target(view, deployment), world);
                format!("{} · {from} → {to}", view.key)
            }
            Self::Image(_, image) => {
                let tags = images::tags(image);
                format!("{tags} {}", image.digest.short()).trim_start().to_owned()
            }
            Self::Log(_, line) => world.words.clock(line.at),
            Self::Event(_, at, _) => world.words.date_time(*at),
        }
    }

    /// What `c` copies: a message that says what it is, and the text. A service that was never read has no ARN.
    #[must_use]
    pub(in crate::tui) fn copied(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Service(view) => Some(("copied-service", view.state.value()?.arn.to_string())),
            Self::Revision(_, candidate) => Some(("copied-revision", candidate.definition.to_string())),
            Self::Deployment(_, deployment) => Some(("copied-deployment", deployment.arn.to_string())),
            Self::Image(_, image) => Some(("copied-digest", image.digest.to_string())),
            Self::Log(_, line) => Some(("copied-line", line.message.to_string())),
            Self::Event(_, _, text) => Some(("copied-event", text.clone())),
        }
    }
}
