package login

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/secure-by-design/assay/harness/evidence"
)

// spends is a server whose challenges are new each time, or always the same, and taken once if spent.
func spends(nonces, spent bool) http.HandlerFunc {
	var mu sync.Mutex
	open, n := map[string]bool{}, 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		for _, got := range challenges(r.Header.Get("Authorization")) {
			c := challenge{scheme: "digest", params: map[string]string{"realm": "cam", "nonce": got.params["nonce"], "algorithm": "SHA-256"}}
			want, _ := c.answer("/v", "admin", "right")
			if open[c.params["nonce"]] && strings.Contains(want, got.params["response"]) {
				if spent {
					delete(open, c.params["nonce"])
				}
				fmt.Fprint(w, "welcome")
				return
			}
		}
		if n++; !nonces {
			n = 1
		}
		open[fmt.Sprint("n", n)] = true
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest realm="cam", nonce="n%d", algorithm=SHA-256`, n))
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func TestReplay(t *testing.T) {
	for _, c := range []struct {
		name          string
		nonces, spent bool
		again         Outcome
		same          bool
	}{
		{"spent", true, true, Refused, false},
		{"never spent", true, false, Accepted, false},
		{"always the same", false, false, Accepted, true},
	} {
		on, port := site(t, spends(c.nonces, c.spent))
		got, err := Replay{At: Login{Protocol: "digest", Port: port, Path: "/v"}, User: "admin", Right: evidence.Keep("right")}.Ask(t.Context(), on)
		if err != nil || got.First.Outcome != Accepted || got.Again.Outcome != c.again || got.Invented.Outcome != Refused || got.Challenge != c.same {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	on, port := site(t, spends(true, true))
	if got, err := (Replay{At: Login{Protocol: "digest", Port: port, Path: "/v"}, User: "admin", Right: evidence.Keep("wrong")}).Ask(t.Context(), on); err != nil || got.First.Outcome != Refused || got.Again.Outcome != "" {
		t.Errorf("with a wrong password: %+v, %v", got, err)
	}
}
