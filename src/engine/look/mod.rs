//! One look at one subject: which reads it takes, in which order.

mod plans;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::adapters::aws::{MetricsOf, Reader};
use crate::adapters::github::GithubReader;
use crate::adapters::health;
use crate::adapters::http::Http;
use crate::adapters::prisma::{self, StatusCommand};
use crate::domain::{
    Clean, ClusterName, Digest, EcsServiceName, EnvironmentName, Fault, FaultKind, LogWindow, RepositoryName,
    RunId, ServiceKey, TargetGroupArn,
};
use crate::incident::{Incident, Stage};
use crate::rollback::alarm_names;
use crate::runbook::{Environment, LatencyStatistic, Runbook};
use crate::session::{Attention, Observation, Session, Subject};

use super::Clock;
use super::scribe::Scribe;

/// Three hours of minutes: what CloudWatch answers cheaply and a screen can show.
const METRICS_WINDOW: SignedDuration = SignedDuration::from_hours(3);

/// How much of a log is read when it is opened, and at most after a pause.
const LOGS_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// What the looks are made with. Cheap to clone.
#[derive(Clone)]
pub(super) struct Eyes {
    pub(super) reader: Reader,
    pub(super) http: Http,
    /// The team's workflow, where the runbook names one.
    pub(super) github: Option<GithubReader>,
    pub(super) clock: Clock,
    pub(super) scribe: Scribe,
}

/// A look, with everything that it needs taken from the session at its start.
pub(super) enum Look {
    Identity,
    Services {
        cluster: ClusterName,
        names: Vec<(ServiceKey, EcsServiceName)>,
    },
    Metrics {
        wanted: Vec<MetricsOf>,
        since: Option<Timestamp>,
    },
    Alarms {
        names: Vec<String>,
    },
    Company {
        environment: EnvironmentName,
        world: Option<String>,
    },
    History {
        cluster: ClusterName,
        name: EcsServiceName,
    },
    Definitions {
        family: String,
    },
    Images {
        repository: RepositoryName,
    },
    Targets {
        groups: Vec<TargetGroupArn>,
        /// Whether how the groups are set up is wanted too: a call more, made only while a way back is planned.
        setup: bool,
    },
    Tasks {
        cluster: ClusterName,
        name: EcsServiceName,
        /// Whether those that stopped are wanted too: two calls more, made only while a rollback of the service is followed.
        stopped: bool,
    },
    Health {
        url: String,
    },
    Logs {
        group: String,
        since: Option<Timestamp>,
    },
    Database {
        instance: String,
        restored: String,
        secret: String,
    },
    Migrations(MigrationsOf),
    Workflow {
        repository: String,
        workflow: String,
        branch: Option<String>,
    },
    Run {
        repository: String,
        run: RunId,
    },
    Permissions {
        caller: Clean,
        wanted: Vec<(Clean, Clean)>,
        roles: BTreeSet<Clean>,
    },
    Scaling {
        cluster: ClusterName,
        name: EcsServiceName,
    },
    References {
        wanted: BTreeSet<Clean>,
    },
    Shelf {
        repository: RepositoryName,
        digests: Vec<Digest>,
    },
}

/// How the migrations' state is asked for.
pub(super) enum MigrationsOf {
    /// By the team's own command.
    Command(StatusCommand),
    /// By the drill's word for it.
    Drill {
        address: String,
        environment: EnvironmentName,
        service: ServiceKey,
        words: Vec<String>,
    },
}

/// Where this engine stands: the drill that it belongs to, and its folders.
pub(super) struct Grounds {
    pub(super) drill: Option<String>,
    pub(super) working_dir: PathBuf,
    pub(super) state_dir: PathBuf,
}

/// Why there is nothing to look at now.
pub(super) enum NoLook {
    /// Another subject must answer first.
    NotYet,
    /// There is nothing of the kind: no health address, no target group.
    Nothing(Fault),
}

/// The look that `subject` asks for now.
pub(super) fn look_for(session: &Session, subject: &Subject, grounds: &Grounds) -> Result<Look, NoLook> {
    let drill = grounds.drill.as_deref();
    let runbook = &session.setup.runbook;
    let environment = session.environment().ok_or(NoLook::NotYet)?;
    match subject {
        Subject::Identity => Ok(Look::Identity),
        Subject::Services => Ok(Look::Services {
            cluster: environment.cluster.clone(),
            names: runbook
                .services
                .iter()
                .map(|s| (s.name.clone(), s.ecs_service.clone()))
                .collect(),
        }),
        Subject::Metrics => metrics_look(session, runbook),
        Subject::Alarms => alarms_look(session, runbook),
        Subject::Company => Ok(Look::Company {
            environment: session.setup.environment.clone(),
            world: session.setup.world.clone(),
        }),
        Subject::History(key) => of_service(runbook, environment, key, |cluster, name| Look::History {
            cluster,
            name,
        }),
        Subject::Tasks(key) => of_service(runbook, environment, key, |cluster, name| Look::Tasks {
            cluster,
            name,
            stopped: session.attention() == Attention::Rollback(key.clone()),
        }),
        // Which revisions are looked at beside the ACTIVE ones is what the history names: read before it, one that was
        // deregistered would be missing, and the plan would be another one.
        Subject::Definitions(key) => match (runbook.service(key), session.view(key)) {
            (Some(service), Some(view))
                if view.history.value().is_some() || view.history.fault().is_some() =>
            {
                Ok(Look::Definitions {
                    family: service.task_family.clone(),
                })
            }
            (Some(_) | None, _) => Err(NoLook::NotYet),
        },
        Subject::Images(key) => runbook
            .service(key)
            .map(|s| Look::Images {
                repository: s.repository.clone(),
            })
            .ok_or(NoLook::NotYet),
        Subject::Targets(key) => match groups(session, key) {
            None => Err(unread(session, key)),
            Some(groups) if groups.is_empty() => Err(NoLook::Nothing(Fault::new(
                FaultKind::NotOffered,
                "elbv2.DescribeTargetHealth",
                "the service has no target group",
            ))),
            Some(groups) => Ok(Look::Targets {
                groups,
                setup: session.wants(&Subject::Scaling(key.clone())),
            }),
        },
        Subject::Health(key) => match (environment.health.get(key), drill) {
            (None, _) => Err(NoLook::Nothing(Fault::new(
                FaultKind::NotOffered,
                "health.get",
                "the runbook names no address",
            ))),
            (Some(url), None) => Ok(Look::Health { url: url.clone() }),
            // A drill has its own health: no address outside it is ever asked.
            (Some(_), Some(drill)) => Ok(Look::Health {
                url: format!("{drill}/_drill/health/{}/{key}", session.setup.environment),
            }),
        },
        Subject::Logs(key) => match session.log_group(key) {
            None => Err(NoLook::Nothing(Fault::new(
                FaultKind::NotOffered,
                "logs.FilterLogEvents",
                "the runbook names no log group",
            ))),
            Some(group) => Ok(Look::Logs {
                group,
                since: session
                    .view(key)
                    .and_then(|view| view.logs.value())
                    .and_then(LogWindow::since),
            }),
        },
        Subject::Database
        | Subject::Migrations
        | Subject::Workflow
        | Subject::Run
        | Subject::Permissions
        | Subject::Scaling(_)
        | Subject::References(_)
        | Subject::Shelf(_) => plans::look(session, subject, environment, grounds),
    }
}

fn of_service(
    runbook: &Runbook,
    environment: &Environment,
    key: &ServiceKey,
    look: impl FnOnce(ClusterName, EcsServiceName) -> Look,
) -> Result<Look, NoLook> {
    runbook
        .service(key)
        .map(|service| look(environment.cluster.clone(), service.ecs_service.clone()))
        .ok_or(NoLook::NotYet)
}

fn groups(session: &Session, key: &ServiceKey) -> Option<Vec<TargetGroupArn>> {
    session
        .view(key)?
        .state
        .value()
        .map(|state| state.target_groups.clone())
}

/// Why a service's target groups are not known: its state failed, or has not answered yet.
fn unread(session: &Session, key: &ServiceKey) -> NoLook {
    match session.view(key).and_then(|view| view.state.fault()) {
        Some(fault) => NoLook::Nothing(fault.clone()),
        None => NoLook::NotYet,
    }
}

/// One request for the alarms of all services: those that ECS watches and those that the runbook adds.
fn alarms_look(session: &Session, runbook: &Runbook) -> Result<Look, NoLook> {
    // What ECS watches is known from the services; one that cannot be read must not hold up the others.
    if session
        .services
        .iter()
        .any(|v| v.state.value().is_none() && v.state.fault().is_none())
    {
        return Err(NoLook::NotYet);
    }
    let mut names: Vec<String> = runbook
        .services
        .iter()
        .flat_map(|service| {
            let state = session.view(&service.name).and_then(|view| view.state.value());
            alarm_names(state, service, &session.setup.environment)
        })
        .collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err(NoLook::Nothing(Fault::new(
            FaultKind::NotOffered,
            "cloudwatch.DescribeAlarms",
            "no service has an alarm",
        )));
    }
    Ok(Look::Alarms { names })
}

fn metrics_look(session: &Session, runbook: &Runbook) -> Result<Look, NoLook> {
    // One batched request needs every service's target groups; a service that cannot be read must not hold up the others.
    if session
        .services
        .iter()
        .all(|v| v.state.value().is_none() && v.state.fault().is_none())
    {
        return Err(NoLook::NotYet);
    }
    let statistic = runbook
        .criterion(crate::domain::CriterionId::Latency)
        .map_or("p95", |c| match c.statistic {
            LatencyStatistic::P50 => "p50",
            LatencyStatistic::P90 => "p90",
            LatencyStatistic::P95 => "p95",
            LatencyStatistic::P99 => "p99",
            LatencyStatistic::Average => "Average",
        });
    let wanted: Vec<MetricsOf> = runbook
        .services
        .iter()
        .filter_map(|service| {
            let groups = groups(session, &service.name)?;
            Some(MetricsOf {
                service: service.name.clone(),
                groups,
                shared: service.shared_load_balancer,
                statistic,
            })
        })
        .collect();
    if let (true, Some(first)) = (wanted.is_empty(), session.services.first()) {
        return Err(unread(session, &first.key));
    }
    if wanted.iter().all(|w| w.groups.is_empty()) {
        return Err(NoLook::Nothing(Fault::new(
            FaultKind::NotOffered,
            "cloudwatch.GetMetricData",
            "no service has a target group",
        )));
    }
    // A verification looks back to when its rollback became stable, however long ago that was.
    let since = session
        .incident
        .as_ref()
        .filter(|i| i.stage == Stage::Verify)
        .and_then(Incident::stable_at);
    Ok(Look::Metrics { wanted, since })
}

impl Eyes {
    fn github(&self) -> Result<&GithubReader, Fault> {
        self.github.as_ref().ok_or_else(|| {
            Fault::new(
                FaultKind::NotOffered,
                "github.GetWorkflow",
                "the runbook names no repository on GitHub",
            )
        })
    }

    /// Looks.
    pub(super) async fn look(&self, look: Look) -> Result<Observation, Fault> {
        match look {
            Look::Identity => self.reader.identity().await.map(Observation::Identity),
            Look::Services { cluster, names } => self
                .reader
                .services(&cluster, &names)
                .await
                .map(Observation::Services),
            Look::Metrics { wanted, since } => {
                let to = self.clock.now();
                let start = window_start(to);
                let from = since
                    .map_or(start, |since| whole_minute(since).min(start))
                    .max(longest_ago(to));
                self.reader
                    .metrics(&wanted, from, to)
                    .await
                    .map(Observation::Metrics)
            }
            Look::Alarms { names } => self.reader.alarms(&names).await.map(Observation::Alarms),
            Look::Company { environment, world } => self
                .scribe
                .company(&environment, world)
                .await
                .map(Observation::Company),
            Look::History { cluster, name } => self
                .reader
                .history(&cluster, &name, self.clock.now())
                .await
                .map(Observation::History),
            Look::Definitions { family } => self
                .reader
                .definitions(&family)
                .await
                .map(Observation::Definitions),
            Look::Images { repository } => self
                .reader
                .images(&repository, self.clock.now())
                .await
                .map(Observation::Images),
            Look::Targets { groups, setup } => {
                let mut health = self.reader.targets(&groups).await?;
                if setup {
                    // It adds to two rows of a plan; without it they say what they know, and health is health.
                    health.groups = self.reader.target_groups(&groups).await.unwrap_or_default();
                }
                Ok(Observation::Targets(health))
            }
            Look::Tasks {
                cluster,
                name,
                stopped,
            } => {
                let tasks = self.reader.tasks(&cluster, &name).await?;
                let stopped = if stopped {
                    // They explain, they prove nothing: what cannot be read of them must cost neither the tasks that run nor
                    // what was read of them before.
                    self.reader.stopped_tasks(&cluster, &name).await.ok()
                } else {
                    None
                };
                Ok(Observation::Tasks(tasks, stopped))
            }
            Look::Health { url } => health::get(&self.http, &url).await.map(Observation::Health),
            Look::Database {
                instance,
                restored,
                secret,
            } => self
                .reader
                .database(&instance, &restored, &secret, self.clock.now())
                .await
                .map(|database| Observation::Database(Box::new(database))),
            Look::Migrations(MigrationsOf::Command(command)) => {
                Ok(Observation::Migrations(prisma::status(&command).await))
            }
            Look::Migrations(MigrationsOf::Drill {
                address,
                environment,
                service,
                words,
            }) => prisma::status_in_drill(
                &self.http,
                &address,
                environment.as_str(),
                service.as_str(),
                &words,
            )
            .await
            .map(Observation::Migrations),
            Look::Workflow {
                repository,
                workflow,
                branch,
            } => self
                .github()?
                .workflow(&repository, &workflow, branch.as_deref())
                .await
                .map(Observation::Workflow),
            Look::Run { repository, run } => self.github()?.run(&repository, run).await.map(Observation::Run),
            Look::Permissions {
                caller,
                wanted,
                roles,
            } => self
                .reader
                .permissions(caller.as_str(), &wanted, &roles)
                .await
                .map(Observation::Permissions),
            Look::Scaling { cluster, name } => self
                .reader
                .scaling(&cluster, &name)
                .await
                .map(Observation::Scaling),
            Look::References { wanted } => self.reader.references(&wanted).await.map(Observation::References),
            Look::Shelf { repository, digests } => self
                .reader
                .shelf(&repository, &digests)
                .await
                .map(Observation::Shelf),
            Look::Logs { group, since } => {
                let earliest = self.clock.now().checked_sub(LOGS_WINDOW);
                let earliest = earliest.unwrap_or(Timestamp::MIN);
                let from = since.map_or(earliest, |since| since.max(earliest));
                self.reader.logs(&group, from).await.map(Observation::Logs)
            }
        }
    }
}

/// Whole minutes, so that every point of a series lies on a minute.
fn window_start(to: Timestamp) -> Timestamp {
    whole_minute(to).checked_sub(METRICS_WINDOW).unwrap_or(to)
}

fn whole_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// As far back as a late verification looks.
fn longest_ago(to: Timestamp) -> Timestamp {
    whole_minute(to)
        .checked_sub(SignedDuration::from_hours(24))
        .unwrap_or(to)
}
