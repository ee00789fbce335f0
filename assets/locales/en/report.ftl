### The report to stakeholders. The labels are the team's template; in Japanese they are exact, in this order.

## Labels

report-heading = [Rollback report]
report-label-environment = Environment:
report-label-impact = [Impact]
report-label-next = [Next steps]
report-label-performed-at = Performed at:
report-label-problem = [What happened]
report-label-services = Services:
report-label-status = [Current status]
report-label-target = Rolled back to:

## Problem

report-problem-data-inconsistency = { $service }: data was inconsistent (declared { $since }): { $note }
report-problem-error-rate = { $service }: 5xx rate over { $threshold } % since { $since } (last { $value } %)
report-problem-feature-down = { $service }: a main feature was down (declared { $since }): { $note }
report-problem-latency = { $service }: response time over { $threshold } s since { $since } (last { $value } s)
report-problem-none = No criterion of the runbook was met when the rollback was decided.
report-problem-vulnerability = { $service }: a vulnerability was found (declared { $since }): { $note }

## Impact

report-impact-fill = Fill in the affected users and features.
report-impact-requests = { $service }: at most { $percent } % of requests failed, from { $since }

## Status. "Running normally" stands only where verification passed.

report-status-declared = A rollback has been decided; nothing has been changed yet.
report-status-failed = The rollback did not reach its target: { $why }
report-status-stable = Rollback completed; verification is under way.
report-status-started = The rollback is under way.
report-status-unknown = The outcome of the rollback is not known; a person is looking.
report-status-unverified = Rollback completed; not every check could be made.
report-status-verification-failed = Rollback completed, but verification failed.
report-status-verified = Rollback completed; the service is running normally.

## Next steps

report-next-default = Finding the cause and working out how to prevent it.
report-next-failed = Deciding the next measure with the development team.
