package specimen

import "github.com/secure-by-design/assay/provisions"

// Faults of the declaration, clause 5.6: minimise exposed attack surfaces. An interface that a fault adds has its check of input
// too, so that it breaks no unit of 5.13.
var (
	_ = declares("ixit-interface-without-purpose", physical(`Description: tbd, Type: network, Status: enabled, Protection: none of a physical kind, state: enabled, need: always, at: [{port: 9}]`)...)
	_ = declares("ixit-unused-interface-enabled", physical(`Description: "Second socket for Ethernet, kept for future use", Type: network, Status: enabled, Protection: none of a physical kind, state: enabled, need: always`)...)
	_ = declares("ixit-logical-interface-without-purpose", reached(`Description: tbd, Status: enabled, Disclosed Information: none, Debug Interface: "no", at: [{port: 9}], state: enabled, need: always`)...)
	_ = declares("ixit-lists-dead-interface", append(reached(`Description: "A second page, TCP 9443", Status: enabled, Disclosed Information: none, Debug Interface: "no", at: [{proto: https, port: 9443}], state: enabled, need: always`),
		add("ixit/15-Intf", `{ID: Intf-30, Description: "A second page, TCP 9443", Type: logical, Status: enabled, Disclosed Information: none, Debug Interface: "no",
			Protection: none of a physical kind, at: [{proto: https, port: 9443}], state: enabled, need: always}`).in(provisions.V21))...)
	_ = declares("ixit-secret-called-harmless",
		set(page+"Disclosed Information", `"Wi-Fi name and user list, neither security-relevant"`), set(page+"disclosed", `[{item: Wi-Fi name}, {item: user list}]`))
	_ = declares("ixit-relevant-disclosure-without-need",
		set(page+"Disclosed Information", "exact firmware build"), set(page+"disclosed", `[{item: exact firmware build, relevant: true}]`))
	_ = declares("ixit-hidden-port-without-protection", physical(`Description: Socket for the repair shop, Type: serial, Status: disabled, Debug Interface: "no", state: disabled-permanently, need: never, medium: serial`)...)
	_ = declares("ixit-unneeded-radio-enabled", physical(`Description: "Bluetooth, which an older model was set up by", Type: air, Status: enabled, Debug Interface: "no",
		Protection: Its antenna lies inside the glued casing., state: enabled, need: never, medium: bluetooth`)...)
	_ = declares("ixit-intermittent-interface-always-on", drop("ixit/15-Intf/Intf-7/off"), drop("ixit/15-Intf/Intf-7/window_s"))
	_ = declares("ixit-debug-without-disable-mechanism", debugPort(`Status: disabled, Protection: Its connector is not fitted., state: disabled-permanently, need: never, accessible: "yes"`)...)
	_ = declares("ixit-debug-never-needed-but-enabled", set("ixit/15-Intf|15-PhyIntf/Intf-11|PhyIntf-3/state", "disabled"))
	_ = declares("ixit-debug-enabled-by-default", debugPort(`Status: enabled, Protection: "It lies inside the glued casing, and asks for AuthMech-1.", state: enabled, need: intermittent,
		"on": The help desk asks for it., "off": After an hour., window_s: 3600, accessible: "no"`)...)
	_ = declares("ixit-debug-shared-password", debugPort(`Status: enabled, Protection: "It lies inside the glued casing, and asks for a password, one password for the model.",
		state: enabled, need: always, accessible: "no", protection: auth`)...)
	_ = declares("ixit-debug-port-without-casing", debugPort(`Status: enabled, Protection: It asks for the password of AuthMech-1., state: enabled, need: always, accessible: "yes", protection: auth`)...)
	_ = declares("ixit-factory-service-enabled", add("ixit/13-SoftServ", `{ID: SoftServ-30, Description: Production test, Status: enabled, Justification: Units are measured by it before they are packed.,
		Allows Configuration: "no", Authentication Mechanism: []}`))
	_ = declares("ixit-service-without-justification", set("ixit/13-SoftServ/SoftServ-3/Justification", "It is needed because it is a service."))
	_ = declares("ixit-codemin-no-technique", set("ixit/16-CodeMin/CodeMin-1/Description", "We care about lean code."))
	_ = declares("ixit-privilege-all-root", set("ixit/17-PrivlCtrl/PrivlCtrl-1/Description", "All services run as root."))
	_ = declares("ixit-access-control-software-only", set("ixit/18-AccCtrl/AccCtrl-1/Description", "File permissions and address randomisation keep programs from the memory of others."))
	_ = declares("ixit-access-control-not-memory", set("ixit/18-AccCtrl/AccCtrl-1/Description", "A secure element keeps the keys."))
	_ = declares("ixit-secdev-topic-missing", set("ixit/19-SecDev/SecDev-1/Description", `'Threats are listed at the design. Coding rules hold. Code is reviewed by a second person, held against static checks and
		tested. Releases are rolled out in steps. Developers are trained each year.'`))
	_ = declares("ixit-secdev-unconfirmed", set("ixit/4-Conf/Confirmation of Secure Development", `"no"`))
)

// page is the row of the page, in the table of either edition.
const page = "ixit/15-Intf|28-LogIntf/Intf-1|LogIntf-1/"

// physical adds a row to the table of physical interfaces.
func physical(fields string) []edit {
	return []edit{
		add("ixit/15-Intf", "{ID: Intf-30, Disclosed Information: none, "+fields+"}").in(provisions.V21),
		add("ixit/15-PhyIntf", "{ID: PhyIntf-30, "+fields+"}").in(provisions.V31),
	}
}

// debugPort adds a serial socket for debugging.
func debugPort(fields string) []edit {
	return physical(`Description: Serial socket for debugging, Type: serial, Debug Interface: "yes", medium: serial, debug: "yes", ` + fields)
}

// reached adds a row to the table of logical interfaces of V3.1.
func reached(fields string) []edit {
	return []edit{
		add("ixit/28-LogIntf", "{ID: LogIntf-30, Access: LAN, Resilience Measures: It takes one peer at a time., "+fields+"}").in(provisions.V31),
		add("ixit/29-InpVal/InpVal-4/sources", "LogIntf-30").in(provisions.V31),
	}
}
