//! F4, the full-screen console.
//!
//! It draws the session and turns keys into messages for it. `Session` is what is true; `Screen` is focus, scroll, selection
//! and open layers, and is nobody else's business. A key goes to the top layer first, becomes a `Command` by the live key
//! map, and either changes the screen or becomes an `OperatorMsg`. Nothing here decides, and nothing here awaits the network.
//!
//! This room does not know AWS, the journal, the drill, the command line, or the environment of the process.

mod answers;
mod command;
mod console;
mod footer;
mod frame;
mod header;
mod input;
mod keymap;
mod keys;
mod layer;
mod layout;
mod listing;
mod log_view;
mod looking;
mod overlays;
mod page;
mod palette;
mod panes;
mod process;
mod run;
mod screen;
mod search;
mod sheet;
mod sort;
mod steer;
mod terminal;
mod text;
mod theme;
mod view;
mod widgets;
mod wizard;
mod world;

pub use command::{Command, Section};
pub use console::{Console, ConsoleError, Look, Outside};
pub use input::Input;
pub use keymap::{Context, Keymap, KeymapError};
pub use keys::Key;
pub use run::{Exit, Options, run};
pub use screen::{Pane, Screen};
pub use terminal::NoTerminal;
pub use text::width;
pub use theme::{Theme, ThemeName};
