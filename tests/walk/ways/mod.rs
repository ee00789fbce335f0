//! Every way back, walked through session, engine and the real SDK against the drill: to its end, through every outcome of
//! every call, over every place where a process can end, and while the world changes beneath it.

mod changes;
mod crash;
mod endings;
mod outcomes;
mod preview;
mod secrecy;
mod shifting;
mod way;
