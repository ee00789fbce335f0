//! Asking a runbook, the built-in ones, and the schema.

use jiff::tz::TimeZone;

use super::{Criterion, Environment, Runbook, Service};
use crate::domain::{CriterionId, EnvironmentName, ServiceKey};

/// What stands for the environment's name inside other names.
pub(super) const ENVIRONMENT: &str = "<environment>";

/// The built-in runbooks by name.
const BUILT_IN: &[(&str, &str)] = &[(
    "peoplebooster",
    include_str!("../../assets/runbooks/peoplebooster.toml"),
)];

/// The text of the built-in runbook `name`.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// The names of the built-in runbooks.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The JSON schema of the file, for editors. `assets/runbooks/runbook.schema.json` is the same.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Runbook).to_value()
}

/// The time zone of that name. `UTC` needs no time zone database.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    if name.eq_ignore_ascii_case("UTC") {
        return Some(TimeZone::UTC);
    }
    TimeZone::get(name).ok()
}

impl Runbook {
    /// The environment of that name.
    #[must_use]
    pub fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.get(name)
    }

    /// The service that people call by that name.
    #[must_use]
    pub fn service(&self, key: &ServiceKey) -> Option<&Service> {
        self.services.iter().find(|service| service.name == *key)
    }

    /// The criterion, if the runbook has it.
    #[must_use]
    pub fn criterion(&self, id: CriterionId) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.id == id)
    }

    /// The time zone that times are shown and recorded in. `parse` has checked that it exists.
    #[must_use]
    pub fn time_zone(&self) -> TimeZone {
        zone(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// `text` with `<environment>` filled in.
    #[must_use]
    pub fn expand(text: &str, environment: &EnvironmentName) -> String {
        text.replace(ENVIRONMENT, environment.as_str())
    }
}
