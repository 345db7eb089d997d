package specimen

import "github.com/secure-by-design/assay/provisions"

// Faults of the declaration, clause 5.13: validate input data.
var (
	_ = declares("ixit-input-source-uncovered",
		add("ixit/27-UserIntf", `{ID: UserIntf-30, Description: Buttons on the casing, input: "yes", kind: buttons}`).in(provisions.V21),
		add("ixit/27-UserIntf", `{ID: UserIntf-30, Description: Buttons on the casing, Type: buttons, input: "yes", kind: buttons}`).in(provisions.V31))
	_ = declares("ixit-client-side-validation-only",
		add("ixit/29-InpVal", `{ID: InpVal-30, Description: The app checks all fields., sources: [UserIntf-1], where: client}`).in(provisions.V21),
		add("ixit/29-InpVal", `{ID: InpVal-30, Description: The app checks all fields., Source: UserIntf-1, sources: [UserIntf-1], where: client}`).in(provisions.V31))
	_ = declares("ixit-network-input-uncovered", set("ixit/29-InpVal/InpVal-3", `{ID: InpVal-3, Description: "Lengths of packets are bounded, topics are held against a list.", Source: Page, sources: [UserIntf-1], where: device, kind: schema}`).in(provisions.V31))
	_ = declares("ixit-tls-called-input-validation", add("ixit/29-InpVal", `{ID: InpVal-30, Description: Input comes through TLS and is trusted., Source: LogIntf-4, sources: [LogIntf-4], where: device}`).in(provisions.V31))
)
