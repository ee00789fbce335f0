### What the decisions say: criteria, targets, preflight rows and evidence, following, verification.

## 基準がそう判定された理由

why-declared-by = { $by }さんが { $at } に申告: { $note }
why-error-rate-no-requests = 直近にリクエストがなく、エラー率を算出できません
why-error-rate-over = { $at } の1分間で5xx { $value }%（{ $since } から{ $threshold }%を超過）
why-error-rate-under = { $at } の1分間で5xx { $value }%（しきい値{ $threshold }%）
why-metrics-not-read = メトリクスを取得できません: { $fault }
why-metrics-old = メトリクスを最後に取得したのは{ $age }前です
why-metrics-waiting = 最初のメトリクスを待っています
why-no-healthy-target = 正常なターゲットがありません。目視で確認してください
why-no-threshold = 手順書にしきい値がありません
why-nobody-declared = 申告はありません
why-response-time-none = 直近の応答時間がありません
why-response-time-over = { $at } の1分間で{ $statistic } { $value }秒（{ $since } から{ $threshold }秒を超過）
why-response-time-under = { $at } の1分間で{ $statistic } { $value }秒（しきい値{ $threshold }秒）
statistic-average = 平均

## 戻し先を選んだ規則

target-digest = { $revision } は内容 { $digest } を使う最新の有効なリビジョンです
target-last-good = { $revision } は直近の正常版です（単独稼働{ $served }）
target-last-good-rate = { $revision } は直近の正常版です（単独稼働{ $served }、5xx { $rate }%）
target-latest = { $revision } は完了した{ $n }版前です（単独稼働{ $served }）
target-registered = { $revision } は登録のみで稼働実績は未確認です（履歴がありません）
target-revision = { $revision } は担当者の指定です
target-tag = { $revision } はタグ { $tag } を使う最新の有効なリビジョンです

## 戻し先がない理由

no-target-definitions-not-read = タスク定義を取得できません: { $fault }
no-target-digest = 内容 { $digest } を使う有効なリビジョンがありません
no-target-family = ファミリー { $family } はこのサービスのもの（{ $own }）ではありません
no-target-history-not-read = デプロイ履歴を取得できません: { $fault }。リビジョンを指定すれば続行できます
no-target-latest-none = 完了した履歴にある以前の版は{ $count }件で、{ $n }版前はありません
no-target-no-other = 完了した履歴に稼働中以外の版がありません
no-target-nothing-registered = 履歴がなく、イメージの残る以前の有効なリビジョンもありません
no-target-revision = { $revision } は登録されていません
no-target-service-not-read = サービスの状態を取得できません: { $fault }
no-target-short = { $revision } の単独稼働は{ $served }のみで、必要な{ $soak }に足りません
no-target-tag-inactive = { $tag } を使う { $revision } はINACTIVEです
no-target-tag-none = { $repository } のタグ { $tag } を使う登録済みリビジョンがありません
no-target-undescribed = { $n }版前までにECSが説明できない版があります。リビジョンを指定してください
no-target-waiting = 最初の取得を待っています

## 計画を作れない理由

no-plan-hash = 計画のハッシュを計算できません
no-plan-identity = 認証情報のアカウントを確認できません: { $fault }
no-plan-service = サービスの状態を取得できません: { $fault }
no-plan-waiting = 最初の取得を待っています

## 事前確認の根拠

preflight-account-differs = 認証情報は { $account }、手順書は { $expected } です
preflight-account-pass = アカウント { $account } は手順書と一致します
preflight-account-region = 呼び出し先は { $region }、手順書は { $expected } です
preflight-account-unset = 手順書にアカウントの指定がありません（認証情報は { $account }）
preflight-controller-code-deploy = CodeDeploy管理です。CodeDeployで停止または再デプロイしてください
preflight-controller-daemon = デーモン型です。aws ecs update-service で手動で戻してください
preflight-controller-express = ECSが管理するExpressサービスです。ECSコンソールでデプロイを停止してください
preflight-controller-external = タスクセットがECS外で管理されています。そのツールで戻してください
preflight-controller-other = デプロイコントローラー { $controller } には対応していません
preflight-controller-scheduling = スケジューリング { $scheduling } には対応していません
preflight-controller-status = サービスは { $status } です
preflight-controller-strategy = デプロイ戦略 { $strategy } には対応していません
preflight-deployment-history = 進行中のデプロイの有無を確認できません: { $fault }
preflight-deployment-no-primary = PRIMARYのデプロイがありません
preflight-deployment-other = { $deployment } が { $revision } で{ $running }タスク稼働しています
preflight-deployment-pass = 他のデプロイはありません（最終変更 { $at }）
preflight-deployment-pass-undated = 他のデプロイはありません
preflight-deployment-rollout = { $deployment } が { $revision } を展開中です
preflight-deployment-running = { $at } のサービスデプロイ { $deployment } は { $status } です
preflight-deployment-state = { $deployment } の状態 { $state } には対応していません
preflight-desired-pass = 必要{ $desired }タスク、稼働{ $running }タスク
preflight-desired-zero = 必要タスク数が0のため、戻す対象がありません
preflight-image-gone = { $image } はECRにありません。同じダイジェストを再度pushするか、別の版を選んでください
preflight-image-not-pullable = { $image } はECRにありますが { $status } のため取得できません
preflight-image-not-read = イメージの一覧を取得できません: { $fault }
preflight-image-pass = { $image } はECRにあり、ACTIVEです
preflight-image-unknown = { $image } がECRにあるか確認できません
preflight-not-current-pass = { $revision } は稼働中の版（{ $current }）と異なります
preflight-not-current-same = { $revision } はすでに稼働中です
preflight-not-current-same-definition = { $revision } は設定済みのため、指定してもデプロイは始まりません
preflight-proven-never = 完了した履歴に { $revision } の稼働実績がありません
preflight-proven-pass = { $revision } は単独で{ $served }稼働しました
preflight-proven-registered = { $revision } は登録のみで、稼働実績は未確認です
preflight-proven-unknown = 履歴がなく、{ $revision } の稼働実績は不明です
preflight-stale = 最新の取得に失敗しました: { $fault }
preflight-target-active-deleted = タスク定義 { $revision } は削除中です
preflight-target-active-inactive = タスク定義 { $revision } はINACTIVEです。再登録するか別の版を選んでください
preflight-target-active-pass = タスク定義 { $revision } はACTIVEです
preflight-target-active-unknown = タスク定義 { $revision } は取得した一覧にありません

## 計画後の変化と、応答が失われた呼び出しの跡

changed-deployment = 計画の作成後に別のデプロイ { $seen } が始まりました
changed-deployment-gone = PRIMARYのデプロイがなくなりました
changed-deployments = デプロイの数が{ $planned }から{ $seen }に変わりました
changed-desired = 必要タスク数が0になりました
changed-task-definition = サービスの設定が { $planned } から { $seen } に変わりました
found-no-primary = PRIMARYのデプロイがありません
found-older = { $deployment } は戻し先と同じ版ですが、呼び出し前（{ $at }）のものです
found-other = { $deployment } は { $revision } で、戻し先でも元の版でもありません

## デプロイの追跡中

follow-desired-zero = 必要タスク数が0のため、何も確認できません
follow-displaced-waiting = 別のデプロイに入れ替わりました。経緯を確認しています
follow-draining = 他の版の{ $running }タスクがまだ稼働しています
follow-ecs-rolls-back = ECSが版を戻しています（{ $status }）: { $reason }
follow-gave-up-waiting = ECSがこのデプロイを断念しました。その後の動きを確認しています: { $reason }
follow-history-waiting = サービスデプロイが一覧に現れるのを待っています
follow-holding = 正常な状態が{ $held }続いています（必要{ $hold }）
follow-not-read = 最新の取得に失敗しました: { $fault }
follow-rollout = ECSの展開完了を待っています
follow-service-deployment = サービスデプロイの成功を待っています（{ $status }）
follow-starting = { $desired }タスク中{ $running }タスクが稼働しています
follow-targets = { $desired }ターゲット中{ $healthy }が正常です
follow-targets-waiting = ターゲットの状態を待っています
follow-tasks-old = 他の版のタスクがまだ稼働しています
follow-tasks-waiting = タスクの一覧を待っています
follow-waiting = 送信済みです。結果はまだ見えていません

## 追跡の結末

follow-failed = ECSがこのデプロイを断念しました: { $reason }
follow-gone = このデプロイは消え、PRIMARYのデプロイもありません
follow-never-seen = このデプロイは現れませんでした。{ $deployment } が使われています: { $revision }
follow-on-target = { $revision } のみが{ $desired }タスク中{ $running }タスク稼働し、{ $hold }維持しました
follow-other-content = { $revision } が稼働していますが、内容が計画と異なります（タグの移動）
follow-put-back = ECSが { $revision } に戻しました: { $reason }
follow-put-back-unknown = ECSが別の版に戻しました: { $reason }
follow-rollback-failed = ECSが版を戻そうとして失敗しました: { $reason }
follow-stopped = このデプロイは停止されました: { $reason }
follow-superseded = { $at } の { $deployment } に置き換えられました: { $revision }
follow-superseded-undated = { $deployment } に置き換えられました: { $revision }
follow-timed-out = { $timeout }を過ぎても安定しませんでした: { $note }
follow-unread = { $timeout }が過ぎた時点でサービスを取得できず、結末は不明です: { $note }

## 効果の確認

verify-health-bad-status = 直近{ $needed }回の応答がすべて異常です（最新 { $status }）
verify-health-fault = 直近{ $needed }回の応答がすべて異常です（最新: { $fault }）
verify-health-no-answer = 安定後の応答がありません
verify-health-no-url = 手順書にヘルスチェックURLがありません
verify-health-none-yet = 安定後の応答{ $needed }回を待っています
verify-health-passed = { $needed }回連続で正常応答
verify-health-waiting = 連続正常応答 { $count } / { $needed }回
verify-rate-no-requests = 安定後にリクエストがあったのは{ $count } / { $needed }分のみです
verify-rate-not-read = メトリクスを取得できません: { $fault }
verify-rate-over = { $at } の1分間で5xx { $value }%（しきい値{ $threshold }%を超過）
verify-rate-passed = 完了した{ $minutes }分間が{ $threshold }%以下（最大{ $value }%）
verify-rate-waiting = 完了した分は{ $count } / { $needed }。メトリクスは遅れて届きます

## Preflight rows

preflight-account = アカウント
preflight-controller = デプロイ方式
preflight-deployment = 他のデプロイ
preflight-desired = 必要タスク数
preflight-image = イメージ
preflight-not-current = 稼働中の版との違い
preflight-proven = 稼働実績
preflight-target-active = タスク定義

## Preflight evidence

account-differs = 認証情報は { $actual }、手順書は { $expected } です
account-unset = 手順書にアカウントの指定がありません（認証情報は { $actual }）
controller-code-deploy = CodeDeploy管理のため、UpdateServiceでは変更できません
desired-zero = 必要タスク数が0のため、戻す対象がありません
not-current-same = { $revision } はすでに稼働中です
target-active = タスク定義 { $revision } はACTIVEです

## Outcomes

unproven-digests = 稼働中のダイジェストを確認できません
unproven-service-deployment = サービスデプロイの完了を確認できません
unproven-target-health = ターゲットの正常性を確認できません
