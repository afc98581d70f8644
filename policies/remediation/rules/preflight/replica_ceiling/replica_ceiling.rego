# METADATA
# title: No more replicas than the ceiling
# description: >-
#   A workload is not scaled up beyond `maximum` replicas. One that has more already may keep them or come down.
# custom:
#   solution: ask for fewer replicas, or raise the parameter `maximum` of rule replica_ceiling for its namespace
package remediation.rules.preflight.replica_ceiling

import data.remediation.lib.replicas

deny contains finding if some finding in replicas.above_ceiling
