### After stable: did it help? Checks, their clocks and evidence.

## Lists and clocks

verify-clock-left = { $left } left
verify-clock-over = over by { $over }
verify-functional = Functional checks, within { $minutes } min
verify-immediate = Immediate checks, within { $minutes } min
verify-title = After the rollback · { $service }

## Evidence of the health address

evidence-health-answers = { $count } of { $needed } answers in a row, last { $status }
evidence-health-fault = no answer: { $detail }
evidence-health-none = the runbook names no health address for { $service }
evidence-health-passed = { $needed } answers of 200 in a row
evidence-health-waiting = no answer since stable yet
evidence-health-wrong = answered { $status }

## Evidence of the error rate

evidence-rate-failed = { $value } % in the minute of { $at }, over { $threshold } %
evidence-rate-no-requests = no requests since stable, so there is no rate
evidence-rate-passed = { $minutes } complete minutes under { $threshold } %, last { $value } %
evidence-rate-unknown = the metrics cannot be read
evidence-rate-waiting = { $count } of { $needed } complete minutes are in; metrics arrive a minute late

## Evidence of a person

evidence-person-signed = { $by } at { $at }: { $note }
evidence-person-waiting = a person looks at this

## The end of verification

recovered = recovered at { $at }, after { $time }
recovered-not-yet = not recovered yet
verify-failed = verification failed
verify-incomplete = some checks are unknown
verify-passed = every automatic check passed
