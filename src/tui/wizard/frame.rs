//! The wizard's border, the way with its steps, and the body of the step at hand.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::domain::Phrase;
use crate::incident::Incident;
use crate::tui::overlays::framed;
use crate::tui::panes::draw_lines;
use crate::tui::screen::Screen;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::world::World;

use super::step::Standing;
use super::{Step, Wizard, act, approve, assess, check, record, report, scope, target, verify};

/// What a step's body is drawn from.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) wizard: &'a Wizard,
    pub(super) incident: &'a Incident,
    pub(super) world: World<'a>,
    /// Cells of a line.
    pub(super) cells: usize,
}

/// Draws the wizard; gives the cursor's place where text is typed.
pub(in crate::tui) fn draw(
    wizard: &Wizard,
    screen: &Screen,
    world: &World<'_>,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let session = world.session;
    let environment = &session.setup.environment;
    let title = session.incident.as_ref().map_or_else(
        || Phrase::new("wizard-title-new").text("environment", environment),
        |incident| {
            Phrase::new("wizard-title")
                .text("environment", environment)
                .text("incident", &incident.id)
        },
    );
    let inner = framed(&world.say(&title), area, world, buffer);
    let inner = Rect {
        x: inner.x.saturating_add(1),
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let Some(incident) = &session.incident else {
        draw_lines(
            [Line::from(world.span(world.get("wizard-opening"), Role::Muted))],
            inner,
            buffer,
        );
        return None;
    };
    let cells = usize::from(inner.width);
    draw_lines([way(incident, cells, world)], inner, buffer);
    let body = Rect {
        y: inner.y.saturating_add(2),
        height: inner.height.saturating_sub(2),
        ..inner
    };
    let scene = Scene {
        wizard,
        incident,
        world: *world,
        cells,
    };
    let lines = match wizard.shown(incident) {
        Step::Assess => assess::lines(&scene),
        Step::Scope => scope::lines(&scene),
        Step::Target => {
            target::draw(&scene, body, buffer);
            return None;
        }
        Step::Check => {
            check::draw(&scene, body, buffer);
            return None;
        }
        Step::Approve => return approve::draw(&scene, body, buffer),
        Step::RollBack => act::lines(&scene),
        Step::Verify => {
            verify::draw(&scene, body, buffer);
            return None;
        }
        Step::Report => return report::draw(&scene, screen.draft.as_ref(), body, buffer),
        Step::Record => record::lines(&scene),
    };
    draw_page(&scene, lines, body, buffer);
    None
}

/// Draws lines that may be more than there is room for, and says so when there are more.
pub(super) fn draw_page(scene: &Scene<'_>, lines: Vec<Line<'static>>, body: Rect, buffer: &mut Buffer) {
    let all = lines.len();
    let window = scene.wizard.scroll.window(all, usize::from(body.height));
    let more = window.end < all;
    let mut shown: Vec<Line<'static>> = lines.into_iter().skip(window.start).take(window.len()).collect();
    if more && let Some(last) = shown.last_mut() {
        let said = Phrase::new("wizard-more").text("count", all - window.end + 1);
        *last = Line::from(
            scene
                .world
                .span(format!("↓ {}", scene.world.say(&said)), Role::Key),
        );
    }
    draw_lines(shown, body, buffer);
}

/// The whole way in one line; when there is no room, first what is done loses its name and what is ahead its mark, then
/// what is furthest ahead its name.
fn way(incident: &Incident, cells: usize, world: &World<'_>) -> Line<'static> {
    let fits =
        |spans: &Vec<Span<'static>>| spans.iter().map(|s| text::width(&s.content)).sum::<usize>() <= cells;
    let all = Step::ALL.len();
    let roomy = [(3, true), (2, true), (1, true)].map(|(gap, done)| (gap, done, Ahead::Marked(all)));
    let bare = [(2, false, Ahead::Bare), (1, false, Ahead::Marked(all))];
    let narrow = (0..=all).rev().map(|ahead| (1, false, Ahead::Marked(ahead)));
    roomy
        .into_iter()
        .chain(bare)
        .chain(narrow)
        .map(|(gap, done, ahead)| way_spans(incident, gap, done, ahead, world))
        .find(fits)
        .map_or_else(
            || Line::from(way_spans(incident, 1, false, Ahead::Marked(0), world)),
            Line::from,
        )
}

/// How the steps before us are written.
#[derive(Clone, Copy)]
enum Ahead {
    /// Each with its mark, as many as this with their names.
    Marked(usize),
    /// Each with its name alone.
    Bare,
}

/// The mark of a step before us.
const AHEAD: &str = "○";

/// The steps with `gap` cells between them; `done` names those behind us.
fn way_spans(
    incident: &Incident,
    gap: usize,
    done: bool,
    ahead: Ahead,
    world: &World<'_>,
) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut left = match ahead {
        Ahead::Marked(names) => names,
        Ahead::Bare => Step::ALL.len(),
    };
    for step in Step::ALL {
        let (glyph, role, named) = match step.standing(incident) {
            Standing::Done => ("✓", Role::Ok, done),
            Standing::Bad => ("✗", Role::Bad, true),
            Standing::Left => ("–", Role::Muted, done),
            Standing::Current => ("●", Role::Focus, true),
            Standing::Ahead => {
                let named = left > 0;
                left = left.saturating_sub(1);
                (AHEAD, Role::Muted, named)
            }
        };
        if !spans.is_empty() {
            spans.push(Span::raw(" ".repeat(gap)));
        }
        let title = world.get(step.title());
        if glyph == AHEAD && matches!(ahead, Ahead::Bare) {
            spans.push(world.span(title, role));
            continue;
        }
        spans.push(world.span(glyph, role));
        if named {
            spans.push(world.span(format!(" {title}"), role));
        }
    }
    spans
}

impl Scene<'_> {
    /// A line of text, folded.
    pub(super) fn text(&self, said: &str, role: Role) -> Vec<Line<'static>> {
        text::fold(said, self.cells)
            .into_iter()
            .map(|line| Line::from(self.world.span(line, role)))
            .collect()
    }

    /// A message as a folded line.
    pub(super) fn message(&self, id: &'static str, role: Role) -> Vec<Line<'static>> {
        self.text(&self.world.get(id), role)
    }

    /// `label  text`, folded under itself.
    pub(super) fn labelled(&self, label: &'static str, said: &str, role: Role) -> Vec<Line<'static>> {
        crate::tui::overlays::labelled(&self.world.get(label), said, role, self.cells, &self.world)
    }
}
