package specimen

// Faults of the declaration, clause 5.4: sensitive security parameters.
const (
	secParams = "ixit/10-SecParam"
	chip      = "In a secure element, which never gives it out."
)

// param is a further row of 10-SecParam, which the factory reset erases too.
func param(description, kind, guarantees, protection, provisioning, generation string) []edit {
	row := "{ID: SecParam-9, Description: " + quoted(description) + ", Type: " + kind + ", Security Guarantees: " + guarantees + ", Protection Scheme: " + quoted(protection) +
		", Provisioning Mechanism: " + quoted(provisioning) + ", Communication Mechanisms: []"
	if generation != "" {
		row += ", Generation Mechanism: " + quoted(generation)
	}
	return []edit{add(secParams, row+"}"), add("ixit/25-DelFunc/DelFunc-1/covers", "SecParam-9")}
}

func quoted(text string) string { return `"` + text + `"` }

const identity = "Private key of the device, a hard-coded identity by which it logs in to the cloud"

var (
	_ = declares("secparam-type-mismatch", set(secParams+"/SecParam-2/Type", "public"))
	_ = declares("secparam-guarantee-too-weak", set(secParams+"/SecParam-2/Security Guarantees", "[integrity]"))
	_ = declares("secparam-scheme-undelivering", set(secParams+"/SecParam-2/Protection Scheme", "As base64 in a settings file."))
	_ = declares("secparam-omitted", set(secParams+"/SecParam-2/Description", "Private key of SSH"))

	_ = declares("hardcoded-identity-unflagged", param("Private key and device certificate, by which it logs in to the cloud", "critical", "[confidentiality, integrity]", chip,
		"Written in the factory, and fused.", "Random generator of the secure element, for each unit.")...)
	_ = declares("identity-guarantee-lacks-tamper", param(identity, "critical", "[confidentiality, integrity, physical tamper resistance, software tamper resistance]", chip,
		"Written in the factory, and fused.", "Random generator of the secure element, for each unit.")...)
	_ = declares("identity-scheme-software-only", param(identity, "critical", "[confidentiality, integrity, 'physical, electrical and software tamper resistance']", "File permissions.",
		"Written in the factory.", "Random generator of the factory, for each unit.")...)

	_ = declares("hardcoded-critical-unflagged", param("Service password of the maker", "critical", "[confidentiality, integrity]", chip,
		"Compiled in, and replaced by one of its own in the factory.", "Random generator of the maker.")...)
	_ = declares("hardcoded-critical-no-replacement", param("Default key of the cloud, hard-coded", "critical", "[confidentiality, integrity]", chip,
		"The user may change it.", "Random generator of the maker.")...)

	_ = declares("generator-undocumented", param("Token for the cloud", "critical", "[confidentiality, integrity]", chip, "Made at the first start.", "")...)
	_ = declares("generator-derived-from-serial", param("Token for the cloud", "critical", "[confidentiality, integrity]", chip, "Made at the first start.", "SHA-256 of MAC address and serial number.")...)
)
