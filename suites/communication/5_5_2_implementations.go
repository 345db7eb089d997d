package communication

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.5-2", func(dut *DUT) {
	TestCase("5.5-2-1", func() {
		Unit("a", "each implementation was reviewed or evaluated", func(ctx context.Context) {
			rows := Declared(ctx, dut, "12-NetSecImpl")
			Declared(ctx, dut, "6-SoftComp")
			Each("implementation of 12-NetSecImpl", rows, reviewed)
		}, Climbs(provisions.Declared))

		Unit("b", "method and report cover the implementation as it is used", func(ctx context.Context) {
			rows := Declared(ctx, dut, "12-NetSecImpl")
			Each("implementation of 12-NetSecImpl", rows, func(row device.Row) {
				Propose(Inconclusive, "%s (%s): get %q, and see that its name, version, target, exclusions and author fit the use by %q", row.ID, row.Fields["Description"], row.Fields["Report"], row.Fields["Review/Evaluation Method"])
			})
		}, Climbs(provisions.Guided))
	})

	TestCase("5.5-2-2", func() {
		Unit("a", "the implementations that the device names are those of the reports", func(ctx context.Context) {
			rows := seen.Table(dut, "12-NetSecImpl", "12-NetSecImpl", dut.IXIT().NetSec)
			named, looked := banners(ctx, dut)
			if looked == 0 {
				Inconclude("no SSH or web server of the device answered: it was not seen whether the device names its implementations")
			}
			if len(named) == 0 {
				Note(ctx, "the device reveals no name and version: the criterion is met by its own escape")
				return
			}
			Each("name and version that the device shows", named, func(b banner) {
				row, ok := reported(rows, b.name)
				Expect(ok).To(BeTrue(), "%s names %s %s, and no row of 12-NetSecImpl reports on it", b.where, b.name, b.version)
				diff := compare(b.version, row.Version)
				Expect(diff == sameLine || diff == laterPatch).To(BeTrue(), "%s names %s %s, and the report of %s covers %s", b.where, b.name, b.version, row.ID, row.Version)
				if diff == laterPatch {
					Note(ctx, "%s names %s %s, a later patch level than the %s of the report: ask whether the report covers it", b.where, b.name, b.version, row.Version)
				}
			})
		}, Climbs(provisions.LAN))
	})
})

// Words for ways to review or evaluate an implementation, and for none.
var (
	methods   = []string{"review*", "audit*", "penetration*", "pen test*", "pentest*", "fuzz*", "certif*", "evaluat*", "static analysis", "assessment", "common criteria", "fips*", "sesip", "bsz", "geprüft", "prüf*"}
	unchecked = []string{"none", "no", "not reviewed", "not evaluated", "planned", "pending", "to be reviewed", "open source", "ungeprüft"}
)

// reviewed demands a method and a report of a row. What is planned, or open to anybody's eyes, was not reviewed by that.
func reviewed(row device.Row) {
	method, report := declared.Text(row, "Review/Evaluation Method"), declared.Text(row, "Report")
	Expect(method == "" || declared.None(method)).To(BeFalse(), "%s (%s) names no method of review or evaluation", row.ID, row.Fields["Description"])
	Expect(report == "" || declared.None(report)).To(BeFalse(), "%s (%s) names no report", row.ID, row.Fields["Description"])
	known := declared.Affirms(method, methods...) != ""
	Expect(declared.Says(method, unchecked...) && !known).To(BeFalse(), "%s (%s) was not reviewed or evaluated: %q", row.ID, row.Fields["Description"], method)
	if declared.Says(method, "planned", "pending", "to be reviewed") {
		Lack("say in Review/Evaluation Method what was done, apart from what is planned", "%s (%s) speaks of what was done or is planned: %q", row.ID, row.Fields["Description"], method)
	}
	if !known {
		Lack("say in Review/Evaluation Method by which way it was reviewed or evaluated", "%s (%s) names a method that is none of those known: %q", row.ID, row.Fields["Description"], method)
	}
}

// A banner is a name and version that the device shows by itself.
type banner struct{ where, name, version string }

var (
	product = regexp.MustCompile(`([A-Za-z][A-Za-z+.-]*)[/_ ]v?(\d+(?:\.\d+)+(?:p\d+)?)`)
	// protocols are what servers name beside themselves: "Linux/4.9 UPnP/1.0 acme/2.1".
	protocols = []string{"HTTP", "HTTPS", "UPNP", "DLNADOC", "RTSP", "SSH", "TLS", "SSL", "SIP", "SOAP", "WEBDAV", "MQTT", "COAP"}
	parts     = regexp.MustCompile(`\d+`)
)

// named are the implementations that a text names with a version.
func named(where, text string) (out []banner) {
	for _, m := range product.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(protocols, strings.ToUpper(m[1])) {
			out = append(out, banner{where, m[1], m[2]})
		}
	}
	return out
}

// banners collects them: SSH identifications and what web servers call themselves. looked is how many servers answered.
func banners(ctx context.Context, dut *DUT) (out []banner, looked int) {
	add := func(where, text string) { out = append(out, named(where, text)...) }
	for _, s := range seen.SSH(ctx, dut) {
		if s.Offered.SSH {
			looked++
		}
		add(seen.Name(s.Service), s.Software)
	}
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol != "http" {
			continue
		}
		site := Ask(ctx, seen.Of(dut, s), web.Pages{Port: s.Addr.Port(), TLS: s.TLS})
		if site.Open {
			looked++
		}
		add(seen.Name(s), site.Server)
	}
	return out, looked
}

func reported(rows []device.NetSec, name string) (device.NetSec, bool) {
	for _, r := range rows {
		if strings.EqualFold(r.Name, name) || r.Name == "" && strings.Contains(strings.ToLower(r.Description), strings.ToLower(name)) {
			return r, true
		}
	}
	return device.NetSec{}, false
}

// difference of a shown version from the reported one.
type difference int

const (
	sameLine   difference = iota // equal
	laterPatch                   // equal but for a later patch level
	another                      // another line, or an earlier patch level
)

// compare holds the upstream part of versions against each other: the first two numbers make the line.
func compare(shown, reported string) difference {
	a, b := numbers(shown), numbers(reported)
	for i := range max(len(a), len(b)) {
		x, y := at(a, i), at(b, i)
		switch {
		case x == y:
		case i < 2 || x < y:
			return another
		default:
			return laterPatch
		}
	}
	return sameLine
}

func numbers(v string) (out []int) {
	for _, p := range parts.FindAllString(v, 8) {
		n, _ := strconv.Atoi(p)
		out = append(out, n)
	}
	return out
}

func at(n []int, i int) int {
	if i < len(n) {
		return n[i]
	}
	return 0
}

func (b banner) String() string { return fmt.Sprintf("%s %s at %s", b.name, b.version, b.where) }
