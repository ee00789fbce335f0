//! A fence around the writer: no other file of the AWS room calls an operation that changes something.

use std::path::Path;

#[test]
fn only_the_writer_calls_what_changes_something() {
    const MUTATING: [&str; 12] = [
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
        ".set_alarm_state",
    ];
    // `.start_time(…)` sets a field of a read, `.stop_code()` reads one of an answer, `.stop_type(…)` sets one of the stop.
    const HARMLESS: [&str; 3] = [".start_time(", ".stop_code()", ".stop_type("];
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/adapters/aws");
    let mut read = 0;
    for entry in std::fs::read_dir(room).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        read += 1;
        let calls: Vec<&str> = text
            .lines()
            .filter(|line| MUTATING.iter().any(|call| line.contains(call)))
            .filter(|line| !HARMLESS.iter().any(|call| line.contains(call)))
            .collect();
        if path.ends_with("writer.rs") {
            // UpdateService and StopServiceDeployment, each called from `send` and sent once.
            assert_eq!(calls.len(), 4, "{calls:?}");
        } else {
            assert!(calls.is_empty(), "{}: {calls:?}", path.display());
        }
    }
    assert!(read > 10, "the fence looked at {read} files");
}
