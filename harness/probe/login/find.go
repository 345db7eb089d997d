package login

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/bench/browser"
	"github.com/secure-by-design/assay/harness/dial"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/harness/probe/mqtt"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/provisions"
)

// A Place is a service that may take credentials.
type Place struct {
	Address  netip.Addr // another of the device's than its first; zero: the first
	Port     uint16
	TLS      bool
	Protocol string // http, ssh, telnet, ftp, mqtt, rtsp
}

// login is a log-in of the place.
func (p Place) login(protocol string) Login {
	return Login{Protocol: protocol, Address: p.Address, Port: p.Port, TLS: p.TLS}
}

// All finds the log-ins of services.
type All struct{ At []Place }

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (All) Lasting() {}

// Level is gentle: no credential is sent.
func (All) Level() provisions.Level { return provisions.Gentle }
func (q All) String() string        { return fmt.Sprintf("where %d services take credentials", len(q.At)) }

// Found are the log-ins. Quiet are the services that were asked and take none, as far as they say.
type Found struct {
	Logins []Login
	Maybe  []Login // places with the name of a log-in that take what is posted: whether that is a password was not seen
	Quiet  []Place
	Failed []string // sentences: what could not be asked, and log-ins that no form or header describes
}

// Ask finds them.
func (q All) Ask(ctx context.Context, on *dial.Device) (Found, error) {
	var f Found
	for _, p := range q.At {
		at := on
		if p.Address.IsValid() {
			at = on.At(p.Address)
		}
		logins, maybe, gaps, err := find(ctx, at, p)
		switch {
		case ctx.Err() != nil:
			return f, context.Cause(ctx)
		case err != nil:
			f.Failed = append(f.Failed, fmt.Sprintf("port %d: %v", p.Port, err))
		case len(logins) == 0 && len(gaps) == 0:
			f.Quiet = append(f.Quiet, p)
		}
		f.Logins, f.Maybe, f.Failed = append(f.Logins, logins...), append(f.Maybe, maybe...), append(f.Failed, gaps...)
	}
	return f, nil
}

// find finds the log-ins of one place. gaps are sentences on what was not seen there.
func find(ctx context.Context, on *dial.Device, p Place) (logins, maybe []Login, gaps []string, err error) {
	switch p.Protocol {
	case "http":
		return pages(ctx, on, p)
	case "ssh":
		o, err := ssh.Offers{Port: p.Port}.Ask(ctx, on)
		if err != nil {
			return nil, nil, nil, err
		}
		for _, a := range o.Auth {
			if slices.Contains(a.Methods, "password") || slices.Contains(a.Methods, "keyboard-interactive") || a.Open {
				return []Login{p.login("ssh")}, nil, nil, nil
			}
		}
	case "mqtt":
		o, err := mqtt.Offers{Port: p.Port, TLS: p.TLS}.Ask(ctx, on)
		if err != nil || !o.MQTT || o.Anonymous {
			return nil, nil, nil, err
		}
		return []Login{p.login("mqtt")}, nil, nil, nil
	case "rtsp":
		logins, err = streams(ctx, on, p)
		return logins, nil, nil, err
	case "telnet":
		if t, err := openTerminal(ctx, on, p.login(p.Protocol)); err == nil && t.Outcome == Open { // a shell of anybody's takes no password
			return nil, nil, nil, nil
		}
		return []Login{p.login(p.Protocol)}, nil, nil, nil
	case "ftp":
		return []Login{p.login(p.Protocol)}, nil, nil, nil
	}
	return nil, nil, nil, nil
}

// pages finds HTTP's own schemes, forms with a password, what scripts send, and ONVIF.
func pages(ctx context.Context, on *dial.Device, p Place) (out, maybe []Login, gaps []string, err error) {
	site, err := web.Pages{Port: p.Port, TLS: p.TLS}.Ask(ctx, on)
	if err != nil || !site.Open {
		return nil, nil, nil, err
	}
	out = shown(p, site.Pages)
	soaped, err := cameras(ctx, on, p)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(soaped) > 0 { // its own challenge of HTTP is the same log-in
		out = append(slices.DeleteFunc(out, func(l Login) bool { return l.Path == onvifPath }), soaped...)
	}
	posted, maybe, err := calls(ctx, on, p, site, out)
	if err == nil && len(out)+len(posted) == 0 {
		more, gap := drawnPages(ctx, on, p, site.Pages)
		if gaps = gap; len(more) > 0 {
			site.Pages, out = append(site.Pages, more...), shown(p, more)
			for i := range out {
				out[i].Drawn = true
			}
			posted, maybe, err = calls(ctx, on, p, site, out)
		}
	}
	if err != nil {
		return nil, nil, nil, err
	}
	out = append(out, posted...)
	if at := slices.IndexFunc(site.Pages, byScript); at >= 0 && len(posted) == 0 {
		gaps = append(gaps, fmt.Sprintf("port %d: %s asks for a password by a script, and where it goes was not found: name its log-in in 1-AuthMech, at: with scheme, path and guards", p.Port, site.Pages[at].Path))
	}
	if missed := site.Failed + site.Limited; missed > 0 {
		gaps = append(gaps, fmt.Sprintf("port %d: %d of %d paths gave no page, so that a log-in there would not be seen", p.Port, missed, site.Asked))
	}
	return out, maybe, gaps, nil
}

// shown are the log-ins that pages show by themselves: schemes of HTTP, and forms.
func shown(p Place, pages []web.Page) (out []Login) {
	for _, page := range pages {
		l := p.login("")
		l.Path, l.Guards = page.Path, page.Path
		if page.Status == 401 {
			for _, c := range challenges(page.Auth) {
				l.Protocol, l.Realm = c.scheme, clip(c.params["realm"])
				known := func(o Login) bool { return o.Protocol == l.Protocol && o.Realm == l.Realm }
				if (l.Protocol == "basic" || l.Protocol == "digest") && !slices.ContainsFunc(out, known) {
					out = append(out, l)
				}
			}
			continue
		}
		for _, f := range page.Forms {
			if l, ok := formLogin(p, page.Path, f); ok && !page.Same && !slices.ContainsFunc(out, func(o Login) bool { return o.Protocol == "form" && o.Path == l.Path }) {
				out = append(out, l)
			}
		}
	}
	return out
}

// byScript tells a page that asks for a password which no form posts.
func byScript(p web.Page) bool {
	return p.Password && !p.Same && p.Status != 401 && !slices.ContainsFunc(p.Forms, func(f web.Form) bool { return f.Password && f.Method == "POST" })
}

// maxDrawn is how many pages of a server are drawn: each takes a browser.
const maxDrawn = 2

// drawnPages are the pages that scripts draw, as a browser shows them. Where one cannot, that is a gap.
func drawnPages(ctx context.Context, on *dial.Device, p Place, pages []web.Page) (out []web.Page, gaps []string) {
	for _, page := range pages {
		if !page.Drawn || page.Same || page.Status != 200 || len(out) == maxDrawn {
			continue
		}
		d, err := browser.Draw(ctx, on, browser.Page{Port: p.Port, TLS: p.TLS, Path: page.Path})
		if err != nil {
			return out, []string{fmt.Sprintf("port %d: %s is drawn by a script, and what it asks for was not seen: %v; mend that, or name its log-ins in 1-AuthMech, at: with scheme, path and guards", p.Port, page.Path, err)}
		}
		out = append(out, web.Whole(page.Path, d.DOM))
	}
	return out, nil
}

// clip bounds what a device may call itself.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 100)], "\ufffd") }

// formLogin reads a form that posts a password to this very server. A form with two passwords sets one.
func formLogin(p Place, page string, f web.Form) (Login, bool) {
	l := p.login("form")
	l.Page = page
	for _, in := range f.Fields {
		switch in.Type {
		case "password":
			if l.Password != "" {
				return l, false
			}
			l.Password = in.Name
		case "text", "email", "tel", "":
			if l.User == "" {
				l.User = in.Name
			}
		}
	}
	u, err := url.Parse(f.Action)
	if l.Password == "" || err != nil || u.Host != "" || u.Scheme != "" || f.Method != "POST" {
		return l, false
	}
	l.Path = (&url.URL{Path: page}).ResolveReference(u).RequestURI()
	return l, true
}
