//! What the containers write: a pure function of the seed, the minute, who served then, and the lives of the tasks.
//!
//! Nothing is kept: lines are made when somebody asks, minute by minute, and the same minute has the same lines whoever
//! asks and however often. Each line is decided by itself, so that a change of who serves within a minute leaves the lines
//! before it as they were. Requests are sampled; failing ones all leave a line, as far as the sample sees them.

use jiff::Timestamp;
use serde_json::json;

use super::{model::Task, state::World, tasks::remembered};
use crate::drill::time::after;

/// The most requests of a minute that are looked at one by one.
const SAMPLE: f64 = 300.0;
/// One in so many of the looked-at requests that went well leaves an access line.
const ACCESS: u64 = 20;
/// Tasks that are gone but whose lines can still be read, for each service.
const ARCHIVED: usize = 512;
/// Days for which the groups keep their lines.
pub(crate) const RETENTION_DAYS: i64 = 30;

/// A log group, one for each service.
#[derive(Debug, Clone)]
pub(crate) struct LogGroup {
    pub(crate) name: String,
    /// Without the `:*` that some answers put behind it.
    pub(crate) arn: String,
    pub(crate) created_at: Timestamp,
    /// Index of the service.
    pub(crate) service: usize,
}

/// A stream, one for each task.
#[derive(Debug, Clone)]
pub(crate) struct LogStream {
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    /// When its task ended, if it did.
    pub(crate) ended_at: Option<Timestamp>,
}

/// A line.
#[derive(Debug, Clone)]
pub(crate) struct LogEvent {
    /// 56 digits, unique in the group.
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) stream: String,
    pub(crate) message: String,
}

/// How an answer of a kind of defect reads: type, sentence, the places of its stack.
struct Defect {
    kind: &'static str,
    sentence: &'static str,
    places: [&'static str; 3],
}

const DEFECTS: [Defect; 3] = [
    Defect {
        kind: "TypeError",
        sentence: "Cannot read properties of null (reading 'scores')",
        places: [
            "AnswerService.summarise (/app/dist/diagnosis/answer.service.js:118:31)",
            "DiagnosisController.submit (/app/dist/diagnosis/diagnosis.controller.js:64:22)",
            "Router.dispatch (/app/node_modules/router/index.js:342:13)",
        ],
    },
    Defect {
        kind: "PrismaClientKnownRequestError",
        sentence: "The column `Answer.weight` does not exist in the current database.",
        places: [
            "Client.request (/app/node_modules/@prisma/client/runtime/library.js:121:7753)",
            "AnswerRepository.save (/app/dist/diagnosis/answer.repository.js:41:9)",
            "DiagnosisController.submit (/app/dist/diagnosis/diagnosis.controller.js:64:22)",
        ],
    },
    Defect {
        kind: "RangeError",
        sentence: "Invalid time value",
        places: [
            "Date.toISOString (<anonymous>)",
            "ResultFormatter.period (/app/dist/diagnosis/result.formatter.js:22:37)",
            "DiagnosisController.respond (/app/dist/diagnosis/diagnosis.controller.js:91:18)",
        ],
    },
];

const API_PATHS: [(&str, &str); 6] = [
    ("POST", "/api/diagnoses"),
    ("GET", "/api/diagnoses/latest"),
    ("POST", "/api/answers"),
    ("GET", "/api/members"),
    ("GET", "/api/me"),
    ("POST", "/api/sessions"),
];
const PAGE_PATHS: [(&str, &str); 5] = [
    ("GET", "/"),
    ("GET", "/login"),
    ("GET", "/diagnosis"),
    ("GET", "/diagnosis/result"),
    ("GET", "/members"),
];

/// One looked-at request.
struct Request<'a> {
    at: Timestamp,
    /// Its number, unique in the service.
    number: u64,
    task: &'a Task,
    failed: bool,
    millis: f64,
}

impl World {
    /// The groups of all services that exist, by name.
    pub(crate) fn log_groups(&self) -> Vec<LogGroup> {
        let mut groups: Vec<LogGroup> = self
            .services
            .iter()
            .enumerate()
            .filter_map(|(service, it)| {
                let name = format!("/ecs/{}/{}", it.cluster, it.application);
                Some(LogGroup {
                    arn: format!("arn:aws:logs:{}:{}:log-group:{name}", self.region, self.account),
                    name,
                    created_at: it.created_at?,
                    service,
                })
            })
            .collect();
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        groups
    }

    /// The streams of a service, by name: one for each task whose container ever started.
    pub(crate) fn log_streams(&self, service: usize) -> Vec<LogStream> {
        let oldest = self.log_horizon();
        let mut streams: Vec<LogStream> = self
            .writers(service)
            .filter(|task| task.stopped_at.is_none_or(|at| at >= oldest))
            .filter_map(|task| {
                Some(LogStream {
                    name: self.stream_name(service, task),
                    created_at: task.started_at?,
                    ended_at: task.stopped_at,
                })
            })
            .collect();
        streams.sort_by(|a, b| a.name.cmp(&b.name));
        streams
    }

    /// Before this moment no line is kept.
    pub(crate) fn log_horizon(&self) -> Timestamp {
        after(self.now, -86_400.0 * RETENTION_DAYS as f64)
    }

    /// The lines of the minute that begins at `start`, as far as they are written by now, the oldest first.
    pub(crate) fn log_minute(&self, service: usize, start: Timestamp) -> Vec<LogEvent> {
        let end = after(start, 60.0);
        let number = start.as_second().div_euclid(60) as u64;
        let mut events = Vec::new();
        for task in self.writers(service) {
            self.life_lines(service, task, (start, end), &mut events);
        }
        let requests = self.arrivals(service, start, number).min(SAMPLE) as u64;
        for nth in 0..requests {
            if let Some(request) = self.request(service, start, number * 1_000 + nth) {
                self.request_lines(service, &request, &mut events);
            }
        }
        events.retain(|event| event.at <= self.now);
        events.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
        events
    }

    /// Forgets tasks that can no longer be described; their lines stay readable.
    pub(super) fn forget_tasks(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        let (kept, gone): (Vec<Task>, Vec<Task>) = std::mem::take(&mut it.tasks)
            .into_iter()
            .partition(|task| remembered(task, now));
        it.tasks = kept;
        it.archive
            .extend(gone.into_iter().filter(|task| task.started_at.is_some()));
        let surplus = it.archive.len().saturating_sub(ARCHIVED);
        it.archive.drain(..surplus);
    }

    /// Every task whose container started.
    fn writers(&self, service: usize) -> impl Iterator<Item = &Task> {
        let it = &self.services[service];
        it.archive
            .iter()
            .chain(&it.tasks)
            .filter(|task| task.started_at.is_some())
    }

    fn stream_name(&self, service: usize, task: &Task) -> String {
        let container = &self.services[service].container;
        format!("{container}/{container}/{}", task.id)
    }

    /// A looked-at request: when it came, which task answered it, and how; `None` when no target did.
    fn request(&self, service: usize, start: Timestamp, number: u64) -> Option<Request<'_>> {
        let it = &self.services[service];
        let topic = |what: &str| format!("log {what} {} {}", it.environment, it.application);
        let at = after(start, 60.0 * self.chance.unit(&topic("moment"), number));
        if at > self.now {
            return None;
        }
        let index = it.serving.partition_point(|serving| serving.from <= at);
        let serving = it.serving.get(index.checked_sub(1)?)?;
        let mut place = self.chance.unit(&topic("target"), number);
        let (revision, link, _) = serving.shares.iter().find(|(_, _, share)| {
            place -= share;
            place < 0.0
        })?;
        let behaviour = self.behaviour_on(service, *revision, *link, at);
        let failed = self.chance.unit(&topic("answer"), number) < behaviour.error_rate;
        if !failed && !number.is_multiple_of(ACCESS) {
            return None;
        }
        let answering: Vec<&Task> = self
            .writers(service)
            .filter(|task| task.revision == *revision && task.link == *link)
            .filter(|task| task.started_at.is_some_and(|from| from <= at))
            .filter(|task| task.stopping_at.is_none_or(|to| to > at))
            .collect();
        let nth = (self.chance.unit(&topic("task"), number) * answering.len() as f64) as usize;
        // Log-logistic, as the metrics have it.
        let share = self.chance.between(&topic("millis"), number, 0.02, 0.98);
        let shape = 19_f64.ln() / (behaviour.p95_ms / behaviour.p50_ms).ln();
        Some(Request {
            at,
            number,
            task: answering.get(nth).copied()?,
            failed,
            millis: behaviour.p50_ms * (share / (1.0 - share)).powf(1.0 / shape),
        })
    }

    /// The access line of a request, and before it the error that made it fail.
    fn request_lines(&self, service: usize, request: &Request<'_>, events: &mut Vec<LogEvent>) {
        let it = &self.services[service];
        let topic = |what: &str| format!("log {what} {} {}", it.environment, it.application);
        let paths: &[(&str, &str)] = if it.application.contains("front") {
            &PAGE_PATHS
        } else {
            &API_PATHS
        };
        // What fails is mostly the same two ways in.
        let among = if request.failed { 2 } else { paths.len() };
        let nth = (self.chance.unit(&topic("path"), request.number) * among as f64) as usize;
        let (method, path) = paths[nth.min(paths.len() - 1)];
        let id = self.chance.hex(&topic("request"), request.number, 12);
        let millis = request.millis.round();
        if request.failed {
            let version = self.version(service, request.task.revision);
            let defect = self.defect(&version, &topic("defect"), request.number);
            let stack: String = std::iter::once(format!("{}: {}", defect.kind, defect.sentence))
                .chain(defect.places.iter().map(|place| format!("    at {place}")))
                .collect::<Vec<String>>()
                .join("\n");
            let line = json!({
                "level": "error",
                "time": request.at.to_string(),
                "msg": format!("{method} {path} failed"),
                "version": version,
                "requestId": id,
                "err": { "type": defect.kind, "message": defect.sentence, "stack": stack },
            });
            events.push(self.line(
                service,
                request.task,
                request.at,
                "error",
                request.number,
                &line.to_string(),
            ));
        }
        let status = match (request.failed, method) {
            (true, _) => 500,
            (false, "POST") => 201,
            (false, _) => 200,
        };
        let line = format!("{method} {path} {status} {millis}ms requestId={id}");
        let at = after(request.at, 0.001);
        events.push(self.line(service, request.task, at, "access", request.number, &line));
    }

    /// A version fails in its own way nearly always, and now and then in another.
    fn defect(&self, version: &str, topic: &str, number: u64) -> &'static Defect {
        let own = self.chance.unit(&format!("defect {version}"), 0);
        let draw = self.chance.unit(topic, number);
        let place = if draw < 0.92 { own } else { (own + draw) % 1.0 };
        &DEFECTS[((place * DEFECTS.len() as f64) as usize).min(DEFECTS.len() - 1)]
    }

    /// What a task says of itself: that it starts, listens, fails for good, or was told to stop.
    fn life_lines(
        &self,
        service: usize,
        task: &Task,
        (start, end): (Timestamp, Timestamp),
        events: &mut Vec<LogEvent>,
    ) {
        let Some(started) = task.started_at else { return };
        let boot = self.behaviour(service, task.revision, started).boot_s;
        let version = self.version(service, task.revision);
        let port = self.services[service].port;
        let ended = task.stopping_at.or(task.stopped_at);
        let mut say = |at: Timestamp, what: u64, level: &str, line: serde_json::Value| {
            if start <= at && at < end {
                let mut fields = json!({ "level": level, "time": at.to_string() });
                if let (Some(fields), Some(more)) = (fields.as_object_mut(), line.as_object()) {
                    fields.extend(more.clone());
                }
                let number = task.serial * 10 + what;
                events.push(self.line(service, task, at, "life", number, &fields.to_string()));
            }
        };
        let steps = [
            (0.4, json!({ "msg": "starting", "version": version })),
            (1.2, json!({ "msg": "connected to the database" })),
            (
                boot.max(2.0) * 0.8,
                json!({ "msg": format!("listening on port {port}") }),
            ),
        ];
        for (what, (seconds, line)) in steps.into_iter().enumerate() {
            let at = after(started, seconds);
            if ended.is_none_or(|ended| at < ended) {
                say(at, what as u64, "info", line);
            }
        }
        match (task.stop_code, task.exit_code, task.stopping_at, task.stopped_at) {
            // A process that the kernel kills says nothing.
            (Some("EssentialContainerExited"), Some(code), Some(at), _) if code != 0 && code != 137 => say(
                at,
                7,
                "fatal",
                json!({
                    "msg": "uncaught exception, exiting",
                    "version": version,
                    "err": {
                        "type": "Error",
                        "message": "the application could not be brought up",
                        "stack": "Error: the application could not be brought up\n    at bootstrap (/app/dist/main.js:31:11)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
                    },
                }),
            ),
            (Some("ServiceSchedulerInitiated"), _, _, Some(at)) => {
                say(at, 8, "info", json!({ "msg": "SIGTERM received, closing" }));
            }
            (_, _, _, _) => {}
        }
    }

    fn line(
        &self,
        service: usize,
        task: &Task,
        at: Timestamp,
        kind: &str,
        number: u64,
        message: &str,
    ) -> LogEvent {
        let it = &self.services[service];
        let topic = format!("log event {kind} {} {}", it.environment, it.application);
        LogEvent {
            id: self.chance.digits(&topic, number, 56),
            at,
            stream: self.stream_name(service, task),
            message: message.to_owned(),
        }
    }
}
