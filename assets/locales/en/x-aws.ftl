### Failures of a write whose groundwork failed: nothing was sent.

fault-not-sent = nothing was sent, because { $operation } did not give what the call needs: { $detail }
hint-not-sent = nothing was changed; look into the cause, then make the plan again
briefly-not-sent = not sent
