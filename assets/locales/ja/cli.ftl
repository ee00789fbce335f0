### The command line: what the verbs print for people, their errors and hints.

## Tables

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
cli-error-blocked = 事前確認により実行できません
cli-error-environment = 手順書に環境 { $name } がありません
cli-error-incident = インシデント { $incident } の記録がありません
cli-error-method = 方法 { $method } にはまだ対応していません
cli-error-no-runbook = 手順書が見つかりません
cli-error-open-incident = この環境とサービスのインシデント { $incident } が未完了です
cli-error-protected = { $environment } は保護対象のため --yes では実行できません
cli-error-read-only = 閲覧専用モードでは書き込みません
cli-error-service = 手順書にサービス { $name } がありません
cli-error-terminal = コンソールには端末が必要です

## Hints

cli-hint-approval = plan をもう一度実行して内容を確認し、表示されたハッシュで承認してください
cli-hint-blocked = 不可の項目を確認し、--to で別の戻し先を指定してください
cli-hint-environments = 定義済み: { $names }
cli-hint-incidents = modosu incidents で一覧を表示できます
cli-hint-no-runbook = modosu init で作成するか、modosu drill で試すか、組み込みの手順書を --runbook { $name } で指定してください
cli-hint-open-incident = modosu resume { $incident } で続きから対応してください
cli-hint-protected = plan で計画を確認し、rollback --approve HASH で実行してください
cli-hint-read-only = 計画を実行するには --read-only なしで起動してください
cli-hint-services = 定義済み: { $names }
cli-hint-terminal = スクリプトからは status --json などを使ってください
