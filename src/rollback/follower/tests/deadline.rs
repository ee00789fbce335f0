//! When the time allowed is over: what is said then, and of which look.

use super::*;

#[test]
fn a_service_that_cannot_be_read_does_not_time_out_but_is_not_known() {
    // Never read, and read for the last time just before the deadline: that reading is no look at the end.
    for last_read in [None, Some(1195)] {
        let mut scene = Scene::begun();
        let mut follow = Follow::new(goal());
        let mut from = 5;
        if let Some(second) = last_read {
            underway(scene.watch(&mut follow, 5, second));
            from = second + 5;
        }
        scene.broken.state = Some(FaultKindName::Throttled);
        let progress = underway(scene.watch(&mut follow, from, 1315));
        assert!(last_read.is_some() || progress.note.id == "follow-not-read");
        let ending = ended(scene.look(&mut follow, 1320));
        assert_eq!(
            (ending.outcome, ending.why.id.as_ref(), ending.revision),
            (Outcome::Unknown, "follow-unread", None),
            "{last_read:?}"
        );
    }
}

#[test]
fn the_first_reading_after_the_deadline_is_the_one_that_tells() {
    let mut scene = Scene::begun();
    let mut follow = Follow::new(goal());
    underway(scene.watch(&mut follow, 5, 1190));
    scene.broken.state = Some(FaultKindName::Throttled);
    underway(scene.watch(&mut follow, 1195, 1300));
    scene.broken.state = None;
    let late = scene.last;
    scene.last = Readings::default();
    let mut right = Scene::right();
    right.last = late;
    let mut same = follow.clone();
    // Not right: timed out. Right: it may hold.
    assert_eq!(ended(scene.look(&mut same, 1305)).outcome, Outcome::TimedOut);
    let ending = ended(right.watch(&mut follow, 1305, 1365));
    assert_eq!(
        (ending.outcome, ending.stable_at),
        (Outcome::OnTarget, Some(seconds(1305)))
    );
}

#[test]
fn what_is_right_at_the_deadline_may_finish_its_hold_and_no_more() {
    let begin = |scene: &mut Scene, follow: &mut Follow| {
        let mut begun = Scene::begun();
        underway(begun.watch(follow, 5, 1185));
        scene.last = begun.last;
        underway(scene.watch(follow, 1190, 1205))
    };
    let mut scene = Scene::right();
    let mut follow = Follow::new(goal());
    let progress = begin(&mut scene, &mut follow);
    assert_eq!(progress.phase, Phase::Holding { since: seconds(1190) });
    let ending = ended(scene.watch(&mut follow, 1210, 1250));
    assert_eq!(
        (ending.outcome, ending.stable_at),
        (Outcome::OnTarget, Some(seconds(1190)))
    );

    // It stops being right: the time is over.
    let mut scene = Scene::right();
    let mut follow = Follow::new(goal());
    begin(&mut scene, &mut follow);
    scene.targets.healthy = 3;
    let ending = ended(scene.look(&mut follow, 1210));
    assert_eq!(
        (ending.outcome, ending.why.id.as_ref()),
        (Outcome::TimedOut, "follow-timed-out")
    );

    // Something that is needed cannot be read: the hold does not go on for ever.
    for (broken, outcome) in [(0, Outcome::TimedOut), (1, Outcome::Unknown)] {
        let mut scene = Scene::right();
        let mut follow = Follow::new(goal());
        begin(&mut scene, &mut follow);
        match broken {
            0 => scene.broken.tasks = Some(FaultKindName::Throttled),
            _ => scene.broken.state = Some(FaultKindName::Throttled),
        }
        underway(scene.watch(&mut follow, 1210, 1375));
        assert_eq!(ended(scene.look(&mut follow, 1380)).outcome, outcome, "{broken}");
    }
}

#[test]
fn who_begins_to_look_after_the_deadline_looks_first() {
    // The rollback has done its work long ago.
    let ending = ended(Scene::right().watch(&mut Follow::new(goal()), 5000, 5060));
    assert_eq!(
        (ending.outcome, ending.stable_at),
        (Outcome::OnTarget, Some(seconds(5000)))
    );

    // It has not: the hold and a minute are given, no more.
    let mut follow = Follow::new(goal());
    let mut scene = Scene::begun();
    underway(scene.watch(&mut follow, 5000, 5115));
    assert_eq!(ended(scene.look(&mut follow, 5120)).outcome, Outcome::TimedOut);

    // Credentials that have ended do not make it timed out either.
    let mut follow = Follow::new(goal());
    let mut scene = Scene::right();
    scene.broken.state = Some(FaultKindName::Throttled);
    underway(scene.watch(&mut follow, 5000, 5235));
    assert_eq!(ended(scene.look(&mut follow, 5240)).outcome, Outcome::Unknown);
}

#[test]
fn a_machine_that_slept_over_the_deadline_looks_first() {
    for (mut after, outcome) in [
        (Scene::right(), Outcome::OnTarget),
        (Scene::begun(), Outcome::TimedOut),
    ] {
        let mut scene = Scene::begun();
        let mut follow = Follow::new(goal());
        underway(scene.watch(&mut follow, 5, 600));
        // The first thing after waking is a look at what was read before.
        let sighting = Sighting {
            state: &scene.last.state,
            history: &scene.last.history,
            tasks: &scene.last.tasks,
            failures: &[],
            targets: &scene.last.targets,
        };
        underway(follow.see(&sighting, seconds(5000)));
        after.last = scene.last;
        assert_eq!(ended(after.watch(&mut follow, 5005, 5200)).outcome, outcome);
    }
}
