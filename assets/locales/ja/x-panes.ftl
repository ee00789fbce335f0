### What the panes say: deployments, raw form, differences, copies, links, marks, search, sort, failures in a few words.

## A failure in a few words, in the border of a pane

briefly-denied = 権限なし: { $action }
briefly-expired = 認証情報の期限切れ
briefly-held = 別の指揮者が操作中
briefly-local = この端末で失敗
briefly-malformed = 応答を解釈できない
briefly-no-credentials = 認証情報なし
briefly-not-found = 見つからない
briefly-not-offered = 提供されていない
briefly-rejected = 要求を拒否された
briefly-server = 相手側の障害
briefly-throttled = AWSの呼び出し制限中
briefly-timed-out = 時間内に応答なし
briefly-unreachable = 接続できない

## What the circuit breaker does

breaker-off = 無効
breaker-rolls-back = 有効（直前の完了済みデプロイに戻す）
breaker-stops = 有効（停止のみ、戻さない）
not-put-back = ECSによる切り戻しなし
put-back-by-ecs = ECSが { $revision } に切り戻し（{ $at }）

## Column heads

column-by = 登録者
column-ecs-service = ECS上の名前
column-from = 変更前
column-health = ヘルス
column-reason = 理由
column-rev = Rev
column-started = 開始
column-targets = 正常数
column-to = 変更後
column-took = 所要
column-ver = Ver

## Commands

command-copy = 選択中の項目のARNやダイジェストをコピーします。
command-deployments = デプロイ履歴を表示します。
command-link = AWSコンソールのURLを表示し、コピーします。
command-mark = リビジョンに印を付けます。d で2つを比較できます。
command-next-match = 次の一致に移動します。
command-previous-match = 前の一致に移動します。
command-raw = 選択中の項目をJSONで表示します。
command-reverse = 並び順を逆にします。
command-sort = 次の列で並べ替えます。

## What was copied

copied-deployment = デプロイのARN
copied-diff = 差分
copied-digest = ダイジェスト
copied-event = イベント
copied-json = JSON
copied-line = ログの行
copied-link = URL
copied-revision = リビジョンのARN
copied-service = サービスのARN

## How a deployment stands

deployment-in-progress = 実行中
deployment-pending = 待機中
deployment-rollback-failed = 切り戻し失敗
deployment-rollback-in-progress = 切り戻し中
deployment-rollback-requested = 切り戻し要求
deployment-rollback-successful = 切り戻し
deployment-stop-requested = 停止要求
deployment-stopped = 停止
deployment-successful = 完了

## Differences of two revisions

diff-changed-unseen = 変更あり（値は表示しません）
diff-nothing = ほかに差分はありません。定義の内容は同じです。
diff-same-content = イメージの内容は同じ
diff-title = 差分 · { $what }

## Empty states

empty-deployments = 直近90日のデプロイはECSの履歴にありません。
service-missing = このクラスターに見つかりません

## Footer

footer-copy = コピー
footer-latency = 応答時間
footer-link = AWSコンソール
footer-mark = 印
footer-next-match = 次の一致
footer-previous-match = 前の一致
footer-raw = JSON
footer-reverse = 逆順
footer-sort = 並べ替え

## Images

image-untagged = タグなし
label-used-by = 使用元
tag-moved-away = { $revision } 稼働時の { $tag } はこのイメージ。タグは別のイメージに付け替え済み
tag-moved-away-short = 元 { $tag }
tag-moved-here = { $tag } は付け替え済み。{ $revision } が稼働したのは別のイメージ
tag-moved-here-short = 付替
used-by-none = 一覧のリビジョンでは未使用

## Labels

label-breaker = 自動切り戻し
label-created = 作成
label-finished = 終了
label-size = サイズ
served-until-now = 現在

## Pages

find-prompt = 検索
link-drill = 演習用のアカウントのため、このページは存在しません。
link-title = AWSコンソール · { $what }
palette-none = 「{ $typed }」というコマンドやサービスはありません。
palette-service = サービス { $service } に移動します。
raw-title = JSON · { $what }

## Pane titles

pane-deployments = デプロイ履歴

## Notices

notice-copied = { $what }をコピーしました: { $text }
notice-mark-revisions = 印を付けられるのはリビジョンだけです（t キー）。
notice-marked-none = 印はありません。
notice-marked-one = { $revision } に印を付けました。もう1つに印を付けるか、比較する行で d を押してください。
notice-marked-two = { $one } と { $other } に印を付けました。d で比較します。
notice-no-definition = 一覧から外れたリビジョンがあり、比較できません。
notice-no-link = アカウントがまだ分かりません。
notice-no-match = 一致するものはありません。
notice-no-rows = ここには並べ替える行がありません。
notice-no-search = まだ検索していません（/ キー）。

## Sorting

sort-burning = 異常順
sort-latency = 応答時間
sort-name = 名前
sort-own = 既定順

## A rollout that is under way

legend-rolling-out = ↻ 展開中
rolling-out = 展開中

## A window that is too small

approve-too-small = 画面が小さく回答できません（80x24 が必要）。Esc で戻ります。
screen-too-small = 画面が小さすぎます（80x24 が必要）
