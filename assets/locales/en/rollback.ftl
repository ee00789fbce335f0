### What the decisions say: criteria, target rules, preflight rows and evidence, outcomes.

## Why a criterion stands as it does

why-below = { $value } % of requests were 5xx in the minute of { $at }
why-declared = { $by } declared it: { $note }
why-latency-below = p95 was { $value } s in the minute of { $at }
why-latency-over = p95 over { $threshold } s since { $since }
why-no-data = no datapoints yet
why-no-requests = no requests, so there is no rate
why-not-declared = nobody declared it
why-over = 5xx over { $threshold } % since { $since }
why-proposed = tasks are wanted but no target is healthy; a person should look
why-stale = the newest minute is { $age } old

## Target rules

no-target-image-gone = the image of { $revision } is gone
no-target-last-good = no completed deployment served long enough, other than what runs now
no-target-latest = completed history does not go back { $n } versions
no-target-tag = no registered revision uses the tag { $tag }
no-target-unknown = the history has not been read yet
rule-digest = the operator named the image content
rule-last-good = last good: served { $served }, 5xx { $rate } %, stable, digest known
rule-last-good-no-rate = last good: served { $served }, stable, digest known
rule-latest = { $n } completed deployments back
rule-registered = registered, never proven to have run
rule-revision = the operator named the revision
rule-tag = the tag { $tag } names it

## Why a revision is or is not a candidate

candidate-current = runs now
candidate-inactive = INACTIVE: cannot be deployed
candidate-never = never served
candidate-short = served only { $served }

## Preflight rows

preflight-account = account
preflight-controller = deployment controller
preflight-deployment = other deployments
preflight-desired = desired tasks
preflight-image = image
preflight-not-current = not what runs already
preflight-proven = known to have run
preflight-target-active = task definition

## Preflight evidence

account-differs = the credentials belong to { $actual }, the runbook names { $expected }
account-matches = account { $actual }, as the runbook says
account-unknown = it is not known whose credentials these are
account-unset = the runbook names no account; the credentials belong to { $actual }
controller-code-deploy = CodeDeploy drives it; UpdateService cannot change the task definition
controller-daemon = it runs as a daemon, one task on each instance
controller-ecs = ECS drives it, rolling
controller-express = an Express service: ECS owns it as a whole
controller-external = something outside ECS drives it
controller-strategy = the strategy { $strategy } is not carried out by this version
controller-unknown = what drives its deployments is not known
deployment-foreign = { $deployment } is still running
deployment-none = no other deployment is running; the last change was at { $at }
deployment-none-plain = no other deployment is running
deployment-unknown = the deployments could not be read
desired-some = { $desired } wanted, { $running } running
desired-unknown = the service could not be read
desired-zero = no task is wanted: there is nothing to put back
image-evidence-gone = { $image } is not in ECR any more
image-evidence-not-pullable = { $image } is in ECR but cannot be pulled ({ $status })
image-evidence-present = { $digest } is in ECR, ACTIVE, and { $tag } still names it
image-evidence-present-untagged = { $digest } is in ECR, ACTIVE
image-evidence-tag-moved = { $tag } now names other content than the one that ran
image-evidence-unknown = it is not known whether { $image } is in ECR
not-current-differs = { $revision } is not what runs
not-current-same = { $revision } runs already
not-current-same-digest = { $revision } has the same image and settings as what runs
not-current-unknown = it is not known what runs
proven-no = completed history does not show that { $revision } ever ran
proven-unknown = there is no history to tell whether { $revision } ever ran
proven-yes = { $revision } served { $served }
target-active = task definition { $revision } is ACTIVE
target-inactive = task definition { $revision } is INACTIVE
target-unknown = task definition { $revision } could not be read

## Outcomes

outcome-elsewhere = something else runs than the target
outcome-failed = the rollback failed
outcome-on-target = stable on the target
outcome-refused = nothing was sent
outcome-timed-out = it did not end in time
outcome-unknown = it cannot be told; a person must decide
unproven-digests = the endpoint does not show which digests run
unproven-service-deployment = the endpoint does not show the end of the service deployment
unproven-target-health = the endpoint does not show whether targets are healthy

## How an ending came about

ended-breaker = the circuit breaker gave up and ECS put { $revision } back
ended-failed = ECS gave up: { $reason }
ended-held = { $revision } runs alone, { $running } of { $desired }, held for { $hold }
ended-stopped = the deployment was stopped
ended-superseded = another deployment took its place: { $revision }
ended-timed-out = not stable after { $timeout }

## Refusals

refused-deployment = another deployment began after the plan was made
refused-hash = the approved plan is not this one
refused-read-only = read-only mode never writes
refused-task-definition = the service is now set to { $revision }
refused-unreadable = the service could not be read immediately before the call
