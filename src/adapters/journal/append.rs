//! Appending: one transaction, durable when it returns.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use crate::incident::{Event, IncidentId, Recorded};

use super::{Access, Journal, JournalError};

impl Journal {
    /// Creates the next incident of `day` with its first event.
    ///
    /// # Errors
    /// When the journal cannot be written; it is then never written again.
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
            tx.execute(
                "INSERT INTO incident (id, day, number) VALUES (?1, ?2, ?3)",
                (id.as_str(), day.to_string(), number),
            )?;
            let recorded = insert(tx, &id, 1, &[], event, at)?;
            Ok((id, recorded))
        })
    }

    /// Appends an event to an incident. When this returns, it is durable.
    ///
    /// # Errors
    /// When the incident is not there or its newest event is damaged, or when the journal cannot be written; it is then
    /// never written again.
    pub fn append(
        &mut self,
        id: &IncidentId,
        event: &Event,
        at: Timestamp,
    ) -> Result<Recorded, JournalError> {
        self.write(|tx| {
            let last = tx
                .query_row(
                    "SELECT seq, hash FROM event WHERE incident = ?1 ORDER BY seq DESC LIMIT 1",
                    [id.as_str()],
                    |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)),
                )
                .optional()?;
            let (seq, hash) = last.ok_or_else(|| JournalError::NoIncident(id.clone()))?;
            insert(tx, id, seq + 1, &hash, event, at)
        })
    }

    /// Runs `work` in one transaction. Any failure but a missing incident poisons the journal.
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
        let done = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(JournalError::from)
            .and_then(|tx| {
                let value = work(&tx)?;
                tx.commit()?;
                Ok(value)
            });
        if matches!(done, Err(JournalError::Sqlite(_))) {
            self.poisoned = true;
        }
        done
    }
}

fn insert(
    tx: &Transaction<'_>,
    id: &IncidentId,
    seq: u64,
    previous: &[u8],
    event: &Event,
    at: Timestamp,
) -> Result<Recorded, JournalError> {
    let payload = serde_json::to_string(event)?;
    let at_text = at.to_string();
    let hash = chain(previous, id, seq, &at_text, &payload);
    tx.execute(
        "INSERT INTO event (incident, seq, at, payload, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        (id.as_str(), seq, &at_text, &payload, hash.as_slice()),
    )?;
    // What is handed back is what a reader will see, not what was handed in.
    let event = serde_json::from_str(&payload)?;
    Ok(Recorded { seq, at, event })
}

/// The hash of an event: over the one before it and everything that the record says. Each part is preceded by its length,
/// so that no two records can run together.
pub(super) fn chain(previous: &[u8], id: &IncidentId, seq: u64, at: &str, payload: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [
        previous,
        id.as_str().as_bytes(),
        &seq.to_be_bytes(),
        at.as_bytes(),
        payload.as_bytes(),
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
