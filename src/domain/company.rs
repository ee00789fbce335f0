//! Who else is at work on the same services, as the journal of this machine tells it.

use jiff::Timestamp;

use super::{Clean, ServiceKey};

/// An incident whose rollback is under way: a call of it may have been sent and its end is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIncident {
    /// Its id.
    pub id: Clean,
    /// Its services; absent when it is damaged so that it may be about any.
    pub services: Option<Vec<ServiceKey>>,
    /// When it was opened; absent when it is damaged.
    pub opened_at: Option<Timestamp>,
}

/// A service that another process holds while it acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldService {
    /// The service.
    pub service: ServiceKey,
    /// The person.
    pub who: Clean,
    /// The machine.
    pub host: Clean,
    /// The process.
    pub pid: u32,
    /// When its hold was last renewed.
    pub renewed_at: Timestamp,
    /// Until when it binds others unless it is renewed or its process ends.
    pub until: Timestamp,
}

/// Who else is at work in the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// Incidents that are open, one's own among them.
    pub incidents: Vec<OpenIncident>,
    /// Services that other processes hold.
    pub held: Vec<HeldService>,
}
