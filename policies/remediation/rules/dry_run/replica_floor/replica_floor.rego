# METADATA
# title: Critical workloads are not scaled to zero, whatever admission made of the change
# description: The rule of stage preflight, judged on the replicas that the dry run answered.
# custom:
#   solution: keep a replica, or correct the webhook or admission policy that lowers them
#   absence_allows:
#     - path: /before/metadata/labels
#       because: an object without labels is marked by none
#     - path: /before/metadata/labels/remediation.dev~1critical
#       because: without the mark it is an ordinary workload
#     - path: /namespace/labels/remediation.dev~1critical
#       because: without the mark it is an ordinary namespace
package remediation.rules.dry_run.replica_floor

import data.remediation.lib.replicas

deny contains finding if some finding in replicas.below_floor
