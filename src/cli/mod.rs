//! F4, the command line: arguments in, one verb done, data on stdout, everything else on stderr, one exit code out.
//!
//! `args` is what can be typed, `settings` the one place that reads the environment, `context` what a verb works with
//! (runbook, words, environment, folders), `verbs` one file a verb, `output` the only hand on stdout and stderr, `exit` the
//! only list of exit codes. This room does not know how the world is observed, how a screen is drawn, or that the
//! endpoint may be a drill: it drives the same session as the console, with the same messages.

mod args;
mod context;
mod exit;
mod facts;
mod failure;
mod log;
mod near;
mod output;
mod plan_facts;
mod registered;
mod resolve;
mod settings;
mod shell;
mod signals;
mod verbs;

pub use args::{Cli, DrillArgs, Global, Verb, parse};
pub use context::{Context, Region, command_line_words};
pub use exit::Exit;
pub use failure::Failure;
pub use log::start_log;
pub use output::{Format, Output};
pub use resolve::{OF_THE_DRILL, state_dir};
pub use settings::Settings;
pub use signals::Signals;
pub use verbs::run;
