package specimen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// Faults of the declaration, clause 6: data protection.
var (
	_ = declares("ixit-notice-on-request-only", way("Documentation of Personal Data", "The notice is sent by post on request.")...)
	_ = declares("ixit-telemetry-info-on-request-only", way("Documentation of Telemetry Data", "Call support: they tell what is collected.")...)
	_ = declares("ixit-no-personal-data-notice", way("Documentation of Personal Data", "none")...)
	_ = declares("ixit-no-telemetry-information", way("Documentation of Telemetry Data", "none")...)

	_ = declares("ixit-consent-by-use", set("ixit/21-PersData/PersData-1/Obtaining Consent", "By using the device the user agrees to it."))
	_ = declares("ixit-consent-default-given", set("ixit/21-PersData/PersData-1/Obtaining Consent", "A switch of the page, which is on by default."))
	_ = declares("ixit-no-withdrawal", drop("ixit/21-PersData/PersData-1/Withdrawing Consent"))
	_ = declares("ixit-consent-not-stored", drop("ixit/21-PersData/PersData-1/Storing Consent"))

	_ = declares("ixit-telemetry-unneeded-personal-data", append(datum(row{"Description": "Exact position of the unit", "Purpose": "The weather at its position is shown."}),
		add("ixit/24-TelData", `{ID: TelData-9, Description: Crash statistics, Purpose: The maker finds out what makes units crash., Security Examination: Series of crashes are looked for., Personal Data: [PersData-9], fields: [crashes]}`))...)

	_ = declares("ixit-data-without-purpose", datum(row{"Description": "Date of birth of the user", "Purpose": ""})...)
	_ = declares("ixit-unbounded-retention", set("ixit/21-PersData/PersData-1/Lifecycle", "As long as necessary."))
	_ = declares("ixit-no-disposal", datum(row{"Lifecycle": "30 days"})...)

	_ = declares("ixit-aggregation-keeps-identifiers", datum(row{"Aggregation": "Mean of each day, made on the device; the single data keep the user id until they are dropped with the day."})...)
	_ = declares("ixit-aggregates-late", datum(row{"Aggregation": "Mean of each day, made by a partner; the single data are dropped a day later."})...)
	_ = declares("ixit-raw-data-kept", datum(row{"Aggregation": "Mean of each day, made on the device; the single data are never dropped.", "Lifecycle": "The mean is overwritten after a year."})...)
	_ = declares("ixit-plain-hash-called-anonymous", datum(row{"Anonymization": "They are anonymous: the SHA-256 of the serial number stands in its place."})...)
)

// An honest declaration of a device that processes no personal data.
var _ = declares("no-personal-data-device", set("ixit/21-PersData", "[]"), set("ixit/25-DelFunc/DelFunc-1/covers", "[SecParam-1, SecParam-2, SecParam-3, AuthMech-2, UserDec-1, UserDec-2, UserDec-3, UserDec-4]"),
	drop("ixit/26-UserDec/UserDec-5"),
	set("ics/6-2", notPersonal), set("ics/6-3A", notPersonal).in(provisions.V31), set("ics/6-3B", notPersonal).in(provisions.V31), set("ics/6-6", notPersonal).in(provisions.V31), set("ics/6-8", notPersonal).in(provisions.V31))

const notPersonal = `{support: N/A, detail: The device processes no personal data.}`

// way sets how 2-UserInfo describes the way to a document, without the typed place beside it.
func way(field, text string) []edit {
	return []edit{set("ixit/2-UserInfo/"+field, fmt.Sprintf("%q", text)), drop("ixit/2-UserInfo/at/" + field)}
}

// A row gives fields of a row that is added, as texts or lists; an empty one takes the usual away.
type row map[string]string

// datum adds PersData-9 to the personal data: complete and kept nowhere for long, but for what is given.
func datum(but row) []edit {
	fields := row{"ID": "PersData-9", "Description": "Presence of somebody in the room", "Processing Activities": "Shown at the page of the device.", "Communication Mechanisms": "[ComMech-1]",
		"Sensitive": "no", "Obtaining Consent": "none", "Withdrawing Consent": "none", "stored": "[]", "consent": "no"}
	newer := row{"Purpose": "The user sees whether somebody is at home.", "Authorized Parties": "The owner", "Lifecycle": "Overwritten after an hour in a ring buffer.", "Storing Consent": "none",
		"Aggregation": "none", "Anonymization": "None; without the room it would be of no use to the owner."}
	for key, value := range but {
		if _, of := newer[key]; of {
			newer[key] = value
		} else {
			fields[key] = value
		}
	}
	older := fields.yaml()
	maps.Copy(fields, newer)
	fields["Secure Communication Mechanisms"] = fields["Communication Mechanisms"]
	delete(fields, "Communication Mechanisms")
	return []edit{add("ixit/21-PersData", older).in(provisions.V21), add("ixit/21-PersData", fields.yaml()).in(provisions.V31)}
}

// yaml is the row in one line.
func (r row) yaml() string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(r)) {
		switch value := r[key]; {
		case strings.HasPrefix(value, "["):
			out = append(out, key+": "+value)
		case value != "":
			out = append(out, fmt.Sprintf("%s: %q", key, value))
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}
