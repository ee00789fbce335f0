### 戻し方と、その妨げ、結末。

## この方法を選んだ理由

method-stop = デプロイ停止
cli-plan-method = 方法 { $method }: { $why }
why-method-revision = 進行中のデプロイがないため、以前のリビジョンで新しくデプロイします
why-method-stop = デプロイ { $deployment } が{ $status }です。停止するとECSが元の版へ戻します
why-method-untold = 進行中のものがありますが、ここからは停止できません
why-method-wanted = { $method } が指定されました

## ECSの戻し先

no-plan-stop-none = 完了したデプロイがないため、{ $deployment } を停止してもECSには戻し先がありません。終わるのを待ってください
no-plan-stop-undescribed = { $deployment } を停止したときの戻し先をECSから取得できません。終わるのを待ってください
target-ecs = 戻し先はECSが選びます: 最後に完了したデプロイの { $revision }（単独で{ $served }稼働）

## 事前チェック

preflight-deployment-going-back = ECSがすでに { $revision } へ戻しています（{ $deployment }、{ $status }）。見守ってください
preflight-deployment-stoppable = { $at } の { $deployment } が{ $status }です。停止する（方法 stop）か、終わるのを待ってください
preflight-deployment-stopped = { $deployment }（{ $status }）を停止します
preflight-stop-target = ECSの戻し先
preflight-stop-target-burnt = 中止すると { $revision } に戻りますが、このリビジョンは稼働中の5xxが { $percent } % でした。進行中のデプロイの担当者に確認し、完了を待ってください
preflight-stop-target-landed = 進行中のデプロイがありません。方法 revision を使ってください
preflight-stop-target-named = ECSは { $revision } に戻します（指定は { $wanted }）。戻し先を last-good にするか、終わるのを待って revision を使ってください
preflight-stop-target-named-none = ECSは { $revision } に戻します。指定の戻し先は使えません: { $why }
preflight-stop-target-pass = ECSは { $revision } に戻します
preflight-stop-target-rule = ECSは { $revision } に戻します（modosuなら { $wanted } を選びます）
preflight-stop-target-rule-none = ECSは { $revision } に戻します（modosuには選べる版がありません: { $why }）
preflight-stop-target-sources = 戻し先は { $revision } のはずですが、ECSが示す置き換え元に含まれていません
preflight-stop-target-untold = 進行中のものは停止できないか、まだ一覧に現れていません
preflight-stop-target-way-back = 進行中のデプロイ自体が { $from }（稼働実績 { $served }）への復帰です。完了を待ってください。中止すると { $revision } に戻ります
preflight-target-health-few = 正常{ $healthy } / 必要{ $desired }（起動中{ $initial }、登録解除中{ $draining }）。一部のタスクがリクエストを受けていません
preflight-target-active-kept = タスク定義 { $revision } はINACTIVEですが、それを使うサービスリビジョンはECSに残っています

## 計画後の変化

changed-by = { $why }（{ $revision } の登録者: { $by }）
changed-deployment-dated = 計画の作成後、{ $at } に別のデプロイ { $seen } が { $revision } を展開しました
changed-stop-going-back = ECSがすでに戻しています: { $deployment } は{ $status }です
changed-stop-over = { $deployment } は終わっており（{ $status }）、停止するものがありません
changed-stop-untold = { $deployment } はECSに見つかりません
cli-new-plan = 現時点の計画:
found-stop-other = { $deployment } の状態 { $status } はこの版では判断できません

## 追跡中

cli-trouble = ▲ { $why }
doubtful-ending = modosuの終了により確認を中断しました。次回の起動で確認を再開します
doubtful-unrecorded = 確認した結果を記録できません: { $detail }
follow-paused = フック { $hook }（ステージ { $stage }）で判断待ちです
follow-paused-until = フック { $hook }（ステージ { $stage }）で判断待ちです。{ $at } にECSが自動で処理します
follow-stalled = { $quiet }動きがありません: { $cause }
follow-stalled-unexplained = { $quiet }動きがなく、ECSから理由も示されていません
follow-stop-too-late = 停止が届く前に { $deployment } が完了しました。版は戻っていません
follow-stop-waiting = 停止を送信済みです。ECSが戻し始めるのを待っています（{ $status }）
notice-stop-came-late = 停止は間に合いませんでした。この呼び出しは送信されます。

## 結末

follow-put-back-alarm = アラームによりECSが { $revision } に戻しました: { $reason }
follow-put-back-breaker = サーキットブレーカーが { $revision } に戻しました: { $reason }
follow-put-back-stop = デプロイが停止され、ECSが { $revision } に戻しました: { $reason }
follow-with-cause = { $why }（{ $cause }）
next-put-back-stop = 停止により、ECSは計画とは別の版に戻しました。この版でよいか確認し、よくなければ計画した版を指定して方法 revision で戻してください。

## タスクが起動しない理由

cause-cannot-pull = イメージを取得できません: { $reason }
cause-exited = コンテナ { $container } が終了コード{ $code }で終了しました
cause-health-check = ヘルスチェックに失敗しました: { $reason }
cause-killed = コンテナ { $container } が強制終了されました（137。多くはメモリ不足）
cause-no-capacity = タスクを配置できる空きがありません: { $reason }
cause-not-started = タスクを準備できません: { $reason }
cause-out-of-memory = コンテナ { $container } がメモリ不足で停止しました（OOM）
cause-quoted = ECSの理由: { $reason }
cause-secret = シークレットを取得できません: { $reason }
