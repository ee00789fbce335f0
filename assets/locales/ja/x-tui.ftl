### What the console says beside the messages of console.ftl, wizard.ftl and keys.ftl.

## Verdict line on a narrow screen

deadline-by-short = 期限{ $at }
deadline-left-short = 残り{ $left }
deadline-overdue-short = 超過{ $over }
reason-error-rate-short = { $service } 5xx { $value }%>{ $threshold }% { $since }から
reason-latency-short = { $service } { $statistic } { $value }秒>{ $threshold }秒 { $since }から

## Footer

footer-abandon = 取りやめ
footer-bottom = 末尾
footer-choose = 決定
footer-close-incident = 閉じる
footer-down = 下
footer-editor = エディタ
footer-give-up = 不明で終了
footer-header = ヘッダー
footer-note = メモ
footer-page-down = 次ページ
footer-page-up = 前ページ
footer-press = 確定
footer-redraw = 再描画
footer-suspend = 一時停止
footer-switch = ボタン切替
footer-tab = タブ
footer-top = 先頭
footer-unzoom = 全ペイン
footer-up = 上
footer-write = ここで編集
footer-zoom = 拡大

## Commands

command-abandon = 送信前のインシデントを取りやめます。
command-choose = 選択中の項目、または入力した内容に決めます。
command-close-incident = 完了したインシデントを閉じます。
command-give-up = 反映の有無が分からないロールバックを「不明」として終了します。
command-latency = 応答時間を表示します。
command-look-again = 応答のなかった呼び出しの反映をもう一度確認します。
command-next-step = 次の手順に進みます。
command-next-tab = 次のタブを表示します。
command-press = 選択中のボタンを押す、または入力を確定します。
command-previous-tab = 前のタブを表示します。
command-services = サービスを表示します。
command-settle-report = 報告を現在の内容で確定します。
command-sign-failed = 選択中の確認項目を「不合格」とし、理由を残します。
command-sign-passed = 選択中の確認項目を「合格」とします。
command-sign-skipped = 選択中の確認項目を省略し、理由を残します。
command-switch = もう一方のボタンに移ります。
command-write-report = この画面で報告を編集します。

## Layers

abandon-ask = このインシデントを取りやめますか。AWSには何も送信していません。ここまでの記録は残ります。
button-abandon = 取りやめる
button-give-up = 不明で終了
button-keep = 続ける
declare-hint = Enter で申告、↑ ↓ で判断基準を選択
give-up-ask = ロールバックを「不明」として終了しますか。以後の確認は行わず、AWSコンソールで担当者が対応します。

## Wizard

act-ready = 送信の前に、アカウントとサービスを読み直しています。
act-sent = 送信しました。応答を待っています。
approve-arming = …
approve-ready = Enter で計画を送信します。
label-environment = 環境
label-in-ecr = ECR上の有無
label-registered = 登録日時
label-seen = 現在の状態
label-sent = 送信
record-abandoned = 送信前に取りやめました。何も変更していません。
record-open-checks = { $key } で確認項目を開けます。機能確認は後からでも記入できます。
report-gaps = 未記入の項目:
report-no-gaps = 下書きに未記入の項目はありません。
wizard-more = ほか{ $count }行
wizard-opening = インシデントを記録に作成しています。

## Notices

notice-check-automatic = この項目は自動で確認します。
notice-editor-failed = エディタを使用できません: { $detail }
notice-no-checklist = 確認項目は、ロールバックが戻し先で完了すると開けます。
notice-no-editor = エディタが未設定です。$EDITOR に指定するか、この画面で編集してください。
notice-no-report = 編集できる報告はまだありません。
notice-note-wanted = 確認した事実を入力してから Enter を押してください。
notice-nothing-selected = 選択中の項目がありません。

## No terminal

terminal-dumb = この端末には描画できません（TERM=dumb）。
terminal-hint = 「modosu status」で状態を表示するか、端末で modosu を起動してください。
terminal-none = 標準入出力が端末ではありません。
