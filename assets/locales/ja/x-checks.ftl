### What differs between two revisions, and what the wider checks before going back find.

## What differs between two revisions

difference-added = { $what } 追加
difference-added-as = { $what } 追加（{ $to }）
difference-changed = { $what } { $from } → { $to }
difference-changed-unseen = { $what } 変更（値は表示しません）
difference-in = { $container }: { $what }
difference-named = { $field } { $name }
difference-removed = { $what } 削除
difference-removed-from = { $what } 削除（{ $from }）
field-command = コマンド
field-compatibility = 互換性
field-container = コンテナ
field-cpu = CPU
field-entry-point = エントリポイント
field-environment = 環境変数
field-environment-file = 環境変数ファイル
field-ephemeral-storage = エフェメラルストレージ（GiB）
field-essential = essential
field-execution-role = タスク実行ロール
field-health-check = ヘルスチェック
field-image = イメージ
field-label = ラベル
field-log-driver = ログドライバー
field-log-group = ロググループ
field-log-options = ログオプション
field-log-prefix = ログストリーム接頭辞
field-memory = メモリー
field-memory-reservation = メモリー予約
field-mount = マウント
field-network-mode = ネットワークモード
field-other = その他の設定
field-platform = プラットフォーム
field-port = ポート
field-secret = シークレット
field-task-role = タスクロール
field-volume = ボリューム
