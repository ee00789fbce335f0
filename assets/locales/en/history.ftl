### The team's rollback history: eight columns in the runbook's order, and what stands in their cells.

## What the verbs say

history-already = The incident { $incident } is already in { $path }.
history-appended = The incident { $incident } was recorded in { $path }.
history-empty = { $path } holds no rollbacks.
history-stats-count = { $count ->
        [one] one rollback
       *[other] { $count } rollbacks
    }
