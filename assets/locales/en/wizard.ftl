### The rollback wizard: its steps, labels and questions.

## Steps

step-approve = Approve
step-assess = Assess
step-check = Check
step-record = Record
step-report = Report
step-roll-back = Roll back
step-scope = Scope
step-target = Target
step-verify = Verify
wizard-title = Roll back · { $environment } · incident { $incident }
wizard-title-new = Roll back · { $environment }

## Labels

label-account = account
label-as-command = as command
label-cluster = cluster
label-deployment = deployment
label-digest = digest
label-expected = expected
label-from = from
label-hash = plan
label-method = method
label-region = region
label-service = service
label-tasks = tasks
label-to = to
label-undo = to undo
label-why = why { $revision }
label-will-send = will send
method-revision = revision

## Assess, scope, target

assess-ask = Roll back? The runbook says so when one of these is met.
assess-none-met = No criterion is met. You can go on, and the report will say so.
scope-ask = These services are put back.
target-ask = Choose the version to go back to.

## Check and approve

approve-differs = What you typed is not { $phrase }.
approve-two-step = Choose Approve, then press Enter.
approve-type = type { $phrase }:
button-approve = Approve
button-cancel = Cancel
check-blocked = Something forbids this plan; go back and choose another target.
check-ready = Every check passed.
check-warned = Read the warnings and unknowns before you go on.
expected-minutes = { $minutes ->
        [one] about a minute
       *[other] about { $minutes } minutes
    }
tasks-affected = { $tasks ->
        [one] one task is replaced
       *[other] { $tasks } tasks are replaced
    }
undo-how = roll forward to { $revision } the same way

## Roll back

progress-draining = old tasks are leaving: { $old } left
progress-finishing = every new task runs; ECS is finishing the deployment
progress-elapsed = { $elapsed } of about { $expected }
progress-holding = stable on our target for { $held } of { $hold }
progress-starting = new tasks are starting: { $new } of { $desired }
progress-stop-means = If it stopped here: { $meaning }
progress-waiting = sent; waiting until the service shows it
stop-means-mixed = both versions serve until ECS finishes
stop-means-nothing = nothing has been sent
stop-means-target = the target already serves; only the proof is missing
tasks-healthy = healthy
tasks-new = new
tasks-old = old

## Doubt

doubt-ask = The call was not answered. modosu does not send it again; it looks whether it took effect.
doubt-give-up = end as unknown; a person takes over
doubt-look = look again

## Report and record

record-done = The row is in { $path }.
record-pending = The row will be added to { $path }.
report-edit = Edit the draft, then settle it.
report-settled = The report is settled.

## Keys in the wizard

wizard-key-back = back
wizard-key-next = next
wizard-key-settle = settle the report
wizard-key-stop = stop before the next call
