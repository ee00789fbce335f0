### After stable: did it help? Checks, their clocks and evidence.

## Lists and clocks

verify-clock-left = 残り { $left }
verify-clock-over = { $over } 超過
verify-functional = 機能確認（{ $minutes }分以内）
verify-immediate = 即時確認（{ $minutes }分以内）
verify-title = ロールバック後の確認 · { $service }

## Evidence of the health address

evidence-health-answers = 連続{ $count } / { $needed }回、直近 { $status }
evidence-health-fault = 応答なし: { $detail }
evidence-health-none = 手順書に { $service } のヘルスチェックURLがありません
evidence-health-passed = 200を連続{ $needed }回確認
evidence-health-waiting = 安定後の応答を待っています
evidence-health-wrong = 応答は { $status } でした

## Evidence of the error rate

evidence-rate-failed = { $at } の1分間で{ $value }%（上限 { $threshold }%）
evidence-rate-no-requests = 安定後のリクエストがなく算出できません
evidence-rate-passed = { $minutes }分連続で{ $threshold }%未満（直近 { $value }%）
evidence-rate-unknown = メトリクスを取得できません
evidence-rate-waiting = { $count } / { $needed }分を確認済み（メトリクスは1分遅れ）

## Evidence of a person

evidence-person-signed = { $by }さん { $at }: { $note }
evidence-person-waiting = 担当者が確認します

## The end of verification

recovered = { $at } に復旧（{ $time }）
recovered-not-yet = 未復旧
verify-failed = 確認で問題が見つかりました
verify-incomplete = 不明の確認項目があります
verify-passed = 自動確認はすべて合格しました
