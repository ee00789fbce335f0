//! A drill in a process of its own, and a desk with its own folders from which modosu is run against it.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than any walk at the drill's speed, on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(180);

/// A desk: a drill, and folders that nobody else writes to.
pub(super) struct Desk {
    drill: Child,
    endpoint: String,
    environment: Vec<(String, String)>,
    pub(super) folders: TempDir,
}

/// How a run of modosu ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ran {
    /// The one object on stdout.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The objects on stdout, one a line, and nothing else.
    pub(super) fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {self:?}")))
            .collect()
    }
}

/// A modosu that is still running.
pub(super) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    seen: Vec<Value>,
}

impl Desk {
    /// A desk in front of a new drill.
    pub(super) async fn at(scenario: &str, speed: u32) -> Self {
        let mut drill = Command::new(env!("CARGO_BIN_EXE_modosu"))
            .args([
                "drill",
                "--headless",
                "--port",
                "0",
                "--scenario",
                scenario,
                "--speed",
                &speed.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(drill.stdout.take().unwrap()).lines();
        let line = timeout(LIMIT, lines.next_line()).await.unwrap().unwrap().unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let environment = said["environment"].as_object().unwrap();
        let environment = environment
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let folders = TempDir::new().unwrap();
        for folder in ["home", "state", "work"] {
            std::fs::create_dir(folders.path().join(folder)).unwrap();
        }
        Self {
            drill,
            endpoint: said["endpoint"].as_str().unwrap().to_owned(),
            environment,
            folders,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modosu"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folders.path().join("home"))
            .env("MODOSU_STATE_DIR", self.folders.path().join("state"))
            .env("USER", "sato")
            .env("LANG", "C.UTF-8")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folders.path().join("work"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs modosu to its end.
    pub(super) async fn modosu(&self, arguments: &[&str]) -> Ran {
        self.run(self.command(arguments), arguments).await
    }

    /// Runs modosu to its end without one of the drill's variables.
    pub(super) async fn modosu_without(&self, variable: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        command.env_remove(variable);
        self.run(command, arguments).await
    }

    async fn run(&self, mut command: Command, arguments: &[&str]) -> Ran {
        let output = timeout(LIMIT, command.output())
            .await
            .unwrap_or_else(|_| panic!("{arguments:?} did not end"))
            .unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs modosu for a reader that has gone away: nobody reads its stdout.
    pub(super) async fn modosu_unread(&self, arguments: &[&str]) -> Ran {
        let mut child = self.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let output = timeout(LIMIT, child.wait_with_output()).await.unwrap().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        Ran {
            code: output.status.code(),
            out: String::new(),
            err,
        }
    }

    /// Starts modosu and leaves it running.
    pub(super) fn start(&self, arguments: &[&str]) -> Running {
        let mut child = self.command(arguments).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The hash of the plan for the backend, as `plan` prints it.
    pub(super) async fn hash(&self) -> String {
        let plan = self.modosu(&["plan", "--service", "backend", "--json"]).await;
        assert_eq!(plan.code, Some(0), "{plan:?}");
        plan.json()["hash"].as_str().unwrap().to_owned()
    }

    /// Every request that reached the account.
    pub(super) async fn ledger(&self) -> Value {
        self.get("/_drill/ledger").await
    }

    /// Writes that reached the account.
    pub(super) async fn writes(&self) -> Vec<Value> {
        let ledger = self.ledger().await;
        ledger
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "write")
            .cloned()
            .collect()
    }

    /// The account as it really is.
    pub(super) async fn world(&self) -> Value {
        self.get("/_drill/world").await
    }

    /// Lets the next calls of an operation meet a fault.
    pub(super) async fn fault(&self, operation: &str, kind: &str) {
        self.faults(operation, kind, 1).await;
    }

    /// Lets so many next calls of an operation meet a fault.
    pub(super) async fn faults(&self, operation: &str, kind: &str, times: u32) {
        self.post(
            "/_drill/faults",
            &json!({ "operation": operation, "kind": kind, "times": times }),
        )
        .await;
    }

    /// A colleague deploys this revision of the backend, by hand.
    pub(super) async fn deploy(&self, revision: u32) {
        let body = json!({
            "cluster": "peoplebooster-production",
            "service": "peoplebooster-backend",
            "taskDefinition": format!("peoplebooster-backend:{revision}"),
        });
        self.ecs("UpdateService", &body).await;
    }

    /// A call of the tests' own to ECS.
    pub(super) async fn ecs(&self, operation: &str, input: &Value) -> Value {
        let body = input.to_string();
        let length = body.len();
        self.http(&format!(
            "POST / HTTP/1.1\r\nHost: drill\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n\
             X-Amz-Target: AmazonEC2ContainerServiceV20141113.{operation}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    /// Whether the desk's folder of that name has nothing in it.
    pub(super) fn is_empty(&self, folder: &str) -> bool {
        std::fs::read_dir(self.folders.path().join(folder))
            .unwrap()
            .next()
            .is_none()
    }

    async fn get(&self, path: &str) -> Value {
        self.http(&format!(
            "GET {path} HTTP/1.1\r\nHost: drill\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let length = body.len();
        self.http(&format!(
            "POST {path} HTTP/1.1\r\nHost: drill\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    /// One request by hand: what the tests look at must not go through the client that is tested.
    async fn http(&self, request: &str) -> Value {
        let address = self.endpoint.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(LIMIT, stream.read_to_string(&mut answer))
            .await
            .unwrap()
            .unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// Ends the drill as a person would, and says how its process ended.
    pub(super) async fn end(mut self) -> Option<i32> {
        signal(&self.drill, "-TERM").await;
        timeout(LIMIT, self.drill.wait()).await.unwrap().unwrap().code()
    }
}

impl Running {
    /// Reads on until a line fits.
    pub(super) async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = timeout(LIMIT, self.lines.next_line()).await.unwrap().unwrap();
            let line = line.unwrap_or_else(|| panic!("ended after {:?}", self.seen));
            let object: Value = serde_json::from_str(&line).unwrap();
            self.seen.push(object.clone());
            if fits(&object) {
                return object;
            }
        }
    }

    /// SIGKILL: nothing is said, nothing is finished.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and how the process ends by it.
    pub(super) async fn terminate(mut self) -> Option<i32> {
        signal(&self.child, "-TERM").await;
        self.code().await
    }

    /// Waits for the end.
    pub(super) async fn code(&mut self) -> Option<i32> {
        while let Some(line) = timeout(LIMIT, self.lines.next_line()).await.unwrap().unwrap() {
            self.seen.push(serde_json::from_str(&line).unwrap());
        }
        timeout(LIMIT, self.child.wait()).await.unwrap().unwrap().code()
    }

    /// The last line that was read.
    pub(super) fn last(&self) -> &Value {
        self.seen.last().unwrap()
    }
}

async fn signal(child: &Child, name: &str) {
    let pid = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args([name, &pid])
            .status()
            .await
            .unwrap()
            .success()
    );
}
