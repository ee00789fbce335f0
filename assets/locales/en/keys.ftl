### One sentence for each command: help, footer and palette are made from these.

## Commands

command-back = Go back one layer.
command-bottom = Go to the last row.
command-declare = Declare a criterion, or withdraw it.
command-describe = Show the details of what is selected.
command-down = Go down one row.
command-edit-report = Edit the report in $EDITOR.
command-events = Show events.
command-filter = Filter the rows of this pane.
command-help = Show the keys.
command-images = Show images.
command-into = Go into what is selected.
command-metrics = Show metrics.
command-next-pane = Go to the next pane.
command-note = Add a note to the timeline.
command-out = Go out one level.
command-page-down = Go down one page.
command-page-up = Go up one page.
command-palette = Find a command by its name.
command-previous-pane = Go to the previous pane.
command-quit = Quit; asks while a write runs.
command-redraw = Draw the screen again.
command-refresh = Ask AWS again now.
command-revisions = Show revisions.
command-start-rollback = Open the rollback wizard; nothing is sent yet.
command-stop = During a rollback, stop before the next call.
command-suspend = Put modosu into the background safely.
command-toggle-header = Shrink the header to one line, or back.
command-top = Go to the first row.
command-unzoom = Show all panes again.
command-up = Go up one row.
command-verify = Show the verification checklist.
command-zoom = Give this pane the whole screen.
