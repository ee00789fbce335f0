### The command line: what the verbs print for people, their errors and hints.

## Tables

cli-column-deployment = deployment
cli-column-health = health
cli-column-service = service
cli-column-status = status
cli-column-tasks = tasks
cli-column-version = version
cli-decide-by = decide by { $at }
cli-health-failing = failing
cli-health-ok = ok
cli-plan-approve = To apply exactly this plan: { $command }
cli-plan-blocked = This plan is blocked.
cli-plan-calls = Calls
cli-plan-hash = Plan { $hash }
cli-plan-ready = This plan is ready.
cli-plan-step = { $service }: { $from } → { $to }
cli-plan-warn = This plan has warnings or unknowns.
cli-preflight = Checks
cli-status-criteria = Criteria
cli-status-services = Services
cli-verdict-hold = ● Hold: no criterion is met.
cli-verdict-roll-back = ▲ Roll back: a criterion is met.
cli-verdict-unknown = ? Unknown: no criterion is met, and not all can be told.

## Progress of a rollback

cli-ended = Ended: { $outcome }
cli-incident = Incident { $incident }
cli-progress = { $elapsed }  { $new } of { $desired } on the target, { $old } old  { $note }
cli-unproven = Not proven: { $what }

## Incidents and resume

cli-incidents-empty = The journal holds no incidents.
cli-resume-ask = It cannot be told whether the call took effect. Look at the service, then decide.
cli-resume-none = There is nothing to resume.

## Errors: lower-case in English, completing “failed to …”

cli-error-approval = the plan is { $actual }, not { $given }
cli-error-approval-form = { $given } is not the hash of a plan
cli-error-blocked = the plan is blocked by preflight: { $rows }
cli-error-damaged-newest = the incident that is meant may be one that is damaged: { $detail }
cli-error-damaged-open = an incident that may still be open is damaged: { $detail }
cli-error-drill = failed to start the drill: { $detail }
cli-error-environment = the runbook has no environment { $name }
cli-error-incident = the journal has no incident { $incident }
cli-error-init-exists = { $file } exists already and is left as it is
cli-error-method = there is no method { $method }
cli-error-no-incident = the journal has no incident of { $environment } that fits
cli-error-no-plan = there is no plan: { $why }
cli-error-no-runbook = no runbook was found
cli-error-no-state-dir = there is no folder for the journal
cli-error-not-applied = nothing was sent
cli-error-not-at-verify = incident { $incident } has nothing to verify: it is at “{ $state }”
cli-error-open-incident = the incident { $incident } of this environment and service is still open
cli-error-override-form = { $given } is not CHECK=REASON
cli-error-protected = { $environment } is protected: --yes is not enough
cli-error-read-only = read-only mode never writes
cli-error-runbook = { $detail }
cli-error-runbook-file = there is no runbook file { $name }
cli-error-runbook-name = { $name } is neither a file nor a built-in runbook
cli-error-runbook-unreadable = failed to read { $file }: { $detail }
cli-error-service = the runbook has no service { $name }
cli-error-target = { $target } is no target
cli-error-unexpected = something that should not happen: { $detail }
cli-error-write = failed to write { $file }: { $detail }

## Hints

cli-hint = hint: { $hint }
cli-hint-approval = run plan again, read it, and approve the hash that it prints
cli-hint-damaged-newest = name another one with its id; modosu incidents lists them
cli-hint-damaged-open = look at the service in AWS first; docs/journal-format.md, “Damage”, says how to go on
cli-hint-did-you-mean = did you mean { $name }?
cli-hint-environments = it has: { $names }
cli-hint-incidents = modosu incidents lists them
cli-hint-init-exists = edit it, or move it away first
cli-hint-methods = auto, stop, continue, revision, image, github, database or redeploy
cli-hint-no-runbook = start one with modosu init, try modosu drill, or name the built-in one: --runbook { $name }
cli-hint-no-state-dir = name one with --state-dir or MODOSU_STATE_DIR
cli-hint-open-incident = go on with it: modosu resume { $incident }
cli-hint-override = remove what blocks, choose another --to, or go back by hand
cli-hint-plan-again = modosu plan shows which check blocks
cli-hint-protected = run plan, read it, then rollback --approve HASH
cli-hint-read-only = start without --read-only to write anything
cli-hint-runbook = docs/runbook-format.md explains every key
cli-hint-services = it has: { $names }
cli-hint-target = last-good, latest-1, a tag such as v1.2.3, :56, family:56, sha256:…; for the database snapshot:ID, latest-snapshot or old-database

## Ends

cli-filed = Recorded in { $path }
cli-history-mean = mean time to recover: { $time }
cli-init-next = Fill in what is your own, then run modosu doctor.
cli-init-writes = Writing { $file }
cli-next-verify = Next: modosu verify
cli-not-filed = The history row was not written; modosu history append writes it.
cli-recovered = Recovered at { $at }
cli-resume-choices = [l] look again   [g] give up: the outcome is unknown   [q] leave it open
cli-resume-not-sent = Incident { $incident }: nothing was sent, so there is nothing to go on with.
cli-stopped-before = Stopped before anything was sent.

## Doctor

cli-doctor-folder-later = { $path } does not exist yet; the first rollback makes it
cli-doctor-folder-unusable = { $path } cannot be written to
cli-error-output = the data could not be written to stdout
cli-hint-no-plan = modosu status shows what was read and what was not; --to names another target
