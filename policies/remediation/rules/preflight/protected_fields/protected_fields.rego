# METADATA
# title: What holds an object's life and protection is not changed
# description: >-
#   Nothing at or below one of `paths` changes: finalizers and owner references, by which objects come to their end, and the
#   labels on which admission and these rules rest (of Pod Security, the critical label of rule replica_floor, the label of
#   rule data_change_allowed), since a plan that takes off a mark in one step could do what it forbids in the next. Labels
#   that an object is made with are free. `allowed_paths` takes paths out again. Both are JSON Pointers, in which `*` stands
#   for any text within one part. Status, uid and managed fields are in no change at all: no action writes them.
# custom:
#   solution: >-
#     leave these fields to whoever owns the object, or add the path to the parameter `allowed_paths` of rule
#     protected_fields
package remediation.rules.preflight.protected_fields

import data.remediation.lib.fields

deny contains finding if some finding in fields.touched
