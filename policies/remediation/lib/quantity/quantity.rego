# METADATA
# title: Quantities
# description: >-
#   Amounts as Kubernetes spells them (500m, 1.5, 2Gi, 1e3), read as numbers. Read by hand, because OPA's own units raise an
#   error for what they do not know, and an error would take the whole decision with it.
package remediation.lib.quantity

# Sign, amount without the zeros that lead it (to_number takes none), and a unit or an exponent.
_form := `^\+?(-?)0*([0-9]{1,30}(?:\.[0-9]{1,30})?)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,2}))?$`

_exponents := {"n": "-9", "u": "-6", "m": "-3", "": "0", "k": "3", "M": "6", "G": "9", "T": "12", "P": "15", "E": "18"}

_factors := {
	"Ki": 1024,
	"Mi": 1048576,
	"Gi": 1073741824,
	"Ti": 1099511627776,
	"Pi": 1125899906842624,
	"Ei": 1152921504606846976,
}

# METADATA
# title: A quantity as a number
# description: In cores, bytes or pieces; undefined for what is no quantity.
of(quantity) := quantity if {
	is_number(quantity)
} else := _value(found) if {
	is_string(quantity)
	some found in regex.find_all_string_submatch_n(_form, quantity, 1)
}

_value([_, sign, amount, suffix, ""]) := to_number(concat("", [sign, amount, "e", _exponents[suffix]]))

_value([_, sign, amount, suffix, ""]) := to_number($"{sign}{amount}") * _factors[suffix]

_value([_, sign, amount, "", exponent]) := to_number($"{sign}{amount}e{exponent}") if exponent != ""
