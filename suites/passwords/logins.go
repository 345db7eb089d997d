// Package passwords holds the units of clause 5.1: no universal default passwords.
//
// Its one idea: a password is judged by what it opens. Each log-in that the network shows is held against the rows of
// 1-AuthMech, tried with what others may know, and guessed at, always beside a control that works.
package passwords

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
	"github.com/secure-by-design/assay/suites/seen"
)

// Found are the log-ins that the network shows.
func Found(ctx context.Context, dut *harness.DUT) login.Found {
	var at []login.Place
	for _, s := range seen.Services(ctx, dut) {
		switch s.Protocol {
		case "http", "ssh", "telnet", "ftp", "mqtt":
			at = append(at, login.Place{Port: s.Addr.Port(), TLS: s.TLS, Protocol: s.Protocol})
		}
	}
	return harness.Ask(ctx, dut, login.All{At: at})
}

// mechanisms are the rows of 1-AuthMech.
func mechanisms(dut *harness.DUT) []device.AuthMech {
	return seen.Table(dut, "1-AuthMech", "1-AuthMech", dut.IXIT().AuthMech)
}

// takesPassword tells whether a row's factor is a password, PIN or code.
func takesPassword(m device.AuthMech) bool {
	f := strings.ToLower(m.Factor)
	return strings.Contains(f, "password") || strings.Contains(f, "pin") || strings.Contains(f, "code")
}

// row finds the mechanism that declares a log-in: the one whose place names its port.
func row(rows []device.AuthMech, l login.Login) (device.AuthMech, bool) {
	i := slices.IndexFunc(rows, func(m device.AuthMech) bool {
		return seen.At(m.At, m.Description, serviceOf(l))
	})
	if i < 0 {
		return device.AuthMech{}, false
	}
	return rows[i], true
}

func serviceOf(l login.Login) (s service.Service) {
	s.Protocol, s.TLS = l.Protocol, l.TLS
	switch l.Protocol {
	case "basic", "digest", "form", "json":
		s.Protocol = "http"
	}
	s.Addr = seen.Port(l.Port)
	return s
}

// A declaredLogin is a log-in as its row declares it, with the user and password that open it.
type declaredLogin struct {
	login.Login
	device.AuthMech
	User  string
	Right evidence.Secret
}

func (d declaredLogin) String() string { return fmt.Sprintf("%s (%s)", d.Login, d.ID) }

// network are the declared log-ins that a password opens over the network and that can be tried: those with a place, a way of
// asking and a login of the sample.
func network(dut *harness.DUT, which func(device.AuthMech) bool) (out []declaredLogin) {
	for _, m := range mechanisms(dut) {
		l, ok := dut.Sample().Logins[m.Login]
		if !takesPassword(m) || !which(m) || !ok {
			continue
		}
		for _, e := range m.At {
			if at, ok := asked(e); ok {
				at.Mech = m.ID
				out = append(out, declaredLogin{at, m, l.User, dut.Secret(l.Password)})
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
	case e.Scheme == "":
		return l, false
	}
	return l, e.Port != 0
}

// every takes all rows.
func every(device.AuthMech) bool { return true }
