//! From up to three runs to one statement.
//!
//! 1. The command as the runbook has it.
//! 2. Beside a folder that holds one unknown name: the two histories then part at once, and the command lists every migration
//!    that the database has.
//! 3. Where something is pending, beside an empty folder: nothing is pending then, and the command tells what failed, or that
//!    there is no table of migrations.

use crate::adapters::prisma::command::StatusCommand;
use crate::domain::{Clean, Fault, Migration, MigrationState, Migrations};

use super::folder::{self, Laid, UNKNOWN};
use super::print::{Told, read};

/// Beside which folder the command is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// A folder with the one unknown name.
    Unknown,
    /// An empty folder.
    Empty,
}

/// What was told by all runs.
pub(super) struct Answers {
    /// The command as it is.
    pub(super) plain: Told,
    /// Names in the folder.
    pub(super) folder: Vec<String>,
    /// Beside the unknown name, where it could be asked.
    pub(super) unknown: Option<Told>,
    /// Beside an empty folder, where it was asked.
    pub(super) empty: Option<Told>,
}

pub(super) async fn of_command(command: &StatusCommand) -> Migrations {
    let ran = match command.run(&command.words).await {
        Ok(ran) => ran,
        Err(why) => {
            return Migrations {
                state: MigrationState::Unreadable(why),
                known: Vec::new(),
                command: command.shown(),
                whole: false,
            };
        }
    };
    let plain = read(&ran);
    let mut answers = Answers {
        folder: folder::names(&command.migrations),
        plain,
        unknown: None,
        empty: None,
    };
    if answers.asks_for(Beside::Unknown) {
        answers.unknown = ask(command, &answers.plain, Beside::Unknown).await;
    }
    if answers.asks_for(Beside::Empty) {
        answers.empty = ask(command, &answers.plain, Beside::Empty).await;
    }
    answers.conclude(command.shown())
}

/// One more run; `None` when it cannot be made.
async fn ask(command: &StatusCommand, plain: &Told, beside: Beside) -> Option<Told> {
    let (scratch, schema) = (command.scratch.as_ref()?, plain.schema.as_ref()?);
    let schema = command.folder.join(schema);
    let laid = Laid::out(scratch, &schema, &command.migrations, beside == Beside::Unknown).ok()?;
    let words = command.words_for(laid.schema.to_str()?)?;
    let ran = command.run(&words).await.ok()?;
    Some(read(&ran))
}

/// As [`of_command`], where `asked` answers what a drill prints.
pub(super) async fn of_answers<F>(
    command: Clean,
    mut asked: impl FnMut(Option<Beside>) -> F,
) -> Result<Migrations, Fault>
where
    F: Future<Output = Result<(Told, Vec<String>), Fault>>,
{
    let (plain, folder) = asked(None).await?;
    let mut answers = Answers {
        plain,
        folder,
        unknown: None,
        empty: None,
    };
    if answers.asks_for(Beside::Unknown) {
        answers.unknown = Some(asked(Some(Beside::Unknown)).await?.0);
    }
    if answers.asks_for(Beside::Empty) {
        answers.empty = Some(asked(Some(Beside::Empty)).await?.0);
    }
    Ok(answers.conclude(command))
}

impl Answers {
    /// Whether a further run would tell more.
    pub(super) fn asks_for(&self, beside: Beside) -> bool {
        let plain = &self.plain;
        let understood = plain.up_to_date
            || !plain.pending.is_empty()
            || !plain.failed.is_empty()
            || !plain.ahead.is_empty();
        plain.unreachable.is_none()
            && understood
            && match beside {
                Beside::Unknown => true,
                // Only where something is pending can a failure be hidden behind it.
                Beside::Empty => !plain.pending.is_empty(),
            }
    }

    /// Every name in the database, when that was told.
    fn database(&self) -> Option<Vec<String>> {
        let told = self.unknown.as_ref()?;
        // The unknown name proves that the command looked at our folder and got as far as the database.
        (told.unreachable.is_none() && told.pending == [UNKNOWN]).then(|| told.ahead.clone())
    }

    pub(super) fn conclude(self, command: Clean) -> Migrations {
        let database = self.database();
        let plain = &self.plain;
        let pending = plain.pending.clone();
        let mut failed = plain.failed.clone();
        if let Some(empty) = &self.empty {
            failed.extend(
                empty
                    .failed
                    .iter()
                    .filter(|name| !plain.failed.contains(name))
                    .cloned(),
            );
        }
        let mut ahead = plain.ahead.clone();
        if let Some(database) = &database {
            let newer = database.iter().filter(|name| !self.folder.contains(name));
            ahead.extend(newer.filter(|name| !plain.ahead.contains(name)).cloned());
        }
        ahead.sort();
        let empty_database = database.as_ref().is_some_and(Vec::is_empty);
        let not_managed =
            plain.not_managed || (empty_database && self.empty.as_ref().is_some_and(|told| told.not_managed));

        let known = known(&self.folder, &pending, &failed, &ahead, plain);
        // Something else than the folder's names: a migration that failed and is not in the folder is no newer code's.
        let only_ahead: Vec<String> = ahead
            .iter()
            .filter(|name| !failed.contains(name))
            .cloned()
            .collect();
        let state = if let Some(words) = &plain.unreachable {
            MigrationState::Unreachable(words.clone())
        } else if !failed.is_empty() {
            MigrationState::Failed(clean(&failed))
        } else if not_managed {
            MigrationState::NotManaged
        } else {
            match (pending.is_empty(), only_ahead.is_empty()) {
                (false, false) => MigrationState::Diverged {
                    pending: clean(&pending),
                    ahead: clean(&only_ahead),
                },
                (true, false) => MigrationState::DatabaseAhead(clean(&only_ahead)),
                (false, true) => MigrationState::Pending(clean(&pending)),
                (true, true) if plain.up_to_date => MigrationState::UpToDate,
                (true, true) => MigrationState::Unreadable(plain.last.clone()),
            }
        };
        Migrations {
            whole: database.is_some() || plain.not_managed,
            state,
            known,
            command,
        }
    }
}

fn known(
    folder: &[String],
    pending: &[String],
    failed: &[String],
    ahead: &[String],
    plain: &Told,
) -> Vec<Migration> {
    let mut names: Vec<&String> = folder.iter().chain(pending).chain(failed).chain(ahead).collect();
    names.sort();
    names.dedup();
    let told = plain.unreachable.is_none()
        && (plain.up_to_date || !pending.is_empty() || !failed.is_empty() || !ahead.is_empty());
    names
        .into_iter()
        .map(|name| Migration {
            name: Clean::new(name),
            written_at: folder::written_at(name),
            // A migration that failed half-way may have changed the database, and is not applied.
            applied: told.then(|| !pending.contains(name) && !failed.contains(name)),
        })
        .collect()
}

fn clean(names: &[String]) -> Vec<Clean> {
    names.iter().map(|name| Clean::new(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INIT: &str = "20261101090000_init";
    const ANSWERS: &str = "20261120093000_answers";
    const BAD: &str = "20261124093000_bad";

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    fn pending(of: &[&str]) -> Told {
        Told {
            pending: names(of),
            ..Told::default()
        }
    }

    fn up_to_date() -> Told {
        Told {
            up_to_date: true,
            ..Told::default()
        }
    }

    /// What the command lists beside the unknown name, for a database that has `of`.
    fn has(of: &[&str]) -> Option<Told> {
        Some(Told {
            ahead: names(of),
            ..pending(&[UNKNOWN])
        })
    }

    fn conclude(plain: Told, folder: &[&str], unknown: Option<Told>, empty: Option<Told>) -> Migrations {
        let folder = names(folder);
        Answers {
            plain,
            folder,
            unknown,
            empty,
        }
        .conclude(Clean::new("npx prisma migrate status"))
    }

    #[test]
    fn up_to_date_is_believed_when_the_databases_own_list_agrees() {
        let same = conclude(up_to_date(), &[INIT, ANSWERS], has(&[INIT, ANSWERS]), None);
        assert_eq!(same.state, MigrationState::UpToDate);
        assert!(same.whole && same.known.iter().all(|it| it.applied == Some(true)));
        let alone = conclude(up_to_date(), &[INIT], None, None);
        assert_eq!(alone.state, MigrationState::UpToDate);
        assert!(!alone.whole, "a newer migration may be hidden");
    }

    #[test]
    fn a_database_that_is_ahead_is_found_behind_up_to_date() {
        let ahead = conclude(up_to_date(), &[INIT], has(&[INIT, ANSWERS]), None);
        assert_eq!(
            ahead.state,
            MigrationState::DatabaseAhead(vec![Clean::new(ANSWERS)])
        );
        let names: Vec<&str> = ahead.known.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, [INIT, ANSWERS]);
        assert!(ahead.whole && ahead.known[1].applied == Some(true) && ahead.known[1].written_at.is_some());
    }

    #[test]
    fn a_failure_is_found_behind_pending_ones() {
        let empty = Told {
            failed: names(&[BAD]),
            ..Told::default()
        };
        let failed = conclude(
            pending(&["20261125093000_next"]),
            &[INIT, BAD, "20261125093000_next"],
            has(&[INIT, BAD]),
            Some(empty),
        );
        assert_eq!(failed.state, MigrationState::Failed(vec![Clean::new(BAD)]));
        let applied: Vec<Option<bool>> = failed.known.iter().map(|it| it.applied).collect();
        assert_eq!(applied, [Some(true), Some(false), Some(false)]);
    }

    #[test]
    fn pending_diverged_and_a_database_that_was_never_managed() {
        let waits = conclude(pending(&[BAD]), &[INIT, BAD], has(&[INIT]), Some(up_to_date()));
        assert_eq!(waits.state, MigrationState::Pending(vec![Clean::new(BAD)]));
        let parted = conclude(
            Told {
                ahead: names(&[ANSWERS]),
                ..pending(&[BAD])
            },
            &[INIT, BAD],
            has(&[INIT, ANSWERS]),
            Some(up_to_date()),
        );
        let MigrationState::Diverged {
            pending: only_here,
            ahead,
        } = &parted.state
        else {
            panic!("{parted:?}")
        };
        assert_eq!((only_here[0].as_str(), ahead[0].as_str()), (BAD, ANSWERS));
        let none = Told {
            not_managed: true,
            ..Told::default()
        };
        let foreign = conclude(
            pending(&[INIT]),
            &[INIT],
            Some(pending(&[UNKNOWN])),
            Some(none.clone()),
        );
        assert_eq!(foreign.state, MigrationState::NotManaged);
        assert_eq!(conclude(none, &[], None, None).state, MigrationState::NotManaged);
    }

    #[test]
    fn a_second_answer_that_did_not_see_our_folder_is_not_believed() {
        // `migrations.path` in a configuration wins over the place beside the schema: the answer is the first one again.
        let deaf = conclude(up_to_date(), &[INIT], Some(up_to_date()), None);
        assert!(!deaf.whole && deaf.state == MigrationState::UpToDate);
        let cut = Told {
            unreachable: Some(Clean::new("gone")),
            ..Told::default()
        };
        assert!(!conclude(up_to_date(), &[INIT], Some(cut), None).whole);
    }

    #[test]
    fn what_was_not_reached_or_not_understood_says_nothing_of_any_migration() {
        let gone = Told {
            unreachable: Some(Clean::new("Error: P1001")),
            ..Told::default()
        };
        let gone = conclude(gone, &[INIT], None, None);
        assert_eq!(
            gone.state,
            MigrationState::Unreachable(Clean::new("Error: P1001"))
        );
        assert_eq!(gone.known[0].applied, None);
        let odd = conclude(
            Told {
                last: Clean::new("hm"),
                ..Told::default()
            },
            &[INIT],
            None,
            None,
        );
        assert_eq!(odd.state, MigrationState::Unreadable(Clean::new("hm")));
        assert!(!odd.whole);
    }
}
