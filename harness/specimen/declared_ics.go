package specimen

// Faults of the ICS: the reasons of recommendations that are not met or do not apply.
var (
	_ = declares("ics-rationale-missing", drop("ics/5.3-15/detail").in("V2.1"), drop("ics/6-8/detail").in("V3.1"))
	_ = declares("ics-rationale-placeholder", set("ics/5.3-15/detail", `"n/a"`).in("V2.1"), set("ics/6-8/detail", `"tbd"`).in("V3.1"))
	_ = declares("rationale-of-three-words", set("ics/5.3-15/detail", "Device not constrained").in("V2.1"), set("ics/6-7/detail", "No telemetry collected").in("V3.1"))
)
