package pages

import (
	"context"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
	"github.com/secure-by-design/assay/suites/declared"
)

// Most is how many links of a document are followed.
var Most = harness.Parameter("web: links of a document that are followed", 3)

// More are the pages to which a document links by words of its subject: a supplier may tell the rest there. One that was not to
// be read makes the document longer than what was read of it, so that nothing is proved absent.
func (d Doc) More(ctx context.Context, dut *harness.DUT, words ...string) (Doc, []Doc) {
	var more []Doc
	seen := []string{address(d.Asked), address(d.Final)}
	for _, l := range d.Links {
		at := address(l.URL)
		if len(seen) == Most+2 {
			break
		}
		if !strings.HasPrefix(at, "http") || slices.Contains(seen, at) || !declared.Says(l.Text, words...) {
			continue
		}
		seen = append(seen, at)
		p := harness.Ask(ctx, dut, page.Read{URL: at})
		switch {
		case p.Gone():
		case !p.Given() || p.Unread != "" || p.Barrier != "" || p.Scripted:
			d.SaidCut = true
			harness.Note(ctx, "%s, to which it links by %q, was not to be read here", at, l.Text)
		default:
			Seen(ctx, p)
			more = append(more, Doc{p, d.Field})
		}
	}
	return d, more
}

// address is that of a page, without the place on it.
func address(url string) string {
	bare, _, _ := strings.Cut(url, "#")
	return bare
}
