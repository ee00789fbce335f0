//! A fence around the writer: no other file of the AWS room calls an operation that changes something, or that reads a
//! secret's value.

use std::path::{Path, PathBuf};

#[test]
fn only_the_writer_calls_what_changes_something() {
    const FORBIDDEN: [&str; 15] = [
        ".update_",
        ".create_",
        ".delete_",
        ".register_",
        ".deregister_",
        ".put_",
        ".stop_",
        ".continue_",
        ".run_task",
        ".start_",
        ".modify_",
        ".restore_",
        ".set_alarm_state",
        ".get_secret_value",
        ".get_parameter",
    ];
    // `.start_time(…)` sets a field of a read, or reads one of an answer; `.stop_code()` reads one of an answer.
    const HARMLESS: [&str; 2] = [".start_time(", ".stop_code()"];
    // Each operation of the writer is sent from one place in its rooms.
    const SENT: [&str; 8] = [
        ".update_service()",
        ".stop_service_deployment()",
        ".continue_service_deployment()",
        ".register_task_definition()",
        ".restore_db_instance_from_db_snapshot()",
        ".get_secret_value()",
        ".update_secret()",
        ".update_secret_version_stage()",
    ];
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/adapters/aws");
    let mut read = 0;
    let mut sent: Vec<&str> = Vec::new();
    for path in files(&room) {
        let text = std::fs::read_to_string(&path).unwrap();
        read += 1;
        let calls: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| FORBIDDEN.iter().any(|call| line.contains(call)))
            .filter(|line| !HARMLESS.iter().any(|call| line.contains(call)))
            .collect();
        if path.starts_with(room.join("writer")) {
            let operations = SENT
                .iter()
                .filter(|operation| calls.iter().any(|line| line.contains(*operation)));
            sent.extend(operations.copied());
        } else {
            assert!(calls.is_empty(), "{}: {calls:?}", path.display());
        }
    }
    assert!(read > 30, "the fence looked at {read} files");
    sent.sort_unstable();
    let mut all = SENT.to_vec();
    all.sort_unstable();
    assert_eq!(sent, all, "each in one file");
}

fn files(room: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(room).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
