package pdf

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lamp is a page as a browser prints it, with parts of fonts and packed streams.
func lamp(t testing.TB) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", "lamp.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sheet is a small PDF with one page of the operators given, in a standard font.
func sheet(operators string, more ...string) []byte {
	parts := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> /XObject << /Im 6 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >> stream\n%s\nendstream", len(operators), operators),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}, more...)
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, p := range parts {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj %s endobj\n", i+1, p)
	}
	from := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(parts)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n", len(parts)+1, from)
	return b.Bytes()
}

func said(d Document) (out []string) {
	for _, l := range d.Lines {
		out = append(out, strings.TrimSpace(l.Text))
	}
	return out
}

func TestABrowsersPrint(t *testing.T) {
	t.Parallel()
	d, err := Read(t.Context(), lamp(t))
	if err != nil || d.Title != "Care of the lamp" || d.Pages != 1 || len(d.Missing) > 0 {
		t.Fatalf("%v %+v", err, d)
	}
	got := strings.Join(said(d), "|")
	for _, want := range []string{"Care of the lamp|", "until the end of the support period", "which is 31|December 2031;", "|Buttons|", "Press once for light.|", "Colour white"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if d.Lines[0].Size < 1.5*d.Lines[1].Size || !d.Lines[0].Bold || d.Lines[1].Bold {
		t.Errorf("%+v", d.Lines[:2])
	}
	if len(d.Links) != 1 || d.Links[0] != (Link{1, "our contact page", "https://maker.example/contact"}) {
		t.Errorf("%+v", d.Links)
	}
}

func TestGapsAreSpaces(t *testing.T) {
	t.Parallel()
	d, err := here(sheet("BT /F 10 Tf 50 700 Td (until) Tj 30 0 Td (2031) Tj 0 -12 Td [(sup) 10 (port) -300 (period)] TJ T* ET BT 1 0 0 1 300 700 Tm (far) Tj ET"))
	if err != nil || strings.Join(said(d), "|") != "until 2031|support period|far" {
		t.Errorf("%v %q", err, said(d))
	}
	d, err = here(bytes.Replace(sheet("BT /F 10 Tf 50 700 Td (new) Tj ET"), []byte("%PDF-1.4"), []byte("%PDF-2.0"), 1))
	if err != nil || strings.Join(said(d), "|") != "new" {
		t.Errorf("%v %q", err, said(d))
	}
}

// TestWhatIsNotRead: what a document does not give is an error or is said to be missing; none brings the reader down.
func TestWhatIsNotRead(t *testing.T) {
	t.Parallel()
	damaged := func(old, by string) []byte {
		b := bytes.Replace(sheet("BT /F 10 Tf (hello) Tj ET"), []byte(old), []byte(by), 1)
		return b
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"text":        {[]byte(strings.Repeat("no paper ", 40)), "no PDF"},
		"scan":        {sheet("q 595 0 0 842 0 0 cm /Im Do Q", "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Length 1 >> stream\nx\nendstream"), "no text"},
		"no table":    {damaged("startxref", "startxrex"), "damaged"},
		"huge table":  {damaged("0 6\n", "0 99999999999\n"), "damaged"},
		"false place": {damaged("/Root 1 0 R", "/Root 5 0 R"), "no text"},
	} {
		if _, err := Read(t.Context(), c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	round := sheet("/Im Do BT /F 10 Tf 9 9 Td (hello) Tj ET", "<< /Type /XObject /Subtype /Form /Resources << /XObject << /Im 6 0 R >> >> /Length 7 >> stream\n/Im Do \nendstream")
	if d, err := Read(t.Context(), round); err != nil || strings.Join(said(d), "") != "hello" || len(d.Missing) != 1 {
		t.Errorf("%v %+v", err, d)
	}
	tree := bytes.Replace(sheet("BT /F 10 Tf (hello) Tj ET"), []byte("/Kids [3 0 R]"), []byte("/Kids [2 0 R]"), 1)
	if _, err := Read(t.Context(), tree); err == nil {
		t.Error("a tree that holds itself was read")
	}
	if d, err := here(sheet("BT /F 10 Tf 9 9 Td (hello) Tj /G 10 Tf (lost) Tj ET")); err != nil || len(d.Missing) != 1 {
		t.Errorf("%v %+v", err, d)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(lamp(f))
	f.Add(sheet("BT /F 10 Tf 50 700 Td (until) Tj ' \" TJ T* Q cm ET"))
	f.Add([]byte("%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		defer stop()
		d, err := Read(ctx, b)
		if err == nil && len(d.Lines) == 0 {
			t.Error("no text, and no error")
		}
		letters := 0
		for _, l := range d.Lines {
			letters += len(l.Text)
		}
		if letters > 2*maxLetters || len(d.Links) > maxLinks || d.Pages > maxPages {
			t.Errorf("out of bounds: %d letters, %d links, %d pages", letters, len(d.Links), d.Pages)
		}
	})
}
