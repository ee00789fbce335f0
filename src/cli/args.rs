//! What can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use super::Exit;

/// Puts services on Amazon ECS back to a version that is known to have worked.
///
/// Without a verb: the full-screen console.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "modosu",
    version,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Options that every verb takes, before it or after it.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Options that every verb takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The team's runbook: a file, or the name of a built-in one [env: MODOSU_RUNBOOK]
    #[arg(long, global = true, value_name = "FILE|NAME")]
    pub runbook: Option<String>,
    /// The environment; without it, the runbook's default
    #[arg(short, long, global = true, value_name = "ENV")]
    pub environment: Option<String>,
    /// Never write anything: no permit to write exists in this process
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Language of messages and reports
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    pub lang: Option<LangArg>,
    /// AWS profile
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS region
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Folder of the journal [env: MODOSU_STATE_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Log into modosu.log of the state folder: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<LevelFilter>,
}

/// A language as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// Japanese
    Ja,
    /// English
    En,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Verb {
    /// The full-screen console (also without a verb)
    Console,
    /// The console against a built-in simulated account; nothing reaches AWS
    Drill(DrillArgs),
    /// Every service of the environment, once
    Status(JsonArgs),
    /// Are the rollback criteria met? Exit 0 no, 10 yes, 11 unknown
    Check(JsonArgs),
    /// The plan of a rollback: from, to, checks, exact calls, hash. Changes nothing
    Plan(PlanArgs),
    /// Apply exactly the approved plan and follow it to its end
    Rollback(RollbackArgs),
    /// The immediate checks after a rollback, over their window
    Verify(IncidentArgs),
    /// The stakeholder report from recorded facts
    Report(ReportArgs),
    /// The team's rollback history
    History(HistoryArgs),
    /// The incidents of the journal
    Incidents(JsonArgs),
    /// Go on with an interrupted rollback: observes first, asks before the next call, never sends again
    Resume(ResumeArgs),
    /// The timeline of an incident
    Replay(ReplayArgs),
    /// Write ./modosu.toml from the built-in runbook
    Init,
    /// Check runbook, credentials, endpoints and state folder
    Doctor(JsonArgs),
    /// Completions for a shell
    Completions(CompletionsArgs),
    /// The manual page, as roff
    Man,
}

/// Options of a verb that prints data.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct JsonArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `drill`.
#[derive(Clone, Debug, Args)]
pub struct DrillArgs {
    /// Name of a built-in scenario, or a file
    #[arg(long, default_value = "bad-deploy")]
    pub scenario: String,
    /// Seed of everything that is left to chance
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Drill seconds in one real second
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// Serve the account without a console, until SIGINT or SIGTERM
    #[arg(long)]
    pub headless: bool,
    /// Loopback port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
}

/// Which plan.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The services, as the runbook calls them, or both; they are put back in the runbook's order
    #[arg(long, value_name = "S[,S]|both", required = true)]
    pub service: String,
    /// Where to go back to: last-good, latest-1, v1.2.3, :56, family:56, sha256:…; for the database snapshot:ID,
    /// latest-snapshot, old-database
    #[arg(long, value_name = "TARGET", default_value = "last-good")]
    pub to: String,
    /// How: auto (by the state of the service), stop, continue, revision, image, github, database, redeploy
    #[arg(long, value_name = "METHOD", default_value = "auto")]
    pub method: String,
    /// Register this task definition, as aws ecs register-task-definition --cli-input-json takes it
    #[arg(long, value_name = "FILE")]
    pub task_definition: Option<PathBuf>,
    /// Go on although CHECK, or SERVICE.CHECK, blocks; the reason is recorded. May be given several times
    #[arg(long, value_name = "CHECK=REASON")]
    pub r#override: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which plan is applied, and by whose word.
#[derive(Clone, Debug, Args)]
pub struct RollbackArgs {
    /// Which plan.
    #[command(flatten)]
    pub plan: PlanArgs,
    /// The hash that `plan` printed: exactly that plan is applied
    #[arg(
        long,
        value_name = "HASH",
        required_unless_present = "yes",
        conflicts_with = "yes"
    )]
    pub approve: Option<String>,
    /// Apply whatever plan there is now; only where the environment is not protected
    #[arg(long)]
    pub yes: bool,
    /// Why, for journal, report and history
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who approves; without it, the user at the keyboard
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// When to stop waiting, such as 90s, 20m, 1h; without it, the runbook's
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<u64>,
}

/// Which incident.
#[derive(Clone, Debug, Args)]
pub struct IncidentArgs {
    /// The incident; without it, the newest that waits for this
    #[arg(long, value_name = "ID")]
    pub incident: Option<String>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// Options of `report`.
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// The incident; without it, the newest
    #[arg(long, value_name = "ID")]
    pub incident: Option<String>,
    /// Which report; without it, the one that fits where the incident stands
    #[arg(long, value_enum, value_name = "KIND")]
    pub kind: Option<KindArg>,
}

/// A kind of report as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// A rollback has been decided
    Declared,
    /// It is under way
    Started,
    /// It is over
    Done,
    /// For the review: timeline and times
    Review,
}

/// Options of `history`.
#[derive(Clone, Debug, Args)]
pub struct HistoryArgs {
    /// What to do with it; without it, list.
    #[command(subcommand)]
    pub verb: Option<HistoryVerb>,
}

/// What to do with the history.
#[derive(Clone, Debug, Subcommand)]
pub enum HistoryVerb {
    /// The rows of the file
    List(JsonArgs),
    /// How many rollbacks, and how long recovery took
    Stats(JsonArgs),
    /// Where the file is
    Path,
    /// Write an incident's row, once
    Append {
        /// The incident; without it, the newest of this environment
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

/// Options of `resume`.
#[derive(Clone, Debug, Args)]
pub struct ResumeArgs {
    /// The incident; without it, the newest that is open
    pub id: Option<String>,
    /// Send the next call without asking, where the rollback was cut off between two calls
    #[arg(long)]
    pub go_on: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// Options of `replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// The incident
    pub id: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `completions`.
#[derive(Clone, Copy, Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Reads the command line. Help, version and mistakes are answered here.
///
/// # Errors
/// With how the process ends, when there is nothing left to do.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Exit> {
    Cli::try_parse_from(arguments).map_err(|error| {
        // When not even this can be printed there is nobody to tell.
        drop(error.print());
        if error.use_stderr() {
            Exit::Usage
        } else {
            Exit::Done
        }
    })
}

/// Reads `90s`, `20m`, `1h` or several of them in a row, such as `1h30m`, as seconds.
fn duration(text: &str) -> Result<u64, String> {
    let wrong = || "expected a duration such as 90s, 20m or 1h".to_owned();
    let mut rest = text;
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let mut letters = after.chars();
        let unit: u64 = match letters.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some(_) | None => return Err(wrong()),
        };
        rest = letters.as_str();
        seconds = number
            .checked_mul(unit)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(wrong)?;
    }
    // A day is longer than any rollback; more is a slip of the keyboard.
    if (1..=86_400).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_verb() {
        for line in [
            "modosu -e staging --read-only --lang en status --json",
            "modosu status --json --read-only -e staging --lang en",
            "modosu history --lang en list -e staging --read-only",
        ] {
            let cli = read(line).unwrap();
            assert_eq!(cli.global.environment.as_deref(), Some("staging"), "{line}");
            assert!(cli.global.read_only, "{line}");
            assert_eq!(cli.global.lang, Some(LangArg::En), "{line}");
        }
    }

    #[test]
    fn a_rollback_needs_a_word_of_approval_and_only_one() {
        assert!(read("modosu rollback --service backend").is_err());
        assert!(read("modosu rollback --service backend --yes --approve abc").is_err());
        assert!(read("modosu rollback --service backend --approve abc --timeout 20m --json").is_ok());
        assert!(read("modosu rollback --service backend --yes").is_ok());
    }

    #[test]
    fn overrides_and_a_definition_belong_to_plan_and_rollback_alike() {
        let more =
            "--service both --override migrations=ok --override backend.tag=seen --task-definition f.json";
        for verb in ["plan", "rollback --approve abc"] {
            let cli = read(&format!("modosu {verb} {more}")).unwrap();
            let (Some(Verb::Plan(plan)) | Some(Verb::Rollback(RollbackArgs { plan, .. }))) = cli.verb else {
                panic!("{verb}");
            };
            assert_eq!(plan.r#override, ["migrations=ok", "backend.tag=seen"]);
            assert_eq!(plan.task_definition, Some(PathBuf::from("f.json")));
        }
    }

    #[test]
    fn durations_need_a_unit_and_a_sense() {
        for (text, seconds) in [("90s", 90), ("20m", 1200), ("1h", 3600), ("1h30m", 5400)] {
            assert_eq!(duration(text), Ok(seconds), "{text}");
        }
        for wrong in [
            "",
            "20",
            "m",
            "-5m",
            "5d",
            "0s",
            "25h",
            "99999999999999999999h",
            "２０m",
            "1.5h",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
