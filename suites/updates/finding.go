package updates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
)

// A finding is how far a declaration meets one criterion, with the sentence that says so.
//
//	worst(source(m), target(m)).say()
type finding struct {
	standing
	why  string
	next string // of lacking: what to write
}

// A standing orders findings from the worst to the best.
type standing int

const (
	broken   standing = iota // it plainly says the contrary: FAIL
	contrary                 // its text reads so, which a person confirms: a FAIL is proposed
	lacking                  // it does not say what is needed: INCONCLUSIVE
	open                     // it says something that only a person can weigh: nothing is proposed
	fitting                  // it says what is asked, and a person judges whether it is suitable: a PASS is proposed
	met                      // it says what is asked, and no more is: PASS
)

func is(s standing, why string, a ...any) finding {
	return finding{standing: s, why: fmt.Sprintf(why, a...)}
}

// lacks is a finding that something is not said: next tells what to write.
func lacks(next, why string, a ...any) finding { return finding{lacking, fmt.Sprintf(why, a...), next} }

// worst is for criteria that must all be met, best for those of which one suffices. Findings of one standing are joined.
func worst(all ...finding) finding {
	return join(all, slices.MinFunc(all, func(a, b finding) int { return cmp.Compare(a.standing, b.standing) }).standing)
}

func best(all ...finding) finding {
	return join(all, slices.MaxFunc(all, func(a, b finding) int { return cmp.Compare(a.standing, b.standing) }).standing)
}

func join(all []finding, s standing) finding {
	var why, next []string
	for _, f := range all {
		if f.standing != s {
			continue
		}
		if !slices.Contains(why, f.why) {
			why = append(why, f.why)
		}
		if f.next != "" && !slices.Contains(next, f.next) {
			next = append(next, f.next)
		}
	}
	return finding{s, strings.Join(why, "; "), strings.Join(next, "; ")}
}

// say ends the unit, or the item of an Each, as the finding stands; one that is met lets it go on.
func (f finding) say() {
	switch f.standing {
	case broken:
		Expect(f.standing).NotTo(Equal(broken), "%s", f.why)
	case contrary:
		Propose(Fail, "%s", f.why)
	case lacking:
		Lack(f.next, "%s", f.why)
	case open:
		Propose(Inconclusive, "%s", f.why)
	case fitting:
		Propose(Pass, "%s", f.why)
	}
}
