### The report to stakeholders. The labels are the team's template; in Japanese they are exact, in this order.

## Labels

report-heading = 【ロールバック実施報告】
report-label-environment = 対象環境:
report-label-impact = 【影響範囲】
report-label-next = 【今後の対応】
report-label-performed-at = 実施日時:
report-label-problem = 【発生した問題】
report-label-services = 対象サービス:
report-label-status = 【現在の状況】
report-label-target = ロールバック先:

## Problem

report-problem-data-inconsistency = { $service }: データ不整合が発生（{ $since } 申告）: { $note }
report-problem-error-rate = { $service }: { $since } から5xxエラー率が{ $threshold }%を超過（直近 { $value }%）
report-problem-feature-down = { $service }: 主要機能が利用不可（{ $since } 申告）: { $note }
report-problem-latency = { $service }: { $since } からAPI応答時間が{ $threshold }秒を超過（直近 { $value }秒）
report-problem-none = ロールバックの判断時点で該当する判断基準はありませんでした。
report-problem-vulnerability = { $service }: セキュリティ脆弱性を発見（{ $since } 申告）: { $note }

## Impact

report-impact-fill = 影響を受けたユーザーと機能を記入してください。
report-impact-requests = { $service }: { $since } 以降、リクエストの最大{ $percent }%が失敗

## Status. "Running normally" stands only where verification passed.

report-status-declared = ロールバックを決定しました。変更はまだ行っていません。
report-status-failed = ロールバックは戻し先に到達していません: { $why }
report-status-stable = ロールバック完了、動作を確認中
report-status-started = ロールバックを実行中
report-status-unknown = ロールバックの結果を確認できず、担当者が調査中
report-status-unverified = ロールバック完了、一部の確認が未完了
report-status-verification-failed = ロールバック完了後の確認で問題が残っています
report-status-verified = ロールバック完了、サービス正常稼働中

## Next steps

report-next-default = 原因調査と再発防止策を検討中
report-next-failed = 開発チームと次の対応を検討中
