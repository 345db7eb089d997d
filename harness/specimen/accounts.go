package specimen

import (
	"crypto/subtle"
	"net"
	"net/http"
	"time"
)

// An account is a user of the device.
type account struct {
	password string
	role     string // owner or guest
	wrong    int
	until    time.Time // locked
	perKey   map[string]int
}

type session struct{ user, role string }

// tries is how many wrong passwords lock an account, and each further so many.
const tries = 5

// factory is the state in which the maker ships it.
func (d *Device) factory() {
	if a := d.accounts["admin"]; a != nil { // a reset: the lock against thieves knows who had it
		d.before = a.password
	}
	d.state, d.settings, d.data = "factory", presets(), nil
	d.accounts = map[string]*account{"admin": {password: d.label, role: "owner"}}
	d.tokens = map[string]session{}
	if d.is("forced-change-default") {
		d.accounts["admin"] = &account{password: "admin", role: fresh}
	}
}

// presets are the settings with which it leaves the factory.
func presets() map[string]string {
	return map[string]string{"name": "specimen", "ntp": "pool.example", "hostname": "specimen", "temperature": "20"}
}

// initialise is the end of the set-up: the guest's password is the user's choice, the owner's may be.
func (d *Device) initialise(guest, owner string) {
	d.state = "initialised"
	d.accounts["admin"].role = "owner"
	d.accounts["guest"] = &account{password: guest, role: "guest"}
	if owner != "" {
		d.accounts["admin"].password = owner
		d.issued = append(d.issued, owner)
	}
	if d.is("disclosed-service-password") {
		d.accounts["service"] = &account{password: d.maker.service, role: "owner"}
	}
	if d.is("hardcoded-service-password") {
		d.accounts[fixedUser] = &account{password: fixedPassword, role: "owner"}
	}
	if d.is("backdoor-account") {
		d.accounts["service"] = &account{password: "service", role: "owner"}
	}
}

// answer of a log-in.
type answer int

const (
	refused answer = iota
	admitted
	locked
)

// via says by which way a log-in comes; the throttle is one for all.
type via struct {
	api  bool
	conn net.Addr
	r    *http.Request
}

// login checks a password under the throttle. wait is how long it stays locked.
func (d *Device) login(user, password string, by via) (got answer, role string, wait time.Duration) {
	return d.admit(user, by, func(a *account) bool { return d.right(a, user, password, by) })
}

// admit lets a user in whom right, called under the lock, finds to be the one.
func (d *Device) admit(user string, by via, right func(*account) bool) (got answer, role string, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.accounts[user]
	if a == nil || d.state != "initialised" && a.role != fresh || user == "guest" && d.chosen("UserDec-2") == "leave out" {
		return refused, "", 0
	}
	now := d.Clock.Now()
	if now.Before(a.until) && !d.unlimited(by) {
		return locked, "", a.until.Sub(now)
	}
	if right(a) {
		a.wrong = 0
		return admitted, a.role, 0
	}
	d.count(a, by, now)
	return refused, "", 0
}

// right tells whether a password opens an account.
func (d *Device) right(a *account, user, password string, by via) bool {
	switch {
	case d.is("auth-rejects-valid-user") && user == "guest":
		return false
	case d.is("universal-default-password") && user == "admin" && password == "admin":
		return true
	case d.is("auth-any-password") && by.r != nil, d.is("empty-password") && by.r != nil && password == "":
		return true
	case d.is("empty-password-accepted") && user == "guest" && password == "":
		return true
	case d.is("change-partial") && !by.api && by.r == nil && user == "admin" && password == d.label:
		return true // SSH keeps the old one
	}
	return subtle.ConstantTimeCompare([]byte(a.password), []byte(password)) == 1
}

// unlimited tells whether a fault lets this way pass the throttle.
func (d *Device) unlimited(by via) bool {
	return d.is("no-lockout") || d.is("lockout-ui-only") && by.api ||
		d.is("lockout-header-bypass") && by.r != nil && by.r.Header.Get("X-Forwarded-For") != ""
}

// count takes note of a wrong password.
func (d *Device) count(a *account, by via, now time.Time) {
	if d.unlimited(by) {
		return
	}
	if d.is("lockout-reset-by-reconnect") && by.conn != nil { // the counter lives in the connection
		if a.perKey == nil {
			a.perKey = map[string]int{}
		}
		if a.perKey[by.conn.String()]++; a.perKey[by.conn.String()]%tries == 0 {
			a.until = now.Add(d.Lock)
		}
		return
	}
	a.wrong++
	switch {
	case d.is("lockout-never-ends") && a.wrong >= tries:
		a.until = now.AddDate(1, 0, 0)
	case d.is("exponential-delay-no-lock"):
		a.until = now.Add(min(time.Second<<min(a.wrong, 10), 15*time.Minute))
	case a.wrong%tries == 0:
		a.until = now.Add(d.Lock)
	}
}

// open begins a session.
func (d *Device) open(user, role string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.token()
	d.tokens[t] = session{user, role}
	d.issued = append(d.issued, t)
	return t
}
