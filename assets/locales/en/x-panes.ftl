### What the panes say: deployments, raw form, differences, copies, links, marks, search, sort, failures in a few words.

## A failure in a few words, in the border of a pane

briefly-denied = denied: { $action }
briefly-expired = credentials expired
briefly-held = held by another commander
briefly-local = failed on this machine
briefly-malformed = answer not understood
briefly-no-credentials = no credentials
briefly-not-found = not found
briefly-not-offered = not offered here
briefly-rejected = request refused
briefly-server = the service failed
briefly-throttled = throttled by AWS
briefly-timed-out = no answer in time
briefly-unreachable = not reachable

## What the circuit breaker does

breaker-off = off
breaker-rolls-back = on, puts the last completed deployment back
breaker-stops = on, stops without going back
not-put-back = ECS put nothing back
put-back-by-ecs = ECS put { $revision } back ({ $at })

## Column heads

column-by = registered by
column-ecs-service = in ECS
column-from = from
column-health = health
column-reason = reason
column-rev = rev
column-started = started
column-targets = healthy
column-to = to
column-took = took
column-ver = version

## Commands

command-copy = Copy the ARN or digest of what is selected.
command-deployments = Show deployments.
command-link = Show and copy the address in the AWS console.
command-mark = Mark a revision; d then compares two.
command-next-match = Go to the next match.
command-previous-match = Go to the match before.
command-raw = Show what is selected as JSON.
command-reverse = Sort the other way round.
command-sort = Sort by the next column.

## What was copied

copied-deployment = the deployment’s ARN
copied-diff = the differences
copied-digest = the digest
copied-event = the event
copied-json = the JSON
copied-line = the line
copied-link = the address
copied-revision = the revision’s ARN
copied-service = the service’s ARN

## How a deployment stands

deployment-in-progress = under way
deployment-pending = pending
deployment-rollback-failed = rollback failed
deployment-rollback-in-progress = going back
deployment-rollback-requested = to go back
deployment-rollback-successful = put back
deployment-stop-requested = stopping
deployment-stopped = stopped
deployment-successful = done

## Differences of two revisions

diff-changed-unseen = changed (value never shown)
diff-nothing = Nothing else differs: the two definitions say the same.
diff-same-content = the same image content
diff-title = Differences · { $what }

## Empty states

empty-deployments = ECS tells of no deployments in the last 90 days.
service-missing = not found in this cluster

## Footer

footer-copy = copy
footer-latency = latency
footer-link = AWS console
footer-mark = mark
footer-next-match = next match
footer-previous-match = match before
footer-raw = raw
footer-reverse = reverse
footer-sort = sort

## Images

image-untagged = no tag
label-used-by = used by
tag-moved-away = { $tag } named this image when { $revision } ran; now it names another
tag-moved-away-short = was { $tag }
tag-moved-here = { $tag } moved: { $revision } ran another image under it
tag-moved-here-short = moved
used-by-none = no listed revision

## Labels

label-breaker = breaker
label-created = created
label-finished = finished
label-size = size
served-until-now = now

## Pages

find-prompt = Find
link-drill = This account is simulated; the page does not exist.
link-title = AWS console · { $what }
palette-none = No command and no service is called “{ $typed }”.
palette-service = Go to the service { $service }.
raw-title = JSON · { $what }

## Pane titles

pane-deployments = Deployments

## Notices

notice-copied = Copied { $what }: { $text }
notice-mark-revisions = Only revisions are marked (key t).
notice-marked-none = No revision is marked.
notice-marked-one = { $revision } is marked; mark another, or press d on one.
notice-marked-two = { $one } and { $other } are marked; d compares them.
notice-no-definition = One of the two is not listed any more and cannot be compared.
notice-no-link = The account is not known yet.
notice-no-match = No match.
notice-no-rows = There are no rows to sort here.
notice-no-search = Nothing was looked for here yet (key /).

## Sorting

sort-burning = burning
sort-latency = response time
sort-name = name
sort-own = order

## A rollout that is under way

legend-rolling-out = ↻ rolling out
rolling-out = rolling out

## A window that is too small

approve-too-small = This window is too small to answer: 80x24 needed. Esc goes back.
screen-too-small = too small: 80x24 needed
