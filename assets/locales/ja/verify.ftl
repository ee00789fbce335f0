### After stable: did it help? Checks, their clocks and evidence.

## Lists and clocks

verify-clock-left = 残り { $left }
verify-clock-over = { $over } 超過
verify-functional = 機能確認（{ $minutes }分以内）
verify-immediate = 即時確認（{ $minutes }分以内）

## The end of verification

recovered = { $at } に復旧（{ $time }）
recovered-not-yet = 未復旧
verify-failed = 確認で問題が見つかりました
verify-incomplete = 不明の確認項目があります
verify-passed = 自動確認はすべて合格しました
