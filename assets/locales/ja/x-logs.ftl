### ログのペイン。

pane-logs = ログ

## 状態

logs-following = 追尾中
logs-paused = 一時停止 · 以降{ $below }行（G で追尾）
logs-throttled = スロットリング中
logs-denied = 権限なし
logs-gone = ロググループなし
logs-failing = 取得失敗
logs-dropped = 古い{ $count }行を破棄
logs-dropped-short = 破棄{ $count }行
logs-gap = { $from }〜{ $to } の行は未取得
logs-gap-short = 未取得 { $from }〜{ $to }
logs-left-out = （残り{ $count }文字）

## 行がないとき

logs-closed = { $key } でログを開きます。表示中のみ5秒ごとに取得します。
logs-empty = 直近数分のログはありません。
logs-not-configured = { $service } のロググループが手順書にありません。
logs-not-configured-hint = services の log-group を設定してください。
logs-missing-group = ロググループ { $group } がありません。
logs-missing-group-hint = 手順書の log-group、リージョン、アカウントを確認してください。

## 検索

logs-no-match = これ以降に「{ $text }」を含む行はありません。
logs-nothing-sought = 検索語がありません。先に / で入力してください。

## 詳細

logs-label-from = タスク
logs-label-stream = ストリーム

## コマンド

command-logs = 選択中のサービスのログを表示します。
command-wrap-lines = 長い行の折り返しを切り替えます。
footer-wrap-lines = 折り返し
