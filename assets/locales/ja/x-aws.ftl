### Failures of a write whose groundwork failed: nothing was sent.

fault-not-sent = { $operation } で前提を確認できず、変更の呼び出しは送っていません: { $detail }
hint-not-sent = 何も変更していません。原因を確認し、計画を作り直してください
briefly-not-sent = 未送信
