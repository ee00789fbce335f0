//! The handle on a drill: made from options, shared by the server, the tests and whoever embeds it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;

use super::{
    clock::Clock,
    faults::{Armed, Faults},
    ledger::LedgerEntry,
    scenario::{self, Refused},
    time::minute,
    triggers::Triggers,
    wire,
    world::World,
};

/// What a drill is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of a built-in scenario, or the path of a file (with a separator, or ending in `.toml`).
    pub scenario: String,
    /// Everything that is left to chance comes from here.
    pub seed: u64,
    /// Drill seconds a second, from 0 (stopped) to 100,000.
    pub speed: f64,
    /// The drill's first moment; the drill never asks the machine for the time.
    pub start: Timestamp,
}

/// Why there is no drill. Each completes "failed to start the drill: …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrillError {
    /// No built-in scenario has that name.
    #[error("unknown scenario '{name}' (known: {})", known.join(", "))]
    UnknownScenario {
        /// What was asked for.
        name: String,
        /// Names of the built-in scenarios.
        known: Vec<String>,
    },
    /// The scenario's file cannot be read.
    #[error("cannot read scenario {path}")]
    UnreadableScenario {
        /// The path as it was given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The scenario's file is read, but makes no world.
    #[error("scenario {name} makes no world: {reason}")]
    BadScenario {
        /// Its name or path.
        name: String,
        /// What is wrong, with line and column where the form is.
        reason: String,
    },
    /// No clock can run at that speed.
    #[error("speed {speed} is not between 0 and 100000")]
    BadSpeed {
        /// The speed as it was given.
        speed: f64,
    },
}

/// A simulated account. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub struct Drill {
    pub(super) shared: Arc<Shared>,
}

/// What all handles share.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    clock: Clock,
    id: String,
}

/// What one request at a time may see and change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) faults: Faults,
    pub(super) ledger: Vec<LedgerEntry>,
    pub(super) triggers: Triggers,
}

impl Drill {
    /// Builds the scenario's world and simulates its past up to the start.
    ///
    /// # Errors
    /// When there is no such scenario, when it makes no world, or when no clock can run at the speed.
    pub fn new(options: &Options) -> Result<Self, DrillError> {
        if !Clock::can_run_at(options.speed) {
            return Err(DrillError::BadSpeed { speed: options.speed });
        }
        let name = options.scenario.clone();
        let scenario = scenario::load(&name).map_err(|refused| match refused {
            Refused::Unknown => DrillError::UnknownScenario {
                name: name.clone(),
                known: scenario::names().into_iter().map(str::to_owned).collect(),
            },
            Refused::Unreadable(source) => DrillError::UnreadableScenario {
                path: name.clone(),
                source,
            },
            Refused::Bad(reason) => DrillError::BadScenario {
                name: name.clone(),
                reason,
            },
        })?;
        let start = super::time::whole_millis(options.start);
        let anchor = minute(start);
        let world = World::new(&name, &scenario, options.seed, start);
        let mut faults = Faults::default();
        for entry in &scenario.faults {
            let delay = std::time::Duration::try_from_secs_f64(entry.delay_s).unwrap_or_default();
            faults.arm(Armed {
                pattern: entry.operation.clone(),
                fault: entry.kind.fault(delay),
                share: entry.share,
                left: entry.times,
                from: entry.at.map(|at| at.from(anchor)),
                until: entry.until.map(|until| until.from(anchor)),
            });
        }
        let id = format!(
            "drill-{}",
            &world.chance.digest(&format!("{name} {start}"))[7..19]
        );
        let state = State {
            world,
            faults,
            ledger: Vec::new(),
            triggers: Triggers::new(scenario.triggers),
        };
        let clock = Clock::new(start, options.speed);
        Ok(Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                clock,
                id,
            }),
        })
    }

    /// Names of the built-in scenarios, the default one first.
    pub fn scenarios() -> Vec<&'static str> {
        scenario::names()
    }

    /// A handle on the drill's clock.
    pub fn clock(&self) -> Clock {
        self.shared.clock.clone()
    }

    /// Identity of this run: the same scenario, seed and start have the same one.
    pub fn id(&self) -> String {
        self.shared.id.clone()
    }

    /// The variables with which an AWS client reaches this drill at an endpoint such as `http://127.0.0.1:8080`.
    pub fn environment(&self, endpoint: &str) -> BTreeMap<&'static str, String> {
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let region = self.with(|state| state.world.region.to_owned());
        BTreeMap::from([
            ("AWS_ENDPOINT_URL", endpoint.clone()),
            ("AWS_REGION", region.clone()),
            // The aws command line and boto3 only look at this name.
            ("AWS_DEFAULT_REGION", region),
            ("AWS_ACCESS_KEY_ID", "AKIADRILLDRILLDRILL1".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "drill-has-no-secrets".to_owned()),
            ("MODOSU_DRILL", endpoint),
        ])
    }

    /// Every AWS request so far, in order.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.with(|state| state.ledger.clone())
    }

    /// The truth, as `GET /_drill/world` tells it.
    pub fn world(&self) -> serde_json::Value {
        let truth = self.with(|state| state.world.truth());
        let mut truth = wire::readable(&truth);
        truth["clock"] = super::control::clock_shown(self);
        truth
    }

    /// Advances the world to the present and works on it. The lock is never held across an await.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.shared.clock.now();
        state.world.advance_to(now);
        work(&mut state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(scenario: &str, speed: f64) -> Options {
        Options {
            scenario: scenario.into(),
            seed: 1,
            speed,
            start: "2026-11-23T05:05:12Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_drill_that_cannot_be_says_why() {
        let error = Drill::new(&options("bad-deply", 1.0))
            .err()
            .map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some(
                format!(
                    "unknown scenario 'bad-deply' (known: {})",
                    Drill::scenarios().join(", ")
                )
                .as_str()
            )
        );
        let error = Drill::new(&options("bad-deploy", f64::NAN))
            .err()
            .map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("speed NaN is not between 0 and 100000"));
    }

    #[tokio::test(start_paused = true)]
    async fn the_id_follows_scenario_seed_and_start() {
        let id = |options: &Options| Drill::new(options).unwrap().id();
        let first = options("bad-deploy", 1.0);
        assert_eq!(id(&first), id(&first));
        assert_ne!(
            id(&first),
            id(&Options {
                seed: 2,
                ..first.clone()
            })
        );
        assert_ne!(
            id(&first),
            id(&Options {
                scenario: "never-ran".into(),
                ..first.clone()
            })
        );
    }
}
