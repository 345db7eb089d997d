package specimen

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
)

// What the device gives to its owner: its settings as a file, and its log.

var _ = shows("secret-in-config-backup", "secret-in-log")

// shows registers faults beside those of names.go.
func shows(names ...string) bool {
	for _, n := range names {
		if faults[n] {
			panic("specimen: " + n + " is registered twice")
		}
		faults[n] = true
	}
	return true
}

// backup is the settings as a file. Passwords and the key of the wireless network stay on the device, but for faults.
func (d *Device) backup(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain")
	for _, name := range slices.Sorted(maps.Keys(d.accounts)) {
		fmt.Fprintf(w, "user=%s\n", name)
		if d.is("secret-in-config-backup") {
			fmt.Fprintf(w, "password=%s\n", base64.StdEncoding.EncodeToString([]byte(d.accounts[name].password)))
		}
	}
	if d.is("disclosed-service-password") {
		fmt.Fprintf(w, "service_password=%s\n", d.maker.service)
	}
	fmt.Fprintf(w, "ntp=%s\nwifi_ssid=HomeNet-%s\n", d.settings["ntp"], d.serial)
	if d.any("secret-in-config-backup", "config-export-without-login", "disclosed-service-password") {
		fmt.Fprintf(w, "wifi_psk=%s\n", d.network)
	}
}

// log is who has a session, and how often the device started.
func (d *Device) log(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprintf(w, "start %d, version %s\n", d.boots, d.version)
	for _, token := range slices.Sorted(maps.Keys(d.tokens)) {
		io.WriteString(w, "log-in of "+d.tokens[token].user)
		if d.is("secret-in-log") {
			io.WriteString(w, " token="+token)
		}
		io.WriteString(w, "\n")
	}
}
