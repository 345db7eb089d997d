package communication

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/coap"
	"github.com/secure-by-design/assay/suites/seen"
)

// openAgents convicts an agent of SNMP that lets anybody read, who knows what every manual says.
func openAgents(ctx context.Context, dut *DUT) {
	for _, a := range seen.Agents(ctx, dut) {
		Expect(a.Takes()).To(BeEmpty(), "%s lets anybody read its management data with %s", seen.NameUDP(a.Port), strings.Join(a.Takes(), ", "))
	}
}

// openResources raises a doubt for what anybody gets of CoAP, UPnP and TFTP: a list and a time of day need no log-in, a lock does.
func openResources(ctx context.Context, dut *DUT) {
	for _, s := range seen.CoAP(ctx, dut) {
		var open []string
		for _, r := range s.Read {
			if r.Open() {
				open = append(open, r.Path)
			}
		}
		if len(open) > 0 {
			Doubt(ctx, "%s lets anybody read %s: judge whether these need a log-in", seen.NameUDP(s.Port), strings.Join(open, ", "))
		}
	}
	for _, f := range seen.UPnP(ctx, dut) {
		for _, d := range f.Devices {
			for _, s := range d.Services {
				if s.Called != "" && s.Status == 200 {
					Doubt(ctx, "%s, a service of UPnP, lets anybody call %s: judge whether its actions need a log-in: %s", s.Type, s.Called, strings.Join(s.Actions, ", "))
				}
			}
		}
	}
	for _, s := range seen.TFTP(ctx, dut) {
		for _, file := range s.Read {
			Doubt(ctx, "%s gives anybody the file %s: judge whether it needs a log-in", seen.NameUDP(s.Port), file.Name)
		}
	}
}

// shownByCoAP convicts a server of CoAP that twice shows anybody what only the entitled wrote and read.
func shownByCoAP(ctx context.Context, dut *DUT, f function, canary evidence.Secret) {
	for _, s := range seen.CoAP(ctx, dut) {
		first := Ask(ctx, seen.There(dut, s.Port), coap.Shows{Port: s.Addr.Port(), Canary: canary, Look: 1})
		if first.At == "" {
			continue
		}
		again := Ask(ctx, seen.There(dut, s.Port), coap.Shows{Port: s.Addr.Port(), Canary: canary, Look: 2})
		Expect(again.At).To(BeEmpty(), "%s shows anybody the data of %s of %s, at %s", seen.NameUDP(s.Port), f.Name, f.service.ID, first.At)
		Inconclude("%s showed the data of %s of %s at %s once, and not again", seen.NameUDP(s.Port), f.Name, f.service.ID, first.At)
	}
}
