//! The loop: one message at a time into the session, its effects out into the world.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::adapters::history_file::{Appended, HistoryFile};
use crate::adapters::journal::Heads;
use crate::domain::{Fault, FaultKind, Mode};
use crate::incident::{Incident, IncidentId, Stage, record};
use crate::runbook::Runbook;
use crate::session::{self, Attention, Effect, Effects, JournalState, Msg, OperatorMsg, Session, Subject};

use super::Clock;
use super::act::{Doubt, Hands, Place, Writers};
use super::look::{Eyes, Grounds, Look, NoLook, look_for};
use super::scribe::Scribe;
use super::start::{Watch, drill_clock};
use super::watch::Timetable;

/// How long an orderly end waits for a write whose answer is on its way; longer than the writer's own time-out.
const LAST_ANSWER: Duration = Duration::from_secs(25);

/// How often a lease is renewed.
const RENEW: SignedDuration = SignedDuration::from_secs(120);

/// What came of a step of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// Whether the session took anything in.
    pub changed: bool,
}

/// What an engine is assembled from.
pub(super) struct Parts {
    pub(super) session: Session,
    pub(super) eyes: Eyes,
    pub(super) writers: Option<Writers>,
    pub(super) history: Option<Arc<HistoryFile>>,
    pub(super) history_path: PathBuf,
    pub(super) scribe: Scribe,
    pub(super) tell: mpsc::UnboundedSender<Msg>,
    pub(super) told: mpsc::UnboundedReceiver<Msg>,
    pub(super) grounds: Grounds,
}

/// The headless application: a session and everything that performs its effects.
pub struct Engine {
    parts: Parts,
    timetable: Timetable,
    watch: Watch,
    attention: Attention,
    renewed: Timestamp,
    /// Set when nothing that is not sent yet may be sent.
    halt: Arc<AtomicBool>,
    /// Set when the process ends.
    ending: Arc<AtomicBool>,
    /// Looks, the scribe and the drill's clock: may be dropped at any time.
    tasks: JoinSet<()>,
    /// Writes and what looks for their effect: waited for at the end.
    acts: JoinSet<()>,
}

impl Engine {
    pub(super) fn assemble(
        parts: Parts,
        watch: Watch,
        serving: impl Future<Output = ()> + Send + 'static,
        remote: Option<String>,
    ) -> Self {
        let now = parts.eyes.clock.now();
        let mut subjects = vec![
            Subject::Identity,
            Subject::Services,
            Subject::Metrics,
            Subject::Alarms,
            Subject::Company,
            Subject::Database,
            Subject::Migrations,
            Subject::Workflow,
            Subject::Run,
            Subject::Permissions,
        ];
        for view in &parts.session.services {
            let key = &view.key;
            subjects.extend([
                Subject::History(key.clone()),
                Subject::Definitions(key.clone()),
                Subject::Images(key.clone()),
                Subject::Targets(key.clone()),
                Subject::Tasks(key.clone()),
                Subject::Health(key.clone()),
                Subject::Logs(key.clone()),
                Subject::Scaling(key.clone()),
                Subject::References(key.clone()),
                Subject::Shelf(key.clone()),
            ]);
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(serving);
        if let Some(drill) = remote {
            tasks.spawn(keep_time(parts.eyes.clone(), drill));
        }
        Self {
            timetable: Timetable::new(subjects, now),
            attention: parts.session.attention(),
            renewed: now,
            halt: Arc::new(AtomicBool::new(false)),
            ending: Arc::new(AtomicBool::new(false)),
            parts,
            watch,
            tasks,
            acts: JoinSet::new(),
        }
    }

    /// What is true now.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.parts.session
    }

    /// The time on the engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.eyes.clock.now()
    }

    /// The engine's clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.parts.eyes.clock
    }

    /// The team's runbook.
    #[must_use]
    pub fn runbook(&self) -> &Runbook {
        &self.parts.session.setup.runbook
    }

    /// The file that history rows go to.
    #[must_use]
    pub fn history_path(&self) -> &Path {
        &self.parts.history_path
    }

    /// A person did something. It is taken in at once; what it sets going goes on in the background.
    pub fn tell(&mut self, msg: OperatorMsg) {
        self.apply(Msg::Operator(msg));
    }

    /// Waits for the next message and takes it in. Dropping the future loses nothing.
    pub async fn step(&mut self) -> Stepped {
        self.start_what_is_due();
        let next = self.timetable.next();
        let clock = self.parts.eyes.clock.clone();
        let msg = tokio::select! {
            biased;
            msg = self.parts.told.recv() => msg,
            () = clock.sleep_until(next), if self.watch == Watch::Live => None,
        };
        match msg {
            Some(msg) => {
                self.apply(msg);
                // Everything that has come in meanwhile is taken in before anyone draws.
                while let Ok(msg) = self.parts.told.try_recv() {
                    self.apply(msg);
                }
                Stepped { changed: true }
            }
            None => {
                let ticked = self.timetable.tick(self.now());
                if ticked {
                    self.apply(Msg::Tick);
                }
                self.start_what_is_due();
                Stepped { changed: ticked }
            }
        }
    }

    /// Looks at everything once and returns when every subject has answered or failed.
    pub async fn settle(&mut self) {
        while self.is_unsettled() {
            self.start_what_is_due();
            let clock = self.parts.eyes.clock.clone();
            let next = self.timetable.next();
            tokio::select! {
                biased;
                msg = self.parts.told.recv() => match msg {
                    Some(msg) => self.apply(msg),
                    None => return,
                },
                () = clock.sleep_until(next) => {
                    // The timetable's tick must not hold up what is due; it is taken along here.
                    let _ticked = self.timetable.tick(self.now());
                }
            }
        }
    }

    fn is_unsettled(&self) -> bool {
        let heard = &self.parts.session.generations;
        self.timetable.waiting(|subject| heard.contains_key(subject))
    }

    fn apply(&mut self, msg: Msg) {
        let now = self.now();
        if let Msg::Observed { subject, result, .. } = &msg {
            self.timetable
                .answered(subject, result.is_ok(), &self.attention, now);
            if result
                .as_ref()
                .is_err_and(|fault| fault.kind == FaultKind::Throttled)
            {
                self.timetable.throttled(subject);
            }
        }
        let effects = session::update(&mut self.parts.session, msg, now);
        self.perform(effects, now);
        let session = &self.parts.session;
        self.timetable.attend_to(|subject| session.wants(subject), now);
        let attention = self.parts.session.attention();
        if attention != self.attention {
            self.timetable.attend(&attention, now);
            self.attention = attention;
        }
        self.renew_lease(now);
    }

    /// While a rollback is acted on, its lease is renewed long before it runs out.
    fn renew_lease(&mut self, now: Timestamp) {
        let (Attention::Rollback(_), Some(incident)) = (&self.attention, &self.parts.session.incident) else {
            return;
        };
        let trusted = self.parts.session.journal == JournalState::Ready;
        if trusted && now.duration_since(self.renewed) >= RENEW {
            self.renewed = now;
            self.parts
                .scribe
                .renew(&incident.environment, incident.services.clone());
        }
    }

    fn perform(&mut self, effects: Effects, now: Timestamp) {
        for effect in effects {
            match effect {
                Effect::CreateIncident(event) => self.parts.scribe.create(event),
                Effect::Record(id, event) => self.parts.scribe.append(id, event),
                Effect::Observe(subjects) => self.timetable.hurry(&subjects, now),
                Effect::Act {
                    incident,
                    account,
                    step,
                    step_index,
                    call_index,
                    made,
                } => {
                    let Some(writers) = self.parts.writers.clone() else {
                        // Read-only: there is no writer, and an approval cannot have come this far.
                        continue;
                    };
                    // A stop belongs to the walk that it was said in; the end of the process to every one.
                    let halted = self.ending.load(Ordering::SeqCst) || self.parts.session.stop_requested;
                    self.halt = Arc::new(AtomicBool::new(halted));
                    let hands = self.hands();
                    let place = Place {
                        step: step_index,
                        call: call_index,
                    };
                    self.acts.spawn(async move {
                        hands
                            .carry_out(&writers, &incident, &account, &step, place, &made)
                            .await;
                    });
                }
                Effect::Reconcile {
                    incident,
                    step,
                    step_index,
                    call_index,
                    before,
                    sent_at,
                    token,
                    made,
                } => {
                    let hands = self.hands();
                    let doubt = Doubt {
                        place: Place {
                            step: step_index,
                            call: call_index,
                        },
                        step,
                        before,
                        sent_at,
                        token,
                        made,
                    };
                    self.acts.spawn(async move {
                        hands.reconcile(&incident, &doubt).await;
                    });
                }
                Effect::Halt => self.halt.store(true, Ordering::SeqCst),
                Effect::Reload(id, event) => self.parts.scribe.reload(id, event),
                Effect::WriteHistory(id) => self.write_row(id),
            }
        }
    }

    fn hands(&self) -> Hands {
        Hands {
            reader: self.parts.eyes.reader.clone(),
            github: self.parts.eyes.github.clone(),
            scribe: self.parts.scribe.clone(),
            clock: self.parts.eyes.clock.clone(),
            environment: self.parts.session.setup.environment.clone(),
            services: self
                .parts
                .session
                .incident
                .as_ref()
                .map(|incident| incident.services.clone())
                .unwrap_or_default(),
            halt: self.halt.clone(),
            ending: self.ending.clone(),
            tell: self.parts.tell.clone(),
        }
    }

    fn start_what_is_due(&mut self) {
        let now = self.now();
        for (subject, generation) in self.timetable.due(now) {
            match look_for(&self.parts.session, &subject, &self.parts.grounds) {
                Ok(look) => self.spawn_look(subject, generation, look),
                Err(NoLook::NotYet) => self.timetable.not_yet(&subject, now),
                Err(NoLook::Nothing(fault)) => {
                    let msg = Msg::Observed {
                        subject,
                        generation,
                        result: Err(fault),
                        at: now,
                    };
                    // The receiving end is this engine's own.
                    drop(self.parts.tell.send(msg));
                }
            }
        }
        // Looks that have ended are let go of.
        while self.tasks.try_join_next().is_some() {}
    }

    fn spawn_look(&mut self, subject: Subject, generation: u64, look: Look) {
        let eyes = self.parts.eyes.clone();
        let tell = self.parts.tell.clone();
        self.tasks.spawn(async move {
            // A reading is as old as its request: what AWS saw may have changed while the answer was under way.
            let at = eyes.clock.now();
            let result = eyes.look(look).await;
            drop(tell.send(Msg::Observed {
                subject,
                generation,
                result,
                at,
            }));
        });
    }

    fn write_row(&mut self, id: IncidentId) {
        let at_hand = self
            .parts
            .session
            .incident
            .as_ref()
            .filter(|incident| incident.id == id);
        let (Some(history), Some(incident)) = (self.parts.history.clone(), at_hand) else {
            let fault = Fault::new(
                FaultKind::Local,
                "history.append",
                "there is nothing to write it from",
            );
            drop(self.parts.tell.send(Msg::HistoryWritten(id, Err(fault))));
            return;
        };
        let incident = incident.clone();
        let runbook = self.parts.session.setup.runbook.clone();
        let tell = self.parts.tell.clone();
        self.acts.spawn(async move {
            let written = append_row(history, incident, runbook).await.map(|(path, _)| path);
            drop(tell.send(Msg::HistoryWritten(id, written)));
        });
    }

    /// The incidents of the journal, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn heads(&self) -> Result<Heads, Fault> {
        self.parts.scribe.heads().await
    }

    /// One incident of the journal.
    ///
    /// # Errors
    /// When the journal cannot be read or does not have it.
    pub async fn incident(&self, id: &IncidentId) -> Result<Incident, Fault> {
        self.parts.scribe.read(id).await
    }

    /// Goes on with an incident of an earlier process: what was sent is looked for, nothing is sent again.
    ///
    /// # Errors
    /// When the journal cannot be read, the incident belongs to another environment or another run of the drill, or another
    /// commander holds it.
    pub async fn resume(&mut self, id: &IncidentId) -> Result<(), Fault> {
        let incident = self.parts.scribe.read(id).await?;
        let setup = &self.parts.session.setup;
        if incident.environment != setup.environment {
            let detail = format!("incident {id} is of environment {}", incident.environment);
            return Err(Fault::new(FaultKind::Local, "resume", &detail));
        }
        if incident.world != setup.world {
            let detail =
                format!("incident {id} belongs to another world: the drill that it was opened in has ended");
            return Err(Fault::new(FaultKind::Local, "resume", &detail));
        }
        // Two processes that go on with one incident would each believe half of the story.
        if incident.is_open() {
            self.parts
                .scribe
                .lease(&incident.environment, incident.services.clone())
                .await?;
        }
        // Read again: whoever held it may have gone on until now.
        let incident = self.parts.scribe.read(id).await?;
        self.apply(Msg::Resumed(Box::new(incident)));
        Ok(())
    }

    /// Writes the history row of an incident, once. Returns the file and whether it was written now.
    ///
    /// # Errors
    /// In read-only mode, when the incident cannot be read, or when the file cannot be written.
    pub async fn write_history(&self, id: &IncidentId) -> Result<(String, Appended), Fault> {
        let history = self.parts.history.clone().ok_or_else(|| {
            Fault::new(
                FaultKind::Local,
                "history.append",
                "read-only: nothing is written",
            )
        })?;
        let incident = self.parts.scribe.read(id).await?;
        if let Some(path) = incident.filed.clone() {
            return Ok((path, Appended::AlreadyThere));
        }
        let (path, appended) =
            append_row(history, incident, self.parts.session.setup.runbook.clone()).await?;
        self.parts
            .scribe
            .append_act(id, crate::incident::Event::Filed { path: path.clone() })
            .await?;
        Ok((path, appended))
    }

    /// The rows of the history file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read_history(&self) -> Result<Vec<[String; 8]>, Fault> {
        let path = self.parts.history_path.clone();
        blocking("history.read", move || {
            crate::adapters::history_file::read(&path, &record::columns())
        })
        .await
    }

    /// Goes on with a rollback of an earlier process whose end is not recorded, if there is one: it is looked at, and
    /// nothing is sent. What stands in the way is said in the session's notice. In read-only mode nothing is taken up.
    pub async fn resume_open(&mut self) -> Option<IncidentId> {
        if self.parts.session.setup.mode == Mode::ReadOnly {
            return None;
        }
        match self.take_up_open().await {
            Ok(id) => id,
            Err(fault) => {
                self.apply(Msg::ResumeFailed(fault));
                None
            }
        }
    }

    async fn take_up_open(&mut self) -> Result<Option<IncidentId>, Fault> {
        let setup = &self.parts.session.setup;
        let open = self.heads().await?.into_iter().flatten().find(|head| {
            head.stage.is_open() && head.environment == setup.environment && head.world == setup.world
        });
        match open {
            Some(head) => {
                self.resume(&head.id).await?;
                Ok(Some(head.id))
            }
            None => Ok(None),
        }
    }

    /// Ends in order: nothing new is started, what is under way is made durable, and the lease is given back.
    pub async fn shutdown(mut self) {
        self.watch = Watch::Once;
        self.ending.store(true, Ordering::SeqCst);
        self.halt.store(true, Ordering::SeqCst);
        let clock = Clock::machine();
        let mut patience = std::pin::pin!(clock.sleep(LAST_ANSWER));
        loop {
            while let Ok(msg) = self.parts.told.try_recv() {
                self.wind_down(msg);
            }
            let session = &self.parts.session;
            if self.acts.is_empty() && session.unsaved == 0 && session.waiting.is_empty() {
                // A draft that nobody will come back to is given up, so that it does not stand open for ever.
                if !is_draft(session) {
                    break;
                }
                self.apply(Msg::Operator(OperatorMsg::Abandon));
                continue;
            }
            tokio::select! {
                biased;
                () = &mut patience => break,
                Some(msg) = self.parts.told.recv() => self.wind_down(msg),
                Some(_) = self.acts.join_next() => {}
            }
        }
        self.parts.scribe.close().await;
        self.tasks.shutdown().await;
    }

    /// Takes in what the journal and the mutation path still have to say; the world is not listened to any more.
    fn wind_down(&mut self, msg: Msg) {
        match msg {
            Msg::Tick | Msg::Observed { .. } => {}
            Msg::Operator(_)
            | Msg::Saved(..)
            | Msg::IncidentCreated(_)
            | Msg::CreateRefused(_)
            | Msg::Reloaded { .. }
            | Msg::JournalFailed(_)
            | Msg::Act(_)
            | Msg::HistoryWritten(..)
            | Msg::ResumeFailed(_)
            | Msg::Resumed(_) => self.apply(msg),
        }
    }
}

/// Whether an incident is at hand in which nothing was approved, and that can still be given up.
fn is_draft(session: &Session) -> bool {
    session.journal == JournalState::Ready
        && session
            .incident
            .as_ref()
            .is_some_and(|incident| match incident.stage {
                Stage::Assess | Stage::Scope | Stage::Target | Stage::Check | Stage::Approve => true,
                Stage::Act { .. } | Stage::Verify | Stage::Report | Stage::Done | Stage::Abandoned => false,
            })
}

async fn append_row(
    history: Arc<HistoryFile>,
    incident: Incident,
    runbook: Arc<Runbook>,
) -> Result<(String, Appended), Fault> {
    let path = history.path().display().to_string();
    let row = record::row(&incident, &runbook)
        .ok_or_else(|| Fault::new(FaultKind::Local, "history.append", "the incident has no row yet"))?;
    let appended = blocking("history.append", move || {
        history.append(&record::columns(), &row.cells())
    })
    .await?;
    Ok((path, appended))
}

async fn blocking<T: Send + 'static>(
    operation: &str,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Fault::new(FaultKind::Local, operation, &error.to_string())))
}

/// Keeps a remote clock right: its owner may move it at any time.
async fn keep_time(eyes: Eyes, drill: String) {
    let machine = Clock::machine();
    loop {
        machine.sleep(Duration::from_millis(250)).await;
        if let Ok(said) = drill_clock(&eyes.http, &drill).await {
            eyes.clock.set(said.now, said.speed);
        }
    }
}
