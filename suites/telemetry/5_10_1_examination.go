// Package telemetry holds the unit of clause 5.10: examine telemetry data.
//
// Its one idea: an anomaly can be found only in data that show it. What is looked for is held against what is sent.
package telemetry

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.10-1", func(dut *DUT) {
	TestCase("5.10-1-1", func() {
		Unit("a", "telemetry is examined for anomalies of security", func(ctx context.Context) {
			rows := Declared(ctx, dut, "24-TelData")
			if len(rows) == 0 {
				Lack("claim 5.10-1 as N/A where no telemetry is collected, or declare it in 24-TelData", "24-TelData declares no telemetry, so that there is nothing to examine")
			}
			Expect(slices.ContainsFunc(rows, examined)).To(BeTrue(), "24-TelData: no telemetry is examined for anomalies of security: say in Security Examination what is looked for, and by whom")
		}, Climbs(provisions.Declared))

		Unit("b", "the data can show what is looked for", func(ctx context.Context) {
			var rows []device.Row
			for _, r := range Declared(ctx, dut, "24-TelData") {
				if examined(r) {
					rows = append(rows, r)
				}
			}
			if len(rows) == 0 {
				Lack("say in 24-TelData what is looked for: Security Examination", "no telemetry is examined (that is 5.10-1-1a's affair)")
			}
			fit := 0
			var why []string
			for _, r := range rows {
				unshown := unshown(dut, r)
				if len(unshown) == 0 {
					fit++
					continue
				}
				why = append(why, r.ID+" looks for "+strings.Join(unshown, " and ")+", and sends nothing that could show it")
			}
			if fit == 0 {
				Propose(Fail, "%s", strings.Join(why, "; "))
			}
			Propose(Pass, "%d of %d examinations look for what their data can show%s", fit, len(rows), also(why))
		}, Climbs(provisions.Declared))
	})
})

// examined tells whether a row says how it is examined.
func examined(r device.Row) bool {
	text := declared.Text(r, "Security Examination")
	return text != "" && !declared.None(text)
}

// anomalies are kinds of them, the words by which an examination names each, and those of data that can show it.
var anomalies = []struct {
	name   string
	looked []string
	shown  []string
}{
	{"failed log-ins", []string{"login*", "log-in*", "logon*", "authentication*", "password*"}, []string{"login*", "log-in*", "logon*", "authentication*", "attempt*", "failed", "failures", "password*"}},
	{"restarts", []string{"restart*", "reboot*", "crash*", "starts"}, []string{"restart*", "reboot*", "crash*", "start*", "boot*", "uptime", "up-time"}},
	{"breaches of integrity", []string{"integrity", "tamper*", "signature*"}, []string{"integrity", "tamper*", "signature*", "hash*", "verif*", "checksum*"}},
	{"unusual peers", []string{"peer*", "destination*", "traffic", "connection*"}, []string{"peer*", "destination*", "traffic", "connection*", "bytes", "host*", "address*"}},
	{"versions", []string{"version*", "firmware"}, []string{"version*", "firmware", "build"}},
}

// unshown are the anomalies that a row looks for and none of its data can show.
func unshown(dut *DUT, r device.Row) (out []string) {
	data := declared.Text(r, "Description") + " " + strings.Join(fields(dut, r.ID), " ")
	for _, a := range anomalies {
		if declared.Names(r, "Security Examination", a.looked...) && !declared.Says(data, a.shown...) {
			out = append(out, a.name)
		}
	}
	return out
}

// fields are what a row holds by its typed key.
func fields(dut *DUT, id string) []string {
	if rows := dut.IXIT().TelData; rows != nil {
		for _, r := range *rows {
			if r.ID == id {
				return r.Fields
			}
		}
	}
	return nil
}

func also(why []string) string {
	if len(why) == 0 {
		return ""
	}
	return "; but " + strings.Join(why, "; ")
}
