package password

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
)

// repeated looks for values that several samples share.
func (l *look) repeated() {
	l.looked("values that samples share")
	at := map[string][]int{}
	for i, s := range l.all {
		at[s.Value] = append(at[s.Value], i)
	}
	if l.Samples > 1 && l.Different == 1 {
		l.found("shared", upTo(l.Samples), math.Pow(0.1, float64(l.Longest*(l.Samples-1))), "all have the same password")
		return
	}
	var twice []int
	pairs := 0
	for _, in := range at {
		if len(in) > 1 {
			twice = append(twice, in...)
			pairs += len(in) * (len(in) - 1) / 2
		}
	}
	if pairs == 0 {
		return
	}
	// how often places agree is measured in different values: those that repeat would explain themselves
	n := float64(l.Samples)
	l.found("shared", twice, atLeast(pairs, n*(n-1)/2*l.unlike()), "%d samples share their password with another", len(twice))
}

// unlike is the chance that two samples of one length agree wholly, by the values that differ.
func (l *look) unlike() float64 {
	seen := map[string]bool{}
	once := &look{Report: Report{Longest: l.Longest, Before: l.Before, After: l.After}, letters: l.letters}
	for _, r := range l.rest {
		if !seen[string(r)] {
			seen[string(r)] = true
			once.rest = append(once.rest, r)
		}
	}
	once.likeness()
	return once.agree(0, l.Shortest-l.Before-l.After)
}

// An order in which samples may have been made.
type order struct {
	name string
	of   []int
}

// orders are that of the file and those of public numbers.
func (l *look) orders() []order {
	out := []order{{"the order of the file", upTo(l.Samples)}}
	for _, column := range l.publics() {
		numbers := make([]*big.Int, l.Samples)
		for i, s := range l.all {
			numbers[i] = ending(s.Public[column], column == "mac")
		}
		if slices.Contains(numbers, nil) {
			continue
		}
		of := upTo(l.Samples)
		slices.SortStableFunc(of, func(a, b int) int { return numbers[a].Cmp(numbers[b]) })
		out = append(out, order{"the order of " + column, of})
	}
	return out
}

// ending is the number at the end of a text, such as a serial number; nil where there is none.
func ending(s string, hex bool) *big.Int {
	s = strings.NewReplacer(":", "", "-", "", ".", "").Replace(s)
	digits, base := "0123456789", 10
	if hex {
		digits, base = "0123456789abcdefABCDEF", 16
	}
	n, ok := new(big.Int).SetString(s[len(strings.TrimRight(s, digits)):], base)
	if !ok {
		return nil
	}
	return n
}

// widest number that is read, in digits: no counter has more.
const widest = 64

// counted looks for counters, steps and linear generators, whatever the base that they are written in.
func (l *look) counted() {
	l.looked("counters and steps in %s", plural(len(numerals(l.letters)), "base"))
	if l.Samples < 3 || l.Different == 1 || l.Longest-l.Before-l.After > widest {
		return
	}
	for _, base := range numerals(l.letters) {
		values := make([]*big.Int, l.Samples)
		for i, r := range l.rest {
			values[i] = base.number(r)
		}
		width := l.Longest - l.Before - l.After
		space := new(big.Int).Exp(big.NewInt(int64(len(base.digits))), big.NewInt(int64(width)), nil)
		p := l.agree(0, l.Shortest-l.Before-l.After)
		if l.stepped(base, values, p) || l.packed(base, values, space) {
			return
		}
		for _, o := range l.orders() {
			if l.linear(base, o, values, space, p) {
				return
			}
		}
	}
}

// tried bounds how many bases, orders and moduli are tried.
const tried = 200

// stepped looks for one step between neighbours by value, which needs no order, and by the orders at hand.
func (l *look) stepped(base numeral, values []*big.Int, p float64) bool {
	sorted := upTo(l.Samples)
	slices.SortFunc(sorted, func(a, b int) int { return values[a].Cmp(values[b]) })
	for k, o := range append([]order{{"their own order", sorted}}, l.orders()...) {
		steps := map[string][]int{}
		for i := 1; i < len(o.of); i++ {
			d := new(big.Int).Sub(values[o.of[i]], values[o.of[i-1]])
			if d.Sign() != 0 {
				steps[d.String()] = append(steps[d.String()], o.of[i])
			}
		}
		step, at := "", []int(nil)
		for s, in := range steps {
			if len(in) > len(at) {
				step, at = s, in
			}
		}
		n, c := l.Samples-1, len(at)
		chance := tried * several(n, c, p) / max(p, 1e-300) // whatever the step
		if k == 0 {
			chance = tried * several(n, c, min(1, float64(l.Samples)*p)) * float64(n) // sorted neighbours are near anyway
		}
		if k > 1 && l.rising(base, o, values) {
			return true
		}
		if c >= 2 && chance < Doubt {
			if len(step) > 8 {
				step = fmt.Sprintf("a number of %d digits", len(step))
			}
			l.found("counter", at, chance, "read in base %d, in %s, each is the last one plus %s", len(base.digits), o.name, step)
			return true
		}
	}
	return false
}

// rising looks for values that grow or fall with a public number. The order of a file proves nothing: somebody may have sorted it.
func (l *look) rising(base numeral, o order, values []*big.Int) bool {
	up, down := 0, 0
	for i := 1; i < len(o.of); i++ {
		switch values[o.of[i]].Cmp(values[o.of[i-1]]) {
		case 1:
			up++
		case -1:
			down++
		}
	}
	all, _ := math.Lgamma(float64(l.Samples + 1))
	if chance := 2 * tried * math.Exp(-all); max(up, down) == l.Samples-1 && chance < Doubt {
		l.found("counter", upTo(l.Samples), chance, "read in base %d, they grow or fall without exception in %s", len(base.digits), o.name)
		return true
	}
	return false
}

// packed looks for values in a small part of their space, as one run of a counter leaves them.
func (l *look) packed(base numeral, values []*big.Int, space *big.Int) bool {
	least, most := slices.MinFunc(values, (*big.Int).Cmp), slices.MaxFunc(values, (*big.Int).Cmp)
	r, _ := new(big.Rat).SetFrac(new(big.Int).Add(new(big.Int).Sub(most, least), big.NewInt(1)), space).Float64()
	chance := tried * float64(l.Samples) * math.Pow(r, float64(l.Samples-1))
	if r > 0.01 || chance >= Doubt {
		return false
	}
	l.found("counter", upTo(l.Samples), chance, "read in base %d, all lie within one part in %.0f of what their length allows", len(base.digits), 1/r)
	return true
}

// linear looks for v' = a·v + c modulo m, the generator of many C libraries.
func (l *look) linear(base numeral, o order, values []*big.Int, space *big.Int, p float64) bool {
	if l.Samples < 5 {
		return false
	}
	for _, m := range []*big.Int{space, big.NewInt(1 << 31), big.NewInt(1<<31 - 1), big.NewInt(1 << 32)} {
		step := func(i int) *big.Int {
			d := new(big.Int).Sub(values[o.of[i+1]], values[o.of[i]])
			return d.Mod(d, m)
		}
		for i := range min(12, l.Samples-2) {
			inverse := new(big.Int).ModInverse(step(i), m)
			if inverse == nil {
				continue
			}
			a := inverse.Mul(inverse, step(i+1))
			if a.Mod(a, m); a.Cmp(big.NewInt(1)) <= 0 {
				continue
			}
			var at []int
			for j := range l.Samples - 2 {
				next := new(big.Int).Mul(a, step(j))
				if next.Mod(next, m).Cmp(step(j+1)) == 0 {
					at = append(at, o.of[j+2])
				}
			}
			p := max(p, 1/float64(1<<31))
			if chance := tried * several(l.Samples-3, len(at)-1, p); len(at) > 2 && chance < Doubt {
				l.found("counter", at, chance, "read in base %d, in %s, a linear generator makes each of the last one", len(base.digits), o.name)
				return true
			}
		}
	}
	return false
}

// mostPaired samples are compared with one another.
const mostPaired = 400

// nearby looks for samples that lie nearer to one another than chance puts them.
func (l *look) nearby() {
	n := min(l.Samples, mostPaired)
	l.looked("samples near one another (edit distance, places that agree)")
	if n < 2 {
		return
	}
	var distances []int
	width := l.Shortest - l.Before - l.After
	agreeing := make([]int, width+1) // pairs by how many places agree
	near := make([]map[int]bool, width+1)
	for i := range n {
		for j := range i {
			if d := edits(l.rest[i], l.rest[j]); d > 0 && len(distances) < 20_000 {
				distances = append(distances, d)
			}
			if len(l.rest[i]) != len(l.rest[j]) || string(l.rest[i]) == string(l.rest[j]) {
				continue
			}
			same := 0
			for k := range width {
				same += b2i(l.rest[i][k] == l.rest[j][k])
			}
			agreeing[same]++
			if near[same] == nil {
				near[same] = map[int]bool{}
			}
			near[same][i], near[same][j] = true, true
		}
	}
	if len(distances) > 0 {
		slices.Sort(distances)
		l.Nearest, l.Median = distances[0], distances[len(distances)/2]
	}
	likely := l.places(width)
	pairs, expected := 0, 0.0
	at := map[int]bool{}
	for same := width - 1; same > 0; same-- {
		pairs += agreeing[same]
		expected += likely[same] * float64(n*(n-1)/2)
		for i := range near[same] {
			at[i] = true
		}
		if expected > 0.1 { // beyond, pairs hang together too much for the sum
			return
		}
		if chance := float64(width) * atLeast(pairs, expected); pairs > 0 && chance < Doubt {
			l.found("near", keys(at), chance, "%d pairs agree in at least %d of %d places, where %.2g were to be expected", pairs, same, width, expected)
			return
		}
	}
}

// places is the chance, by how many of the first width places of two samples agree.
func (l *look) places(width int) []float64 {
	p := make([]float64, width+1)
	p[0] = 1
	for j := range width {
		for k := j + 1; k >= 0; k-- {
			p[k] *= 1 - l.like[j]
			if k > 0 {
				p[k] += p[k-1] * l.like[j]
			}
		}
	}
	return p
}

func keys(m map[int]bool) (out []int) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// edits is the Levenshtein distance.
func edits(a, b []rune) int {
	row := upTo(len(b) + 1)
	for i := range a {
		last := row[0]
		row[0] = i + 1
		for j := range b {
			d := last
			if a[i] != b[j] {
				d = min(last, row[j], row[j+1]) + 1
			}
			last, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}

// biased looks for places whose characters are not drawn with like chance (chi-square).
func (l *look) biased() {
	l.looked("places with favourite characters (chi-square)")
	width := l.Shortest - l.Before - l.After
	for j := range width {
		count := map[rune]int{}
		for _, r := range l.rest {
			count[r[j]]++
		}
		k := len(count)
		expected := float64(l.Samples) / float64(k)
		if k < 2 || expected < 5 {
			continue
		}
		chi := 0.0
		for _, c := range count {
			chi += (float64(c) - expected) * (float64(c) - expected) / expected
		}
		if chance := float64(width) * beyond(chi, k-1); chance < Doubt {
			l.found("biased", upTo(l.Samples), chance, "the characters at place %d are not drawn with like chance", l.Before+j+1)
			l.Findings[len(l.Findings)-1].Sure = l.declared.Uniform // a generator of words favours letters rightly
			return
		}
	}
}

// beyond is the chance of a chi-square of at least x (Wilson and Hilferty's approximation).
func beyond(x float64, freedom int) float64 {
	k := float64(freedom)
	z := (math.Cbrt(x/k) - (1 - 2/(9*k))) / math.Sqrt(2/(9*k))
	return math.Erfc(z/math.Sqrt2) / 2
}

// A numeral is a way to read characters as a number.
type numeral struct {
	digits string
	fold   bool
}

// numerals are those in which all letters are digits, the tightest known and that of the letters themselves.
func numerals(letters []rune) (out []numeral) {
	for _, d := range []string{"0123456789", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789",
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
		all := string(letters)
		fold := len(d) <= 36 && all == strings.ToUpper(all)
		if fold {
			all = strings.ToLower(all)
		}
		if strings.Trim(all, d) == "" && (len(out) == 0 || len(out[0].digits) == len(d)) {
			out = append(out, numeral{d, fold})
		}
	}
	if own := string(letters); len(letters) > 1 && len(own) == len(letters) {
		out = append(out, numeral{own, false})
	}
	return out
}

func (b numeral) number(r []rune) *big.Int {
	s := string(r)
	if b.fold {
		s = strings.ToLower(s)
	}
	n, base := new(big.Int), big.NewInt(int64(len(b.digits)))
	for i := range len(s) {
		n.Mul(n, base).Add(n, big.NewInt(int64(max(0, strings.IndexByte(b.digits, s[i])))))
	}
	return n
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
