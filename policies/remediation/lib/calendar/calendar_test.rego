package remediation.lib.calendar_test

import data.remediation.lib.calendar

_office := {"time_zone": "Europe/Berlin", "weekdays": ["monday", "friday"], "from": "09:00", "to": "17:00"}

_night := {"time_zone": "Europe/Berlin", "weekdays": ["saturday"], "from": "22:00", "to": "06:00"}

_early := {"time_zone": "Europe/Berlin", "weekdays": ["sunday"], "from": "02:30", "to": "03:30"}

_whole := {"time_zone": "UTC", "weekdays": ["monday"], "from": "00:00", "to": "24:00"}

_feast := {"from": "2026-12-18T18:00:00+01:00", "to": "2027-01-04T08:00:00+01:00"}

_ago := {"time_zone": "America/New_York", "weekdays": ["sunday"], "from": "20:00", "to": "23:00"}

test_now_is_in_a_spell[case] if {
	some case, [spell, now] in {
		"at its beginning": [_office, "2026-11-23T08:00:00.000Z"],
		"just before its end": [_office, "2026-11-23T15:59:59.999Z"],
		"in summer, an hour earlier by UTC": [_office, "2026-07-03T07:00:00Z"],
		"past midnight, of the day before": [_night, "2026-11-29T04:59:59Z"],
		"before midnight": [_night, "2026-11-28T21:00:00Z"],
		"all day": [_whole, "2026-11-23T23:59:59Z"],
		"all day, from midnight on": [_whole, "2026-11-23T00:00:00Z"],
		"on a date": [_feast, "2026-12-18T17:00:00.000Z"],
		"until a date": [_feast, "2027-01-04T06:59:59.999Z"],
		"another day than in Greenwich": [_ago, "2026-11-23T03:59:59Z"],
		"behind the hour that clocks skip": [_early, "2026-03-29T01:00:00Z"],
		"in an hour that comes twice": [_early, "2026-10-25T00:30:00Z"],
		"in an hour that comes twice, again": [_early, "2026-10-25T01:30:00Z"],
		"past midnight, in a night with a skipped hour": [_night, "2026-03-29T03:59:59Z"],
		"past midnight, in a night with an hour twice": [_night, "2026-10-25T04:59:59Z"],
		"past midnight, an hour after clocks were put forward on the day before": [
			{"time_zone": "Europe/Berlin", "weekdays": ["sunday"], "from": "22:00", "to": "06:00"},
			"2026-03-29T22:30:00Z",
		],
	}
	calendar.are_spells([spell]) with input.now as now
	calendar.in_any([_feast, spell]) with input.now as now
	calendar.known with input.now as now
}

test_now_is_in_no_spell[case] if {
	some case, [spell, now] in {
		"just before its beginning": [_office, "2026-11-23T07:59:59.999Z"],
		"at its end": [_office, "2026-11-23T16:00:00.000Z"],
		"on another weekday": [_office, "2026-11-24T10:00:00Z"],
		"at the end in the morning": [_night, "2026-11-29T05:00:00Z"],
		"in the morning of its own weekday": [_night, "2026-11-28T04:00:00Z"],
		"in the evening of the day after": [_night, "2026-11-29T21:00:00Z"],
		"a day later": [_whole, "2026-11-24T00:00:00Z"],
		"before a date": [_feast, "2026-12-18T16:59:59.999Z"],
		"from a date on": [_feast, "2027-01-04T07:00:00.000Z"],
		"before the hour that clocks skip": [_early, "2026-03-29T00:59:59Z"],
		"half an hour behind the hour that clocks skip": [_early, "2026-03-29T01:30:00Z"],
		"no time": [_whole, null],
		"a time that is none": [_whole, "2026-11-23T25:00:00Z"],
		"a time without zone": [_whole, "2026-11-23T12:00:00"],
	}
	not calendar.in_any([spell]) with input.now as now
}

test_a_time_that_is_none_is_not_known[now] if {
	some now in [null, "", "yesterday", "2026-13-01T00:00:00Z", 1700000000]
	not calendar.known with input.now as now
}

test_what_is_no_spell[case] if {
	some case, change in {
		"no zone": {"time_zone": null},
		"the machine's own zone": {"time_zone": "Local"},
		"a zone that nobody knows": {"time_zone": "Europe/Nowhere"},
		"the empty zone": {"time_zone": ""},
		"no weekday": {"weekdays": []},
		"a text of weekdays": {"weekdays": "monday"},
		"a weekday in another spelling": {"weekdays": ["monday", "Tuesday"]},
		"no beginning": {"from": null},
		"an hour that is none": {"from": "25:00"},
		"an hour of one digit": {"from": "9:00"},
		"a minute that is none": {"to": "17:60"},
		"an end at its beginning": {"to": "09:00"},
		"a beginning in another form": {"from": "2026-11-23T09:00:00Z"},
	}
	not calendar.are_spells([_whole, object.union(_office, change)]) with input.now as "2026-11-23T12:00:00Z"
}

test_what_is_no_spell_of_its_own[case] if {
	some case, spell in {
		"one that ends before it begins": {"from": "2027-01-04T08:00:00Z", "to": "2026-12-18T18:00:00Z"},
		"no time zone": {"from": "2026-12-18T18:00:00", "to": "2027-01-04T08:00:00"},
		"no end": {"from": "2026-12-18T18:00:00Z"},
		"nothing": {},
		"a text": "always",
	}
	not calendar.are_spells([spell])
}

test_lists_of_spells if {
	calendar.are_spells([])
	not calendar.are_spells(null)
	not calendar.are_spells({"office": _office}) with input.now as "2026-11-23T12:00:00Z"
	calendar.are_spells([_office, _feast]) with input.now as "2026-11-23T12:00:00Z"
}
