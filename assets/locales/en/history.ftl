### The team's rollback history: eight columns in the runbook's order, and what stands in their cells.

## Column names

history-column-by = By
history-column-date = Date and time
history-column-environment = Environment
history-column-from = From
history-column-impact = Impact
history-column-reason = Reason
history-column-recovery = Time to recover
history-column-to = To

## File

history-title = Rollback history

## Cells

history-aborted = aborted: { $why }
history-impact-none-recorded = not recorded
history-not-recovered = not recovered
history-point = { $service } { $revision } ({ $version })
history-point-no-version = { $service } { $revision }
history-unknown = unknown

## What the verbs say

history-already = The incident { $incident } is already in { $path }.
history-appended = The incident { $incident } was recorded in { $path }.
history-empty = { $path } holds no rollbacks.
history-no-file = { $path } does not exist yet; the first rollback makes it.
history-stats-count = { $count ->
        [one] one rollback
       *[other] { $count } rollbacks
    }
history-stats-median = median time to recover: { $time }
