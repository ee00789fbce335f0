### The wizard's long lists and bad ends, and what is offered next.

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
ending-refused = Nothing was sent.
ending-timed-out = It did not end in time. ECS may still be at it.
ending-unknown = It cannot be told how the rollback ended.
label-next = next
label-runs-now = runs now
next-again = { $key } starts again.
next-elsewhere = Look at what runs and its 5xx before you change it once more.
next-failed = Choose another target, or find out why its tasks do not start.
next-no-help = The cause may lie elsewhere: data, another service, AWS itself. An older version is the other way.
next-refused = Read the reason, then go on with a new plan.
next-timed-out = Wait until no deployment is under way, or change it in the AWS console.
next-unknown = See in the AWS console which revision runs before anything is sent again.
runs-nothing = no running task
