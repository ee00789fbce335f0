//! The definition that a plan would register, as a diff against what is set now.

use crate::domain::{DefinitionStatus, TaskDefinition, TaskDefinitionArn};
use crate::rollback::{Registration, Step};
use crate::session::ServiceView;
use crate::tui::layer::PageLine;
use crate::tui::panes::diff_of_new;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// What differs between what is set now and what the step would register; empty for a step that registers nothing.
pub(super) fn diff(step: &Step, world: &World<'_>) -> Vec<PageLine> {
    let Some(registration) = &step.target.registers else {
        return Vec::new();
    };
    let view = world.session.view(&step.service);
    let listed = |arn: &TaskDefinitionArn| view.and_then(|view| definition(view, arn));
    let now = step.from.revision.as_ref().and_then(listed);
    let new = match registration {
        Registration::Clone {
            base,
            container,
            image,
        } => listed(base).map(|base| {
            let mut new = base.clone();
            for known in &mut new.containers {
                if known.name == *container {
                    known.image = image.clone();
                }
            }
            new
        }),
        Registration::File { .. } => {
            world
                .session
                .own_definition
                .as_ref()
                .zip(now)
                .map(|(own, now)| TaskDefinition {
                    arn: now.arn.clone(),
                    status: DefinitionStatus::Active,
                    registered_at: None,
                    registered_by: None,
                    containers: own.containers.clone(),
                    settings: own.settings.clone(),
                })
        }
    };
    let title = PageLine::new(world.get("label-new-definition"), String::new());
    match (now, new) {
        (Some(now), Some(new)) => std::iter::once(title)
            .chain(diff_of_new(now, &new, world))
            .collect(),
        (None, _) | (_, None) => {
            vec![title, PageLine::bare(world.get("not-known")).role(Role::Warn)]
        }
    }
}

fn definition<'a>(view: &'a ServiceView, arn: &TaskDefinitionArn) -> Option<&'a TaskDefinition> {
    view.definitions
        .value()?
        .iter()
        .find(|definition| definition.arn == *arn)
}
