//! Reading: every event is checked against the chain before it is believed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::domain::{EnvironmentName, ServiceKey};
use crate::incident::{Incident, IncidentId, Recorded, Stage};
use crate::rollback::{Outcome, Point};

use super::append::chain;
use super::{Damaged, Journal, JournalError};

/// What a list of incidents shows of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Its id.
    pub id: IncidentId,
    /// Its environment.
    pub environment: EnvironmentName,
    /// Its services.
    pub services: Vec<ServiceKey>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its rollback ended, or when it was given up.
    pub ended_at: Option<Timestamp>,
    /// Where it stands.
    pub stage: Stage,
    /// Where its plan starts.
    pub from: Option<Point>,
    /// Where its plan goes.
    pub to: Option<Point>,
    /// How its rollback ended.
    pub outcome: Option<Outcome>,
    /// The run of the drill that it belongs to.
    pub world: Option<String>,
}

/// Incidents of a journal, newest first. One that is damaged stands in its place as what it is and hides no other.
pub type Heads = Vec<Result<Head, Damaged>>;

impl From<&Incident> for Head {
    fn from(incident: &Incident) -> Self {
        let step = incident.plan.as_ref().and_then(|plan| plan.steps.first());
        Self {
            id: incident.id.clone(),
            environment: incident.environment.clone(),
            services: incident.services.clone(),
            opened_at: incident.opened_at,
            ended_at: incident.ended_at(),
            stage: incident.stage,
            from: step.map(|step| step.from.clone()),
            to: step.map(|step| step.to.clone()),
            outcome: incident.outcome(),
            world: incident.world.clone(),
        }
    }
}

impl Journal {
    /// The events of an incident, in order.
    ///
    /// # Errors
    /// When the incident is not there, or when any of its events is damaged or lost.
    pub fn read(&self, id: &IncidentId) -> Result<Vec<Recorded>, JournalError> {
        let tx = self.connection.unchecked_transaction()?;
        load(&tx, id).map(|(events, _)| events)
    }

    /// All incidents, newest first; one that is damaged or does not fold is said in its place.
    ///
    /// # Errors
    /// When the list itself cannot be read or believed.
    pub fn heads(&self) -> Result<Heads, JournalError> {
        heads(&*self.connection.unchecked_transaction()?)
    }

    /// The incidents that are open, newest first, and those that are damaged, open or not. What was read as not open
    /// is read again only when it has another event, so that a long past does not make this slow.
    ///
    /// # Errors
    /// As `heads`.
    pub fn open_heads(&mut self) -> Result<Heads, JournalError> {
        let tx = self.connection.unchecked_transaction()?;
        let mut open = Vec::new();
        for row in rows(&tx)? {
            // A row without a readable head is a damaged incident's: reading its events says so.
            if row.head.is_some() && row.head.as_ref() == self.not_open.get(row.id.as_str()) {
                continue;
            }
            let head = head(&tx, row.id.clone())?;
            match (&head, row.head) {
                (Ok(whole), Some(newest)) if !whole.stage.is_open() => {
                    self.not_open.insert(row.id.as_str().to_owned(), newest);
                }
                (Ok(_) | Err(_), _) => open.push(head),
            }
        }
        Ok(open)
    }
}

/// All incidents, newest first. Called inside a transaction, so that they are of one moment.
pub(super) fn heads(connection: &Connection) -> Result<Heads, JournalError> {
    rows(connection)?
        .into_iter()
        .map(|row| head(connection, row.id))
        .collect()
}

/// What stands of an incident beside its events.
struct Row {
    id: IncidentId,
    /// How many events it has and the hash of the newest, where they can be read.
    head: Option<(u64, Vec<u8>)>,
}

/// The incidents that the journal knows of, newest first; no event is read.
fn rows(connection: &Connection) -> Result<Vec<Row>, JournalError> {
    let rows = connection
        .prepare("SELECT id, day, number, events, head FROM incident ORDER BY day DESC, number DESC")?
        .query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, u32>(2)?,
                row.get(3).and_then(|events| Ok((events, row.get(4)?))).ok(),
            ))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    rows.into_iter()
        .map(|(text, day, number, head)| {
            IncidentId::parse(&text)
                .filter(|_| text == format!("{day}-{number}"))
                .map(|id| Row { id, head })
                .ok_or_else(|| JournalError::Corrupt("the id of an incident does not fit".to_owned()))
        })
        .collect()
}

/// One incident as a list shows it, or as what it is when it is damaged or does not fold.
fn head(connection: &Connection, id: IncidentId) -> Result<Result<Head, Damaged>, JournalError> {
    match story(connection, &id) {
        Ok(incident) => Ok(Ok(Head::from(&incident))),
        Err(error) if matches!(error, JournalError::Damaged { .. } | JournalError::Story(_)) => {
            Damaged::of(connection, id, error).map(Err)
        }
        Err(error) => Err(error),
    }
}

fn story(connection: &Connection, id: &IncidentId) -> Result<Incident, JournalError> {
    let (events, _) = load(connection, id)?;
    Ok(Incident::fold(id.clone(), &events)?)
}

/// The events of an incident and the hash of the newest, all checked. Called inside a transaction, so that they are of one
/// moment.
pub(super) fn load(
    connection: &Connection,
    id: &IncidentId,
) -> Result<(Vec<Recorded>, Vec<u8>), JournalError> {
    let damaged = |seq: u64, reason: String| JournalError::Damaged {
        incident: id.clone(),
        seq,
        reason,
    };
    // A value that is not what it must be is damage of this incident; what SQLite itself fails at is not.
    let unreadable = |seq: u64, error: rusqlite::Error| match error.sqlite_error_code() {
        Some(_) => JournalError::from(error),
        None => damaged(seq, error.to_string()),
    };
    let (count, head) = connection
        .query_row(
            "SELECT events, head FROM incident WHERE id = ?1",
            [id.as_str()],
            |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)),
        )
        .optional()
        .map_err(|error| unreadable(1, error))?
        .ok_or_else(|| JournalError::NoIncident(id.clone()))?;
    let mut statement =
        connection.prepare("SELECT seq, at, payload, hash FROM event WHERE incident = ?1 ORDER BY seq")?;
    let rows = statement.query_map([id.as_str()], |row| {
        Ok((
            row.get::<_, u64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?,
        ))
    })?;
    let mut events: Vec<Recorded> = Vec::new();
    let mut previous: Vec<u8> = Vec::new();
    for row in rows {
        let expected = events.len() as u64 + 1;
        let (seq, at, payload, hash) = row.map_err(|error| unreadable(expected, error))?;
        if seq != expected {
            return Err(damaged(expected, "it is missing".to_owned()));
        }
        if chain(&previous, id, seq, &at, &payload).as_slice() != hash {
            return Err(damaged(seq, "its hash does not fit".to_owned()));
        }
        let event = serde_json::from_str(&payload).map_err(|error| damaged(seq, error.to_string()))?;
        let at = at
            .parse()
            .map_err(|error: jiff::Error| damaged(seq, error.to_string()))?;
        events.push(Recorded { seq, at, event });
        previous = hash;
    }
    let found = events.len() as u64;
    if found < count || events.is_empty() {
        return Err(damaged(found + 1, "it is missing".to_owned()));
    }
    if found > count || previous != head {
        return Err(damaged(
            found,
            "it is not the newest that the incident knows".to_owned(),
        ));
    }
    Ok((events, head))
}
