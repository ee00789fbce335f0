//! The real binary in a pseudo-terminal: it starts, follows the terminal's size, and gives the terminal back on every exit.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// Long enough for a loaded machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(60);

const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    over: bool,
    /// Let go of the terminal at the next chance.
    leave: bool,
}

struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    output: Arc<(Mutex<Output>, Condvar)>,
    _folder: TempDir,
}

impl Pty {
    fn drill(size: (u16, u16)) -> Self {
        Self::drill_with(size, &[], "true", tempfile::tempdir().unwrap())
    }

    fn drill_with(size: (u16, u16), options: &[&str], editor: &str, folder: TempDir) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_modosu"));
        command.args(["--lang", "en", "--state-dir"]);
        command.arg(folder.path());
        command.arg("drill");
        command.args(options);
        command.env("VISUAL", editor);
        command.cwd(folder.path());
        command.env("TERM", "xterm-256color");
        for name in ["MODOSU_DRILL", "MODOSU_RUNBOOK", "AWS_ENDPOINT_URL", "NO_COLOR"] {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let output = Arc::new((Mutex::new(Output::default()), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let of_thread = output.clone();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let mut output = of_thread.0.lock().unwrap();
                output.bytes.extend_from_slice(&chunk[..read]);
                output.over = read == 0 || output.leave;
                of_thread.1.notify_all();
                if output.over {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            child,
            master: Some(pair.master),
            keys: Some(keys),
            output,
            _folder: folder,
        }
    }

    fn type_keys(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    fn resize(&self, size: (u16, u16)) {
        self.master.as_ref().unwrap().resize(pty_size(size)).unwrap();
    }

    /// Waits until the output satisfies `done`, and gives it.
    fn until(&self, what: &str, done: impl Fn(&Output) -> bool) -> String {
        let (output, changed) = &*self.output;
        let (output, waited) = changed
            .wait_timeout_while(output.lock().unwrap(), PATIENCE, |output| !done(output))
            .unwrap();
        let text = String::from_utf8_lossy(&output.bytes).into_owned();
        assert!(!waited.timed_out(), "never {what}: {text}");
        text
    }

    /// Waits until the screen of that size shows `text`.
    fn until_seen(&self, size: (u16, u16), text: &str) -> String {
        self.until(text, |output| screen(output, size).contains(text));
        screen(&self.output.0.lock().unwrap(), size)
    }

    /// Sends keys again and again until the screen shows `text`: a box that has just opened is deaf for a moment.
    fn insist(&mut self, size: (u16, u16), keys: &str, text: &str) {
        for _ in 0..100 {
            self.type_keys(keys);
            let shown = |output: &Output| screen(output, size).contains(text);
            let (output, changed) = &*self.output;
            let wait = Duration::from_millis(300);
            let (output, waited) = changed
                .wait_timeout_while(output.lock().unwrap(), wait, |output| !shown(output))
                .unwrap();
            drop(output);
            if !waited.timed_out() {
                return;
            }
        }
        panic!("never {text}");
    }

    /// Quits.
    fn quit(&mut self) -> u32 {
        self.type_keys("q");
        self.ended()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end, checks that the terminal was given back, and gives the exit code.
    fn ended(&mut self) -> u32 {
        let text = self.until("over", |output| output.over);
        let after = text.rsplit(ENTER).next().unwrap();
        assert!(after.contains(LEAVE), "left the alternate screen");
        assert!(after.contains("\u{1b}[?25h"), "showed the cursor");
        assert!(after.contains("\u{1b}[?2004l"), "ended bracketed paste");
        self.child.wait().unwrap().exit_code()
    }
}

/// What a terminal of that size shows after these bytes.
fn screen(output: &Output, size: (u16, u16)) -> String {
    let mut parser = vt100::Parser::new(size.1.try_into().unwrap(), size.0.try_into().unwrap(), 0);
    parser.process(&output.bytes);
    parser.screen().contents()
}

impl Drop for Pty {
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

#[test]
fn it_opens_on_the_burning_backend_follows_the_size_and_quits() {
    let mut pty = Pty::drill((80, 24));
    let seen = pty.until_seen((80, 24), "v1.4.0");
    assert!(
        seen.contains("PRODUCTION") && seen.contains("1 Services"),
        "{seen}"
    );
    pty.resize((120, 40));
    let seen = pty.until_seen((120, 40), "3 Images");
    assert!(seen.contains("5 Error rate"), "{seen}");
    pty.resize((30, 5));
    pty.until_seen((30, 5), "PRODUCTION");
    assert_eq!(pty.quit(), 0);
}

/// A key and a change of size in the same moment: both are taken at once, neither waits for the next key.
#[test]
fn a_key_that_meets_a_change_of_size_is_not_late() {
    let mut pty = Pty::drill((80, 24));
    pty.until_seen((80, 24), "v1.4.0");
    for round in 0..20_u16 {
        let size = (100 + round % 2, 30 + round % 3);
        pty.resize(size);
        pty.type_keys("?");
        pty.until_seen(size, "Esc closes");
        pty.resize((80, 24));
        pty.type_keys("?");
        pty.until("closed", |output| {
            let seen = screen(output, (80, 24));
            seen.contains("1 Services") && !seen.contains("Esc closes") && seen.contains("q quit")
        });
    }
    assert_eq!(pty.quit(), 0);
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_takes_it_again() {
    let mut pty = Pty::drill((80, 24));
    pty.until_seen((80, 24), "v1.4.0");
    // There is no shell with job control here, so the kernel does not stop the job and it goes on at once.
    pty.type_keys("\u{1a}");
    pty.until("back again", |output| {
        String::from_utf8_lossy(&output.bytes).matches(ENTER).count() == 2
    });
    assert_eq!(pty.quit(), 0);
}

/// From the burning backend to a report in an editor that reads the keyboard: it must get every key, and we none of them.
#[test]
fn the_editor_gets_every_key() {
    let size = (120, 60);
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("editor.sh");
    std::fs::write(
        &script,
        "printf EDITOR-READY; IFS= read -r line </dev/tty; printf '%s\\n' \"$line\" >> \"$1\"\n",
    )
    .unwrap();
    let editor = format!("sh '{}'", script.display());
    let mut pty = Pty::drill_with(size, &["--speed", "60"], &editor, folder);
    pty.until_seen(size, "v1.3.4");
    for (key, step) in [
        ("R", "one of these is met"),
        ("\r", "These services"),
        ("\r", "Choose the version"),
        ("\r", "will send"),
        ("\r", "type production/backend:"),
    ] {
        pty.type_keys(key);
        pty.until_seen(size, step);
    }
    pty.insist(size, "\u{7f}p", "type production/backend: p");
    pty.type_keys("roduction/backend");
    pty.until_seen(size, "Enter sends the plan.");
    pty.insist(size, "\r", "● Roll back");
    pty.until_seen(size, "Edit the draft");
    pty.type_keys("e");
    pty.until("the editor", |output| {
        String::from_utf8_lossy(&output.bytes).contains("EDITOR-READY")
    });
    pty.type_keys("quite nothing lost\r");
    pty.until_seen(size, "quite nothing lost");
    assert_eq!(pty.quit(), 0);
}

#[test]
fn a_request_to_end_is_followed_in_good_order() {
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 143)] {
        let mut pty = Pty::drill((80, 24));
        pty.until_seen((80, 24), "v1.4.0");
        pty.signal(name);
        assert_eq!(pty.ended(), code, "{name}");
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let mut pty = Pty::drill((80, 24));
    pty.until_seen((80, 24), "v1.4.0");
    // Every hand on the terminal must let go; the reader does at the next second's picture.
    pty.keys = None;
    pty.output.0.lock().unwrap().leave = true;
    pty.until("let go", |output| output.over);
    pty.master = None;
    let (sender, ended) = std::sync::mpsc::channel();
    let mut killer = pty.child.clone_killer();
    let pid = pty.child.process_id();
    std::thread::scope(|scope| {
        scope.spawn(|| sender.send(pty.child.wait()).unwrap());
        let ended = ended.recv_timeout(Duration::from_secs(20));
        if ended.is_err() {
            killer.kill().unwrap();
        }
        assert!(ended.is_ok(), "process {pid:?} lives on without its terminal");
    });
}

#[test]
fn without_a_terminal_it_says_what_works_instead() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_modosu"))
        .args(["--lang", "en", "--state-dir"])
        .arg(folder.path())
        .arg("drill")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("modosu status"), "{said}");
    assert!(output.stdout.is_empty());
}
