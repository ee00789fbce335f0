### The team's rollback history: eight columns in the runbook's order, and what stands in their cells.

## What the verbs say

history-already = インシデント { $incident } は { $path } に記録済みです。
history-appended = インシデント { $incident } を { $path } に記録しました。
history-empty = { $path } にロールバックの記録はありません。
history-stats-count = ロールバック{ $count }件
