package specimen

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func init() {
	for _, f := range []string{"setup-check-calls-insecure-fine", "setup-check-cries-wolf", "maintenance-check-blind", "maintenance-check-cries-wolf", "wizard-default-differs", "wizard-undeclared-option"} {
		faults[f] = true
	}
	for _, h := range []string{"setup-check-in-words", "wizard-of-buttons"} {
		honest[h] = true
	}
}

// choosing are the pages on which the owner decides, now or as in the set-up, and those that tell how things stand.
func (d *Device) choosing(mux *http.ServeMux) {
	d.logging(mux)
	for path, h := range map[string]func(http.ResponseWriter, *http.Request, session){
		"GET /api/options": d.getOptions, "POST /api/options": d.setOption, "GET /api/check": d.checkSetup, "GET /api/maintenance": d.checkMaintenance,
		"GET /setup": d.wizard, "GET /setup/update": d.updatePage, "GET /setup/recordings": d.recordingsPage, "GET /manage": d.manage,
	} {
		mux.HandleFunc(path, d.authenticated(path, d.owners(h)))
	}
}

// A choice is one of the options of 26-UserDec.
type choice struct {
	row, label, kind string
	options          []string
	preset           string // "": none
}

func (d *Device) choices() []choice {
	guest := "leave out"
	if d.is("wizard-default-differs") {
		guest = "choose"
	}
	return []choice{
		{"UserDec-1", "Password of the owner", "radio", []string{"keep", "choose"}, "keep"},
		{"UserDec-2", "Password of the guest", "radio", []string{"choose", "leave out"}, guest},
		{"UserDec-3", "Automatic updates", "select", []string{"yes", "no"}, "yes"},
		{"UserDec-4", "Time of an update", "select", []string{"now", "tonight", "in a week"}, "tonight"},
		{"UserDec-5", "Whether recordings are kept", "radio", []string{"press record", "do not"}, ""},
	}
}

// chosen is which option of a row holds.
func (d *Device) chosen(row string) string {
	if c := d.settings[row]; c != "" {
		return c
	}
	return map[string]string{"UserDec-2": "choose", "UserDec-3": "yes", "UserDec-4": "tonight"}[row]
}

func (d *Device) getOptions(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var pairs []any
	for _, c := range d.choices() {
		if now := d.chosen(c.row); now != "" {
			pairs = append(pairs, c.row, now)
		}
	}
	reply(w, 200, pairs...)
}

func (d *Device) setOption(w http.ResponseWriter, r *http.Request, _ session) {
	var in struct{ Row, Option string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		reply(w, 400, "error", "that is not JSON")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.choices() {
		if c.row == in.Row && slices.Contains(c.options, in.Option) {
			d.settings[c.row] = in.Option
			if c.row == byItself {
				d.answered = "" // it is no longer what the set-up was told
			}
			reply(w, 200, "done", true)
			return
		}
	}
	reply(w, 400, "error", "there is no such option")
}

// checkSetup is the list of the page that tells what of the set-up is not safe.
func (d *Device) checkSetup(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := []string{}
	if d.chosen("UserDec-3") == "no" {
		found = append(found, "Automatic updates are off: switch them on.")
	}
	if d.chosen("UserDec-2") == "choose" {
		found = append(found, "A guest can log in: leave the guest out where nobody needs it.")
	}
	if d.is("setup-check-calls-insecure-fine") {
		found = found[:0]
	}
	if d.is("setup-check-cries-wolf") {
		found = append(found, "The firewall is off: switch it on.")
	}
	d.tell(w, found)
}

// checkMaintenance is the list that tells what has become unsafe since.
func (d *Device) checkMaintenance(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := []string{}
	if d.chosen("UserDec-3") == "no" && !d.is("maintenance-check-blind") {
		found = append(found, "Automatic updates are off.")
	}
	if d.chosen("UserDec-4") == "in a week" && !d.is("maintenance-check-blind") {
		found = append(found, "An update is put off.")
	}
	if d.is("maintenance-check-cries-wolf") {
		found = append(found, "An update is missing.")
	}
	d.tell(w, found)
}

// tell lists what was found, or says in a sentence that there is nothing.
func (d *Device) tell(w http.ResponseWriter, found []string) {
	if !d.is("setup-check-in-words") {
		reply(w, 200, "found", found)
		return
	}
	text := "Everything is in order."
	if len(found) > 0 {
		text = strings.Join(found, " ")
	}
	reply(w, 200, "found", text)
}

// wizard is the page of the set-up, which the owner may go through again.
func (d *Device) wizard(w http.ResponseWriter, _ *http.Request, _ session) {
	more := ""
	if d.is("wizard-undeclared-option") {
		more = `<p><label><input type="checkbox" name="wan"> Allow access from the Internet</label></p>`
	}
	d.ask(w, "Set-up", d.choices()[:3], more)
}

func (d *Device) updatePage(w http.ResponseWriter, _ *http.Request, _ session) {
	d.ask(w, "A new version", d.choices()[3:4], "")
}

func (d *Device) recordingsPage(w http.ResponseWriter, _ *http.Request, _ session) {
	d.ask(w, "Recordings", d.choices()[4:], "")
}

// ask shows choices as a form.
func (d *Device) ask(w http.ResponseWriter, title string, all []choice, more string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><title>%s</title><h1>%s</h1><form method=post action=/setup>\n", title, title)
	for _, c := range all {
		if c.kind == "radio" || d.is("wizard-of-buttons") {
			fmt.Fprintf(w, "<fieldset><legend>%s</legend>", c.label)
			for _, o := range c.options {
				fmt.Fprintf(w, `<label><input type="radio" name="%s" value="%s"%s> %s</label>`, c.row, strings.ReplaceAll(o, " ", "-"), mark(o == c.preset, " checked"), o)
			}
			fmt.Fprint(w, "</fieldset>\n")
			continue
		}
		fmt.Fprintf(w, `<p><label for="%s">%s</label> <select id="%s" name="%s">`, c.row, c.label, c.row, c.row)
		for _, o := range c.options {
			fmt.Fprintf(w, "<option%s>%s</option>", mark(o == c.preset, " selected"), o)
		}
		fmt.Fprint(w, "</select></p>\n")
	}
	fmt.Fprint(w, more, "<button>Go on</button></form>")
}

func mark(on bool, what string) string {
	if on {
		return what
	}
	return ""
}

// manage is the page on which the owner erases, and gets to the others.
func (d *Device) manage(w http.ResponseWriter, _ *http.Request, _ session) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><title>Manage</title><h1>Manage</h1><nav><a href="/setup">Settings</a> <a href="/setup/update">Updates</a> <a href="/setup/recordings">Recordings</a></nav>
<h2>Recordings</h2><button>Erase recordings</button><h2>Factory reset</h2><button>Erase everything</button><button>Yes</button><button>No</button>`)
}
