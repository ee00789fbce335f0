### The log pane.

pane-logs = Logs

## What it says of itself

logs-following = following
logs-paused = paused · { $below } newer (G)
logs-throttled = throttled
logs-denied = denied
logs-gone = log group is gone
logs-failing = cannot be read
logs-dropped = { $count } older lines dropped
logs-dropped-short = { $count } dropped
logs-gap = lines of { $from } to { $to } not read
logs-gap-short = gap { $from }–{ $to }
logs-left-out = (+{ $count } characters)

## When there are no lines

logs-closed = { $key } opens the log. It is read every five seconds while it is in sight.
logs-empty = No lines in the last minutes.
logs-not-configured = The runbook names no log group for { $service }.
logs-not-configured-hint = Set log-group in its services section.
logs-missing-group = The log group { $group } does not exist.
logs-missing-group-hint = Check log-group in the runbook, the region and the account.

## Searching

logs-no-match = No further line has “{ $text }”.
logs-nothing-sought = Nothing to look for yet: type / and a word first.

## Details

logs-label-from = Task
logs-label-stream = Stream

## Commands

command-logs = Show the log of the selected service.
command-wrap-lines = Fold long log lines, or clip them.
footer-wrap-lines = wrap
