package reports

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports/profiles"
)

var (
	//go:embed report.html.tmpl
	pageText string
	//go:embed report.css
	pageStyle string
	//go:embed report.js
	pageScript string
)

// policy lets the page load nothing at all, and run only its own style and script, known by their digests.
var policy = fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
	digest(pageStyle), digest(pageScript))

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"rowMark": markOfRow, "unitMark": markOfUnit, "quiet": quiet, "duty": duty, "doubt": doubt, "limit": limit,
	"waived": waived, "outcomeKind": outcomeKind, "mapping": mapping, "basis": basis, "file": file, "anchor": anchor, "voices": voices, "attested": attested, "brief": brief,
	"join": func(s []string) string { return strings.Join(s, ", ") },
}).Parse(pageText))

// A view is what the page is made of.
type view struct {
	*harness.Matrix
	Title, Policy    string
	Style            template.CSS
	Script           template.JS
	Look             string // of the verdict
	Facts            []fact
	Tally            []tally // of the edition's provisions
	Total            int     // of the edition's provisions
	Shown            []tally // marks that any row bears
	Standard, Beyond []clause
	Settle           []settling
	Books            []profiles.Result // rule books that the run was held against
}

// HTML writes one page that loads nothing: the matrix at a glance, and behind each cell the reason, what was tried, and the
// evidence. Without script it is a list whose entries open and a filter of style alone; the script opens what a cell leads to.
func HTML(w io.Writer, m *harness.Matrix, books ...profiles.Result) error {
	m = inert(m)
	standard := ofEdition(m)
	beyond := slices.DeleteFunc(slices.Clone(m.Rows), func(r harness.Row) bool { return !r.Beyond })
	v := view{Matrix: m, Title: title(m), Policy: policy, Style: template.CSS(pageStyle),
		Script: template.JS(pageScript), Look: look(m), Books: inertBooks(books), Facts: facts(m), Tally: count(standard), Total: len(standard),
		Shown: count(m.Rows), Standard: clauses(standard), Beyond: clauses(beyond), Settle: settle(m)}
	return page.Execute(w, v)
}

// basis says on what the judged units of a row rest: "3 observed, 1 declared".
func basis(r harness.Row) string { return mix(r.Basis) }

func mix(units map[harness.Basis]int) string {
	var said []string
	for _, b := range []harness.Basis{harness.BasisObserved, harness.BasisDeclared, harness.BasisAttested, harness.BasisExternal} {
		if n := units[b]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, b))
		}
	}
	return strings.Join(said, ", ")
}

var notOfAnchor = regexp.MustCompile(`[^0-9A-Za-z]+`)

// anchor is a provision's place in the page.
func anchor(id provisions.ID) string { return "p-" + notOfAnchor.ReplaceAllString(string(id), "-") }

// A link leads to a file of evidence; without a digest there is only its name.
type link struct{ Digest, Name string }

var digestPattern = regexp.MustCompile(`(?:evidence/)?\b([0-9a-f]{64})\b(?:\.txt\b)?`)

// file reads an entry of EvidenceRef.Files: a SHA-256, with or without "evidence/" before, and ".txt" and a name after it.
func file(s string) link {
	at := digestPattern.FindStringSubmatchIndex(s)
	if at == nil {
		return link{Name: s}
	}
	name := strings.TrimSpace(s[:at[0]] + s[at[1]:])
	if name == "" {
		name = brief(s[at[2]:at[3]])
	}
	return link{s[at[2]:at[3]], name}
}
