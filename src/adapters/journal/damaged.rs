//! An incident that is not believed, and the little that its whole events prove all the same.

use rusqlite::Connection;

use crate::domain::{EnvironmentName, ServiceKey};
use crate::incident::{Event, IncidentId};
use crate::rollback::Outcome;

use super::JournalError;
use super::append::chain;

/// An incident that is damaged or does not fold. It is told as that and never as a story; what its events prove one by one
/// only decides whether another rollback has to wait for it.
#[derive(Debug)]
pub struct Damaged {
    /// Its id.
    pub id: IncidentId,
    /// What is wrong with it.
    pub error: JournalError,
    /// Whose it is, where its first event is whole.
    opening: Option<Opening>,
    /// Whether an event that is whole proves that nothing of it is under way any more.
    over: bool,
}

#[derive(Debug)]
struct Opening {
    environment: EnvironmentName,
    services: Vec<ServiceKey>,
    world: Option<String>,
}

impl Damaged {
    /// The services that it is about; none when that cannot be told, and then it may be any.
    #[must_use]
    pub fn services(&self) -> Option<&[ServiceKey]> {
        self.opening.as_ref().map(|opening| opening.services.as_slice())
    }

    /// Whether it may be an incident of this environment and this run of the drill. What cannot be told may be.
    #[must_use]
    pub fn may_belong_to(&self, environment: &EnvironmentName, world: Option<&str>) -> bool {
        self.opening
            .as_ref()
            .is_none_or(|opening| opening.environment == *environment && opening.world.as_deref() == world)
    }

    /// Whether a call on this service may have been sent whose end is not recorded, or on any service where none is given.
    #[must_use]
    pub fn may_be_open(&self, service: Option<&ServiceKey>) -> bool {
        let may_concern = |service| {
            self.opening
                .as_ref()
                .is_none_or(|opening| opening.services.contains(service))
        };
        !self.over && service.is_none_or(may_concern)
    }

    /// Reads what each event proves by itself: its hash fits behind the hash that the event before it has, whether that one
    /// is whole or not.
    pub(super) fn of(
        connection: &Connection,
        id: IncidentId,
        error: JournalError,
    ) -> Result<Self, JournalError> {
        let mut statement = connection
            .prepare("SELECT seq, at, payload, hash FROM event WHERE incident = ?1 ORDER BY seq")?;
        let mut rows = statement.query([id.as_str()])?;
        let mut damaged = Self {
            id,
            error,
            opening: None,
            over: false,
        };
        let mut previous: Option<(u64, Vec<u8>)> = Some((0, Vec::new()));
        while let Some(row) = rows.next()? {
            let read = || -> rusqlite::Result<(u64, String, String, Vec<u8>)> {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            };
            let Ok((seq, at, payload, hash)) = read() else {
                previous = None;
                continue;
            };
            let fits = previous.is_some_and(|(before, head)| {
                before + 1 == seq && chain(&head, &damaged.id, seq, &at, &payload).as_slice() == hash
            });
            if fits && let Ok(event) = serde_json::from_str(&payload) {
                damaged.take(seq, event);
            }
            previous = Some((seq, hash));
        }
        Ok(damaged)
    }

    fn take(&mut self, seq: u64, event: Event) {
        match event {
            Event::Opened {
                environment,
                services,
                world,
                ..
            } if seq == 1 => {
                self.opening = Some(Opening {
                    environment,
                    services,
                    world,
                });
            }
            // These follow only when the last call has ended, and no call follows them.
            Event::Checked { .. }
            | Event::Verified { .. }
            | Event::Reported { .. }
            | Event::Filed { .. }
            | Event::Abandoned { .. } => self.over = true,
            // "On target" may be the end of one step of several; any other end is the end of all.
            Event::Ended { ending } => self.over |= ending.outcome != Outcome::OnTarget,
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
            | Event::Refused { .. }
            | Event::Intended { .. }
            | Event::Answered { .. }
            | Event::Rejected { .. }
            | Event::Doubtful { .. }
            | Event::Adopted { .. }
            | Event::NotApplied { .. } => {}
        }
    }
}
