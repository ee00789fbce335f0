//! Starting an engine: everything that it needs from outside comes in here, once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::adapters::aws::{self, AwsSettings, Pace, Reader, Writer};
use crate::adapters::github::{GithubReader, GithubSettings, GithubWriter, TokenSource};
use crate::adapters::history_file::HistoryFile;
use crate::adapters::http::{Door, Http};
use crate::adapters::journal::Holder;
use crate::domain::{Clean, EnvironmentName, Fault, FaultKind, Mode, Operator, Phrase, WritePermit};
use crate::runbook::Runbook;
use crate::session::{Session, Setup};

use super::Clock;
use super::act::Writers;
use super::limiter::Limiter;
use super::look::{Eyes, Grounds};
use super::outside;
use super::run::{Engine, Parts};
use super::scribe::{Desk, Scribe};

/// What an engine is started with.
pub struct Start {
    /// The team's runbook.
    pub runbook: Arc<Runbook>,
    /// The environment.
    pub environment: EnvironmentName,
    /// Whether anything may be written.
    pub mode: Mode,
    /// The person at the keyboard.
    pub operator: Operator,
    /// Name of the AWS profile, when it is not the SDK's own choice.
    pub profile: Option<String>,
    /// The region, when it is neither the runbook's nor the SDK's own choice.
    pub region: Option<String>,
    /// The state folder.
    pub state_dir: PathBuf,
    /// The folder that a relative history file is under.
    pub working_dir: PathBuf,
    /// The address of the drill that this engine belongs to. Everything then stays on loopback and in `drill/` of the state
    /// folder.
    pub drill: Option<String>,
    /// The way out to the network.
    pub door: Door,
    /// Where the token for GitHub comes from; a drill has its own.
    pub github: TokenSource,
    /// A clock that is shared with somebody; `None` takes the machine's, or asks the drill for its own.
    pub clock: Option<Clock>,
    /// This process and host, for the lease: shown to whoever finds it held.
    pub host: String,
}

/// How often the engine looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Again and again, by the timetable.
    Live,
    /// At everything once.
    Once,
}

/// Why an engine cannot start.
#[derive(Clone, Debug, PartialEq)]
pub struct StartError {
    /// What is wrong, as a sentence.
    pub why: Phrase,
    /// What to do about it.
    pub hint: Phrase,
}

impl From<Fault> for StartError {
    fn from(fault: Fault) -> Self {
        Self {
            why: fault.phrase(),
            hint: fault.hint(),
        }
    }
}

/// What a drill says of its clock.
#[derive(Deserialize)]
pub(super) struct DrillClock {
    pub(super) now: Timestamp,
    pub(super) speed: f64,
    pub(super) id: String,
}

/// Asks a drill for its clock.
pub(super) async fn drill_clock(http: &Http, drill: &str) -> Result<DrillClock, Fault> {
    let answer = http
        .get(&format!("{drill}/_drill/clock"), Duration::from_secs(5))
        .await?;
    serde_json::from_slice(&answer.body)
        .map_err(|error| Fault::new(FaultKind::Malformed, "drill.clock", &error.to_string()))
}

/// How GitHub is reached, and whether it tells a run's number; none without a repository in the runbook.
fn github(runbook: &Runbook, drill: Option<&str>, token: &TokenSource) -> Option<(GithubSettings, bool)> {
    let github = runbook
        .github
        .as_ref()
        .filter(|github| github.repository.is_some())?;
    let settings = outside::github_settings(github, drill, token.clone());
    Some((settings, github.return_run_details))
}

/// The runbook as it is in a drill: the workflow is the one that the drill plays.
fn in_drill(runbook: Arc<Runbook>, drill: Option<&str>) -> Arc<Runbook> {
    let (Some(_), Some(github)) = (drill, &runbook.github) else {
        return runbook;
    };
    let repository = outside::repository(github, drill).map(str::to_owned);
    let mut own = (*runbook).clone();
    if let Some(github) = &mut own.github {
        github.repository = repository;
    }
    Arc::new(own)
}

impl Engine {
    /// Starts an engine. Nothing is asked of AWS yet; a drill is asked for its clock.
    ///
    /// # Errors
    /// When there is no region or an address is not allowed, when the drill does not answer, or when the runbook does not
    /// know the environment.
    pub async fn start(start: Start, watch: Watch) -> Result<Self, StartError> {
        let environment = start
            .runbook
            .environment(&start.environment)
            .ok_or_else(|| StartError {
                why: Phrase::new("start-no-environment").text("environment", &start.environment),
                hint: Phrase::new("start-no-environment-hint"),
            })?;
        let door = match (&start.drill, start.door) {
            (Some(_), Door::Network { .. }) => Door::Network { loopback_only: true },
            (_, door) => door,
        };
        let http = Http::new(&door);
        let (clock, world, remote) = match (&start.drill, start.clock) {
            (None, clock) => (clock.unwrap_or_else(Clock::machine), None, None),
            (Some(drill), shared) => {
                let said = drill_clock(&http, drill).await.map_err(|fault| StartError {
                    why: Phrase::new("start-no-drill")
                        .text("address", Clean::new(drill))
                        .text("detail", &fault.detail),
                    hint: Phrase::new("start-no-drill-hint"),
                })?;
                match shared {
                    Some(clock) => (clock, Some(said.id), None),
                    None => (
                        Clock::remote(said.now, said.speed),
                        Some(said.id),
                        Some(drill.clone()),
                    ),
                }
            }
        };
        let settings = AwsSettings {
            profile: start.profile,
            region: start
                .region
                .or_else(|| environment.region.as_ref().map(ToString::to_string)),
            endpoint: start.drill.clone(),
            drill_credentials: start.drill.is_some(),
        };
        let connection = aws::connect(&settings, &door).await?;
        let pace: Arc<dyn Pace> = Arc::new(Limiter::new(clock.clone()));
        let reader = Reader::new(&connection, pace.clone());

        let state_dir = if start.drill.is_some() {
            start.state_dir.join("drill")
        } else {
            start.state_dir
        };
        let history_path = match &start.drill {
            Some(_) => state_dir.join("rollback-history.md"),
            None => start.working_dir.join(&start.runbook.history.file),
        };
        // The one place where the right to write is granted. In read-only mode there is no permit, and so no writer.
        let permit = WritePermit::grant(start.mode);
        let runbook = in_drill(start.runbook, start.drill.as_deref());
        let of_github = github(&runbook, start.drill.as_deref(), &start.github);
        let writers = permit.as_ref().map(|permit| Writers {
            aws: Arc::new(Writer::new(permit, &connection, pace)),
            github: of_github.as_ref().map(|(settings, tells_run)| {
                (GithubWriter::new(permit, &http, settings.clone()), *tells_run)
            }),
        });
        let history = permit
            .as_ref()
            .map(|permit| Arc::new(HistoryFile::new(permit, &history_path)));

        let (tell, told) = mpsc::unbounded_channel();
        let holder = Holder {
            who: start.operator.to_string(),
            host: start.host,
            pid: std::process::id(),
            token: format!("{}-{}", std::process::id(), clock.now().as_nanosecond()),
        };
        let (scribe, serving) = Scribe::start(Desk {
            path: state_dir.join("journal.db"),
            mode: start.mode,
            clock: clock.clone(),
            time_zone: runbook.time_zone(),
            holder,
            tell: tell.clone(),
        });
        let session = Session::new(Setup {
            runbook,
            environment: start.environment,
            mode: start.mode,
            operator: start.operator,
            world,
        });
        let eyes = Eyes {
            reader,
            github: of_github.map(|(settings, _)| GithubReader::new(&http, settings)),
            http,
            clock,
            scribe: scribe.clone(),
        };
        let parts = Parts {
            session,
            eyes,
            writers,
            history,
            history_path,
            scribe,
            tell,
            told,
            grounds: Grounds {
                drill: start.drill,
                working_dir: start.working_dir,
                state_dir,
            },
        };
        Ok(Self::assemble(parts, watch, serving, remote))
    }
}
