//! From a way to exact calls, each with the shell command that would do the same.

use std::collections::BTreeMap;

use crate::domain::{Clean, Phrase, ServiceState, Workflow};
use crate::runbook::Github;

use super::database::{Change, DatabaseWay};
use super::flight::Flight;
use super::propose::Way;
use super::{
    Api, CORRELATION, Call, Current, DefinitionRef, IntentToken, Method, OurTags, PointingAt, ProposalInputs,
    Registration, StopType,
};

/// The calls of a step. Without anything to do there is none, and a plan without a call is never approved: the rows say why.
pub(super) fn calls(inputs: &ProposalInputs<'_>, state: &ServiceState, way: &Way<'_>) -> Vec<Call> {
    match way.method {
        Method::Stop => match way.flight {
            Flight::Stoppable(stopped) | Flight::Paused(stopped, _) => vec![stop(stopped)],
            Flight::Landed | Flight::GoingBack(_) | Flight::Untold => Vec::new(),
        },
        Method::Continue => match way.flight {
            Flight::Paused(waiting, hook) => vec![Call {
                command: format!(
                    "aws ecs continue-service-deployment --service-deployment-arn {} --hook-id {} --action {}",
                    waiting.arn,
                    hook.id,
                    StopType::Rollback.as_str()
                ),
                api: Api::ContinueServiceDeployment {
                    service_deployment: waiting.arn.clone(),
                    hook: hook.id.clone(),
                    action: StopType::Rollback,
                },
            }],
            Flight::Stoppable(_) | Flight::Landed | Flight::GoingBack(_) | Flight::Untold => Vec::new(),
        },
        Method::Revision | Method::Image => match &way.target.registers {
            Some(registration) => vec![
                register(registration),
                update(
                    state,
                    DefinitionRef::Registered,
                    &format!("{}:<new-revision>", way.target.definition.family()),
                ),
            ],
            None => {
                let definition = &way.target.definition;
                vec![update(
                    state,
                    DefinitionRef::Known(definition.clone()),
                    definition.short(),
                )]
            }
        },
        Method::Redeploy => vec![redeploy(state)],
        Method::Database => match (&way.database, inputs.is_first()) {
            (Some(database), true) => {
                let mut calls = database_calls(database);
                calls.push(redeploy(state));
                calls
            }
            (Some(_), false) => vec![redeploy(state)],
            (None, _) => Vec::new(),
        },
        Method::Github => match (
            &inputs.runbook.github,
            inputs.around.workflow.value(),
            &way.version,
        ) {
            // One run does it for all services of the plan; the others are followed.
            (Some(github), Some(workflow), Some(version)) if inputs.is_first() => {
                dispatch(inputs, github, workflow, version).into_iter().collect()
            }
            (Some(_) | None, _, _) => Vec::new(),
        },
    }
}

fn stop(stopped: &crate::domain::ServiceDeployment) -> Call {
    Call {
        command: format!(
            "aws ecs stop-service-deployment --service-deployment-arn {} --stop-type {}",
            stopped.arn,
            StopType::Rollback.as_str()
        ),
        api: Api::StopServiceDeployment {
            service_deployment: stopped.arn.clone(),
            stop_type: StopType::Rollback,
        },
    }
}

fn update(state: &ServiceState, definition: DefinitionRef, written: &str) -> Call {
    Call {
        command: format!(
            "aws ecs update-service --cluster {} --service {} --task-definition {written}",
            state.cluster, state.name
        ),
        api: Api::UpdateService {
            cluster: state.cluster.clone(),
            service: state.name.clone(),
            task_definition: Some(definition),
            force: false,
        },
    }
}

fn redeploy(state: &ServiceState) -> Call {
    Call {
        command: format!(
            "aws ecs update-service --cluster {} --service {} --force-new-deployment",
            state.cluster, state.name
        ),
        api: Api::UpdateService {
            cluster: state.cluster.clone(),
            service: state.name.clone(),
            task_definition: None,
            force: true,
        },
    }
}

/// What a described definition has and a registration refuses (Amazon ECS API reference, `TaskDefinition`).
const DESCRIBED_ONLY: &str = ".taskDefinitionArn, .revision, .status, .requiresAttributes, .compatibilities, \
     .registeredAt, .registeredBy, .deregisteredAt";

fn register(of: &Registration) -> Call {
    let command = match of {
        Registration::Clone {
            base,
            container,
            image,
        } => format!(
            "aws ecs describe-task-definition --task-definition {} --query taskDefinition \
             | jq '(.containerDefinitions[] | select(.name == \"{container}\").image) = \"{image}\" | del({DESCRIBED_ONLY})' \
             > task-definition-rollback.json \
             && aws ecs register-task-definition --cli-input-json file://task-definition-rollback.json",
            base.short(),
        ),
        Registration::File { file, .. } => {
            format!(
                "aws ecs register-task-definition --cli-input-json {}",
                quoted(&format!("file://{file}"))
            )
        }
    };
    Call {
        command,
        api: Api::RegisterTaskDefinition {
            of: of.clone(),
            tags: OurTags,
        },
    }
}

fn database_calls(way: &DatabaseWay<'_>) -> Vec<Call> {
    let moved = &way.moved;
    match &way.change {
        Change::Restore {
            snapshot,
            class,
            settings,
        } => {
            let mut restore = format!(
                "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier {} --db-snapshot-identifier {snapshot} \
                 --db-instance-class {class}",
                moved.to
            );
            if let Some(group) = &settings.subnet_group {
                restore.push_str(&format!(" --db-subnet-group-name {group}"));
            }
            if !settings.security_groups.is_empty() {
                let groups: Vec<_> = settings.security_groups.iter().map(Clean::as_str).collect();
                restore.push_str(&format!(" --vpc-security-group-ids {}", groups.join(" ")));
            }
            if let Some(group) = &settings.parameter_group {
                restore.push_str(&format!(" --db-parameter-group-name {group}"));
            }
            if let Some(group) = &settings.option_group {
                restore.push_str(&format!(" --option-group-name {group}"));
            }
            for (is_on, option) in [
                (settings.publicly_accessible, "publicly-accessible"),
                (settings.multi_az, "multi-az"),
                (settings.deletion_protection, "deletion-protection"),
                (settings.copy_tags, "copy-tags-to-snapshot"),
                (settings.iam_authentication, "enable-iam-database-authentication"),
            ] {
                let no = if is_on { "" } else { "no-" };
                restore.push_str(&format!(" --{no}{option}"));
            }
            vec![
                Call {
                    command: restore,
                    api: Api::RestoreDbInstance {
                        instance: moved.to.clone(),
                        snapshot: snapshot.clone(),
                        class: class.clone(),
                        settings: (*settings).clone(),
                        tags: OurTags,
                    },
                },
                Call {
                    command: format!(
                        "aws secretsmanager update-secret --secret-id {secret} --secret-string \
                         \"$(aws secretsmanager get-secret-value --secret-id {secret} --query SecretString --output text \
                         | jq -c '.host = \"<endpoint of {}>\" | .port = <its port>')\"",
                        moved.to,
                        secret = moved.secret,
                    ),
                    api: Api::UpdateSecret {
                        secret: moved.secret.clone(),
                        token: IntentToken,
                        value: PointingAt(moved.to.clone()),
                    },
                },
            ]
        }
        Change::StageBack { to } => vec![Call {
            command: format!(
                "aws secretsmanager update-secret-version-stage --secret-id {} --version-stage AWSCURRENT \
                 --move-to-version-id {to} --remove-from-version-id {}",
                moved.secret, moved.secret_version
            ),
            api: Api::UpdateSecretVersionStage {
                secret: moved.secret.clone(),
                stage: Current::AwsCurrent,
                to: to.clone(),
                from: moved.secret_version.clone(),
            },
        }],
    }
}

fn dispatch(
    inputs: &ProposalInputs<'_>,
    github: &Github,
    workflow: &Workflow,
    version: &Clean,
) -> Option<Call> {
    let repository = github.repository.as_ref()?;
    let names = &github.inputs;
    let service = match inputs.scope {
        [only] => only.to_string(),
        _ => "both".to_owned(),
    };
    let mut given = BTreeMap::from([
        (names.environment.clone(), Clean::new(inputs.environment.as_str())),
        (names.service.clone(), Clean::new(&service)),
        (names.version.clone(), version.clone()),
    ]);
    if let Some(correlation) = &names.correlation {
        given.insert(correlation.clone(), Clean::new(CORRELATION));
    }
    let mut command = format!(
        "gh workflow run {} --repo {repository} --ref {}",
        quoted(workflow.path.as_str()),
        quoted(workflow.branch.as_str())
    );
    for (name, value) in &given {
        command.push_str(&format!(" -f {}", quoted(&format!("{name}={value}"))));
    }
    Some(Call {
        command,
        api: Api::DispatchWorkflow {
            repository: Clean::new(repository),
            workflow: workflow.id,
            branch: workflow.branch.clone(),
            inputs: given,
        },
    })
}

/// A word of a shell command. What is plain stays so; everything else is put between single quotes.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b));
    if plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The version that the team's workflow is asked for: as it takes it, `v1.2.3` or `latest-1`.
///
/// # Errors
/// When the target has no version by name.
pub(super) fn workflow_version(
    spec: &crate::domain::TargetSpec,
    target: &super::Target,
) -> Result<Clean, Phrase> {
    use crate::domain::TargetSpec;
    match spec {
        TargetSpec::Tag(tag) => Ok(tag.clone()),
        TargetSpec::Latest(n) => Ok(Clean::new(&format!("latest-{n}"))),
        TargetSpec::LastGood
        | TargetSpec::Revision { .. }
        | TargetSpec::Digest(_)
        | TargetSpec::Snapshot(_)
        | TargetSpec::LatestSnapshot
        | TargetSpec::OldDatabase => target.version.clone().ok_or_else(|| {
            Phrase::new("no-plan-workflow-version").text("revision", target.definition.short())
        }),
    }
}
