### The console outside the wizard: header, verdict line, panes, footer, layers, help.

## Header

header-account-unknown = account unknown
header-connecting = connecting
header-drill = DRILL
header-failing = no answer · last { $age } ago
header-failing-never = no answer yet
header-journal-failed = journal failed: no writes
header-live = { $age } old

## Verdict line. Prefix, reason and deadline stay on one line at 80 columns.

deadline-by = decide by { $at }
deadline-left = { $left } left
deadline-now = decide now
deadline-overdue = { $over } overdue
reason-calm = no criterion is met
reason-declared = { $service } { $criterion }, since { $since }
reason-error-rate = { $service } 5xx { $value } % > { $threshold } % since { $since }
reason-latency = { $service } { $statistic } { $value } s > { $threshold } s since { $since }
reason-more = +{ $count } more
reason-proposed = { $service } has no healthy target: declare “main feature down”?
reason-unknown = { $service } { $criterion } cannot be told
verdict-hold = HOLD
verdict-roll-back = ROLL BACK
verdict-unknown = UNKNOWN

## Pane titles

as-of = as of { $at }
pane-error-rate = Error rate
pane-events = Events
pane-images = Images
pane-latency = Latency { $statistic }
pane-revisions = Revisions
pane-services = Services

## Column heads

column-5xx = 5xx
column-age = age
column-digest = digest
column-image = image
column-pushed = pushed
column-revision = revision
column-served = served
column-service = service
column-since = since
column-size = size
column-state = state
column-tags = tags
column-tasks = tasks
column-version = version

## Cells

image-gone = gone
image-not-pullable = not pullable
image-ok = ok
image-unknown = unknown
served-before = { $total }
served-never = never
served-now = now, { $total }
served-now-unknown = now
served-unknown = unknown

## Charts

chart-latency-now = { $now } now · { $before } an hour ago
chart-no-requests = no requests: the rate is unknown
chart-threshold = { $value } limit
legend-last-good = ★ last good: served, stable

## Events that modosu adds to the list

event-crossed = 5xx rate crossed { $threshold } % ({ $service })
event-deployment-completed = deployment of { $revision } completed ({ $service })
event-deployment-started = deployment of { $revision } started ({ $service })

## Empty states

empty-definitions = No revisions are registered for this service.
empty-events = No events.
empty-filter = Nothing matches “{ $filter }”.
empty-images = The repository holds no images.
empty-metrics = No datapoints in the last three hours.
empty-services = The runbook’s services were not found in this cluster.
empty-waiting = Waiting for the first answer.

## Footer. One word or two after each key.

footer-checklist = checklist
footer-command = command
footer-declare = declare
footer-details = details
footer-filter = filter
footer-help = help
footer-pane = pane
footer-quit = quit
footer-refresh = refresh
footer-wizard = wizard

## Layers

declare-label-note = What was seen
declare-title = Declare a criterion · { $service }
declare-withdraw = withdraw the declaration of { $criterion }
describe-title = Details · { $what }
filter-prompt = Filter
note-title = Note for the timeline
palette-title = Command
quit-ask = A rollback is under way. It goes on in ECS; “modosu resume” takes it up again. Quit?
quit-no = stay
quit-yes = quit

## Help

help-close = Esc closes
help-section-acting = Incident
help-section-console = Console
help-section-moving = Moving
help-section-viewing = Looking
help-title = Keys

## Notices

notice-no-service = Select a service first.
notice-not-now = That is not possible at this step.
notice-refreshing = asking again
notice-stop-requested = It will stop before the next call.
notice-too-late = The call has been sent; ECS goes on with it.
balancer-apart = shared balancer's own 5xx: { $count } at { $at }
