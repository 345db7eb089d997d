package specimen

// Faults of the declaration, clause 5.2: reports of vulnerabilities.
var (
	_ = declares("conf-vulnerability-actions-no", set("ixit/4-Conf/Confirmation of Vulnerability Actions", `"no"`))
	_ = declares("decl-vulntype-no-action", drop("ixit/3-VulnTypes/VulnTypes-2/Action"))
	_ = declares("decl-vulntype-no-timeframe", set("ixit/3-VulnTypes/VulnTypes-2/Time Frame", "as soon as possible"))
)
