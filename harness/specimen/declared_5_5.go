package specimen

import "github.com/secure-by-design/assay/provisions"

// Faults of the declaration, clause 5.5: communicate securely. A mechanism that a fault adds has its check of input too, so
// that it breaks no unit of 5.13.
var (
	_ = declares("commech-guarantee-missing", mechanism(`Description: Commands of a companion at home, Security Guarantees: [confidentiality], Cryptographic Details: TLS 1.3`)...)
	_ = declares("commech-known-attack-declared", mechanism(`Description: Log for the help desk over SSH, Security Guarantees: [confidentiality, integrity, server authenticity],
		Cryptographic Details: "SSH 2 with curve25519 and chacha20-poly1305@openssh.com, without strict key exchange"`)...)
	_ = declares("commech-undelivered-guarantee", carrying(mechanism(`Description: Frames of a companion by a radio of its own, Security Guarantees: [confidentiality, integrity, server authenticity],
		Cryptographic Details: "AES-128 in CTR mode, with a CRC over each frame", remote: "yes"`))...)
	_ = declares("secparam-channel-not-confidential", carrying(mechanism(`Description: A second way for what proves other devices, Security Guarantees: [integrity, server authenticity],
		Cryptographic Details: TLS 1.3, remote: "yes"`))...)
	_ = declares("legacy-crypto-declared",
		set("ixit/11-ComMech|11-SecComMech/ComMech-1/Cryptographic Details", "TLS 1.0 or 1.2 with 3DES, and certificates of RSA-1024 that are signed with SHA-1"),
		set("ixit/1-AuthMech/AuthMech-3/Cryptographic Details", "TLS 1.0, and client certificates of RSA-1024 that are signed with SHA-1"))
	_ = declares("netsecimpl-no-review", set("ixit/12-NetSecImpl/NetSecImpl-2", "{ID: NetSecImpl-2, Description: SSH server, Review/Evaluation Method: none, Report: none, name: OpenSSH, version: 9.6p1}"))
	_ = declares("softcomp-crypto-not-updatable", set("ixit/6-SoftComp/SoftComp-4/Update Mechanism", "[]"))
	_ = declares("crypto-side-effects-unstated", set("ixit/6-SoftComp/SoftComp-2/Cryptographic Usage", `"yes: it verifies the image"`))
	_ = declares("softserv-no-authmech", add("ixit/13-SoftServ", `{ID: SoftServ-9, Description: "Page with the temperature, for everybody on the network in the initialised state, owner and guest",
		Status: enabled, Justification: Who is at home reads the temperature by it., Allows Configuration: "no", Authentication Mechanism: []}`))
	_ = declares("config-service-no-authmech", set("ixit/13-SoftServ/SoftServ-1/Authentication Mechanism", "[]"))
	_ = declares("authmech-factor-is-network-location", wayIn(`Description: Programs at home are let in; who is elsewhere is refused., Authentication Factor: client is in the home LAN,
		Security Guarantees: [authenticity, integrity, confidentiality], Cryptographic Details: TLS 1.3, Brute Force Prevention: There is nothing to guess.`)...)
	_ = declares("authmech-protection-too-weak", wayIn(`Description: The owner logs in at the old page with a password; a wrong one is refused., Authentication Factor: password,
		Password Generation Mechanism: Chosen by the user., Security Guarantees: [authenticity, integrity, confidentiality], Cryptographic Details: The password is sent over HTTP., Brute Force Prevention: none, gen: {origin: user}`)...)
	_ = declares("authmech-no-authorisation-rule", set("ixit/13-SoftServ/SoftServ-1/Description", "Page and API, reachable over the network in the initialised state"), drop("ixit/13-SoftServ/SoftServ-1/functions"),
		set("ixit/1-AuthMech/AuthMech-1/Description", "Log-in with the first password; a wrong one is refused."), set("ixit/1-AuthMech/AuthMech-2/Description", "Log-in with the second password; a wrong one is refused."))
	_ = declares("setup-state-no-authmech", set("ixit/13-SoftServ/SoftServ-1/setup", "{presence: none}"))
	_ = declares("keymgmt-stage-missing",
		set("ixit/14-SecMgmt/SecMgmt-1/Description", `'First passwords: drawn by a generator of the factory, printed on the label, written to the unit. Passwords of users: kept as salted slow hashes, changed at the page.'`),
		set("ixit/14-SecMgmt/SecMgmt-2/Description", `'Keys of TLS and SSH: made by the device at its first start, never exported. Keys of update signing: made in a hardware module, used there alone, replaced every three years.'`))
	_ = declares("conf-secure-management-no", set("ixit/4-Conf/Confirmation of Secure Management", `"no"`))
)

// mechanism adds a row of 11-ComMech.
func mechanism(fields string) []edit {
	return []edit{
		add("ixit/11-ComMech", "{ID: ComMech-30, Resilience Measures: Connections are bounded in number and time., "+fields+"}").in(provisions.V21),
		add("ixit/29-InpVal/InpVal-4/sources", "ComMech-30").in(provisions.V21),
		add("ixit/11-SecComMech", "{ID: ComMech-30, Interface: LogIntf-1, "+fields+"}").in(provisions.V31),
	}
}

// carrying has a critical parameter travel by the row that is added.
func carrying(by []edit) []edit {
	return append(by, add("ixit/10-SecParam/SecParam-3/Communication Mechanisms|Secure Communication Mechanisms", "ComMech-30"))
}

// wayIn adds a row of 1-AuthMech that lets somebody configure the device.
func wayIn(fields string) []edit {
	return []edit{add("ixit/1-AuthMech", "{ID: AuthMech-30, use: user, "+fields+"}"), add("ixit/13-SoftServ/SoftServ-1/Authentication Mechanism", "AuthMech-30")}
}
