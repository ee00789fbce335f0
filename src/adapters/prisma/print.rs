//! What the command printed, read. The sentences are those of the Prisma CLI 6.19.3, captured from runs.

use crate::domain::Clean;

/// What one run of the command gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ran {
    /// How it ended; `None` when a signal ended it.
    pub(super) exit_code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// What one run says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// "Database schema is up to date!", and the command was content.
    pub(super) up_to_date: bool,
    /// In the folder and not in the database.
    pub(super) pending: Vec<String>,
    /// Failed half-way.
    pub(super) failed: Vec<String>,
    /// In the database and not in the folder.
    pub(super) ahead: Vec<String>,
    /// There is no table of migrations.
    pub(super) not_managed: bool,
    /// The database was not reached, in the command's words.
    pub(super) unreachable: Option<Clean>,
    /// The schema that the command read, as it names it.
    pub(super) schema: Option<String>,
    /// The line that says most when nothing else was understood.
    pub(super) last: Clean,
}

/// Words of a run that did not get to the database: P1000 to P1017 of "Prisma error reference, Common", and the same without
/// a number where a driver adapter speaks.
const UNREACHABLE: &[&str] = &[
    "P1000",
    "P1001",
    "P1002",
    "P1003",
    "P1008",
    "P1010",
    "P1011",
    "P1017",
    "Can't reach database server",
    "Authentication failed against",
    "Error opening a TLS connection",
    "Server has closed the connection",
    "ECONNREFUSED",
];

/// Reads a run.
pub(super) fn read(ran: &Ran) -> Told {
    let mut told = Told::default();
    for text in [&ran.stdout, &ran.stderr] {
        sections(text, &mut told);
    }
    told.up_to_date &= ran.exit_code == Some(0);
    told.last = last_words(ran);
    told
}

/// Which list the lines that follow belong to.
enum List {
    None,
    Pending,
    Failed,
    Ahead,
}

fn sections(text: &str, told: &mut Told) {
    let mut list = List::None;
    let text = without_colours(text);
    for line in text.lines().map(str::trim) {
        if let Some(begun) = heading(line) {
            list = begun;
            continue;
        }
        let name = !line.is_empty() && !line.contains(char::is_whitespace);
        if name {
            let into = match list {
                List::None => None,
                List::Pending => Some(&mut told.pending),
                List::Failed => Some(&mut told.failed),
                List::Ahead => Some(&mut told.ahead),
            };
            if let Some(names) = into {
                names.push(line.to_owned());
                continue;
            }
        }
        list = List::None;
        statement(line, told);
    }
}

fn statement(line: &str, told: &mut Told) {
    if let Some(schema) = line.strip_prefix("Prisma schema loaded from ") {
        told.schema = Some(schema.trim_end_matches('.').to_owned());
    } else if line.contains("Database schema is up to date") {
        told.up_to_date = true;
    } else if line.contains("not managed by Prisma Migrate") {
        told.not_managed = true;
    } else if told.unreachable.is_none() && is_unreachable(line) {
        told.unreachable = Some(shown(line));
    }
}

fn is_unreachable(line: &str) -> bool {
    let no_database = line.contains("Database `") && line.contains("does not exist");
    no_database || UNREACHABLE.iter().any(|words| line.contains(words))
}

/// A heading such as "Following migrations have not yet been applied:". One name or several, with or without the verb agreeing.
fn heading(line: &str) -> Option<List> {
    let is_heading =
        (line.starts_with("Following migration") || line.starts_with("The migration")) && line.ends_with(':');
    if !is_heading {
        return None;
    }
    if line.contains("have not yet been applied") || line.contains("has not yet been applied") {
        Some(List::Pending)
    } else if line.contains("have failed") || line.contains("has failed") {
        Some(List::Failed)
    } else if line.contains("from the database") && line.contains("not found locally") {
        Some(List::Ahead)
    } else {
        None
    }
}

/// What a person reads when nothing was understood: the line with the error, else the last one that says something.
fn last_words(ran: &Ran) -> Clean {
    let all = format!("{}\n{}", ran.stdout, ran.stderr);
    let all = without_colours(&all);
    let lines: Vec<&str> = all
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let names_error = |line: &&&str| {
        let line = line.to_ascii_lowercase();
        line.starts_with("error") || line.starts_with("npm error") || line.contains("could not find")
    };
    let said = lines.iter().find(names_error).or_else(|| lines.last());
    let mut words = said.map_or("it printed nothing", |line| *line).to_owned();
    if let Some(hint) = advice(&all) {
        words = format!("{words}: {hint}");
    }
    shown(&words)
}

/// What to do about a run that failed before it asked the database.
fn advice(all: &str) -> Option<&'static str> {
    if all.contains("npx canceled") || all.contains("could not determine executable") {
        Some(
            "install the project's packages there (npm ci); modosu never lets npx download a version by itself",
        )
    } else if all.contains("Could not find Prisma Schema") {
        Some("set `folder` under [prisma] in the runbook to the folder that has it")
    } else if all.contains("Environment variable not found")
        || all.contains("DATABASE_URL") && all.contains("P1012")
    {
        Some("give modosu the variable that the schema names")
    } else {
        None
    }
}

/// The most of one line that is shown, in characters.
const LINE: usize = 300;

/// A line as it may be shown: without what could drive a terminal and without passwords.
pub(super) fn shown(line: &str) -> Clean {
    let short: String = masked(line).chars().take(LINE).collect();
    Clean::new(&short)
}

/// `text` with what stands between `://` and the last `@` of a word replaced, and the value of each `password=`.
pub(super) fn masked(text: &str) -> String {
    const ENDS: &[char] = &['"', '\'', '`', ' ', '\t', '\n', '<', '>'];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(ENDS).unwrap_or(after.len());
        let (word, following) = after.split_at(end);
        match word.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str("***@");
                out.push_str(host);
            }
            None => out.push_str(word),
        }
        rest = following;
    }
    out.push_str(rest);
    without_password_values(&out)
}

fn without_password_values(text: &str) -> String {
    const KEY: &str = "password=";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.to_ascii_lowercase().find(KEY) {
        let (before, after) = rest.split_at(at + KEY.len());
        out.push_str(before);
        out.push_str("***");
        let end = after
            .find(['&', ' ', '"', '\'', '`', ';', '\n'])
            .unwrap_or(after.len());
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// `text` without the sequences that colour it (ECMA-48).
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            plain.push(c);
            continue;
        }
        let mut ahead = rest.clone();
        if ahead.next() == Some('[') && ahead.by_ref().any(|c| ('@'..='~').contains(&c)) {
            rest = ahead;
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    // Captured from Prisma CLI 6.19.3 with `engine: "js"`, apart from the names.
    const HEAD: &str = "Prisma schema loaded from prisma/schema.prisma\nDatasource \"db\": PostgreSQL database \"app\", schema \"public\" using driver adapter \"@prisma/adapter-pg\"\n\n";
    const CONFIG: &str = "Loaded Prisma config from prisma.config.ts.\n\nPrisma config detected, skipping environment variable loading.\n";

    fn told(code: i32, stdout: &str, stderr: &str) -> Told {
        read(&Ran {
            exit_code: Some(code),
            stdout: format!("{HEAD}{stdout}"),
            stderr: format!("{CONFIG}{stderr}"),
        })
    }

    #[test]
    fn up_to_date_needs_the_sentence_and_a_good_end() {
        let said = "2 migrations found in prisma/migrations\n\nDatabase schema is up to date!\n";
        let up = told(0, said, "");
        assert!(up.up_to_date && up.pending.is_empty() && up.unreachable.is_none());
        assert_eq!(up.schema.as_deref(), Some("prisma/schema.prisma"));
        assert!(!told(1, said, "").up_to_date);
        assert!(!told(0, "1 migration found in prisma/migrations\n", "").up_to_date);
    }

    #[test]
    fn pending_in_the_singular_and_the_plural() {
        let one = told(
            1,
            "3 migrations found in prisma/migrations\nFollowing migration have not yet been applied:\n20261124093000_bad\n\nTo apply migrations in development run prisma migrate dev.\nTo apply migrations in production run prisma migrate deploy.\n",
            "",
        );
        assert_eq!(one.pending, ["20261124093000_bad"]);
        let two = told(
            1,
            "2 migrations found in prisma/migrations\nFollowing migrations have not yet been applied:\n20261101090000_init\n20261120093000_answers\n\nTo apply migrations in development run prisma migrate dev.\n",
            "",
        );
        assert_eq!(two.pending, ["20261101090000_init", "20261120093000_answers"]);
        assert!(two.failed.is_empty() && two.ahead.is_empty());
    }

    #[test]
    fn failed_with_its_long_advice() {
        let failed = told(
            1,
            "3 migrations found in prisma/migrations\n",
            "Following migration have failed:\n20261124093000_bad\n\nDuring development if the failed migration(s) have not been deployed to a production database you can then fix the migration(s) and run prisma migrate dev.\n\nThe failed migration(s) can be marked as rolled back or applied:\n      \n- If you rolled back the migration(s) manually:\nprisma migrate resolve --rolled-back \"20261124093000_bad\"\n\n- If you fixed the database manually (hotfix):\nprisma migrate resolve --applied \"20261124093000_bad\"\n\nRead more about how to resolve migration issues in a production database:\nhttps://pris.ly/d/migrate-resolve\n",
        );
        assert_eq!(failed.failed, ["20261124093000_bad"]);
        assert!(failed.pending.is_empty() && failed.ahead.is_empty() && !failed.up_to_date);
    }

    #[test]
    fn two_histories_that_parted() {
        let parted = told(
            1,
            "2 migrations found in prisma/migrations\n",
            "Your local migration history and the migrations table from your database are different:\n\nThe last common migration is: 20261101090000_init\n\nThe migration have not yet been applied:\n20261122000000_other\n\nThe migrations from the database are not found locally in prisma/migrations:\n20261120093000_answers\n20261124093000_bad\n",
        );
        assert_eq!(parted.pending, ["20261122000000_other"]);
        assert_eq!(parted.ahead, ["20261120093000_answers", "20261124093000_bad"]);
    }

    #[test]
    fn a_database_that_was_not_reached_is_told_without_its_password() {
        for said in [
            "Error: P1001: Can't reach database server at `db.internal:5432`\n",
            "Error: Can't reach database server at `127.0.0.1:1`\n\nPlease make sure your database server is running at `127.0.0.1:1`.\n",
            "Error: Database `nodb` does not exist\n",
            "Error: P1000: Authentication failed against database server, the provided database credentials for `app` are not valid.\n",
            "Error: P1017: Server has closed the connection.\n",
        ] {
            assert!(told(1, "", said).unreachable.is_some(), "{said}");
        }
        let leaky = told(
            1,
            "",
            "Error: P1001 at postgresql://app:s3cr3t@db:5432/app?password=s3cr3t&x=1\n",
        );
        let words = leaky.unreachable.unwrap();
        assert_eq!(
            words.as_str(),
            "Error: P1001 at postgresql://***@db:5432/app?password=***&x=1"
        );
    }

    #[test]
    fn a_database_without_a_table_of_migrations() {
        let none = told(
            1,
            "No migration found in prisma/migrations\n",
            "The current database is not managed by Prisma Migrate.\n        \nRead more about how to baseline an existing production database:\nhttps://pris.ly/d/migrate-baseline\n",
        );
        assert!(none.not_managed && !none.up_to_date);
    }

    #[test]
    fn what_is_not_understood_is_told_with_advice() {
        let bare = |stderr: &str| {
            read(&Ran {
                exit_code: Some(1),
                stdout: String::new(),
                stderr: stderr.to_owned(),
            })
            .last
            .to_string()
        };
        let npx = bare(
            "npm error npx canceled due to missing packages and no YES option: [\"prisma@7.10.1\"]\nnpm error A complete log of this run can be found in: /root/x\n",
        );
        assert!(
            npx.starts_with("npm error npx canceled") && npx.contains("npm ci"),
            "{npx}"
        );
        let schema = bare(
            "Error: Could not find Prisma Schema that is required for this command.\nYou can either provide it\n",
        );
        assert!(schema.contains("`folder` under [prisma]"), "{schema}");
        assert_eq!(bare(""), "it printed nothing");
        assert_eq!(
            bare("\u{1b}[31mError: boom\u{1b}[39m\n   0: deep\n"),
            "Error: boom"
        );
        assert!(!bare("x postgres://u:p@ss@h/db\n").contains("p@ss"));
    }

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        for (text, safe) in [
            ("a://u:p@h b", "a://***@h b"),
            ("`a://u:p@h:1/x`", "`a://***@h:1/x`"),
            ("a://u:p/@x@h", "a://***@h"),
            ("two a://u:p@h and b://v:q@i", "two a://***@h and b://***@i"),
            ("https://pris.ly/d/x", "https://pris.ly/d/x"),
            ("PASSWORD=x;y", "PASSWORD=***;y"),
        ] {
            assert_eq!(masked(text), safe);
        }
    }
}
