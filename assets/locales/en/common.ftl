### Words that every screen and report shares. Blocks are alphabetical; ids are plain kebab-case.

## Ages and freshness

age = { $age } old
freshness-failed = failed
freshness-fresh = fresh
freshness-stale = stale
freshness-waiting = waiting

## Criteria, their states and severity

criterion-data-inconsistency = data inconsistency
criterion-error-rate = 5xx rate
criterion-feature-down = main feature down
criterion-latency = response time
criterion-vulnerability = vulnerability
severity-critical = critical
severity-high = high
state-met = met
state-not-met = not met
state-unknown = unknown

## What checks say

check-block = block
check-pass = pass
check-warn = warn

## Lengths of time

span-days = { $days } d
span-days-hours = { $days } d { $hours } h
span-hours = { $hours } h { $minutes } m
span-minutes = { $minutes } min
span-seconds = { $seconds } s

## Modes and environments

environment-protected = protected
mode-full = full
mode-read-only = read-only

## Services

both = both
no-value = –
not-known = unknown

## Units

unit-milliseconds = { $value } ms
unit-percent = { $value } %
unit-seconds = { $value } s
