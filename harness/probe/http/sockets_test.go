package http

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/canary"
)

// upgrades sends messages at a socket and waits for its end.
func upgrades(messages ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for _, m := range messages {
			c.WriteMessage(websocket.TextMessage, []byte(m))
		}
		c.ReadMessage()
	}
}

func TestSockets(t *testing.T) {
	t.Parallel()
	on, port, _ := serve(t, map[string]http.HandlerFunc{
		"/api/ws": upgrades(`{"name":"canary-4711-abcdef"}`, "more"),
		"/ws":     upgrades(),
		"/socket": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) },
		"/live":   upgrades(strings.Repeat("x", 2*maxFrame)),
	})
	planted := evidence.Keep("canary-4711-abcdef")
	o, err := Sockets{Port: port, For: []evidence.Secret{planted}}.Ask(t.Context(), on)
	if err != nil || len(o.Sockets) != 3 || o.Asked != len(socketPaths) {
		t.Fatalf("%v %+v", err, o)
	}
	for _, s := range o.Sockets {
		want := map[string]int{"/api/ws": 2}[s.Path]
		if s.Frames != want || len(s.Shown) != want/2 {
			t.Errorf("%+v", s)
		}
	}
	on, port, _ = serve(t, map[string]http.HandlerFunc{"/ws": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("no socket")) }})
	if o, err := (Sockets{Port: port}).Ask(t.Context(), on); err != nil || len(o.Sockets) > 0 || o.Asked == 0 {
		t.Errorf("%v %+v", err, o)
	}
}

func FuzzSocketMessage(f *testing.F) {
	f.Add([]byte("\x1b\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := Socket{}
		if s.hear(canary.New("canary-4711"), []evidence.Secret{{}}, 101, b); s.Frames != 1 || len(s.Shown) > canary.MaxHits {
			t.Errorf("%q gave %+v", b, s)
		}
	})
}
