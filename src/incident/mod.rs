//! F1, the story: an incident is its events, and its state is their fold, live, after a crash and in next month's review.
//!
//! This room does not know how events are stored, what time it is, or that there is a screen.

mod event;
mod facts;
mod fold;
mod next;
pub mod record;
pub mod report;
mod review;
mod stage;
mod timeline;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use event::{Event, IncidentId, Receipt, Recorded};
pub use fold::{Approval, FoldError, Incident, Verification};
pub use next::next_step;
pub use record::HistoryRow;
pub use report::{Report, ReportKind};
pub use stage::{ActState, IllegalEvent, Stage};
pub use timeline::timeline;
