//! Running the team's command: no shell, no input, bounded in time and in what is read.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::domain::Clean;

use super::print::{Ran, shown};

/// The most that is read of either output, in bytes. What a status command prints is some hundred lines at most.
const OUTPUT_LIMIT: u64 = 64 * 1024;
/// How long the process that ends a group of processes may take.
const END_LIMIT: Duration = Duration::from_secs(2);

/// The team's status command, with all that it takes to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCommand {
    /// Program and arguments.
    pub words: Vec<String>,
    /// The folder that it runs in.
    pub folder: PathBuf,
    /// The folder of the migrations, whole.
    pub migrations: PathBuf,
    /// How long one run may take.
    pub limit: Duration,
    /// A folder of modosu's own, in which copies of the schema lie while the command is asked again. `None`: it is asked once,
    /// and what the database has beyond the folder stays unknown.
    pub scratch: Option<PathBuf>,
}

impl StatusCommand {
    /// The command as a person reads it.
    pub(super) fn shown(&self) -> Clean {
        shown(&self.words.join(" "))
    }

    /// The words with another schema than the command's own, when this is Prisma's own command and not a wrapper that would
    /// lose the option.
    pub(super) fn words_for(&self, schema: &str) -> Option<Vec<String>> {
        let at = self
            .words
            .windows(2)
            .position(|pair| pair == ["migrate", "status"])?;
        let program = at.checked_sub(1).and_then(|before| self.words.get(before))?;
        let name = program.rsplit('/').next().unwrap_or(program);
        // A version may be named: `prisma@6.19.3`.
        if name.split('@').next() != Some("prisma") {
            return None;
        }
        let (command, mut options) = self.words.split_at_checked(at + 2)?;
        let mut words = command.to_vec();
        while let Some((option, rest)) = options.split_first() {
            options = rest;
            if option == "--schema" {
                options = rest.get(1..).unwrap_or_default();
            } else if option.starts_with("--schema=") {
            } else {
                words.push(option.clone());
            }
        }
        words.extend(["--schema".to_owned(), schema.to_owned()]);
        Some(words)
    }

    /// Runs `words` in the command's folder. `Err` holds words for a person.
    pub(super) async fn run(&self, words: &[String]) -> Result<Ran, Clean> {
        if !self.folder.is_dir() {
            let folder = self.folder.display();
            return Err(shown(&format!(
                "there is no folder `{folder}`: set `folder` under [prisma] in the runbook"
            )));
        }
        let Some((program, arguments)) = words.split_first() else {
            return Err(Clean::new("there is no command"));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            // Never a download in an incident, no news of new versions, no telemetry, no colours.
            .env("npm_config_yes", "false")
            .env("PRISMA_HIDE_UPDATE_MESSAGE", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("NO_COLOR", "1")
            .env_remove("FORCE_COLOR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // A group of its own: npx starts node, and both must end when the time is up.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| {
            shown(&match error.kind() {
                std::io::ErrorKind::NotFound => {
                    format!(
                        "`{program}` was not found: install it, or change `status-command` in the runbook"
                    )
                }
                _ => format!("`{program}` could not be started: {error}"),
            })
        })?;
        let reading = async {
            let (out, err) = (child.stdout.take(), child.stderr.take());
            let (stdout, stderr) = tokio::join!(bounded(out), bounded(err));
            let status = child.wait().await;
            (status, stdout, stderr)
        };
        match tokio::time::timeout(self.limit, reading).await {
            Ok((Ok(status), stdout, stderr)) => Ok(Ran {
                exit_code: status.code(),
                stdout,
                stderr,
            }),
            Ok((Err(error), ..)) => Err(shown(&format!("`{program}` could not be waited for: {error}"))),
            Err(_elapsed) => {
                end(&mut child).await;
                Err(shown(&format!(
                    "`{program}` did not end within {} s",
                    self.limit.as_secs()
                )))
            }
        }
    }
}

/// The first bytes of an output; the rest is read and dropped, so that the process does not wait for us.
async fn bounded(from: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut from) = from else {
        return String::new();
    };
    let mut bytes = Vec::new();
    let read = (&mut from).take(OUTPUT_LIMIT).read_to_end(&mut bytes).await;
    if read.is_ok() {
        // A broken pipe here only means that there is nothing more to drop.
        drop(tokio::io::copy(&mut from, &mut tokio::io::sink()).await);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Ends a child and what it started, by the number of its group, then by its own handle.
async fn end(child: &mut Child) {
    if cfg!(unix)
        && let Some(id) = child.id()
    {
        let group = format!("-{id}");
        let mut kill = Command::new("kill");
        kill.args(["-KILL", "--", &group])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        // Where there is no such program the child's own end must do.
        drop(tokio::time::timeout(END_LIMIT, kill.status()).await);
    }
    drop(child.kill().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> StatusCommand {
        StatusCommand {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            folder: std::env::temp_dir(),
            migrations: PathBuf::new(),
            limit: Duration::from_secs(20),
            scratch: None,
        }
    }

    #[test]
    fn only_prismas_own_command_is_given_another_schema() {
        let with = |words: &[&str]| command(words).words_for("S").map(|words| words.join(" "));
        for (words, expected) in [
            (
                &["npx", "prisma", "migrate", "status"][..],
                "npx prisma migrate status --schema S",
            ),
            (
                &["npx", "prisma@6.19.3", "migrate", "status"],
                "npx prisma@6.19.3 migrate status --schema S",
            ),
            (
                &[
                    "node_modules/.bin/prisma",
                    "migrate",
                    "status",
                    "--schema",
                    "x",
                    "--config",
                    "c.ts",
                ],
                "node_modules/.bin/prisma migrate status --config c.ts --schema S",
            ),
            (
                &["prisma", "migrate", "status", "--schema=x"],
                "prisma migrate status --schema S",
            ),
        ] {
            assert_eq!(with(words).as_deref(), Some(expected));
        }
        for words in [
            &["npm", "run", "status"][..],
            &["make", "migrate", "status"],
            &["migrate", "status"],
            &["prisma-wrap", "migrate", "status"],
        ] {
            assert_eq!(with(words), None, "{words:?}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn output_and_end_are_read_and_bounded() {
        let it = command(&[
            "sh",
            "-c",
            "echo out; echo err >&2; head -c 300000 /dev/zero; exit 3",
        ]);
        let ran = it.run(&it.words).await.unwrap();
        assert_eq!(ran.exit_code, Some(3));
        assert!(ran.stdout.starts_with("out\n") && ran.stderr == "err\n");
        assert_eq!(ran.stdout.len(), usize::try_from(OUTPUT_LIMIT).unwrap());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_does_not_end_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        // The grandchild holds the pipe open; its end is the end of the reading.
        let script = format!("sleep 60 > {} & wait", pipe.display());
        let ended = tokio::task::spawn_blocking(move || std::fs::read(pipe));
        let it = StatusCommand {
            limit: Duration::from_secs(1),
            ..command(&["sh", "-c", &script])
        };
        let why = it.run(&it.words).await.unwrap_err();
        assert!(why.as_str().contains("did not end"), "{why}");
        let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
        assert!(ended.is_ok(), "what the command had started lives on");
    }

    #[tokio::test]
    async fn what_cannot_be_started_is_named_with_the_way_out() {
        let it = command(&["no-such-program-of-modosu", "migrate", "status"]);
        let why = it.run(&it.words).await.unwrap_err();
        assert!(why.as_str().contains("status-command"), "{why}");
        let nowhere = StatusCommand {
            folder: PathBuf::from("/nowhere/at/all"),
            ..command(&["true"])
        };
        let why = nowhere.run(&nowhere.words).await.unwrap_err();
        assert!(why.as_str().contains("`folder` under [prisma]"), "{why}");
    }
}
