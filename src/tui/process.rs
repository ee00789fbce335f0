//! Other programs: the editor, and the shell that we are suspended to.
//!
//! `unsafe` is forbidden here, so signals to ourselves are sent by `kill(1)`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Sends ourselves the signal of a changed window size; it wakes the thread that reads the terminal.
pub(super) fn wake_reader() {
    signal("WINCH", &std::process::id().to_string());
}

/// Stops the whole job, as the terminal's own Ctrl-Z would; returns when it is continued. Where nobody could continue it
/// (no job control), the kernel ignores the signal and this returns at once.
pub(super) fn stop() {
    signal("TSTP", "0");
}

fn signal(name: &str, to: &str) {
    let done = Command::new("kill")
        .args(["-s", name, "--", to])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if let Err(error) = done {
        tracing::warn!(%error, name, "failed to send a signal to ourselves");
    }
}

/// Lets a person edit `text` with `editor` (a command of the shell, as `$EDITOR` is) in a file of `folder` that nobody else
/// can read; gives what they left there.
pub(super) fn edit(editor: &str, folder: &Path, text: &str) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("report-{}.txt", std::process::id()));
    // A file that was left behind by an earlier process of the same number is not followed, wherever it leads.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    file.write_all(text.as_bytes())?;
    drop(file);
    let edited = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(&path)
        .status()
        .and_then(|status| {
            if status.success() {
                fs::read_to_string(&path)
            } else {
                Err(io::Error::other(format!("the editor ended with {status}")))
            }
        });
    fs::remove_file(&path)?;
    edited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_editor_left_comes_back_and_no_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let edited = edit("sed -i s/a/b/", folder.path(), "a 日本\n").unwrap();
        assert_eq!(edited, "b 日本\n");
        assert!(edit("false", folder.path(), "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
