package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/secure-by-design/assay/harness/web"
)

func TestSecurityTxt(t *testing.T) {
	t.Parallel()
	body, kind, status := "", "text/plain; charset=utf-8", http.StatusOK
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/security.txt" {
			t.Errorf("asked for %s", r.URL)
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	on := visitor(t, http.NotFound)
	ask := func() Security {
		o := web.Options{Private: true, Roots: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
		o.Resolve = func(context.Context, string, uint16) ([]netip.AddrPort, error) {
			return []netip.AddrPort{netip.MustParseAddrPort(s.Listener.Addr().String())}, nil
		}
		var err error
		if on.Web, err = o.Door("https://example.com"); err != nil {
			t.Fatal(err)
		}
		a, err := SecurityTxt{Of: "https://example.com/policy"}.Ask(t.Context(), on)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	body = "Contact: mailto:a@example.com\nExpires: 2027-01-01T00:00:00Z\n"
	if a := ask(); !a.Is || len(a.Problems) > 0 || a.Expires.Year() != 2027 || a.Asked != "https://example.com/.well-known/security.txt" {
		t.Errorf("%+v", a)
	}
	kind = "application/octet-stream"
	if a := ask(); !a.Is || len(a.Problems) != 1 {
		t.Errorf("%+v", a)
	}
	kind = "text/html" // a page for every path
	if a := ask(); a.Is || a.Problems != nil {
		t.Errorf("%+v", a)
	}
	kind, status = "text/plain", http.StatusNotFound
	if a := ask(); a.Is || a.Status != 404 {
		t.Errorf("%+v", a)
	}
}
