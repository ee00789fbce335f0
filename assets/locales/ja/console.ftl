### The console outside the wizard: header, verdict line, panes, footer, layers, help.

## Header

header-account-unknown = アカウント不明
header-connecting = 接続中
header-drill = 演習
header-failing = 応答なし · 最終取得 { $age }前
header-failing-never = まだ応答なし
header-journal-failed = 記録不可: 書き込み停止
header-live = { $age }前

## Verdict line. Prefix, reason and deadline stay on one line at 80 columns.

deadline-by = 判断期限 { $at }
deadline-left = 残り { $left }
deadline-now = 即時判断
deadline-overdue = 期限超過 { $over }
reason-calm = 該当する判断基準はありません
reason-declared = { $service } { $criterion } { $since }申告
reason-error-rate = { $service } 5xx { $value } % > { $threshold } %（{ $since }から）
reason-latency = { $service } { $statistic } { $value } 秒 > { $threshold } 秒（{ $since }から）
reason-more = ほか{ $count }件
reason-proposed = { $service } に正常なターゲットなし。「主要機能が利用不可」を申告しますか
reason-unknown = { $service } { $criterion }を判定できません
verdict-hold = 維持
verdict-roll-back = ロールバック
verdict-unknown = 判定不能

## Pane titles

as-of = { $at } 時点
pane-error-rate = エラー率
pane-events = イベント
pane-images = イメージ
pane-latency = 応答時間 { $statistic }
pane-revisions = リビジョン
pane-services = サービス

## Column heads

column-5xx = 5xx
column-age = 経過
column-digest = ダイジェスト
column-image = イメージ
column-pushed = 登録
column-revision = リビジョン
column-served = 稼働期間
column-service = サービス
column-since = 開始
column-size = サイズ
column-state = 状態
column-tags = タグ
column-tasks = タスク
column-version = バージョン

## Cells

image-gone = 削除済み
image-not-pullable = 取得不可
image-ok = あり
image-unknown = 不明
served-before = { $total }
served-never = なし
served-now = 稼働中 { $total }
served-now-unknown = 稼働中
served-unknown = 不明

## Charts

chart-latency-now = 現在 { $now } · 1時間前 { $before }
chart-no-requests = リクエストなし: エラー率は不明
chart-threshold = 上限 { $value }
legend-last-good = ★ 直近の正常版（安定稼働の実績あり）

## Events that modosu adds to the list

event-crossed = 5xxエラー率が{ $threshold }%を超過（{ $service }）
event-deployment-completed = { $revision } のデプロイが完了（{ $service }）
event-deployment-started = { $revision } のデプロイを開始（{ $service }）

## Empty states

empty-definitions = このサービスの登録済みリビジョンはありません。
empty-events = イベントはありません。
empty-filter = 「{ $filter }」に一致するものはありません。
empty-images = リポジトリにイメージはありません。
empty-metrics = 直近3時間のデータはありません。
empty-services = 手順書のサービスがこのクラスターに見つかりません。
empty-waiting = 最初の応答を待っています。

## Footer. One word or two after each key.

footer-checklist = 確認項目
footer-command = コマンド
footer-declare = 申告
footer-details = 詳細
footer-filter = 絞り込み
footer-help = ヘルプ
footer-pane = ペイン
footer-quit = 終了
footer-refresh = 更新
footer-wizard = ロールバック

## Layers

declare-label-note = 確認した事実
declare-title = 判断基準の申告 · { $service }
declare-withdraw = { $criterion }の申告を取り下げる
describe-title = 詳細 · { $what }
filter-prompt = 絞り込み
note-title = 経過へのメモ
palette-title = コマンド
quit-ask = ロールバックの実行中です。終了してもECS側の処理は続き、modosu resume で再開できます。終了しますか?
quit-no = 続ける
quit-yes = 終了

## Help

help-close = Esc で閉じる
help-section-acting = インシデント
help-section-console = コンソール
help-section-moving = 移動
help-section-viewing = 表示
help-title = キー操作

## Notices

notice-no-service = 先にサービスを選んでください。
notice-not-now = この段階では実行できません。
notice-refreshing = 再取得しています
notice-stop-requested = 次の呼び出しの前に停止します。
notice-too-late = 呼び出しは送信済みです。ECS側で処理が続きます。
balancer-apart = 共有ロードバランサー自身の5xx: { $at } に{ $count }件
