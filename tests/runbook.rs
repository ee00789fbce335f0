//! The runbook as data: the built-in one says what the team's page says, and a wrong file is refused at its line.

use std::path::Path;

use modosu::domain::{Clean, CriterionId, EnvironmentName, ServiceKey, Severity};
use modosu::runbook::{
    AppliedMigrations, Channel, CheckKind, Language, LatencyStatistic, Runbook, Timeliness, Timing, built_in,
    built_in_names, json_schema, parse,
};
use proptest::prelude::*;

const FILE: &str = "peoplebooster.toml";

fn text() -> &'static str {
    built_in("peoplebooster").unwrap()
}

fn page() -> Runbook {
    parse(text(), FILE).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of the built-in runbook in which `from`, which stands there once, became `to`.
fn broken(from: &str, to: &str) -> String {
    assert_eq!(text().matches(from).count(), 1, "{from} must stand there once");
    parse(&text().replacen(from, to, 1), FILE)
        .unwrap_err()
        .to_string()
}

/// The line of the built-in runbook on which `part` stands first, from 1.
fn line(part: &str) -> usize {
    text().lines().position(|line| line.contains(part)).unwrap() + 1
}

#[test]
fn the_built_in_runbook_says_what_the_page_says() {
    let page = page();
    assert_eq!(
        (page.language, page.time_zone.as_str()),
        (Language::Ja, "Asia/Tokyo")
    );
    let environment = |name: &str| page.environment(&EnvironmentName::new(name).unwrap()).unwrap();
    let (production, staging) = (environment("production"), environment("staging"));
    assert_eq!(page.default_environment.as_str(), "production");
    assert!(production.protected && !staging.protected);
    assert_eq!(production.cluster.as_str(), "peoplebooster-production");
    assert_eq!(staging.cluster.as_str(), "peoplebooster-staging");
    assert!(production.account.is_none() && staging.account.is_none());
    let backend = ServiceKey::new("backend").unwrap();
    assert_eq!(
        production.health[&backend],
        "https://api.peoplebooster.com/health"
    );
    assert!(staging.health.is_empty() && production.health.len() == 1);

    let names: Vec<_> = page
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    assert_eq!(names, ["backend", "frontend"]);
    for service in &page.services {
        let full = format!("peoplebooster-{}", service.name);
        assert_eq!(
            (
                service.ecs_service.as_str(),
                service.task_family.as_str(),
                service.repository.as_str()
            ),
            (&*full, &*full, &*full)
        );
    }

    let criteria: Vec<_> = page
        .criteria
        .iter()
        .map(|c| {
            (
                c.id,
                c.severity,
                c.decide_within_minutes,
                c.over_percent,
                c.over_seconds,
            )
        })
        .collect();
    assert_eq!(
        criteria,
        [
            (CriterionId::ErrorRate, Severity::Critical, 5, Some(1.0), None),
            (CriterionId::Latency, Severity::High, 10, None, Some(5.0)),
            (CriterionId::FeatureDown, Severity::Critical, 0, None, None),
            (CriterionId::DataInconsistency, Severity::Critical, 0, None, None),
            (CriterionId::Vulnerability, Severity::Critical, 0, None, None),
        ]
    );
    assert_eq!(
        page.criterion(CriterionId::Latency).unwrap().statistic,
        LatencyStatistic::P95
    );
    assert_eq!(page.timing, Timing::default());

    let immediate: Vec<_> = page
        .checks
        .immediate
        .items
        .iter()
        .map(|c| (c.id.as_str(), c.by))
        .collect();
    assert_eq!(
        immediate,
        [
            ("health", CheckKind::Health),
            ("error-rate", CheckKind::ErrorRate),
            ("logs", CheckKind::Person)
        ]
    );
    let functional: Vec<_> = page
        .checks
        .functional
        .items
        .iter()
        .map(|c| (c.title.ja.as_str(), c.by))
        .collect();
    assert_eq!(
        functional,
        [
            ("ログイン機能", CheckKind::Person),
            ("診断機能", CheckKind::Person),
            ("データ整合性", CheckKind::Person)
        ]
    );
    assert_eq!(
        (
            page.checks.immediate.within_minutes,
            page.checks.functional.within_minutes
        ),
        (5, 30)
    );

    let slack = |name: &str| Channel::Slack(name.to_owned());
    let contacts: Vec<_> = page
        .contacts
        .iter()
        .map(|c| (c.who.ja.as_str(), c.by.clone(), c.when))
        .collect();
    assert_eq!(
        contacts,
        [
            ("開発チーム", slack("#dev-team"), Timeliness::AtOnce),
            ("プロダクトマネージャー", slack("#product"), Timeliness::AtOnce),
            (
                "カスタマーサポート",
                slack("#support"),
                Timeliness::WhenUsersAffected
            ),
            ("経営層", Channel::Mail(None), Timeliness::WhenCritical),
        ]
    );
    assert_eq!(page.history.file, "docs/operations/rollback-history.md");

    let github = page.github.as_ref().unwrap();
    assert_eq!(
        (
            &*github.workflow,
            &*github.inputs.environment,
            &*github.inputs.service,
            &*github.inputs.version
        ),
        ("Rollback", "environment", "service", "version")
    );
    let database = page.database.as_ref().unwrap();
    let production = EnvironmentName::new("production").unwrap();
    let filled = |text: &str| Runbook::expand(text, &production);
    assert_eq!(filled(&database.instance), "peoplebooster-production");
    assert_eq!(
        filled(&database.restored_instance),
        "peoplebooster-production-restored"
    );
    assert_eq!(filled(&database.secret), "peoplebooster/production/database");
    assert_eq!(
        (database.instance_class.as_str(), database.services.as_slice()),
        ("db.t3.medium", &[backend][..])
    );
    let prisma = page.prisma.as_ref().unwrap();
    assert_eq!(prisma.status_command.join(" "), "npx prisma migrate status");
    assert_eq!(
        prisma.reset_command.join(" "),
        "npx prisma migrate reset --skip-seed"
    );
    assert_eq!(page.time_zone().iana_name(), Some("Asia/Tokyo"));
    assert_eq!(built_in_names().collect::<Vec<_>>(), ["peoplebooster"]);
    assert_eq!(built_in("other"), None);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_a_hint() {
    let at = |part: &str, what: &str| format!("{FILE}:{}: {what}", line(part));
    let cases = [
        (
            "task-family = \"peoplebooster-backend\"",
            "task-famly = \"peoplebooster-backend\"",
            at(
                "task-family",
                "unknown key `task-famly`; did you mean `task-family`?",
            ),
        ),
        (
            "statistic = \"p95\"",
            "statistic = \"p59\"",
            at("statistic = ", "unknown value `p59`; did you mean `p50`?"),
        ),
        (
            "severity = \"high\"",
            "severity = \"hgih\"",
            at(
                "severity = \"high\"",
                "unknown value `hgih`; did you mean `high`?",
            ),
        ),
        (
            "id = \"latency\"",
            "id = \"latenci\"",
            at(
                "id = \"latency\"",
                "unknown value `latenci`; did you mean `latency`?",
            ),
        ),
        (
            "\"Asia/Tokyo\"",
            "\"Asia/Tokio\"",
            at(
                "time-zone",
                "unknown time zone `Asia/Tokio`; did you mean `Asia/Tokyo`?",
            ),
        ),
        (
            "default-environment = \"production\"",
            "default-environment = \"prodution\"",
            at(
                "default-environment =",
                "the default environment `prodution` is not among the environments; did you mean `production`?",
            ),
        ),
        (
            "name = \"frontend\"",
            "name = \"backend\"",
            at(
                "name = \"frontend\"",
                "a second service `backend`; give each service a name of its own",
            ),
        ),
        (
            "id = \"vulnerability\"",
            "id = \"latency\"\nover-seconds = 1.0",
            at(
                "id = \"vulnerability\"",
                "a second criterion `latency`; each of the five stands in the runbook at most once",
            ),
        ),
        (
            "id = \"login\"",
            "id = \"logs\"",
            at(
                "id = \"login\"",
                "a second check `logs`; ids are unique over both lists",
            ),
        ),
        (
            "backend = \"https://api",
            "backedn = \"https://api",
            at(
                "backend = \"https",
                "health of an unknown service `backedn`; did you mean `backend`?",
            ),
        ),
        (
            "backend = \"https://api",
            "backend = \"ftp://api",
            at(
                "backend = \"https",
                "`ftp://api.peoplebooster.com/health` is no http or https address; write the whole address, such as https://example.com/health",
            ),
        ),
        (
            "backend = \"https://api",
            "backend = \"https://me:pw@api",
            at(
                "backend = \"https",
                "this address holds credentials; remove what stands before the `@`",
            ),
        ),
        (
            "over-percent = 1.0",
            "",
            at(
                "id = \"error-rate\"",
                "`error-rate` has no threshold; add `over-percent`",
            ),
        ),
        (
            "over-percent = 1.0",
            "over-percent = 0.0",
            at(
                "over-percent",
                "`over-percent` must be more than 0 and at most 100; write a number such as 1.0",
            ),
        ),
        (
            "over-percent = 1.0",
            "over-percent = 100.5",
            at(
                "over-percent",
                "`over-percent` must be more than 0 and at most 100; write a number such as 1.0",
            ),
        ),
        (
            "over-percent = 1.0",
            "over-percent = nan",
            at(
                "over-percent",
                "`over-percent` must be more than 0 and at most 100; write a number such as 1.0",
            ),
        ),
        (
            "over-percent = 1.0",
            "over-percent = 1.0\nover-seconds = 1.0",
            format!(
                "{FILE}:{}: `over-seconds` does not belong to `error-rate`; remove it",
                line("over-percent = ") + 1
            ),
        ),
        (
            "soak-minutes = 30",
            "soak-minutes = 0",
            at(
                "soak-minutes",
                "`soak-minutes` must be from 1 to 129600; docs/runbook-format.md says what it means",
            ),
        ),
        (
            "health-answers = 3",
            "health-answers = 0",
            at(
                "health-answers",
                "`health-answers` must be from 1 to 60; docs/runbook-format.md says what it means",
            ),
        ),
        (
            "within-minutes = 30",
            "within-minutes = 0",
            at(
                "within-minutes = 30",
                "`within-minutes` must be from 1 to 10080; docs/runbook-format.md says what it means",
            ),
        ),
        (
            "\"docs/operations/rollback-history.md\"",
            "\"../history.md\"",
            at(
                "file = ",
                "`../history.md` is not below the folder in which modosu runs; write a relative path such as docs/operations/rollback-history.md",
            ),
        ),
        (
            "services = [\"backend\"]",
            "services = [\"bakend\"]",
            at(
                "services = [",
                "unknown service `bakend`; did you mean `backend`?",
            ),
        ),
        (
            "secret = \"peoplebooster/<environment>/database\"",
            "secret = \"peoplebooster/<env>/database\"",
            at(
                "secret = ",
                "unknown placeholder in `peoplebooster/<env>/database`; `<environment>` is the only one",
            ),
        ),
        (
            "\"slack:#support\"",
            "\"slak:#support\"",
            at(
                "slack:#support",
                "unknown channel `slak:#support`; did you mean `slack`?",
            ),
        ),
        (
            "\"ログイン機能\"",
            "\"\"",
            at(
                "ログイン機能",
                "this text is empty; fill it in, or remove the key if it may be unset",
            ),
        ),
        (
            "\"ログイン機能\"",
            "\"a\\u001b[2Jb\"",
            at(
                "ログイン機能",
                "this text holds a control or invisible character; write it as one line of visible text",
            ),
        ),
        (
            "cluster = \"peoplebooster-staging\"",
            "cluster = \"people booster\"",
            at(
                "cluster = \"peoplebooster-staging\"",
                "`people booster` is not a cluster name of letters, digits, `-` and `_`",
            ),
        ),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        let found = broken(from, to);
        if found != expected {
            wrong.push(format!(
                "{from} → {to}\n  expected {expected}\n  found    {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_verification_that_could_pass_on_nothing_is_refused() {
    let person = |kind: &str, text: &str| text.replace(&format!("by = \"{kind}\""), "by = \"person\"");
    for one in ["health", "error-rate"] {
        assert!(parse(&person(one, text()), FILE).is_ok(), "the other one is left");
    }
    let nobody = person("error-rate", &person("health", text()));
    assert_eq!(
        parse(&nobody, FILE).unwrap_err().to_string(),
        format!(
            "{FILE}:{}: every check is done by a person; a rollback would be called verified on nothing; let at least one \
             be `health` or `error-rate`",
            line("by = \"health\"")
        )
    );
    // One among what users do is enough.
    let functional = nobody.replacen(
        "id = \"login\"\nby = \"person\"",
        "id = \"login\"\nby = \"health\"",
        1,
    );
    assert!(parse(&functional, FILE).is_ok());
}

#[test]
fn the_keys_that_are_commented_out_can_be_filled_in() {
    let filled: Vec<&str> = text()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key) if key.contains(" = ") => key,
            Some(_) | None => line,
        })
        .collect();
    let page = parse(&filled.join("\n"), FILE).unwrap_or_else(|error| panic!("{error}"));
    let production = &page.environments[&page.default_environment];
    assert!(production.account.is_some() && production.region.is_some() && production.dashboard.is_some());
    assert_eq!(
        page.github.unwrap().repository.as_deref(),
        Some("OWNER/REPOSITORY")
    );
    assert_eq!(page.prisma.unwrap().folder.as_deref(), Some("backend"));
}

#[test]
fn what_is_missing_is_named() {
    let found = broken("cluster = \"peoplebooster-staging\"", "");
    assert_eq!(
        found,
        format!(
            "{FILE}:{}: the key `cluster` is missing; docs/runbook-format.md says what it means",
            line("[environments.staging]")
        )
    );
    let empty = parse("", FILE).unwrap_err();
    assert!(empty.what.contains("is missing"), "{empty}");
    let none: String = text().replace("[[services]]", "[[other]]");
    assert!(
        parse(&none, FILE)
            .unwrap_err()
            .what
            .starts_with("unknown key `other`")
    );
}

#[test]
fn a_name_that_the_file_invents_is_held_against_the_rest() {
    // A mistyped environment is a new environment, which then lacks its cluster.
    let error = parse(
        &text().replace(
            "[environments.production.health]",
            "[environments.producton.health]",
        ),
        FILE,
    )
    .unwrap_err();
    assert_eq!(
        error.line,
        Some(line("[environments.production.health]")),
        "{error}"
    );
}

#[test]
fn numbers_and_texts_of_any_size_are_refused_and_not_believed() {
    for (from, to) in [
        ("over-percent = 1.0", "over-percent = 1e999"),
        ("over-percent = 1.0", "over-percent = inf"),
        (
            "decide-within-minutes = 10",
            "decide-within-minutes = 99999999999999999999999999",
        ),
        ("decide-within-minutes = 10", "decide-within-minutes = 4294967295"),
        ("decide-within-minutes = 10", "decide-within-minutes = -1"),
        ("timeout-minutes = 20", "timeout-minutes = 4294967295"),
    ] {
        let error = parse(&text().replacen(from, to, 1), FILE).unwrap_err();
        assert_eq!(error.line, Some(line(from)), "{to}: {error}");
    }
    let long = format!("{} = 1", "k".repeat(10_000));
    assert!(parse(&long, FILE).unwrap_err().to_string().chars().count() < 700);
    assert!(parse(&"#".repeat(2 << 20), FILE).is_err());
    assert!(parse(&format!("x = {}", "[".repeat(100_000)), FILE).is_err());
    let driven = parse("\"a\\u001b[2J\" = 1", "evil\u{1b}[2J.toml")
        .unwrap_err()
        .to_string();
    assert!(!driven.contains('\u{1b}'), "{driven:?}");
}

#[test]
fn the_schema_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/runbooks/runbook.schema.json");
    let ours = format!("{}\n", serde_json::to_string_pretty(&json_schema()).unwrap());
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed != ours {
        let made = std::env::temp_dir().join("runbook.schema.json");
        std::fs::write(&made, &ours).unwrap();
        panic!(
            "the types changed: look at {} and commit it as {}",
            made.display(),
            path.display()
        );
    }
}

#[test]
fn the_format_s_page_names_every_key() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/runbook-format.md"))
        .unwrap();
    let schema = json_schema();
    let tables = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for key in tables
        .filter_map(|table| table.get("properties"))
        .flat_map(|keys| keys.as_object().unwrap().keys())
    {
        assert!(
            page.contains(&format!("`{key}`")),
            "docs/runbook-format.md does not explain `{key}`"
        );
    }
}

/// The places where a key of the built-in runbook stands: byte range and line. Names that the file itself invents
/// (environments, services under `health`) are no keys.
fn keys() -> Vec<(std::ops::Range<usize>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for (number, line) in text().split_inclusive('\n').enumerate() {
        let mut add = |from: usize, name: &str| found.push((at + from..at + from + name.len(), number + 1));
        if line.starts_with('[') {
            let mut from = line.find(|c| c != '[').unwrap();
            for part in line.trim_end().trim_matches(['[', ']']).split('.') {
                if !matches!(part, "production" | "staging") {
                    add(from, part);
                }
                from += part.len() + 1;
            }
        } else if !line.starts_with('#')
            && let Some((name, value)) = line.split_once(" = ")
            && !value.starts_with("\"https://api")
        {
            add(0, name);
            for inner in ["ja", "en"] {
                if let Some(from) = line.find(&format!(" {inner} = \"")) {
                    add(from + 1, inner);
                }
            }
        }
        at += line.len();
    }
    found
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_mistyped_key_is_found_on_its_line(pick in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), letter in "[a-z]", how in 0..4) {
        let keys = keys();
        let (range, number) = pick.get(&keys).clone();
        let key = &text()[range.clone()];
        let at = place.index(key.len());
        let mut typed: Vec<char> = key.chars().collect();
        match how {
            0 => { typed.remove(at); }
            1 => typed.insert(at, letter.chars().next().unwrap()),
            2 => typed[at] = letter.chars().next().unwrap(),
            _ => typed.swap(at, (at + 1) % key.len()),
        }
        let typed: String = typed.into_iter().collect();
        prop_assume!(!typed.is_empty() && typed != key);
        let wrong = format!("{}{typed}{}", &text()[..range.start], &text()[range.end..]);
        let error = parse(&wrong, FILE).unwrap_err();
        prop_assert_eq!(error.line, Some(number), "{} → {}: {}", key, typed, error);
    }

    #[test]
    fn any_change_of_a_byte_is_read_or_refused(at in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut wrong = text().to_owned();
        let mut at = at.index(wrong.len());
        while !wrong.is_char_boundary(at) { at -= 1; }
        wrong.insert(at, with);
        if let Err(error) = parse(&wrong, FILE) {
            let said = error.to_string();
            prop_assert_eq!(Clean::new(&said).to_string(), said);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(wild in "\\PC{0,200}|[\\[\\]a-z=\"'{}.#\\\\\n0-9-]{0,200}") {
        prop_assert!(parse(&wild, FILE).is_err(), "nothing this short is a runbook");
    }
}

#[test]
fn what_goes_out_is_checked_and_has_defaults() {
    let page = page();
    let (github, prisma) = (page.github.unwrap(), page.prisma.unwrap());
    assert_eq!(github.api, "https://api.github.com");
    assert!(github.return_run_details && github.r#ref.is_none() && github.inputs.correlation.is_none());
    assert_eq!(
        (
            prisma.migrations_folder.as_str(),
            prisma.timeout_seconds,
            prisma.when_migrations_were_applied
        ),
        ("prisma/migrations", 60, AppliedMigrations::Block)
    );
    for (from, to, expected) in [
        (
            "# api = \"https://github.example.com/api/v3\"",
            "api = \"http://github.example.com/api/v3\"",
            "is no address of an API",
        ),
        (
            "# repository = \"OWNER/REPOSITORY\"",
            "repository = \"a/..\"",
            "is no repository",
        ),
        ("# ref = \"main\"", "ref = \"-main\"", "is no branch or tag"),
        (
            "# correlation = \"correlation_id\"",
            "correlation = \"version\"",
            "two inputs are called `version`",
        ),
        (
            "# timeout-seconds = 60",
            "timeout-seconds = 601",
            "must be from 5 to 600",
        ),
        (
            "# migrations-folder = \"prisma/migrations\"",
            "migrations-folder = \"../x\"",
            "is not below the folder",
        ),
        (
            "[\"npx\", \"prisma\", \"migrate\", \"status\"]",
            "[\"npx\", \"prisma\", \"migrate\", \"deploy\"]",
            "`deploy` changes a database",
        ),
    ] {
        let found = broken(from, to);
        assert!(found.contains(expected), "{to}: {found}");
    }
}
