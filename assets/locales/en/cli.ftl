### The command line: what the verbs print for people, their errors and hints.

## Tables

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
cli-error-blocked = the plan is blocked by preflight
cli-error-environment = the runbook has no environment { $name }
cli-error-incident = the journal has no incident { $incident }
cli-error-method = the method { $method } is not offered by this version
cli-error-no-runbook = no runbook was found
cli-error-open-incident = the incident { $incident } of this environment and service is still open
cli-error-protected = { $environment } is protected: --yes is not enough
cli-error-read-only = read-only mode never writes
cli-error-service = the runbook has no service { $name }
cli-error-terminal = the console needs a terminal

## Hints

cli-hint-approval = run plan again, read it, and approve the hash that it prints
cli-hint-blocked = read the blocking rows above and choose another --to
cli-hint-environments = it has: { $names }
cli-hint-incidents = modosu incidents lists them
cli-hint-no-runbook = start one with modosu init, try modosu drill, or name the built-in one: --runbook { $name }
cli-hint-open-incident = go on with it: modosu resume { $incident }
cli-hint-protected = run plan, read it, then rollback --approve HASH
cli-hint-read-only = start without --read-only to apply a plan
cli-hint-services = it has: { $names }
cli-hint-terminal = use a verb such as status --json in scripts
