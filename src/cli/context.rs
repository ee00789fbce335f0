//! What a verb works with: the runbook, the words, the environment, the folders, and how an engine is started from them.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::{Clean, EnvironmentName, Mode, Operator, Phrase, ServiceKey};
use crate::engine::{Clock, Door, Engine, Start, Watch};
use crate::runbook::{Environment, Runbook};
use crate::words::{Lang, Words};

use super::args::LangArg;
use super::near::nearest;
use super::settings::github_token;
use super::{Failure, Global, Settings, resolve};

/// Whether a verb needs AWS to know the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Region {
    /// The SDK's own settings decide, and without a region the verb cannot go on.
    Needed,
    /// The verb only looks at the journal and asks AWS nothing: any region will do.
    Any,
}

/// What a verb works with.
#[derive(Clone, Debug)]
pub struct Context {
    /// The options that every verb takes.
    pub global: Global,
    /// What the environment says.
    pub settings: Settings,
    /// The team's runbook.
    pub runbook: Arc<Runbook>,
    /// Where it came from.
    pub runbook_place: String,
    /// The words of the reader.
    pub words: Words,
    /// The environment that is meant.
    pub environment: EnvironmentName,
    /// The state folder.
    pub state_dir: PathBuf,
}

/// Words before a runbook is known: `--lang`, else the machine's language.
#[must_use]
pub fn command_line_words(global: &Global, settings: &Settings) -> Words {
    let lang = global
        .lang
        .map(Lang::from)
        .or_else(|| settings.lang.as_deref().and_then(Lang::from_tag))
        .unwrap_or(Lang::En);
    Words::new(lang, TimeZone::UTC)
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Ja => Self::Ja,
            LangArg::En => Self::En,
        }
    }
}

impl Context {
    /// Finds the runbook, the environment and the folders.
    ///
    /// # Errors
    /// When there is no runbook, it is wrong, or it does not know the environment.
    pub fn new(global: &Global, settings: &Settings) -> Result<Self, Failure> {
        let found = resolve::runbook(global.runbook.as_deref(), settings)?;
        let environment = match &global.environment {
            Some(name) => environment_named(&found.runbook, name)?,
            None => found.runbook.default_environment.clone(),
        };
        let lang = global
            .lang
            .map_or_else(|| Lang::from(found.runbook.language), Lang::from);
        Ok(Self {
            words: Words::new(lang, found.runbook.time_zone()),
            state_dir: resolve::state_dir(global, settings)?,
            runbook: Arc::new(found.runbook),
            runbook_place: found.place,
            environment,
            global: global.clone(),
            settings: settings.clone(),
        })
    }

    /// Whether anything may be written.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        if self.global.read_only {
            Mode::ReadOnly
        } else {
            Mode::Full
        }
    }

    /// The environment's part of the runbook.
    #[must_use]
    pub fn of_environment(&self) -> Option<&Environment> {
        self.runbook.environment(&self.environment)
    }

    /// The services that a list such as `backend,frontend` means, in the runbook's order. `both` means all of a runbook that
    /// has two.
    ///
    /// # Errors
    /// When the runbook has none of a name, one is named twice, or `both` does not say which.
    pub fn services(&self, list: &str) -> Result<Vec<ServiceKey>, Failure> {
        let known = || self.runbook.services.iter().map(|service| &service.name);
        let names = || {
            let names: Vec<_> = known().map(ServiceKey::as_str).collect();
            Phrase::new("cli-hint-services").text("names", names.join(", "))
        };
        if list == "both" && !known().any(|key| key.as_str() == list) {
            let all: Vec<_> = known().cloned().collect();
            return match all.as_slice() {
                [_, _] => Ok(all),
                _ => Err(Failure::usage(Phrase::new("cli-error-both")).hint(names())),
            };
        }
        let mut wanted: Vec<ServiceKey> = Vec::new();
        for name in list.split(',').map(str::trim) {
            let service = self.service(name)?;
            if wanted.contains(&service) {
                let what = Phrase::new("cli-error-service-twice").text("name", service);
                return Err(Failure::usage(what).hint(names()));
            }
            wanted.push(service);
        }
        Ok(known().filter(|key| wanted.contains(key)).cloned().collect())
    }

    /// The service that `name` means.
    ///
    /// # Errors
    /// When the runbook has none of that name.
    pub fn service(&self, name: &str) -> Result<ServiceKey, Failure> {
        let known = self.runbook.services.iter().map(|service| service.name.as_str());
        if let Some(service) = self
            .runbook
            .services
            .iter()
            .find(|service| service.name.as_str() == name)
        {
            return Ok(service.name.clone());
        }
        let what = Phrase::new("cli-error-service").text("name", Clean::new(name));
        Err(Failure::usage(what).hint(hint_of(name, known, "cli-hint-services")))
    }

    /// How an engine is started for this context. A drill in another process is named by the environment.
    #[must_use]
    pub fn start(&self, region: &Region) -> Start {
        let given = self
            .global
            .region
            .clone()
            .or_else(|| self.settings.drill_region.clone());
        Start {
            runbook: self.runbook.clone(),
            environment: self.environment.clone(),
            mode: self.mode(),
            operator: self.operator(),
            profile: self.global.profile.clone(),
            region: match region {
                Region::Needed => given,
                Region::Any => given.or_else(|| Some("us-east-1".to_owned())),
            },
            state_dir: self.state_dir.clone(),
            working_dir: self.settings.working_dir.clone(),
            drill: self.settings.drill.clone(),
            door: Door::Network {
                loopback_only: self.settings.drill.is_some(),
            },
            clock: None,
            github: github_token(),
            host: self.settings.host.clone(),
        }
    }

    /// How an engine is started for a drill in this process, which shares its clock.
    #[must_use]
    pub fn start_in_drill(&self, endpoint: &str, region: &str, clock: Clock) -> Start {
        Start {
            profile: None,
            region: Some(region.to_owned()),
            drill: Some(endpoint.to_owned()),
            door: Door::Network { loopback_only: true },
            clock: Some(clock),
            ..self.start(&Region::Any)
        }
    }

    /// Starts an engine.
    ///
    /// # Errors
    /// When it cannot start: no region, an address that is not allowed, a drill that does not answer.
    pub async fn engine(&self, region: &Region, watch: Watch) -> Result<Engine, Failure> {
        Ok(Engine::start(self.start(region), watch).await?)
    }

    fn operator(&self) -> Operator {
        Operator(Clean::new(self.settings.user.as_deref().unwrap_or("unknown")))
    }
}

fn environment_named(runbook: &Runbook, name: &str) -> Result<EnvironmentName, Failure> {
    let found = runbook.environments.keys().find(|known| known.as_str() == name);
    found.cloned().ok_or_else(|| {
        let what = Phrase::new("cli-error-environment").text("name", Clean::new(name));
        let known = runbook.environments.keys().map(EnvironmentName::as_str);
        Failure::usage(what).hint(hint_of(name, known, "cli-hint-environments"))
    })
}

/// "Did you mean", or the whole list.
pub(super) fn hint_of<'a>(
    typed: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    list: &'static str,
) -> Phrase {
    match nearest(typed, known.clone()) {
        Some(meant) => Phrase::new("cli-hint-did-you-mean").text("name", meant),
        None => Phrase::new(list).text("names", known.collect::<Vec<_>>().join(", ")),
    }
}
