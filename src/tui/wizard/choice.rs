//! What can be chosen as a target, by method: revisions, images, versions, snapshots, or nothing because there is no choice.

use crate::domain::{Clean, Digest, TargetSpec, TaskDefinitionArn};
use crate::incident::Incident;
use crate::rollback::{Candidate, Method};
use crate::session::{ServiceView, Session};

use super::Wizard;
use super::state::service;

/// Something that can be selected as a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// A revision.
    Revision(TaskDefinitionArn),
    /// The content of an image.
    Image(Digest),
    /// The version before the one that runs, as the workflow counts.
    LatestBut1,
    /// A version by its tag.
    Version(Clean),
    /// The database of before, to which the secret's previous version leads.
    OldDatabase,
    /// A snapshot of the database.
    Snapshot(Clean),
}

/// What a method lets a person choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// The revisions of the family.
    Revisions,
    /// The images of the repository.
    Images,
    /// Versions by name.
    Versions,
    /// The snapshots of the database, and the database of before.
    Snapshots,
    /// Nothing: this message says why.
    Nothing(&'static str),
}

/// The method that the state asks for where that leaves no choice of a target.
pub(super) fn by_flight(session: &Session, incident: &Incident) -> Option<Method> {
    let history = service(session, incident)?.history.value()?;
    let running = history.deployments.iter().find(|d| d.status.is_stoppable())?;
    Some(match running.paused_at() {
        Some(_) => Method::Continue,
        None => Method::Stop,
    })
}

/// What can be chosen from, with the method that is asked for.
pub(super) fn offer(wizard: &Wizard, session: &Session, incident: &Incident) -> Offer {
    let has_file = session.own_definition.is_some();
    match wizard.method.or_else(|| by_flight(session, incident)) {
        None | Some(Method::Image) if has_file => Offer::Nothing("target-by-file"),
        None | Some(Method::Revision) => Offer::Revisions,
        Some(Method::Image) => Offer::Images,
        Some(Method::Github) => Offer::Versions,
        Some(Method::Database) => Offer::Snapshots,
        Some(Method::Stop) => Offer::Nothing("target-by-stop"),
        Some(Method::Continue) => Offer::Nothing("target-by-continue"),
        Some(Method::Redeploy) => Offer::Nothing("target-by-redeploy"),
    }
}

/// The rows, in their order.
pub(super) fn choices(wizard: &Wizard, session: &Session, incident: &Incident) -> Vec<Choice> {
    let Some(view) = service(session, incident) else {
        return Vec::new();
    };
    match offer(wizard, session, incident) {
        Offer::Revisions => view
            .candidates
            .iter()
            .map(|candidate| Choice::Revision(candidate.definition.clone()))
            .collect(),
        Offer::Images => view
            .images
            .value()
            .into_iter()
            .flatten()
            .map(|image| Choice::Image(image.digest.clone()))
            .collect(),
        Offer::Versions => std::iter::once(Choice::LatestBut1)
            .chain(versions(view).into_iter().map(Choice::Version))
            .collect(),
        Offer::Snapshots => old_database(session)
            .into_iter()
            .chain(
                session
                    .database
                    .value()
                    .into_iter()
                    .flat_map(|database| &database.snapshots)
                    .map(|snapshot| Choice::Snapshot(snapshot.id.clone())),
            )
            .collect(),
        Offer::Nothing(_) => Vec::new(),
    }
}

/// Every tag of the repository once, in the order of the images.
fn versions(view: &ServiceView) -> Vec<Clean> {
    let mut versions: Vec<Clean> = Vec::new();
    for tag in view.images.value().into_iter().flatten().flat_map(|i| &i.tags) {
        if !versions.contains(tag) {
            versions.push(tag.clone());
        }
    }
    versions
}

/// The way back to the database of before: only where something was restored and the secret still knows what it led to.
fn old_database(session: &Session) -> Option<Choice> {
    let database = session.database.value()?;
    let was_switched = !database.restored.is_empty() && database.secret.previous().is_some();
    was_switched.then_some(Choice::OldDatabase)
}

/// The selected row: the chosen one, before a choice the one that is known to have worked, or the newest that can be used.
pub(super) fn selected(wizard: &Wizard, session: &Session, incident: &Incident) -> Option<Choice> {
    let choices = choices(wizard, session, incident);
    if let Some(chosen) = wizard.target.chosen().filter(|chosen| choices.contains(chosen)) {
        return Some(chosen.clone());
    }
    let view = service(session, incident)?;
    let last_good = view.candidates.iter().find(|candidate| candidate.last_good);
    let proposed = match offer(wizard, session, incident) {
        Offer::Revisions => last_good.map(|candidate| Choice::Revision(candidate.definition.clone())),
        Offer::Images => last_good.and_then(|candidate| candidate.digest.clone().map(Choice::Image)),
        Offer::Versions => Some(Choice::LatestBut1),
        Offer::Snapshots => session.database.value().and_then(|database| {
            let usable = database.snapshots.iter().find(|snapshot| snapshot.is_available());
            usable.map(|snapshot| Choice::Snapshot(snapshot.id.clone()))
        }),
        Offer::Nothing(_) => None,
    };
    proposed
        .filter(|choice| choices.contains(choice))
        .or_else(|| choices.first().cloned())
}

/// The candidate of a revision.
pub(super) fn candidate<'a>(view: &'a ServiceView, definition: &TaskDefinitionArn) -> Option<&'a Candidate> {
    view.candidates
        .iter()
        .find(|candidate| candidate.definition == *definition)
}

/// The target that choosing a row means. The last good one is chosen by its rule, so that the rule is what is recorded; and
/// what is chosen for several services is named as all of them can understand it.
pub(super) fn spec(choice: Option<&Choice>, session: &Session, incident: &Incident) -> TargetSpec {
    let several = incident.services.len() > 1;
    let view = service(session, incident);
    match choice {
        None => TargetSpec::LastGood,
        Some(Choice::Revision(definition)) => {
            let candidate = view.and_then(|view| candidate(view, definition));
            if candidate.is_some_and(|candidate| candidate.last_good) {
                return TargetSpec::LastGood;
            }
            let version = candidate.and_then(|candidate| candidate.version.clone());
            match version.filter(|_| several) {
                Some(version) => TargetSpec::Tag(version),
                None => TargetSpec::Revision {
                    family: Some(Clean::new(definition.family())),
                    number: definition.revision(),
                },
            }
        }
        Some(Choice::Image(digest)) => {
            let images = view.and_then(|view| view.images.value());
            let tag = images
                .into_iter()
                .flatten()
                .find(|image| image.digest == *digest)
                .and_then(|image| image.tags.first().cloned());
            match tag.filter(|_| several) {
                Some(tag) => TargetSpec::Tag(tag),
                None => TargetSpec::Digest(digest.clone()),
            }
        }
        Some(Choice::LatestBut1) => TargetSpec::Latest(1),
        Some(Choice::Version(version)) => TargetSpec::Tag(version.clone()),
        Some(Choice::OldDatabase) => TargetSpec::OldDatabase,
        Some(Choice::Snapshot(id)) => TargetSpec::Snapshot(id.clone()),
    }
}

/// The methods that may be asked for here: first the one that the state chooses, as `None`; then the others that can be had.
pub(super) fn methods(session: &Session, incident: &Incident) -> Vec<Option<Method>> {
    let by_flight = by_flight(session, incident);
    let runbook = &session.setup.runbook;
    let is_offered = |method: &Method| match method {
        // Without anything under way this is what the state chooses.
        Method::Revision => by_flight.is_some(),
        Method::Image | Method::Redeploy => true,
        Method::Stop => by_flight == Some(Method::Continue),
        // A deployment that waits at a hook is answered there by the state's own choice.
        Method::Continue => false,
        Method::Github => runbook
            .github
            .as_ref()
            .is_some_and(|github| github.repository.is_some()),
        Method::Database => runbook.database.is_some(),
    };
    std::iter::once(None)
        .chain(Method::ALL.into_iter().filter(is_offered).map(Some))
        .collect()
}
