use super::super::fixtures::{World, at, deployed, digest, failed, minutes, put_back, registered, tag, task};
use super::super::{Method, candidates};
use super::*;
use crate::domain::{
    DeploymentHistory, FaultKind, ImageStatus, Observed, ServiceDeploymentStatus as Status, TaskDefinition,
};

fn chosen(world: &World, spec: &str) -> Result<(u32, Rule, bool), String> {
    choose(&spec.parse().unwrap(), &world.inputs())
        .map(|t| (t.definition.revision(), t.rule, t.proven))
        .map_err(|none| none.why.id.into_owned())
}

#[test]
fn every_way_of_naming_a_target() {
    let world = World::new();
    for (spec, revision, rule, proven) in [
        ("last-good", 56, Rule::LastGood, true),
        ("latest-1", 56, Rule::Latest, true),
        ("latest-2", 54, Rule::Latest, true),
        ("v1.56.0", 56, Rule::Tag, true),
        ("v1.55.0", 55, Rule::Tag, false),
        (":54", 54, Rule::Revision, true),
        (":55", 55, Rule::Revision, false),
        ("pb-backend:56", 56, Rule::Revision, true),
    ] {
        assert_eq!(chosen(&world, spec), Ok((revision, rule, proven)), "{spec}");
    }
    let by_digest = digest(54).to_string();
    assert_eq!(chosen(&world, &by_digest), Ok((54, Rule::Digest, true)));
    let never_ran = digest(55).to_string();
    assert_eq!(chosen(&world, &never_ran), Ok((55, Rule::Digest, false)));
    for (spec, why) in [
        ("latest-3", "no-target-latest-none"),
        ("v9", "no-target-tag-none"),
        (":53", "no-target-revision"),
        ("other:56", "no-target-family"),
        (digest(1).as_str(), "no-target-digest"),
    ] {
        assert_eq!(chosen(&world, spec), Err(why.to_owned()), "{spec}");
    }
}

#[test]
fn revision_minus_one_that_never_ran_is_never_last_good() {
    let mut world = World::new();
    world.state_mut().task_definition = super::super::fixtures::definition(58);
    world.definitions.value_mut().unwrap().insert(0, registered(58));
    assert_ne!(chosen(&world, "last-good").unwrap().0, 55);
    // :57 served for four minutes only by the time the history was read: not long enough.
    assert_eq!(chosen(&world, "last-good"), Ok((56, Rule::LastGood, true)));
    assert_eq!(
        chosen(&world, "latest-1"),
        Ok((57, Rule::Latest, true)),
        "but it did complete"
    );
}

#[test]
fn history_tells_which_versions_count() {
    type Build = fn(&mut DeploymentHistory);
    let hour = 60;
    let cases: &[(&str, Build, u32, Result<u32, &str>)] = &[
        (
            "a failed one proves nothing",
            |h| {
                deployed(h, (54, 54), Status::Successful, at(-900), Some(at(-890)));
                deployed(h, (56, 56), Status::Stopped, at(-600), Some(at(-590)));
                deployed(h, (57, 57), Status::Successful, at(-10), Some(at(-5)));
            },
            57,
            Ok(54),
        ),
        (
            "one that ECS put back is in effect again",
            |h| {
                deployed(h, (54, 54), Status::Successful, at(-900), Some(at(-890)));
                deployed(h, (55, 55), Status::Successful, at(-600), Some(at(-590)));
                put_back(h, (54, 54));
                deployed(h, (57, 57), Status::Successful, at(-10), Some(at(-5)));
            },
            57,
            Ok(54),
        ),
        (
            "too short",
            |h| {
                deployed(h, (56, 56), Status::Successful, at(-20), Some(at(-18)));
                deployed(h, (57, 57), Status::Successful, at(-10), Some(at(-5)));
            },
            57,
            Err("no-target-short"),
        ),
        (
            "two short times add up",
            |h| {
                deployed(h, (56, 56), Status::Successful, at(-100), Some(at(-98)));
                deployed(h, (55, 55), Status::Stopped, at(-80), Some(at(-79)));
                deployed(h, (56, 56), Status::Successful, at(-40), Some(at(-38)));
                deployed(h, (57, 57), Status::Successful, at(-10), Some(at(-5)));
            },
            57,
            Ok(56),
        ),
        (
            "the bad one is still in flight",
            |h| {
                deployed(h, (56, 56), Status::Successful, at(-900), Some(at(-890)));
                deployed(h, (57, 57), Status::InProgress, at(-10), None);
            },
            57,
            Ok(56),
        ),
        (
            "nothing else ever ran",
            |h| {
                deployed(h, (57, 57), Status::Successful, at(-900), Some(at(-890)));
                deployed(h, (57, 57), Status::Successful, at(-100), Some(at(-90)));
            },
            57,
            Err("no-target-no-other"),
        ),
        (
            "only in flight: history exists and has no fit",
            |h| {
                deployed(h, (57, 57), Status::InProgress, at(-10), None);
            },
            57,
            Err("no-target-no-other"),
        ),
        (
            "the same definition with other content is another identity",
            |h| {
                deployed(h, (57, 12), Status::Successful, at(-900), Some(at(-890)));
                deployed(h, (57, 57), Status::Successful, at(-10), Some(at(-5)));
            },
            57,
            Ok(57),
        ),
        (
            "back and forth: what runs is not its own predecessor",
            |h| {
                deployed(h, (56, 56), Status::Successful, at(-900), Some(at(-890)));
                deployed(h, (57, 57), Status::Successful, at(-600), Some(at(-590)));
                deployed(h, (56, 56), Status::Successful, at(-300), Some(at(-290)));
            },
            56,
            Ok(57),
        ),
    ];
    assert!(minutes(30) < minutes(hour), "the fixture's soak");
    for (name, build, current, expected) in cases {
        let mut world = World::new();
        let mut history = DeploymentHistory::default();
        build(&mut history);
        // Whatever order the API gave.
        for turn in 0..history.deployments.len() {
            history.deployments.rotate_left(turn);
            world.history = Observed::known(history.clone(), at(5));
            world.state = Observed::known(super::super::fixtures::service(*current, 4), at(5));
            world.tasks = Observed::known((0..4).map(|n| task(n, *current, Some(*current))).collect(), at(5));
            assert_eq!(
                chosen(&world, "last-good").map(|t| t.0),
                expected.map_err(str::to_owned),
                "{name}, turned by {turn}"
            );
        }
    }
}

#[test]
fn the_digest_is_the_one_that_it_ran_with() {
    let mut world = World::new();
    // The tag of :56 means something else by now.
    let moved = Clean::new(&tag(56));
    for image in world.images.value_mut().unwrap() {
        image.tags.retain(|t| *t != moved);
        if image.digest == digest(57) {
            image.tags.push(moved.clone());
        }
    }
    let target = choose(&TargetSpec::LastGood, &world.inputs()).unwrap();
    assert_eq!(target.digest, Some(digest(56)));
    let by_tag = choose(&TargetSpec::Tag(moved), &world.inputs()).unwrap();
    assert_eq!(by_tag.digest, Some(digest(56)));
}

#[test]
fn without_any_history_it_is_registered_and_never_proven() {
    for empty in [
        failed(FaultKind::NotOffered),
        Observed::known(DeploymentHistory::default(), at(5)),
    ] {
        let mut world = World::new();
        world.history = empty;
        assert_eq!(chosen(&world, "last-good"), Ok((56, Rule::Registered, false)));
        // Its image is gone, the next one is INACTIVE: the one below that it is.
        world
            .images
            .value_mut()
            .unwrap()
            .retain(|i| i.digest != digest(56));
        world.definitions.value_mut().unwrap()[2].status = DefinitionStatus::Inactive;
        assert_eq!(chosen(&world, "last-good"), Ok((54, Rule::Registered, false)));
        world.images.value_mut().unwrap()[2].status = ImageStatus::Archived;
        assert_eq!(
            chosen(&world, "last-good"),
            Err("no-target-nothing-registered".to_owned())
        );
        world.images = failed(FaultKind::Denied {
            action: Clean::new("ecr:DescribeImages"),
        });
        assert_eq!(chosen(&world, "last-good"), Ok((56, Rule::Registered, false)));
        assert!(chosen(&world, "latest-1").is_err());
    }
}

#[test]
fn a_history_that_cannot_be_read_is_not_an_empty_one() {
    let mut world = World::new();
    world.history = failed(FaultKind::Throttled);
    assert_eq!(
        chosen(&world, "last-good"),
        Err("no-target-history-not-read".to_owned())
    );
    assert_eq!(
        chosen(&world, "latest-1"),
        Err("no-target-history-not-read".to_owned())
    );
    assert_eq!(
        chosen(&world, ":56"),
        Ok((56, Rule::Revision, false)),
        "a person may still name one"
    );
    world.history = Observed::default();
    assert_eq!(chosen(&world, "last-good"), Err("no-target-waiting".to_owned()));
}

#[test]
fn what_ecs_cannot_describe_is_neither_chosen_nor_counted_past() {
    let mut world = World::new();
    let history = world.history_mut();
    let of_56 = super::super::fixtures::revision_arn("r56-56");
    history.revisions.remove(&of_56);
    assert_eq!(chosen(&world, "last-good"), Ok((54, Rule::LastGood, true)));
    assert_eq!(
        chosen(&world, "latest-1"),
        Err("no-target-undescribed".to_owned())
    );
}

#[test]
fn candidates_tell_who_served_and_how_well() {
    let mut world = World::new();
    // :56 ended when the next deployment began, at -2: that minute is not its own any more.
    let mixed = super::super::fixtures::minute(1000.0, 500.0);
    world.series.value_mut().unwrap().minutes.insert(at(-2), mixed);
    let list = candidates(&world.inputs());
    let revisions: Vec<_> = list.iter().map(|c| c.definition.revision()).collect();
    assert_eq!(revisions, [57, 56, 55, 54]);
    assert_eq!(list[0].served, Served::Now { since: Some(at(1)) });
    assert_eq!(
        list[1].served,
        Served::Before {
            total: minutes(9 * 24 * 60 - 5),
            until: at(-2)
        }
    );
    assert_eq!(list[2].served, Served::Never);
    assert_eq!(
        list.iter().map(|c| c.last_good).collect::<Vec<_>>(),
        [false, true, false, false]
    );
    let rate = |place: usize| list[place].error_percent.unwrap();
    assert!((rate(0) - 4.1).abs() < 1e-9 && (rate(1) - 0.1).abs() < 1e-9);
    assert_eq!(
        list[3].error_percent, None,
        "the metrics do not reach back so far"
    );
    assert_eq!(list[1].version, Some(Clean::new("v1.56.0")));

    let mut world = World::new();
    world.history = failed(FaultKind::NotOffered);
    let list = candidates(&world.inputs());
    assert_eq!(list[1].served, Served::Unknown);
    assert_eq!(list[1].digest, Some(digest(56)), "what its tag means now");
    assert_eq!(list[0].served, Served::Now { since: None });
    assert!(list.iter().all(|c| !c.last_good), "registered is not good");
}

#[test]
fn candidates_tell_whether_the_image_can_be_pulled() {
    let mut world = World::new();
    let images = world.images.value_mut().unwrap();
    images[1].status = ImageStatus::Archived;
    images[2].status = ImageStatus::Other(Clean::new("NEW_WORD"));
    images.truncate(3);
    let states: Vec<_> = candidates(&world.inputs())
        .into_iter()
        .map(|c| c.image_state)
        .collect();
    assert_eq!(
        states,
        [
            ImageState::Present,
            ImageState::NotPullable(Clean::new("ARCHIVED")),
            ImageState::Unknown,
            ImageState::Gone
        ]
    );
    world.images = Observed::default();
    assert!(
        candidates(&world.inputs())
            .iter()
            .all(|c| c.image_state == ImageState::Unknown)
    );
}

#[test]
fn a_method_fits_or_says_what_to_do_instead() {
    use crate::domain::{Controller, Scheduling, ServiceState, ServiceStatus, Strategy};
    let fits = super::super::fixtures::service(57, 4);
    assert_eq!(super::super::fits(&fits), Ok(()));
    type Change = fn(&mut ServiceState);
    let cases: [(Change, &str); 8] = [
        (
            |s| s.controller = Controller::CodeDeploy,
            "preflight-controller-code-deploy",
        ),
        (
            |s| s.controller = Controller::External,
            "preflight-controller-external",
        ),
        (
            |s| s.controller = Controller::Other(Clean::new("X")),
            "preflight-controller-other",
        ),
        (|s| s.express = true, "preflight-controller-express"),
        (
            |s| s.scheduling = Scheduling::Daemon,
            "preflight-controller-daemon",
        ),
        (
            |s| s.scheduling = Scheduling::Other(Clean::new("X")),
            "preflight-controller-scheduling",
        ),
        (
            |s| s.strategy = Strategy::Other(Clean::new("X")),
            "preflight-controller-strategy",
        ),
        (
            |s| s.status = ServiceStatus::Draining,
            "preflight-controller-status",
        ),
    ];
    for (change, why) in cases {
        let mut state = fits.clone();
        change(&mut state);
        let found = super::super::fits(&state);
        assert_eq!(found.map_err(|p| p.id.into_owned()), Err(why.to_owned()));
    }
    assert_eq!("revision".parse(), Ok(Method::Revision));
    assert_eq!("stop".parse(), Ok(Method::Stop));
    assert!("abort".parse::<Method>().is_err());
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn status() -> impl Strategy<Value = Status> {
        prop_oneof![
            4 => Just(Status::Successful),
            1 => Just(Status::Stopped),
            1 => Just(Status::RollbackFailed),
            1 => Just(Status::InProgress),
            2 => Just(Status::RollbackSuccessful),
        ]
    }

    prop_compose! {
        fn histories()(
            entries in prop::collection::vec((50_u32..56, 0_u32..2, status(), 1_i64..120, 0_i64..20, 50_u32..56), 0..12),
        ) -> DeploymentHistory {
            let mut history = DeploymentHistory::default();
            let mut clock = -10_000;
            for (revision, variant, status, gap, took, back) in entries {
                clock += gap;
                let rolled_back = status == Status::RollbackSuccessful;
                let version = (revision, revision * 10 + variant);
                deployed(&mut history, version, status, at(clock), Some(at(clock + took)));
                if rolled_back {
                    put_back(&mut history, (back, back * 10));
                }
                clock += took;
            }
            history
        }
    }

    fn world(history: DeploymentHistory, current: u32, content: u32) -> World {
        let mut world = World::new();
        world.history = Observed::known(history, at(5));
        world.state = Observed::known(super::super::super::fixtures::service(current, 4), at(5));
        world.tasks = Observed::known(vec![task(0, current, Some(content))], at(5));
        let definitions: Vec<TaskDefinition> = (50..58).rev().map(registered).collect();
        world.definitions = Observed::known(definitions, at(5));
        world
    }

    proptest! {
        #[test]
        fn last_good_ran_long_enough_and_is_not_what_runs(history in histories(), current in 50_u32..57, variant in 0_u32..2) {
            let world = world(history, current, current * 10 + variant);
            let inputs = world.inputs();
            let known = Known::new(&inputs);
            if let Ok(target) = last_good(&known) && target.rule == Rule::LastGood {
                let identity = known.residences.iter().rev().filter_map(|r| r.identity.as_ref())
                    .find(|i| i.definition == target.definition && known.digest_in(i) == target.digest);
                let identity = identity.expect("the target is in completed history");
                prop_assert!(identity.differs(known.current.as_ref().unwrap()));
                prop_assert!(known.soak(identity) >= minutes(30));
                prop_assert!(target.proven);
            }
        }

        #[test]
        fn the_order_of_the_list_changes_nothing(history in histories(), current in 50_u32..57, turn in 0_usize..12) {
            let straight = world(history.clone(), current, current * 10);
            let mut turned = history;
            let length = turned.deployments.len().max(1);
            turned.deployments.rotate_left(turn % length);
            let turned = world(turned, current, current * 10);
            for spec in [TargetSpec::LastGood, TargetSpec::Latest(1), TargetSpec::Latest(2)] {
                prop_assert_eq!(choose(&spec, &straight.inputs()), choose(&spec, &turned.inputs()));
            }
            prop_assert_eq!(candidates(&straight.inputs()), candidates(&turned.inputs()));
        }

        #[test]
        fn versions_counted_back_are_distinct(history in histories(), current in 50_u32..57) {
            let world = world(history, current, current * 10);
            let back: Vec<_> = (1..8).map_while(|n| choose(&TargetSpec::Latest(n), &world.inputs()).ok()).collect();
            for (place, one) in back.iter().enumerate() {
                for other in &back[place + 1..] {
                    prop_assert!((&one.definition, &one.digest) != (&other.definition, &other.digest));
                }
            }
        }

        #[test]
        fn at_most_one_candidate_is_last_good_and_it_is_the_chosen_one(history in histories(), current in 50_u32..57) {
            let world = world(history, current, current * 10);
            let good: Vec<_> = candidates(&world.inputs()).into_iter().filter(|c| c.last_good).collect();
            let chosen = choose(&TargetSpec::LastGood, &world.inputs()).ok().filter(|t| t.rule == Rule::LastGood);
            prop_assert_eq!(good.iter().map(|c| c.definition.clone()).collect::<Vec<_>>(),
                chosen.iter().map(|t| t.definition.clone()).collect::<Vec<_>>());
        }
    }
}
