//! The rules that choose a target. Each is resolved once, into a plan that is frozen; none of them is "revision minus one".

use std::time::Duration;

use crate::domain::{
    Clean, DefinitionStatus, Digest, FaultKind, ImageReference, Observed, Phrase, TargetSpec, TaskDefinition,
    TaskDefinitionArn,
};

use super::served::{Identity, Known, pinned};
use super::target::candidate;
use super::{Candidate, ImageState, NoTarget, Rule, Served, Target, TargetInputs};

/// The target that `spec` names, with the rule that chose it.
///
/// # Errors
/// Why there is none: the observations do not tell (yet), history has no fit, or nothing goes by that name.
pub fn choose(spec: &TargetSpec, inputs: &TargetInputs<'_>) -> Result<Target, NoTarget> {
    let known = Known::new(inputs);
    match spec {
        TargetSpec::LastGood => last_good(&known),
        TargetSpec::Latest(n) => latest(&known, *n),
        TargetSpec::Tag(tag) => tagged(&known, tag),
        TargetSpec::Revision { family, number } => numbered(&known, family.as_ref(), *number),
        TargetSpec::Digest(digest) => by_content(&known, digest),
        TargetSpec::Snapshot(_) | TargetSpec::LatestSnapshot | TargetSpec::OldDatabase => {
            Err(no(Phrase::new("no-target-database").text("target", spec)))
        }
    }
}

pub(super) fn no(why: Phrase) -> NoTarget {
    NoTarget { why }
}

/// `:57`, as revisions of one family are written.
pub(super) fn number(definition: &TaskDefinitionArn) -> String {
    format!(":{}", definition.revision())
}

/// Why something that was to be read has no reading.
pub(super) fn unread<T>(observed: &Observed<T>, failed: &'static str) -> NoTarget {
    no(match observed.fault() {
        Some(fault) => Phrase::new(failed).phrase("fault", fault.phrase()),
        None => Phrase::new("no-target-waiting"),
    })
}

pub(super) fn current<'k>(known: &'k Known<'_>) -> Result<&'k Identity, NoTarget> {
    known
        .current
        .as_ref()
        .ok_or_else(|| unread(known.inputs.state, "no-target-service-not-read"))
}

pub(super) fn definitions<'k>(known: &'k Known<'_>) -> Result<&'k [TaskDefinition], NoTarget> {
    known
        .inputs
        .definitions
        .value()
        .map(Vec::as_slice)
        .ok_or_else(|| unread(known.inputs.definitions, "no-target-definitions-not-read"))
}

fn target(found: Candidate, digest: Option<Digest>, rule: Rule, why: Phrase, proven: bool) -> Target {
    Target {
        definition: found.definition,
        image: found.image,
        version: found.version,
        digest,
        rule,
        why,
        proven,
        registers: None,
    }
}

/// The newest identity in completed history that differs from what runs and was in effect alone for long enough.
pub(super) fn last_good(known: &Known<'_>) -> Result<Target, NoTarget> {
    let current = current(known)?;
    if !known.has_history {
        let offered = match known.inputs.history.fault().map(|fault| &fault.kind) {
            Some(FaultKind::NotOffered) => false,
            None
            | Some(
                FaultKind::Denied { .. }
                | FaultKind::Expired
                | FaultKind::NoCredentials
                | FaultKind::Throttled
                | FaultKind::TimedOut
                | FaultKind::Unreachable
                | FaultKind::NotFound
                | FaultKind::Rejected
                | FaultKind::Server
                | FaultKind::Malformed
                | FaultKind::Held
                | FaultKind::Local
                | FaultKind::NotSent,
            ) => true,
        };
        // History that is there but cannot be read is no reason to fall back to "registered": it may hold the answer.
        return if offered && known.inputs.history.value().is_none() {
            Err(unread(known.inputs.history, "no-target-history-not-read"))
        } else {
            registered(known, current)
        };
    }
    let mut short: Option<(TaskDefinitionArn, Duration)> = None;
    for identity in known.residences.iter().rev().filter_map(|r| r.identity.as_ref()) {
        if !identity.differs(current) {
            continue;
        }
        let soak = known.soak(identity);
        if soak < known.inputs.soak {
            short.get_or_insert_with(|| (identity.definition.clone(), soak));
            continue;
        }
        let found = candidate(known, &identity.definition);
        let why = match found.error_percent {
            Some(rate) => Phrase::new("target-last-good-rate").number("rate", rate),
            None => Phrase::new("target-last-good"),
        };
        let why = why
            .text("revision", number(&identity.definition))
            .duration("served", soak);
        let digest = content(known, identity, &found);
        return Ok(target(found, digest, Rule::LastGood, why, true));
    }
    Err(no(match short {
        Some((definition, soak)) => Phrase::new("no-target-short")
            .text("revision", number(&definition))
            .duration("served", soak)
            .duration("soak", known.inputs.soak),
        None => Phrase::new("no-target-no-other"),
    }))
}

/// The content of `identity` as it ran; as pinned where ECS does not tell.
fn content(known: &Known<'_>, identity: &Identity, found: &Candidate) -> Option<Digest> {
    known
        .digest_in(identity)
        .or_else(|| found.image.as_ref().and_then(|image| pinned(image.as_str())))
}

/// Where there is no history at all: the newest revision below the current one that could be deployed. It is registered,
/// which proves nothing, and it says so.
fn registered(known: &Known<'_>, current: &Identity) -> Result<Target, NoTarget> {
    let below = definitions(known)?
        .iter()
        .filter(|d| d.arn.family() == current.definition.family())
        .filter(|d| d.arn.revision() < current.definition.revision())
        .filter(|d| d.status == DefinitionStatus::Active)
        .map(|d| candidate(known, &d.arn));
    let images_are_read = known.inputs.images.value().is_some();
    let found = below
        .filter(|c| match c.image_state {
            ImageState::Present => true,
            // Without any list of images the row "image" stays unknown and is shown as that.
            ImageState::Unknown => !images_are_read,
            ImageState::Gone | ImageState::NotPullable(_) => false,
        })
        .max_by_key(|c| c.definition.revision());
    match found {
        Some(found) => {
            let why = Phrase::new("target-registered").text("revision", number(&found.definition));
            let digest = found.digest.clone();
            Ok(target(found, digest, Rule::Registered, why, false))
        }
        None => Err(no(Phrase::new("no-target-nothing-registered"))),
    }
}

/// The `n`th distinct identity before what runs, in completed history.
fn latest(known: &Known<'_>, n: u32) -> Result<Target, NoTarget> {
    let current = current(known)?;
    if known.inputs.history.value().is_none() {
        return Err(unread(known.inputs.history, "no-target-history-not-read"));
    }
    let mut earlier: Vec<&Identity> = Vec::new();
    for residence in known.residences.iter().rev() {
        let Some(identity) = &residence.identity else {
            // Counting past a version that ECS cannot describe would name the wrong one.
            return Err(no(Phrase::new("no-target-undescribed").number("n", n)));
        };
        if !identity.differs(current) || earlier.iter().any(|e| !e.differs(identity)) {
            continue;
        }
        earlier.push(identity);
        if u32::try_from(earlier.len()).is_ok_and(|count| count == n) {
            let found = candidate(known, &identity.definition);
            let digest = content(known, identity, &found);
            let why = Phrase::new("target-latest")
                .text("revision", number(&identity.definition))
                .number("n", n)
                .duration("served", known.soak(identity));
            return Ok(target(found, digest, Rule::Latest, why, true));
        }
    }
    let count = u32::try_from(earlier.len()).unwrap_or(u32::MAX);
    Err(no(Phrase::new("no-target-latest-none")
        .number("n", n)
        .number("count", count)))
}

/// Whether history proves that `found` ran with the content that it would run with.
fn proven(known: &Known<'_>, found: &Candidate) -> bool {
    match &found.served {
        Served::Before { .. } => true,
        // What runs now is proven only when its deployment completed.
        Served::Now { since } => since.is_some() && known.has_history,
        Served::Never | Served::Unknown => false,
    }
}

/// Revisions of the service's family, newest first.
pub(super) fn family<'k>(
    known: &'k Known<'_>,
    current: &Identity,
) -> Result<Vec<&'k TaskDefinition>, NoTarget> {
    let mut list: Vec<_> = definitions(known)?
        .iter()
        .filter(|d| d.arn.family() == current.definition.family())
        .collect();
    list.sort_by_key(|d| std::cmp::Reverse(d.arn.revision()));
    Ok(list)
}

fn tagged(known: &Known<'_>, tag: &Clean) -> Result<Target, NoTarget> {
    let current = current(known)?;
    let repository = known.inputs.repository.as_str();
    let with_tag: Vec<_> = family(known, current)?
        .into_iter()
        .filter(|d| {
            d.image_of(repository).is_some_and(|image| {
                let reference = ImageReference::parse(image.as_str());
                reference.repository() == repository && reference.tag == Some(tag.as_str())
            })
        })
        .collect();
    let Some(definition) = with_tag.iter().find(|d| d.status == DefinitionStatus::Active) else {
        let why = match with_tag.first() {
            Some(inactive) => Phrase::new("no-target-tag-inactive").text("revision", number(&inactive.arn)),
            None => Phrase::new("no-target-tag-none").text("repository", known.inputs.repository),
        };
        return Err(no(why.text("tag", tag)));
    };
    let found = candidate(known, &definition.arn);
    let why = Phrase::new("target-tag")
        .text("revision", number(&definition.arn))
        .text("tag", tag);
    let (digest, proven) = (found.digest.clone(), proven(known, &found));
    Ok(target(found, digest, Rule::Tag, why, proven))
}

fn numbered(known: &Known<'_>, family: Option<&Clean>, revision: u32) -> Result<Target, NoTarget> {
    let current = current(known)?;
    let own = current.definition.family();
    if let Some(family) = family.filter(|family| family.as_str() != own) {
        return Err(no(Phrase::new("no-target-family")
            .text("family", family)
            .text("own", own)));
    }
    let of_number = |arn: &TaskDefinitionArn| arn.family() == own && arn.revision() == revision;
    let listed = known
        .inputs
        .definitions
        .value()
        .into_iter()
        .flatten()
        .map(|d| &d.arn);
    let ran = known
        .residences
        .iter()
        .filter_map(|r| r.identity.as_ref())
        .map(|i| &i.definition);
    let Some(arn) = listed.chain(ran).find(|arn| of_number(arn)).cloned() else {
        // Only a list that was read can say that a revision is not on it.
        definitions(known)?;
        return Err(no(
            Phrase::new("no-target-revision").text("revision", format!("{own}:{revision}"))
        ));
    };
    let found = candidate(known, &arn);
    let why = Phrase::new("target-revision").text("revision", number(&arn));
    let (digest, proven) = (found.digest.clone(), proven(known, &found));
    Ok(target(found, digest, Rule::Revision, why, proven))
}

fn by_content(known: &Known<'_>, digest: &Digest) -> Result<Target, NoTarget> {
    let current = current(known)?;
    let active = family(known, current)?
        .into_iter()
        .filter(|d| d.status == DefinitionStatus::Active);
    for definition in active {
        let ran = known
            .of_definition(&definition.arn)
            .filter_map(|r| r.identity.as_ref())
            .any(|identity| known.digest_in(identity).as_ref() == Some(digest));
        let found = candidate(known, &definition.arn);
        let means = found.digest.as_ref() == Some(digest)
            || found
                .image
                .as_ref()
                .and_then(|image| known.digest_of_tag(image.as_str()))
                .as_ref()
                == Some(digest);
        if ran || means {
            let why = Phrase::new("target-digest")
                .text("revision", number(&definition.arn))
                .text("digest", digest.short());
            return Ok(target(found, Some(digest.clone()), Rule::Digest, why, ran));
        }
    }
    Err(no(Phrase::new("no-target-digest").text("digest", digest.short())))
}

#[cfg(test)]
mod tests;
