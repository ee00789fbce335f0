//! A definition that a plan registers, as it will differ from the one that the service is set to.

use crate::domain::{DefinitionStatus, TaskDefinition, TaskDefinitionArn};
use crate::rollback::{Difference, Registration, Step, differs};
use crate::session::Session;

/// What differs from the revision that the service is set to, to the one that `step` registers; `None` when the step
/// registers none, or either of the two is not known.
pub(super) fn differences(session: &Session, step: &Step) -> Option<Vec<Difference>> {
    let registration = step.target.registers.as_ref()?;
    let definitions = session.view(&step.service)?.definitions.value()?;
    let known = |arn: &TaskDefinitionArn| definitions.iter().find(|definition| definition.arn == *arn);
    let now_set = known(&step.fingerprint.task_definition)?;
    let new = match registration {
        Registration::Clone {
            base,
            container,
            image,
        } => {
            let mut new = known(base)?.clone();
            let ours = new.containers.iter_mut().find(|of| of.name == *container)?;
            ours.image = image.clone();
            new
        }
        Registration::File { .. } => {
            let own = session.own_definition.as_ref()?;
            TaskDefinition {
                arn: now_set.arn.clone(),
                status: DefinitionStatus::Active,
                registered_at: None,
                registered_by: None,
                containers: own.containers.clone(),
                settings: own.settings.clone(),
            }
        }
    };
    Some(differs(now_set, &new))
}
