//! What a key can mean. A command is a name and a sentence; key map, help, footer and palette are made from these.

/// Where help lists a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Moving about.
    Moving,
    /// Looking at things.
    Viewing,
    /// The incident.
    Acting,
    /// The console itself.
    Console,
}

impl Section {
    /// All, in the order of help.
    pub const ALL: [Self; 4] = [Self::Acting, Self::Viewing, Self::Moving, Self::Console];

    /// The message of its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Moving => "help-section-moving",
            Self::Viewing => "help-section-viewing",
            Self::Acting => "help-section-acting",
            Self::Console => "help-section-console",
        }
    }
}

macro_rules! commands {
    ($($command:ident $section:ident $name:literal $sentence:literal $label:literal;)*) => {
        /// Something that a key can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {
            $(#[doc = concat!("`", $name, "`")] $command,)*
        }

        impl Command {
            /// All of them, in the order of help.
            pub const ALL: &'static [Self] = &[$(Self::$command),*];

            /// The name in the key map and the palette.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$command => $name,)* }
            }

            /// The message of its sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$command => $sentence,)* }
            }

            /// The message of the word or two that the footer shows after its key.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$command => $label,)* }
            }

            /// Where help lists it.
            #[must_use]
            pub const fn section(self) -> Section {
                match self { $(Self::$command => Section::$section,)* }
            }
        }
    };
}

commands! {
    StartRollback Acting "start-rollback" "command-start-rollback" "footer-wizard";
    Declare Acting "declare" "command-declare" "footer-declare";
    Note Acting "note" "command-note" "footer-note";
    Checklist Acting "checklist" "command-verify" "footer-checklist";
    EditReport Acting "edit-report" "command-edit-report" "footer-editor";
    Next Acting "next" "command-next-step" "wizard-key-next";
    Choose Acting "choose" "command-choose" "footer-choose";
    Press Acting "press" "command-press" "footer-press";
    Switch Acting "switch" "command-switch" "footer-switch";
    Method Acting "method" "command-method" "footer-method";
    Toggle Acting "toggle-service" "command-toggle-service" "footer-toggle-service";
    AllServices Acting "all-services" "command-all-services" "footer-all-services";
    DefinitionFile Acting "definition-file" "command-definition-file" "footer-definition-file";
    Override Acting "override" "command-override" "footer-override";
    DataWays Acting "data-ways" "command-data-ways" "footer-data-ways";
    GoOn Acting "go-on" "command-go-on" "footer-go-on";
    Stop Acting "stop" "command-stop" "wizard-key-stop";
    LookAgain Acting "look-again" "command-look-again" "doubt-look";
    GiveUp Acting "give-up" "command-give-up" "footer-give-up";
    SignPassed Acting "sign-passed" "command-sign-passed" "check-passed";
    SignFailed Acting "sign-failed" "command-sign-failed" "check-failed";
    SignSkipped Acting "sign-skipped" "command-sign-skipped" "check-skipped";
    WriteReport Acting "write-report" "command-write-report" "footer-write";
    SettleReport Acting "settle-report" "command-settle-report" "wizard-key-settle";
    CloseIncident Acting "close-incident" "command-close-incident" "footer-close-incident";
    Abandon Acting "abandon" "command-abandon" "footer-abandon";
    Services Viewing "services" "command-services" "pane-services";
    Revisions Viewing "revisions" "command-revisions" "pane-revisions";
    Images Viewing "images" "command-images" "pane-images";
    Events Viewing "events" "command-events" "pane-events";
    Metrics Viewing "metrics" "command-metrics" "pane-error-rate";
    Latency Viewing "latency" "command-latency" "footer-latency";
    Deployments Viewing "deployments" "command-deployments" "pane-deployments";
    Logs Viewing "logs" "command-logs" "pane-logs";
    WrapLines Viewing "wrap-lines" "command-wrap-lines" "footer-wrap-lines";
    Describe Viewing "describe" "command-describe" "footer-details";
    Raw Viewing "raw" "command-raw" "footer-raw";
    Copy Viewing "copy" "command-copy" "footer-copy";
    Link Viewing "aws-console" "command-link" "footer-link";
    Mark Viewing "mark" "command-mark" "footer-mark";
    Filter Viewing "filter" "command-filter" "footer-filter";
    NextMatch Viewing "next-match" "command-next-match" "footer-next-match";
    PreviousMatch Viewing "previous-match" "command-previous-match" "footer-previous-match";
    Sort Viewing "sort" "command-sort" "footer-sort";
    Reverse Viewing "reverse" "command-reverse" "footer-reverse";
    Refresh Viewing "refresh" "command-refresh" "footer-refresh";
    Into Moving "into" "command-into" "footer-details";
    Out Moving "out" "command-out" "wizard-key-back";
    Back Moving "back" "command-back" "wizard-key-back";
    Down Moving "down" "command-down" "footer-down";
    Up Moving "up" "command-up" "footer-up";
    Top Moving "top" "command-top" "footer-top";
    Bottom Moving "bottom" "command-bottom" "footer-bottom";
    PageDown Moving "page-down" "command-page-down" "footer-page-down";
    PageUp Moving "page-up" "command-page-up" "footer-page-up";
    NextPane Moving "next-pane" "command-next-pane" "footer-pane";
    PreviousPane Moving "previous-pane" "command-previous-pane" "footer-pane";
    NextTab Moving "next-tab" "command-next-tab" "footer-tab";
    PreviousTab Moving "previous-tab" "command-previous-tab" "footer-tab";
    Zoom Viewing "zoom" "command-zoom" "footer-zoom";
    Unzoom Viewing "unzoom" "command-unzoom" "footer-unzoom";
    Help Console "help" "command-help" "footer-help";
    Palette Console "palette" "command-palette" "footer-command";
    ToggleHeader Console "toggle-header" "command-toggle-header" "footer-header";
    Redraw Console "redraw" "command-redraw" "footer-redraw";
    Suspend Console "suspend" "command-suspend" "footer-suspend";
    Quit Console "quit" "command-quit" "footer-quit";
}

impl Command {
    /// The command of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_each() {
        for (at, command) in Command::ALL.iter().enumerate() {
            assert_eq!(Command::named(command.name()), Some(*command));
            assert!(
                Command::ALL
                    .iter()
                    .skip(at + 1)
                    .all(|other| other.name() != command.name())
            );
        }
    }
}
