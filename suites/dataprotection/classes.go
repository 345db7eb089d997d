package dataprotection

import (
	"slices"

	"github.com/secure-by-design/assay/suites/declared"
)

// A class of personal data of which a coarser form often does.
type class struct {
	name    string
	words   []string // by which a datum is known
	needed  []string // of a purpose that speaks of it
	coarser string
}

// classes are ours: what usually tells more of a person than a purpose needs.
var classes = []class{
	{"a precise position", []string{"position*", "location*", "GPS", "coordinate*", "latitude", "geolocation", "Standort"}, []string{"position*", "location*", "GPS", "navigat*", "route*", "map", "maps", "find the device", "geofenc*", "where"}, "the region, or the time zone"},
	{"a date of birth", []string{"birth date", "date of birth", "birthday", "birth"}, []string{"birth*", "age"}, "an age group, or that somebody is of age"},
	{"a serial number or identifier of a unit", []string{"serial", "serial number*", "MAC address*", "device id*", "IMEI"}, []string{"serial", "identif*", "recall*", "warranty", "support", "unit", "units"}, "a pseudonym that changes"},
	{"an identity of an account", []string{"account name*", "user name*", "username*", "user id*", "e-mail address*", "email address*"}, []string{"account*", "user", "users", "log-in", "login", "contact*", "owner*"}, "a pseudonym"},
	{"names of a household", []string{"household name*", "names of persons", "family name*", "room names"}, []string{"name", "names"}, "a number of persons"},
	{"contacts", []string{"contact list*", "contacts", "address book*", "phone book*"}, []string{"contact*", "call", "calls"}, "the one contact that was chosen"},
	{"a full address", []string{"postal address*", "street address*", "full address*", "home address*"}, []string{"deliver*", "ship*", "address*"}, "the town, or the postal code"},
	{"networks or devices of the neighbourhood", []string{"SSID list*", "BSSID*", "neighbour*", "neighbor*", "nearby networks", "nearby devices"}, []string{"neighbour*", "neighbor*", "nearby", "channel"}, "a count"},
	{"raw sound or pictures", []string{"raw audio", "raw video", "raw image*", "continuous sound", "continuous audio", "continuous video", "voice recording*"}, []string{"audio", "video", "image*", "voice", "sound", "picture*"}, "what was recognised in them"},
}

// unneeded are the classes that a datum is of, and that a purpose does not speak of.
func unneeded(datum, purpose string) []class {
	return slices.DeleteFunc(slices.Clone(classes), func(c class) bool {
		return declared.Affirms(datum, c.words...) == "" || declared.Says(purpose, c.needed...)
	})
}
