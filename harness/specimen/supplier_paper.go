package specimen

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// paper prints a page as a PDF: headings in larger letters, a paragraph a block, links as places to press.
func paper(l leaf) leaf {
	p := &printer{y: 780}
	p.print(l.body)
	p.page()
	return leaf{status: l.status, kind: "application/pdf", body: p.file()}
}

// A printer sets lines on pages.
type printer struct {
	title string
	y     float64
	now   strings.Builder // operators of this page
	pages []string
}

// print goes through the marks of a page.
func (p *printer) print(page string) {
	tokens, text, size, within := html.NewTokenizer(strings.NewReader(page)), "", 11.0, atom.Atom(0)
	end := func() {
		p.block(strings.Join(strings.Fields(text), " "), size)
		text = ""
	}
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			end()
			return
		}
		t := tokens.Token()
		switch {
		case kind == html.TextToken && within == atom.Title:
			p.title += t.Data
		case kind == html.TextToken:
			text += t.Data
		case kind == html.StartTagToken && t.DataAtom == atom.Title:
			within = atom.Title
		case t.DataAtom == atom.Title:
			within = 0
		case t.DataAtom == atom.H1, t.DataAtom == atom.H2:
			end()
			if size = 11; kind == html.StartTagToken {
				size = map[atom.Atom]float64{atom.H1: 22, atom.H2: 16}[t.DataAtom]
			}
		case t.DataAtom == atom.Td, t.DataAtom == atom.Th:
			text += " "
		case t.DataAtom != atom.A && t.DataAtom != atom.B && t.DataAtom != atom.Em:
			end()
		}
	}
}

// block sets a paragraph, in lines that fit.
func (p *printer) block(text string, size float64) {
	line := ""
	for _, w := range append(strings.Fields(text), "") {
		if line != "" && (w == "" || float64(len(line)+len(w))*size*0.5 > 480) {
			p.set(line, size)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	p.y -= size
}

func (p *printer) set(line string, size float64) {
	if p.y < 60 {
		p.page()
	}
	fmt.Fprintf(&p.now, "BT /F 1 Tf %.0f 0 0 %.0f 50 %.0f Tm (%s) Tj ET\n", size, size, p.y, winAnsi(line))
	p.y -= 1.25 * size
}

func (p *printer) page() {
	p.pages = append(p.pages, p.now.String())
	p.now.Reset()
	p.y = 780
}

// winAnsi spells a text in the letters of the font.
func winAnsi(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteString("\\" + string(r))
		case r < 256:
			b.WriteByte(byte(r))
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// file is the whole document (ISO 32000-1, 7.5).
func (p *printer) file() string {
	var kids []string
	parts := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>", "<< /Title (" + winAnsi(p.title) + ") >>"}
	for _, operators := range p.pages {
		n := len(parts) + 1
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		parts = append(parts, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F 3 0 R >> >> >>", n+1),
			fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", len(operators), operators))
	}
	parts[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	table := fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(parts)+1)
	for i, part := range parts {
		table += fmt.Sprintf("%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, part)
	}
	fmt.Fprintf(&b, "%strailer << /Root 1 0 R /Info 4 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n", table, len(parts)+1, b.Len())
	return b.String()
}
