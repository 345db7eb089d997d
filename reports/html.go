package reports

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"safe": Safe, "word": word, "title": title, "facts": facts, "quiet": quiet,
	"glyph":  func(v harness.Verdict) string { return glyph[v] },
	"class":  class,
	"anchor": func(id any) string { return "p-" + strings.NewReplacer(".", "-", " ", "").Replace(idOf(id)) },
	"short":  func(s string) string { return s[:min(len(s), 12)] },
	"params": parameters,
	"join":   func(s []string) string { return Safe(strings.Join(s, ", ")) },
}).Parse(pageText))

func idOf(v any) string {
	if id, ok := v.(provisions.ID); ok {
		return string(id)
	}
	s, _ := v.(string)
	return s
}

// class is how a verdict or word looks.
func class(v harness.Verdict, w string) string {
	switch {
	case v == harness.Fail:
		return "fail"
	case v == harness.Pass:
		return "pass"
	case w == harness.NotJudged:
		return "seen"
	case v == harness.Done:
		return "done"
	}
	return "inc"
}

// parameters in the order of their names.
func parameters(m map[string]string) (out [][2]string) {
	for k, v := range m {
		out = append(out, [2]string{k, v})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// A group is the rows of a clause.
type group struct {
	Clause, Title string
	Rows          []harness.Row
}

func grouped(rows []harness.Row) (out []group) {
	for _, r := range rows {
		c := r.Provision.Clause()
		if len(out) == 0 || out[len(out)-1].Clause != c {
			out = append(out, group{c, provisions.ClauseTitle(c), nil})
		}
		out[len(out)-1].Rows = append(out[len(out)-1].Rows, r)
	}
	return out
}

// count of rows by class, for the legend.
func count(rows []harness.Row) map[string]int {
	n := map[string]int{}
	for _, r := range rows {
		n[class(r.Verdict, r.Word)]++
	}
	return n
}

// HTML writes one page that needs nothing else: the matrix at a glance, and behind each cell the reason, what was tried, and
// the evidence. It loads nothing and runs no script but its own filter.
func HTML(w io.Writer, m *harness.Matrix) error {
	return page.Execute(w, map[string]any{"M": m, "Groups": grouped(m.Rows), "Count": count(m.Rows)})
}
