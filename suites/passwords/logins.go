// Package passwords holds the units of clause 5.1: no universal default passwords.
//
// Its one idea: a password is judged by what it opens. Each log-in that the network shows is held against the rows of
// 1-AuthMech, tried with what others may know, and guessed at, always beside a control that works.
package passwords

import (
	"context"
	"slices"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/suites/seen"
)

// Found are the log-ins that the network shows.
func Found(ctx context.Context, dut *harness.DUT) login.Found {
	found := seen.Found(ctx, dut)
	for _, why := range found.Failed {
		harness.Doubt(ctx, "log-ins there were not all seen: %s", why)
	}
	var rows []device.AuthMech
	if dut.File != nil && dut.IXIT().AuthMech != nil {
		rows = mechanisms(dut)
	}
	for _, l := range found.Maybe {
		if _, declared := row(rows, l); !declared {
			harness.Doubt(ctx, "%s takes what is posted there and may ask for a password: name it in 1-AuthMech if it does", l)
		}
	}
	return found
}

// mechanisms are the rows of 1-AuthMech.
func mechanisms(dut *harness.DUT) []device.AuthMech { return seen.AuthMechs(dut) }

// declaredLogin is a log-in as its row declares it.
type declaredLogin = seen.DeclaredLogin

// network are the declared log-ins that a password opens over the network.
func network(dut *harness.DUT, which func(device.AuthMech) bool) []declaredLogin {
	return seen.DeclaredLogins(dut, which)
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
	case "basic", "digest", "form", "json", "onvif":
		s.Protocol = "http"
	}
	s.Addr = seen.Port(l.Port)
	return s
}

// every takes all rows.
func every(device.AuthMech) bool { return true }
