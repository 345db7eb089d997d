package specimen

// Faults of the declaration, clause 5.7: software integrity.
const secBoot = "ixit/20-SecBoot/SecBoot-1/"

var (
	_ = declares("ixit-secureboot-no-authenticity", set(secBoot+"Security Guarantees", "[integrity]"))
	_ = declares("ixit-secureboot-crc-only",
		set(secBoot+"Detection Mechanisms", "A CRC32 over each part; a failure stops the chain and starts the image of the factory, which only tells of it."),
		set(secBoot+"stages", "[{name: boot loader, verifies: boot ROM, alg: crc32, anchor: ROM}, {name: image, verifies: boot loader, alg: crc32, anchor: boot loader}]"))
	_ = declares("ixit-no-tamper-notification", set(secBoot+"User Notification", "none"), drop(secBoot+"notify"))
	_ = declares("ixit-degraded-mode-too-open", set(secBoot+"Notification Functionality", "Normal service continues, and the page tells of it."))
)
