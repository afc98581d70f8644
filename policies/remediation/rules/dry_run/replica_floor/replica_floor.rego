# METADATA
# title: Critical workloads are not scaled to zero, whatever admission made of the change
# description: The rule of stage preflight, judged on the replicas that the dry run answered.
# custom:
#   solution: keep a replica, or correct the webhook or admission policy that lowers them
package remediation.rules.dry_run.replica_floor

import data.remediation.lib.replicas

deny contains finding if some finding in replicas.below_floor
