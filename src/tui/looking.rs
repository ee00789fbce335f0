//! What keys do that only look: describe, raw, diff, copy, link, marks, search, sort. Nothing here tells the session anything.

use crate::domain::{Phrase, TaskDefinitionArn};
use crate::session::NoticeLevel;

use super::command::Command;
use super::layer::{Details, FilterBox, Layer};
use super::panes::{Thing, details, diff, go_to_match, link, raw, selected};
use super::screen::{Pane, Request, Screen};
use super::search::Needle;
use super::sort::choices;
use super::widgets::Field;
use super::world::World;

impl Screen {
    /// Says that something is not possible, in the footer.
    fn refuse(&mut self, id: &'static str, world: &World<'_>) {
        self.say(NoticeLevel::Bad, Phrase::new(id), world.moment);
    }

    /// Opens a page in the place of the one that is open.
    fn open_page(&mut self, page: Details) {
        if matches!(self.layers.last(), Some(Layer::Details(_))) {
            self.layers.pop();
        }
        self.finder.look_for(String::new());
        self.layers.push(Layer::Details(page));
    }

    /// `Enter`: the page of what is selected.
    pub(super) fn describe(&mut self, world: &World<'_>) {
        match selected(self, world) {
            Some(thing) => self.open_page(details(&thing, world)),
            None => self.refuse("notice-nothing-selected", world),
        }
    }

    /// `d`: what differs between two marked revisions, or between the marked one and the selected one; else the page of what
    /// is selected.
    pub(super) fn describe_or_diff(&mut self, world: &World<'_>) {
        let Some((one, other)) = self.to_compare(world) else {
            return self.describe(world);
        };
        let page = self
            .service(world.session)
            .and_then(|view| diff(view, &one, &other, world));
        match page {
            Some(page) => self.open_page(page),
            None => self.refuse("notice-no-definition", world),
        }
    }

    fn to_compare(&self, world: &World<'_>) -> Option<(TaskDefinitionArn, TaskDefinitionArn)> {
        if self.focus != Pane::Revisions {
            return None;
        }
        let family = |arn: &TaskDefinitionArn| {
            let view = self.service(world.session);
            view.is_some_and(|view| view.candidates.iter().any(|known| known.definition == *arn))
        };
        // Marks of a service that was left do not count here.
        match self.marks.as_slice() {
            [one, other] if family(one) && family(other) => Some((one.clone(), other.clone())),
            [one] if family(one) => match selected(self, world)? {
                Thing::Revision(_, candidate) if candidate.definition != *one => {
                    Some((one.clone(), candidate.definition.clone()))
                }
                Thing::Revision(..)
                | Thing::Service(_)
                | Thing::Deployment(..)
                | Thing::Image(..)
                | Thing::Log(..)
                | Thing::Event(..) => None,
            },
            _ => None,
        }
    }

    /// `y`: the JSON of what is selected.
    pub(super) fn show_raw(&mut self, world: &World<'_>) {
        match selected(self, world) {
            Some(thing) => self.open_page(raw(&thing, world)),
            None => self.refuse("notice-nothing-selected", world),
        }
    }

    /// `b`: the address of the page of AWS's own console, shown and copied.
    pub(super) fn show_link(&mut self, world: &World<'_>) -> Vec<Request> {
        let Some(thing) = selected(self, world) else {
            self.refuse("notice-nothing-selected", world);
            return Vec::new();
        };
        match link(&thing, self.focus, world) {
            Some(page) => {
                self.open_page(page);
                self.copy(world)
            }
            None => {
                self.refuse("notice-no-link", world);
                Vec::new()
            }
        }
    }

    /// `c`: what the open page or the selected row stands for, to the terminal's clipboard.
    pub(super) fn copy(&mut self, world: &World<'_>) -> Vec<Request> {
        let copies = match self.layers.last() {
            Some(Layer::Details(page)) => page.copies.clone(),
            None => selected(self, world).and_then(|thing| thing.copied()),
            Some(
                Layer::Help(_)
                | Layer::Palette(_)
                | Layer::Filter(_)
                | Layer::Declare(_)
                | Layer::Note(_)
                | Layer::Pick(_)
                | Layer::Sheet(_)
                | Layer::Ask(_)
                | Layer::Wizard(_),
            ) => None,
        };
        let Some((what, text)) = copies else {
            self.refuse("notice-nothing-selected", world);
            return Vec::new();
        };
        let said = Phrase::new("notice-copied")
            .phrase("what", Phrase::new(what))
            .text("text", shortened(&text));
        self.say(NoticeLevel::Info, said, world.moment);
        vec![Request::Copy(text)]
    }

    /// `Space`: marks the selected revision, or takes its mark away. A third mark takes the place of the oldest.
    pub(super) fn mark(&mut self, world: &World<'_>) {
        let arn = match selected(self, world) {
            Some(Thing::Revision(_, candidate)) if self.focus == Pane::Revisions => {
                candidate.definition.clone()
            }
            Some(
                Thing::Revision(..)
                | Thing::Service(_)
                | Thing::Deployment(..)
                | Thing::Image(..)
                | Thing::Log(..)
                | Thing::Event(..),
            )
            | None => return self.refuse("notice-mark-revisions", world),
        };
        if self.marks.contains(&arn) {
            self.marks.retain(|marked| *marked != arn);
        } else {
            // Only revisions of one family are compared.
            self.marks.retain(|marked| marked.family() == arn.family());
            self.marks.push(arn);
            if self.marks.len() > 2 {
                self.marks.remove(0);
            }
        }
        let said = match self.marks.as_slice() {
            [] => Phrase::new("notice-marked-none"),
            [one] => Phrase::new("notice-marked-one").text("revision", format!(":{}", one.revision())),
            [one, other, ..] => Phrase::new("notice-marked-two")
                .text("one", format!(":{}", one.revision()))
                .text("other", format!(":{}", other.revision())),
        };
        self.say(NoticeLevel::Info, said, world.moment);
    }

    /// `/`: the filter of the pane, or what to look for in the page.
    pub(super) fn open_filter(&mut self) {
        let (pane, text) = match self.layers.last() {
            None => (
                Some(self.focus),
                self.filter(self.focus).unwrap_or_default().to_owned(),
            ),
            Some(_) => (None, self.finder.text().to_owned()),
        };
        let field = Field::with(&text);
        self.layers.push(Layer::Filter(FilterBox { pane, field }));
    }

    /// What is typed into the filter works while it is typed.
    pub(super) fn refilter(&mut self) {
        let Some(Layer::Filter(filter)) = self.layers.last() else {
            return;
        };
        let text = filter.field.text();
        match filter.pane {
            Some(pane) => {
                if !text.trim().is_empty() {
                    self.searches.insert(pane, text.clone());
                }
                self.filters.insert(pane, text);
            }
            None if self.finder.text() != text => self.finder.look_for(text),
            None => {}
        }
    }

    /// `n` and `N`: the next match, or the one before, of what was last looked for here.
    pub(super) fn next_match(&mut self, forward: bool, world: &World<'_>) {
        let found = match self.layers.last() {
            Some(Layer::Details(page)) => self.finder.go(forward, &page.scroll),
            Some(Layer::Help(scroll)) => self.finder.go(forward, scroll),
            None => match self.searches.get(&self.focus).map(|text| Needle::new(text)) {
                Some(needle) => go_to_match(self, world, &needle, forward),
                None => return self.refuse("notice-no-search", world),
            },
            Some(
                Layer::Palette(_)
                | Layer::Filter(_)
                | Layer::Declare(_)
                | Layer::Note(_)
                | Layer::Pick(_)
                | Layer::Sheet(_)
                | Layer::Ask(_)
                | Layer::Wizard(_),
            ) => return,
        };
        if !found {
            self.refuse("notice-no-match", world);
        }
    }

    /// `o` and `O`: the next thing to sort by, or the other way round.
    pub(super) fn resort(&mut self, turn: bool, world: &World<'_>) {
        let pane = self.focus;
        if choices(pane).is_empty() {
            return self.refuse("notice-no-rows", world);
        }
        let sort = self.sort(pane);
        let sort = if turn { sort.turned() } else { sort.next(pane) };
        self.sorts.insert(pane, sort);
    }

    /// What a key asks for over a page; whether it was such a key.
    pub(super) fn look_over_page(&mut self, command: Command, world: &World<'_>) -> Option<Vec<Request>> {
        // Over the wizard a page is about a check or a call, not about what is selected in a pane.
        let of_thing = matches!(self.layers.as_slice(), [Layer::Details(_)]);
        if command == Command::Filter {
            self.open_filter();
        } else if command == Command::NextMatch {
            self.next_match(true, world);
        } else if command == Command::PreviousMatch {
            self.next_match(false, world);
        } else if !of_thing {
            return None;
        } else if command == Command::Copy {
            return Some(self.copy(world));
        } else if command == Command::Link {
            return Some(self.show_link(world));
        } else if command == Command::Raw {
            self.show_raw(world);
        } else if command == Command::Describe {
            self.describe(world);
        } else {
            return None;
        }
        Some(Vec::new())
    }
}

/// Cells of what was copied that the footer shows.
const SHOWN: usize = 60;

/// The beginning of a text that was copied, in one line.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    super::text::cut_front(line, SHOWN)
}
