//! The only hand that writes the journal: one queue, one order, each event durable before anyone is told of it.

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::adapters::journal::{Access, Heads, Holder, Journal, JournalError};
use crate::domain::{
    Clean, Company, EnvironmentName, Fault, FaultKind, HeldService, Mode, OpenIncident, Phrase, ServiceKey,
};
use crate::incident::{Event, Incident, IncidentId, Recorded};
use crate::session::{ActMsg, Msg};

use super::Clock;

type Reply<T> = oneshot::Sender<Result<T, Fault>>;

enum Order {
    Create(Box<Event>),
    Append {
        id: IncidentId,
        event: Box<Event>,
        reply: Option<Reply<()>>,
    },
    Heads(Reply<Heads>),
    Company {
        environment: EnvironmentName,
        world: Option<String>,
        reply: Reply<Company>,
    },
    Read(IncidentId, Reply<Incident>),
    Reload {
        id: IncidentId,
        after: Box<Event>,
    },
    Renew {
        environment: EnvironmentName,
        services: Vec<ServiceKey>,
    },
    Lease {
        environment: EnvironmentName,
        services: Vec<ServiceKey>,
        reply: Reply<()>,
    },
    Close(Reply<()>),
}

/// A handle on the queue. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Scribe {
    orders: mpsc::UnboundedSender<Order>,
}

/// What the scribe is set up with.
pub(super) struct Desk {
    pub(super) path: PathBuf,
    pub(super) mode: Mode,
    pub(super) clock: Clock,
    pub(super) time_zone: TimeZone,
    pub(super) holder: Holder,
    pub(super) tell: mpsc::UnboundedSender<Msg>,
}

impl Scribe {
    /// Starts the scribe. The journal is opened at the first order, so that a look at the world needs no file.
    pub(super) fn start(desk: Desk) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (orders, queue) = mpsc::unbounded_channel();
        (Self { orders }, serve(desk, queue))
    }

    fn order(&self, order: Order) {
        // The scribe ends only with the engine; an order after that has nobody to tell.
        drop(self.orders.send(order));
    }

    /// Creates an incident; the engine is told by `Msg::IncidentCreated`.
    pub(super) fn create(&self, event: Box<Event>) {
        self.order(Order::Create(event));
    }

    /// Appends an event; the engine is told by `Msg::Saved`.
    pub(super) fn append(&self, id: IncidentId, event: Box<Event>) {
        self.order(Order::Append {
            id,
            event,
            reply: None,
        });
    }

    /// Appends an event of the mutation path and returns when it is durable; the engine is told by `ActMsg::Saved`.
    pub(super) async fn append_act(&self, id: &IncidentId, event: Event) -> Result<(), Fault> {
        let id = id.clone();
        self.ask(|reply| Order::Append {
            id,
            event: Box::new(event),
            reply: Some(reply),
        })
        .await
    }

    /// The incidents of the journal, newest first.
    pub(super) async fn heads(&self) -> Result<Heads, Fault> {
        self.ask(Order::Heads).await
    }

    /// Who else is at work in the environment. Nothing is written, and a journal that is not there is not made.
    pub(super) async fn company(
        &self,
        environment: &EnvironmentName,
        world: Option<String>,
    ) -> Result<Company, Fault> {
        let environment = environment.clone();
        self.ask(|reply| Order::Company {
            environment,
            world,
            reply,
        })
        .await
    }

    /// One incident, folded from its events.
    pub(super) async fn read(&self, id: &IncidentId) -> Result<Incident, Fault> {
        let id = id.clone();
        self.ask(|reply| Order::Read(id, reply)).await
    }

    /// Takes or renews this process's lease on the services.
    pub(super) async fn lease(
        &self,
        environment: &EnvironmentName,
        services: Vec<ServiceKey>,
    ) -> Result<(), Fault> {
        let environment = environment.clone();
        self.ask(|reply| Order::Lease {
            environment,
            services,
            reply,
        })
        .await
    }

    /// Reads an incident again to which another process wrote too; the engine is told by `Msg::Reloaded`.
    pub(super) fn reload(&self, id: IncidentId, after: Box<Event>) {
        self.order(Order::Reload { id, after });
    }

    /// Renews this process's lease on the services, when its turn comes; a lease that is lost is told.
    pub(super) fn renew(&self, environment: &EnvironmentName, services: Vec<ServiceKey>) {
        let environment = environment.clone();
        self.order(Order::Renew {
            environment,
            services,
        });
    }

    /// Gives the lease back and returns when everything ordered before is done.
    pub(super) async fn close(&self) {
        // A scribe that is gone has nothing left to do.
        drop(self.ask(Order::Close).await);
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, Fault> {
        let (reply, answer) = oneshot::channel();
        self.order(order(reply));
        answer
            .await
            .unwrap_or_else(|_| Err(Fault::new(FaultKind::Local, "journal", "the journal is closed")))
    }
}

async fn serve(desk: Desk, mut queue: mpsc::UnboundedReceiver<Order>) {
    let mut open: Option<Journal> = None;
    let desk = std::sync::Arc::new(desk);
    while let Some(order) = queue.recv().await {
        let (told, desk) = (desk.clone(), desk.clone());
        let journal = open.take();
        let done = tokio::task::spawn_blocking(move || {
            let mut journal = journal;
            obey(&desk, &mut journal, order);
            journal
        });
        match done.await {
            Ok(journal) => open = journal,
            // A panic in the journal is a bug: it is said, and every order fails from here on.
            Err(error) => {
                let fault = Fault::new(FaultKind::Local, "journal", &error.to_string());
                return tell(&told, Msg::JournalFailed(fault));
            }
        }
    }
}

fn journal<'a>(desk: &Desk, open: &'a mut Option<Journal>) -> Result<&'a mut Journal, Fault> {
    match open {
        Some(journal) => Ok(journal),
        None => {
            let access = match desk.mode {
                Mode::Full => Access::Write,
                Mode::ReadOnly => Access::ReadOnly,
            };
            Ok(open.insert(Journal::open(&desk.path, access).map_err(Fault::from)?))
        }
    }
}

fn obey(desk: &Desk, open: &mut Option<Journal>, order: Order) {
    let now = desk.clock.now();
    match order {
        Order::Create(event) => {
            let day = now.to_zoned_datetime(desk.time_zone.clone()).date();
            let created = journal(desk, open)
                .and_then(|j| j.create(day, &event, now).map_err(Fault::from))
                .and_then(|(id, recorded)| Incident::opened(id, recorded).map_err(|e| story_fault(&e)));
            tell(
                desk,
                match created {
                    Ok(incident) => Msg::IncidentCreated(Box::new(incident)),
                    Err(fault) if fault.kind == FaultKind::Held => Msg::CreateRefused(fault),
                    Err(fault) => Msg::JournalFailed(fault),
                },
            );
        }
        Order::Append { id, event, reply } => {
            let appended = journal(desk, open)
                .map_err(AppendError::Failed)
                .and_then(|j| append(j, &id, &event, now));
            if appended.is_ok() && ends_command(&event) {
                release(desk, open);
            }
            appended_msg(desk, open, id, appended, reply);
        }
        Order::Reload { id, after } => match read(desk, open, &id) {
            Ok(incident) => {
                tell(
                    desk,
                    Msg::Reloaded {
                        incident: Box::new(incident),
                        after: Some(after),
                        owed: true,
                    },
                );
            }
            Err(fault) => tell(desk, Msg::JournalFailed(fault)),
        },
        // A list is no reason to make a file.
        Order::Heads(reply) if !desk.path.exists() => drop(reply.send(Ok(Vec::new()))),
        Order::Heads(reply) => {
            drop(reply.send(journal(desk, open).and_then(|j| j.heads().map_err(Fault::from))));
        }
        Order::Company { reply, .. } if !desk.path.exists() => drop(reply.send(Ok(Company::default()))),
        Order::Company {
            environment,
            world,
            reply,
        } => drop(reply.send(company(desk, open, &environment, world.as_deref()))),
        Order::Read(id, reply) => drop(reply.send(read(desk, open, &id))),
        Order::Renew {
            environment,
            services,
        } => {
            let renewed = journal(desk, open).and_then(|j| {
                patiently(|| j.acquire(&environment, &services, &desk.holder, now, LEASE))
                    .map_err(Fault::from)
            });
            // Only a lease that somebody else has is lost. One that could not be renewed binds for a while yet and is renewed
            // again before it runs out.
            if let Err(fault) = renewed
                && fault.kind == FaultKind::Held
            {
                let why = Phrase::new("notice-lease-lost").text("detail", &fault.detail);
                tell(desk, Msg::Act(ActMsg::LeaseLost { why }));
            }
        }
        Order::Lease {
            environment,
            services,
            reply,
        } => drop(reply.send(journal(desk, open).and_then(|j| {
            j.acquire(&environment, &services, &desk.holder, now, LEASE)
                .map_err(Fault::from)
        }))),
        Order::Close(reply) => {
            release(desk, open);
            drop(reply.send(Ok(())));
        }
    }
}

/// Incidents that are open and services that others hold, in one environment of one world.
fn company(
    desk: &Desk,
    open: &mut Option<Journal>,
    environment: &EnvironmentName,
    world: Option<&str>,
) -> Result<Company, Fault> {
    let now = desk.clock.now();
    let journal = journal(desk, open)?;
    let incidents = journal
        .open_heads()
        .map_err(Fault::from)?
        .into_iter()
        .filter_map(|head| match head {
            Ok(head) => {
                let ours = head.environment == *environment && head.world.as_deref() == world;
                ours.then(|| OpenIncident {
                    id: Clean::new(head.id.as_str()),
                    services: Some(head.services),
                    opened_at: Some(head.opened_at),
                })
            }
            Err(damaged) => {
                let may = damaged.may_belong_to(environment, world) && damaged.may_be_open(None);
                may.then(|| OpenIncident {
                    id: Clean::new(damaged.id.as_str()),
                    services: damaged.services().map(<[ServiceKey]>::to_vec),
                    opened_at: None,
                })
            }
        })
        .collect();
    let held = journal
        .held_by_others(&desk.holder, now)
        .map_err(Fault::from)?
        .into_iter()
        .filter(|lease| lease.environment == environment.as_str())
        .filter_map(|lease| {
            Some(HeldService {
                service: ServiceKey::new(&lease.service).ok()?,
                who: Clean::new(&lease.who),
                host: Clean::new(&lease.host),
                pid: lease.pid,
                renewed_at: SignedDuration::try_from(LEASE)
                    .ok()
                    .and_then(|ttl| lease.until.checked_sub(ttl).ok())
                    .unwrap_or(lease.until),
                until: lease.until,
            })
        })
        .collect();
    Ok(Company { incidents, held })
}

/// How long a lease binds others without being renewed; the engine renews it while it acts. One whose process is gone on
/// this machine is taken over at once.
const LEASE: Duration = Duration::from_secs(10 * 60);

/// How often an order is tried while another process keeps the journal busy. Nothing was written then, so this is no
/// second try of a write that failed.
const BUSY_TRIES: usize = 3;

/// Why an event was not appended.
enum AppendError {
    /// It cannot follow: another process has gone on with the incident. Nothing was written.
    Overtaken,
    /// The journal failed.
    Failed(Fault),
}

fn append(
    journal: &mut Journal,
    id: &IncidentId,
    event: &Event,
    now: Timestamp,
) -> Result<Recorded, AppendError> {
    match patiently(|| journal.append(id, event, now)) {
        Err(JournalError::Story(_)) => Err(AppendError::Overtaken),
        done => done.map_err(|error| AppendError::Failed(Fault::from(error))),
    }
}

/// Tries an order of the journal again while another process keeps it busy.
fn patiently<T>(mut order: impl FnMut() -> Result<T, JournalError>) -> Result<T, JournalError> {
    let mut tries = 1;
    loop {
        match order() {
            Err(JournalError::Busy) if tries < BUSY_TRIES => tries += 1,
            done => return done,
        }
    }
}

/// Tells what came of an append: the session, and the mutation path where it waits.
fn appended_msg(
    desk: &Desk,
    open: &mut Option<Journal>,
    id: IncidentId,
    appended: Result<Recorded, AppendError>,
    reply: Option<Reply<()>>,
) {
    let waits = reply.is_some();
    let (msg, answer) = match appended {
        Ok(recorded) if waits => (Msg::Act(ActMsg::Saved(id, recorded)), Ok(())),
        Ok(recorded) => (Msg::Saved(id, recorded), Ok(())),
        Err(AppendError::Overtaken) => {
            let fault = Fault::new(
                FaultKind::Held,
                "journal",
                "another process went on with the incident",
            );
            match read(desk, open, &id) {
                Ok(incident) => (
                    Msg::Reloaded {
                        incident: Box::new(incident),
                        after: None,
                        owed: !waits,
                    },
                    Err(fault),
                ),
                Err(unread) => (Msg::JournalFailed(unread), Err(fault)),
            }
        }
        Err(AppendError::Failed(fault)) => (Msg::JournalFailed(fault.clone()), Err(fault)),
    };
    tell(desk, msg);
    if let Some(reply) = reply {
        drop(reply.send(answer));
    }
}

fn read(desk: &Desk, open: &mut Option<Journal>, id: &IncidentId) -> Result<Incident, Fault> {
    let events = journal(desk, open)?.read(id).map_err(Fault::from)?;
    Incident::fold(id.clone(), &events).map_err(|error| story_fault(&error))
}

/// Whether nothing more is decided on the services after this event, so that somebody else may command.
fn ends_command(event: &Event) -> bool {
    match event {
        Event::Ended { .. } | Event::Abandoned { .. } | Event::Refused { .. } => true,
        Event::Opened { .. }
        | Event::CriteriaChanged { .. }
        | Event::Declared { .. }
        | Event::Withdrawn { .. }
        | Event::Noted { .. }
        | Event::Assessed
        | Event::Scoped { .. }
        | Event::Overridden { .. }
        | Event::Attached { .. }
        | Event::Settled { .. }
        | Event::TargetChosen { .. }
        | Event::Planned { .. }
        | Event::Reconsidered
        | Event::Approved { .. }
        | Event::Intended { .. }
        | Event::Answered { .. }
        | Event::Rejected { .. }
        | Event::Doubtful { .. }
        | Event::Adopted { .. }
        | Event::NotApplied { .. }
        | Event::Checked { .. }
        | Event::Verified { .. }
        | Event::Reported { .. }
        | Event::Filed { .. } => false,
    }
}

fn release(desk: &Desk, open: &mut Option<Journal>) {
    if desk.mode == Mode::Full
        && let Some(journal) = open.as_mut()
    {
        // A lease that cannot be given back runs out by itself.
        drop(journal.release(&desk.holder));
    }
}

fn story_fault(error: &impl ToString) -> Fault {
    Fault::new(FaultKind::Local, "journal.fold", &error.to_string())
}

fn tell(desk: &Desk, msg: Msg) {
    // The engine's end of the channel closes only when the engine is gone; then nobody needs to know.
    drop(desk.tell.send(msg));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_busy_is_tried_again_and_nothing_else_is() {
        let mut tries = 0;
        let done = patiently(|| {
            tries += 1;
            if tries < BUSY_TRIES {
                Err(JournalError::Busy)
            } else {
                Ok(tries)
            }
        });
        assert_eq!(done.unwrap(), BUSY_TRIES);
        for (error, expected) in [
            ((|| JournalError::Busy) as fn() -> JournalError, BUSY_TRIES),
            (|| JournalError::Poisoned, 1),
        ] {
            let mut tries = 0;
            let done: Result<(), _> = patiently(|| {
                tries += 1;
                Err(error())
            });
            assert!(done.is_err());
            assert_eq!(tries, expected);
        }
    }

    /// What the session is told when the lease is renewed in a journal at `path`.
    fn told_by_renewal(path: PathBuf, token: &str) -> Vec<Msg> {
        let (tell, mut told) = mpsc::unbounded_channel();
        let desk = desk(path, token, tell);
        let renew = Order::Renew {
            environment: "production".parse().unwrap(),
            services: vec!["backend".parse().unwrap()],
        };
        obey(&desk, &mut None, renew);
        std::iter::from_fn(|| told.try_recv().ok()).collect()
    }

    fn desk(path: PathBuf, token: &str, tell: mpsc::UnboundedSender<Msg>) -> Desk {
        Desk {
            path,
            mode: Mode::Full,
            clock: Clock::from_parts(
                std::sync::Arc::new(|| "2026-11-23T05:00:00Z".parse().unwrap()),
                std::sync::Arc::new(|| 1.0),
            ),
            time_zone: TimeZone::UTC,
            holder: Holder {
                who: "sato".to_owned(),
                host: "bastion".to_owned(),
                pid: std::process::id(),
                token: token.to_owned(),
            },
            tell,
        }
    }

    #[test]
    fn a_lease_is_lost_to_somebody_else_and_not_to_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        // A folder is no journal: it cannot be opened.
        assert!(told_by_renewal(folder.path().to_owned(), "ours").is_empty());
        let journal = folder.path().join("journal.db");
        assert!(told_by_renewal(journal.clone(), "theirs").is_empty());
        let told = told_by_renewal(journal, "ours");
        assert!(
            matches!(told.as_slice(), [Msg::Act(ActMsg::LeaseLost { .. })]),
            "{told:?}"
        );
    }
}
