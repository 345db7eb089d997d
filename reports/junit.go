package reports

import (
	"encoding/xml"
	"io"

	"github.com/secure-by-design/assay/harness"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Skipped    int             `xml:"skipped,attr"`
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
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
}

// JUnit writes the matrix as JUnit XML: a suite a provision, a case a unit. FAIL is a failure; whatever is neither PASS, FAIL
// nor DONE is skipped, with its reason, since JUnit has no word for "not settled".
func JUnit(w io.Writer, m *harness.Matrix) error {
	all := junitSuites{Name: Safe(title(m))}
	for _, r := range m.Rows {
		s := junitSuite{Name: string(r.Provision) + " " + Safe(r.Summary), Properties: []junitProperty{{"edition", string(m.Edition)},
			{"obligation", string(r.Obligation)}, {"claim", r.Claim}, {"verdict", string(r.Verdict)}, {"word", r.Word}}}
		for _, u := range r.Units {
			c := junitCase{Class: string(r.Provision), Name: u.Unit + " " + Safe(u.Purpose)}
			switch u.Verdict {
			case harness.Fail:
				c.Failure = &junitMessage{Safe(u.Reason)}
				s.Failures++
			case harness.Pass, harness.Done:
			default:
				c.Skipped = &junitMessage{Safe(u.Reason)}
				s.Skipped++
			}
			s.Tests++
			s.Cases = append(s.Cases, c)
		}
		all.Tests, all.Failures, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Skipped+s.Skipped
		all.Suites = append(all.Suites, s)
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
