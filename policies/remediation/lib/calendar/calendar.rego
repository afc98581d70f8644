# METADATA
# title: The calendar
# description: >-
#   Spells of time, and whether the request's own time lies in one. A weekly spell has `time_zone` (UTC, or a name like
#   Europe/Berlin), `weekdays` (in lower case, monday first), `from` and `to` (HH:MM, 24:00 too); one that ends before it
#   begins goes on past midnight, and its weekday is that of its beginning. A spell of its own has `from` and `to` as times
#   with zone, like 2026-12-18T18:00:00+01:00. The beginning belongs to a spell, the end does not. Clocks that are put
#   forward or back are followed: what counts is the time that a clock on the wall shows.
package remediation.lib.calendar

_weekdays := ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_zone := `^(UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+)+)$`

_clock := `^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`

_moment := concat("", [
	`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`,
	`T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`,
])

_now := _nanoseconds(input.now)

# METADATA
# title: The time is known
known if is_number(_now)

# METADATA
# title: All are spells
# description: Of a list of them; one that is malformed, or of a zone that is not known, makes the list worth nothing.
are_spells(list) if {
	is_array(list)
	every spell in list {
		_is_spell(spell)
	}
}

# METADATA
# title: Now is in one of them
# description: Of a list of spells.
in_any(list) if {
	some spell in list
	_holds(spell)
}

_is_spell(spell) if {
	is_string(spell.time_zone)
	regex.match(_zone, spell.time_zone)
	is_array(spell.weekdays)
	count(spell.weekdays) > 0
	every day in spell.weekdays {
		day in _weekdays
	}
	_minutes(spell.from) != _minutes(spell.to)
	is_number(_minute(spell.time_zone)) # a zone that nobody knows has no time
}

_is_spell(spell) if _nanoseconds(spell.from) < _nanoseconds(spell.to)

_holds(spell) if {
	_nanoseconds(spell.from) <= _now
	_now < _nanoseconds(spell.to)
}

_holds(spell) if {
	_minutes(spell.from) < _minutes(spell.to)
	_weekdays[_today(spell.time_zone)] in spell.weekdays
	_minutes(spell.from) <= _minute(spell.time_zone)
	_minute(spell.time_zone) < _minutes(spell.to)
}

_holds(spell) if {
	_minutes(spell.from) > _minutes(spell.to)
	_weekdays[_today(spell.time_zone)] in spell.weekdays
	_minutes(spell.from) <= _minute(spell.time_zone)
}

_holds(spell) if {
	_minutes(spell.from) > _minutes(spell.to)
	_weekdays[(_today(spell.time_zone) + 6) % 7] in spell.weekdays
	_minute(spell.time_zone) < _minutes(spell.to)
}

_today(zone) := day if {
	some day, name in _weekdays
	name == lower(time.weekday([_now, zone]))
}

_minute(zone) := (hour * 60) + minute if [hour, minute, _] := time.clock([_now, zone])

_minutes(text) := (to_number(hour) * 60) + to_number(minute) if {
	is_string(text)
	regex.match(_clock, text)
	[hour, minute] := split(text, ":")
}

_nanoseconds(text) := time.parse_rfc3339_ns(text) if {
	is_string(text)
	regex.match(_moment, text)
}
