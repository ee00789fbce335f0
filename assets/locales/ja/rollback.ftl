### What the decisions say: criteria, target rules, preflight rows and evidence, outcomes.

## Preflight rows

preflight-account = アカウント
preflight-controller = デプロイ方式
preflight-deployment = 他のデプロイ
preflight-desired = 必要タスク数
preflight-image = イメージ
preflight-not-current = 稼働中の版との違い
preflight-proven = 稼働実績
preflight-target-active = タスク定義

## Preflight evidence

account-differs = 認証情報は { $actual }、手順書は { $expected } です
account-unset = 手順書にアカウントの指定がありません（認証情報は { $actual }）
controller-code-deploy = CodeDeploy管理のため、UpdateServiceでは変更できません
desired-zero = 必要タスク数が0のため、戻す対象がありません
not-current-same = { $revision } はすでに稼働中です
target-active = タスク定義 { $revision } はACTIVEです

## Outcomes

unproven-digests = 稼働中のダイジェストを確認できません
unproven-service-deployment = サービスデプロイの完了を確認できません
unproven-target-health = ターゲットの正常性を確認できません
