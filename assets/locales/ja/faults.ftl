### What went wrong (fault-*) and what the operator can do about it (hint-*).

## Faults

fault-denied = { $operation } は権限がないため拒否されました: { $detail }
fault-expired = 認証情報の期限が切れたため { $operation } に失敗しました: { $detail }
fault-held = 別の指揮者が操作中です: { $detail }
fault-local = この端末で { $operation } に失敗しました: { $detail }
fault-malformed = { $operation } の応答を解釈できませんでした: { $detail }
fault-no-credentials = { $operation } に使える認証情報がありません: { $detail }
fault-not-found = { $operation } の対象が見つかりません: { $detail }
fault-not-offered = 接続先は { $operation } を提供していません: { $detail }
fault-rejected = { $operation } は不正な要求として拒否され、何も実行されていません: { $detail }
fault-server = { $operation } の処理中に相手側で障害が起きました: { $detail }
fault-throttled = { $operation } はAWSの呼び出し制限を受けました: { $detail }
fault-timed-out = { $operation } の応答が時間内に届きませんでした: { $detail }
fault-unreachable = { $operation } の接続先に到達できませんでした: { $detail }

## Hints

hint-denied = IAMアクション { $action } の付与を依頼するか、権限のあるロールに切り替えてください
hint-expired = 別の端末で aws sso login などにより認証を更新し、r で再取得してください
hint-held = 終わるのを待つか、表示された担当者に引き継ぎを依頼してください
hint-local = パス、権限、空き容量を確認して、もう一度実行してください
hint-malformed = AWS_ENDPOINT_URL とヘルスチェックのURLを確認してください。別のサーバーが応答している可能性があります
hint-no-credentials = AWS_PROFILE とリージョンを設定するか aws sso login でサインインし、起動し直してください
hint-not-found = リージョン、アカウント、手順書の名前を確認してください
hint-not-offered = 関連する項目は不明のままです。AWSコンソールで確認してください
hint-rejected = 上のメッセージと計画を見直し、計画を作り直してください
hint-server = 少し待って r で再取得してください。続く場合はAWS Health Dashboardを確認してください
hint-throttled = しばらくお待ちください。modosuが間隔を空けて自動で取得し直します
hint-timed-out = ネットワークとVPNを確認し、再試行してください
hint-unreachable = ネットワーク、VPN、プロキシ、AWS_ENDPOINT_URL を確認し、再試行してください
