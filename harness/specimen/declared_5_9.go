package specimen

// Faults of the declaration, clauses 5.9 and 5.10: resilience, and telemetry.
var (
	_ = declares("ixit-no-network-resilience", drop("ixit/23-ResMech/ResMech-1"))
	_ = declares("ixit-no-power-resilience", drop("ixit/23-ResMech/ResMech-2"))
	_ = declares("ixit-resilience-without-means", drop("ixit/23-ResMech/ResMech-2/Description"), set("ixit/23-ResMech/ResMech-2/Security Guarantees", "[no data lost]"))
	_ = declares("ixit-local-function-lost-offline", set("ixit/23-ResMech/ResMech-1/Description", "All functions need the service; the device shows a red light until it is back."))
	_ = declares("ixit-power-return-to-setup-mode", set("ixit/23-ResMech/ResMech-2/Description", "Settings are stored; after a power cut the device returns to set-up mode and waits for its owner."))
	_ = declares("ixit-no-reconnect-measure", drop("ixit/11-ComMech|28-LogIntf/ComMech-1|LogIntf-1/Resilience Measures"),
		set("ixit/11-ComMech|28-LogIntf/ComMech-1|LogIntf-1/Description", "Link to the cloud, which the device opens"))
	_ = declares("ixit-fixed-short-retry", set("ixit/11-ComMech|28-LogIntf/ComMech-1|LogIntf-1/Resilience Measures", "It retries every 5 s."))
	_ = declares("ixit-telemetry-never-examined", set("ixit/24-TelData/*/Security Examination", "none"))
	_ = declares("ixit-telemetry-unfit-for-examination", set("ixit/24-TelData/TelData-1/Description", "Uptime and strength of the signal"), set("ixit/24-TelData/TelData-1/fields", "[uptime, signal]"),
		set("ixit/24-TelData/TelData-1/Security Examination", "Help desk looks for series of failed logins."))
)
