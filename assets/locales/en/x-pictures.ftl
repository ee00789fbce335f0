### The wizard's long lists and bad ends, and what is offered next.

## Target

command-method = Choose how to go back: by the service's state, to a revision, or by stopping what is under way.
footer-method = method
method-auto = { $method }, by the service's state

## Check

label-evidence = evidence
label-result = result
label-to-do = to do
remedy-block = It cannot be approved while this stands. See to it and ask again with r, or go back (Esc) for another target.
remedy-unknown = modosu cannot tell. Look yourself, or ask again with r; going on is yours to decide.
remedy-warn = Read it before you go on; approving means that you go on with it.
stale-new-plan = Nothing was sent. This is the plan as it would be now; it needs a new approval.
stale-was = was { $before }; now { $now }

## A rollback that did not help

again-ask = Start another rollback of this service? This incident is closed; its report stays in the journal, and the new one begins with the criteria.
button-again = start again
button-stay = stay
ending-elsewhere = Something else runs than what was planned.
ending-failed = The rollback failed.
ending-no-help = The target runs, but a check says that it did not help.
ending-paused = It stood at a lifecycle hook until its time was over.
ending-put-back = ECS put another version back.
ending-refused = Nothing was sent.
ending-stalled = Nothing moved any more, and its time is over.
ending-stopped = It was stopped.
ending-superseded = Another deployment took its place.
ending-timed-out = It did not end in time. ECS may still be at it.
ending-unknown = It cannot be told how the rollback ended.
label-next = next
label-runs-now = runs now
next-again = { $key } starts again.
next-elsewhere = Look at what runs and its 5xx before you change it once more.
next-failed = Choose another target, or find out why its tasks do not start.
next-no-help = The cause may lie elsewhere: data, another service, AWS itself. An older version is the other way.
next-paused = Somebody has to answer the hook; until then both versions may serve.
next-put-back = Find out why the chosen version does not stay up; starting it again ends the same way. Choose another target.
next-refused = Read the reason, then go on with a new plan.
next-stalled = Remove the reason, or choose another target; ECS goes on trying until somebody stops it.
next-stopped = See what runs before you change it once more.
next-superseded = Speak with whoever deployed, and look at what runs and its 5xx.
next-timed-out = Wait until no deployment is under way, or change it in the AWS console.
next-unknown = See in the AWS console which revision runs before anything is sent again.
runs-nothing = no running task

## What is approved, and what is said at its end

check-none-met = No criterion is met any more: { $key } gives up.
label-checks = checks
tasks-stopped = { $tasks ->
        [one] one task of { $revision } is stopped
       *[other] { $tasks } tasks of { $revision } are stopped
    }
undo-stop = { $revision } can be deployed again, by the pipeline or with UpdateService
next-credentials = Nothing was changed. Log in again (aws sso login, or assume the role), then make a new plan.
next-denied = Nothing was changed. Ask for the IAM action { $action }, or switch to a role that has it.
next-not-applied = Nothing was changed. AWS did not carry the call out: try again.
next-rejected = Nothing was changed. Read why AWS refused the call, then make a new plan.
next-throttled = Nothing was changed. AWS asked for fewer calls: wait a moment, then start again.

## The command line

cli-blocking-row = { $check }: { $evidence }
cli-blocking-rows = { $first }; { $rest }
cli-decide-overdue = decide by { $at }, overdue by { $over }
cli-next = Next: { $next }
cli-progress-sent = { $elapsed }  { $note }
cli-report-gaps = still to be filled in:

## An image that is gone

preflight-image-gone-last = { $image } is not in ECR any more, and no other version known to have run has its image: push that digest again
preflight-tag-image-gone = the image { $ran } that { $tag } named is not in ECR any more: no tag can lead to it
