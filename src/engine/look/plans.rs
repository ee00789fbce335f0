//! What a plan's checks need beyond the services themselves: looked at only while a way back is planned or goes on.

use std::collections::BTreeSet;

use crate::domain::{Clean, Digest, Fault, FaultKind, Identity, Mode, ServiceKey, TaskDefinition};
use crate::runbook::{Environment, Runbook};
use crate::session::{ServiceView, Session, Subject};

use super::{Grounds, Look, MigrationsOf, NoLook, of_service};
use crate::engine::outside;

/// Definitions whose references are looked at, newest first: those that a way back can lead to are among them.
const DEFINITIONS: usize = 10;
/// Images whose findings are looked at.
const IMAGES: usize = 4;

pub(super) fn look(
    session: &Session,
    subject: &Subject,
    environment: &Environment,
    grounds: &Grounds,
) -> Result<Look, NoLook> {
    let runbook = &*session.setup.runbook;
    let nothing = |operation: &'static str, why: &str| {
        Err(NoLook::Nothing(Fault::new(FaultKind::NotOffered, operation, why)))
    };
    match subject {
        Subject::Database => match &runbook.database {
            None => nothing("rds.DescribeDBInstances", "the runbook names no database"),
            Some(database) => {
                let named = |text: &str| Runbook::expand(text, &session.setup.environment);
                Ok(Look::Database {
                    instance: named(&database.instance),
                    restored: named(&database.restored_instance),
                    secret: named(&database.secret),
                })
            }
        },
        Subject::Migrations => migrations(session, grounds),
        Subject::Workflow => {
            let github = runbook.github.as_ref();
            match github.and_then(|github| Some((github, github.repository.as_ref()?))) {
                None => nothing("github.GetWorkflow", "the runbook names no repository"),
                Some((github, repository)) => Ok(Look::Workflow {
                    repository: repository.clone(),
                    workflow: github.workflow.clone(),
                    branch: github.r#ref.clone(),
                }),
            }
        }
        Subject::Run => {
            let repository = runbook
                .github
                .as_ref()
                .and_then(|github| github.repository.clone());
            match (repository, session.run_at_hand()) {
                (Some(repository), Some(run)) => Ok(Look::Run { repository, run }),
                (None, _) | (_, None) => Err(NoLook::NotYet),
            }
        }
        Subject::Permissions => permissions(session),
        Subject::Scaling(key) => of_service(runbook, environment, key, |cluster, name| Look::Scaling {
            cluster,
            name,
        }),
        Subject::References(key) => {
            let view = session.view(key).ok_or(NoLook::NotYet)?;
            Ok(Look::References {
                wanted: references(definitions(view)?),
            })
        }
        Subject::Shelf(key) => shelf(session, runbook, key),
        Subject::Identity
        | Subject::Services
        | Subject::Metrics
        | Subject::Alarms
        | Subject::Company
        | Subject::History(_)
        | Subject::Definitions(_)
        | Subject::Images(_)
        | Subject::Targets(_)
        | Subject::Tasks(_)
        | Subject::Health(_)
        | Subject::Logs(_) => Err(NoLook::NotYet),
    }
}

fn migrations(session: &Session, grounds: &Grounds) -> Result<Look, NoLook> {
    let runbook = &*session.setup.runbook;
    let nothing = |why: &str| {
        Err(NoLook::Nothing(Fault::new(
            FaultKind::NotOffered,
            "prisma.migrate-status",
            why,
        )))
    };
    let Some(prisma) = &runbook.prisma else {
        return nothing("the runbook names no migrations");
    };
    let folders = outside::Folders {
        working_dir: &grounds.working_dir,
        state_dir: &grounds.state_dir,
    };
    match (&grounds.drill, outside::database_service(runbook)) {
        // A drill tells the state of its own database: no command is run for it.
        (Some(drill), Some(service)) => Ok(Look::Migrations(MigrationsOf::Drill {
            address: drill.clone(),
            environment: session.setup.environment.clone(),
            service: service.clone(),
            words: prisma.status_command.clone(),
        })),
        (Some(_), None) => nothing("the runbook names no service"),
        // What a command of the team does, modosu cannot know: without the right to write it is not run.
        (None, _) if session.setup.mode == Mode::ReadOnly => nothing("in read-only mode no command is run"),
        (None, _) => match outside::status_command(prisma, folders) {
            Some(command) => Ok(Look::Migrations(MigrationsOf::Command(command))),
            None => nothing("the runbook names no folder for the command"),
        },
    }
}

/// The revisions of a service's family, once they are read.
fn definitions(view: &ServiceView) -> Result<&[TaskDefinition], NoLook> {
    match (view.definitions.value(), view.definitions.fault()) {
        (Some(list), _) => Ok(list),
        (None, Some(fault)) => Err(NoLook::Nothing(fault.clone())),
        (None, None) => Err(NoLook::NotYet),
    }
}

/// The names of what definitions refer to: secrets, parameters and roles.
fn references(definitions: &[TaskDefinition]) -> BTreeSet<Clean> {
    definitions
        .iter()
        .take(DEFINITIONS)
        .flat_map(|definition| {
            let secrets = definition
                .containers
                .iter()
                .flat_map(|container| container.settings.secrets.values());
            secrets
                .chain(&definition.settings.task_role)
                .chain(&definition.settings.execution_role)
                .cloned()
        })
        .collect()
}

fn shelf(session: &Session, runbook: &Runbook, key: &ServiceKey) -> Result<Look, NoLook> {
    let (Some(service), Some(view)) = (runbook.service(key), session.view(key)) else {
        return Err(NoLook::NotYet);
    };
    if view.candidates.is_empty() {
        return Err(match view.state.fault() {
            Some(fault) => NoLook::Nothing(fault.clone()),
            None => NoLook::NotYet,
        });
    }
    // What runs, what is proposed, and what else was in effect lately.
    let mut digests: Vec<Digest> = Vec::new();
    let served = |candidate: &&crate::rollback::Candidate| {
        candidate.last_good || !matches!(candidate.served, crate::rollback::Served::Never)
    };
    for candidate in view.candidates.iter().filter(served) {
        if let Some(digest) = &candidate.digest
            && !digests.contains(digest)
        {
            digests.push(digest.clone());
        }
    }
    digests.truncate(IMAGES);
    Ok(Look::Shelf {
        repository: service.repository.clone(),
        digests,
    })
}

/// What a way back may have to do, on what.
fn permissions(session: &Session) -> Result<Look, NoLook> {
    let identity = match (session.identity.value(), session.identity.fault()) {
        (Some(identity), _) => identity,
        (None, Some(fault)) => return Err(NoLook::Nothing(fault.clone())),
        (None, None) => return Err(NoLook::NotYet),
    };
    let mut wanted = Vec::new();
    let mut roles = BTreeSet::new();
    let mut ask = |action: &str, resource: &str| wanted.push((Clean::new(action), Clean::new(resource)));
    for view in &session.services {
        let Some(state) = view.state.value() else {
            if view.state.fault().is_none() {
                return Err(NoLook::NotYet);
            }
            continue;
        };
        ask("ecs:UpdateService", state.arn.as_str());
        if let Some(deployment) = &state.current_deployment {
            ask("ecs:StopServiceDeployment", deployment.as_str());
            ask("ecs:ContinueServiceDeployment", deployment.as_str());
        }
        let newest = view.definitions.value().into_iter().flatten().take(DEFINITIONS);
        for definition in newest {
            roles.extend(definition.settings.task_role.clone());
            roles.extend(definition.settings.execution_role.clone());
        }
    }
    ask("ecs:RegisterTaskDefinition", "*");
    ask("ecs:TagResource", "*");
    if let Some(database) = session.database.value() {
        if let Some(restored) = restored_arn(session, identity) {
            ask("rds:RestoreDBInstanceFromDBSnapshot", &restored);
            ask("rds:AddTagsToResource", &restored);
        }
        ask("secretsmanager:GetSecretValue", database.secret.arn.as_str());
        ask("secretsmanager:UpdateSecret", database.secret.arn.as_str());
        ask(
            "secretsmanager:UpdateSecretVersionStage",
            database.secret.arn.as_str(),
        );
    }
    Ok(Look::Permissions {
        caller: identity.arn.clone(),
        wanted,
        roles,
    })
}

/// The ARN of the instance that a restore makes (Amazon RDS user guide, "ARN format"): a policy names it, so that nothing else
/// can be made.
fn restored_arn(session: &Session, identity: &Identity) -> Option<String> {
    let database = session.setup.runbook.database.as_ref()?;
    let partition = identity.arn.as_str().split(':').nth(1)?;
    let name = Runbook::expand(&database.restored_instance, &session.setup.environment);
    let Identity { region, account, .. } = identity;
    Some(format!("arn:{partition}:rds:{region}:{account}:db:{name}"))
}
