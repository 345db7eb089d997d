package vulnerabilities

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/components"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var oldest = Parameter("VULN-01: days after which a list of vulnerabilities is too old", 30)

var _ = Provision("VULN-01", func(dut *DUT) {
	TestCase("VULN-01", func() {
		Unit("", "no component is known to be exploited without a fix on file", func(ctx context.Context) {
			if dut.File == nil || dut.File.Advisories == "" {
				Lack("name a snapshot of OSV, with the catalogue of known exploited vulnerabilities: advisories: in the device file", "no list of vulnerabilities is at hand")
			}
			known := Ask(ctx, dut, components.Look{Seen: inFirmware(ctx, dut)})
			age := int(At(ctx).Sub(known.Day) / (24 * time.Hour))
			Note(ctx, "%d components with a version were looked up in %d records; the newest of them is %d days old", known.Components, known.Records, age)
			NotClimbed(ctx, provisions.LAN, "versions that services tell were not looked up")
			exploited, questions := sorted(known.Matches)
			if len(exploited) > 0 {
				Propose(Fail, "known to be exploited, and named by two sources: %s; confirm that there is no fix, statement or accepted risk on file", strings.Join(exploited, "; "))
			}
			if known.Components == 0 {
				Lack("give a bill of materials (sbom:) or the firmware in the device file", "no component with a version is known")
			}
			if age > oldest {
				Lack("take a new snapshot", "the list of vulnerabilities is %d days old, where %d are the most", age, oldest)
			}
			if !known.Exploited {
				Lack("add the catalogue of known exploited vulnerabilities to the snapshot", "the list does not say what is exploited")
			}
			if len(questions) > 0 {
				Propose(Inconclusive, "published for versions that the product is said to hold, each a question to the maker: %s", strings.Join(questions, "; "))
			}
			Propose(Pass, "nothing is published for the versions that the product is said to hold; see that the list of components is whole")
		}, Climbs(provisions.Declared, provisions.Firmware))
	})
})

// inFirmware are the components that the firmware shows.
func inFirmware(ctx context.Context, dut *DUT) (out []components.Component) {
	i, _ := seen.Firmware(ctx, dut)
	for _, p := range i.Parts {
		out = append(out, components.Component{Name: p.Name, Version: p.Version, From: []string{"firmware, " + p.How}})
	}
	return out
}

// sorted parts what two sources name and is exploited from mere questions. A distribution's version is a question: its number
// does not show what was fixed in it.
func sorted(matches []components.Match) (exploited, questions []string) {
	for _, m := range matches {
		s := fmt.Sprintf("%s %s: %s", m.Name, m.Version, m.ID)
		if m.Fixed != "" {
			s += ", fixed in " + m.Fixed
		}
		switch {
		case m.Exploited && len(m.From) > 1 && !m.Backport:
			exploited = append(exploited, s)
		case len(questions) < 50:
			questions = append(questions, s)
		}
	}
	return exploited, questions
}
