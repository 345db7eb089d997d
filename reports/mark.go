package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// A mark is how an outcome looks, the same in every format. Glyph and word tell marks apart without colour.
type mark struct {
	Kind  string // names the look
	Glyph string
	Word  string // the verdict, or one of the three words
	Short string // for a cell of the matrix
	Tells string // in the legend
}

// marks in the order of the legend.
var marks = []mark{
	{"fail", "✗", "FAIL", "FAIL", "broken, as the record shows"},
	{"contrary", "✗", harness.Contrary, "contrary", "nothing is claimed, and yet a mandatory provision is broken: counts as FAIL"},
	{"inconclusive", "?", "INCONCLUSIVE", "inconclusive", "tried, and not settled"},
	{"observed", "◦", harness.NotJudged, "observed", "nothing is claimed, so nothing is judged"},
	{"pass", "✓", "PASS", "PASS", "held, as far as the method can show"},
	{"unclaimed", "–", "not claimed", "not claimed", "the declaration says N or N/A, and has to justify it"},
	{"untried", "?", "INCONCLUSIVE", "not tried", "nothing was observed, so it is not settled"},
	{"unlooked", "·", harness.NotLooked, "not looked at", "nothing was observed"},
	{"done", "›", "DONE", "done", "prepares other units and judges nothing"},
	{"undone", "–", "NOT DONE", "not done", "should have prepared other units"},
}

// looks are the marks by kind.
var looks = func() map[string]mark {
	m := map[string]mark{}
	for _, k := range marks {
		m[k.Kind] = k
	}
	return m
}()

// kinds of the words and of the verdicts.
var (
	kindOfWord    = map[string]string{harness.Contrary: "contrary", harness.NotJudged: "observed", harness.NotLooked: "unlooked"}
	kindOfVerdict = map[harness.Verdict]string{harness.Fail: "fail", harness.Pass: "pass", harness.Inconclusive: "inconclusive",
		harness.Done: "done", harness.NotDone: "undone"}
)

// markOfRow is how a provision came out.
func markOfRow(r harness.Row) mark {
	switch {
	case r.Word == harness.NotLooked && (r.Claim == "N" || r.Claim == "N/A"):
		k := looks["unclaimed"]
		k.Word = "claimed " + r.Claim
		k.Short = k.Word
		return k
	case r.Word == "" && r.Verdict == harness.Inconclusive && !tried(r):
		return looks["untried"]
	}
	return markOf(r.Verdict, r.Word)
}

// markOfUnit is how a unit came out.
func markOfUnit(u harness.UnitRow) mark {
	if u.Word == "" && u.Verdict == harness.Inconclusive && !looked(u) {
		return looks["untried"]
	}
	return markOf(u.Verdict, u.Word)
}

// markOf knows the closed vocabulary; whatever else stands there is shown as it is and looks inconclusive.
func markOf(v harness.Verdict, word string) mark {
	kind, ok := kindOfWord[word]
	if word == "" {
		kind, ok = kindOfVerdict[v]
	}
	if !ok {
		k := looks["inconclusive"]
		k.Word = cmp.Or(word, string(v), "no verdict")
		k.Short = k.Word
		return k
	}
	return looks[kind]
}

// tried tells whether any unit rests on an answer or came to a verdict.
func tried(r harness.Row) bool {
	return slices.ContainsFunc(r.Units, func(u harness.UnitRow) bool {
		return looked(u) || u.Verdict == harness.Pass || u.Verdict == harness.Fail
	})
}

// looked tells whether the machine or a person looked at a unit.
func looked(u harness.UnitRow) bool { return u.Attempts > 0 || len(u.Attested) > 0 }

// quiet rows have nothing to tell but that nothing was tried.
func quiet(r harness.Row) bool {
	k := markOfRow(r).Kind
	return k == "untried" || k == "unlooked" || k == "unclaimed"
}

// A tally is how many rows of the edition bear a mark.
type tally struct {
	mark
	N int
}

// count counts the marks of rows, in the order of the legend; those that nobody bears are left out.
func count(rows []harness.Row) (out []tally) {
	n := map[string]int{}
	for _, r := range rows {
		n[markOfRow(r).Kind]++
	}
	for _, k := range marks {
		if n[k.Kind] > 0 {
			out = append(out, tally{k, n[k.Kind]})
		}
	}
	return out
}

// A clause is the rows of a clause.
type clause struct {
	ID, Title string
	Rows      []harness.Row
}

// clauses groups rows that stand together.
func clauses(rows []harness.Row) (out []clause) {
	for _, r := range rows {
		id := r.Provision.Clause()
		if len(out) == 0 || out[len(out)-1].ID != id {
			out = append(out, clause{ID: id, Title: provisions.ClauseTitle(id)})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, r)
	}
	return out
}

// ofEdition are the rows of the edition itself.
func ofEdition(m *harness.Matrix) []harness.Row {
	return slices.DeleteFunc(slices.Clone(m.Rows), func(r harness.Row) bool { return r.Beyond })
}

// duty is an obligation with its conditions: "M C(5)".
func duty(r harness.Row) string {
	return strings.Join(words(append([]string{string(r.Obligation)}, r.Conditions...)...), " ")
}

// cap of a unit; the catalogue writes "-" for none.
func limit(u harness.UnitRow) string {
	if u.Cap == "-" {
		return ""
	}
	return u.Cap
}

// doubt says of what has a confidence below high that it is to be checked.
func doubt(confidence string) string {
	switch c := provisions.Confidence(confidence); {
	case c.Doubtful():
		return "draft mapping, " + confidence + " confidence: to be checked against the document"
	case c.ToCheck():
		return confidence + " confidence: to be checked against the document"
	}
	return ""
}

// A settling is what would settle units that are inconclusive.
type settling struct {
	What  string
	Units []string
}

// settle lists what would settle the most units first. Units that no suite judges are for a person and not listed.
func settle(m *harness.Matrix) (out []settling) {
	at := map[string]int{}
	for _, r := range m.Rows {
		for _, u := range r.Units {
			if u.Next == "" || !u.Automatic || u.Verdict == harness.Pass || u.Verdict == harness.Fail {
				continue
			}
			i, ok := at[u.Next]
			if !ok {
				i = len(out)
				at[u.Next] = i
				out = append(out, settling{What: u.Next})
			}
			out[i].Units = append(out[i].Units, u.Unit)
		}
	}
	slices.SortStableFunc(out, func(a, b settling) int { return cmp.Compare(len(b.Units), len(a.Units)) })
	return out
}

// A fact is something that a reader must know of the run before its verdicts.
type fact struct {
	Name, Text string
	Warns      bool // makes the verdicts less than they look
}

var editions = map[provisions.Edition]string{
	provisions.V21: "V2.1: TS 103 645 V2.1.2, EN 303 645 V2.1.1, tested as TS 103 701 V1.1.1 says",
	provisions.V31: "V3.1: TS 103 645 V3.1.1, EN 303 645 V3.1.3, tested as TS 103 701 V2.1.1 says",
}

// facts of a run.
func facts(m *harness.Matrix) (out []fact) {
	add := func(name, text string, warns bool) {
		if text != "" {
			out = append(out, fact{name, text, warns})
		}
	}
	add("device", described(m.Identity), false)
	if m.Twin != nil {
		add("second unit", cmp.Or(described(*m.Twin), "nothing known"), false)
	}
	add("edition", cmp.Or(editions[m.Edition], string(m.Edition)), false)
	if !m.Declared {
		add("declaration", "none: not a conformance assessment", true)
	}
	add("state", strings.Join(words(string(m.State), prefixed("shown by ", m.StateShownBy)), ", "), m.State == device.Unknown || m.State == "")
	add("authorisation", authorised(m.Authorisation), m.Authorisation == nil)
	add("effort", fmt.Sprintf("%s; nothing above %v", cmp.Or(m.Effort, "not said"), m.Allowed), false)
	add("selection", strings.Join(m.Selection, ", "), false)
	add("reduced", strings.Join(m.Reduced, "; "), true)
	for _, f := range append(standing(m), answered(m)...) {
		add(f.Name, f.Text, f.Warns)
	}
	ending, cut := "complete", !m.Complete
	if cut {
		ending = "cut short: " + cmp.Or(m.Cut, "the record has no end")
	}
	add("run", strings.Join(words(m.Run, when(m), ending), ", "), cut)
	add("judged by", judgedBy(m.Tool), false)
	add("other runs", strings.Join(m.Others, ", "), false)
	return out
}

func described(d harness.Identity) string {
	return strings.Join(words(strings.Join(words(d.Manufacturer, d.Model), " "), prefixed("hardware ", d.Hardware),
		prefixed("firmware ", d.Firmware), prefixed("serial ", d.Serial), d.Name, strings.Join(d.Addresses, ", "), d.MAC), ", ")
}

func authorised(a *device.Authorisation) string {
	if a == nil {
		return "none recorded"
	}
	return strings.Join(words(strings.Join(words("tested by "+cmp.Or(a.By, "nobody named"), prefixed("for ", a.For)), " "),
		"right: "+cmp.Or(a.Right, "not stated"), prefixed("at ", a.Place), prefixed("until ", a.Until)), ", ")
}

func when(m *harness.Matrix) string {
	if m.Began.IsZero() {
		return ""
	}
	s := m.Began.UTC().Format("2006-01-02 15:04:05") + " UTC"
	if took := m.Ended.Sub(m.Began); took > 0 {
		s += ", took " + took.Round(time.Second).String()
		if waited := time.Duration(m.WaitedS * float64(time.Second)); waited >= time.Second {
			s += fmt.Sprintf(", %v of it waits that methods demand", waited.Round(time.Second))
		}
	}
	return s
}

// title names the device.
func title(m *harness.Matrix) string {
	model := strings.Join(words(m.Identity.Manufacturer, m.Identity.Model), " ")
	return cmp.Or(model, m.Identity.Name, m.Target, "unnamed device")
}

// judgedBy names what judged.
func judgedBy(t harness.Tool) string {
	return strings.Join(words("Assay "+t.Version, prefixed("build ", brief(t.Build)), prefixed("catalogue ", brief(t.Catalogue))), ", ")
}

// brief is the beginning of a digest.
func brief(s string) string {
	if r := []rune(s); len(r) > 16 {
		return string(r[:12]) + "…"
	}
	return s
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func words(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// Name of a mark where there is room: what is not tried is INCONCLUSIVE, and says so.
func (k mark) Name() string {
	if k.Kind == "untried" {
		return k.Word + ", " + k.Short
	}
	return k.Word
}
