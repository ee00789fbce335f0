# Words of single calls on the way.
preflight-restored-instance-serves = { $instance } is { $status }, and answers meanwhile
