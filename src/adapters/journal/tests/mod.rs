//! The journal against crashes, damage, other processes and other people.

mod damage;
mod keeping;
mod leases;
mod openings;
mod others;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::incident::samples::{at, walk};
use crate::incident::{Event, IncidentId};

use super::{Access, Head, Journal, JournalError};

fn day() -> Date {
    "2026-11-23".parse().unwrap()
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("state/journal.db")
}

fn open(path: &Path) -> Journal {
    Journal::open(path, Access::Write).unwrap()
}

/// The incidents of a journal of which none is damaged.
fn whole(journal: &Journal) -> Vec<Head> {
    journal.heads().unwrap().into_iter().map(Result::unwrap).collect()
}

/// Writes these events as a new incident, a minute apart.
fn write(journal: &mut Journal, events: &[Event]) -> Result<IncidentId, JournalError> {
    let (id, _) = journal.create(day(), &events[0], at(60))?;
    for (n, event) in (2..).zip(&events[1..]) {
        journal.append(&id, event, at(60 * n))?;
    }
    Ok(id)
}

/// A closed journal of one incident that went well.
fn written(path: &Path) -> IncidentId {
    write(&mut open(path), &walk()).unwrap()
}
