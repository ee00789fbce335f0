//! CloudWatch Logs, API version 2014-03-28: groups, streams, and the lines that the containers write.
//!
//! Moments are plain numbers in this API: milliseconds since 1970.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    AwsError,
    filter_pattern::Pattern,
    input::Input,
    page::{Paging, page, read_token, token},
};
use crate::drill::{
    time::{after, minute},
    world::{LogEvent, LogGroup, LogStream, RETENTION_DAYS, World},
};

/// The most lines of an answer.
const MOST: usize = 10_000;
/// The most bytes of an answer, with 26 for each line besides its text.
const BYTES: usize = 1_048_576;
/// Minutes that one call looks through. As on AWS, an answer may be empty and still have a token: the search goes on.
const MINUTES: u64 = 360;
/// Places in a minute, for tokens: more than it can have lines.
const PLACES: u64 = 10_000;

pub(super) fn answer(world: &World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "DescribeLogGroups" => groups(world, input),
        "DescribeLogStreams" => streams(world, input),
        "FilterLogEvents" => filter(world, input),
        "GetLogEvents" => get(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn groups(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let prefix = input.text("logGroupNamePrefix");
    let part = input.text("logGroupNamePattern");
    if prefix.is_some() && part.is_some() {
        return Err(AwsError::parameter(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let all: Vec<LogGroup> = world
        .log_groups()
        .into_iter()
        .filter(|group| prefix.is_none_or(|prefix| group.name.starts_with(prefix)))
        .filter(|group| part.is_none_or(|part| group.name.to_lowercase().contains(&part.to_lowercase())))
        .collect();
    let page = page(all, input, PAGING, "log groups", world.chance)?;
    let groups: Vec<Value> = page
        .items
        .iter()
        .map(|group| {
            json!({
                "logGroupName": group.name,
                "creationTime": group.created_at.as_millisecond(),
                "retentionInDays": RETENTION_DAYS,
                "metricFilterCount": 0,
                "arn": format!("{}:*", group.arn),
                "storedBytes": 0,
                "logGroupClass": "STANDARD",
                "logGroupArn": group.arn,
            })
        })
        .collect();
    Ok(json!({ "logGroups": groups, "nextToken": page.next }))
}

/// `nextToken` and `limit`, 50 at most.
const PAGING: Paging = Paging {
    token: "nextToken",
    size: "limit",
    default: 50,
    most: 50,
};

fn streams(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let group = group(world, input)?;
    let prefix = input.text("logStreamNamePrefix");
    let by_time = match input.text("orderBy") {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => {
            return Err(AwsError::parameter(format!(
                "Value '{other}' at 'orderBy' is none of LogStreamName, LastEventTime."
            )));
        }
    };
    if by_time && prefix.is_some() {
        return Err(AwsError::parameter(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let mut all: Vec<LogStream> = world
        .log_streams(group.service)
        .into_iter()
        .filter(|stream| prefix.is_none_or(|prefix| stream.name.starts_with(prefix)))
        .collect();
    let last = |stream: &LogStream| stream.ended_at.unwrap_or(world.now);
    if by_time {
        all.sort_by_key(|stream| (last(stream), stream.created_at));
    }
    if input.flag("descending") {
        all.reverse();
    }
    let page = page(
        all,
        input,
        PAGING,
        &format!("log streams {}", group.name),
        world.chance,
    )?;
    let streams: Vec<Value> = page
        .items
        .iter()
        .map(|stream| {
            json!({
                "logStreamName": stream.name,
                "creationTime": stream.created_at.as_millisecond(),
                "firstEventTimestamp": after(stream.created_at, 0.4).as_millisecond(),
                "lastEventTimestamp": last(stream).as_millisecond(),
                "lastIngestionTime": last(stream).as_millisecond(),
                "uploadSequenceToken": world.chance.digits(&stream.name, 0, 56),
                "arn": format!("{}:log-stream:{}", group.arn, stream.name),
                "storedBytes": 0,
            })
        })
        .collect();
    Ok(json!({ "logStreams": streams, "nextToken": page.next }))
}

/// The group that an input names, by name or by ARN.
fn group(world: &World, input: Input<'_>) -> Result<LogGroup, AwsError> {
    let wanted = match (input.text("logGroupName"), input.text("logGroupIdentifier")) {
        (Some(_), Some(_)) => {
            return Err(AwsError::parameter(
                "LogGroup name and LogGroup identifier are mutually exclusive parameters.",
            ));
        }
        (Some(name), None) | (None, Some(name)) => name.trim_end_matches(":*"),
        (None, None) => return Err(AwsError::parameter("logGroupName must not be empty.")),
    };
    world
        .log_groups()
        .into_iter()
        .find(|group| group.name == wanted || group.arn == wanted)
        .ok_or_else(|| {
            AwsError::new(
                "ResourceNotFoundException",
                "The specified log group does not exist.",
            )
        })
}

/// A moment in milliseconds.
fn millis(input: Input<'_>, name: &str) -> Result<Option<Timestamp>, AwsError> {
    let Some(value) = input.number(name) else {
        return Ok(None);
    };
    Timestamp::from_millisecond(value)
        .ok()
        .filter(|_| value >= 0)
        .map(Some)
        .ok_or_else(|| AwsError::parameter(format!("{name} must be at least 0.")))
}

fn limit(input: Input<'_>) -> Result<usize, AwsError> {
    match input.number("limit") {
        None => Ok(MOST),
        Some(limit) => usize::try_from(limit)
            .ok()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| AwsError::parameter(format!("limit must be between 1 and {MOST}."))),
    }
}

/// The place of a moment's minute among all places.
fn place(at: Timestamp) -> u64 {
    u64::try_from(at.as_second().div_euclid(60)).unwrap_or_default() * PLACES
}

fn start_of(place: u64) -> Timestamp {
    let seconds = i64::try_from(place / PLACES * 60).unwrap_or_default();
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// Lines from a place on, and the place after the last one; `None` where the end of the span was reached.
struct Found {
    lines: Vec<LogEvent>,
    next: Option<u64>,
}

/// Looks through minutes from `from` on until enough is found, the span ends, or enough was looked at.
fn look(
    world: &World,
    group: &LogGroup,
    (from, until): (u64, Timestamp),
    limit: usize,
    passes: impl Fn(&LogEvent) -> bool,
) -> Found {
    let mut lines = Vec::new();
    let mut bytes = 0;
    let mut at = from;
    for _ in 0..MINUTES {
        let start = start_of(at);
        if start > until || start > world.now {
            return Found { lines, next: None };
        }
        let skipped = at % PLACES;
        for (nth, line) in (0_u64..).zip(world.log_minute(group.service, start)) {
            if nth < skipped || !passes(&line) {
                continue;
            }
            let size = line.message.len() + 26;
            if lines.len() == limit || (!lines.is_empty() && bytes + size > BYTES) {
                let next = at - skipped + nth;
                return Found {
                    lines,
                    next: Some(next),
                };
            }
            bytes += size;
            lines.push(line);
        }
        at = at - skipped + PLACES;
    }
    Found {
        lines,
        next: Some(at),
    }
}

fn filter(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let group = group(world, input)?;
    let limit = limit(input)?;
    let from = millis(input, "startTime")?;
    let until = millis(input, "endTime")?.unwrap_or(world.now);
    if from.is_some_and(|from| from > until) {
        return Err(AwsError::parameter("startTime must not be later than endTime."));
    }
    let from = from
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .max(world.log_horizon())
        .max(minute(group.created_at));
    let names = input.texts("logStreamNames");
    let prefix = input.text("logStreamNamePrefix");
    if !names.is_empty() && prefix.is_some() {
        return Err(AwsError::parameter(
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.",
        ));
    }
    if names.len() > 100 {
        return Err(AwsError::parameter(
            "logStreamNames must have at most 100 members.",
        ));
    }
    if !names.is_empty() {
        let known = world.log_streams(group.service);
        if let Some(name) = names.iter().find(|name| known.iter().all(|it| it.name != **name)) {
            return Err(AwsError::new(
                "ResourceNotFoundException",
                format!("The specified log stream does not exist: {name}"),
            ));
        }
    }
    let pattern =
        Pattern::read(input.text("filterPattern").unwrap_or_default()).map_err(AwsError::parameter)?;
    let list = format!("log events {}", group.name);
    let begin = match input.text("nextToken") {
        None => place(from),
        Some(text) => read_token(text, &list, world.chance)
            .and_then(|offset| u64::try_from(offset).ok())
            .ok_or_else(|| AwsError::parameter("The specified nextToken is invalid."))?,
    };
    let passes = |line: &LogEvent| {
        line.at >= from
            && line.at <= until
            && (names.is_empty() || names.contains(&line.stream))
            && prefix.is_none_or(|prefix| line.stream.starts_with(prefix))
            && pattern.passes(&line.message)
    };
    let found = look(world, &group, (begin, until), limit, passes);
    let events: Vec<Value> = found
        .lines
        .iter()
        .map(|line| {
            json!({
                "logStreamName": line.stream,
                "timestamp": line.at.as_millisecond(),
                "message": line.message,
                "ingestionTime": after(line.at, 0.2).as_millisecond(),
                "eventId": line.id,
            })
        })
        .collect();
    let next = found
        .next
        .and_then(|next| usize::try_from(next).ok())
        .map(|next| token(next, &list, world.chance));
    // All streams are searched in one go, so that the list of those that were is always empty, as on AWS today.
    Ok(json!({ "events": events, "searchedLogStreams": [], "nextToken": next }))
}

fn get(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let group = group(world, input)?;
    let name = input.required("logStreamName")?;
    let stream = world
        .log_streams(group.service)
        .into_iter()
        .find(|stream| stream.name == name)
        .ok_or_else(|| {
            AwsError::new(
                "ResourceNotFoundException",
                "The specified log stream does not exist.",
            )
        })?;
    let limit = limit(input)?;
    let first = stream.created_at.max(world.log_horizon());
    let last = stream.ended_at.unwrap_or(world.now).min(world.now);
    let from = millis(input, "startTime")?.unwrap_or(first).max(first);
    let end = millis(input, "endTime")?;
    let passes =
        |line: &LogEvent| line.stream == name && line.at >= from && end.is_none_or(|end| line.at < end);
    let until = end.map_or(last, |end| end.min(last));
    let list = format!("log stream {name}");
    let read = |text: &str| -> Result<u64, AwsError> {
        text.get(2..)
            .and_then(|text| read_token(text, &list, world.chance))
            .and_then(|offset| u64::try_from(offset).ok())
            .ok_or_else(|| AwsError::parameter("The specified nextToken is invalid."))
    };
    let head = place(from);
    let (lines, begin, after_last) = match input.text("nextToken") {
        Some(text) if text.starts_with("f/") => forward(world, &group, read(text)?, until, limit, passes),
        Some(text) if text.starts_with("b/") => backward(world, &group, (head, read(text)?), limit, passes),
        Some(_) => return Err(AwsError::parameter("The specified nextToken is invalid.")),
        None if input.flag("startFromHead") => forward(world, &group, head, until, limit, passes),
        None => backward(world, &group, (head, place(until) + PLACES), limit, passes),
    };
    let events: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({
                "timestamp": line.at.as_millisecond(),
                "message": line.message,
                "ingestionTime": after(line.at, 0.2).as_millisecond(),
            })
        })
        .collect();
    let mark = |way: &str, place: u64| {
        usize::try_from(place)
            .ok()
            .map(|place| format!("{way}/{}", token(place, &list, world.chance)))
    };
    Ok(json!({
        "events": events,
        "nextForwardToken": mark("f", after_last),
        "nextBackwardToken": mark("b", begin),
    }))
}

/// Lines from a place on; with the places of the first and after the last one. At the end the place stays, so that a
/// client sees the same token again and knows.
fn forward(
    world: &World,
    group: &LogGroup,
    begin: u64,
    until: Timestamp,
    limit: usize,
    passes: impl Fn(&LogEvent) -> bool,
) -> (Vec<LogEvent>, u64, u64) {
    let found = look(world, group, (begin, until), limit, passes);
    let next = found.next.unwrap_or_else(|| match found.lines.last() {
        Some(line) => place_after(world, group, line),
        None => begin,
    });
    (found.lines, begin, next)
}

/// The place after a line.
fn place_after(world: &World, group: &LogGroup, line: &LogEvent) -> u64 {
    let start = minute(line.at);
    let nth = world
        .log_minute(group.service, start)
        .iter()
        .position(|it| it.id == line.id)
        .and_then(|nth| u64::try_from(nth).ok())
        .unwrap_or_default();
    place(start) + nth + 1
}

/// The newest lines before a place, oldest first.
fn backward(
    world: &World,
    group: &LogGroup,
    (head, end): (u64, u64),
    limit: usize,
    passes: impl Fn(&LogEvent) -> bool,
) -> (Vec<LogEvent>, u64, u64) {
    let mut lines: Vec<LogEvent> = Vec::new();
    let mut begin = end;
    let mut bytes = 0;
    for _ in 0..MINUTES {
        if begin <= head {
            break;
        }
        let first = (begin - 1) / PLACES * PLACES;
        let minute = world.log_minute(group.service, start_of(first));
        let before = usize::try_from(begin - first).unwrap_or(usize::MAX);
        let mut full = false;
        for (nth, line) in minute.into_iter().enumerate().take(before).rev() {
            if !passes(&line) {
                continue;
            }
            let size = line.message.len() + 26;
            if lines.len() == limit || (!lines.is_empty() && bytes + size > BYTES) {
                full = true;
                break;
            }
            bytes += size;
            begin = first + u64::try_from(nth).unwrap_or_default();
            lines.push(line);
        }
        if full {
            break;
        }
        begin = first;
    }
    lines.reverse();
    let next = lines.last().map_or(end, |line| place_after(world, group, line));
    (lines, begin, next)
}
