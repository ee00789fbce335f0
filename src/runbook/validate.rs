//! What the types cannot say: names that must exist, numbers that must make sense, texts that must be showable.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Finding;
use super::{CheckKind, Criterion, LatencyStatistic, Runbook};
use crate::domain::{Clean, CriterionId};

/// Minutes that a person may be given to decide or to check: a week at most.
const MINUTES: RangeInclusive<u32> = 1..=10_080;

/// A step from a table to what is inside it.
#[derive(Clone, Copy)]
enum At<'a> {
    Key(&'a str),
    Item(usize),
}
use At::{Item, Key};

/// Where the parsed text says what the runbook holds.
struct Places<'t, 'i>(&'t DeTable<'i>);

impl Places<'_, '_> {
    /// The bytes of the value at `path`, or of the nearest thing around it that is written in the file.
    fn value(&self, path: &[At<'_>]) -> Option<Range<usize>> {
        self.walk(path).0
    }

    /// The bytes of the key that ends `path`.
    fn key(&self, path: &[At<'_>]) -> Option<Range<usize>> {
        self.walk(path).1
    }

    fn walk(&self, path: &[At<'_>]) -> (Option<Range<usize>>, Option<Range<usize>>) {
        let Some((Key(first), rest)) = path.split_first() else {
            return (None, None);
        };
        let Some((key, value)) = self.0.get_key_value(*first) else {
            return (None, None);
        };
        let (mut key_span, mut value) = (key.span(), value);
        for step in rest {
            let next = match (step, value.get_ref()) {
                (Key(name), DeValue::Table(table)) => table.get_key_value(*name).map(|(k, v)| (k.span(), v)),
                (Item(index), DeValue::Array(array)) => array.get(*index).map(|v| (v.span(), v)),
                (Key(_) | Item(_), _) => None,
            };
            let Some((next_key, next_value)) = next else { break };
            (key_span, value) = (next_key, next_value);
        }
        (Some(value.span()), Some(key_span))
    }
}

/// The first thing that is wrong with `runbook`, whose text was parsed into `tree`.
pub(super) fn check(runbook: &Runbook, tree: &DeTable<'_>) -> Result<(), Finding> {
    let places = Places(tree);
    texts(tree)?;
    top(runbook, &places)?;
    environments(runbook, &places)?;
    services(runbook, &places)?;
    criteria(runbook, &places)?;
    timing(runbook, &places)?;
    checks(runbook, &places)?;
    rest(runbook, &places)
}

/// Every text is shown somewhere, so none may be empty or hold what could drive a terminal.
fn texts(table: &DeTable<'_>) -> Result<(), Finding> {
    table.iter().try_for_each(|(_, value)| text(value))
}

fn text(value: &Spanned<DeValue<'_>>) -> Result<(), Finding> {
    match value.get_ref() {
        DeValue::String(text) if text.trim().is_empty() => {
            Err(Finding::new(Some(value.span()), "this text is empty")
                .hint("fill it in, or remove the key if it may be unset"))
        }
        DeValue::String(text) if Clean::new(text).as_str() != text.as_ref() => Err(Finding::new(
            Some(value.span()),
            "this text holds a control or invisible character",
        )
        .hint("write it as one line of visible text")),
        DeValue::Array(items) => items.iter().try_for_each(text),
        DeValue::Table(table) => texts(table),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => Ok(()),
    }
}

fn top(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    if super::zone(&runbook.time_zone).is_none() {
        return Err(Finding::new(
            places.value(&[Key("time-zone")]),
            format!("unknown time zone `{}`", runbook.time_zone),
        )
        .hint("write an IANA name such as `Asia/Tokyo` or `UTC`")
        .did_you_mean(
            &runbook.time_zone,
            jiff::tz::db()
                .available()
                .map(|name| name.to_string())
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str),
        ));
    }
    if !runbook.environments.contains_key(&runbook.default_environment) {
        let known: Vec<&str> = runbook.environments.keys().map(|name| name.as_str()).collect();
        return Err(Finding::new(
            places.value(&[Key("default-environment")]),
            format!(
                "the default environment `{}` is not among the environments",
                runbook.default_environment
            ),
        )
        .hint(format!("there are: {}", known.join(", ")))
        .did_you_mean(runbook.default_environment.as_str(), known));
    }
    Ok(())
}

fn environments(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    for (name, environment) in &runbook.environments {
        let at = [Key("environments"), Key(name.as_str())];
        if let Some(url) = &environment.dashboard {
            address(url, || places.value(&[at[0], at[1], Key("dashboard")]))?;
        }
        for (service, url) in &environment.health {
            let path = [at[0], at[1], Key("health"), Key(service.as_str())];
            if runbook.service(service).is_none() {
                let known = runbook.services.iter().map(|service| service.name.as_str());
                return Err(Finding::new(
                    places.key(&path),
                    format!("health of an unknown service `{service}`"),
                )
                .hint("name a service of `services`")
                .did_you_mean(service.as_str(), known));
            }
            address(url, || places.value(&path))?;
        }
    }
    Ok(())
}

/// An address that may be asked or shown: http or https, a host, and no credentials, which would end up on screens.
fn address(url: &str, span: impl Fn() -> Option<Range<usize>>) -> Result<(), Finding> {
    let Some(rest) = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
    else {
        return Err(
            Finding::new(span(), format!("`{url}` is no http or https address"))
                .hint("write the whole address, such as https://example.com/health"),
        );
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if authority.contains('@') {
        return Err(
            Finding::new(span(), "this address holds credentials").hint("remove what stands before the `@`")
        );
    }
    if host.is_empty()
        || url
            .chars()
            .any(|c| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\'))
    {
        return Err(Finding::new(span(), format!("`{url}` is no address"))
            .hint("write the whole address, such as https://example.com/health"));
    }
    Ok(())
}

fn services(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    if runbook.services.is_empty() {
        return Err(
            Finding::new(places.value(&[Key("services")]), "there are no services")
                .hint("add at least one [[services]]"),
        );
    }
    for (index, service) in runbook.services.iter().enumerate() {
        let at = |key| places.value(&[Key("services"), Item(index), Key(key)]);
        let before = runbook.services.iter().take(index);
        if before.clone().any(|other| other.name == service.name) {
            return Err(
                Finding::new(at("name"), format!("a second service `{}`", service.name))
                    .hint("give each service a name of its own"),
            );
        }
        if before
            .clone()
            .any(|other| other.ecs_service == service.ecs_service)
        {
            return Err(Finding::new(
                at("ecs-service"),
                format!("a second service with `{}`", service.ecs_service),
            )
            .hint("each ECS service stands in the runbook once"));
        }
        // `both` and `database` are words of `--service`.
        if matches!(service.name.as_str(), "both" | "database") {
            return Err(Finding::new(
                at("name"),
                format!("`{}` is a word of the command line", service.name),
            )
            .hint("choose another name for the service"));
        }
        placeholder(&service.task_family, || at("task-family"))?;
        if let Some(group) = &service.log_group {
            placeholder(group, || at("log-group"))?;
        }
        for alarm in &service.alarms {
            placeholder(alarm, || at("alarms"))?;
        }
    }
    Ok(())
}

/// `<environment>` is the only placeholder; another one would reach AWS as it stands.
fn placeholder(text: &str, span: impl Fn() -> Option<Range<usize>>) -> Result<(), Finding> {
    let bare = text.replace(super::ENVIRONMENT, "");
    if bare.contains(['<', '>']) {
        return Err(Finding::new(span(), format!("unknown placeholder in `{text}`"))
            .hint("`<environment>` is the only one"));
    }
    Ok(())
}

fn criteria(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    if runbook.criteria.is_empty() {
        return Err(
            Finding::new(places.value(&[Key("criteria")]), "there are no criteria")
                .hint("add at least one [[criteria]]"),
        );
    }
    for (index, criterion) in runbook.criteria.iter().enumerate() {
        let at = |key| places.value(&[Key("criteria"), Item(index), Key(key)]);
        if runbook
            .criteria
            .iter()
            .take(index)
            .any(|other| other.id == criterion.id)
        {
            return Err(
                Finding::new(at("id"), format!("a second criterion `{}`", criterion.id))
                    .hint("each of the five stands in the runbook at most once"),
            );
        }
        if criterion.decide_within_minutes > *MINUTES.end() {
            return Err(
                Finding::new(at("decide-within-minutes"), "more than a week to decide")
                    .hint("write minutes, 0 for at once"),
            );
        }
        thresholds(criterion, at)?;
    }
    Ok(())
}

fn thresholds<'a>(
    criterion: &Criterion,
    at: impl Fn(&'a str) -> Option<Range<usize>>,
) -> Result<(), Finding> {
    let (percent, seconds) = match criterion.id {
        CriterionId::ErrorRate => (true, false),
        CriterionId::Latency => (false, true),
        CriterionId::FeatureDown | CriterionId::DataInconsistency | CriterionId::Vulnerability => {
            (false, false)
        }
    };
    threshold(
        criterion,
        "over-percent",
        criterion.over_percent,
        percent,
        100.0,
        &at,
    )?;
    threshold(
        criterion,
        "over-seconds",
        criterion.over_seconds,
        seconds,
        3600.0,
        &at,
    )?;
    if !seconds && criterion.statistic != LatencyStatistic::default() {
        return Err(Finding::new(
            at("statistic"),
            format!("`statistic` does not belong to `{}`", criterion.id),
        )
        .hint("it belongs to `latency`"));
    }
    Ok(())
}

fn threshold<'a>(
    criterion: &Criterion,
    key: &'a str,
    value: Option<f64>,
    wanted: bool,
    most: f64,
    at: impl Fn(&'a str) -> Option<Range<usize>>,
) -> Result<(), Finding> {
    match (value, wanted) {
        (None, true) => Err(
            Finding::new(at("id"), format!("`{}` has no threshold", criterion.id))
                .hint(format!("add `{key}`")),
        ),
        (Some(_), false) => Err(Finding::new(
            at(key),
            format!("`{key}` does not belong to `{}`", criterion.id),
        )
        .hint("remove it")),
        // Written so that "not a number" is refused as well.
        (Some(value), true) if !(value > 0.0 && value <= most) => Err(Finding::new(
            at(key),
            format!("`{key}` must be more than 0 and at most {most}"),
        )
        .hint("write a number such as 1.0")),
        (Some(_), true) | (None, false) => Ok(()),
    }
}

fn timing(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    let timing = &runbook.timing;
    for (key, value, range) in [
        // ECS shows ninety days of deployments; a longer soak could never be proven.
        (
            "soak-minutes",
            timing.soak_minutes,
            1..=crate::domain::ECS_HISTORY_DAYS * 24 * 60,
        ),
        ("hold-seconds", timing.hold_seconds, 1..=3600),
        ("timeout-minutes", timing.timeout_minutes, 1..=1440),
        ("healthy-minutes", timing.healthy_minutes, 1..=60),
        ("health-answers", timing.health_answers, 1..=60),
    ] {
        number(key, value, range, || places.value(&[Key("timing"), Key(key)]))?;
    }
    if u64::from(timing.hold_seconds) >= u64::from(timing.timeout_minutes) * 60 {
        return Err(Finding::new(
            places.value(&[Key("timing"), Key("hold-seconds")]),
            "`hold-seconds` is not shorter than `timeout-minutes`",
        )
        .hint("no rollback could ever be called stable"));
    }
    Ok(())
}

fn number(
    key: &str,
    value: u32,
    range: RangeInclusive<u32>,
    span: impl Fn() -> Option<Range<usize>>,
) -> Result<(), Finding> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Finding::new(
        span(),
        format!("`{key}` must be from {} to {}", range.start(), range.end()),
    )
    .hint("docs/runbook-format.md says what it means"))
}

fn checks(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    let lists = [
        ("immediate", &runbook.checks.immediate),
        ("functional", &runbook.checks.functional),
    ];
    let mut seen: Vec<&str> = Vec::new();
    for (name, list) in lists {
        let within = [Key("checks"), Key(name), Key("within-minutes")];
        number("within-minutes", list.within_minutes, MINUTES, || {
            places.value(&within)
        })?;
        for (index, check) in list.items.iter().enumerate() {
            let at = |key| places.value(&[Key("checks"), Key(name), Key("items"), Item(index), Key(key)]);
            if !check
                .id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                || check.id.len() > 64
            {
                return Err(
                    Finding::new(at("id"), format!("`{}` is no id of a check", check.id))
                        .hint("letters, digits, `-` and `_`, at most 64"),
                );
            }
            if seen.contains(&check.id.as_str()) {
                return Err(Finding::new(at("id"), format!("a second check `{}`", check.id))
                    .hint("ids are unique over both lists"));
            }
            seen.push(&check.id);
            if check.by == CheckKind::ErrorRate && runbook.criterion(CriterionId::ErrorRate).is_none() {
                return Err(
                    Finding::new(at("by"), "there is no criterion `error-rate` to check against")
                        .hint("add it to `criteria`, or let a person do this check"),
                );
            }
        }
    }
    if runbook.checks.immediate.items.is_empty() {
        return Err(Finding::new(
            places.value(&[Key("checks"), Key("immediate"), Key("items")]),
            "there are no immediate checks",
        )
        .hint("nothing would be proven after a rollback; add at least one"));
    }
    // Verification ends by what modosu reads itself; without any such check it would pass on nothing.
    let read_by_modosu = |by: CheckKind| match by {
        CheckKind::Health | CheckKind::ErrorRate => true,
        CheckKind::Person => false,
    };
    let all = lists.iter().flat_map(|(_, list)| &list.items);
    if !all.map(|check| check.by).any(read_by_modosu) {
        return Err(Finding::new(
            places.value(&[Key("checks"), Key("immediate"), Key("items"), Item(0), Key("by")]),
            "every check is done by a person",
        )
        .hint(
            "a rollback would be called verified on nothing; let at least one be `health` or `error-rate`",
        ));
    }
    Ok(())
}

fn rest(runbook: &Runbook, places: &Places<'_, '_>) -> Result<(), Finding> {
    let file = &runbook.history.file;
    if file.starts_with(['/', '\\', '~'])
        || file.contains(':')
        || file.split(['/', '\\']).any(|part| part == "..")
    {
        return Err(Finding::new(
            places.value(&[Key("history"), Key("file")]),
            format!("`{file}` is not below the folder in which modosu runs"),
        )
        .hint("write a relative path such as docs/operations/rollback-history.md"));
    }
    super::outside::check(runbook, |table, key| places.value(&[Key(table), Key(key)]))?;
    if let Some(database) = &runbook.database {
        let at = |key| places.value(&[Key("database"), Key(key)]);
        for (key, text) in [
            ("instance", &database.instance),
            ("restored-instance", &database.restored_instance),
            ("secret", &database.secret),
        ] {
            placeholder(text, || at(key))?;
        }
        for (index, service) in database.services.iter().enumerate() {
            if runbook.service(service).is_none() {
                let known = runbook.services.iter().map(|service| service.name.as_str());
                return Err(Finding::new(
                    places.value(&[Key("database"), Key("services"), Item(index)]),
                    format!("unknown service `{service}`"),
                )
                .hint("name a service of `services`")
                .did_you_mean(service.as_str(), known));
            }
        }
    }
    Ok(())
}
