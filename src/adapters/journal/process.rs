//! Whether a process of this machine is still there, told apart from another that was given the same number.

use std::fs;

/// What tells a process from every other, before and after it: the boot and the process namespace that its number belongs
/// to, and when it started (proc(5): `/proc/sys/kernel/random/boot_id`, `/proc/PID/ns/pid`, field 22 of `/proc/PID/stat`).
/// Empty where there is no /proc.
pub(super) fn trace(pid: u32) -> String {
    match (place(), started(pid)) {
        (Some(place), Some(Life::Started(ticks))) => format!("{place} {ticks}"),
        (_, _) => String::new(),
    }
}

/// Whether the process `pid` that left this trace is certainly gone. Where that cannot be told, it is not: another container
/// has other numbers, and a machine that was started again may be another one of the same name.
pub(super) fn is_gone(pid: u32, trace: &str) -> bool {
    let (Some(here), Some((there, ticks))) = (place(), trace.rsplit_once(' ')) else {
        return false;
    };
    if here != there {
        return false;
    }
    match started(pid) {
        None | Some(Life::Over) => true,
        Some(Life::Started(now)) => now != ticks,
    }
}

fn place() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let numbers = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), numbers.display()))
}

enum Life {
    Started(String),
    /// It has ended and only its parent has not looked yet.
    Over,
}

fn started(pid: u32) -> Option<Life> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, also spaces; fields are counted after it.
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return Some(Life::Over);
    }
    fields.nth(18).map(|ticks| Life::Started(ticks.to_owned()))
}
