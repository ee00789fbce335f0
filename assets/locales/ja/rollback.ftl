### What the decisions say: criteria, target rules, preflight rows and evidence, outcomes.

## Why a criterion stands as it does

why-below = { $at } の1分間で5xxは{ $value }%でした
why-declared = { $by }さんが申告: { $note }
why-latency-below = { $at } の1分間のp95は{ $value }秒でした
why-latency-over = { $since } からp95が{ $threshold }秒を超過
why-no-data = データがまだありません
why-no-requests = リクエストがないため算出できません
why-not-declared = 申告はありません
why-over = { $since } から5xxが{ $threshold }%を超過
why-proposed = 正常なターゲットがありません。目視で確認してください
why-stale = 最新の値が{ $age }前のものです

## Target rules

no-target-image-gone = { $revision } のイメージは削除されています
no-target-last-good = 稼働中の版を除き、十分な期間稼働したデプロイが見つかりません
no-target-latest = 完了したデプロイの履歴が{ $n }版前まで残っていません
no-target-tag = タグ { $tag } を使う登録済みリビジョンがありません
no-target-unknown = 履歴をまだ取得していません
rule-digest = イメージのダイジェストを指定
rule-last-good = 直近の正常版: 稼働{ $served }、5xx { $rate }%、安定稼働、ダイジェスト確認済み
rule-last-good-no-rate = 直近の正常版: 稼働{ $served }、安定稼働、ダイジェスト確認済み
rule-latest = 完了したデプロイの{ $n }版前
rule-registered = 登録のみ。稼働実績は確認できません
rule-revision = リビジョンを指定
rule-tag = タグ { $tag } を指定

## Why a revision is or is not a candidate

candidate-current = 稼働中
candidate-inactive = INACTIVEのためデプロイ不可
candidate-never = 稼働実績なし
candidate-short = 稼働期間が{ $served }のみ

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
account-matches = アカウント { $actual } は手順書と一致します
account-unknown = 認証情報のアカウントを確認できません
account-unset = 手順書にアカウントの指定がありません（認証情報は { $actual }）
controller-code-deploy = CodeDeploy管理のため、UpdateServiceでは変更できません
controller-daemon = デーモン型（インスタンスごとに1タスク）です
controller-ecs = ECSのローリング更新です
controller-express = Expressサービスのため、ECSが全体を管理しています
controller-external = ECS以外が管理しています
controller-strategy = デプロイ戦略 { $strategy } にはまだ対応していません
controller-unknown = デプロイ方式を確認できません
deployment-foreign = { $deployment } が進行中です
deployment-none = 他のデプロイはありません（最終変更 { $at }）
deployment-none-plain = 他のデプロイはありません
deployment-unknown = デプロイの状況を取得できません
desired-some = 必要 { $desired }、稼働 { $running }
desired-unknown = サービスの状態を取得できません
desired-zero = 必要タスク数が0のため、戻す対象がありません
image-evidence-gone = { $image } はECRにありません
image-evidence-not-pullable = { $image } はECRにありますが取得できません（{ $status }）
image-evidence-present = { $digest } はECRにあり、ACTIVEで、{ $tag } が指しています
image-evidence-present-untagged = { $digest } はECRにあり、ACTIVEです
image-evidence-tag-moved = { $tag } は稼働時とは別の内容を指しています
image-evidence-unknown = { $image } がECRにあるか確認できません
not-current-differs = { $revision } は稼働中の版と異なります
not-current-same = { $revision } はすでに稼働中です
not-current-same-digest = { $revision } は稼働中の版とイメージも設定も同じです
not-current-unknown = 稼働中の版を確認できません
proven-no = 完了したデプロイの履歴に { $revision } の稼働実績がありません
proven-unknown = 履歴がないため { $revision } の稼働実績は不明です
proven-yes = { $revision } は{ $served }稼働しました
target-active = タスク定義 { $revision } はACTIVEです
target-inactive = タスク定義 { $revision } はINACTIVEです
target-unknown = タスク定義 { $revision } を取得できません

## Outcomes

outcome-elsewhere = 戻し先とは別の版が稼働しています
outcome-failed = ロールバックに失敗しました
outcome-on-target = 戻し先で安定稼働しています
outcome-refused = 何も送信していません
outcome-timed-out = 時間内に完了しませんでした
outcome-unknown = 結果を確認できません。担当者の判断が必要です
unproven-digests = 稼働中のダイジェストを確認できません
unproven-service-deployment = サービスデプロイの完了を確認できません
unproven-target-health = ターゲットの正常性を確認できません

## How an ending came about

ended-breaker = サーキットブレーカーが作動し、ECSが { $revision } に戻しました
ended-failed = ECSが断念しました: { $reason }
ended-held = { $revision } のみが { $running } / { $desired } で稼働し、{ $hold } 維持しました
ended-stopped = デプロイが停止されました
ended-superseded = 別のデプロイに置き換えられました: { $revision }
ended-timed-out = { $timeout } を過ぎても安定しませんでした

## Refusals

refused-deployment = 計画の作成後に別のデプロイが始まりました
refused-hash = 承認された計画と一致しません
refused-read-only = 閲覧専用モードでは実行できません
refused-task-definition = サービスの設定が { $revision } に変わっています
refused-unreadable = 実行直前にサービスの状態を取得できませんでした
