### What the decisions say: criteria, target rules, preflight rows and evidence, outcomes.

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
