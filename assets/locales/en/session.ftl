### What the session and the engine say: notices, refusals, endings.

## Sentences

abandoned-by-operator = given up by the operator before anything was sent
doubtful-unread = the service could not be read: { $fault }
ended-not-applied = the call went unanswered, and looking showed that it changed nothing
ended-rejected = AWS refused the call, nothing changed: { $fault }
ended-stopped = stopped by the operator before the next call
ended-unknown = given up without knowing whether the call took effect; a person must look
notice-blocked = a check blocks this plan; it cannot be approved
notice-filed = history row written to { $path }
notice-history-failed = the history row was not written: { $detail }
notice-journal-failed = the journal failed, nothing more is written to AWS: { $detail }
notice-measured-criterion = this criterion is measured; it cannot be declared
notice-no-incident = no incident is open; R opens one
notice-other-incident = incident { $incident } is at hand; finish or give it up first
notice-other-plan = this is not the plan on the screen; nothing was sent
notice-read-only = read-only: nothing is written
notice-stale-plan = the world has changed since the plan was made; make a new plan
plan-no-service = the runbook has no service { $service }
refused-account = the credentials belong to account { $account }, the plan to another; nothing was sent
refused-interrupted = interrupted before anything was sent; approve a new plan
refused-lease = another commander holds this service: { $detail }
refused-unread = the service could not be read again, nothing was sent: { $fault }
start-no-environment = the runbook has no environment { $environment }
start-no-environment-hint = name one of the runbook's environments with --environment
verify-signed = signed
verify-signed-note = signed: { $note }
verify-window-over = no answer within the time for it
