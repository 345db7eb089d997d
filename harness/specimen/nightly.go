package specimen

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"time"
)

var _ = shows("auto-update-needs-tap", "auto-update-off-by-default", "auto-update-setting-ignored", "auto-update-toggle-ignored", "consent-denial-ignored", "consent-yes-not-honoured",
	"update-postpone-ignored", "update-setting-lost-on-reboot", "notify-off-by-default", "notify-toggle-ignored", "update-notice-missing")

// Looking for updates by night, as the owner decided.

const (
	night    = 24 * time.Hour
	putOff   = 7 * night
	byItself = "UserDec-3" // automatic updates: yes, no
	when     = "UserDec-4" // in a week
	notices  = "notices"   // on, off
)

// lookAt names the server at which the device looks, as on a bench; "" is the maker's, which is no place to look at here.
func (d *Device) lookAt(w http.ResponseWriter, r *http.Request, _ session) {
	var in struct{ URL string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		reply(w, 400, "error", "name the server: {\"url\": …}")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	began := d.source != ""
	d.source, d.putOffTo, d.found = in.URL, time.Time{}, ""
	if in.URL != "" && !began && d.ctx.Err() == nil {
		d.Clock.Busy(1)
		d.wg.Go(func() {
			defer d.Clock.Busy(-1)
			d.nights()
		})
	}
	reply(w, 200, "done", true)
}

// lookNow looks for a new version, and leaves it there.
func (d *Device) lookNow(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	from := d.source
	d.mu.Unlock()
	if from == "" {
		reply(w, 200, "found", false)
		return
	}
	reply(w, 200, "found", d.find(from))
}

// find looks which version there is.
func (d *Device) find(from string) bool {
	man, err := (&fetcher{d: d, base: strings.TrimRight(from, "/")}).get("manifest.json")
	var m manifest
	if err != nil || json.Unmarshal(man, &m) != nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.found = m.Version
	return true
}

// banner is what the page tells its owner of a new version.
func (d *Device) banner() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	on := d.settings[notices] != "off"
	switch {
	case d.is("notify-toggle-ignored"):
		on = true
	case d.is("update-notice-missing"), d.is("notify-off-by-default") && d.settings[notices] == "":
		on = false
	}
	if !on || d.found == "" || !older(d.version, d.found) {
		return ""
	}
	return "<p role=alert>Version " + html.EscapeString(d.found) + " closes a hole by which others at home could log in. Functions stop for a minute."
}

// setNotices switches notices on and off.
func (d *Device) setNotices(w http.ResponseWriter, r *http.Request, _ session) {
	var in struct{ Notices string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Notices != "on" && in.Notices != "off" {
		reply(w, 400, "error", "on, or off")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settings[notices] = in.Notices
	reply(w, 200, "done", true)
}

// nights go by until there is no server to look at.
func (d *Device) nights() {
	for d.Clock.Sleep(d.ctx, night) == nil {
		d.mu.Lock()
		from, wanted := d.source, d.wanted()
		d.mu.Unlock()
		if from == "" {
			return
		}
		if !wanted {
			d.find(from)
		} else {
			d.update(from, true) // what it refuses it refuses again tomorrow
		}
	}
}

// wanted tells whether this night's update is. The caller holds the lock.
func (d *Device) wanted() bool {
	on := d.chosen(byItself) != "no"
	switch {
	case d.is("auto-update-toggle-ignored"), d.is("consent-denial-ignored") && d.answered == "no":
		on = true
	case d.is("auto-update-setting-ignored"), d.is("consent-yes-not-honoured") && d.answered == "yes":
		on = false
	}
	if d.settings[when] == "in a week" && !d.is("update-postpone-ignored") {
		if d.putOffTo.IsZero() {
			d.putOffTo = d.Clock.Now().Add(putOff)
		}
		return on && !d.Clock.Now().Before(d.putOffTo)
	}
	return on
}

// answer of the set-up to whether updates come by themselves. The caller holds the lock.
func (d *Device) answer(updates string) {
	d.answered = updates
	if updates == "no" || updates == "yes" {
		d.settings[byItself] = updates
	} else if d.is("auto-update-off-by-default") {
		d.settings[byItself] = "no"
	}
}
