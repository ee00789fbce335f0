### What differs between two revisions, and what the wider checks before going back find.

## What differs between two revisions

difference-added = { $what } added
difference-added-as = { $what } added ({ $to })
difference-changed = { $what } { $from } → { $to }
difference-changed-unseen = { $what } changed (value never shown)
difference-in = { $container }: { $what }
difference-named = { $field } { $name }
difference-removed = { $what } removed
difference-removed-from = { $what } removed ({ $from })
field-command = command
field-compatibility = compatibility
field-container = container
field-cpu = cpu
field-entry-point = entry point
field-environment = variable
field-environment-file = file of variables
field-ephemeral-storage = ephemeral storage (GiB)
field-essential = essential
field-execution-role = execution role
field-health-check = health check
field-image = image
field-label = label
field-log-driver = log driver
field-log-group = log group
field-log-options = log options
field-log-prefix = log stream prefix
field-memory = memory
field-memory-reservation = memory reservation
field-mount = mount
field-network-mode = network mode
field-other = other settings
field-platform = platform
field-port = port
field-secret = secret
field-task-role = task role
field-volume = volume
