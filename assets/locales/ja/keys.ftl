### One sentence for each command: help, footer and palette are made from these.

## Commands

command-back = ひとつ前に戻ります。
command-bottom = 最後の行に移動します。
command-declare = 判断基準を申告、または取り下げます。
command-describe = 選択中の項目の詳細を表示します。
command-down = 1行下に移動します。
command-edit-report = 報告を $EDITOR で編集します。
command-events = イベントを表示します。
command-filter = このペインの行を絞り込みます。
command-help = キー操作を表示します。
command-images = イメージを表示します。
command-into = 選択中の項目を開きます。
command-metrics = メトリクスを表示します。
command-next-pane = 次のペインに移動します。
command-note = 経過にメモを残します。
command-out = 一段上に戻ります。
command-page-down = 1ページ下に移動します。
command-page-up = 1ページ上に移動します。
command-palette = コマンドを名前で探します。
command-previous-pane = 前のペインに移動します。
command-quit = 終了します。書き込み中は確認します。
command-redraw = 画面を再描画します。
command-refresh = 今すぐ再取得します。
command-revisions = リビジョンを表示します。
command-start-rollback = ロールバックの手順を開きます。まだ何も送信しません。
command-stop = ロールバック中、次の呼び出しの前に停止します。
command-suspend = modosuを安全に一時停止します。
command-toggle-header = ヘッダーを1行に縮めるか、戻します。
command-top = 最初の行に移動します。
command-unzoom = すべてのペインを表示します。
command-up = 1行上に移動します。
command-verify = 確認項目を表示します。
command-zoom = このペインを全画面にします。
