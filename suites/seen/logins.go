package seen

import (
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/login"
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
	case e.Scheme == "":
		return l, false
	}
	return l, e.Port != 0
}
