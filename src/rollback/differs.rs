//! What differs between two revisions of a task definition: for the check before going back, and for the diff of two rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Clean, ContainerDefinition, Phrase, Sealed, TaskDefinition};

/// A part of a task definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DifferenceField {
    /// A whole container.
    Container,
    /// The image of a container.
    Image,
    /// CPU.
    Cpu,
    /// Memory, the hard limit in a container.
    Memory,
    /// Memory, the soft limit of a container.
    MemoryReservation,
    /// A port.
    Port,
    /// An environment variable.
    Environment,
    /// A file of environment variables.
    EnvironmentFile,
    /// A variable that is filled from a secret.
    Secret,
    /// The command.
    Command,
    /// The entry point.
    EntryPoint,
    /// The health check of a container.
    HealthCheck,
    /// A mounted volume.
    Mount,
    /// A Docker label.
    Label,
    /// The log driver.
    LogDriver,
    /// The log group.
    LogGroup,
    /// The prefix of log streams.
    LogPrefix,
    /// Another option of the log driver.
    LogOptions,
    /// Whether the task stops with a container.
    Essential,
    /// The role that the containers act as.
    TaskRole,
    /// The role that ECS starts the task with.
    ExecutionRole,
    /// The network mode.
    NetworkMode,
    /// Operating system and processor.
    Platform,
    /// Where it must be able to run.
    Compatibility,
    /// Ephemeral storage.
    EphemeralStorage,
    /// A volume.
    Volume,
    /// A setting that has no name here.
    Other,
}

impl DifferenceField {
    /// What people call it.
    #[must_use]
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Container => "field-container",
            Self::Image => "field-image",
            Self::Cpu => "field-cpu",
            Self::Memory => "field-memory",
            Self::MemoryReservation => "field-memory-reservation",
            Self::Port => "field-port",
            Self::Environment => "field-environment",
            Self::EnvironmentFile => "field-environment-file",
            Self::Secret => "field-secret",
            Self::Command => "field-command",
            Self::EntryPoint => "field-entry-point",
            Self::HealthCheck => "field-health-check",
            Self::Mount => "field-mount",
            Self::Label => "field-label",
            Self::LogDriver => "field-log-driver",
            Self::LogGroup => "field-log-group",
            Self::LogPrefix => "field-log-prefix",
            Self::LogOptions => "field-log-options",
            Self::Essential => "field-essential",
            Self::TaskRole => "field-task-role",
            Self::ExecutionRole => "field-execution-role",
            Self::NetworkMode => "field-network-mode",
            Self::Platform => "field-platform",
            Self::Compatibility => "field-compatibility",
            Self::EphemeralStorage => "field-ephemeral-storage",
            Self::Volume => "field-volume",
            Self::Other => "field-other",
        })
    }
}

/// How something changed, from the first revision to the second. A value that may be secret is never in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the second has it; the value where it may be shown.
    Added(Option<Clean>),
    /// Only the first has it; the value where it may be shown.
    Removed(Option<Clean>),
    /// Both have it, with these values.
    Changed {
        /// In the first.
        from: Clean,
        /// In the second.
        to: Clean,
    },
    /// Both have it and the values differ; they are never shown.
    ChangedUnseen,
}

/// One difference between two revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The container that it is in; absent for the task as a whole.
    pub container: Option<Clean>,
    /// What differs.
    pub field: DifferenceField,
    /// Which one, where there are several: the name of a variable, of a secret, of a volume.
    pub name: Option<Clean>,
    /// How.
    pub change: Change,
}

impl Difference {
    /// It as a sentence, such as `app: memory 1024 → 896` or `app: variable FEATURE_X removed`.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        let field = self.field.phrase();
        let what = match &self.name {
            Some(name) => Phrase::new("difference-named")
                .phrase("field", field)
                .text("name", name),
            None => field,
        };
        let what = match &self.container {
            Some(container) => Phrase::new("difference-in")
                .text("container", container)
                .phrase("what", what),
            None => what,
        };
        match &self.change {
            Change::Added(None) => Phrase::new("difference-added").phrase("what", what),
            Change::Added(Some(to)) => Phrase::new("difference-added-as")
                .phrase("what", what)
                .text("to", to),
            Change::Removed(None) => Phrase::new("difference-removed").phrase("what", what),
            Change::Removed(Some(from)) => Phrase::new("difference-removed-from")
                .phrase("what", what)
                .text("from", from),
            Change::Changed { from, to } => Phrase::new("difference-changed")
                .phrase("what", what)
                .text("from", from)
                .text("to", to),
            Change::ChangedUnseen => Phrase::new("difference-changed-unseen").phrase("what", what),
        }
    }
}

/// What differs from `from` to `to`, the task's own settings first, then container by container in the order of `to`, and
/// those that only `from` has last.
#[must_use]
pub fn differs(from: &TaskDefinition, to: &TaskDefinition) -> Vec<Difference> {
    let mut found = Found::default();
    task(&mut found, from, to);
    for after in &to.containers {
        found.container = Some(after.name.clone());
        match from.containers.iter().find(|c| c.name == after.name) {
            Some(before) => container(&mut found, before, after),
            None => found.whole(&after.name, Change::Added(Some(after.image.clone()))),
        }
    }
    for before in &from.containers {
        if to.containers.iter().all(|c| c.name != before.name) {
            found.whole(&before.name, Change::Removed(Some(before.image.clone())));
        }
    }
    found.differences
}

/// What differs beyond the image of the container that runs `repository`, which is what a rollback is for.
#[must_use]
pub fn differs_beyond_image(from: &TaskDefinition, to: &TaskDefinition, repository: &str) -> Vec<Difference> {
    let ours = to.container_of(repository).map(|container| &container.name);
    differs(from, to)
        .into_iter()
        .filter(|d| !(d.field == DifferenceField::Image && d.container.as_ref() == ours && ours.is_some()))
        .collect()
}

#[derive(Default)]
struct Found {
    container: Option<Clean>,
    differences: Vec<Difference>,
}

impl Found {
    fn push(&mut self, field: DifferenceField, name: Option<&Clean>, change: Change) {
        self.differences.push(Difference {
            container: self.container.clone(),
            field,
            name: name.cloned(),
            change,
        });
    }

    fn whole(&mut self, name: &Clean, change: Change) {
        self.container = None;
        self.push(DifferenceField::Container, Some(name), change);
    }

    /// A value that may be shown.
    fn shown(&mut self, field: DifferenceField, from: Option<&Clean>, to: Option<&Clean>) {
        self.shown_named(field, None, from, to);
    }

    fn shown_named(
        &mut self,
        field: DifferenceField,
        name: Option<&Clean>,
        from: Option<&Clean>,
        to: Option<&Clean>,
    ) {
        match (from, to) {
            (Some(from), Some(to)) if from != to => self.push(
                field,
                name,
                Change::Changed {
                    from: from.clone(),
                    to: to.clone(),
                },
            ),
            (None, Some(to)) => self.push(field, name, Change::Added(Some(to.clone()))),
            (Some(from), None) => self.push(field, name, Change::Removed(Some(from.clone()))),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn number(&mut self, field: DifferenceField, from: Option<u32>, to: Option<u32>) {
        let text = |n: u32| Clean::new(&n.to_string());
        self.shown(field, from.map(text).as_ref(), to.map(text).as_ref());
    }

    /// A value that is never shown.
    fn sealed(
        &mut self,
        field: DifferenceField,
        name: Option<&Clean>,
        from: Option<&Sealed>,
        to: Option<&Sealed>,
    ) {
        match (from, to) {
            (Some(from), Some(to)) if from != to => self.push(field, name, Change::ChangedUnseen),
            (None, Some(_)) => self.push(field, name, Change::Added(None)),
            (Some(_), None) => self.push(field, name, Change::Removed(None)),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    /// What has no name is changed also where only one of the two has some of it.
    fn other(&mut self, from: Option<&Sealed>, to: Option<&Sealed>) {
        if from != to {
            self.push(DifferenceField::Other, None, Change::ChangedUnseen);
        }
    }

    fn sealed_map(
        &mut self,
        field: DifferenceField,
        from: &BTreeMap<Clean, Sealed>,
        to: &BTreeMap<Clean, Sealed>,
    ) {
        for name in from.keys().chain(to.keys()).collect::<BTreeSet<_>>() {
            self.sealed(field, Some(name), from.get(name), to.get(name));
        }
    }

    fn shown_map(
        &mut self,
        field: DifferenceField,
        from: &BTreeMap<Clean, Clean>,
        to: &BTreeMap<Clean, Clean>,
    ) {
        for name in from.keys().chain(to.keys()).collect::<BTreeSet<_>>() {
            self.shown_named(field, Some(name), from.get(name), to.get(name));
        }
    }

    fn set(&mut self, field: DifferenceField, from: &BTreeSet<Clean>, to: &BTreeSet<Clean>) {
        for gone in from.difference(to) {
            self.push(field, Some(gone), Change::Removed(None));
        }
        for new in to.difference(from) {
            self.push(field, Some(new), Change::Added(None));
        }
    }
}

fn task(found: &mut Found, from: &TaskDefinition, to: &TaskDefinition) {
    use DifferenceField as F;
    let (from, to) = (&from.settings, &to.settings);
    found.shown(F::Cpu, from.cpu.as_ref(), to.cpu.as_ref());
    found.shown(F::Memory, from.memory.as_ref(), to.memory.as_ref());
    found.shown(F::TaskRole, from.task_role.as_ref(), to.task_role.as_ref());
    found.shown(
        F::ExecutionRole,
        from.execution_role.as_ref(),
        to.execution_role.as_ref(),
    );
    found.shown(
        F::NetworkMode,
        from.network_mode.as_ref(),
        to.network_mode.as_ref(),
    );
    found.shown(F::Platform, from.platform.as_ref(), to.platform.as_ref());
    found.set(F::Compatibility, &from.compatibilities, &to.compatibilities);
    found.number(F::EphemeralStorage, from.ephemeral_gib, to.ephemeral_gib);
    found.sealed_map(F::Volume, &from.volumes, &to.volumes);
    found.other(from.other.as_ref(), to.other.as_ref());
}

fn container(found: &mut Found, before: &ContainerDefinition, after: &ContainerDefinition) {
    use DifferenceField as F;
    found.shown(F::Image, Some(&before.image), Some(&after.image));
    let (from, to) = (&before.settings, &after.settings);
    let set = |units: u32| (units > 0).then_some(units);
    found.number(F::Cpu, set(from.cpu), set(to.cpu));
    found.number(F::Memory, from.memory, to.memory);
    found.number(
        F::MemoryReservation,
        from.memory_reservation,
        to.memory_reservation,
    );
    found.set(F::Port, &from.ports, &to.ports);
    found.sealed_map(F::Environment, &from.environment, &to.environment);
    found.set(F::EnvironmentFile, &from.environment_files, &to.environment_files);
    found.shown_map(F::Secret, &from.secrets, &to.secrets);
    found.sealed(F::Command, None, from.command.as_ref(), to.command.as_ref());
    found.sealed(
        F::EntryPoint,
        None,
        from.entry_point.as_ref(),
        to.entry_point.as_ref(),
    );
    found.sealed(
        F::HealthCheck,
        None,
        from.health_check.as_ref(),
        to.health_check.as_ref(),
    );
    found.set(F::Mount, &from.mounts, &to.mounts);
    found.sealed_map(F::Label, &from.labels, &to.labels);
    found.shown(F::LogDriver, from.log_driver.as_ref(), to.log_driver.as_ref());
    found.shown(F::LogGroup, from.log_group.as_ref(), to.log_group.as_ref());
    found.shown(F::LogPrefix, from.log_prefix.as_ref(), to.log_prefix.as_ref());
    found.sealed(
        F::LogOptions,
        None,
        from.log_options.as_ref(),
        to.log_options.as_ref(),
    );
    match (from.essential, to.essential) {
        (false, true) => found.push(F::Essential, None, Change::Added(None)),
        (true, false) => found.push(F::Essential, None, Change::Removed(None)),
        (true, true) | (false, false) => {}
    }
    found.other(from.other.as_ref(), to.other.as_ref());
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{REGISTRY, registered};
    use super::*;

    fn sealed(n: u8) -> Sealed {
        Sealed::new([n; 32])
    }

    fn clean(text: &str) -> Clean {
        Clean::new(text)
    }

    fn changed(from: &str, to: &str) -> Change {
        Change::Changed {
            from: clean(from),
            to: clean(to),
        }
    }

    /// The same revision twice, to be changed by a line.
    fn pair() -> (TaskDefinition, TaskDefinition) {
        (registered(57), registered(57))
    }

    #[test]
    fn nothing_differs_from_itself() {
        let (from, to) = pair();
        assert_eq!(differs(&from, &to), []);
    }

    #[test]
    fn another_image_of_ours_is_what_a_rollback_is_for_and_another_sidecar_is_not() {
        let (from, to) = (registered(57), registered(56));
        let all = differs(&from, &to);
        assert_eq!(
            (all.len(), all[0].field, all[0].container.clone()),
            (1, DifferenceField::Image, Some(clean("app")))
        );
        assert_eq!(
            all[0].change,
            changed(&format!("{REGISTRY}:v1.57.0"), &format!("{REGISTRY}:v1.56.0"))
        );
        assert_eq!(differs_beyond_image(&from, &to, "pb-backend"), []);
        let mut to = to;
        to.containers[1].image = clean("public.ecr.aws/envoy:2");
        let beyond = differs_beyond_image(&from, &to, "pb-backend");
        assert_eq!(
            (beyond.len(), beyond[0].container.clone()),
            (1, Some(clean("proxy")))
        );
    }

    #[test]
    fn each_setting_of_the_task_is_told() {
        type Set = fn(&mut TaskDefinition);
        let cases: [(DifferenceField, Option<&str>, Change, Set, Set); 10] = [
            (
                DifferenceField::Cpu,
                None,
                changed("512", "256"),
                |d| d.settings.cpu = Some(clean("512")),
                |d| d.settings.cpu = Some(clean("256")),
            ),
            (
                DifferenceField::Memory,
                None,
                changed("1024", "896"),
                |d| d.settings.memory = Some(clean("1024")),
                |d| d.settings.memory = Some(clean("896")),
            ),
            (
                DifferenceField::TaskRole,
                None,
                Change::Added(Some(clean("role"))),
                |_| (),
                |d| d.settings.task_role = Some(clean("role")),
            ),
            (
                DifferenceField::ExecutionRole,
                None,
                Change::Removed(Some(clean("role"))),
                |d| d.settings.execution_role = Some(clean("role")),
                |_| (),
            ),
            (
                DifferenceField::NetworkMode,
                None,
                changed("bridge", "awsvpc"),
                |d| d.settings.network_mode = Some(clean("bridge")),
                |d| d.settings.network_mode = Some(clean("awsvpc")),
            ),
            (
                DifferenceField::Platform,
                None,
                changed("LINUX/X86_64", "LINUX/ARM64"),
                |d| d.settings.platform = Some(clean("LINUX/X86_64")),
                |d| d.settings.platform = Some(clean("LINUX/ARM64")),
            ),
            (
                DifferenceField::Compatibility,
                Some("EC2"),
                Change::Added(None),
                |_| (),
                |d| {
                    d.settings.compatibilities.insert(clean("EC2"));
                },
            ),
            (
                DifferenceField::EphemeralStorage,
                None,
                changed("21", "40"),
                |d| d.settings.ephemeral_gib = Some(21),
                |d| d.settings.ephemeral_gib = Some(40),
            ),
            (
                DifferenceField::Volume,
                Some("data"),
                Change::ChangedUnseen,
                |d| {
                    d.settings.volumes.insert(clean("data"), sealed(1));
                },
                |d| {
                    d.settings.volumes.insert(clean("data"), sealed(2));
                },
            ),
            (
                DifferenceField::Other,
                None,
                Change::ChangedUnseen,
                |d| d.settings.other = Some(sealed(1)),
                |d| d.settings.other = Some(sealed(2)),
            ),
        ];
        for (field, name, change, before, after) in cases {
            let (mut from, mut to) = pair();
            before(&mut from);
            after(&mut to);
            assert_eq!(
                differs(&from, &to),
                [Difference {
                    container: None,
                    field,
                    name: name.map(clean),
                    change
                }]
            );
        }
    }

    #[test]
    fn each_setting_of_a_container_is_told_and_sealed_values_are_not() {
        use crate::domain::ContainerSettings;
        use DifferenceField as F;
        type Set = fn(&mut ContainerSettings);
        let cases: [(F, Option<&str>, Change, Set, Set); 17] = [
            (
                F::Cpu,
                None,
                Change::Added(Some(clean("128"))),
                |_| (),
                |s| s.cpu = 128,
            ),
            (
                F::Memory,
                None,
                changed("512", "256"),
                |s| s.memory = Some(512),
                |s| s.memory = Some(256),
            ),
            (
                F::MemoryReservation,
                None,
                Change::Removed(Some(clean("64"))),
                |s| s.memory_reservation = Some(64),
                |_| (),
            ),
            (
                F::Port,
                Some("8080/tcp"),
                Change::Removed(None),
                |s| {
                    s.ports.insert(clean("8080/tcp"));
                },
                |_| (),
            ),
            (
                F::Environment,
                Some("A"),
                Change::ChangedUnseen,
                |s| {
                    s.environment.insert(clean("A"), sealed(1));
                },
                |s| {
                    s.environment.insert(clean("A"), sealed(2));
                },
            ),
            (
                F::Environment,
                Some("A"),
                Change::Added(None),
                |_| (),
                |s| {
                    s.environment.insert(clean("A"), sealed(2));
                },
            ),
            (
                F::EnvironmentFile,
                Some("arn:aws:s3:::b/f.env"),
                Change::Added(None),
                |_| (),
                |s| {
                    s.environment_files.insert(clean("arn:aws:s3:::b/f.env"));
                },
            ),
            (
                F::Secret,
                Some("DB"),
                changed("prod/db", "prod/db2"),
                |s| {
                    s.secrets.insert(clean("DB"), clean("prod/db"));
                },
                |s| {
                    s.secrets.insert(clean("DB"), clean("prod/db2"));
                },
            ),
            (
                F::Command,
                None,
                Change::ChangedUnseen,
                |s| s.command = Some(sealed(1)),
                |s| {
                    s.command = Some(sealed(2));
                },
            ),
            (
                F::EntryPoint,
                None,
                Change::Removed(None),
                |s| s.entry_point = Some(sealed(1)),
                |_| (),
            ),
            (
                F::HealthCheck,
                None,
                Change::Added(None),
                |_| (),
                |s| s.health_check = Some(sealed(1)),
            ),
            (
                F::Mount,
                Some("data:/data"),
                Change::Added(None),
                |_| (),
                |s| {
                    s.mounts.insert(clean("data:/data"));
                },
            ),
            (
                F::Label,
                Some("team"),
                Change::Removed(None),
                |s| {
                    s.labels.insert(clean("team"), sealed(1));
                },
                |_| (),
            ),
            (
                F::LogGroup,
                None,
                changed("/a", "/b"),
                |s| s.log_group = Some(clean("/a")),
                |s| s.log_group = Some(clean("/b")),
            ),
            (
                F::LogOptions,
                None,
                Change::ChangedUnseen,
                |s| s.log_options = Some(sealed(1)),
                |s| {
                    s.log_options = Some(sealed(2));
                },
            ),
            (
                F::Essential,
                None,
                Change::Added(None),
                |_| (),
                |s| s.essential = true,
            ),
            (
                F::Other,
                None,
                Change::ChangedUnseen,
                |_| (),
                |s| s.other = Some(sealed(1)),
            ),
        ];
        for (field, name, change, before, after) in cases {
            let (mut from, mut to) = pair();
            before(&mut from.containers[0].settings);
            after(&mut to.containers[0].settings);
            assert_eq!(
                differs(&from, &to),
                [Difference {
                    container: Some(clean("app")),
                    field,
                    name: name.map(clean),
                    change
                }]
            );
        }
    }

    #[test]
    fn a_container_more_or_less_is_one_difference() {
        let (from, mut to) = pair();
        to.containers.pop();
        let gone = differs(&from, &to);
        assert_eq!(
            (
                gone.len(),
                gone[0].field,
                gone[0].name.clone(),
                gone[0].container.clone()
            ),
            (1, DifferenceField::Container, Some(clean("proxy")), None)
        );
        let new = differs(&to, &from);
        assert_eq!(
            new[0].change,
            Change::Added(Some(clean("public.ecr.aws/envoy:1")))
        );
    }

    #[test]
    fn sealed_values_are_told_apart_and_never_printed() {
        assert_ne!(sealed(1), sealed(2));
        assert_eq!(format!("{:?}", sealed(7)), "Sealed(…)");
    }
}
