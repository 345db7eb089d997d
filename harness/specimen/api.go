package specimen

import (
	"encoding/json"
	"net/http"
	"strings"
)

func (d *Device) getSettings(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := []any{"name", d.settings["name"], "ntp", d.settings["ntp"], "hostname", d.settings["hostname"], "temperature", d.settings["temperature"]}
	if d.is("identity-rewritable") {
		all = append(all, "serial", d.serial)
	}
	reply(w, 200, append(all, d.felt()...)...)
}

func (d *Device) setSettings(w http.ResponseWriter, r *http.Request, _ session) {
	var in map[string]string
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		reply(w, 400, "error", "that is not JSON")
		return
	}
	if why := d.checked(in); why != "" {
		reply(w, 400, "error", why)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range []string{"hostname", "temperature"} {
		if v, ok := in[k]; ok {
			d.settings[k] = v
		}
	}
	if v := in["serial"]; v != "" && len(v) < 64 && d.is("identity-rewritable") {
		d.serial = v
	}
	for _, k := range []string{"name", "ntp"} {
		if v, ok := in[k]; ok && len(v) < 256 && v != d.settings[k] {
			d.settings[k] = v
			d.issued = append(d.issued, v) // a canary
		}
	}
	reply(w, 200, "done", true)
}

func (d *Device) getData(w http.ResponseWriter, _ *http.Request, s session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []string{}
	for _, e := range d.data {
		if e.Owner == s.user || s.role == "owner" {
			out = append(out, e.Text)
		}
	}
	reply(w, 200, "data", out)
}

func (d *Device) addData(w http.ResponseWriter, r *http.Request, s session) {
	var in struct{ Text string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Text) > 4096 {
		reply(w, 400, "error", "that is not JSON, or too long")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.data) < 1000 {
		d.data = append(d.data, entry{s.user, in.Text})
		d.issued = append(d.issued, in.Text) // a canary
	}
	reply(w, 201, "done", true)
}

// eraseData is the declared way to erase user data and keep the device in use.
func (d *Device) eraseData(w http.ResponseWriter, r *http.Request, s session) {
	d.erase(w, r, s, false)
}

// reset is the declared way back to the factory state.
func (d *Device) reset(w http.ResponseWriter, r *http.Request, s session) { d.erase(w, r, s, true) }

func (d *Device) erase(w http.ResponseWriter, r *http.Request, s session, whole bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.is("erase-function-broken"):
		reply(w, 500, "error", "internal error")
		return
	case d.is("erase-steps-differ") && r.Header.Get("X-Installer-Code") == "":
		reply(w, 403, "error", "enter the installer code")
		return
	}
	kept, tokens, guest := d.data, d.tokens, d.accounts["guest"]
	if whole {
		d.factory()
	} else {
		d.data = nil
	}
	if d.any("reset-keeps-recordings", "erase-confirms-despite-failure") && len(kept) > 0 {
		d.data = kept[len(kept)-1:]
	}
	if d.is("reset-keeps-token") && whole {
		d.tokens = tokens
	}
	if d.is("reset-keeps-user-account") && whole && guest != nil {
		d.accounts["guest"] = guest
		d.state = "initialised" // its log-in works on
	}
	if whole && d.is("certificate-renewed-mid-run") {
		d.keys.tls = d.certificate(d.keys.tls.PrivateKey)
	}
	if d.is("erase-no-confirmation") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	reply(w, 200, "message", "All user data has been deleted.")
}

func (d *Device) getVersion(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	reply(w, 200, "version", d.version, "boots", d.boots, "model", d.designation())
}

// setPassword changes the caller's own.
func (d *Device) setPassword(w http.ResponseWriter, r *http.Request, s session) {
	if d.is("no-change-function") {
		http.NotFound(w, r)
		return
	}
	var in struct{ Old, New string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.New) < 8 {
		reply(w, 400, "error", "choose at least 8 characters")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.accounts[s.user]
	if a == nil || a.password != in.Old {
		reply(w, 403, "error", "the old password is wrong")
		return
	}
	if !d.is("change-noop") {
		a.password = in.New
		d.issued = append(d.issued, in.New)
	}
	reply(w, 200, "done", true)
}

func (d *Device) logout(w http.ResponseWriter, r *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.is("logout-keeps-token") {
		delete(d.tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		if c, err := r.Cookie("session"); err == nil {
			delete(d.tokens, c.Value)
		}
	}
	reply(w, 200, "done", true)
}

func (d *Device) postUpdate(w http.ResponseWriter, r *http.Request, _ session) {
	var in struct{ URL string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.URL == "" {
		reply(w, 400, "error", "name the server: {\"url\": …}")
		return
	}
	v, err := d.update(in.URL, false)
	if err != nil {
		reply(w, 409, "refused", err.Error())
		return
	}
	reply(w, 202, "message", "installing "+v)
}

// restoreImage is the recovery: the image with which the device left the factory, without the user's data and settings. Who
// may log in stays. A device that burns its version into a fuse has no way back.
func (d *Device) restoreImage(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.is("antirollback-fuse") && d.version != installed {
		reply(w, http.StatusConflict, "refused", "version "+installed+" is older than "+d.version)
		return
	}
	d.version, d.data, d.settings = installed, nil, presets()
	d.wipe()
	d.reboot()
	reply(w, http.StatusOK, "message", "The image of the factory was restored.")
}

func (d *Device) postReboot(w http.ResponseWriter, _ *http.Request, _ session) {
	d.Reboot()
	reply(w, 200, "message", "restarted")
}

func (d *Device) addUser(w http.ResponseWriter, r *http.Request, _ session) {
	var in struct{ User, Password string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.User == "" || len(in.Password) < 8 {
		reply(w, 400, "error", "a name, and a password of at least 8 characters")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.accounts[in.User] = &account{password: in.Password, role: "guest"}
	d.issued = append(d.issued, in.Password)
	reply(w, 201, "done", true)
}
