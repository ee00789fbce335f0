//! From a key to what it does in the small layers: pages, lines of text, lists to pick from, questions.

use crate::domain::{Clean, Phrase, ServiceKey, TaskDefinitionArn};
use crate::incident::{ActState, Stage};
use crate::session::{NoticeLevel, OperatorMsg, Session};

use super::command::Command;
use super::keymap::Context;
use super::keys::Key;
use super::layer::{Button, DeclareBox, Deed, Layer, NotePurpose, Question, Sheet};
use super::layout;
use super::listing::{Listing, Motion};
use super::overlays::{DECLARABLE, beneath, declared};
use super::palette::{Entry, entries};
use super::screen::{Pane, Request, Screen};
use super::wizard::{self, Wizard};
use super::world::World;

impl Screen {
    /// Takes pasted text. It goes where text is written, and never to what approves.
    pub fn paste(&mut self, text: &str, world: &World<'_>) {
        self.notice = None;
        self.follow(world);
        if !layout::shows(world.size) {
            return;
        }
        let writing = self.context(world.session) == Context::Report;
        match self.layers.last_mut() {
            Some(Layer::Palette(palette)) => palette.field.insert(text),
            Some(Layer::Filter(filter)) => filter.field.insert(text),
            Some(Layer::Declare(declare)) => declare.note.insert(text),
            Some(Layer::Note(note)) => note.field.insert(text),
            Some(Layer::Wizard(_)) if writing => {
                if let Some(draft) = &mut self.draft {
                    draft.insert(text);
                }
            }
            Some(Layer::Sheet(sheet)) => {
                sheet.area.insert_str(wizard::clean_text(text));
            }
            Some(Layer::Wizard(_) | Layer::Help(_) | Layer::Details(_) | Layer::Pick(_) | Layer::Ask(_))
            | None => {}
        }
        self.refilter();
    }

    /// Leaves a rollback that is over without having helped, and opens another incident for the same service. The first
    /// one's report stays in the journal.
    fn start_again(
        &mut self,
        services: Option<Vec<ServiceKey>>,
        back_to: Option<TaskDefinitionArn>,
        world: &World<'_>,
    ) -> Vec<Request> {
        let Some(incident) = world.session.incident.as_ref() else {
            return Vec::new();
        };
        let services = services.unwrap_or_else(|| incident.services.clone());
        if !wizard::may_start_again(incident) {
            self.say(NoticeLevel::Bad, Phrase::new("notice-not-now"), world.moment);
            return Vec::new();
        };
        self.draft = None;
        self.layers.retain(|layer| !matches!(layer, Layer::Wizard(_)));
        let mut wizard = Wizard::new(world.moment);
        wizard.propose(back_to);
        self.layers.push(Layer::Wizard(Box::new(wizard)));
        vec![
            Request::Tell(OperatorMsg::CloseIncident),
            Request::Tell(OperatorMsg::StartRollback { services }),
        ]
    }

    /// A command over a page to read.
    pub(super) fn page(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        if let Some(requests) = self.look_over_page(command, world) {
            return requests;
        }
        if matches!(command, Command::Back | Command::Choose) {
            self.layers.pop();
            return Vec::new();
        }
        let Some(motion) = Motion::of(command) else {
            return Vec::new();
        };
        match self.layers.last() {
            Some(Layer::Help(scroll)) => scroll.go(motion),
            Some(Layer::Details(details)) => details.scroll.go(motion),
            Some(
                Layer::Palette(_)
                | Layer::Filter(_)
                | Layer::Declare(_)
                | Layer::Note(_)
                | Layer::Pick(_)
                | Layer::Sheet(_)
                | Layer::Ask(_)
                | Layer::Wizard(_),
            )
            | None => {}
        }
        Vec::new()
    }

    /// A command where a line of text is typed.
    pub(super) fn line(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        let motion = Motion::of(command);
        let context = beneath(self, world);
        if command == Command::Back {
            if let Some(Layer::Filter(filter)) = self.layers.pop() {
                match filter.pane {
                    Some(pane) => {
                        self.filters.remove(&pane);
                    }
                    None => self.finder.look_for(String::new()),
                }
            }
            return Vec::new();
        }
        if command == Command::Choose {
            return self.choose_line(context, world);
        }
        let Some(motion) = motion else { return Vec::new() };
        if let Some(Layer::Palette(palette)) = self.layers.last_mut() {
            let entries = entries(palette, context, world);
            palette.list.go(motion, &entries);
        } else if let Some(Layer::Declare(declare)) = self.layers.last_mut() {
            declare.list.go(motion, &DECLARABLE);
        }
        Vec::new()
    }

    /// Enter on a line of text.
    fn choose_line(&mut self, context: Context, world: &World<'_>) -> Vec<Request> {
        match self.layers.pop() {
            Some(Layer::Palette(palette)) => {
                match palette.list.id(&entries(&palette, context, world)) {
                    Some(Entry::Command(command)) => self.command(*command, world),
                    Some(Entry::Service(service)) => {
                        self.services.select(service.clone());
                        self.show(Pane::Services);
                        Vec::new()
                    }
                    // Nothing has that name: the palette says so and stays, so that it can be put right.
                    None => {
                        self.layers.push(Layer::Palette(palette));
                        Vec::new()
                    }
                }
            }
            Some(Layer::Declare(declare)) => self.declare(declare, world),
            Some(Layer::Note(note)) => {
                let text = Clean::from(note.field.text());
                if text.as_str().trim().is_empty() {
                    return Vec::new();
                }
                vec![match note.purpose {
                    NotePurpose::DefinitionFile => Request::ReadDefinition(text.as_str().trim().to_owned()),
                    NotePurpose::Override {
                        check,
                        service,
                        title: _,
                    } => Request::Tell(OperatorMsg::Override {
                        check,
                        service: Some(service),
                        reason: text,
                        by: None,
                    }),
                    NotePurpose::Timeline => Request::Tell(OperatorMsg::Note(text)),
                    NotePurpose::Sign {
                        check,
                        state,
                        title: _,
                    } => Request::Tell(OperatorMsg::Sign {
                        check,
                        state,
                        note: text,
                    }),
                }]
            }
            // The filter stays as it was typed.
            Some(Layer::Filter(_)) | None => Vec::new(),
            Some(
                other @ (Layer::Help(_)
                | Layer::Details(_)
                | Layer::Pick(_)
                | Layer::Sheet(_)
                | Layer::Ask(_)
                | Layer::Wizard(_)),
            ) => {
                self.layers.push(other);
                Vec::new()
            }
        }
    }

    fn declare(&mut self, declare: DeclareBox, world: &World<'_>) -> Vec<Request> {
        let Some(criterion) = declare.list.id(&DECLARABLE).copied() else {
            return Vec::new();
        };
        let service = declare.service.clone();
        if declared(&service, criterion, world).is_some() {
            return vec![Request::Tell(OperatorMsg::Withdraw { criterion, service })];
        }
        let note = Clean::from(declare.note.text());
        if note.as_str().trim().is_empty() {
            // A declaration is somebody's word; without the word there is nothing to record.
            self.say(NoticeLevel::Bad, Phrase::new("notice-note-wanted"), world.moment);
            self.layers.push(Layer::Declare(declare));
            return Vec::new();
        }
        vec![Request::Tell(OperatorMsg::Declare {
            criterion,
            service,
            note,
        })]
    }

    /// A command at a list of ways.
    pub(super) fn pick(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        let Some(Layer::Pick(pick)) = self.layers.last_mut() else {
            return Vec::new();
        };
        if let Some(motion) = Motion::of(command) {
            let places = pick.places();
            pick.list.go(motion, &places);
            return Vec::new();
        }
        if command == Command::Back {
            self.layers.pop();
            return Vec::new();
        }
        if command != Command::Choose {
            return Vec::new();
        }
        let at = pick.list.at(&pick.places());
        let Some(deed) = pick.ways.get(at).map(|way| way.deed.clone()) else {
            return Vec::new();
        };
        match deed {
            Deed::OnlyShown => {
                self.say(NoticeLevel::Info, Phrase::new("notice-only-shown"), world.moment);
                Vec::new()
            }
            Deed::WriteSql => {
                self.layers.pop();
                let sheet = Sheet {
                    title: world.get("sheet-sql"),
                    about: world.get("sheet-sql-about"),
                    area: wizard::text_area(""),
                };
                self.layers.push(Layer::Sheet(Box::new(sheet)));
                Vec::new()
            }
            Deed::ChooseSnapshot => {
                self.layers.pop();
                self.choose_snapshot(world)
            }
            Deed::StartAgain { services, back_to } => {
                self.layers.pop();
                self.start_again(Some(services), back_to, world)
            }
        }
    }

    /// A command at a sheet: what is written is put beside the incident, or forgotten.
    pub(super) fn sheet(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        if command == Command::Back {
            self.layers.pop();
            return Vec::new();
        }
        if command != Command::SettleReport {
            return Vec::new();
        }
        let Some(Layer::Sheet(sheet)) = self.layers.pop() else {
            return Vec::new();
        };
        let text = sheet.area.lines().join("\n");
        if text.trim().is_empty() {
            // Nothing is no attachment; the sheet stays, so that something can be written.
            self.say(NoticeLevel::Bad, Phrase::new("notice-sheet-empty"), world.moment);
            self.layers.push(Layer::Sheet(sheet));
            return Vec::new();
        }
        vec![Request::Tell(OperatorMsg::Attach {
            title: Clean::from(sheet.title),
            text,
        })]
    }

    /// A command at a question of two buttons.
    pub(super) fn ask(&mut self, command: Command, world: &World<'_>) -> Vec<Request> {
        let Some(Layer::Ask(ask)) = self.layers.last_mut() else {
            return Vec::new();
        };
        if command == Command::Back {
            self.layers.pop();
        } else if !ask.armed(world.moment) {
            // Deaf: what was on its way to something else is not an answer.
        } else if command == Command::Switch {
            ask.focus = ask.focus.other();
        } else if command == Command::Press {
            let (question, focus) = (ask.question, ask.focus);
            self.layers.pop();
            return match (focus, question) {
                (Button::Cancel, Question::Quit | Question::Abandon | Question::GiveUp | Question::Again) => {
                    Vec::new()
                }
                // Here the harmless button is an answer too: nothing more is sent.
                (Button::Cancel, Question::GoOn) => vec![Request::Tell(OperatorMsg::StopBeforeNext)],
                (Button::Act, Question::GoOn) => vec![Request::Tell(OperatorMsg::GoOn)],
                (Button::Act, Question::Quit) => vec![Request::Quit],
                (Button::Act, Question::Abandon) => vec![Request::Tell(OperatorMsg::Abandon)],
                (Button::Act, Question::GiveUp) => vec![Request::Tell(OperatorMsg::GiveUpUnknown)],
                (Button::Act, Question::Again) => self.start_again(None, None, world),
            };
        }
        Vec::new()
    }

    /// A key that is no command here: it is typed, where text is typed.
    pub(super) fn typed(&mut self, key: Key, world: &World<'_>) {
        match self.layers.last_mut() {
            Some(Layer::Palette(palette)) => {
                if palette.field.key(key) {
                    // What fits best is selected anew with each letter.
                    palette.list = Listing::default();
                }
            }
            Some(Layer::Filter(filter)) => {
                filter.field.key(key);
            }
            Some(Layer::Declare(declare)) => {
                declare.note.key(key);
            }
            Some(Layer::Note(note)) => {
                note.field.key(key);
            }
            Some(Layer::Wizard(_)) => self.wizard_typed(key, world),
            Some(Layer::Sheet(sheet)) => {
                sheet
                    .area
                    .input(crossterm::event::KeyEvent::new(key.code, key.modifiers));
            }
            Some(Layer::Help(_) | Layer::Details(_) | Layer::Pick(_) | Layer::Ask(_)) | None => {}
        }
        self.refilter();
    }
}

/// Whether a question can still be answered: what it asks about goes on.
pub(super) fn still_asks(question: Question, session: &Session) -> bool {
    let stage = session.incident.as_ref().map(|incident| incident.stage);
    match question {
        Question::Quit => session.is_writing(),
        Question::Abandon => stage.is_some_and(|stage| wizard::Step::of(stage) <= wizard::Step::Approve),
        Question::GiveUp => matches!(
            stage,
            Some(Stage::Act {
                state: ActState::Doubtful,
                ..
            })
        ),
        Question::Again => session.incident.as_ref().is_some_and(wizard::may_start_again),
        Question::GoOn => session.waits_for_word,
    }
}
