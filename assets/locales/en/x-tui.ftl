### What the console says beside the messages of console.ftl, wizard.ftl and keys.ftl.

## Verdict line on a narrow screen

deadline-by-short = by { $at }
deadline-left-short = { $left } left
deadline-overdue-short = { $over } over
reason-error-rate-short = { $service } 5xx { $value }%>{ $threshold }% since { $since }
reason-latency-short = { $service } { $statistic } { $value }s>{ $threshold }s since { $since }

## Footer

footer-abandon = give up
footer-bottom = last
footer-choose = choose
footer-close-incident = close
footer-down = down
footer-editor = editor
footer-give-up = end as unknown
footer-header = header
footer-note = note
footer-page-down = page down
footer-page-up = page up
footer-press = confirm
footer-redraw = redraw
footer-suspend = suspend
footer-switch = other button
footer-tab = tab
footer-top = first
footer-unzoom = all panes
footer-up = up
footer-write = write here
footer-zoom = zoom

## Commands

command-abandon = Give the incident up before anything is sent.
command-choose = Choose what is selected, or accept what was typed.
command-close-incident = Close the incident that is done.
command-give-up = End a rollback whose effect cannot be told as unknown.
command-latency = Show response times.
command-look-again = Look again whether a call without an answer took effect.
command-next-step = Go to the next step of the wizard.
command-next-tab = Show the next tab.
command-press = Press the focused button, or confirm what was typed.
command-previous-tab = Show the previous tab.
command-services = Show services.
command-settle-report = Settle the report as it stands.
command-sign-failed = Sign the selected check as failed, with a word.
command-sign-passed = Sign the selected check as passed.
command-sign-skipped = Leave the selected check out, with a reason.
command-switch = Move the focus to the other button.
command-write-report = Write in the report here.

## Layers

abandon-ask = Give this incident up? Nothing has been sent to AWS. What was recorded so far stays in the journal.
button-abandon = give up
button-give-up = end as unknown
button-keep = go on
declare-hint = Enter declares; ↑ ↓ choose the criterion
give-up-ask = End the rollback as unknown? modosu stops looking, and a person takes over in the AWS console.

## Wizard

act-ready = Reading account and service once more before the call is sent.
act-sent = The call is sent; waiting for the answer.
approve-arming = …
approve-ready = Enter sends the plan.
label-environment = environment
label-in-ecr = in ECR
label-registered = registered
label-seen = seen now
label-sent = sent
record-abandoned = The incident was given up before anything was sent. Nothing was changed.
record-open-checks = { $key } opens the checklist; the functional checks can still be signed.
report-gaps = Still to be filled in:
report-no-gaps = Nothing is missing in the draft.
wizard-more = { $count } more lines
wizard-opening = Opening the incident in the journal.

## Notices

notice-check-automatic = modosu makes this check itself.
notice-editor-failed = The editor could not be used: { $detail }
notice-no-checklist = The checklist opens when a rollback has ended on target.
notice-no-editor = No editor is set; name one in $EDITOR, or write here.
notice-no-report = There is no report to edit yet.
notice-note-wanted = Write what was seen, then press Enter.
notice-nothing-selected = Nothing is selected here.

## No terminal

terminal-dumb = The terminal says that it cannot be drawn on (TERM=dumb).
terminal-hint = Use “modosu status” for a plain answer, or start modosu in a terminal.
terminal-none = Standard input and output are not a terminal.
