### The team's rollback history: eight columns in the runbook's order, and what stands in their cells.

## Column names

history-column-by = 実施者
history-column-date = 日時
history-column-environment = 対象環境
history-column-from = ロールバック元
history-column-impact = 影響
history-column-reason = 理由
history-column-recovery = 復旧時間
history-column-to = ロールバック先

## File

history-title = ロールバック履歴

## Cells

history-aborted = 中止: { $why }
history-impact-none-recorded = 記載なし
history-not-recovered = 未復旧
history-point = { $service } { $revision }（{ $version }）
history-point-no-version = { $service } { $revision }
history-unknown = 不明

## What the verbs say

history-already = インシデント { $incident } は { $path } に記録済みです。
history-appended = インシデント { $incident } を { $path } に記録しました。
history-empty = { $path } にロールバックの記録はありません。
history-no-file = { $path } はまだありません。最初のロールバック時に作成します。
history-stats-count = ロールバック{ $count }件
history-stats-median = 復旧時間の中央値: { $time }
