### What went wrong (fault-*) and what the operator can do about it (hint-*).

## Faults

fault-denied = { $operation } is denied: { $detail }
fault-expired = { $operation } failed because the credentials have expired: { $detail }
fault-held = another commander is at work: { $detail }
fault-local = { $operation } failed on this machine: { $detail }
fault-malformed = the answer to { $operation } could not be understood: { $detail }
fault-no-credentials = there are no usable credentials for { $operation }: { $detail }
fault-not-found = { $operation } found nothing: { $detail }
fault-not-offered = this endpoint does not offer { $operation }: { $detail }
fault-rejected = { $operation } was refused as wrong; nothing was done: { $detail }
fault-server = the service failed during { $operation }: { $detail }
fault-throttled = { $operation } was slowed down by AWS: { $detail }
fault-timed-out = { $operation } was not answered in time: { $detail }
fault-unreachable = { $operation } could not reach its address: { $detail }

## Hints

hint-denied = ask for the IAM action { $action }, or switch to a role that has it
hint-expired = renew them in another terminal (aws sso login, or assume the role again), then press r
hint-held = wait until it is done, or ask the person named to hand over
hint-local = check the path, its permissions and the free space, then try again
hint-malformed = check AWS_ENDPOINT_URL and the health address; something else may be answering
hint-no-credentials = set AWS_PROFILE and a region, or sign in with aws sso login, then start again
hint-not-found = check the region, the account and the names in the runbook
hint-not-offered = what depends on it stays unknown; look it up in the AWS console
hint-rejected = read the message above, look at the plan again, and make a new one
hint-server = wait a moment and press r; see the AWS Health Dashboard if it goes on
hint-throttled = wait a moment; modosu asks again more slowly by itself
hint-timed-out = check the network or VPN, then try again
hint-unreachable = check the network, VPN, proxy and AWS_ENDPOINT_URL, then try again
