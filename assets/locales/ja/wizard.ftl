### The rollback wizard: its steps, labels and questions.

## Steps

step-approve = 承認
step-assess = 判断
step-check = 事前確認
step-record = 記録
step-report = 報告
step-roll-back = 実行
step-scope = 対象
step-target = 戻し先
step-verify = 確認
wizard-title = ロールバック · { $environment } · インシデント { $incident }
wizard-title-new = ロールバック · { $environment }

## Labels

label-account = アカウント
label-as-command = 同じコマンド
label-cluster = クラスター
label-deployment = デプロイ
label-digest = ダイジェスト
label-expected = 所要見込み
label-from = 変更前
label-hash = 計画
label-method = 方法
label-region = リージョン
label-service = サービス
label-tasks = タスク
label-to = 戻し先
label-undo = 元に戻す
label-why = { $revision } の根拠
label-will-send = 送信内容
method-revision = リビジョン指定

## Assess, scope, target

assess-ask = ロールバックしますか。手順書では次のいずれかに該当する場合に検討します。
assess-none-met = 該当する判断基準はありません。続行できますが、その旨が報告に残ります。
scope-ask = 次のサービスを戻します。
target-ask = 戻し先のバージョンを選んでください。

## Check and approve

approve-differs = 入力が { $phrase } と一致しません。
approve-two-step = 「承認」を選び、Enter を押してください。
approve-type = { $phrase } と入力:
button-approve = 承認
button-cancel = 取消
check-blocked = この計画は実行できません。戻って別の戻し先を選んでください。
check-ready = すべての事前確認に適合しました。
check-warned = 注意と不明の項目を読んでから進んでください。
expected-minutes = 約{ $minutes }分
tasks-affected = { $tasks }タスクを入れ替えます
undo-how = 同じ方法で { $revision } に戻せます

## Roll back

progress-draining = 旧タスクを停止中: 残り{ $old }
progress-finishing = 新タスクはすべて稼働中。ECSがデプロイを完了しています
progress-elapsed = 経過 { $elapsed } / 見込み { $expected }
progress-holding = 戻し先で安定稼働 { $held } / { $hold }
progress-starting = 新タスクを起動中: { $new } / { $desired }
progress-stop-means = ここで止まった場合: { $meaning }
progress-waiting = 送信済み。サービスへの反映を待っています
stop-means-mixed = ECSが完了するまで新旧のバージョンが混在します
stop-means-nothing = 何も送信していません
stop-means-target = 戻し先が稼働済みで、確認だけが残ります
tasks-healthy = 正常
tasks-new = 新
tasks-old = 旧

## Doubt

doubt-ask = 呼び出しの応答がありません。再送はせず、反映の有無を確認します。
doubt-give-up = 不明として終了し、手動で対応する
doubt-look = もう一度確認する

## Report and record

record-done = { $path } に記録しました。
record-pending = { $path } に記録します。
report-edit = 下書きを確認し、確定してください。
report-settled = 報告を確定しました。

## Keys in the wizard

wizard-key-back = 戻る
wizard-key-next = 次へ
wizard-key-settle = 報告を確定
wizard-key-stop = 次の前で停止
