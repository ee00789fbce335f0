//! What `npx prisma migrate status` prints for a service: the sentences and exit codes of Prisma 6.19.
//!
//! Prisma's own command compares the folder with the database. It has a word for a database that is behind, for one that
//! went another way, and for migrations that failed; of a database that is merely ahead of the folder it says "up to
//! date". What was read off here is its build (`MigrateStatus.parse`); what cannot be reached is the engine's P1001.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::drill::world::{Status, World};

/// What one run printed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Printed {
    exit_code: u8,
    stdout: String,
    stderr: String,
}

/// Runs the command for a service; without an environment, in the first one that has it. `migrations` are the names in the
/// folder. `None` when there is no such service, no such version, or no database.
pub(crate) fn status(
    world: &World,
    environment: Option<&str>,
    application: &str,
    version: Option<&str>,
) -> Option<Value> {
    let service = world.services.iter().position(|it| {
        it.application == application && environment.is_none_or(|wanted| it.environment == wanted)
    })?;
    let status = world.migration_status(service, version)?;
    let Printed {
        exit_code,
        stdout,
        stderr,
    } = print(&status);
    Some(json!({ "exit_code": exit_code, "stdout": stdout, "stderr": stderr, "migrations": status.local }))
}

fn plural(names: &[&str]) -> &'static str {
    if names.len() > 1 { "s" } else { "" }
}

fn print(status: &Status) -> Printed {
    let mut out = String::from("Prisma schema loaded from prisma/schema.prisma\n");
    // Writing into a String cannot fail.
    writeln!(
        out,
        "Datasource \"db\": PostgreSQL database \"{}\", schema \"public\" at \"{}\"\n",
        status.database, status.address
    )
    .unwrap_or_default();
    let failed_run = |stdout: String, stderr: String| Printed {
        exit_code: 1,
        stdout,
        stderr: format!("{stderr}\n"),
    };
    let Some((there, failed)) = &status.there else {
        let address = &status.address;
        return failed_run(
            out,
            format!(
                "Error: P1001: Can't reach database server at `{address}`\n\nPlease make sure your database server is running at `{address}`."
            ),
        );
    };
    match status.local.len() {
        0 => out.push_str("No migration found in prisma/migrations\n"),
        1 => out.push_str("1 migration found in prisma/migrations\n"),
        count => out.push_str(&format!("{count} migrations found in prisma/migrations\n")),
    }
    let unapplied: Vec<&str> = absent(&status.local, there);
    let unpersisted: Vec<&str> = absent(there, &status.local);
    match (unapplied.is_empty(), unpersisted.is_empty()) {
        (false, true) => {
            out.push_str(&format!(
                "Following migration{} have not yet been applied:\n{}\n\nTo apply migrations in development run prisma migrate dev.\nTo apply migrations in production run prisma migrate deploy.\n",
                plural(&unapplied),
                unapplied.join("\n")
            ));
            Printed {
                exit_code: 1,
                stdout: out,
                stderr: String::new(),
            }
        }
        (false, false) => {
            let common = status.local.iter().rfind(|name| there.contains(name));
            failed_run(
                out,
                format!(
                    "Your local migration history and the migrations table from your database are different:\n\nThe last common migration is: {}\n\nThe migration{} have not yet been applied:\n{}\n\nThe migration{} from the database are not found locally in prisma/migrations:\n{}",
                    common.map_or("null", String::as_str),
                    plural(&unapplied),
                    unapplied.join("\n"),
                    plural(&unpersisted),
                    unpersisted.join("\n")
                ),
            )
        }
        (true, _) => match failed.first() {
            Some(first) => failed_run(
                out,
                format!(
                    "Following migration{} have failed:\n{}\n\nDuring development if the failed migration(s) have not been deployed to a production database you can then fix the migration(s) and run prisma migrate dev.\n\nThe failed migration(s) can be marked as rolled back or applied:\n      \n- If you rolled back the migration(s) manually:\nprisma migrate resolve --rolled-back \"{first}\"\n\n- If you fixed the database manually (hotfix):\nprisma migrate resolve --applied \"{first}\"\n\nRead more about how to resolve migration issues in a production database:\nhttps://pris.ly/d/migrate-resolve",
                    plural(&failed.iter().map(String::as_str).collect::<Vec<&str>>()),
                    failed.join("\n")
                ),
            ),
            None => {
                out.push_str("\nDatabase schema is up to date!\n");
                Printed {
                    exit_code: 0,
                    stdout: out,
                    stderr: String::new(),
                }
            }
        },
    }
}

/// Names of one list that another one has not.
fn absent<'a>(of: &'a [String], other: &[String]) -> Vec<&'a str> {
    of.iter()
        .filter(|name| !other.contains(name))
        .map(String::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(local: &[&str], there: Option<(&[&str], &[&str])>) -> Printed {
        let owned = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<String>>()
        };
        print(&Status {
            local: owned(local),
            database: "peoplebooster".to_owned(),
            address: "db.internal:5432".to_owned(),
            there: there.map(|(names, failed)| (owned(names), owned(failed))),
        })
    }

    #[test]
    fn every_state_is_in_prismas_words() {
        let up_to_date = ran(&["1_a", "2_b"], Some((&["1_a", "2_b"], &[])));
        assert_eq!((up_to_date.exit_code, up_to_date.stderr.as_str()), (0, ""));
        assert_eq!(
            up_to_date.stdout,
            "Prisma schema loaded from prisma/schema.prisma\nDatasource \"db\": PostgreSQL database \"peoplebooster\", schema \"public\" at \"db.internal:5432\"\n\n2 migrations found in prisma/migrations\n\nDatabase schema is up to date!\n"
        );
        let pending = ran(&["1_a", "2_b"], Some((&["1_a"], &[])));
        assert_eq!(pending.exit_code, 1);
        assert!(
            pending.stdout.contains(
                "prisma/migrations\nFollowing migration have not yet been applied:\n2_b\n\nTo apply"
            )
        );
        let failed = ran(&["1_a"], Some((&["1_a"], &["1_a"])));
        assert_eq!(failed.exit_code, 1);
        assert!(
            failed
                .stderr
                .starts_with("Following migration have failed:\n1_a\n\nDuring development")
        );
        let diverged = ran(&["1_a", "2_b"], Some((&["1_a", "3_c"], &[])));
        assert_eq!(diverged.exit_code, 1);
        assert!(diverged.stderr.contains("The last common migration is: 1_a\n"));
        assert!(
            diverged
                .stderr
                .ends_with("are not found locally in prisma/migrations:\n3_c\n")
        );
        let ahead = ran(&["1_a"], Some((&["1_a", "2_b"], &[])));
        assert_eq!(
            ahead.exit_code, 0,
            "Prisma has no word for a database that is only ahead"
        );
        assert!(
            ahead
                .stdout
                .ends_with("1 migration found in prisma/migrations\n\nDatabase schema is up to date!\n")
        );
        let gone = ran(&["1_a"], None);
        assert_eq!(gone.exit_code, 1);
        assert!(
            gone.stderr
                .starts_with("Error: P1001: Can't reach database server at `db.internal:5432`\n\nPlease")
        );
    }
}
