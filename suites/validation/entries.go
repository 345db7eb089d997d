package validation

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/entries"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

// A site is a web server with its ways in.
type site struct {
	service.Service
	entries.Found
}

// sites are the web servers that answer with more than a way to another.
func sites(ctx context.Context, dut *DUT) (out []site) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" {
			out = append(out, site{s, Ask(ctx, seen.Of(dut, s), entries.Web{Port: s.Addr.Port(), TLS: s.TLS})})
		}
	}
	return out
}

// looked says what was looked at, and doubts what was not seen to its end.
func (s site) looked(ctx context.Context) {
	if !s.Open {
		Inconclude("%s does not answer any more", seen.Name(s.Service))
	}
	Note(ctx, "%s: %d addresses were asked for, of which %d lead to something", seen.Name(s.Service), s.Asked, len(s.Entries))
	if s.Failed > 0 || s.Why != "" {
		Doubt(ctx, "%d addresses of %s gave no answer %s", s.Failed, seen.Name(s.Service), s.Why)
	}
}

// of are the ways in of a kind.
func (s site) of(kind string) (out []entries.Entry) {
	for _, e := range s.Entries {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// Words of a user interface in a browser.
var browsed = []string{"web*", "page*", "browser*", "http*", "portal*", "webui", "seite*"}

// usersFind holds pages on which something is entered against 27-UserIntf: a browser's interface that no row is, and pages that no
// link of a declared one leads to and no row names.
func usersFind(ctx context.Context, dut *DUT) {
	Declared(ctx, dut, "27-UserIntf")
	rows := *dut.IXIT().UserIntf
	var web []string
	typed := true
	for _, r := range rows {
		typed = typed && r.Kind != ""
		if r.Kind == "web" || r.Kind == "" && declared.Says(r.Description+" "+r.Type, browsed...) {
			web = append(web, r.ID)
		}
	}
	if all := sites(ctx, dut); len(all) > 0 {
		Each("web server", all, func(s site) {
			s.looked(ctx)
			pages := s.of(entries.Page)
			if len(pages) > 0 && len(web) == 0 && !typed {
				Lack("type each row of 27-UserIntf (kind: web, app, buttons, voice, display or cli)", "%s shows pages on which something is entered, and no row of 27-UserIntf says that it is in a browser", seen.Name(s.Service))
			}
			Expect(len(pages) > 0 && len(web) == 0).To(BeFalse(), "%s shows pages on which something is entered (%s), and no row of 27-UserIntf is an interface in a browser", seen.Name(s.Service), spell(pages))
			hidden := slices.DeleteFunc(pages, func(e entries.Entry) bool { return e.Linked || namedBy(rows, e) })
			if len(hidden) > 0 {
				Propose(Fail, "%s shows pages on which something is entered, to which no link of %s leads and which no row of 27-UserIntf names: %s", seen.Name(s.Service), strings.Join(web, ", "), spell(hidden))
			}
		})
	}
	NotClimbed(ctx, provisions.Web, "the manuals were not read for user interfaces")
	NotClimbed(ctx, provisions.Operator, "nobody was logged in, and no photographs were looked at")
	Inconclude("the network shows no user interface beyond 27-UserIntf; look at the manuals and at the device itself for others (app, buttons, voice, menus)")
}

// namedBy tells whether a row names a page, by its address or by its name.
func namedBy(rows []device.UserIntf, e entries.Entry) bool {
	name := strings.TrimSuffix(path.Base(e.Path), path.Ext(e.Path))
	return slices.ContainsFunc(rows, func(r device.UserIntf) bool {
		return strings.Contains(r.Description, e.Path) || declared.Says(r.Description, name)
	})
}

// spell names some ways in: "/expert ("Expert settings": gain, zone)".
func spell(all []entries.Entry) string {
	var out []string
	for _, e := range all[:min(len(all), 5)] {
		what := e.Begins
		if e.Kind == entries.Page {
			what = fmt.Sprintf("%q: %s", e.Title, strings.Join(e.Inputs[:min(len(e.Inputs), 5)], ", "))
		}
		out = append(out, fmt.Sprintf("%s (%s)", e.Path, what))
	}
	if len(all) > 5 {
		out = append(out, fmt.Sprintf("and %d more", len(all)-5))
	}
	return strings.Join(out, "; ")
}

// A declaredPlace is a row that may cover addresses of a web server.
type declaredPlace struct {
	ID, text string
	at       []device.Endpoint
}

// covers tells whether a row covers an address: by a typed place whose path is the address or a folder above it, or by one without
// a path, or by its text, which cover the whole server.
func (p declaredPlace) covers(s service.Service, address string) bool {
	if len(p.at) == 0 {
		return seen.At(nil, p.text, s)
	}
	return slices.ContainsFunc(p.at, func(e device.Endpoint) bool {
		if !seen.At([]device.Endpoint{{Proto: e.Proto, Port: e.Port}}, "", s) {
			return false
		}
		folder := strings.TrimSuffix(e.Path, "/")
		return folder == "" || address == folder || strings.HasPrefix(address, folder+"/")
	})
}

// forAnybody are what protocols have devices give to anybody: descriptions of UPnP and ONVIF, well-known addresses, what browsers and searchers read.
func forAnybody(address string) bool {
	return strings.HasPrefix(address, "/.well-known/") || slices.Contains([]string{"/description.xml", "/rootDesc.xml", "/setup.xml", "/manifest.json", "/sitemap.xml"}, address)
}

// programsFind holds addresses at which programs get data against the rows of a table. Those that the device's own page names, or
// that may be files of it, are proposed; a person knows what belongs to the page.
func programsFind(ctx context.Context, dut *DUT, table string, rows []declaredPlace) {
	if all := sites(ctx, dut); len(all) > 0 {
		Each("web server", all, func(s site) {
			s.looked(ctx)
			var sure, unsure []entries.Entry
			for _, e := range s.of(entries.Data) {
				switch {
				case forAnybody(e.Path), slices.ContainsFunc(rows, func(r declaredPlace) bool { return r.covers(s.Service, e.Path) }):
				case e.Linked, path.Ext(e.Path) != "":
					unsure = append(unsure, e)
				default:
					sure = append(sure, e)
				}
			}
			Expect(sure).To(BeEmpty(), "%s gives data to programs at addresses that no row of %s covers: %s", seen.Name(s.Service), table, spell(sure))
			if len(unsure) > 0 {
				Propose(Fail, "%s gives data at addresses that no row of %s covers, and that may be parts of its page: %s", seen.Name(s.Service), table, spell(unsure))
			}
			if g := s.of(entries.Guarded); len(g) > 0 {
				Note(ctx, "%s: something is there for who is logged in, or by another method: %s", seen.Name(s.Service), spell(g))
			}
		})
	}
	NotClimbed(ctx, provisions.Bench, "what the device's own app asks was not watched")
	NotClimbed(ctx, provisions.Operator, "nobody was logged in")
	Inconclude("nothing beyond %s answers at the addresses that pages and scripts name and that devices often have; watch the device's own app for others", table)
}
