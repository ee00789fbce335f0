//! The small layers: help, details, palette, filter, declaration, note, question.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::domain::{CriterionId, Phrase};

use super::command::{Command, Section};
use super::footer::hints;
use super::keymap::Context;
use super::layer::{AskBox, Button, DeclareBox, FilterBox, Layer, NoteBox, NotePurpose, Question};
use super::layout::middle;
use super::listing::Scroll;
use super::page::scrolled;
use super::panes::{draw_lines, highlight};
use super::screen::Screen;
use super::text;
use super::theme::Role;
use super::widgets::Field;
use super::world::World;

/// An empty box with a border and a title; gives the room within.
pub(super) fn framed(title: &str, area: Rect, world: &World<'_>, buffer: &mut Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    halve(area, buffer);
    Clear.render(area, buffer);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(world.style(Role::Focus))
        .title(world.span(
            format!(
                " {} ",
                text::cut(title, usize::from(area.width).saturating_sub(4))
            ),
            Role::Title,
        ));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner.intersection(buffer.area)
}

/// Takes away the wide letters that reach under the left side of what is laid over them: half a letter is no letter, and a
/// terminal that draws it whole would hide the border.
fn halve(area: Rect, buffer: &mut Buffer) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((x, y))
            && text::width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
}

/// A line `label text▏`; gives the cursor's place.
pub(super) fn draw_field(
    label: &str,
    field: &Field,
    area: Rect,
    world: &World<'_>,
    buffer: &mut Buffer,
) -> Option<Position> {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return None;
    }
    let label = format!("{label} ");
    let cells = usize::from(area.width);
    let (seen, cursor) = field.seen(cells.saturating_sub(text::width(&label)));
    let x = text::width(&label) + cursor;
    draw_lines(
        [Line::from(vec![
            world.span(label, Role::Key),
            world.span(seen, Role::Text),
        ])],
        area,
        buffer,
    );
    let x = area
        .x
        .saturating_add(u16::try_from(x).unwrap_or(u16::MAX))
        .min(area.right().saturating_sub(1));
    Some(Position { x, y: area.y })
}

fn size(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// Where the keyboard was before the top layer opened.
pub(super) fn beneath(screen: &Screen, world: &World<'_>) -> Context {
    let below = screen
        .layers
        .len()
        .checked_sub(2)
        .and_then(|at| screen.layers.get(at));
    match below {
        Some(Layer::Wizard(wizard)) => wizard.context(world.session),
        Some(
            Layer::Help(_)
            | Layer::Details(_)
            | Layer::Palette(_)
            | Layer::Filter(_)
            | Layer::Declare(_)
            | Layer::Note(_)
            | Layer::Pick(_)
            | Layer::Sheet(_)
            | Layer::Ask(_),
        )
        | None => Context::Main,
    }
}

/// Cells of a command's keys.
const KEYS: usize = 17;

/// The lines of help: every command that has a key where the keyboard was, with all its keys and its sentence.
pub(super) fn help_lines(context: Context, cells: usize, world: &World<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for section in Section::ALL {
        let commands = Command::ALL
            .iter()
            .filter(|command| command.section() == section && world.keymap.key(context, **command).is_some());
        let mut rows: Vec<Line<'static>> = commands
            .flat_map(|command| {
                let keys: Vec<String> = world
                    .keymap
                    .keys(context, *command)
                    .map(|key| key.to_string())
                    .collect();
                let mut keys = keys.join(" ");
                text::fold(&world.get(command.sentence()), cells.saturating_sub(KEYS + 1))
                    .into_iter()
                    .map(move |part| {
                        Line::from(vec![
                            world.span(text::pad(&std::mem::take(&mut keys), KEYS), Role::Key),
                            Span::raw(" "),
                            world.span(part, Role::Text),
                        ])
                    })
            })
            .collect();
        if !rows.is_empty() {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(Line::from(world.span(world.get(section.title()), Role::Title)));
            lines.append(&mut rows);
        }
    }
    lines
}

pub(super) fn help(
    scroll: &Scroll,
    screen: &Screen,
    world: &World<'_>,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let cells = usize::from(middle(body, 84, 1).width).saturating_sub(2);
    let lines = help_lines(beneath(screen, world), cells, world);
    let area = middle(body, 84, size(lines.len() + 2));
    let title = format!("{} · {}", world.get("help-title"), world.get("help-close"));
    let inner = framed(&title, area, world, buffer);
    scrolled(lines, scroll, screen, world, inner, buffer);
    None
}

/// Cells of a label.
pub(super) const LABEL: usize = 14;

/// `label  text`, folded under itself.
pub(super) fn labelled(
    label: &str,
    said: &str,
    role: Role,
    cells: usize,
    world: &World<'_>,
) -> Vec<Line<'static>> {
    labelled_in(LABEL, label, said, role, cells, world)
}

/// The same with labels of `column` cells. A label that is longer is folded too.
pub(super) fn labelled_in(
    column: usize,
    label: &str,
    said: &str,
    role: Role,
    cells: usize,
    world: &World<'_>,
) -> Vec<Line<'static>> {
    let labels = text::fold(label, column);
    let parts = text::fold(said, cells.saturating_sub(column + 1));
    (0..labels.len().max(parts.len()))
        .map(|nth| {
            let label = labels.get(nth).map_or("", String::as_str);
            Line::from(vec![
                world.span(text::pad(label, column), Role::Muted),
                Span::raw(" "),
                world.span(parts.get(nth).cloned().unwrap_or_default(), role),
            ])
        })
        .collect()
}

/// What is looked for, in the place of the footer: the pane that it narrows stays whole.
pub(super) fn filter(
    filter: &FilterBox,
    world: &World<'_>,
    line: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    Clear.render(line.intersection(buffer.area), buffer);
    let prompt = if filter.pane.is_some() {
        "filter-prompt"
    } else {
        "find-prompt"
    };
    let hints = hints(&[Command::Choose, Command::Back], Context::Text, world);
    let wide: usize = hints.iter().map(|span| text::width(&span.content)).sum();
    let wide = size(wide + 2);
    let label = format!(" {} /", world.get(prompt));
    // The keys give way first: what is typed needs room.
    let keys = if line.width > wide.saturating_add(size(text::width(&label)) + 12) {
        wide
    } else {
        0
    };
    let field = Rect {
        width: line.width - keys,
        ..line
    };
    let right = Rect {
        x: field.right(),
        width: keys,
        ..line
    };
    draw_lines([Line::from(hints)], right, buffer);
    draw_field(&label, &filter.field, field, world, buffer)
}

/// The criteria that a person declares.
pub(super) const DECLARABLE: [CriterionId; 3] = [
    CriterionId::FeatureDown,
    CriterionId::DataInconsistency,
    CriterionId::Vulnerability,
];

pub(super) fn declare(
    declare: &DeclareBox,
    world: &World<'_>,
    body: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let title = world.say(&Phrase::new("declare-title").text("service", &declare.service));
    let inner = framed(&title, middle(body, 72, 9), world, buffer);
    let at = declare.list.at(&DECLARABLE);
    let cells = usize::from(inner.width);
    let mut lines: Vec<Line<'static>> = DECLARABLE
        .iter()
        .enumerate()
        .map(|(row, criterion)| {
            let known = declared(&declare.service, *criterion, world);
            let state = known.map(|declaration| {
                format!(
                    "{} {} · {}",
                    world.words.hm(declaration.at),
                    declaration.by,
                    declaration.note
                )
            });
            let name = text::pad(&world.words.criterion(*criterion), 24);
            let mark = if row == at { "› " } else { "  " };
            let line = Line::from(vec![
                world.span(mark, Role::Focus),
                world.span(name, if state.is_some() { Role::Bad } else { Role::Text }),
                world.span(
                    text::cut(&state.unwrap_or_default(), cells.saturating_sub(26)),
                    Role::Muted,
                ),
            ]);
            highlight(line, row == at, true, world)
        })
        .collect();
    lines.push(Line::default());
    let selected = DECLARABLE.get(at).copied();
    let withdraws = selected.filter(|criterion| declared(&declare.service, *criterion, world).is_some());
    if let Some(criterion) = withdraws {
        let said = Phrase::new("declare-withdraw").text("criterion", world.words.criterion(criterion));
        lines.push(Line::from(
            world.span(format!("Enter  {}", world.say(&said)), Role::Warn),
        ));
        draw_lines(lines, inner, buffer);
        return None;
    }
    let row = size(lines.len());
    draw_lines(lines, inner, buffer);
    let field = Rect {
        y: inner.y.saturating_add(row),
        height: inner.height.saturating_sub(row).min(1),
        ..inner
    };
    let hint = Rect {
        y: field.bottom().saturating_add(1),
        height: inner.bottom().saturating_sub(field.bottom() + 1).min(1),
        ..inner
    };
    draw_lines(
        [Line::from(world.span(world.get("declare-hint"), Role::Muted))],
        hint,
        buffer,
    );
    draw_field(
        &format!("{}:", world.get("declare-label-note")),
        &declare.note,
        field,
        world,
        buffer,
    )
}

/// A declaration that stands.
pub(super) fn declared<'a>(
    service: &crate::domain::ServiceKey,
    criterion: CriterionId,
    world: &World<'a>,
) -> Option<&'a crate::rollback::Declaration> {
    world
        .session
        .declarations
        .iter()
        .find(|known| known.criterion == criterion && known.service == *service)
}

pub(super) fn note(note: &NoteBox, world: &World<'_>, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let title = match &note.purpose {
        NotePurpose::Timeline => world.get("note-title"),
        NotePurpose::Sign { title, .. } | NotePurpose::Override { title, .. } => title.clone(),
        NotePurpose::DefinitionFile => world.get("definition-file-title"),
    };
    let inner = framed(&title, middle(body, 72, 3), world, buffer);
    draw_field("›", &note.field, inner, world, buffer)
}

pub(super) fn ask(ask: &AskBox, world: &World<'_>, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (question, cancel, act) = match ask.question {
        Question::Quit => ("quit-ask", "quit-no", "quit-yes"),
        Question::Abandon => ("abandon-ask", "button-keep", "button-abandon"),
        Question::GiveUp => ("give-up-ask", "button-keep", "button-give-up"),
        Question::Again => ("again-ask", "button-stay", "button-again"),
        Question::GoOn => ("go-on-ask", "button-stop-here", "button-go-on"),
    };
    let area = middle(body, 64, 8);
    let lines = text::fold(&world.get(question), usize::from(area.width).saturating_sub(4));
    let inner = framed("?", middle(body, 64, size(lines.len() + 4)), world, buffer);
    let mut drawn: Vec<Line<'static>> = lines
        .into_iter()
        .map(|line| Line::from(world.span(format!(" {line}"), Role::Text)))
        .collect();
    drawn.push(Line::default());
    drawn.push(buttons(ask.focus, &world.get(cancel), &world.get(act), world));
    draw_lines(drawn, inner, buffer);
    None
}

/// The two buttons; the focus is a mark and a style.
pub(super) fn buttons(focus: Button, cancel: &str, act: &str, world: &World<'_>) -> Line<'static> {
    let styled = |button: Button, label: &str| {
        let (left, right, style) = if focus == button {
            ("[", "]", world.style(Role::Selected))
        } else {
            (" ", " ", Style::new())
        };
        Span::styled(format!("{left} {label} {right}"), style)
    };
    Line::from(vec![
        Span::raw("   "),
        styled(Button::Cancel, cancel),
        Span::raw("   "),
        styled(Button::Act, act),
    ])
}
