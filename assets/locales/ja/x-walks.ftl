# 途中の呼び出しについての文
preflight-restored-instance-serves = { $instance } は { $status }（その間も応答します）
