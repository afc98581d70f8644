"""
The command line `remediate`: a client of the HTTP API for people and scripts.

`commands` holds one file per command, thin: arguments, one call, what to print. `client` and `stream` speak HTTP,
`watch` follows a run, `render` turns the API's documents into text by pure functions. It may import
`executor.settings`; only `serve`, `policy build` and `doctor` import server code, and they do so when they run, so
that all else starts fast. Tested against a scripted server over loopback (`tests/unit/cli`).
"""
