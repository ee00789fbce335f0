//! Appending: one transaction, durable when it returns.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{ErrorCode, Transaction, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use crate::incident::{Event, Incident, IncidentId, Recorded};

use super::read::{heads, load};
use super::{Access, Journal, JournalError};

impl Journal {
    /// Creates the next incident of `day` with its first event.
    ///
    /// # Errors
    /// `Open` or `MayBeOpen` when a call of another incident of the environment and a service may be at work; it is looked
    /// for in the same transaction, so that of two processes only one begins. When the event does not open an incident, or when the journal cannot be written; it is then never written again.
    pub fn create(
        &mut self,
        day: Date,
        event: &Event,
        at: Timestamp,
    ) -> Result<(IncidentId, Recorded), JournalError> {
        self.write(|tx| {
            let number: u32 = tx.query_row(
                "SELECT coalesce(max(number), 0) + 1 FROM incident WHERE day = ?1",
                [day.to_string()],
                |row| row.get(0),
            )?;
            let id = IncidentId::of(day, number);
            let entry = Entry::new(&id, 1, &[], event, at)?;
            refuse_beside_an_open_one(tx, &Incident::opened(id.clone(), entry.recorded.clone())?)?;
            tx.execute(
                "INSERT INTO incident (id, day, number, events, head) VALUES (?1, ?2, ?3, 0, x'')",
                (id.as_str(), day.to_string(), number),
            )?;
            tx.execute("UPDATE journal SET incidents = incidents + 1 WHERE one = 1", [])?;
            Ok((id.clone(), entry.insert(tx, &id)?))
        })
    }

    /// Appends an event to an incident. When this returns, it is durable.
    ///
    /// # Errors
    /// When the incident is not there, is damaged, or cannot be followed by this event; then nothing is written. When the
    /// journal cannot be written; it is then never written again.
    pub fn append(
        &mut self,
        id: &IncidentId,
        event: &Event,
        at: Timestamp,
    ) -> Result<Recorded, JournalError> {
        self.write(|tx| {
            // An event is only put behind a story that is whole, and only where it can follow: another process may have
            // gone on with the incident in the meantime.
            let (events, head) = load(tx, id)?;
            let entry = Entry::new(id, events.len() as u64 + 1, &head, event, at)?;
            Incident::fold(id.clone(), &events)?.apply(entry.recorded.clone())?;
            entry.insert(tx, id)
        })
    }

    /// Runs `work` in one transaction. When SQLite fails after the transaction has begun, the journal is poisoned.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        if self.access == Access::ReadOnly {
            return Err(JournalError::ReadOnly);
        }
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        // Exclusive, not immediate: whoever else is at work is waited for here, before anything is written, so that what fails
        // from here on has really failed.
        let tx = match self
            .connection
            .transaction_with_behavior(TransactionBehavior::Exclusive)
        {
            Ok(tx) => tx,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                return Err(JournalError::Busy);
            }
            Err(error) => {
                self.poisoned = true;
                return Err(error.into());
            }
        };
        let done = match work(&tx) {
            Ok(value) => tx.commit().map(|()| value).map_err(JournalError::from),
            // SQLite has undone it by itself, as when the disk is full.
            Err(failed) if tx.is_autocommit() => Err(failed),
            // What was refused leaves no trace; a failure to undo it is one of SQLite's.
            Err(refused) => tx.rollback().map_err(JournalError::from).and(Err(refused)),
        };
        if matches!(done, Err(JournalError::Sqlite(_))) {
            self.poisoned = true;
        }
        done
    }
}

/// Two rollbacks of one service at once would each undo what the other is waiting for.
fn refuse_beside_an_open_one(tx: &Transaction<'_>, new: &Incident) -> Result<(), JournalError> {
    for head in heads(tx)? {
        match head {
            Ok(head) => {
                let shared = head.services.iter().find(|one| new.services.contains(one));
                if head.stage.is_open()
                    && (&head.environment, &head.world) == (&new.environment, &new.world)
                    && let Some(service) = shared
                {
                    return Err(JournalError::Open {
                        incident: head.id.clone(),
                        environment: head.environment.clone(),
                        service: service.clone(),
                    });
                }
            }
            Err(damaged) => {
                if damaged.may_belong_to(&new.environment, new.world.as_deref())
                    && new.services.iter().any(|one| damaged.may_be_open(Some(one)))
                {
                    return Err(JournalError::MayBeOpen {
                        damage: damaged.error.to_string(),
                        incident: damaged.id,
                    });
                }
            }
        }
    }
    Ok(())
}

/// An event as it will stand in the journal.
struct Entry {
    recorded: Recorded,
    at: String,
    payload: String,
    hash: [u8; 32],
}

impl Entry {
    fn new(
        id: &IncidentId,
        seq: u64,
        head: &[u8],
        event: &Event,
        at: Timestamp,
    ) -> Result<Self, JournalError> {
        let payload = serde_json::to_string(event)?;
        // What is handed back is what a reader will see, not what was handed in; what could not be read is not written.
        let event = serde_json::from_str(&payload)?;
        let at_text = at.to_string();
        Ok(Self {
            hash: chain(head, id, seq, &at_text, &payload),
            recorded: Recorded { seq, at, event },
            at: at_text,
            payload,
        })
    }

    fn insert(self, tx: &Transaction<'_>, id: &IncidentId) -> Result<Recorded, JournalError> {
        let seq = self.recorded.seq;
        tx.execute(
            "INSERT INTO event (incident, seq, at, payload, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            (id.as_str(), seq, &self.at, &self.payload, self.hash.as_slice()),
        )?;
        tx.execute(
            "UPDATE incident SET events = ?2, head = ?3 WHERE id = ?1",
            (id.as_str(), seq, self.hash.as_slice()),
        )?;
        Ok(self.recorded)
    }
}

/// The hash of an event: over the one before it and everything that the record says.
pub(super) fn chain(previous: &[u8], id: &IncidentId, seq: u64, at: &str, payload: &str) -> [u8; 32] {
    digest(&[
        previous,
        id.as_str().as_bytes(),
        &seq.to_be_bytes(),
        at.as_bytes(),
        payload.as_bytes(),
    ])
}

/// SHA-256 over the parts. Each is preceded by its length, so that no two records can run together.
pub(super) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
