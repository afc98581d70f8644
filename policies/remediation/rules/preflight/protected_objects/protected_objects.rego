# METADATA
# title: Protected objects stay as they are
# description: >-
#   An object that carries the label or annotation `mark` in the cluster, with any value but "false", is not changed or
#   removed; nor is one on the list `objects`, as messages spell it (deployment/shop/checkout, node/worker-1). So the mark
#   cannot be taken off by a plan either. Steps that change nothing pass. The Scale of an object does not show the object's
#   marks: put custom resources that are scaled on the list.
# custom:
#   solution: >-
#     change it by hand; or have its owners take the mark off, or take it off the parameter `objects` of rule
#     protected_objects
#   absence_allows:
#     - {path: /before/metadata/labels, because: the API server leaves out the labels of an object that has none}
#     - {path: /before/metadata/labels/*, because: an object without the mark is not protected}
#     - {path: /before/metadata/annotations, because: the API server leaves out the annotations of an object that has none}
#     - {path: /before/metadata/annotations/*, because: an object without the mark is not protected}
package remediation.rules.preflight.protected_objects

import data.remediation.lib.change
import data.remediation.lib.config
import data.remediation.lib.kube

deny contains {"message": message, "path": null} if {
	not _passes
	message := $"{kube.target} is protected by the mark {_mark} or by the list, or it is not known if it is"
}

_passes if change.nothing

_passes if {
	_is_unlisted
	change.makes
}

_passes if {
	_is_unlisted
	is_object(input.before.metadata)
	is_string(_mark)
	not _marked
}

_is_unlisted if {
	is_array(_objects)
	is_string(input.target.kind)
	is_string(input.target.name)
	_is_placed
	not _listed
}

_is_placed if is_string(input.target.namespace)

_is_placed if kube.in_no_namespace

_listed if kube.target in _objects

_marked if {
	some key in ["labels", "annotations"]
	some name, value in input.before.metadata[key]
	name == _mark
	value != "false"
}

_objects := config.param("protected_objects", "objects")

_mark := config.param("protected_objects", "mark")
