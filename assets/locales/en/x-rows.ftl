# Rows of preflight that look beyond the service itself, and those of one method.
preflight-not-asked = it has not been read
preflight-not-read = it could not be read: { $fault }
preflight-controller-ecs = ECS drives it
preflight-strategy = strategy
preflight-strategy-rolling = rolling: new tasks replace the old ones as they become healthy
preflight-strategy-at-once = { $strategy }: the old tasks still run, so traffic goes back to them at once and nothing is gone through again
preflight-strategy-whole = the whole { $strategy } strategy runs: { $traffic }, bake time { $bake } min; at least { $minutes } min beside the start of the tasks
preflight-strategy-hooks = the whole { $strategy } strategy runs: { $traffic }, bake time { $bake } min, { $hooks ->
        [one] 1 hook
       *[other] { $hooks } hooks
    }; at least { $minutes } min beside the start of the tasks and the hooks
preflight-strategy-pauses = the whole { $strategy } strategy runs: { $traffic }, bake time { $bake } min; at least { $minutes } min, and it stands still at { $stages } until somebody answers the hook
preflight-strategy-unknown = the deployment strategy { $strategy } is not known to this version
preflight-owner = owner
preflight-owner-pass = no tag of { $service } names a stack or a pipeline
preflight-owner-warn = { $owners } would deploy the bad version again: freeze the pipeline and revert the commit
reminder-owner = Open, { $service }: { $why }
preflight-references = secrets and roles
preflight-references-none = { $revision } names no secret, no parameter and no role
preflight-references-pass = { $count ->
        [one] what it names is there
       *[other] all { $count } that it names are there
    }
preflight-references-gone = its tasks cannot start without these, which are gone: { $names }
preflight-references-untold = whether these are there cannot be told: { $names }
preflight-references-unlisted = { $revision } is not on the list that was read: what it names cannot be told
preflight-ports = ports
preflight-ports-none = no load balancer sends traffic to it
preflight-ports-pass = { $revision } has what the load balancer sends to: { $ports }
preflight-ports-no-container = { $revision } has no container { $container }, which the load balancer sends to: ECS refuses it
preflight-ports-no-port = container { $container } of { $revision } does not open port { $port }, which the load balancer sends to: ECS refuses it
preflight-ports-check = the target group checks port { $port }, which no container of { $revision } opens: its tasks would never be healthy
preflight-ports-unlisted = { $revision } is not on the list that was read: its ports cannot be told
preflight-grace = grace period
preflight-grace-none = no load balancer checks its tasks
preflight-grace-covers = the grace period is { $grace }, and its own deployment took { $took }
preflight-grace-pass = a task may start for { $within } (grace period { $grace }); it is healthy after { $healthy } of good answers
preflight-grace-short = a task that does not answer { $within } after its start is replaced (grace period { $grace }); its own deployment took { $took }, and becoming healthy takes { $healthy }
preflight-grace-untried = a task that does not answer { $within } after its start is replaced (grace period { $grace }), becoming healthy takes { $healthy }, and how long this version needs is not known
preflight-grace-unknown = the grace period is { $grace }; how the target group checks is not known
preflight-scaling = scaling
preflight-scaling-none = nothing scales it; { $desired } stay wanted
preflight-scaling-pass = { $desired } stay wanted, between { $min } and { $max }
preflight-scaling-suspended = scaling is suspended; { $desired } stay wanted, between { $min } and { $max }
preflight-scaling-outside = { $desired } are wanted, outside of { $min } to { $max }: scaling will change that
preflight-scaling-more = { $desired } are wanted, and this version was never scaled beyond { $most }
preflight-capacity = capacity
preflight-capacity-unplaced = ECS found no place for a task at { $at }: { $message }
preflight-capacity-stuck = with { $desired } wanted, a minimum of { $min } % and a maximum of { $max } % ECS may neither start nor stop a task
preflight-capacity-fargate = Fargate; its quota and its own capacity are not read
preflight-capacity-instances = { $launch }: the free room of the instances is not read
preflight-capacity-untold = where its tasks run is not told
preflight-shelf-life = shelf life
preflight-shelf-life-none = no lifecycle policy takes images away
preflight-shelf-life-pass = no rule of the lifecycle policy takes it away soon
preflight-shelf-life-now = lifecycle rule { $rule } takes it away at its next evaluation, within a day: give the image a tag that no rule is about, or change the rule
preflight-shelf-life-soon = lifecycle rule { $rule } takes it away at { $at }
preflight-shelf-life-pushes = lifecycle rule { $rule } takes it away after { $pushes ->
        [one] 1 more push
       *[other] { $pushes } more pushes
    }
preflight-shelf-life-untold = lifecycle rule { $rule } is about it, and when it takes it away cannot be told
preflight-shelf-life-unlisted = the image is not on the list that was read
proposes-vulnerability = { $count ->
        [one] 1 critical finding
       *[other] { $count } critical findings
    } in the running image { $digest }: { $names }
preflight-findings = scan findings
preflight-findings-pass = no critical finding in the scan of { $at }
preflight-findings-pass-undated = no critical finding
preflight-findings-never = { $digest } was never scanned
preflight-findings-no-digest = its content is not known, so no scan can be looked up
preflight-findings-critical = { $count ->
        [one] 1 critical finding
       *[other] { $count } critical findings
    }: { $names }
preflight-findings-same = it has the very same vulnerability: { $names }
preflight-migrations = migrations
preflight-migrations-unset = the runbook names no migrations: whether the schema went on cannot be told
preflight-migrations-pass = up to date, and none was written after the image was pushed at { $built }
preflight-migrations-pending = none was applied after the image was pushed; not applied yet: { $names }
preflight-migrations-applied = written and applied after the image was pushed at { $built }: { $names }. Whether it works with that schema is for a person to say (--override migrations=REASON)
preflight-migrations-ahead = the database has migrations that the code does not know: { $names }. Whether it works with that schema is for a person to say (--override migrations=REASON)
preflight-migrations-unbuilt = { $state }; when the image was pushed is not known
preflight-migrations-broken = { $state }. Put that right first
preflight-permissions = permissions
preflight-permissions-none = the plan makes no call to AWS
preflight-permissions-pass = allowed, by simulation: { $actions }
preflight-permissions-denied = denied, by simulation, which sees neither session nor resource policies: { $actions }
preflight-permissions-untold = simulation does not tell: { $actions }
preflight-snapshot = snapshot
preflight-snapshot-pass = { $snapshot } of { $at } ({ $age } old, { $storage }), available, encrypted
preflight-snapshot-status = { $snapshot } is { $status }: it cannot be restored
preflight-snapshot-engine = { $snapshot } is { $engine }, and the database is { $live }
preflight-snapshot-version = { $snapshot } is { $engine }, and the database is { $live } by now
preflight-snapshot-cut = there are more snapshots than were read: { $snapshot } need not be the newest
preflight-snapshot-plain = { $snapshot } is not encrypted, so the restored instance will not be either
preflight-snapshot-undated = when { $snapshot } was taken is not told
preflight-data-loss = data lost
preflight-data-loss-snapshot = everything written since { $at } is lost: { $minutes } min
preflight-data-loss-undated = everything written since the snapshot is lost; how much is not told
preflight-data-loss-switch = everything written since the switch at { $at } is not in the old database: { $minutes } min
preflight-data-loss-switch-undated = everything written since the switch is not in the old database; how much is not told
preflight-restored-instance = instance
preflight-restored-instance-pass = { $instance } will be made as { $class }, with the live one's settings: { $settings }
preflight-restored-instance-class = { $instance } will be made as { $class }, and the live one is { $live }. Its settings are taken over: { $settings }
preflight-restored-instance-unknown = { $instance } will be made as { $class }; the live one's class is not told. Its settings are taken over: { $settings }
preflight-restored-instance-taken = an instance { $instance } is there already
preflight-restored-instance-old = { $instance } is available
preflight-restored-instance-status = { $instance } is { $status }: it cannot be used now
preflight-restored-instance-unlisted = { $instance } is not on the list that was read
preflight-secret = secret
preflight-secret-pass = { $secret }: version { $version } stays as AWSPREVIOUS
preflight-secret-back = { $secret }: version { $version } is used again instead of { $now }
preflight-secret-deleted = { $secret } will be deleted at { $at }: it can neither be read nor changed
preflight-secret-denied = by simulation the value of { $secret } may not be read, and only host and port are to be replaced in it
preflight-workflow = workflow
preflight-workflow-pass = { $workflow } on { $branch } is active, and its runs can be told apart
preflight-workflow-untold = { $workflow } on { $branch } is active. It has no correlation input, so a run whose answer is lost cannot be told from a colleague's
preflight-workflow-off = { $workflow } is switched off
preflight-workflow-unset = the runbook names no repository on GitHub
preflight-workflow-token = GitHub wants a token: GH_TOKEN, GITHUB_TOKEN, or gh auth login ({ $fault })
preflight-workflow-not-there = { $repository } has no workflow { $workflow }, or the token may not see it: { $fault }
