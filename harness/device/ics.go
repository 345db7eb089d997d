package device

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// A Judged is one row of the ICS, judged by the rules of TS 103 701: N/A needs a condition that does not hold and a
// rationale, N on a recommendation a rationale, and N on a mandatory provision that applies conforms to nothing.
type Judged struct {
	Provision provisions.ID
	Claim     Claim  // Support is "" where the ICS says nothing of it
	Applies   string // yes, no, unknown: whether its conditions and features hold
	Problem   string // "" where the row stands
	Open      bool   // the problem is that something is not said: the ICS is unfinished, not invalid
	Next      string // what would settle it
}

// Invalid tells whether the row makes the ICS invalid: the device then has no other verdict than FAIL.
func (j Judged) Invalid() bool { return j.Problem != "" && !j.Open }

// JudgeICS judges the claim of each provision of an edition, in the order of the catalogue.
func (f *File) JudgeICS(e provisions.Edition) []Judged {
	var out []Judged
	for _, p := range provisions.Must().Provisions(e) {
		j := Judged{Provision: p.ID, Claim: f.Claims(p.ID)}
		j.Applies = f.applies(p)
		f.judge(&j, p)
		out = append(out, j)
	}
	return out
}

// Claims is what the ICS claims of a provision; Support is "" where it says nothing.
func (f *File) Claims(id provisions.ID) Claim {
	if c, ok := f.ICS[string(id)]; ok {
		return c
	}
	return f.ICS["default"]
}

// applies tells whether all conditions of a provision hold.
func (f *File) applies(p *provisions.Provision) string {
	answer := "yes"
	for _, c := range p.Conditions {
		switch holds, stated := f.States(c); {
		case !stated:
			answer = "unknown" // unless another does not hold
		case !holds:
			return "no"
		}
	}
	return answer
}

// judge finds what is wrong with a row. What makes it invalid is said before what is not said.
func (f *File) judge(j *Judged, p *provisions.Provision) {
	rationale := f.rationale(p.ID)
	switch {
	case j.Claim.Support == "":
		j.open(fmt.Sprintf("the ICS says nothing of %s", p.ID), fmt.Sprintf("write %s: {support: Y, detail: how}, or N or N/A with a rationale", p.ID))
	case j.Claim.Support == "N/A" && len(p.Conditions) == 0:
		j.wrong(fmt.Sprintf("%s is claimed as N/A, but it depends on no condition: it applies to every device", p.ID), "claim Y or N")
	case j.Claim.Support == "N/A" && j.Applies == "yes":
		j.wrong(fmt.Sprintf("%s is claimed as N/A, but %s", p.ID, f.holding(p)), "claim Y or N, or state the condition as false if it is")
	case j.Claim.Support == "N/A" && f.contradicted(p) != "":
		j.wrong(fmt.Sprintf("%s is claimed as N/A, but %s", p.ID, f.contradicted(p)), "claim Y or N, or correct the table")
	case j.Claim.Support == "N/A" && f.circular(p) != "":
		j.wrong(fmt.Sprintf("%s is claimed as N/A in a circle: %s", p.ID, f.circular(p)), "say what the device is or has not, apart from the provision itself")
	case j.Claim.Support == "N/A" && rationale == "":
		j.wrong(fmt.Sprintf("%s is claimed as N/A without a rationale", p.ID), fmt.Sprintf("write %s: {support: N/A, detail: why it does not apply}", p.ID))
	case j.Claim.Support == "N" && p.Obligation == provisions.Recommended && rationale == "":
		j.wrong(fmt.Sprintf("%s is claimed as N without a rationale", p.ID), fmt.Sprintf("write %s: {support: N, detail: why it is not met}", p.ID))
	case j.Claim.Support == "N" && p.Obligation == provisions.Mandatory && j.Applies == "yes":
		j.wrong(fmt.Sprintf("%s is mandatory and claimed as N: the device cannot conform", p.ID), "meet it, and claim Y")
	case j.Applies == "unknown":
		j.open("state condition "+strings.Join(f.unstated(p), " and "), f.suggestion(p))
	}
}

func (j *Judged) wrong(problem, next string) { j.Problem, j.Next = problem, next }

func (j *Judged) open(problem, next string) { j.Problem, j.Next, j.Open = problem, next, true }

// holding says which conditions hold.
func (f *File) holding(p *provisions.Provision) string {
	verb := "holds"
	if len(p.Conditions) > 1 {
		verb = "hold"
	}
	return strings.Join(p.Conditions, " and ") + " " + verb
}

// unstated are the conditions that the file does not state.
func (f *File) unstated(p *provisions.Provision) (out []string) {
	for _, c := range p.Conditions {
		if _, stated := f.States(c); !stated {
			out = append(out, c)
		}
	}
	return out
}

// suggestion is what to write for the first condition that is not stated.
func (f *File) suggestion(p *provisions.Provision) string {
	name := f.unstated(p)[0]
	for _, c := range Conditions(p.Edition) {
		if c.Name != name {
			continue
		}
		under := "conditions"
		if c.Feature() {
			under = "features"
		}
		next := fmt.Sprintf("write %s: {%s: true} if %s, else false", under, c.Key(), c.Text)
		if _, why := f.Shows(name); why != "" {
			next += " (" + why + ")"
		}
		return next
	}
	return ""
}

// contradicted is what the tables say against the conditions that are stated as false; "" where one of those stands.
func (f *File) contradicted(p *provisions.Provision) (why string) {
	for _, c := range p.Conditions {
		if holds, stated := f.States(c); !stated || holds {
			continue
		}
		by := f.denies(p.Edition, c)
		if by == "" {
			return ""
		}
		why = fmt.Sprintf("%s is stated as false, while %s", c, by)
	}
	return why
}

// bringers are provisions that, when met, make a condition hold.
var bringers = map[string]provisions.ID{"C(12)": "5.3-2", "F(g)": "5.3-2", "F(s)": "5.7-1"}

// denies is what in the file says that a condition holds.
func (f *File) denies(e provisions.Edition, condition string) string {
	if a, by := f.Shows(condition); a.Yes() {
		return by
	}
	p, ok := provisions.Must().Provision(e, bringers[condition])
	if ok && f.Claims(p.ID).Support == "Y" && f.applies(p) == "yes" {
		return fmt.Sprintf("%s, which brings it about, is claimed as Y", p.ID)
	}
	return ""
}

var (
	provisionID = regexp.MustCompile(`\b[0-9]+(?:\.[0-9]+)?-[0-9]+[A-Z]?\b`)
	pointing    = regexp.MustCompile(`(?i)^(?:see|as|like|same|for|provision|of|in|the|rationale|and|also|refer|to|above|below|[\s.,;:()]+)*$`)
	saysNothing = regexp.MustCompile(`(?i)^(?:n\.?/?a\.?|not (?:applicable|supported|implemented|met|fulfilled|relevant)|none|no|tbd|todo|[?.\-–—\s]*)\.?$`)
)

// rationale is the detail of a claim, or "" where it gives no reason.
func (f *File) rationale(id provisions.ID) string {
	detail := strings.TrimSpace(f.Claims(id).Detail)
	if saysNothing.MatchString(detail) {
		return ""
	}
	return detail
}

// circular tells in which circle the rationale of a provision runs: it only points to others, which point back; or it
// says no more than that the provision is not met.
func (f *File) circular(p *provisions.Provision) string {
	way := []string{string(p.ID)}
	for {
		here := way[len(way)-1]
		next := pointsTo(f.rationale(provisions.ID(here)))
		if next == "" {
			return ""
		}
		if slices.Contains(way, next) {
			return strings.Join(append(way, next), " points to ")
		}
		way = append(way, next)
	}
}

// pointsTo is the provision that a rationale points to where it says nothing else.
func pointsTo(rationale string) string {
	id := provisionID.FindString(rationale)
	if id == "" || !pointing.MatchString(provisionID.ReplaceAllString(rationale, "")) {
		return ""
	}
	return id
}
