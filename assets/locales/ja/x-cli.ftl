### The command line: columns, verdicts, and the errors and hints of its verbs.

## Tables

cli-column-deployment = デプロイ
cli-column-health = ヘルス
cli-column-service = サービス
cli-column-status = 状態
cli-column-tasks = タスク
cli-column-version = バージョン
cli-decide-by = 判断期限 { $at }
cli-health-failing = 異常
cli-health-ok = 正常
cli-verdict-hold = ● 維持: 該当する判断基準はありません。
cli-verdict-roll-back = ▲ ロールバック: 該当する判断基準があります。
cli-verdict-unknown = ? 判定不能: 該当する判断基準はありませんが、判定できない項目があります。

## Ends

cli-filed = 記録先: { $path }
cli-history-mean = 平均復旧時間: { $time }
cli-init-next = 自チームの値を記入し、modosu doctor で確認してください。
cli-init-writes = { $file } を書き込みます
cli-next-verify = 次: modosu verify
cli-not-filed = 履歴の行は未記録です。modosu history append で記録できます。
cli-recovered = 復旧 { $at }
cli-resume-choices = [l] もう一度確認   [g] 結果不明として終了   [q] 未完了のまま残す
cli-resume-not-sent = インシデント { $incident }: 何も送信されていないため、続きはありません。
cli-stopped-before = 送信前に停止しました。

## Doctor

cli-doctor-folder-later = { $path } はまだありません。最初のロールバックで作成されます
cli-doctor-folder-unusable = { $path } に書き込めません

## Errors

cli-error-approval-form = { $given } は計画のハッシュではありません
cli-error-database-target = データベースのロールバックは、この版では提供していません
cli-error-drill = 演習環境を開始できません: { $detail }
cli-error-init-exists = { $file } は既にあるため、変更しません
cli-error-no-incident = { $environment } の該当するインシデントがありません
cli-error-no-plan = 計画を作成できません: { $why }
cli-error-no-state-dir = 記録を置くフォルダーがありません
cli-error-not-applied = 何も送信していません
cli-error-not-at-verify = インシデント { $incident } に確認することはありません（段階: { $state }）
cli-error-one-service = この版で一度に戻せるのは1サービスです
cli-error-override = この版では、不可の事前確認を越えて実行できません
cli-error-override-form = { $given } は CHECK=REASON の形ではありません
cli-error-runbook = { $detail }
cli-error-runbook-file = 手順書ファイル { $name } がありません
cli-error-runbook-name = { $name } はファイルでも組み込みの手順書でもありません
cli-error-runbook-unreadable = { $file } を読めません: { $detail }
cli-error-target = { $target } はロールバック先として解釈できません
cli-error-unexpected = 予期しないエラー: { $detail }
cli-error-write = { $file } に書き込めません: { $detail }

## Hints

cli-hint = ヒント: { $hint }
cli-hint-did-you-mean = { $name } のことですか
cli-hint-init-exists = 編集するか、先に移動してください
cli-hint-methods = この版で使えるのは auto と revision です
cli-hint-no-state-dir = --state-dir または MODOSU_STATE_DIR で指定してください
cli-hint-one-service = サービスごとに、手順書の順で実行してください
cli-hint-override = 原因を取り除くか、別の --to を選ぶか、手作業で戻してください
cli-hint-plan-again = どの確認が不可かは modosu plan で確認できます
cli-hint-runbook = 各キーの説明は docs/runbook-format.md にあります
cli-hint-target = last-good、latest-1、v1.2.3 のようなタグ、:56、family:56、sha256:…
