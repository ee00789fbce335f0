### The command line: what the verbs print for people, their errors and hints.

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
cli-plan-approve = この計画を実行するには: { $command }
cli-plan-blocked = この計画は実行できません。
cli-plan-calls = 呼び出し
cli-plan-hash = 計画 { $hash }
cli-plan-ready = この計画は実行できます。
cli-plan-step = { $service }: { $from } → { $to }
cli-plan-warn = この計画には注意または不明の項目があります。
cli-preflight = 事前確認
cli-status-criteria = 判断基準
cli-status-services = サービス
cli-verdict-hold = ● 維持: 該当する判断基準はありません。
cli-verdict-roll-back = ▲ ロールバック: 該当する判断基準があります。
cli-verdict-unknown = ? 判定不能: 該当する判断基準はありませんが、判定できない項目があります。

## Progress of a rollback

cli-ended = 終了: { $outcome }
cli-incident = インシデント { $incident }
cli-progress = { $elapsed }  新 { $new } / { $desired }、旧 { $old }  { $note }
cli-unproven = 確認できなかった項目: { $what }

## Incidents and resume

cli-incidents-empty = 記録されたインシデントはありません。
cli-resume-ask = 呼び出しが反映されたか確認できません。サービスを確認して判断してください。
cli-resume-none = 再開するものはありません。

## Errors: lower-case in English, completing “failed to …”

cli-error-approval = 計画は { $actual } であり、{ $given } ではありません
cli-error-approval-form = { $given } は計画のハッシュではありません
cli-error-blocked = 事前確認により実行できません: { $rows }
cli-error-damaged-newest = 対象の可能性があるインシデントの記録が壊れています: { $detail }
cli-error-damaged-open = 未完了の可能性があるインシデントの記録が壊れています: { $detail }
cli-error-drill = 演習環境を開始できません: { $detail }
cli-error-environment = 手順書に環境 { $name } がありません
cli-error-incident = インシデント { $incident } の記録がありません
cli-error-init-exists = { $file } は既にあるため、変更しません
cli-error-method = 方法 { $method } はありません
cli-error-no-incident = { $environment } の該当するインシデントがありません
cli-error-no-plan = 計画を作成できません: { $why }
cli-error-no-runbook = 手順書が見つかりません
cli-error-no-state-dir = 記録を置くフォルダーがありません
cli-error-not-applied = 何も送信していません
cli-error-not-at-verify = インシデント { $incident } に確認することはありません（段階: { $state }）
cli-error-open-incident = この環境とサービスのインシデント { $incident } が未完了です
cli-error-override-form = { $given } は CHECK=REASON の形ではありません
cli-error-protected = { $environment } は保護対象のため --yes では実行できません
cli-error-read-only = 閲覧専用モードでは書き込みません
cli-error-runbook = { $detail }
cli-error-runbook-file = 手順書ファイル { $name } がありません
cli-error-runbook-name = { $name } はファイルでも組み込みの手順書でもありません
cli-error-runbook-unreadable = { $file } を読めません: { $detail }
cli-error-service = 手順書にサービス { $name } がありません
cli-error-target = { $target } はロールバック先として解釈できません
cli-error-unexpected = 予期しないエラー: { $detail }
cli-error-write = { $file } に書き込めません: { $detail }

## Hints

cli-hint = ヒント: { $hint }
cli-hint-approval = plan をもう一度実行して内容を確認し、表示されたハッシュで承認してください
cli-hint-damaged-newest = 別のインシデントをIDで指定してください。modosu incidents で一覧を表示できます
cli-hint-damaged-open = まずAWS上でサービスの状態を確認してください。続け方は docs/journal-format.md の「Damage」にあります
cli-hint-did-you-mean = { $name } のことですか
cli-hint-environments = 定義済み: { $names }
cli-hint-incidents = modosu incidents で一覧を表示できます
cli-hint-init-exists = 編集するか、先に移動してください
cli-hint-methods = auto、stop、continue、revision、image、github、database、redeploy
cli-hint-no-runbook = modosu init で作成するか、modosu drill で試すか、組み込みの手順書を --runbook { $name } で指定してください
cli-hint-no-state-dir = --state-dir または MODOSU_STATE_DIR で指定してください
cli-hint-open-incident = modosu resume { $incident } で続きから対応してください
cli-hint-override = 原因を取り除くか、別の --to を選ぶか、手作業で戻してください
cli-hint-plan-again = どの確認が不可かは modosu plan で確認できます
cli-hint-protected = plan で計画を確認し、rollback --approve HASH で実行してください
cli-hint-read-only = 書き込むには --read-only なしで起動してください
cli-hint-runbook = 各キーの説明は docs/runbook-format.md にあります
cli-hint-services = 定義済み: { $names }
cli-hint-target = last-good、latest-1、v1.2.3 のようなタグ、:56、family:56、sha256:…、データベースは snapshot:ID、latest-snapshot、old-database

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
cli-error-output = データを標準出力に書き込めません
cli-hint-no-plan = modosu status で読み取り結果を確認し、--to で別の戻し先を指定してください
