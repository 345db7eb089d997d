package specimen

import (
	"context"
	"net/http"

	"github.com/gorilla/websocket"
)

// socket is where its page learns at once of what changes: to whoever has a session, and as a fault to anybody.
func (d *Device) socket(w http.ResponseWriter, r *http.Request) {
	if s, ok := d.who(r); !d.is("websocket-unchecked") && (!ok || s.role == fresh) {
		reply(w, http.StatusUnauthorized, "error", "log in first")
		return
	}
	c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	defer context.AfterFunc(d.ctx, func() { c.Close() })()
	c.SetReadLimit(4 << 10)
	for {
		d.mu.Lock()
		state := map[string]string{"name": d.settings["name"], "ntp": d.settings["ntp"]}
		d.mu.Unlock()
		if c.WriteJSON(state) != nil {
			return
		}
		var set struct{ Name string }
		if c.ReadJSON(&set) != nil {
			return
		}
		d.mu.Lock()
		if set.Name != "" {
			d.settings["name"] = set.Name
			d.issued = append(d.issued, set.Name) // a canary
		}
		d.mu.Unlock()
	}
}
