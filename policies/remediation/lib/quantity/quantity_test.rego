package remediation.lib.quantity_test

import data.remediation.lib.quantity

test_a_quantity_is_a_number[text] if {
	some text, number in {
		"0": 0,
		"00": 0,
		"7": 7,
		"+7": 7,
		"-7": -7,
		"007": 7,
		"1.5": 1.5,
		"00.5": 0.5,
		"500m": 0.5,
		"100n": 1e-7,
		"3u": 3e-6,
		"2k": 2000,
		"1E": 1000000000000000000,
		"2Ki": 2048,
		"1.5Gi": 1610612736,
		"-1Mi": -1048576,
		"1e3": 1000,
		"1E3": 1000,
		"1e+3": 1000,
		"25e-2": 0.25,
	}
	quantity.of(text) == number
}

test_a_number_is_one if quantity.of(0.5) == 0.5

test_what_is_none_is_not_taken_for_one[text] if {
	some text in ["", "m", "1Kb", "1 Gi", "lots", "1e", "1mi", ".", "0x10", "1K", null, true, [], "1e1000"]
	{number | number := quantity.of(text)} == set()
}
