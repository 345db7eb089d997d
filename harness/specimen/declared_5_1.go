package specimen

// Faults of the declaration, clause 5.1: passwords.
const (
	ownerMech = "ixit/1-AuthMech/AuthMech-1/"
	guestMech = "ixit/1-AuthMech/AuthMech-2/"
)

var (
	_ = declares("decl-shared-password", set(ownerMech+"gen/scope", "model"), set(ownerMech+"gen/source", "fixed in the firmware"),
		set(ownerMech+"Password Generation Mechanism", "The same password for all, printed in the manual; the owner may change it."))
	_ = declares("decl-batch-password", set(ownerMech+"gen/scope", "batch"))
	_ = declares("decl-incremental-generator", set(ownerMech+"gen/source", "a counter of the factory and the week of production"),
		set(ownerMech+"Password Generation Mechanism", "Made for each unit and printed on its label; the owner may change it."))
	_ = declares("decl-wordlist-generator",
		set(ownerMech+"Password Generation Mechanism", "Made for each unit of three words of a list of 500, drawn by a random generator and printed on its label."),
		drop(ownerMech+"gen/filter"), drop(ownerMech+"gen/alphabet"), drop(ownerMech+"gen/length"))
	_ = declares("decl-derived-generator", set(ownerMech+"gen/inputs", "[MAC, serial]"))
	_ = declares("decl-short-password", set(ownerMech+"gen/length", "5"), set(ownerMech+"gen/alphabet", `"0-9"`))
	_ = declares("decl-m2m-password", set("ixit/1-AuthMech/AuthMech-3/Authentication Factor", "password").in("V3.1"))
	_ = declares("decl-auth-guarantee-missing", set(guestMech+"Security Guarantees", "[confidentiality]"))
	_ = declares("decl-auth-mechanism-mismatch", set(guestMech+"Cryptographic Details", "HTTP Basic, without TLS."))
	_ = declares("decl-weak-auth-crypto", set(guestMech+"Cryptographic Details", "TLS 1.2 with a certificate of RSA-1024, passwords kept as MD5."))
	_ = declares("decl-attackable-auth", set(guestMech+"Cryptographic Details", "BLE legacy pairing, and TLS 1.2 at the page."))
	_ = declares("decl-no-change-mechanism",
		set("ixit/2-UserInfo/Documentation of Change Mechanisms", "Manual, chapter 3, has a form for the owner's password; that of the guest cannot be changed.").in("V3.1"))
	_ = declares("change-guide-expert-only",
		set("ixit/2-UserInfo/Documentation of Change Mechanisms", "Read-me for developers, log in by SSH and run passwd in the shell."))
	_ = declares("decl-no-brute-force-prevention", set(guestMech+"Brute Force Prevention", "none"), drop(guestMech+"bf"))
	_ = declares("decl-weak-lockout", set(guestMech+"Authentication Factor", "PIN of six digits"),
		set(guestMech+"Brute Force Prevention", "After 50 failures in a connection the next answer waits for 10 s."),
		set(guestMech+"bf", "{attempts: 50, lock_s: 10, scope: connection}"))
)
