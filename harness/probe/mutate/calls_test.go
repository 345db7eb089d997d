package mutate

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A form whose input reaches a shell is convicted by the call that it makes; one that fetches whatever address it is given is not.
func TestCalls(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"runs": true, "fetches": false} {
		got := ask(t, func(w http.ResponseWriter, r *http.Request) {
			q := r.FormValue("q")
			if at := address.FindString(q); at != "" && (name == "fetches" || strings.Contains(q, "$(wget")) {
				if a, err := http.Get(at); err == nil {
					a.Body.Close()
				}
			}
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, searchPage)
		}, Forms, 60)
		proven := false
		for _, h := range got.Hits {
			proven = proven || h.Proven() && h.Oracle == "command"
		}
		if proven != want {
			t.Errorf("%s: %+v", name, got.Hits)
		}
	}
}
