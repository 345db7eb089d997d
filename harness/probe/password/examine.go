package password

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// A Report is what samples show of the generator that made them. It holds no password and no part of one.
type Report struct {
	Samples   int      `json:"samples"`
	Different int      `json:"different"`
	Shortest  int      `json:"shortest"` // characters
	Longest   int      `json:"longest"`
	Before    int      `json:"fixed_before"` // characters that all begin with
	After     int      `json:"fixed_after"`  // and end with
	Alphabet  int      `json:"alphabet"`     // different characters in the rest
	Classes   []string `json:"classes"`
	MostBits  float64  `json:"most_bits"`  // what length and alphabet of the rest allow: a generator has no more
	ShownBits float64  `json:"shown_bits"` // what the lack of repeats shows at 95 %; 0: nothing
	Nearest   int      `json:"nearest"`    // smallest edit distance of two samples that differ
	Median    int      `json:"median"`     // edit distance of two samples

	Findings []Finding `json:"findings"`
	Looked   []string  `json:"looked_for"`
	Cannot   []string  `json:"cannot_show"`
}

// A Finding is a regularity. Chance is the most likely that a good generator would show it anywhere in all that was looked for.
type Finding struct {
	Kind   string  `json:"kind"` // shared, near, counter, derived, piece, word, date, fixed, biased
	What   string  `json:"what"`
	Lines  []int   `json:"lines"` // the first of them
	Of     int     `json:"of"`    // how many samples show it
	Chance float64 `json:"chance"`
	Sure   bool    `json:"sure"` // Chance is below Doubt; else a question
}

// Doubt is the chance below which a regularity is no accident (row 5.1-2-1a).
const Doubt = 1e-6

// mostLines of a finding are named.
const mostLines = 20

// Declared is what the maker says of the form; zero: nothing.
type Declared struct {
	Prefix  string // characters that are always there
	Uniform bool   // each character is drawn with like chance
}

// Sure are the findings that are no accident.
func (r Report) Sure() []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return !f.Sure })
}

// A look is samples on their way to a report.
type look struct {
	Report
	declared Declared
	all      []Sample
	values   [][]rune  // whole
	rest     [][]rune  // without what all share
	like     []float64 // the chance that two samples have the same character there, by place in the rest
	letters  []rune    // of the rest, in order
}

// Examine looks through samples for what tells of the next one or of another unit's.
func Examine(samples []Sample, declared Declared) Report {
	l := &look{declared: declared, all: samples}
	l.Findings, l.Looked, l.Cannot, l.Classes = []Finding{}, []string{}, []string{}, []string{}
	if len(samples) == 0 {
		return l.Report
	}
	l.form()
	l.repeated()
	l.counted()
	l.nearby()
	l.dated()
	l.derived()
	l.worded()
	l.biased()
	l.power()
	slices.SortStableFunc(l.Findings, func(a, b Finding) int {
		if a.Sure != b.Sure {
			return cmp.Compare(b2i(b.Sure), b2i(a.Sure))
		}
		return cmp.Compare(a.Chance, b.Chance)
	})
	return l.Report
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// found adds a finding on samples by their index.
func (l *look) found(kind string, at []int, chance float64, what string, args ...any) {
	f := Finding{Kind: kind, What: fmt.Sprintf(what, args...), Of: len(at), Chance: min(chance, 1), Sure: chance < Doubt, Lines: []int{}}
	slices.Sort(at)
	for _, i := range at[:min(len(at), mostLines)] {
		f.Lines = append(f.Lines, l.all[i].Line)
	}
	l.Findings = append(l.Findings, f)
}

func (l *look) looked(what string, args ...any) {
	l.Looked = append(l.Looked, fmt.Sprintf(what, args...))
}

// form tells length, alphabet and what all share.
func (l *look) form() {
	seen := map[string]bool{}
	l.Samples, l.Shortest = len(l.all), math.MaxInt
	for _, s := range l.all {
		v := []rune(strings.TrimPrefix(s.Value, l.declared.Prefix))
		seen[s.Value] = true
		l.values = append(l.values, v)
		l.Shortest, l.Longest = min(l.Shortest, len(v)), max(l.Longest, len(v))
	}
	l.Different = len(seen)
	if l.Different > 1 {
		l.Before = l.shared(func(v []rune, i int) rune { return v[i] }, l.Shortest)
		l.After = l.shared(func(v []rune, i int) rune { return v[len(v)-1-i] }, l.Shortest-l.Before)
	}
	letters := map[rune]bool{}
	for _, v := range l.values {
		rest := v[l.Before : len(v)-l.After]
		l.rest = append(l.rest, rest)
		for _, r := range rest {
			letters[r] = true
		}
	}
	for r := range letters {
		l.letters = append(l.letters, r)
	}
	slices.Sort(l.letters)
	l.Alphabet, l.Classes = len(l.letters), classes(l.letters)
	l.MostBits = float64(l.Longest-l.Before-l.After) * math.Log2(float64(max(1, l.Alphabet)))
	l.likeness()
	if chance := math.Pow(0.1, float64((l.Before+l.After)*(l.Samples-1))); chance < Doubt {
		l.found("fixed", upTo(l.Samples), chance, "all have the same %s", ends(l.Before, l.After))
		if !l.declared.Uniform {
			l.Findings[len(l.Findings)-1].Sure = false // a prefix does no harm where the rest is random
		}
	}
}

func ends(before, after int) string {
	switch {
	case after == 0:
		return "first " + plural(before, "character")
	case before == 0:
		return "last " + plural(after, "character")
	}
	return fmt.Sprintf("first %d and last %s", before, plural(after, "character"))
}

// shared counts characters at one end that all samples have.
func (l *look) shared(at func([]rune, int) rune, most int) (n int) {
	for ; n < most; n++ {
		for _, v := range l.values {
			if at(v, n) != at(l.values[0], n) {
				return n
			}
		}
	}
	return n
}

// likeness fills in how often two samples agree by place; never less than the alphabet's size makes it.
func (l *look) likeness() {
	longest := l.Longest - l.Before - l.After
	for j := range longest {
		count, n, same := map[rune]int{}, 0, 0.0
		for _, v := range l.rest {
			if j < len(v) {
				count[v[j]]++
				n++
			}
		}
		for _, c := range count {
			same += float64(c * (c - 1))
		}
		q := 1 / float64(size(l.letters))
		if n > 1 {
			q = max(q, same/float64(n*(n-1)))
		}
		l.like = append(l.like, q)
	}
}

// agree is the chance that two samples have the same characters at places from to to.
func (l *look) agree(from, to int) float64 {
	p := 1.0
	for _, q := range l.like[min(from, len(l.like)):min(to, len(l.like))] {
		p *= q
	}
	return p
}

// size is how many characters an alphabet has that these are from, as long as few were seen.
func size(letters []rune) int {
	all := string(letters)
	only := func(set string) bool { return strings.Trim(all, set) == "" }
	switch {
	case only("0123456789"):
		return 10
	case only("0123456789abcdef"), only("0123456789ABCDEF"):
		return 16
	case len(letters) < 26:
		return 26
	}
	return len(letters)
}

// classes names the kinds of characters.
func classes(letters []rune) (out []string) {
	for _, c := range []struct {
		name string
		is   func(rune) bool
	}{
		{"digits", func(r rune) bool { return '0' <= r && r <= '9' }},
		{"lower-case letters", unicode.IsLower}, {"upper-case letters", unicode.IsUpper},
		{"other characters", func(r rune) bool { return !('0' <= r && r <= '9') && !unicode.IsLower(r) && !unicode.IsUpper(r) }},
	} {
		if slices.ContainsFunc(letters, c.is) {
			out = append(out, c.name)
		}
	}
	return out
}

// power says how much so many samples allow to be said.
func (l *look) power() {
	n := float64(l.Samples)
	if l.Different == l.Samples && l.Samples > 1 {
		l.ShownBits = max(0, math.Log2(n*(n-1)/2/math.Log(20)))
		l.Cannot = append(l.Cannot, fmt.Sprintf("%d different samples show, at 95 %%, that there are more than 2^%.0f values; they do not show that there are 2^%.0f",
			l.Samples, l.ShownBits, l.MostBits))
	}
	if l.Samples < 20 {
		l.Cannot = append(l.Cannot, "under 20 samples show gross patterns alone")
	}
	l.Cannot = append(l.Cannot, "a derivation that takes in a secret, or a random generator with a weak seed, is not seen in samples")
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// several is the chance that c of n samples hit a thing which each hits by chance p; a bound.
func several(n, c int, p float64) float64 {
	if c == 0 {
		return 1
	}
	return math.Exp(min(0, logChoose(n, c)+float64(c)*math.Log(min(p, 1))))
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// atLeast is the chance of c or more where e are expected (Poisson).
func atLeast(c int, e float64) float64 {
	if c == 0 {
		return 1
	}
	if e <= 0 {
		return 0
	}
	if float64(c) <= e {
		return 1
	}
	sum, term := 0.0, math.Exp(float64(c)*math.Log(e)-e-func() float64 { g, _ := math.Lgamma(float64(c + 1)); return g }())
	for k := c; k < c+1000 && term > 1e-300; k++ {
		sum += term
		term *= e / float64(k+1)
	}
	return min(1, sum)
}
