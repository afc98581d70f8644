# METADATA
# title: Critical workloads are not scaled to zero
# description: >-
#   A workload keeps at least `minimum` replicas, and `critical_minimum` where its own label or its namespace's label
#   `critical_label` says so (any value but "false"), both read from the cluster. Where labels could not be read it counts
#   as critical. One that has fewer already may stay or go up.
# custom:
#   solution: keep a replica, or take the label off first if the workload is not critical any more
#   absence_allows:
#     - path: /before/metadata/labels
#       because: an object without labels is marked by none
#     - path: /before/metadata/labels/remediation.dev~1critical
#       because: without the mark it is an ordinary workload
#     - path: /namespace/labels/remediation.dev~1critical
#       because: without the mark it is an ordinary namespace
package remediation.rules.preflight.replica_floor

import data.remediation.lib.replicas

deny contains finding if some finding in replicas.below_floor
