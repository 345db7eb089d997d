package surfaces

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.6-2", func(dut *DUT) {
	TestCase("5.6-2-1", func() {
		Unit("a", "nothing that matters to security is declared as harmless", func(ctx context.Context) {
			var light []item
			for _, i := range items(ctx, dut) {
				if !i.Relevant {
					light = append(light, i)
				}
			}
			if len(light) > 0 {
				Each("item that is declared as not security-relevant", light, harmless)
			}
			Propose(Pass, "what is declared as not security-relevant is of no class that matters: %s; judge the reasons", listed(light))
		}, Climbs(provisions.Declared))

		Unit("b", "what matters to security is told for a need alone", func(ctx context.Context) {
			Declared(ctx, dut, "13-SoftServ")
			var relevant []item
			for _, i := range items(ctx, dut) {
				if i.Relevant {
					relevant = append(relevant, i)
				}
			}
			if len(relevant) == 0 {
				Vacuous("Disclosed Information declares nothing security-relevant")
			}
			Each("item that is declared as security-relevant", relevant, told)
			Propose(Pass, "each security-relevant item has a need stated: %s; judge the needs", listed(relevant))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.6-2-2", func() {
		Unit("a", "nothing security-relevant is told without a log-in, but what is declared", func(ctx context.Context) {
			told := disclosures(ctx, dut)
			if !seen.Declared(dut) {
				Inconclude("nothing grave is told without a log-in; what else is told is judged against a declaration alone")
			}
			rows := seen.LogicalInterfaces(dut)
			var more []string
			for _, t := range told {
				if !declaredItem(rows, t) {
					more = append(more, fmt.Sprintf("%s shows %s (%s)", t.where, t.what, t.item))
				}
			}
			if len(more) > 0 {
				Contradicted("Disclosed Information does not name what is shown: %s", strings.Join(more, "; "))
			}
			NotClimbed(ctx, provisions.Bench, "DHCP was not looked at")
			Inconclude("what services on TCP and UDP tell without a log-in is declared or harmless; DHCP was not looked at")
		}, Binds(device.Initialised), Climbs(provisions.LAN))
	})
})

// A disclosure is something that the device tells anybody.
type disclosure struct {
	where string
	port  uint16
	item  string // version, credentials, network name, key
	what  string // as a reader sees it
	grave bool   // a key, a credential, a user or a network name
}

// grave are patterns of what nobody should be told, read twice in the same answer by the crawl and the list of paths.
var grave = []struct {
	item string
	is   *regexp.Regexp
}{
	{"private key", regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----`)},
	{"credentials", regexp.MustCompile(`(?im)^\s*"?(?:\w*(?:password|passwd|psk|secret|wpa_key|wifi_key)\w*)"?\s*[=:]\s*"?[^\s"<]{4,}`)},
	{"user names", regexp.MustCompile(`(?m)^(?:user(?:name)?)=\w+`)},
	{"network name", regexp.MustCompile(`(?i)\b(?:wifi_)?ssid"?\s*[=:]\s*"?[^\s"<]{2,}`)},
}

var version = regexp.MustCompile(`[A-Za-z][\w+.-]*/\d+(?:\.\d+)+[^\r\n]{0,40}`)

// disclosures are what the services on TCP and UDP and the announcements tell. What is grave convicts, whatever else could not be read.
func disclosures(ctx context.Context, dut *DUT) (out []disclosure) {
	sources := []func() []disclosure{
		func() []disclosure { return announced(ctx, dut) },
		func() []disclosure { return greeted(ctx, dut) },
		func() []disclosure { return inTopics(ctx, dut) },
		func() []disclosure { return aboutCameras(ctx, dut) },
		func() []disclosure { return toldOverUDP(ctx, dut) },
	}
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" {
			sources = append(sources, func() []disclosure { return inPages(ctx, dut, s) })
		}
	}
	Each("source", sources, func(tells func() []disclosure) {
		told := tells()
		for _, t := range told {
			Expect(t.grave).To(BeFalse(), "%s tells anybody %s (%s)", t.where, t.what, t.item)
		}
		out = append(out, told...)
	})
	return once(out)
}

// inPages is what a web server's pages tell.
func inPages(ctx context.Context, dut *DUT, s service.Service) (out []disclosure) {
	site := Ask(ctx, seen.Of(dut, s), web.Pages{Port: s.Addr.Port(), TLS: s.TLS})
	if v := version.FindString(site.Server); v != "" {
		out = append(out, disclosure{seen.Name(s), s.Addr.Port(), "version", v, false})
	}
	for _, p := range site.Pages {
		if p.Same || p.Status >= 400 {
			continue
		}
		out = append(out, inText(seen.Name(s)+" "+p.Path, s.Addr.Port(), p.Text)...)
	}
	if missed := site.Failed + site.Limited; missed > 0 {
		Doubt(ctx, "%s: %d of %d paths gave no page, so that what stands there was not seen", seen.Name(s), missed, site.Asked)
	}
	return out
}

// announced is what mDNS tells.
func announced(ctx context.Context, dut *DUT) (out []disclosure) {
	for _, line := range seen.Announced(ctx, dut) {
		out = append(out, inText("the mDNS announcement", 5353, line)...)
		out = append(out, inRecord("the mDNS announcement", 5353, line)...)
	}
	return out
}

// once drops what stands there already at its place, as the same item: a grave one comes first.
func once(all []disclosure) (out []disclosure) {
	for _, d := range all {
		if !slices.ContainsFunc(out, func(o disclosure) bool { return o.where == d.where && o.item == d.item }) {
			out = append(out, d)
		}
	}
	return out
}

func inText(where string, port uint16, text string) (out []disclosure) {
	for _, g := range grave {
		if m := g.is.FindString(text); m != "" {
			name, _, _ := strings.Cut(strings.TrimSpace(m), "=")
			out = append(out, disclosure{where, port, g.item, name, true})
		}
	}
	return out
}

// declaredItem tells whether the row of the interface names the item.
func declaredItem(rows []device.Intf, t disclosure) bool {
	for _, r := range rows {
		for _, e := range r.At {
			if e.Port != t.port {
				continue
			}
			for _, d := range r.Discloses {
				if strings.EqualFold(d.Item, t.item) {
					return true
				}
			}
		}
	}
	return false
}
