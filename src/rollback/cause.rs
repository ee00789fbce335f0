//! Why tasks do not stay up, as one sentence: from ECS's stop codes and reasons, else from the service's own messages. What
//! is not known here is quoted as it is, never guessed at.

use jiff::Timestamp;

use crate::domain::{Phrase, ServiceEvent, StoppedTask, TaskDefinitionArn};

/// Exit code of a process that was killed with SIGKILL (128 + 9).
const KILLED: i32 = 137;

/// Why the newest task of `definition` that stopped since `since` stopped, as far as that is a failure.
pub(super) fn of_tasks(
    stopped: &[StoppedTask],
    definition: &TaskDefinitionArn,
    since: Timestamp,
) -> Option<Phrase> {
    stopped
        .iter()
        .filter(|task| task.at >= since && task.task_definition == *definition)
        .max_by_key(|task| task.at)
        .and_then(of_task)
}

/// Why one task stopped; `None` when ECS or a person stopped it on purpose.
fn of_task(task: &StoppedTask) -> Option<Phrase> {
    let reason = task
        .reason
        .as_ref()
        .map(|reason| reason.as_str())
        .unwrap_or_default();
    let code = task.code.as_ref().map(|code| code.as_str()).unwrap_or_default();
    // A task that is scaled in is killed too when it does not end in time: its exit code then says nothing.
    if reason.starts_with("Scaling activity") || code == "UserInitiated" {
        return None;
    }
    let container_reasons = || {
        task.containers
            .iter()
            .filter_map(|container| Some((container, container.reason.as_ref()?.as_str())))
    };
    let names =
        |text: &str| reason.contains(text) || container_reasons().any(|(_, said)| said.contains(text));
    let quoted = |text: &'static str| {
        let said = container_reasons()
            .map(|(_, said)| said)
            .find(|said| said.contains(text))
            .filter(|_| !reason.contains(text))
            .unwrap_or(reason);
        short(said)
    };
    if let Some((container, _)) = container_reasons().find(|(_, said)| said.contains("OutOfMemory")) {
        return Some(Phrase::new("cause-out-of-memory").text("container", &container.name));
    }
    if names("CannotPullContainer") {
        return Some(Phrase::new("cause-cannot-pull").text("reason", quoted("CannotPullContainer")));
    }
    if names("ResourceInitializationError") {
        let said = quoted("ResourceInitializationError");
        let is_secret = said.to_lowercase().contains("secret");
        return Some(if is_secret {
            Phrase::new("cause-secret").text("reason", said)
        } else {
            Phrase::new("cause-not-started").text("reason", said)
        });
    }
    if reason.contains("health check") {
        return Some(Phrase::new("cause-health-check").text("reason", short(reason)));
    }
    let exited = task
        .containers
        .iter()
        .find_map(|container| Some((container, container.exit_code.filter(|code| *code != 0)?)));
    match exited {
        Some((container, KILLED)) => Some(Phrase::new("cause-killed").text("container", &container.name)),
        Some((container, code)) => Some(
            Phrase::new("cause-exited")
                .text("container", &container.name)
                .text("code", code),
        ),
        // A service's container that ends well has ended all the same.
        None if code == "EssentialContainerExited" => {
            let container = task
                .containers
                .iter()
                .find(|container| container.exit_code == Some(0));
            Some(match container {
                Some(container) => Phrase::new("cause-exited")
                    .text("container", &container.name)
                    .text("code", 0),
                None => Phrase::new("cause-quoted").text("reason", short(reason)),
            })
        }
        None if reason.is_empty() && code.is_empty() => None,
        None if reason.is_empty() => Some(Phrase::new("cause-quoted").text("reason", code)),
        None => Some(Phrase::new("cause-quoted").text("reason", short(reason))),
    }
}

/// What the service itself says of its trouble since `since`: its newest message that tells of some.
pub(super) fn of_events(events: &[ServiceEvent], since: Timestamp) -> Option<Phrase> {
    events.iter().filter(|event| event.at >= since).find_map(|event| {
        let said = event.message.as_str();
        if said.contains("unable to place a task") || said.contains("Capacity is unavailable") {
            Some(Phrase::new("cause-no-capacity").text("reason", short(said)))
        } else if said.contains("is unhealthy") {
            Some(Phrase::new("cause-health-check").text("reason", short(said)))
        } else if said.contains("unable to") || said.contains("failed") {
            Some(Phrase::new("cause-quoted").text("reason", short(said)))
        } else {
            None
        }
    })
}

/// The most of a foreign sentence that is quoted, in characters: what tells stands at its beginning.
const QUOTED: usize = 160;

fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(QUOTED).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Clean, StoppedContainer};
    use crate::rollback::fixtures::{definition, seconds};

    fn stopped(code: &str, reason: &str, container: (Option<i32>, &str)) -> StoppedTask {
        let some = |text: &str| (!text.is_empty()).then(|| Clean::new(text));
        StoppedTask {
            arn: Clean::new("task"),
            task_definition: definition(56),
            started_by: Clean::new("ecs-svc/1"),
            at: seconds(10),
            code: some(code),
            reason: some(reason),
            containers: vec![StoppedContainer {
                name: Clean::new("app"),
                exit_code: container.0,
                reason: some(container.1),
            }],
        }
    }

    #[test]
    fn each_reason_has_its_sentence_and_an_unknown_one_is_quoted() {
        let essential = "Essential container in task exited";
        let pull = "CannotPullContainerError: pull image manifest has been retried";
        let secret = "ResourceInitializationError: unable to pull secrets or registry auth";
        let cases = [
            (
                stopped(
                    "EssentialContainerExited",
                    essential,
                    (
                        Some(137),
                        "OutOfMemoryError: Container killed due to memory usage",
                    ),
                ),
                Some("cause-out-of-memory"),
            ),
            (
                stopped("EssentialContainerExited", essential, (Some(137), "")),
                Some("cause-killed"),
            ),
            (
                stopped("EssentialContainerExited", essential, (Some(1), "")),
                Some("cause-exited"),
            ),
            (
                stopped("EssentialContainerExited", essential, (Some(0), "")),
                Some("cause-exited"),
            ),
            (
                stopped("EssentialContainerExited", essential, (None, "")),
                Some("cause-quoted"),
            ),
            (
                stopped("TaskFailedToStart", pull, (None, "")),
                Some("cause-cannot-pull"),
            ),
            (
                stopped("TaskFailedToStart", "Task failed to start", (None, pull)),
                Some("cause-cannot-pull"),
            ),
            (
                stopped("TaskFailedToStart", secret, (None, "")),
                Some("cause-secret"),
            ),
            (
                stopped(
                    "TaskFailedToStart",
                    "ResourceInitializationError: failed to validate logger args",
                    (None, ""),
                ),
                Some("cause-not-started"),
            ),
            (
                stopped(
                    "ServiceSchedulerInitiated",
                    "Task failed ELB health checks in (target-group x)",
                    (Some(137), ""),
                ),
                Some("cause-health-check"),
            ),
            (
                stopped("SpotInterruption", "Your Spot Task was interrupted.", (None, "")),
                Some("cause-quoted"),
            ),
            (stopped("TerminationNotice", "", (None, "")), Some("cause-quoted")),
            (
                stopped(
                    "ServiceSchedulerInitiated",
                    "Scaling activity initiated by (deployment ecs-svc/1)",
                    (Some(137), ""),
                ),
                None,
            ),
            (
                stopped("UserInitiated", "Task stopped by user", (Some(143), "")),
                None,
            ),
        ];
        for (task, expected) in cases {
            let found = of_tasks(std::slice::from_ref(&task), &definition(56), seconds(5));
            assert_eq!(found.map(|p| p.id.into_owned()).as_deref(), expected, "{task:?}");
        }
    }

    #[test]
    fn only_our_tasks_since_the_write_count() {
        let task = stopped("EssentialContainerExited", "x", (Some(1), ""));
        assert!(of_tasks(std::slice::from_ref(&task), &definition(57), seconds(5)).is_none());
        assert!(of_tasks(&[task], &definition(56), seconds(11)).is_none());
    }

    #[test]
    fn the_service_s_own_words_tell_of_capacity() {
        let event = |second, message: &str| ServiceEvent {
            id: Clean::new("e"),
            at: seconds(second),
            message: Clean::new(message),
        };
        let placed = "(service x) was unable to place a task. Reason: RESOURCE:MEMORY.";
        let events = [
            event(30, "has started 1 tasks: (task 1)."),
            event(20, placed),
            event(10, "(service x) is unhealthy in (target-group y)"),
        ];
        let of = |since| of_events(&events, seconds(since)).map(|p| p.id.into_owned());
        assert_eq!(of(5).as_deref(), Some("cause-no-capacity"));
        assert_eq!(of(25), None, "what was said before the write says nothing of it");
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        assert_eq!(short(&"失".repeat(200)).chars().count(), QUOTED + 1);
        assert_eq!(short("short"), "short");
    }
}
