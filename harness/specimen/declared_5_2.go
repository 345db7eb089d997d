package specimen

// Faults of the declaration, clause 5.2: reports of vulnerabilities.
var (
	_ = declares("conf-vulnerability-actions-no", set("ixit/4-Conf/Confirmation of Vulnerability Actions", `"no"`))
	_ = declares("decl-vulntype-no-action", drop("ixit/3-VulnTypes/VulnTypes-2/Action"))
	_ = declares("decl-vulntype-no-timeframe", set("ixit/3-VulnTypes/VulnTypes-2/Time Frame", "as soon as possible"))

	_ = declares("decl-policy-behind-login",
		set("ixit/2-UserInfo/Publication of Vulnerability Disclosure Policy", "In the customer portal, after a log-in."),
		drop("ixit/2-UserInfo/at/Publication of Vulnerability Disclosure Policy"))
	_ = declares("conf-vulnerability-monitoring-no", set("ixit/4-Conf/Confirmation of Vulnerability Monitoring", `"no"`))
	_ = declares("decl-vulnmon-no-source",
		set("ixit/5-VulnMon/VulnMon-1/Description", "What becomes known is held against the list of components of each firmware, and judged by the person for security."),
		set("ixit/5-VulnMon/VulnMon-2/Description", "What concerns the device becomes a ticket, which is closed when the fix was given out by UpdMech-1."))
	_ = declares("decl-vulnmon-no-identification",
		set("ixit/5-VulnMon/VulnMon-1/Description", "Every night a program reads the National Vulnerability Database and the notices of the libraries' makers."),
		set("ixit/5-VulnMon/VulnMon-2/Description", "Each entry becomes a ticket, which is closed when a fix was given out by UpdMech-1."))
	_ = declares("decl-vulnmon-no-rectification",
		set("ixit/5-VulnMon/VulnMon-1/Description", "Every night a program holds the list of components of each firmware against the National Vulnerability Database."),
		set("ixit/5-VulnMon/VulnMon-2/Description", "A hit opens a ticket in the house, which the person for security reads, judges and files."))
)
