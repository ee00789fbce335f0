//! What differs between two revisions, as a page. What may be secret is only said to differ.

use crate::domain::{Clean, Phrase, TaskDefinition, TaskDefinitionArn};
use crate::rollback::{Change, Difference, DifferenceField, differs};
use crate::session::ServiceView;
use crate::tui::layer::{Details, PageLine};
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::deployments::named;

/// The page of two revisions, the older number first; `None` when a definition of the two is not listed any more.
#[must_use]
pub(in crate::tui) fn diff(
    view: &ServiceView,
    one: &TaskDefinitionArn,
    other: &TaskDefinitionArn,
    world: &World<'_>,
) -> Option<Details> {
    let (from, to) = if one.revision() <= other.revision() {
        (one, other)
    } else {
        (other, one)
    };
    let listed = |arn: &TaskDefinitionArn| -> Option<&TaskDefinition> {
        view.definitions
            .value()?
            .iter()
            .find(|definition| definition.arn == *arn)
    };
    let (before, after) = (listed(from)?, listed(to)?);
    let between = format!(
        "{} → {}",
        named(view, Some(from), world),
        named(view, Some(to), world)
    );
    let title = world.say(&Phrase::new("diff-title").text("what", &between));
    let differences = differs(before, after);
    let mut lines = content(view, from, to, world);
    if differences.is_empty() {
        lines.push(PageLine::bare(world.get("diff-nothing")).role(Role::Ok));
    }
    lines.extend(differences.iter().map(|difference| line(difference, world)));
    let text: Vec<String> = differences
        .iter()
        .map(|difference| world.say(&difference.phrase()))
        .collect();
    Some(Details::new(title, lines).copying("copied-diff", format!("{between}\n{}", text.join("\n"))))
}

/// What differs between a revision and one that is not registered yet, as lines of a page.
#[must_use]
pub(in crate::tui) fn diff_of_new(
    before: &TaskDefinition,
    after: &TaskDefinition,
    world: &World<'_>,
) -> Vec<PageLine> {
    let differences = differs(before, after);
    if differences.is_empty() {
        return vec![PageLine::bare(world.get("diff-nothing")).role(Role::Ok)];
    }
    differences
        .iter()
        .map(|difference| line(difference, world))
        .collect()
}

/// The content that the two ran, where it is known: a tag that both write may have meant two images.
fn content(
    view: &ServiceView,
    from: &TaskDefinitionArn,
    to: &TaskDefinitionArn,
    world: &World<'_>,
) -> Vec<PageLine> {
    let digest = |arn: &TaskDefinitionArn| {
        view.candidates
            .iter()
            .find(|candidate| candidate.definition == *arn)
            .and_then(|candidate| candidate.digest.as_ref())
    };
    let (Some(before), Some(after)) = (digest(from), digest(to)) else {
        return vec![PageLine::new(world.get("column-digest"), world.get("not-known")).role(Role::Warn)];
    };
    let (said, role) = if before == after {
        (world.get("diff-same-content"), Role::Muted)
    } else {
        (format!("{} → {}", before.short(), after.short()), Role::Warn)
    };
    vec![PageLine::new(world.get("column-digest"), said).role(role)]
}

fn line(difference: &Difference, world: &World<'_>) -> PageLine {
    let field = world.say(&difference.field.phrase());
    // Images are long and alike: only their ends tell them apart, so they stand under each other in full.
    let whole = difference.field == DifferenceField::Image;
    let name = difference.name.as_ref().map_or("", Clean::as_str);
    let (said, role) = match &difference.change {
        Change::Added(value) => (told("+", name, value.as_ref()), Role::Ok),
        Change::Removed(value) => (told("−", name, value.as_ref()), Role::Bad),
        Change::Changed { from, to } if whole => (format!("~ {name} {from}\n→ {to}"), Role::Warn),
        Change::Changed { from, to } => (format!("~ {name} {from} → {to}"), Role::Warn),
        Change::ChangedUnseen => {
            let unseen = world.get("diff-changed-unseen");
            (format!("~ {name} {unseen}"), Role::Warn)
        }
    };
    let said = said.replace("~  ", "~ ");
    let said = match &difference.container {
        Some(container) => format!("{said}  ({container})"),
        None => said,
    };
    PageLine::new(field, said).role(role)
}

fn told(mark: &str, name: &str, value: Option<&Clean>) -> String {
    match value {
        Some(value) if name.is_empty() => format!("{mark} {value}"),
        Some(value) => format!("{mark} {name} = {value}"),
        None => format!("{mark} {name}"),
    }
}
