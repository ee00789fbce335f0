//! The header: where we are and whether it burns. It never leaves, whatever lies over the panes.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::domain::{CriterionId, Mode, Phrase};
use crate::rollback::{CriterionState, CriterionStatus, Verdict};
use crate::session::{JournalState, LinkState};

use super::panes::draw_lines;
use super::text;
use super::theme::Role;
use super::world::World;

/// Draws the header; in one line when there is only one. `hints` names the keys that matter most, where they work.
pub(super) fn draw(hints: bool, world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let cells = usize::from(area.width);
    let mut lines = if area.height >= 2 {
        vec![place_line(world, cells), verdict_line(hints, world, cells)]
    } else {
        vec![one_line(world, cells)]
    };
    for (line, y) in lines.drain(..).zip(area.y..area.bottom()) {
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// That the screen is too small for the panes, under environment, account and state where there is a second line.
pub(super) fn too_small(world: &World<'_>, area: Rect, buffer: &mut Buffer) {
    let cells = usize::from(area.width);
    let said = world.get("screen-too-small");
    let lines = if area.height >= 2 {
        let folded = text::fold(&said, cells).into_iter();
        std::iter::once(one_line(world, cells))
            .chain(folded.map(|line| Line::from(world.span(line, Role::Warn))))
            .collect()
    } else {
        // Of one line, that keys do nothing is what must be known.
        let room = cells.saturating_sub(text::width(&said) + 1);
        let mut spans = vec![world.span(said, Role::Warn), Span::raw(" ")];
        spans.extend(one_line(world, room).spans);
        vec![text::fit(Line::from(spans), cells)]
    };
    draw_lines(lines, area, buffer);
}

/// Environment, account and state in one line.
fn one_line(world: &World<'_>, cells: usize) -> Line<'static> {
    let mut spans = badge(world);
    spans.push(Span::raw(" "));
    spans.push(world.span(account(world), Role::Text));
    spans.push(Span::raw(" "));
    let used = wide(&spans);
    spans.extend(verdict_spans(world, cells.saturating_sub(used)));
    text::fit(Line::from(spans), cells)
}

fn wide(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| text::width(&span.content)).sum()
}

/// The environment as a word and as a colour, and that it is only a drill when it is.
fn badge(world: &World<'_>) -> Vec<Span<'static>> {
    let session = world.session;
    let role = if session.is_protected() {
        Role::Production
    } else {
        Role::Staging
    };
    let name = session.setup.environment.as_str().to_uppercase();
    let mut spans = vec![world.span(format!(" {name} "), role)];
    if session.setup.world.is_some() {
        spans.push(world.span(format!(" {}", world.get("header-drill")), Role::Warn));
    }
    spans
}

fn account(world: &World<'_>) -> String {
    world.session.identity.value().map_or_else(
        || world.get("header-account-unknown"),
        |identity| identity.account.to_string(),
    )
}

/// One fact of the first line.
struct Fact {
    text: String,
    role: Role,
    /// Whether it may be cut.
    gives: bool,
}

fn place_line(world: &World<'_>, cells: usize) -> Line<'static> {
    let session = world.session;
    let fact = |text: String, role| Fact {
        text,
        role,
        gives: false,
    };
    let cluster = session
        .environment()
        .map(|e| fact(e.cluster.to_string(), Role::Text));
    let identity = session.identity.value();
    let region = identity.map(|i| fact(i.region.to_string(), Role::Text));
    let who = identity.map(|i| Fact {
        text: i.short().to_owned(),
        role: Role::Text,
        gives: true,
    });
    let (mode, mode_role) = match (&session.journal, session.setup.mode) {
        (JournalState::Failed(_), _) => (world.get("header-journal-failed"), Role::Bad),
        (JournalState::Ready, Mode::ReadOnly) => {
            (world.words.mode(Mode::ReadOnly).to_uppercase(), Role::Warn)
        }
        (JournalState::Ready, Mode::Full) => (world.words.mode(Mode::Full), Role::Text),
    };
    let account = fact(
        account(world),
        if identity.is_some() {
            Role::Title
        } else {
            Role::Warn
        },
    );
    let mut facts: Vec<Fact> = cluster.into_iter().chain(region).collect();
    let droppable = facts.len();
    facts.push(account);
    facts.extend(who);
    facts.push(fact(mode, mode_role));

    let badge = badge(world);
    let long = right(world, true);
    let short = right(world, false);
    let length = |facts: &[Fact], gap: usize| {
        facts
            .iter()
            .map(|fact| text::width(&fact.text) + gap)
            .sum::<usize>()
            + wide(&badge)
    };
    // What gives way, in this order: the words at the right, the dots between, the cluster, the identity's end, the region.
    let mut gap = 3;
    let mut tail = long;
    if length(&facts, gap) + wide(&tail) + 2 > cells {
        tail = short;
        gap = 1;
    }
    let mut dropped = 0;
    while length(&facts, gap) + wide(&tail) + 1 > cells {
        let over = length(&facts, gap) + wide(&tail) + 1 - cells;
        if dropped > 0
            && let Some(fact) = facts
                .iter_mut()
                .find(|fact| fact.gives && text::width(&fact.text) >= over + 6)
        {
            fact.text = text::cut(&fact.text, text::width(&fact.text) - over);
        } else if dropped < droppable {
            facts.remove(0);
            dropped += 1;
        } else {
            break;
        }
    }
    let mut spans = badge;
    for fact in facts {
        spans.push(world.span(if gap == 3 && spans.len() > 1 { " · " } else { " " }, Role::Muted));
        spans.push(world.span(fact.text, fact.role));
    }
    let filled = wide(&spans) + wide(&tail);
    spans.push(Span::raw(" ".repeat(cells.saturating_sub(filled))));
    spans.extend(tail);
    text::fit(Line::from(spans), cells)
}

/// Clock with zone, and the age of the data.
fn right(world: &World<'_>, words: bool) -> Vec<Span<'static>> {
    let clock = world.words.clock(world.now);
    let aged = |id, age| world.say(&Phrase::new(id).text("age", world.words.span(age)));
    let (link, role) = match world.session.link(world.now) {
        LinkState::Connecting => (world.get("header-connecting"), Role::Muted),
        LinkState::Live(age) if words => (aged("header-live", age), Role::Muted),
        LinkState::Live(age) => (world.words.span(age), Role::Muted),
        LinkState::Failing(Some(age)) if words => (aged("header-failing", age), Role::Bad),
        LinkState::Failing(Some(age)) => (format!("! {}", world.words.span(age)), Role::Bad),
        LinkState::Failing(None) => (world.get("header-failing-never"), Role::Bad),
    };
    let between = if words { " · " } else { " " };
    vec![
        world.span(format!("{clock}{between}"), Role::Muted),
        world.span(link, role),
        Span::raw(" "),
    ]
}

fn verdict_line(wanted: bool, world: &World<'_>, cells: usize) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    spans.extend(verdict_spans(world, cells.saturating_sub(1)));
    let hints: Vec<Span<'static>> = super::footer::hints(
        &[
            super::command::Command::StartRollback,
            super::command::Command::Declare,
        ],
        super::keymap::Context::Main,
        world,
    );
    let used = wide(&spans);
    if wanted && used + wide(&hints) + 2 <= cells {
        spans.push(Span::raw(" ".repeat(cells - used - wide(&hints) - 1)));
        spans.extend(hints);
    }
    text::fit(Line::from(spans), cells)
}

/// The criterion that asks for most: met before unknown, the nearest deadline first.
fn foremost<'a>(world: &World<'a>) -> Option<(&'a CriterionStatus, usize)> {
    let wanted = match world.session.verdict {
        Verdict::RollBack => CriterionState::Met,
        Verdict::Unknown => CriterionState::Unknown,
        Verdict::Hold => return None,
    };
    let all = || {
        world
            .session
            .services
            .iter()
            .flat_map(|view| &view.criteria)
            .filter(|c| c.state == wanted)
    };
    let first = all().min_by_key(|c| {
        (
            c.decide_by.unwrap_or(Timestamp::MAX),
            std::cmp::Reverse(c.severity),
        )
    })?;
    Some((first, all().count().saturating_sub(1)))
}

fn verdict_spans(world: &World<'_>, cells: usize) -> Vec<Span<'static>> {
    let (glyph, id, role) = match world.session.verdict {
        Verdict::RollBack => ("▲", "verdict-roll-back", Role::Bad),
        Verdict::Hold => ("●", "verdict-hold", Role::Ok),
        Verdict::Unknown => ("?", "verdict-unknown", Role::Warn),
    };
    let head = format!("{glyph} {}", world.get(id));
    let Some((criterion, more)) = foremost(world) else {
        let reason = match world.session.verdict {
            Verdict::Hold => calm(world),
            Verdict::RollBack | Verdict::Unknown => world.get("empty-waiting"),
        };
        let room = cells.saturating_sub(text::width(&head) + 3);
        return vec![
            world.span(head, role),
            Span::raw("   "),
            world.span(text::cut(&reason, room), Role::Text),
        ];
    };
    let full = sentence(criterion, more, Length::Full, world);
    let short = sentence(criterion, more, Length::Short, world);
    let length = |parts: &[(String, Role)], gap: usize| {
        parts
            .iter()
            .map(|(text, _)| text::width(text) + gap)
            .sum::<usize>()
            + text::width(&head)
    };
    let (mut parts, gap) = [(full, " · "), (short.clone(), " · "), (short, " ")]
        .into_iter()
        .find(|(parts, gap)| length(parts, gap.len() - gap.matches('·').count()) <= cells)
        .unwrap_or_else(|| (sentence(criterion, 0, Length::Short, world), " "));
    // Were even this too long, the reason is cut: the deadline is what must be seen. Of what cannot be told there is no
    // deadline, and there the explanation at the end is cut.
    let over = length(&parts, if gap == " " { 1 } else { 3 }).saturating_sub(cells);
    if over > 0
        && let Some((reason, _)) = if criterion.state == CriterionState::Unknown {
            parts.last_mut()
        } else {
            parts.first_mut()
        }
    {
        *reason = text::cut(reason, text::width(reason).saturating_sub(over));
    }
    let mut spans = vec![world.span(head, role)];
    for (nth, (text, role)) in parts.into_iter().enumerate() {
        let between = if nth == 0 && gap != " " { "   " } else { gap };
        spans.push(world.span(between.to_owned(), Role::Muted));
        spans.push(world.span(text, role));
    }
    spans
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Full,
    Short,
}

/// That nothing is met, or what a person should look at although nothing is measured.
fn calm(world: &World<'_>) -> String {
    let proposed = world
        .session
        .services
        .iter()
        .flat_map(|view| &view.criteria)
        .find(|c| c.proposed);
    proposed.map_or_else(
        || world.get("reason-calm"),
        |criterion| world.say(&Phrase::new("reason-proposed").text("service", &criterion.service)),
    )
}

/// Reason, severity, decide by, countdown.
fn sentence(
    criterion: &CriterionStatus,
    more: usize,
    length: Length,
    world: &World<'_>,
) -> Vec<(String, Role)> {
    let short = length == Length::Short;
    let mut parts = vec![(reason(criterion, short, world), Role::Title)];
    if more > 0 && !short {
        parts.push((
            world.say(&Phrase::new("reason-more").text("count", more)),
            Role::Muted,
        ));
    }
    if criterion.state == CriterionState::Unknown {
        parts.push((world.say(&criterion.why), Role::Text));
        return parts;
    }
    let role = match criterion.severity {
        crate::domain::Severity::Critical => Role::Bad,
        crate::domain::Severity::High => Role::Warn,
    };
    parts.push((world.words.severity(criterion.severity), role));
    let Some(by) = criterion.decide_by else {
        return parts;
    };
    if criterion.since.is_some_and(|since| by <= since) {
        parts.push((world.get("deadline-now"), Role::Bad));
        return parts;
    }
    let id = if short { "deadline-by-short" } else { "deadline-by" };
    parts.push((world.say(&Phrase::new(id).time("at", by)), Role::Text));
    let left = by.duration_since(world.now);
    let countdown = |length: jiff::SignedDuration| {
        world
            .words
            .countdown(Duration::try_from(length).unwrap_or_default())
    };
    let (id, role) = match (left.is_negative(), short) {
        (false, false) => ("deadline-left", Role::Title),
        (false, true) => ("deadline-left-short", Role::Title),
        (true, false) => ("deadline-overdue", Role::Bad),
        (true, true) => ("deadline-overdue-short", Role::Bad),
    };
    let name = if left.is_negative() { "over" } else { "left" };
    parts.push((
        world.say(&Phrase::new(id).text(name, countdown(left.abs()))),
        role,
    ));
    parts
}

fn reason(criterion: &CriterionStatus, short: bool, world: &World<'_>) -> String {
    let said = |id: &'static str| {
        Phrase::new(id)
            .text("service", &criterion.service)
            .text("criterion", world.words.criterion(criterion.id))
            .text(
                "since",
                criterion
                    .since
                    .map_or_else(|| world.get("no-value"), |at| world.words.hm(at)),
            )
            .text(
                "value",
                criterion
                    .value
                    .map_or_else(|| world.get("no-value"), |value| format!("{value:.1}")),
            )
            .text(
                "threshold",
                criterion
                    .threshold
                    .map_or_else(|| world.get("no-value"), |t| format!("{t}")),
            )
            .text("statistic", super::panes::statistic(world))
    };
    let id = match (criterion.state, criterion.id) {
        (CriterionState::Unknown, _) => "reason-unknown",
        (_, CriterionId::ErrorRate) if short => "reason-error-rate-short",
        (_, CriterionId::ErrorRate) => "reason-error-rate",
        (_, CriterionId::Latency) if short => "reason-latency-short",
        (_, CriterionId::Latency) => "reason-latency",
        (_, CriterionId::FeatureDown | CriterionId::DataInconsistency | CriterionId::Vulnerability) => {
            "reason-declared"
        }
    };
    world.say(&said(id))
}
