### GitHubのワークフローとPrismaのマイグレーション

## GitHubでの失敗

fault-github-throttled = { $operation } はGitHubの呼び出し制限を受けました: { $detail }
hint-github-api = 手順書の [github] api がGitHubのREST APIを指しているか確認してください
hint-github-denied = トークンに { $action } の権限を付けてください（対象はそのリポジトリだけで足ります）
hint-github-not-found = リポジトリ名とワークフロー名、トークンの Actions: write 権限を確認してください
hint-github-server = 少し待って取得し直してください。続く場合は GitHub Status を確認してください
hint-github-throttled = 制限が解けるまで待ってから、もう一度実行してください
hint-github-token = GH_TOKEN か GITHUB_TOKEN を設定するか、gh auth login でサインインしてください

## マイグレーションの状態

migrations-ahead = DBがコードより新しい状態です。フォルダにないもの: { $names }
migrations-diverged = フォルダとDBで履歴が分かれています。未適用: { $pending }　フォルダにないもの: { $ahead }
migrations-failed = 途中で失敗したものがあります: { $names }
migrations-not-managed = DBにマイグレーションの記録がありません
migrations-not-whole = { $state }（DB側の一覧は読めず、より新しいものが隠れている可能性があります）
migrations-pending = 未適用: { $names }
migrations-unreachable = DBに接続できません: { $detail }
migrations-unreadable = 状態を読み取れません: { $detail }
migrations-up-to-date = すべて適用済み

## doctor

cli-doctor-migrations-hint = 手順書の [prisma] と、DATABASE_URL などの環境変数を確認してください
cli-doctor-no-folder = 手順書の [prisma] folder が未設定です
cli-doctor-no-repository = 手順書の [github] repository が未設定です
cli-doctor-workflow = { $name }（{ $branch } で起動）
cli-doctor-workflow-off = ワークフロー { $name } は無効になっています
cli-doctor-workflow-off-hint = GitHubのActionsタブでワークフローを有効にしてください
