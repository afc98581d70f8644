package remediation.rules.preflight.protected_fields_test

import data.remediation.lib.fixture_test as fixture
import data.remediation.rules.preflight.protected_fields

test_an_ordinary_change_passes if protected_fields.deny == set() with input as fixture.scale(3, 5)

test_a_finalizer_that_is_taken_off_is_denied if {
	held := object.union(fixture.config_map, {"metadata": {"finalizers": ["acme.io/hold"]}})
	protected_fields.deny == {{
		"message": "configmap/shop/settings would change at /metadata/finalizers, which is protected",
		"path": "/metadata/finalizers",
	}} with input as fixture.patch(held, [{"op": "remove", "path": "/metadata/finalizers"}])
}
