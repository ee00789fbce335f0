//! What stands beside AWS: the team's workflow on GitHub, and the migrations of its database.

use std::path::Path;
use std::time::Duration;

use crate::adapters::github::{GithubReader, GithubSettings, TokenSource};
use crate::adapters::http::{Door, Http};
use crate::adapters::prisma::{self, StatusCommand};
use crate::domain::{EnvironmentName, Fault, Migrations, ServiceKey, Workflow};
use crate::runbook::{Github, Prisma, Runbook};

/// The repository of every drill.
const DRILL_REPOSITORY: &str = "peoplebooster/peoplebooster";

/// The folders that the status command needs.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// The folder in which modosu runs; the runbook's `folder` is seen from there.
    pub working_dir: &'a Path,
    /// The state folder; copies of the schema lie below it while the command is asked again.
    pub state_dir: &'a Path,
}

/// The team's status command as it is run, or `None` while the runbook names no folder.
#[must_use]
pub fn status_command(prisma: &Prisma, folders: Folders<'_>) -> Option<StatusCommand> {
    let folder = folders.working_dir.join(prisma.folder.as_ref()?);
    Some(StatusCommand {
        words: prisma.status_command.clone(),
        migrations: folder.join(&prisma.migrations_folder),
        folder,
        limit: Duration::from_secs(u64::from(prisma.timeout_seconds)),
        scratch: Some(folders.state_dir.join("scratch")),
    })
}

/// The state of the migrations of `service`'s database: by the team's command, or in a drill by the drill's. `None` when the
/// runbook does not say where the command runs.
///
/// # Errors
/// When a drill did not answer. What the command itself did not manage is a state.
pub async fn migrations(
    prisma: &Prisma,
    folders: Folders<'_>,
    drill: Option<&str>,
    environment: &EnvironmentName,
    service: &ServiceKey,
) -> Option<Result<Migrations, Fault>> {
    if let Some(drill) = drill {
        let http = Http::new(&Door::Network { loopback_only: true });
        let told = prisma::status_in_drill(
            &http,
            drill,
            environment.as_str(),
            service.as_str(),
            &prisma.status_command,
        );
        return Some(told.await);
    }
    let command = status_command(prisma, folders)?;
    Some(Ok(prisma::status(&command).await))
}

/// The repository whose workflow is meant: the runbook's, or in a drill the drill's.
#[must_use]
pub fn repository<'a>(github: &'a Github, drill: Option<&str>) -> Option<&'a str> {
    match drill {
        Some(_) => Some(DRILL_REPOSITORY),
        None => github.repository.as_deref(),
    }
}

/// Where GitHub is and by whose word it is asked: the runbook's API and the given token, or a drill's own.
#[must_use]
pub fn github_settings(github: &Github, drill: Option<&str>, token: TokenSource) -> GithubSettings {
    match drill {
        Some(drill) => GithubSettings::of_drill(drill),
        None => GithubSettings {
            api: github.api.clone(),
            token,
        },
    }
}

/// The team's workflow, or `None` while the runbook names no repository.
///
/// # Errors
/// When GitHub did not show it.
pub async fn workflow(
    github: &Github,
    drill: Option<&str>,
    token: TokenSource,
) -> Option<Result<Workflow, Fault>> {
    let repository = repository(github, drill)?;
    let http = Http::new(&Door::Network {
        loopback_only: drill.is_some(),
    });
    let reader = GithubReader::new(&http, github_settings(github, drill, token));
    Some(
        reader
            .workflow(repository, &github.workflow, github.r#ref.as_deref())
            .await,
    )
}

/// The service whose database is meant when nobody names one: the first that the runbook says uses it.
#[must_use]
pub fn database_service(runbook: &Runbook) -> Option<&ServiceKey> {
    let of_database = runbook.database.as_ref().and_then(|it| it.services.first());
    of_database.or_else(|| runbook.services.first().map(|service| &service.name))
}
