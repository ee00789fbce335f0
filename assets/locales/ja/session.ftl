### What the session and the engine say: notices, refusals, endings.

## Sentences

abandoned-by-operator = 何も送信する前に担当者が中止
doubtful-unread = サービスを読み取れません: { $fault }
ended-not-applied = 呼び出しへの応答はなく、確認したところ何も変わっていません
ended-rejected = AWSが呼び出しを拒否しました。変更はありません: { $fault }
ended-stopped = 次の呼び出しの前に担当者が停止
ended-unknown = 呼び出しが効いたか不明のまま終了。人による確認が必要です
notice-blocked = 事前確認で停止しています。この計画は承認できません
notice-filed = 履歴を { $path } に記録しました
notice-history-failed = 履歴を記録できませんでした: { $detail }
notice-journal-failed = 記録に書き込めないため、AWSへの操作を止めています: { $detail }
notice-measured-criterion = この基準は計測値で判定するため、申告できません
notice-no-incident = インシデントは開かれていません（R で開始）
notice-other-incident = インシデント { $incident } が進行中です。先に完了または中止してください
notice-other-plan = 画面の計画と一致しません。何も送信していません
notice-read-only = 閲覧専用のため変更できません
notice-stale-plan = 計画の作成後に状態が変わりました。計画を作り直してください
plan-no-service = 手順書にサービス { $service } がありません
refused-account = 認証情報はアカウント { $account } のもので、計画と異なります。何も送信していません
refused-interrupted = 送信前に中断されました。新しい計画を承認してください
refused-lease = 別の担当者がこのサービスを操作中です: { $detail }
refused-unread = サービスを再確認できないため、何も送信していません: { $fault }
start-no-environment = 手順書に環境 { $environment } がありません
start-no-environment-hint = --environment で手順書の環境を指定してください
verify-signed = 確認済み
verify-signed-note = 確認済み: { $note }
verify-window-over = 期限内に結果が得られませんでした
