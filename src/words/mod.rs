//! F0, the words: a message id and its values become text in the reader's language.
//!
//! Every word that a person reads on screen or in a report is a message of `assets/locales/{ja,en}/*.ftl`, compiled in.
//! This room does not know which message is shown where, what time it is, or how wide the screen is: it is given an id
//! with its values, a moment or a length of time, and answers with one line of text.

mod bundle;
mod lang;
mod time;
mod voice;

pub use bundle::{Gap, LOCALE_FILES, gaps};
pub use lang::Lang;
pub use voice::Words;
