"""
The policy-gated remediation executor: the map of this package, and the path of one step.

A plan arrives at `api` as JSON or YAML, `core.validation` makes a `Plan` of it or names everything that is wrong, and
`engine.service` records a run: an append-only log of events (`core.events`), of which the run's state is a fold
(`core.fold`). `engine.assess` judges every step without writing, and then the plan as a whole (stage plan: what it
adds up to, `core.disruption`); a run of one step is judged once, in its turn. `engine.runner` asks `core.moves` what
comes next and starts it. Then, for each step (`engine.step`):

    1. read    `kube` reads the target; that is the snapshot, kept before anything is written
    2. render  the action (`core.actions`) says what the object should look like; the difference is the change
               (`core.change`), exact bytes bound to the uid and resourceVersion that were read
    3. gate    `opa` asks the policy about the intent (stage preflight)
    4. dry run the API server says what the change would really do, admission included (`core.diff`)
    5. gate    the policy judges that preview (stage dry_run)
    6. write   the very same bytes go once more, without dryRun; the announcement is durable first (`engine.write`)
    7. verify  `kube` watches until the object is healthy and still holds the change (`core.health`)
    8. gate    the policy judges what is there now (stage verify), again until its rules hold or time is up
               (`engine.postconditions`)

A drain goes on behind its write: `engine.drain` evicts pod by pod, each announced and bound like the write itself. A
step that only looks (`engine.observe`) ends behind its first gate: nothing of it is written.

When something goes wrong, `engine.rollback` puts back what was changed, newest first: three-way against what is live
now (`core.restore`), dry-run, judged at stage rollback, bound, and proven equal to the snapshot.

Between `kube` and the engine stands `engine.concealed`: what comes in of a Secret are fingerprints of its values, and
only the bytes that leave hold the values again, out of a vault that keeps them encrypted (`store.vault`).

One direction: `cli` → `bootstrap` → `settings`, `telemetry`, `clock` → `api`, `kube`, `opa`, `store` → `engine` →
`core`.
The core decides and touches nothing; the engine orders effects behind ports (`engine.ports`); only edges act.
"""
