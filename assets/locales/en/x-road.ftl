### The way back: its method, what stands in it, and how it ended.

## Why this method

method-stop = stop
cli-plan-method = method { $method }: { $why }
why-method-revision = no deployment is under way, so a deployment of the earlier revision begins
why-method-stop = the deployment { $deployment } is { $status }; stopping it makes ECS go back
why-method-untold = something is under way that cannot be stopped here
why-method-wanted = { $method } was asked for

## Where ECS goes

no-plan-stop-none = no deployment of this service has completed, so ECS has nothing to go back to from { $deployment }; wait for its end
no-plan-stop-undescribed = ECS does not describe what it would go back to from { $deployment }; wait for its end
target-ecs = ECS chooses { $revision }: the newest deployment that completed; served alone for { $served }

## Preflight

preflight-deployment-going-back = ECS is going back already, to { $revision } ({ $deployment }, { $status }): watch it
preflight-deployment-stoppable = { $deployment } of { $at } is { $status }: stop it (method stop), or wait for its end
preflight-deployment-stopped = { $deployment } is { $status } and is what gets stopped
preflight-stop-target = where ECS goes
preflight-stop-target-burnt = a stop would bring back { $revision }, which had { $percent } % 5xx while it served: talk to whoever deploys now, and wait for the end of that deployment
preflight-stop-target-landed = no deployment is under way: use the method revision
preflight-stop-target-named = ECS goes back to { $revision }, not to { $wanted }: leave the target to last-good, or wait for the end and use revision
preflight-stop-target-named-none = ECS goes back to { $revision }, and the named target is not to be had: { $why }
preflight-stop-target-pass = ECS goes back to { $revision }
preflight-stop-target-rule = ECS goes back to { $revision }, modosu would have chosen { $wanted }
preflight-stop-target-rule-none = ECS goes back to { $revision }, modosu would have chosen none: { $why }
preflight-stop-target-sources = ECS should go back to { $revision }, but does not name it among what the deployment replaces
preflight-stop-target-untold = what is under way cannot be stopped, or is not listed yet
preflight-stop-target-way-back = what is being deployed is itself the way back to { $from }, which served { $served }: follow it; a stop would bring back { $revision }
preflight-target-health-few = { $healthy } healthy of { $desired } wanted ({ $initial } starting, { $draining } draining): part of the service does not serve
preflight-target-active-kept = task definition { $revision } is INACTIVE; ECS keeps the service revision that uses it

## What changed since the plan

changed-by = { $why }; { $revision } was registered by { $by }
changed-deployment-dated = another deployment, { $seen } of { $at }, brought { $revision } after the plan was made
changed-stop-going-back = ECS is going back already: { $deployment } is { $status }
changed-stop-over = { $deployment } is over ({ $status }), there is nothing left to stop
changed-stop-untold = ECS does not know { $deployment } any more
cli-new-plan = The plan as it would be now:
found-stop-other = { $deployment } is { $status }, which is not known to this version

## While it is followed

cli-trouble = ▲ { $why }
doubtful-ending = looking was cut short because modosu ends; the next start looks again
doubtful-unrecorded = what was found could not be recorded: { $detail }
follow-paused = stands at the hook { $hook } (stage { $stage }) until somebody decides
follow-paused-until = stands at the hook { $hook } (stage { $stage }) until somebody decides; ECS acts by itself at { $at }
follow-stalled = nothing has moved for { $quiet }: { $cause }
follow-stalled-unexplained = nothing has moved for { $quiet }, and ECS gives no reason
follow-stop-too-late = { $deployment } completed before the stop reached it; nothing was put back
follow-stop-waiting = stop sent; waiting for ECS to go back ({ $status })
notice-stop-came-late = The stop came too late: this call is sent.

## How it ended

follow-put-back-alarm = an alarm made ECS put { $revision } back: { $reason }
follow-put-back-breaker = the circuit breaker put { $revision } back: { $reason }
follow-put-back-stop = somebody stopped the deployment and ECS put { $revision } back: { $reason }
follow-with-cause = { $why } ({ $cause })
next-put-back-stop = ECS went back to another version than planned. Check whether it will do; if not, roll back to the planned one by name with the method revision.

## Why tasks do not stay up

cause-cannot-pull = the image cannot be pulled: { $reason }
cause-exited = the container { $container } exited with code { $code }
cause-health-check = a health check failed: { $reason }
cause-killed = the container { $container } was killed (137), most often for lack of memory
cause-no-capacity = there is no capacity for a task: { $reason }
cause-not-started = a task could not be set up: { $reason }
cause-out-of-memory = the container { $container } ran out of memory (OOM)
cause-quoted = ECS says: { $reason }
cause-secret = a secret could not be read: { $reason }
