//! F1, the story: an incident is its events, and its state is their fold, live, after a crash and in next month's review.
//!
//! This room does not know how events are stored, what time it is, or that there is a screen.

mod event;
mod fold;
mod stage;

pub use event::{Event, IncidentId, Receipt, Recorded};
pub use fold::{Approval, FoldError, Incident, Verification};
pub use stage::{ActState, IllegalEvent, Stage};
