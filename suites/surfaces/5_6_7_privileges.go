package surfaces

import (
	"context"
	"regexp"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.6-7", func(dut *DUT) {
	TestCase("5.6-7-1", func() {
		Unit("a", "software runs with the least privileges", func(ctx context.Context) {
			rows := Declared(ctx, dut, "17-PrivlCtrl")
			Declared(ctx, dut, "13-SoftServ")
			Expect(rows).NotTo(BeEmpty(), "17-PrivlCtrl has no row: nothing keeps software to the least privileges")
			parted := false
			for _, r := range rows {
				text := r.Fields["Description"]
				if highest(text) && declared.Affirms(text, single...) != "" {
					Propose(Inconclusive, "%s says that all runs with the highest rights, of one image on a microcontroller: ask for its memory protection units (%.80q)", r.ID, text)
				}
				Expect(highest(text)).To(BeFalse(), "%s says that all software runs with the highest rights, or in one domain: %.80q", r.ID, text)
				parted = parted || declared.Says(text, domains...)
			}
			if !parted {
				Propose(Inconclusive, "17-PrivlCtrl names no accounts or domains of the services: ask which service runs as whom, and what each may reach (%s)", quoted(rows))
			}
			NotClimbed(ctx, provisions.Firmware, "no image was unpacked: as whom its programs start was not seen")
			Propose(Pass, "17-PrivlCtrl parts services: %s; hold each network service of 13-SoftServ against it, and judge whether duties are parted", quoted(rows))
		}, Climbs(provisions.Declared))
	})
})

// allOfIt is a text that gives everything the highest rights.
var allOfIt = regexp.MustCompile(`(?i)\b(?:all|every|everything|each)\b[^.;]{0,60}\b(?:(?:as|with) (?:the )?(?:root|administrator|superuser|highest)|(?:with )?root (?:rights|privileges)|in one (?:protection )?domain|in (?:the )?kernel mode)\b`)

// highest tells whether a text gives everything the highest rights, and does not deny it: "all services run without root rights".
func highest(text string) bool {
	m := allOfIt.FindString(text)
	return m != "" && !declared.Says(m, "no", "not", "never", "none", "without", "except", "but")
}

// Words for a device that knows no privileges, and for what parts services.
var (
	single  = []string{"microcontroller*", "mcu", "rtos", "bare metal", "bare-metal", "single image", "one image", "single-image"}
	domains = []string{"user", "users", "account*", "uid", "domain*", "container*", "sandbox*", "name space*", "namespace*", "capabilit*", "selinux", "apparmor", "seccomp", "jail*", "partition*", "trustzone", "privilege*", "process*", "mpu", "benutzer*"}
)
