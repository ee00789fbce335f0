//! Reading: every event is checked against the chain before it is believed.

use jiff::Timestamp;

use crate::domain::{EnvironmentName, ServiceKey};
use crate::incident::{Incident, IncidentId, Recorded, Stage};
use crate::rollback::{Outcome, Point};

use super::append::chain;
use super::{Journal, JournalError};

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
    /// When its rollback ended.
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

impl From<&Incident> for Head {
    fn from(incident: &Incident) -> Self {
        let step = incident.plan.as_ref().and_then(|plan| plan.steps.first());
        Self {
            id: incident.id.clone(),
            environment: incident.environment.clone(),
            services: incident.services.clone(),
            opened_at: incident.opened_at,
            ended_at: incident.ending.as_ref().map(|(_, at)| *at),
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
    /// When the incident is not there, or when any of its events is damaged.
    pub fn read(&self, id: &IncidentId) -> Result<Vec<Recorded>, JournalError> {
        let mut statement = self
            .connection
            .prepare("SELECT seq, at, payload, hash FROM event WHERE incident = ?1 ORDER BY seq")?;
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
            let (seq, at, payload, hash) = row?;
            let damaged = |reason: String| JournalError::Damaged {
                incident: id.clone(),
                seq,
                reason,
            };
            if seq != events.len() as u64 + 1 {
                return Err(damaged("an event before it is missing".to_owned()));
            }
            if chain(&previous, id, seq, &at, &payload).as_slice() != hash {
                return Err(damaged("its hash does not fit".to_owned()));
            }
            let event = serde_json::from_str(&payload).map_err(|error| damaged(error.to_string()))?;
            let at = at
                .parse()
                .map_err(|error: jiff::Error| damaged(error.to_string()))?;
            events.push(Recorded { seq, at, event });
            previous = hash;
        }
        if events.is_empty() {
            Err(JournalError::NoIncident(id.clone()))
        } else {
            Ok(events)
        }
    }

    /// All incidents, newest first.
    ///
    /// # Errors
    /// When any of them is damaged or does not fold.
    pub fn heads(&self) -> Result<Vec<Head>, JournalError> {
        let mut statement = self
            .connection
            .prepare("SELECT id FROM incident ORDER BY day DESC, number DESC")?;
        let ids = statement
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        ids.iter()
            .filter_map(|id| IncidentId::parse(id))
            .map(|id| {
                let events = self.read(&id)?;
                Ok(Head::from(&Incident::fold(id, &events)?))
            })
            .collect()
    }
}
