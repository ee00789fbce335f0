//! Arguments → mode → exit code, and nothing else.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{self, WrapErr as _};
use modosu::cli::{
    self, Cli, Context, DrillArgs, Exit, Failure, Format, Output, Region, Settings, Signals, Verb,
    command_line_words,
};
use modosu::domain::Phrase;
use modosu::drill::{Drill, Options};
use modosu::engine::{Clock, Engine, Start, Watch};
use modosu::{tui, words::Words};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// How long a task that cannot be interrupted, such as a read of the keyboard, may hold up the end of the process.
const LAST_TASKS: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let settings = Settings::read();
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(exit) => return exit.into(),
    };
    match start(&cli, &settings) {
        Ok(exit) => exit.into(),
        Err(report) => {
            // Unexpected: the whole chain of causes, for whoever has to mend it.
            drop(writeln!(std::io::stderr().lock(), "modosu: {report:?}"));
            Exit::Unexpected.into()
        }
    }
}

fn start(cli: &Cli, settings: &Settings) -> eyre::Result<Exit> {
    color_eyre::config::HookBuilder::default()
        .capture_span_trace_by_default(false)
        .display_env_section(false)
        .install()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .wrap_err("failed to start")?;
    let exit = runtime.block_on(run(cli, settings));
    runtime.shutdown_timeout(LAST_TASKS);
    exit
}

async fn run(cli: &Cli, settings: &Settings) -> eyre::Result<Exit> {
    if let Some(level) = cli.global.log_level {
        let dir = cli::state_dir(&cli.global, settings);
        match dir {
            Ok(dir) => cli::start_log(level, &dir).wrap_err("failed to open the log")?,
            Err(failure) => return Ok(said(&failure, &command_line_words(&cli.global, settings))),
        }
    }
    match &cli.verb {
        None | Some(Verb::Console) => console(cli, settings).await,
        Some(Verb::Drill(args)) => drill(cli, args, settings).await,
        Some(verb) => Ok(cli::run(verb, &cli.global, settings)
            .await?
            .unwrap_or(Exit::Usage)),
    }
}

/// Says what is wrong, and how the process ends by it.
fn said(failure: &Failure, words: &Words) -> Exit {
    Output::new(Format::Text, words.clone()).failure(failure);
    failure.exit
}

async fn console(cli: &Cli, settings: &Settings) -> eyre::Result<Exit> {
    match Context::new(&cli.global, settings) {
        Ok(context) => open_console(&context, context.start(&Region::Needed)).await,
        Err(failure) => Ok(said(&failure, &command_line_words(&cli.global, settings))),
    }
}

async fn open_console(context: &Context, start: Start) -> eyre::Result<Exit> {
    let mut engine = match Engine::start(start, Watch::Live).await {
        Ok(engine) => engine,
        Err(error) => return Ok(said(&error.into(), &context.words)),
    };
    // A rollback that an earlier process left open is what this console is about.
    engine.resume_open().await;
    let options = tui::Options {
        look: tui::Look {
            no_color: context.settings.no_color,
            ..tui::Look::default()
        },
        editor: context.settings.editor.clone(),
        scratch: context.state_dir.clone(),
        dumb: context.settings.dumb,
    };
    Ok(match tui::run(engine, context.words.clone(), options).await? {
        tui::Exit::Quit => Exit::Done,
        tui::Exit::NoTerminal(none) => said(&Failure::usage(none.why).hint(none.hint), &context.words),
        tui::Exit::Signal(2) => Exit::Interrupted,
        // A hang-up is answered like a request to end.
        tui::Exit::Signal(_) => Exit::Terminated,
    })
}

async fn drill(cli: &Cli, args: &DrillArgs, settings: &Settings) -> eyre::Result<Exit> {
    let mut signals = Signals::listen().wrap_err("failed to listen to signals")?;
    let options = Options {
        scenario: args.scenario.clone(),
        seed: args.seed,
        speed: args.speed,
        start: Clock::machine().now(),
    };
    let early = command_line_words(&cli.global, settings);
    let drill = match Drill::new(&options) {
        Ok(drill) => drill,
        Err(error) => {
            return Ok(said(
                &Failure::usage(Phrase::new("cli-error-drill").text("detail", error)),
                &early,
            ));
        }
    };
    let listener = TcpListener::bind(("127.0.0.1", args.port))
        .await
        .wrap_err("failed to open a loopback port")?;
    let endpoint = format!(
        "http://{}",
        listener.local_addr().wrap_err("failed to read the port")?
    );
    if args.headless {
        return headless(&drill, listener, &endpoint, &mut signals).await;
    }
    // The console of a drill belongs to this one, whatever the environment names, and its account is the built-in team's.
    let mut global = cli.global.clone();
    let settings = Settings {
        drill: Some(endpoint.clone()),
        runbook: None,
        ..settings.clone()
    };
    global.runbook.get_or_insert_with(|| cli::OF_THE_DRILL.to_owned());
    let context = match Context::new(&global, &settings) {
        Ok(context) => context,
        Err(failure) => return Ok(said(&failure, &early)),
    };
    let environment = drill.environment(&endpoint);
    let region = environment.get("AWS_REGION").map_or("", String::as_str);
    let (until, over) = oneshot::channel::<()>();
    let mut server = JoinSet::new();
    let served = drill.clone();
    server.spawn(async move {
        served
            .serve(listener, async move {
                // Either the console is over, or this end of it is gone: both mean the same.
                drop(over.await);
            })
            .await
    });
    let exit = open_console(
        &context,
        context.start_in_drill(&endpoint, region, clock_of(&drill)),
    )
    .await;
    drop(until);
    server.shutdown().await;
    exit
}

/// The drill's clock as the engine's.
fn clock_of(drill: &Drill) -> Clock {
    let (now, speed) = (drill.clock(), drill.clock());
    Clock::from_parts(Arc::new(move || now.now()), Arc::new(move || speed.speed()))
}

async fn headless(
    drill: &Drill,
    listener: TcpListener,
    endpoint: &str,
    signals: &mut Signals,
) -> eyre::Result<Exit> {
    let line = serde_json::json!({ "endpoint": endpoint, "environment": drill.environment(endpoint) });
    // The port is open before it is named: whoever reads the line can connect at once.
    let mut out = std::io::stdout();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .wrap_err("failed to name the endpoint")?;
    let (until, over) = oneshot::channel::<()>();
    let serving = drill.serve(listener, async move {
        drop(over.await);
    });
    tokio::pin!(serving);
    let exit = tokio::select! {
        served = &mut serving => {
            served.wrap_err("failed to serve the drill")?;
            return Ok(Exit::Done);
        }
        exit = signals.next() => exit,
    };
    // Connections that are open end with the process; new ones are not taken any more.
    drop(until);
    Ok(exit)
}
