package specimen

import "github.com/secure-by-design/assay/provisions"

// Faults of the declaration, clause 5.11: deleting user data.
var (
	_ = declares("ixit-no-device-erase", set("ixit/25-DelFunc/DelFunc-1/Target Type", "associated service"), drop("ixit/25-DelFunc/DelFunc-1/operation"))
	_ = declares("ixit-erase-only-hides", set("ixit/25-DelFunc/DelFunc-1/Description", "The device is unlinked from the owner's account."))
	_ = declares("ixit-erase-misses-keys", add("ixit/10-SecParam", wifiKey("Communication Mechanisms")).in(provisions.V21),
		add("ixit/10-SecParam", wifiKey("Secure Communication Mechanisms")).in(provisions.V31))
	_ = declares("ixit-no-service-erase", atService(row{})...)
	_ = declares("ixit-service-erase-misses-party", append(atService(row{"Description": "Statistics of use", "Processing Activities": "Sent to a partner for analytics, who keeps them for a month.", "parties": "[Analytics Ltd]"}),
		add("ixit/25-DelFunc", "{ID: DelFunc-9, Description: Deletes recordings from the cloud, Target Type: associated service, Initiation and Interaction: The owner asks for it at the page., Confirmation: The page says so., target: service, covers: [PersData-1]}"))...)
	_ = declares("ixit-no-deletion-guide", way("Documentation of Deletion", "none")...)
)

// atService adds a datum that a service keeps.
func atService(but row) []edit {
	fields := row{"Description": "Recordings for all devices of an owner", "Processing Activities": "Sent to the cloud, which keeps them.", "Purpose": "The user hears them at each device.", "stored": "[service]"}
	for key, value := range but {
		fields[key] = value
	}
	return datum(fields)
}

// wifiKey is a row of 10-SecParam that no function of deletion covers.
func wifiKey(by string) string {
	return `{ID: SecParam-9, Description: Key of the owner's Wi-Fi, Type: critical, Security Guarantees: [confidentiality, integrity], Protection Scheme: Kept on the device alone.,
		Provisioning Mechanism: Given by the owner., ` + by + `: [ComMech-1], Generation Mechanism: Made by the owner's router.}`
}
