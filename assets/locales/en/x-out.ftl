### The workflow on GitHub and the migrations of Prisma

## Failures at GitHub

fault-github-throttled = GitHub limited calls of { $operation }: { $detail }
hint-github-api = check that api under [github] in the runbook is the address of GitHub's REST API
hint-github-denied = give the token the permission { $action }; the one repository is enough
hint-github-not-found = check the names of repository and workflow, and that the token may Actions: write
hint-github-server = wait a little and look again; if it goes on, see GitHub Status
hint-github-throttled = wait until the limit is over, then try again
hint-github-token = set GH_TOKEN or GITHUB_TOKEN, or sign in with gh auth login

## The state of migrations

migrations-ahead = the database is newer than the code; not in the folder: { $names }
migrations-diverged = folder and database went different ways; not applied: { $pending }; not in the folder: { $ahead }
migrations-failed = failed half-way: { $names }
migrations-not-managed = the database has no record of migrations
migrations-not-whole = { $state } (the database's own list could not be read; newer ones may be hidden)
migrations-pending = not applied: { $names }
migrations-unreachable = the database was not reached: { $detail }
migrations-unreadable = the state could not be read: { $detail }
migrations-up-to-date = all applied

## doctor

cli-doctor-migrations-hint = check [prisma] in the runbook, and variables such as DATABASE_URL
cli-doctor-no-folder = folder under [prisma] in the runbook is not set
cli-doctor-no-repository = repository under [github] in the runbook is not set
cli-doctor-workflow = { $name }, started on { $branch }
cli-doctor-workflow-off = the workflow { $name } is switched off
cli-doctor-workflow-off-hint = switch it on under Actions on GitHub
