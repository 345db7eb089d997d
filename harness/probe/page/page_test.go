package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/web"
)

// visitor is a device whose supplier's pages a handler serves.
func visitor(t *testing.T, h http.HandlerFunc) *dial.Device {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	gate, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{9}})
	if err != nil {
		t.Fatal(err)
	}
	on := dial.New("A", gate, nil, clock.Real())
	found := func(context.Context, string, uint16) ([]netip.AddrPort, error) {
		return []netip.AddrPort{netip.MustParseAddrPort(s.Listener.Addr().String())}, nil
	}
	if on.Web, err = (web.Options{Resolve: found, Private: true}).Door("http://maker.example"); err != nil {
		t.Fatal(err)
	}
	return on
}

const policy = `<!doctype html><html lang="en"><head><title>Report a &amp; vulnerability</title><style>p{}</style><script>var hidden = 1</script></head>
<body><nav><a href="/">Home</a> <a href="mailto:security@maker.example">mail</a><a href="javascript:1">no</a></nav>
<h1>Reporting <em>holes</em></h1><p>Write to us
at security&#64;maker.example.</p><h2 id=t>What happens then</h2><ul><li>We acknowledge your report within three days.<li>One</ul>
<table><tr><td>Status</td><td>every week</td></tr></table>
<form><label>Your name <input name=n required></label><input type=hidden name=h><textarea name=m placeholder="What was found"></textarea><select name=s><option>one</select><button>Go</button></form>
</body></html>`

func TestAPageIsRead(t *testing.T) {
	t.Parallel()
	on := visitor(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, policy) })
	sheet := &evidence.Sheet{}
	p, err := Read{URL: "http://maker.example/security"}.Ask(t.Context(), on.With(sheet))
	if err != nil || p.Status != 200 || p.Type != "text/html" || p.Title != "Report a & vulnerability" || p.Lang != "en" || len(p.SHA256) != 64 || p.Bytes != len(policy) {
		t.Fatalf("%v %+v", err, p)
	}
	want := "Home mailno\nReporting holes\nWrite to us at security@maker.example.\nWhat happens then\nWe acknowledge your report within three days.\nOne\nStatus every week\nYour name\nGo\n"
	if p.Said != want {
		t.Errorf("said %q", p.Said)
	}
	if got := p.Under(strings.Index(p.Said, "acknowledge")); got != "What happens then" || p.Under(0) != "" || p.Headings[0].Text != "Reporting holes" {
		t.Errorf("%q of %+v", got, p.Headings)
	}
	if len(p.Links) != 2 || p.Links[0] != (Link{0, "http://maker.example/", "Home"}) || p.Links[1].URL != "mailto:security@maker.example" {
		t.Errorf("%+v", p.Links)
	}
	if len(p.Forms) != 1 || !slices.Equal(p.Forms[0].Fields, []Field{{"n", "text", "Your name", true}, {"m", "text", "What was found", false}, {"s", "select", "", false}}) || p.Forms[0].Password() {
		t.Errorf("%+v", p.Forms)
	}
	if items := sheet.Items(); len(items) != 1 || string(items[0].Data) != policy {
		t.Errorf("evidence %v", items)
	}
}

func TestWhatIsNoPage(t *testing.T) {
	t.Parallel()
	on := visitor(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/pdf":
			w.Write([]byte("%PDF-1.7 x"))
		case "/wait":
			w.Header().Set("Retry-After", "3600")
			http.Error(w, "later", http.StatusServiceUnavailable)
		case "/robot":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<html><title>Just a moment...</title>Checking")
		case "/script":
			fmt.Fprint(w, "<html><body><div id=root></div><script src=a.js></script>")
		case "/login":
			fmt.Fprint(w, "<html><body><input type=password>")
		}
	})
	ask := func(path string) Page {
		p, err := Read{URL: "http://maker.example" + path}.Ask(t.Context(), on)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := ask("/pdf"); p.Unread != "PDF: it is no PDF" || p.Said != "" {
		t.Errorf("%+v", p)
	}
	if p := ask("/wait"); p.Status != 503 || p.Again != "3600" || p.Barrier != "" {
		t.Errorf("%+v", p)
	}
	if p := ask("/robot"); p.Barrier != "just a moment" {
		t.Errorf("%+v", p)
	}
	if p := ask("/script"); !p.Scripted {
		t.Errorf("%+v", p)
	}
	if p := ask("/login"); len(p.Forms) != 1 || !p.Forms[0].Password() {
		t.Errorf("%+v", p)
	}
	on.Web = nil
	if p := ask("/pdf"); p.Trouble != web.Scope || p.Status != 0 {
		t.Errorf("%+v", p)
	}
}

// TestAPaperIsRead: a PDF has headings, paragraphs and links as other pages have.
func TestAPaperIsRead(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("pdf", "testdata", "lamp.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	on := visitor(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		w.Write(b)
	})
	p, err := Read{URL: "http://maker.example/lamp.pdf"}.Ask(t.Context(), on)
	want := "Care of the lamp\nThe lamp offers its flat office light until the end of the support period, which is 31 December 2031; after that day it gets no security updates any more, and it should be unplugged.\n" +
		"Write to our contact page with questions.\nButtons\nPress once for light.\nPress twice for darkness.\nColour white\n"
	if err != nil || p.Said != want || p.SaidCut || p.Unread != "" || p.Language != "en" || p.Title != "Care of the lamp" {
		t.Errorf("%v %+v", err, p)
	}
	if at := strings.Index(p.Said, "darkness"); p.Under(at) != "Buttons" || p.Under(strings.Index(p.Said, "office")) != "Care of the lamp" {
		t.Errorf("%+v", p.Headings)
	}
	if len(p.Links) != 1 || p.Links[0].URL != "https://maker.example/contact" || !strings.HasPrefix(p.Said[p.Links[0].Offset:], "our contact page") {
		t.Errorf("%+v", p.Links)
	}
}

func TestLanguageAndEase(t *testing.T) {
	t.Parallel()
	easy := strings.Repeat("The cat sat on the mat. We can see it and you can see it too. ", 4)
	hard := strings.Repeat("Notwithstanding considerations regarding interoperability the organisation of authorisation procedures necessitates comprehensive documentation of the responsibilities. ", 4)
	german := strings.Repeat("Wir schreiben Ihnen, wenn die Lücke in der Kamera mit einem Update geschlossen ist, und nicht erst nach Wochen. ", 4)
	a, b, c := Plain([]byte(easy)), Plain([]byte(hard)), Plain([]byte(german))
	if a.Language != "en" || b.Language != "en" || c.Language != "de" {
		t.Errorf("%q %q %q", a.Language, b.Language, c.Language)
	}
	if a.Ease.Flesch < 90 || b.Ease.Flesch > 0 || c.Ease.Flesch < 40 || c.Ease.Flesch > 90 || a.Ease.Grade > 3 || b.Ease.Grade < 15 || c.Ease.Grade != 0 {
		t.Errorf("%+v %+v %+v", a.Ease, b.Ease, c.Ease)
	}
	if few := Plain([]byte("The end of the text.")); few.Language != "" || few.Ease.Flesch != 0 {
		t.Errorf("%+v", few)
	}
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte(policy), "")
	f.Add([]byte(strings.Repeat("<div><form><a href=x>", 100)), "utf-16")
	f.Add([]byte("<title><script></p><input type=password><select><select></a>\xff\x00"), "iso-2022-jp")
	f.Fuzz(func(t *testing.T, b []byte, set string) {
		p := HTML(b, set, "http://maker.example/x")
		if !utf8.ValidString(p.Said) || len(p.Said) > maxText+64 || len(p.Links) > maxLinks || len(p.Forms) > maxForms || len(p.Headings) > maxHeads {
			t.Errorf("out of bounds: %d %d %d", len(p.Said), len(p.Links), len(p.Forms))
		}
		for i, h := range p.Headings {
			if h.Offset > len(p.Said) || i > 0 && h.Offset < p.Headings[i-1].Offset {
				t.Errorf("heading %d at %d of %d", i, h.Offset, len(p.Said))
			}
		}
		Plain(b)
	})
}
