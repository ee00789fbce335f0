//! One commander at a time: whoever acts on a service holds a lease on it.

use std::fs;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction};

use crate::domain::{EnvironmentName, ServiceKey};

use super::{Journal, JournalError};

/// A process that acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub who: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// What tells this holder from any other, also after its process id is used again.
    pub token: String,
}

struct Held {
    who: String,
    host: String,
    pid: u32,
    started: String,
    token: String,
    until: String,
}

impl Held {
    /// Whether the lease still binds others at `now`.
    fn binds(&self, by: &Holder, now: Timestamp) -> bool {
        let runs_out = self.until.parse::<Timestamp>().is_ok_and(|until| until <= now);
        // A process of this machine that is gone, or whose id belongs to another process now, holds nothing.
        let gone = self.host == by.host && started(self.pid).is_none_or(|started| started != self.started);
        self.token != by.token && !runs_out && !(gone && cfg!(target_os = "linux"))
    }
}

/// When a process of this machine started, in the kernel's own unit (proc(5), `/proc/PID/stat`, field 22).
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, also spaces; fields are counted after it.
    let (_, after) = stat.rsplit_once(')')?;
    after.split_whitespace().nth(19).map(ToOwned::to_owned)
}

impl Journal {
    /// Takes or renews the lease of `holder` on these services for `ttl`.
    ///
    /// # Errors
    /// `Held` when somebody else holds one of them; then none is taken.
    pub fn acquire(
        &mut self,
        environment: &EnvironmentName,
        services: &[ServiceKey],
        holder: &Holder,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<(), JournalError> {
        let until = SignedDuration::try_from(ttl)
            .ok()
            .and_then(|ttl| now.checked_add(ttl).ok())
            .unwrap_or(now);
        let since = started(holder.pid).unwrap_or_default();
        self.write(|tx| {
            for service in services {
                if let Some(held) = held(tx, environment, service)?.filter(|held| held.binds(holder, now)) {
                    let Held { who, host, pid, until, .. } = held;
                    return Err(JournalError::Held { who, host, pid, until });
                }
                tx.execute(
                    "INSERT INTO lease (environment, service, who, host, pid, started, token, until)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (environment, service) DO UPDATE SET who = ?3, host = ?4, pid = ?5, started = ?6,
                     token = ?7, until = ?8",
                    (
                        environment.as_str(),
                        service.as_str(),
                        &holder.who,
                        &holder.host,
                        holder.pid,
                        &since,
                        &holder.token,
                        until.to_string(),
                    ),
                )?;
            }
            Ok(())
        })
    }

    /// Gives back everything that `holder` holds.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn release(&mut self, holder: &Holder) -> Result<(), JournalError> {
        self.write(|tx| {
            tx.execute("DELETE FROM lease WHERE token = ?1", [&holder.token])?;
            Ok(())
        })
    }
}

fn held(
    tx: &Transaction<'_>,
    environment: &EnvironmentName,
    service: &ServiceKey,
) -> Result<Option<Held>, JournalError> {
    Ok(tx
        .query_row(
            "SELECT who, host, pid, started, token, until FROM lease WHERE environment = ?1 AND service = ?2",
            (environment.as_str(), service.as_str()),
            |row| {
                Ok(Held {
                    who: row.get(0)?,
                    host: row.get(1)?,
                    pid: row.get(2)?,
                    started: row.get(3)?,
                    token: row.get(4)?,
                    until: row.get(5)?,
                })
            },
        )
        .optional()?)
}
