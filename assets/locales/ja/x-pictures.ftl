### The wizard's long lists and bad ends, and what is offered next.

## Target

command-method = 戻す方法を選びます（状態に応じて自動、リビジョン指定、進行中のデプロイの停止）。
footer-method = 方法
method-auto = 自動: { $method }

## Check

label-evidence = 根拠
label-result = 結果
label-to-do = 対応
remedy-block = 解消するまで承認できません。対処してrで再取得するか、Escで戻って別の戻し先を選んでください。
remedy-unknown = 自動では判断できません。自分で確認するか、rで再取得してください。続行の判断は任されます。
remedy-warn = 内容を読んでから進んでください。承認は、この状態での続行を意味します。
stale-new-plan = 何も送信していません。現在の状態で作り直した計画です。改めて承認が必要です。
stale-was = 前回 { $before }、今回 { $now }

## A rollback that did not help

again-ask = このサービスのロールバックをもう一度始めますか。今のインシデントは閉じ、報告はジャーナルに残ります。新しいインシデントは判断から始まります。
button-again = もう一度始める
button-stay = このまま
ending-elsewhere = 計画とは別の版が稼働しています。
ending-failed = ロールバックに失敗しました。
ending-no-help = 戻し先は稼働していますが、確認項目が不合格です。
ending-paused = ライフサイクルフックで停止したまま、時間切れになりました。
ending-put-back = ECSが別の版に戻しました。
ending-refused = 何も送信していません。
ending-stalled = 進まなくなり、時間切れになりました。
ending-stopped = 途中で停止されました。
ending-superseded = 別のデプロイに置き換えられました。
ending-timed-out = 時間内に完了しませんでした。ECSはまだ続けている可能性があります。
ending-unknown = ロールバックの結果を判断できません。
label-next = 次の対応
label-runs-now = 現在の稼働
next-again = { $key } でやり直せます。
next-elsewhere = 稼働中の版と5xxを確認してから、次の変更をしてください。
next-failed = 別の戻し先を選ぶか、タスクが起動しない原因を調べてください。
next-no-help = 原因は別にある可能性があります（データ、他サービス、AWS側）。さらに古い版も選べます。
next-paused = フックへの応答が必要です。それまで新旧が混在する可能性があります。
next-put-back = 選んだ版が稼働し続けない原因を調べてください。同じ版では同じ結果になります。別の戻し先を選んでください。
next-refused = 理由を確認し、新しい計画で進めてください。
next-stalled = 原因を取り除くか、別の戻し先を選んでください。ECSは止められるまで試行を続けます。
next-stopped = 稼働中の版を確認してから、次の変更をしてください。
next-superseded = デプロイした担当者に確認し、稼働中の版と5xxを見てください。
next-timed-out = 進行中のデプロイが終わるのを待つか、AWSコンソールで対応してください。
next-unknown = 再送の前に、稼働中のリビジョンをAWSコンソールで確認してください。
runs-nothing = 稼働中のタスクなし

## What is approved, and what is said at its end

check-none-met = 該当する判断基準はもうありません。{ $key } で中止できます。
label-checks = 確認結果
tasks-stopped = { $revision } の{ $tasks }タスクを停止します
undo-stop = { $revision } はパイプラインかUpdateServiceで再デプロイできます
next-credentials = 何も変わっていません。再ログイン（aws sso login など）してから、計画を作り直してください。
next-denied = 何も変わっていません。IAMアクション { $action } の付与を依頼するか、権限のあるロールに切り替えてください。
next-not-applied = 何も変わっていません。AWSが実行しなかったため、もう一度試してください。
next-rejected = 何も変わっていません。AWSに拒否された理由を確認し、計画を作り直してください。
next-throttled = 何も変わっていません。AWSの呼び出し制限です。少し待ってからやり直してください。

## The command line

cli-blocking-row = { $check }: { $evidence }
cli-blocking-rows = { $first }; { $rest }
cli-decide-overdue = 判断期限 { $at }（{ $over }超過）
cli-next = 次の対応: { $next }
cli-progress-sent = { $elapsed }  { $note }
cli-report-gaps = 未記入の項目:

## An image that is gone

preflight-image-gone-last = { $image } はECRになく、イメージが残る稼働実績のある版も他にありません。同じダイジェストを再度pushしてください
preflight-tag-image-gone = { $tag } が指していたイメージ { $ran } はECRにありません。タグでは戻せません
