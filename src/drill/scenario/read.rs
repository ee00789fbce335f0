//! Finds a scenario by name or path, reads it, and refuses what cannot be simulated.

use std::path::Path;

use super::{Scenario, around, database, strategy};
use crate::drill::faults::well_formed;

/// The built-in scenarios, the default one first.
const BUILT_IN: [(&str, &str); 18] = [
    (
        "bad-deploy",
        include_str!("../../../assets/scenarios/bad-deploy.toml"),
    ),
    (
        "never-ran",
        include_str!("../../../assets/scenarios/never-ran.toml"),
    ),
    (
        "no-traffic",
        include_str!("../../../assets/scenarios/no-traffic.toml"),
    ),
    (
        "slow-deploy",
        include_str!("../../../assets/scenarios/slow-deploy.toml"),
    ),
    ("outage", include_str!("../../../assets/scenarios/outage.toml")),
    (
        "in-flight",
        include_str!("../../../assets/scenarios/in-flight.toml"),
    ),
    (
        "crash-loop",
        include_str!("../../../assets/scenarios/crash-loop.toml"),
    ),
    (
        "image-gone",
        include_str!("../../../assets/scenarios/image-gone.toml"),
    ),
    (
        "tag-moved",
        include_str!("../../../assets/scenarios/tag-moved.toml"),
    ),
    (
        "two-operators",
        include_str!("../../../assets/scenarios/two-operators.toml"),
    ),
    (
        "throttled",
        include_str!("../../../assets/scenarios/throttled.toml"),
    ),
    ("denied", include_str!("../../../assets/scenarios/denied.toml")),
    (
        "paused-hook",
        include_str!("../../../assets/scenarios/paused-hook.toml"),
    ),
    (
        "revision-inactive",
        include_str!("../../../assets/scenarios/revision-inactive.toml"),
    ),
    (
        "blue-green",
        include_str!("../../../assets/scenarios/blue-green.toml"),
    ),
    (
        "codedeploy",
        include_str!("../../../assets/scenarios/codedeploy.toml"),
    ),
    (
        "vulnerable-image",
        include_str!("../../../assets/scenarios/vulnerable-image.toml"),
    ),
    (
        "bad-migration",
        include_str!("../../../assets/scenarios/bad-migration.toml"),
    ),
];

/// Why there is no scenario.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Neither a built-in name nor a path.
    Unknown,
    /// The file cannot be read.
    Unreadable(std::io::Error),
    /// The file is read, but makes no world.
    Bad(String),
}

/// Names of the built-in scenarios, the default one first.
pub(crate) fn names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}

/// Reads a scenario by its built-in name, or from a path (something with a separator or ending in `.toml`).
pub(crate) fn load(wanted: &str) -> Result<Scenario, Refused> {
    if let Some((_, text)) = BUILT_IN.iter().find(|(name, _)| *name == wanted) {
        return parse(text);
    }
    let path = Path::new(wanted);
    let is_path = path.components().count() > 1 || path.extension().is_some_and(|ending| ending == "toml");
    if !is_path {
        return Err(Refused::Unknown);
    }
    parse(&std::fs::read_to_string(path).map_err(Refused::Unreadable)?)
}

fn parse(text: &str) -> Result<Scenario, Refused> {
    let mut scenario: Scenario = toml::from_str(text).map_err(|error| Refused::Bad(error.to_string()))?;
    if scenario.databases.is_empty() {
        scenario.databases = database::base(&scenario.environments).map_err(Refused::Bad)?;
    }
    check(&scenario).map_err(Refused::Bad)?;
    Ok(scenario)
}

/// Names must resolve and numbers must make sense before a world is built of them.
fn check(scenario: &Scenario) -> Result<(), String> {
    if scenario.summary.trim().is_empty() {
        return Err("summary: say in one sentence what happens".to_owned());
    }
    let environment = |name: &str| {
        let known = scenario.environments.iter().any(|known| known.name == name);
        if known {
            Ok(())
        } else {
            Err(format!("there is no environment '{name}'"))
        }
    };
    let revision = |name: &str, number: u32| {
        let application = scenario.applications.iter().find(|known| known.name == name);
        let application = application.ok_or_else(|| format!("there is no application '{name}'"))?;
        let known = application.revisions.iter().find(|known| known.number == number);
        known
            .map(|known| known.registered)
            .ok_or_else(|| format!("application {name} has no revision {number}"))
    };
    for application in &scenario.applications {
        for revision in &application.revisions {
            if !application.images.iter().any(|image| image.tag == revision.image) {
                let (name, number) = (&application.name, revision.number);
                return Err(format!(
                    "{name}:{number} names image '{}', which there never was",
                    revision.image
                ));
            }
        }
        let mut numbers: Vec<u32> = application
            .revisions
            .iter()
            .map(|revision| revision.number)
            .collect();
        numbers.sort_unstable();
        if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!("application {} has a revision twice", application.name));
        }
        for image in &application.images {
            image
                .changes
                .iter()
                .filter_map(|change| change.environment.as_deref())
                .try_for_each(environment)?;
            let b = &image.behaviour;
            let in_order = b.p50_ms > 0.0 && b.p95_ms > b.p50_ms && b.p95_ms.is_finite();
            let rates = [b.error_rate, b.elb_error_rate]
                .iter()
                .all(|rate| (0.0..=1.0).contains(rate));
            if !in_order || !rates || b.boot_s < 0.0 {
                return Err(format!(
                    "image {}: a rate is 0 to 1, p95 lies above p50",
                    image.tag
                ));
            }
        }
    }
    for service in &scenario.services {
        environment(&service.environment)?;
        strategy::check(service)?;
        if let Some(name) = service
            .alarms
            .iter()
            .find(|name| !scenario.alarms.iter().any(|alarm| alarm.name == **name))
        {
            return Err(format!("{} is watched by no alarm '{name}'", service.application));
        }
        if let Some(shortage) = service.shortages.iter().find(|it| !it.at.before(it.until)) {
            return Err(format!(
                "{}: {shortage:?} ends before it begins",
                service.application
            ));
        }
        if service.deploys.is_empty() {
            return Err(format!("service {} was never deployed", service.application));
        }
        for deploy in &service.deploys {
            let registered = revision(&service.application, deploy.revision)?;
            if deploy.at.before(registered) {
                let (name, number) = (&service.application, deploy.revision);
                return Err(format!("{name}:{number} is deployed before it is registered"));
            }
        }
        if service
            .deploys
            .windows(2)
            .any(|pair| !pair[0].at.before(pair[1].at))
        {
            return Err(format!(
                "deployments of {} are not in order of time",
                service.application
            ));
        }
        if !(100..=1_000).contains(&service.maximum_percent)
            || service.minimum_percent > service.maximum_percent
        {
            return Err(format!(
                "percentages of {} leave no room for a deployment",
                service.application
            ));
        }
        if !(0.0..=1e7).contains(&service.traffic.per_minute) || !(0.0..=1.0).contains(&service.traffic.swing)
        {
            return Err(format!("traffic of {} is out of range", service.application));
        }
    }
    scenario
        .databases
        .iter()
        .try_for_each(|database| environment(&database.environment))?;
    database::check(&scenario.databases)?;
    for trigger in &scenario.triggers {
        environment(&trigger.environment)?;
        revision(&trigger.application, trigger.revision)?;
        let waits = [Some(trigger.after_s), trigger.again_within_s];
        if !waits.iter().flatten().all(|wait| (0.0..=1e6).contains(wait)) {
            return Err(format!("trigger on {}: seconds are out of range", trigger.on));
        }
    }
    if let Some(fault) = scenario
        .faults
        .iter()
        .find(|fault| fault.share.is_some_and(|share| !(0.0..=1.0).contains(&share)))
    {
        return Err(format!("fault of {}: a share is 0 to 1", fault.operation));
    }
    for alarm in &scenario.alarms {
        let of = |service: &super::Service| {
            service.environment == alarm.environment && service.application == alarm.application
        };
        if !scenario.services.iter().any(of) {
            return Err(format!(
                "alarm {} watches a service that there is not",
                alarm.name
            ));
        }
    }
    around::check(scenario)?;
    let patterns = scenario.faults.iter().map(|fault| &fault.operation);
    match patterns
        .chain(scenario.triggers.iter().map(|trigger| &trigger.on))
        .find(|text| !well_formed(text))
    {
        Some(wrong) => Err(format!(
            "'{wrong}' names no operation: write ecs.UpdateService, ecs.Describe*, ecs.* or *"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_scenarios_are_read() {
        for name in names() {
            assert!(load(name).is_ok(), "{name}: {:?}", load(name).err());
        }
    }

    #[test]
    fn slips_of_the_pen_are_refused() {
        let good = BUILT_IN[0].1;
        for (from, to, why) in [
            ("summary", "sumary", "unknown field"),
            ("revision = 57", "revision = 99", "no revision 99"),
            (
                "application = \"frontend\"",
                "application = \"frontent\"",
                "no application 'frontent'",
            ),
            ("at = \"-3m 45s\"", "at = \"soon\"", "no offset"),
            (
                "desired = 4",
                "desired = 4\nalarms = [\"none\"]",
                "no alarm 'none'",
            ),
            (
                "desired = 4",
                "desired = 4\nshortage = [{ at = \"+5m\", until = \"+1m\" }]",
                "ends before it begins",
            ),
            (
                "[[alarm]]",
                "[[fault]]\noperation = \"*\"\nkind = \"error\"\nshare = 2.0\n\n[[alarm]]",
                "a share is 0 to 1",
            ),
            (
                "[[alarm]]",
                "[[trigger]]\non = \"*\"\nafter_s = -1.0\nenvironment = \"staging\"\napplication = \"backend\"\nrevision = 57\nby = \"x\"\n\n[[alarm]]",
                "out of range",
            ),
            (
                "desired = 4",
                "desired = 4\nbreaker_threshold = { type = \"percent\", value = 5 }",
                "unknown variant",
            ),
            ("at = \"-3m 45s\"", "at = \"-9m 30s\"", "before it is registered"),
            (
                "desired = 4",
                "desired = 4\nhook = [{ stages = [\"PRE_SCALE_UP\"] }]",
                "no stages at which it could pause",
            ),
            (
                "desired = 4",
                "desired = 4\nstrategy = { type = \"blue-green\", bake_minutes = 1 }\nhook = [{ stages = [\"PRODUCTION_TRAFFIC_SHIFT\"] }]",
                "unknown variant",
            ),
            (
                "desired = 4",
                "desired = 4\nstrategy = { type = \"linear\", step_percent = 2.9, bake_minutes = 1 }",
                "a step shifts from 3",
            ),
            (
                "desired = 4",
                "desired = 4\nstrategy = { type = \"canary\", percent = 5.0, bake_minutes = 1441 }",
                "a day at most",
            ),
            (
                "desired = 4",
                "desired = 4\nstrategy = { type = \"canary\", percent = 5.0, bake_minutes = 1, step = 2 }",
                "unknown field",
            ),
            (
                "desired = 4",
                "desired = 4\ncontroller = \"external\"\nstrategy = { type = \"blue-green\", bake_minutes = 1 }",
                "for the controller 'ecs'",
            ),
        ] {
            assert!(good.contains(from), "{from}");
            let Err(Refused::Bad(reason)) = parse(&good.replace(from, to)) else {
                panic!("{from} was believed")
            };
            assert!(reason.contains(why), "{reason}");
        }
        assert!(matches!(load("bad-deply"), Err(Refused::Unknown)));
        assert!(matches!(load("./no/such.toml"), Err(Refused::Unreadable(_))));
    }
}
