### What the decisions say: criteria, targets, preflight rows and evidence, following, verification.

## Why a criterion stands as it does

why-declared-by = declared by { $by } at { $at }: { $note }
why-error-rate-no-requests = no requests in the newest minutes, so there is no rate
why-error-rate-over = 5xx { $value } % in the minute of { $at }, over { $threshold } % since { $since }
why-error-rate-under = 5xx { $value } % in the minute of { $at }, threshold { $threshold } %
why-metrics-not-read = the metrics could not be read: { $fault }
why-metrics-old = the metrics were last read { $age } ago
why-metrics-waiting = waiting for the first metrics
why-no-healthy-target = tasks are wanted but no target is healthy; a person should look
why-no-threshold = the runbook sets no threshold
why-nobody-declared = nobody declared it
why-response-time-none = no response times in the newest minutes
why-response-time-over = { $statistic } { $value } s in the minute of { $at }, over { $threshold } s since { $since }
why-response-time-under = { $statistic } { $value } s in the minute of { $at }, threshold { $threshold } s
statistic-average = average

## The rule that chose a target

target-digest = { $revision } is the newest active revision with the content { $digest }
target-last-good = { $revision } is the last good version: served alone for { $served }
target-last-good-rate = { $revision } is the last good version: served alone for { $served }, 5xx { $rate } %
target-latest = { $revision } is { $n } completed back: served alone for { $served }
target-registered = { $revision } is registered, never proven to have run; this endpoint keeps no history
target-revision = { $revision } was named by the operator
target-tag = { $revision } is the newest active revision that uses the tag { $tag }

## Why there is no target

no-target-definitions-not-read = the task definitions could not be read: { $fault }
no-target-digest = no active revision runs the content { $digest }
no-target-family = the family { $family } is not the service's own, { $own }
no-target-history-not-read = the deployment history could not be read: { $fault }; name a revision to go on without it
no-target-latest-none = completed history holds { $count } earlier versions, not { $n }
no-target-no-other = completed history knows no version other than the one that runs
no-target-nothing-registered = there is no history, and no earlier active revision whose image is there
no-target-revision = { $revision } is not among the registered revisions
no-target-service-not-read = the service could not be read: { $fault }
no-target-short = { $revision } served alone for only { $served }; { $soak } is needed
no-target-tag-inactive = { $tag } belongs to { $revision }, which is INACTIVE
no-target-tag-none = no registered revision uses the tag { $tag } of { $repository }
no-target-undescribed = ECS cannot describe a version on the way { $n } back; name a revision instead
no-target-waiting = waiting for the first readings

## Why there is no plan

no-plan-hash = the plan could not be hashed
no-plan-identity = it is not known whose credentials these are: { $fault }
no-plan-service = the service could not be read: { $fault }
no-plan-waiting = waiting for the first readings

## What preflight found

preflight-account-differs = the credentials belong to { $account }, the runbook names { $expected }
preflight-account-pass = account { $account }, as the runbook says
preflight-account-region = calls go to { $region }, the runbook names { $expected }
preflight-account-unset = the runbook names no account; the credentials belong to { $account }
preflight-controller-code-deploy = CodeDeploy drives it: stop or create the deployment in CodeDeploy
preflight-controller-daemon = it is a daemon service: go back by hand with aws ecs update-service
preflight-controller-express = ECS owns this Express service: stop its deployment in the ECS console
preflight-controller-external = task sets are driven from outside ECS: go back with the tool that drives them
preflight-controller-other = the deployment controller { $controller } is not known to this version
preflight-controller-scheduling = the scheduling strategy { $scheduling } is not known to this version
preflight-controller-status = the service is { $status }
preflight-controller-strategy = the deployment strategy { $strategy } is not known to this version
preflight-deployment-history = whether ECS still works on a deployment could not be read: { $fault }
preflight-deployment-no-primary = the service shows no primary deployment
preflight-deployment-other = { $deployment } still has { $running ->
        [one] one task
       *[other] { $running } tasks
    } on { $revision }
preflight-deployment-pass = no other deployment is running; last change at { $at }
preflight-deployment-pass-undated = no other deployment is running
preflight-deployment-rollout = { $deployment } is still rolling out { $revision }
preflight-deployment-running = the service deployment { $deployment } of { $at } is { $status }
preflight-deployment-state = the state { $state } of { $deployment } is not known to this version
preflight-desired-pass = { $desired ->
        [one] one task
       *[other] { $desired } tasks
    } wanted, { $running } running
preflight-desired-zero = no task is wanted: there is nothing to put back
preflight-image-gone = { $image } is not in ECR any more: push that digest again, or choose another target
preflight-image-not-pullable = { $image } is in ECR but { $status }: it cannot be pulled
preflight-image-not-read = the images could not be read: { $fault }
preflight-image-pass = { $image } is in ECR, ACTIVE
preflight-image-unknown = it cannot be told whether { $image } is in ECR
preflight-not-current-pass = { $revision } is not what runs ({ $current })
preflight-not-current-same = { $revision } is what runs already
preflight-not-current-same-definition = { $revision } is set already: naming it again starts no deployment
preflight-proven-never = completed history does not show that { $revision } ever ran
preflight-proven-pass = { $revision } served alone for { $served }
preflight-proven-registered = { $revision } is registered, never proven to have run
preflight-proven-unknown = there is no history to show that { $revision } ever ran
preflight-stale = the newest reading failed: { $fault }
preflight-target-active-deleted = task definition { $revision } is being deleted
preflight-target-active-inactive = task definition { $revision } is INACTIVE: register it again, or choose another
preflight-target-active-pass = task definition { $revision } is ACTIVE
preflight-target-active-unknown = task definition { $revision } is not on the list that was read

## What changed since the plan, and what a lost answer left behind

changed-deployment = another deployment, { $seen }, began after the plan was made
changed-deployment-gone = the service has no primary deployment any more
changed-deployments = the service now has { $seen } deployments, not { $planned }
changed-desired = no task is wanted any more
changed-task-definition = the service is now set to { $seen }, not { $planned }
found-no-primary = the service shows no primary deployment
found-older = { $deployment } deploys the target but is of { $at }, before the call
found-other = { $deployment } deploys { $revision }, which is neither the target nor what was there

## While a deployment is followed

follow-desired-zero = no task is wanted, so nothing can be proven
follow-displaced-waiting = another deployment stands in our place; reading what happened
follow-draining = { $running ->
        [one] one task of another version is
       *[other] { $running } tasks of other versions are
    } still running
follow-ecs-rolls-back = ECS is putting a version back ({ $status }): { $reason }
follow-gave-up-waiting = ECS gave our deployment up; reading what it does now: { $reason }
follow-history-waiting = waiting for our service deployment to be listed
follow-holding = all is right for { $held } of { $hold }
follow-not-read = the newest reading failed: { $fault }
follow-rollout = waiting for ECS to complete the rollout
follow-service-deployment = waiting for the service deployment to succeed ({ $status })
follow-starting = { $running } of { $desired } tasks are running
follow-targets = { $healthy } of { $desired } targets are healthy
follow-targets-waiting = waiting for the health of the targets
follow-tasks-old = tasks of another version are still running
follow-tasks-waiting = waiting for the tasks
follow-waiting = sent; nothing of it is to be seen yet

## How following ended

follow-failed = ECS gave our deployment up: { $reason }
follow-gone = our deployment is gone, and the service has no primary deployment
follow-never-seen = our deployment never appeared; { $deployment } is in place: { $revision }
follow-on-target = { $revision } runs alone, { $running } of { $desired } tasks, held for { $hold }
follow-other-content = { $revision } runs, but with other content than planned: its tag has moved
follow-put-back = ECS put { $revision } back: { $reason }
follow-put-back-unknown = ECS put another version back: { $reason }
follow-rollback-failed = ECS tried to put a version back and failed: { $reason }
follow-stopped = our deployment was stopped: { $reason }
follow-superseded = { $deployment } of { $at } took our place: { $revision }
follow-superseded-undated = { $deployment } took our place: { $revision }
follow-timed-out = not stable after { $timeout }: { $note }
follow-unread = the service could not be read when { $timeout } had passed, so the end is not known: { $note }

## Whether it helped

verify-health-bad-status = the newest { $needed } answers were bad, last { $status }
verify-health-fault = the newest { $needed } answers were bad, last: { $fault }
verify-health-no-answer = no answer since stable
verify-health-no-url = the runbook names no health address
verify-health-none-yet = waiting for { $needed } answers since stable
verify-health-passed = { $needed } good answers in a row
verify-health-waiting = { $count } of { $needed } good answers in a row
verify-rate-no-requests = only { $count } of { $needed } minutes since stable had requests
verify-rate-not-read = the metrics could not be read: { $fault }
verify-rate-over = 5xx { $value } % in the minute of { $at }, over { $threshold } %
verify-rate-passed = { $minutes } complete minutes at or under { $threshold } %, highest { $value } %
verify-rate-waiting = { $count } of { $needed } complete minutes are in; metrics arrive late

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
account-unset = the runbook names no account; the credentials belong to { $actual }
controller-code-deploy = CodeDeploy drives it; UpdateService cannot change the task definition
desired-zero = no task is wanted: there is nothing to put back
not-current-same = { $revision } runs already
target-active = task definition { $revision } is ACTIVE

## Outcomes

unproven-digests = the endpoint does not show which digests run
unproven-service-deployment = the endpoint does not show the end of the service deployment
unproven-target-health = the endpoint does not show whether targets are healthy
