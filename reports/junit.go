package reports

import (
	"cmp"
	"encoding/xml"
	"io"
	"strings"

	"github.com/secure-by-design/assay/harness"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"` // always none: trouble of ours is INCONCLUSIVE
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
}

// JUnit writes the matrix as JUnit XML: a suite a provision, a case a unit, and before them one suite "device" whose only
// case is the device's own verdict, failed where the run's exit code is 1, so that a gate that reads failures alone sees no
// less than one that reads the exit code. It sees more: a failure beyond the standard, which its type names, counts in no
// verdict of the device. A gate that wants the device's verdict alone reads the suite "device".
//
// JUnit has no word for "not settled". FAIL is a failure; PASS and DONE pass; everything else, INCONCLUSIVE first of all, is
// skipped with its reason. Most readers show skipped as green: it is not PASS.
func JUnit(w io.Writer, m *harness.Matrix) error {
	m = inert(m)
	name := "Assay: " + title(m)
	if m.SelfAssessment {
		name += ", " + selfAssessment
	}
	all := junitSuites{Name: name, Suites: []junitSuite{deviceSuite(m)}}
	for _, r := range m.Rows {
		all.Suites = append(all.Suites, provisionSuite(r))
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.count()
		if !m.Began.IsZero() {
			s.Timestamp = m.Began.UTC().Format("2006-01-02T15:04:05")
		}
		all.Tests, all.Failures, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Skipped+s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) count() {
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

// deviceSuite says what the run is, in properties, and how the device came out.
func deviceSuite(m *harness.Matrix) junitSuite {
	s := junitSuite{Name: "device"}
	for _, f := range facts(m) {
		s.Properties = append(s.Properties, junitProperty{f.Name, f.Text})
	}
	s.Properties = append(s.Properties, junitProperty{"record", m.Head})
	c := junitCase{Class: "device", Name: "verdict"}
	switch look(m) {
	case "pass":
	case "fail":
		c.Failure = &junitMessage{m.Line, cmp.Or(string(m.Verdict), harness.Contrary)}
	default:
		c.Skipped = &junitMessage{Message: m.Line}
	}
	s.Cases = []junitCase{c}
	return s
}

func provisionSuite(r harness.Row) junitSuite {
	s := junitSuite{Name: string(r.Provision) + " " + r.Summary}
	for _, p := range []junitProperty{{"obligation", duty(r)}, {"claim", r.Claim}, {"verdict", string(r.Verdict)}, {"word", r.Word},
		{"basis", basis(r)}, {"attested by", strings.Join(r.Attested, "; ")},
		{"reason", r.Reason}, {"to check", doubt(r.Confidence)}} {
		if p.Value != "" {
			s.Properties = append(s.Properties, p)
		}
	}
	for _, u := range r.Units {
		s.Cases = append(s.Cases, unitCase(r, u))
	}
	return s
}

// beyond marks what counts in no verdict of an edition.
const beyond = "beyond the standard"

func unitCase(r harness.Row, u harness.UnitRow) junitCase {
	c := junitCase{Class: string(r.Provision), Name: strings.Join(words(u.Unit, u.Purpose), " ")}
	k := markOfUnit(u)
	said := strings.Join(words(k.Word, u.Reason, waived(u)), ": ")
	switch k.Kind {
	case "fail", "contrary":
		c.Failure = &junitMessage{said, k.Word}
		if r.Beyond {
			c.Failure.Type += " " + beyond
		}
	case "pass", "done":
		c.Out = u.Reason
	default:
		c.Skipped = &junitMessage{Message: said}
	}
	for _, v := range voices(u) {
		c.Out = strings.Join(words(c.Out, v.Who+": "+v.Says+named(v.Files)), "\n")
	}
	c.Out = strings.Join(words(c.Out, prefixed("to settle it: ", u.Next), prefixed("not shown by this method: ", limit(u))), "\n")
	return c
}
