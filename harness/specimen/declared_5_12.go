package specimen

// Faults of the declaration, clause 5.12: installation and maintenance.
var (
	_ = declares("ixit-decision-technical-choice",
		add("ixit/26-UserDec", `{ID: UserDec-9, Description: Whether the page uses TLS, Options: "On, or off", Triggered By: Initialisation,
			options: [{text: "on", effect: the page uses TLS}, {text: "off", effect: the page uses none}], default: "on", safe: "on", on: access}`),
		add("ixit/25-DelFunc/DelFunc-1/covers", "UserDec-9"))
	_ = declares("ixit-insecure-default-option", set("ixit/26-UserDec/UserDec-3/default", `"no"`))
	_ = declares("ixit-no-setup-guide", way("Documentation of Secure Setup", "none")...)
	_ = declares("ixit-no-setup-check", way("Documentation of Setup Check", "none")...)
	_ = declares("ixit-no-maintenance-check", way("Documentation of Maintenance Check", "none")...)
)
