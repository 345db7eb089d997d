package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
)

// A voice is somebody who speaks to a unit besides the verdict that counts.
type voice struct {
	Who, Says string
	Counts    bool   // it carries weight: a person's signed judgement, or a document that the unit stands on
	Files     []link // attached
}

// voices are what the machine, persons and documents say of a unit, where there is more to it than the machine's verdict.
func voices(u harness.UnitRow) (out []voice) {
	if m := u.Machine; m != nil {
		out = append(out, voice{"the machine", says(m.Verdict, m.Reason), true, nil})
	}
	if p := u.Proposal; p != nil {
		out = append(out, voice{"the machine proposes", says(p.Verdict, p.Reason), false, nil})
	}
	for _, a := range u.Attested {
		v := voice{strings.Join(words(a.By, a.Role, a.At.UTC().Format("2006-01-02")), ", "), says(a.Verdict, a.Reason), true, nil}
		if a.From != "" {
			v.Who += fmt.Sprintf(", taken over from the run %s by %s", a.From, a.TakenBy)
		}
		v.Says += seconds(a.Confirmed, a.Objected)
		for _, e := range a.Evidence {
			v.Files = append(v.Files, attachment(e.SHA256, e.Kind+" "+clip(e.File, 80)))
		}
		out = append(out, v)
	}
	for _, s := range u.Imported {
		out = append(out, voice{s.By + ", without evidence or key, which counts for nothing", says(s.Verdict, s.Reason), false, nil})
	}
	for _, e := range u.External {
		name := strings.Join(words(fmt.Sprintf("%s, issued by %s on %s", e.Title, e.Issuer, e.Date), prefixed("valid until ", e.ValidUntil)), ", ")
		said := "for " + e.Scope + ": the unit stands on it"
		if !e.Counts {
			said = "for " + e.Scope + ": the unit does not stand on it, " + e.Why
		}
		out = append(out, voice{name, said + "; put forward by " + e.By + seconds(e.Confirmed, e.Objected), e.Counts, []link{attachment(e.SHA256, "the document")}})
	}
	return out
}

func says(v harness.Verdict, reason string) string {
	return strings.Join(words(string(v), reason), ": ")
}

// seconds is what second persons say.
func seconds(confirmed, objected []harness.Said) (s string) {
	for _, c := range confirmed {
		s += fmt.Sprintf("; confirmed by %s: %s", c.By, c.Reason)
	}
	for _, o := range objected {
		s += fmt.Sprintf("; %s objects: %s", o.By, o.Reason)
	}
	return s
}

// attested says whose judgement a row rests on: "attested by Ada Lovelace, assessor".
func attested(r harness.Row) string {
	return prefixed("attested by ", strings.Join(r.Attested, "; "))
}

// answered says what of the run's answers was folded in, and what is wrong with the ICS.
func answered(m *harness.Matrix) (out []fact) {
	var who []string
	units := map[harness.Basis]int{}
	for _, r := range m.Rows {
		for _, w := range r.Attested {
			if !slices.Contains(who, w) {
				who = append(who, w)
			}
		}
		for b, n := range r.Basis {
			units[b] += n
		}
	}
	if n := units[harness.BasisAttested] + units[harness.BasisExternal]; n > 0 || len(who) > 0 {
		out = append(out, fact{"basis", mix(units), false})
	}
	if len(who) > 0 {
		out = append(out, fact{"attested by", strings.Join(who, "; "), false})
	}
	if a := m.Answers; a != nil {
		lab := "no lab file says whose answers count"
		if a.Lab != "" {
			lab = "signatures count by the lab file " + brief(a.Lab)
			if a.LabKept {
				lab += ", as it was kept with them"
			}
		}
		kind := "not a final report: a person's PASS may stand without a second person"
		if a.Final {
			kind = "final report: each person's PASS has a second person behind it"
		}
		out = append(out, fact{"answers", strings.Join([]string{lab, kind}, "; "), a.Lab == "" || a.Final && a.LabKept})
		for i, why := range a.Invalid {
			if i == most {
				out = append(out, fact{"answers", fmt.Sprintf("and %d more that count for nothing", len(a.Invalid)-i), true})
				break
			}
			out = append(out, fact{"answers", why, true})
		}
	}
	for i, p := range m.ICS {
		if i == most {
			out = append(out, fact{"ICS", fmt.Sprintf("and %d more", len(m.ICS)-i), true})
			break
		}
		out = append(out, fact{"ICS", strings.Join(words(p.Problem, p.Next), "; "), true})
	}
	return out
}

// most of a kind stand in the header; matrix.json has all.
const most = 6

// attachment leads to what was attached, if its digest is one.
func attachment(digest, name string) link {
	if l := file(digest); l.Digest == digest {
		return link{digest, name}
	}
	return link{Name: name}
}

// named lists what is attached, for plain text.
func named(files []link) (s string) {
	for _, f := range files {
		s += fmt.Sprintf(" [%s, SHA-256 %s]", f.Name, brief(f.Digest))
	}
	return s
}
