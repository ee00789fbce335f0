//! The rollback wizard: a layer whose step is the incident's stage, so that it cannot disagree with it.
//!
//! It shows one step at a time with the whole way in sight. It never acts by itself: what a key asks for goes to the
//! session, and what the session makes of it comes back as another stage.

mod act;
mod approve;
mod assess;
mod check;
mod choice;
mod data;
mod decide;
mod definition;
mod draft;
mod following;
mod frame;
mod halfway;
mod hints;
mod ladder;
mod record;
mod report;
mod scope;
mod settling;
mod state;
mod steer;
mod step;
mod target;
mod verify;

pub(super) use draft::Draft;
pub(super) use draft::{area as text_area, clean as clean_text, keep as keep_draft};
pub(super) use state::Wizard;
pub(super) use step::Step;

pub(super) use frame::draw;
pub(super) use hints::{commands, may_start_again};
