package seen

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tls"
)

// A DeclaredLogin is a log-in as its row of 1-AuthMech declares it, with the user and password that open it.
type DeclaredLogin struct {
	login.Login
	device.AuthMech
	User  string
	Right evidence.Secret
}

func (d DeclaredLogin) String() string { return fmt.Sprintf("%s (%s)", d.Login, d.ID) }

// AuthMechs are the rows of 1-AuthMech.
func AuthMechs(dut *harness.DUT) []device.AuthMech {
	return Table(dut, "1-AuthMech", "1-AuthMech", dut.IXIT().AuthMech)
}

// TakesPassword tells whether a row's factor is a password, PIN or code.
func TakesPassword(m device.AuthMech) bool {
	f := strings.ToLower(m.Factor)
	return strings.Contains(f, "password") || strings.Contains(f, "pin") || strings.Contains(f, "code")
}

// DeclaredLogins are those that a password opens over the network and that can be tried: rows with a place, a way of asking and
// a login of the sample.
func DeclaredLogins(dut *harness.DUT, which func(device.AuthMech) bool) (out []DeclaredLogin) {
	for _, m := range AuthMechs(dut) {
		l, ok := dut.Sample().Logins[m.Login]
		if !TakesPassword(m) || !which(m) || !ok {
			continue
		}
		for _, e := range m.At {
			if at, ok := asked(e); ok {
				at.Mech = m.ID
				out = append(out, DeclaredLogin{at, m, l.User, dut.Secret(l.Password)})
			}
		}
	}
	return out
}

// asked is how a declared place is asked for a password.
func asked(e device.Endpoint) (login.Login, bool) {
	l := login.Login{Protocol: e.Scheme, Port: e.Port, TLS: strings.HasSuffix(e.Proto, "s") && e.Proto != "telnets", Path: e.Path, Guards: e.Guards}
	switch {
	case e.Scheme == "form":
		l.Page, l.User, l.Password = "/", "user", "password"
	case e.Scheme == "" && (e.Proto == "ssh" || e.Proto == "telnet" || e.Proto == "ftp"):
		l.Protocol, l.TLS = e.Proto, false
	case e.Scheme == "" && (e.Proto == "mqtt" || e.Proto == "mqtts"):
		l.Protocol = "mqtt"
	case e.Scheme == "" && (e.Proto == "rtsp" || e.Proto == "rtsps"):
		l.Protocol = "rtsp"
		if l.Path == "" {
			l.Path = "/"
		}
	case e.Scheme == "":
		return l, false
	}
	return l, e.Port != 0
}

// Found are the log-ins that the network shows. A service that proves to be the same at two addresses is asked for its log-ins
// once: wrong tries at both would count against one account.
func Found(ctx context.Context, dut *harness.DUT) login.Found {
	var at []login.Place
	var first []service.Service
	for _, s := range Services(ctx, dut) {
		switch s.Protocol {
		case "http", "ssh", "telnet", "ftp", "mqtt", "rtsp":
		default:
			continue
		}
		if !s.Elsewhere {
			first = append(first, s)
		} else if slices.ContainsFunc(first, func(o service.Service) bool { return same(ctx, dut, o, s) }) {
			continue
		}
		at = append(at, Place(s))
	}
	return harness.Ask(ctx, dut, login.All{At: at})
}

// Logins are the log-ins that the network shows, and those that 1-AuthMech declares beside them.
func Logins(ctx context.Context, dut *harness.DUT) []login.Login {
	out := slices.Clone(Found(ctx, dut).Logins)
	if dut.File == nil || dut.IXIT().AuthMech == nil {
		return out
	}
	for _, d := range DeclaredLogins(dut, func(device.AuthMech) bool { return true }) {
		if !slices.ContainsFunc(out, func(l login.Login) bool { return sameDoor(l, d.Login) }) {
			out = append(out, d.Login)
		}
	}
	return out
}

// sameDoor tells whether two log-ins are one: the network shows what the IXIT declares.
func sameDoor(a, b login.Login) bool {
	return a.Protocol == b.Protocol && a.Address == b.Address && a.Port == b.Port && (a.Protocol != "json" || a.Path == b.Path)
}

// Place is where a service may take credentials.
func Place(s service.Service) login.Place {
	p := login.Place{Port: s.Addr.Port(), TLS: s.TLS, Protocol: s.Protocol}
	if s.Elsewhere {
		p.Address = s.Addr.Addr()
	}
	return p
}

// same tells whether a service at one address is the same as that of another: they name themselves alike and, where they have
// one, prove the same key.
func same(ctx context.Context, dut *harness.DUT, a, b service.Service) bool {
	if a.Addr.Port() != b.Addr.Port() || a.Protocol != b.Protocol || a.TLS != b.TLS || a.Product != b.Product || a.Version != b.Version {
		return false
	}
	switch {
	case a.TLS:
		return sameKeys(held(ctx, Of(dut, a), a), held(ctx, Of(dut, b), b))
	case a.Protocol == "ssh":
		return sameKeys(host(ctx, Of(dut, a), a), host(ctx, Of(dut, b), b))
	}
	return a.Banner == b.Banner
}

func held(ctx context.Context, at *harness.DUT, s service.Service) (out []string) {
	for _, k := range harness.Ask(ctx, at, tls.Key{Port: s.Addr.Port()}).Keys {
		out = append(out, k.SPKI)
	}
	return out
}

func host(ctx context.Context, at *harness.DUT, s service.Service) (out []string) {
	for _, k := range harness.Ask(ctx, at, ssh.Offers{Port: s.Addr.Port()}).HostKeys {
		out = append(out, k.SHA256)
	}
	return out
}

// sameKeys tells whether two services prove the same keys, and at least one.
func sameKeys(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return len(a) > 0 && slices.Equal(a, b)
}
