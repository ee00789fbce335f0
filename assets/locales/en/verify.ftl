### After stable: did it help? Checks, their clocks and evidence.

## Lists and clocks

verify-clock-left = { $left } left
verify-clock-over = over by { $over }
verify-functional = Functional checks, within { $minutes } min
verify-immediate = Immediate checks, within { $minutes } min

## The end of verification

recovered = recovered at { $at }, after { $time }
recovered-not-yet = not recovered yet
verify-failed = verification failed
verify-incomplete = some checks are unknown
verify-passed = every automatic check passed
