### ログのペイン。

pane-logs = ログ

## 状態

logs-following = 追尾中
logs-paused = 一時停止 · 新しい行 { $below }（G で追尾）
logs-throttled = スロットリング中
logs-denied = 権限なし
logs-gone = ロググループなし
logs-failing = 取得失敗
logs-dropped = 古い { $count } 行を破棄
logs-dropped-short = 破棄 { $count } 行
logs-gap = { $from }〜{ $to } の行は未取得
logs-gap-short = 未取得 { $from }〜{ $to }
logs-left-out = （残り { $count } 文字）

## 行がないとき

logs-closed = { $key } でログを開く。表示中は 5 秒ごとに取得する。
logs-empty = 直近数分のログなし。
logs-not-configured = { $service } のロググループがランブックにない。
logs-not-configured-hint = services の log-group を設定する。
logs-missing-group = ロググループ { $group } が存在しない。
logs-missing-group-hint = ランブックの log-group、リージョン、アカウントを確認する。

## 検索

logs-no-match = これ以降に「{ $text }」を含む行はない。
logs-nothing-sought = 検索語がない。先に / で入力する。

## 詳細

logs-label-from = タスク
logs-label-stream = ストリーム

## コマンド

command-logs = 選択中のサービスのログを表示する。
command-wrap-lines = 長い行の折り返しを切り替える。
command-next-match = 次の一致へ（全行が対象）。
command-previous-match = 前の一致へ（全行が対象）。
footer-wrap-lines = 折り返し
footer-next-match = 次の一致
footer-previous-match = 前の一致
