//! What must hold of every story.

mod story;
mod telling;
