//! One commander at a time: whoever acts on a service holds a lease on it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;

use crate::domain::{EnvironmentName, ServiceKey};

use super::append::digest;
use super::{Journal, JournalError, process};

/// A process that acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub who: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// What tells this holder from any other, also after its process id is used again. Not a secret.
    pub token: String,
}

/// A lease of another process that binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The environment.
    pub environment: String,
    /// The service.
    pub service: String,
    /// The person.
    pub who: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// Until when, unless it is renewed or the process ends before.
    pub until: Timestamp,
}

struct Held {
    environment: String,
    service: String,
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
        let gone = self.host == by.host && process::is_gone(self.pid, &self.started);
        self.token != by.token && !runs_out && !gone
    }

    /// A lease is not part of a story, so it has a hash of its own.
    fn hash(&self) -> [u8; 32] {
        digest(&[
            self.environment.as_bytes(),
            self.service.as_bytes(),
            self.who.as_bytes(),
            self.host.as_bytes(),
            &self.pid.to_be_bytes(),
            self.started.as_bytes(),
            self.token.as_bytes(),
            self.until.as_bytes(),
        ])
    }
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
        let started = process::trace(holder.pid);
        self.write(|tx| {
            let leases = leases(tx)?;
            for service in services {
                let held = leases.iter().find(|held| {
                    (held.environment.as_str(), held.service.as_str())
                        == (environment.as_str(), service.as_str())
                });
                if let Some(held) = held.filter(|held| held.binds(holder, now)) {
                    return Err(JournalError::Held {
                        who: held.who.clone(),
                        host: held.host.clone(),
                        pid: held.pid,
                        until: held.until.clone(),
                    });
                }
                let ours = Held {
                    environment: environment.to_string(),
                    service: service.to_string(),
                    who: holder.who.clone(),
                    host: holder.host.clone(),
                    pid: holder.pid,
                    started: started.clone(),
                    token: holder.token.clone(),
                    until: until.to_string(),
                };
                put(tx, &ours)?;
            }
            Ok(())
        })
    }

    /// The leases that bind everybody but `by` at `now`.
    ///
    /// # Errors
    /// When the journal cannot be read, or a lease is damaged.
    pub fn held_by_others(&self, by: &Holder, now: Timestamp) -> Result<Vec<Lease>, JournalError> {
        let tx = self.connection.unchecked_transaction()?;
        Ok(leases(&tx)?
            .into_iter()
            .filter(|held| held.binds(by, now))
            .map(|held| Lease {
                // One whose end cannot be read binds all the same, for as long as it is there.
                until: held.until.parse().unwrap_or(Timestamp::MAX),
                environment: held.environment,
                service: held.service,
                who: held.who,
                host: held.host,
                pid: held.pid,
            })
            .collect())
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

fn put(tx: &Transaction<'_>, held: &Held) -> Result<(), JournalError> {
    tx.execute(
        "INSERT OR REPLACE INTO lease (environment, service, who, host, pid, started, token, until, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            &held.environment,
            &held.service,
            &held.who,
            &held.host,
            held.pid,
            &held.started,
            &held.token,
            &held.until,
            held.hash().as_slice(),
        ),
    )?;
    Ok(())
}

/// Every lease, each checked: one whose key is damaged would otherwise look like no lease at all.
fn leases(tx: &Transaction<'_>) -> Result<Vec<Held>, JournalError> {
    let mut statement =
        tx.prepare("SELECT environment, service, who, host, pid, started, token, until, hash FROM lease")?;
    let rows = statement.query_map([], |row| {
        let held = Held {
            environment: row.get(0)?,
            service: row.get(1)?,
            who: row.get(2)?,
            host: row.get(3)?,
            pid: row.get(4)?,
            started: row.get(5)?,
            token: row.get(6)?,
            until: row.get(7)?,
        };
        Ok((held, row.get::<_, Vec<u8>>(8)?))
    })?;
    rows.map(|row| match row? {
        (held, hash) if held.hash().as_slice() == hash => Ok(held),
        (_, _) => Err(JournalError::Corrupt("a lease does not fit its hash".to_owned())),
    })
    .collect()
}

#[cfg(test)]
pub(super) mod tests_only {
    //! A lease as another machine or another boot would have left it.

    use super::{Held, Journal, leases, put};

    /// Gives every lease this trace of its process; says how many there are.
    pub(in super::super) fn with_started(journal: &mut Journal, started: &str) -> usize {
        journal
            .write(|tx| {
                let all = leases(tx)?;
                let count = all.len();
                for held in all {
                    put(
                        tx,
                        &Held {
                            started: started.to_owned(),
                            ..held
                        },
                    )?;
                }
                Ok(count)
            })
            .unwrap()
    }
}
