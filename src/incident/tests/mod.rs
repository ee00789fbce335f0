//! What must hold of every story.

mod older;
mod story;
mod telling;
